"""Whole random histories, of honest and of crooked clerks: what holds of every ledger (commune.md 1 to 6)."""

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.books import balances, bonds, cash, transactions
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Folded, Ledger
from thimbl.core.commune.movements import Paid, Shared
from thimbl.core.commune.notices import notices
from thimbl.core.commune.report import cash_of, ledger_data
from thimbl.core.commune.state import AssetState, Status
from thimbl.core.times import format_time

PEOPLE = [f"{name}@fields.example" for name in ("ana", "bo", "cy", "di")]
COOPS = ["farm@fields.example", "mill@mill.example:7979"]


class Historian:
    """Makes a history from a stream of small numbers; each step is something that somebody may do or say."""

    def __init__(self, dice: random.Random, crooked: bool) -> None:
        self.dice, self.crooked = dice, crooked
        self.venture = Venture("EUR", dice.choice([0, 2, 3]))
        self.offers: list[str] = []
        self.transfers: list[str] = []
        self.said: list[str] = []
        self.venture.charter()
        for who in COOPS:
            self.venture.join(who, "coop")
        for who in PEOPLE[:3]:
            self.venture.join(who, coop=COOPS[0])
        self.sell()

    def go(self, steps: int) -> Venture:
        for _ in range(steps):
            self.venture.later(self.dice.choice([0, 1, 8, 31]))
            act = self.dice.choice(
                [self.sell, self.offer, self.subscribe, self.subscribe, self.conclude, self.acquire, self.rent,
                 self.rent, self.rent, self.redeem, self.redeem, self.dividend, self.transfer, self.register,
                 self.give_back, self.bid, self.let, self.liquidate, self.reverse, self.join, self.leave]
            )  # fmt: skip
            act()
        return self.venture

    @property
    def state(self) -> Any:
        return self.venture.ledger.state

    def month(self) -> Any:
        return month_of(self.venture.now)

    def sign(self, kind: str, /, **body: Any) -> None:
        """The clerk says it; a crooked one sometimes says something else."""
        if self.crooked and self.dice.random() < 0.3:
            field = self.dice.choice(sorted(body))
            body[field] = self.lie(body[field]) if self.dice.random() < 0.8 else self.nonsense()
        if self.crooked and self.dice.random() < 0.1:
            del body[self.dice.choice(sorted(body))]
        self.said.append(self.venture.state(kind, **body))

    def lie(self, value: Any) -> Any:
        """Something of the same kind."""
        if isinstance(value, list):
            return self.dice.choice([value[:-1], [*value, *value[:1]], value[::-1], [*self.said[-2:], *value]])
        if not isinstance(value, str):
            return self.dice.randrange(10_000)
        if value.endswith(f" {self.venture.code}"):
            return self.venture.money(self.dice.randrange(10_000))
        return self.dice.choice([value, *self.said]) if "#" in value else self.dice.choice([*PEOPLE, *COOPS, "2026-04"])

    def nonsense(self) -> Any:
        return self.dice.choice(["nonsense", 7, [], -1, True, {}, {"count": 1}, [{}], "x", "9999-12", 10**15, "#"])

    def in_status(self, *statuses: Status) -> Any:
        found = [one for one in self.state.series.values() if one.status in statuses]
        return self.dice.choice(found) if found else None

    def sell(self) -> None:
        """A whole sale that may well clear."""
        self.offer()
        for _ in range(4):
            self.subscribe()
        self.conclude()
        self.acquire()

    def offer(self) -> None:
        unit = self.dice.choice([1, 7, 100])
        terms = self.dice.choice([{"rate_bp": 0}, {"rate_bp": 437}, {"max_rate_bp": 900}])
        closes = format_time(self.venture.now + self.dice.choice([3, 20]) * 86_400)
        series, face = f"S-{len(self.offers)}", unit * self.dice.randrange(1, 40)
        offer = self.venture.offer(self.dice.choice(COOPS), series, face, unit, 50, closes=closes, **terms)
        self.offers.append(offer)
        self.sign("float", offer=offer)

    def subscribe(self) -> None:
        if series := self.in_status(Status.FLOATED):
            most = series.terms.face // series.terms.unit
            units = self.dice.choice([0, most, most, self.dice.randrange(most + 1), self.dice.randrange(most + 1)])
            rate = {"rate_bp": self.dice.randrange(0, 901)} if series.terms.is_auction else {}
            who = self.dice.choice(PEOPLE)
            self.said.append(self.venture.subscribe(who, series.offer, units * series.terms.unit, **rate))

    def conclude(self) -> None:
        if series := self.in_status(Status.FLOATED):
            if not self.crooked:
                self.venture.now = max(self.venture.now, series.terms.closes)
            kind, body = desk.conclude_sale(self.venture.ledger, series.offer, {})
            self.sign(kind, **body)

    def acquire(self) -> None:
        if series := self.in_status(Status.CLEARED):
            cost = self.venture.money(self.dice.randrange(series.terms.face + 1))
            self.sign("acquisition", offer=series.offer, cost=cost, first_period=str(self.month()))

    def rent(self) -> None:
        if series := self.in_status(Status.ACQUIRED, Status.LIQUIDATED, Status.REDEEMED):
            amount, period = self.venture.money(self.dice.randrange(800)), str(self.month())
            body: dict[str, Any] = {"offer": series.offer, "from": COOPS[0], "period": period, "amount": amount}
            if self.dice.random() < 0.5:
                payment = {"commune": COMMUNE, "offer": series.offer, "for": "rent", "period": period}
                body["payment"] = self.venture.say(COOPS[0], "payment", **payment, amount=amount)
            self.sign("rent", **body)

    def redeem(self) -> None:
        if series := self.in_status(Status.ACQUIRED, Status.LIQUIDATED):
            self.sign("redemption", **desk.redemption(self.venture.ledger, series.offer, self.month()))

    def dividend(self) -> None:
        if self.state.members:
            self.sign("dividend", **desk.dividend(self.venture.ledger, self.month()))

    def transfer(self) -> None:
        series = self.in_status(Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED)
        if series is not None and series.holdings:
            holder = self.dice.choice(sorted(series.holdings))
            amount = self.venture.money(self.dice.randrange(1, series.holdings[holder] + 1))
            to = self.dice.choice(PEOPLE)
            self.transfers.append(self.venture.say(holder, "transfer", offer=series.offer, amount=amount, to=to))

    def register(self) -> None:
        if self.transfers:
            transfer = self.transfers.pop()
            if self.crooked or self.could_register(transfer):
                self.sign("registration", transfer=transfer)

    def could_register(self, transfer: str) -> bool:
        verified = self.venture.evidence.get(transfer)
        assert verified is not None
        body = verified.record.body
        series = self.state.series[body["offer"]]
        amount = int(body["amount"].partition(" ")[0].replace(".", ""))
        open_ = series.status in (Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED)
        return open_ and amount <= series.holdings.get(transfer.partition("#")[0], 0)

    def with_asset(self, *states: AssetState) -> Any:
        found = [one for one in self.state.series.values() if one.asset in states]
        return self.dice.choice(found) if found else None

    def give_back(self) -> None:
        if series := self.with_asset(AssetState.LET):
            surrender = self.venture.say(series.tenant, "surrender", offer=series.offer)
            self.sign("return", offer=series.offer, surrender=surrender, reason="no use for it")

    def bid(self) -> None:
        if series := self.with_asset(AssetState.VACANT):
            rent = self.venture.money(self.dice.randrange(100))
            self.venture.say(self.dice.choice(COOPS), "rent-bid", offer=series.offer, rent=rent)

    def let(self) -> None:
        series = self.with_asset(AssetState.VACANT)
        if series and (body := desk.lease(self.venture.ledger, series.offer, self.month())):
            self.sign("lease", **body)

    def liquidate(self) -> None:
        if self.dice.random() < 0.4 and (series := self.with_asset(AssetState.LET, AssetState.VACANT)):
            self.sign("liquidation", offer=series.offer, proceeds=self.venture.money(self.dice.randrange(2000)))

    def reverse(self) -> None:
        for id_, taken in self.state.rents.items():
            series = self.state.series[taken.offer]
            held = self.state.pool if series.status is Status.REDEEMED else series.cash
            if not taken.reversed and (self.crooked or held >= taken.amount):
                self.sign("reversal", of=id_, reason="entered twice")
                return

    def join(self) -> None:
        who = self.dice.choice(PEOPLE)
        if who not in self.state.members:
            application = self.venture.say(who, "join", commune=COMMUNE, as_="member")
            self.sign("admission", who=who, **{"as": "member"}, application=application)

    def leave(self) -> None:
        if len(self.state.members) > 1:
            who = self.dice.choice(sorted(self.state.members))
            application = self.venture.say(who, "leave", commune=COMMUNE)
            self.sign("departure", who=who, **{"as": "member"}, application=application)


def refold(venture: Venture, evidence: Evidence) -> tuple[Ledger, list[Folded]]:
    ledger = Ledger(evidence)
    return ledger, [ledger.fold(verified) for verified in venture.logs[COMMUNE]]


histories = given(st.randoms(use_true_random=False), st.booleans(), st.integers(5, 60))


@histories
@settings(max_examples=80, deadline=None)
def test_every_history_conserves_money_and_adds_up(dice: random.Random, crooked: bool, steps: int) -> None:
    venture = Historian(dice, crooked).go(steps)
    ledger, folded = refold(venture, venture.evidence)
    entries = list(transactions(folded))
    assert all(sum(amount for _, amount in entry.postings) == 0 for entry in entries)
    books = balances(entries)
    state = ledger.state
    held = {account: amount for account, amount in books.items() if (account.root, account.name) == ("assets", "cash")}
    assert sum(held.values()) == cash_of(ledger) >= 0
    assert books.get(cash("pool"), 0) == state.pool + state.carried >= 0
    for series in state.series.values():
        assert sum(series.holdings.values()) == series.outstanding >= 0
        assert all(amount > 0 for amount in series.holdings.values())
        assert series.cash >= 0
        assert series.due >= 0
        for who in {*PEOPLE, *COOPS, *series.holdings}:
            assert -books.get(bonds(series.code, who), 0) == series.holdings.get(who, 0)
    assert not [notice for notice in notices(ledger) if not notice.detail]


@histories
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_logs_arrive_changes_nothing(dice: random.Random, crooked: bool, steps: int) -> None:
    venture = Historian(dice, crooked).go(steps)
    everything = list(venture.everything())
    first, _ = refold(venture, Evidence(everything))
    dice.shuffle(everything)
    second, _ = refold(venture, Evidence(everything))
    assert ledger_data(first, notices(first)) == ledger_data(second, notices(second))


@histories
@settings(max_examples=40, deadline=None)
def test_one_more_record_folded_in_is_the_same_as_all_of_them(dice: random.Random, crooked: bool, steps: int) -> None:
    """The venture's own ledger was folded record by record; what came too late for it, it knows itself."""
    venture = Historian(dice, crooked).go(steps)
    ledger, _ = refold(venture, venture.evidence)
    if not any(venture.ledger.is_outdated(verified) for verified in venture.everything()):
        assert ledger_data(venture.ledger, notices(venture.ledger)) == ledger_data(ledger, notices(ledger))


@given(st.randoms(use_true_random=False), st.integers(5, 60))
@settings(max_examples=50, deadline=None)
def test_an_honest_clerk_is_never_found_fault_with(dice: random.Random, steps: int) -> None:
    venture = Historian(dice, crooked=False).go(steps)
    assert venture.codes() == []
    assert venture.ledger.complete


@histories
@settings(max_examples=40, deadline=None)
def test_nobody_is_paid_twice(dice: random.Random, crooked: bool, steps: int) -> None:
    """Of principal nobody gets more than they were allotted or took over; of a pool each gets one share."""
    venture = Historian(dice, crooked).go(steps)
    _, folded = refold(venture, venture.evidence)
    for one in folded:
        if isinstance(one.movement, Paid):
            paid, cash_before = one.movement, one.movement.cash
            assert all(paid.principal[who] <= paid.holdings[who] for who in paid.holdings)
            assert sum(paid.interest.values()) + sum(paid.principal.values()) + paid.to_pool == cash_before or (
                not paid.to_pool
            )
            assert sum(paid.interest.values()) <= paid.due
        if isinstance(one.movement, Shared):
            assert max(Counter(one.movement.members).values()) == 1
            assert one.movement.each * len(one.movement.members) + one.movement.carried == one.movement.pool


@pytest.mark.parametrize("cents", [-1, 1])
def test_a_clerk_who_shaves_a_cent_is_named(cents: int) -> None:
    venture = Venture()
    venture.charter()
    venture.join("farm@fields.example", "coop")
    for who in PEOPLE[:3]:
        venture.join(who)
    offer = venture.floated("farm@fields.example", "TRACTOR-1", 2400_00, 100_00, 200_00)
    venture.subscribe(PEOPLE[0], offer, 2400_00)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    venture.state(kind, **body)
    venture.state("acquisition", offer=offer, cost=venture.money(2400_00), first_period="2026-02")
    venture.state("rent", offer=offer, from_="farm@fields.example", period="2026-02", amount=venture.money(2408_00))
    venture.state("redemption", **desk.redemption(venture.ledger, offer, month_of(venture.now)))
    venture.state("rent", offer=offer, from_="farm@fields.example", period="2026-03", amount=venture.money(346_54))
    honest = desk.dividend(venture.ledger, month_of(venture.now))
    assert (honest["each"], honest["carried"]) == ("115.51 EUR", "0.01 EUR")
    venture.state("dividend", **{**honest, "each": venture.money(115_51 + cents)})
    assert venture.codes() == [("misstated", "each")]
    assert venture.ledger.state.dividends == dict.fromkeys(PEOPLE[:3], 115_51)
