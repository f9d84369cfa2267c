"""Whole random histories, of honest and of crooked clerks: what holds of every ledger (commune.md 1 to 6)."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.historian import COOPS, PEOPLE, Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.books import balances, bonds, cash, transactions
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Folded, Ledger
from thimbl.core.commune.movements import Paid, Shared
from thimbl.core.commune.notices import notices
from thimbl.core.commune.report import cash_of, ledger_data


def refold(venture: Venture, evidence: Evidence) -> tuple[Ledger, list[Folded]]:
    ledger = Ledger(evidence)
    return ledger, [ledger.fold(verified) for verified in venture.logs[COMMUNE]]


histories = given(st.randoms(use_true_random=False), st.booleans(), st.integers(5, 60))


@histories
@settings(max_examples=40, deadline=None)
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
@settings(max_examples=20, deadline=None)
def test_the_order_in_which_logs_arrive_changes_nothing(dice: random.Random, crooked: bool, steps: int) -> None:
    venture = Historian(dice, crooked).go(steps)
    everything = list(venture.everything())
    first, _ = refold(venture, Evidence(everything))
    dice.shuffle(everything)
    second, _ = refold(venture, Evidence(everything))
    assert ledger_data(first, notices(first)) == ledger_data(second, notices(second))


@histories
@settings(max_examples=20, deadline=None)
def test_one_more_record_folded_in_is_the_same_as_all_of_them(dice: random.Random, crooked: bool, steps: int) -> None:
    """The venture's own ledger was folded record by record; what came too late for it, it knows itself."""
    venture = Historian(dice, crooked).go(steps)
    ledger, _ = refold(venture, venture.evidence)
    if not any(venture.ledger.is_outdated(verified) for verified in venture.everything()):
        assert ledger_data(venture.ledger, notices(venture.ledger)) == ledger_data(ledger, notices(ledger))


@given(st.randoms(use_true_random=False), st.integers(5, 60))
@settings(max_examples=30, deadline=None)
def test_an_honest_clerk_is_never_found_fault_with(dice: random.Random, steps: int) -> None:
    venture = Historian(dice, crooked=False).go(steps)
    assert venture.codes() == []
    assert venture.ledger.complete


@histories
@settings(max_examples=20, deadline=None)
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
