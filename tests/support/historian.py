"""Whole random histories of a commune, of honest and of crooked clerks: what tests of ledgers fold."""

import random
from typing import Any

from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
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
