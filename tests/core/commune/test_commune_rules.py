"""One rule after the other (commune.md 3, 5, 6), where the vectors of the second implementation say nothing."""

from typing import Any

import pytest

from tests.core.commune.farm import ANA, BO, CY, FARM, MILL, NOBODY, let, redeem, rent, series_of, sold
from tests.support.venture import COMMUNE, Venture
from thimbl.core.commune import desk
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.commune.report import cash_of, ledger_data
from thimbl.core.commune.state import AssetState, Status
from thimbl.core.times import parse_time

# charter and registers


def test_nothing_counts_before_the_charter() -> None:
    venture = Venture()
    venture.state("dividend", period="2026-01", pool="1.00 EUR", members=1, each="1.00 EUR", carried="0.00 EUR")
    venture.state("rent", offer=NOBODY, from_=FARM, period="2026-01", amount="1 JPY")
    venture.state("registration", transfer=NOBODY)
    assert venture.codes() == [
        ("wrong-status", "dividend"),
        ("wrong-status", NOBODY),
        ("wrong-status", NOBODY),
    ]
    assert ledger_data(venture.ledger)["pool"] is None


def test_a_charter_that_is_stated_twice_changes_nothing(venture: Venture) -> None:
    """Not the name, and above all not what its money is."""
    before, pool = venture.ledger.state.charter, ledger_data(venture.ledger)["pool"]
    venture.state("charter", name="The Other Fields", currency="JPY", digits=0, period="month", rules=1)
    assert venture.codes() == [("wrong-status", "charter")]
    assert (venture.ledger.state.charter, ledger_data(venture.ledger)["pool"]) == (before, pool)
    assert before is not None


def test_posts_and_unknown_kinds_of_the_commune_are_no_business_of_the_ledger(venture: Venture) -> None:
    venture.state("post", text="Hello")
    venture.state("weather", sky="grey")
    assert venture.codes() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", 1), ("currency", "eur"), ("digits", 5), ("digits", True), ("period", "week"), ("rules", 2)],
)
def test_a_charter_is_read_field_by_field(field: str, value: object) -> None:
    venture = Venture()
    body = {"name": "F", "currency": "EUR", "digits": 2, "period": "month", "rules": 1, field: value}
    venture.state("charter", **body)
    assert venture.codes() == [("malformed", field)]
    assert venture.ledger.state.charter is None


def test_whoever_left_may_join_again_with_another_application(venture: Venture) -> None:
    leave = venture.say(ANA, "leave", commune=COMMUNE)
    venture.state("departure", who=ANA, as_="member", application=leave)
    assert list(venture.ledger.state.members) == [BO]
    venture.join(ANA)
    assert list(venture.ledger.state.members) == [BO, ANA]
    venture.state("departure", who=ANA, as_="member", application=leave)
    assert venture.codes() == [("reused", leave)]


def test_a_member_may_be_a_coop_too_and_one_leave_is_for_one_register(venture: Venture) -> None:
    venture.join(ANA, "coop")
    leave = venture.say(ANA, "leave", commune=COMMUNE)
    venture.state("departure", who=ANA, as_="coop", application=leave)
    venture.state("departure", who=ANA, as_="member", application=leave)
    assert venture.codes() == [("reused", leave)]
    assert ANA in venture.ledger.state.members


def test_addresses_are_compared_in_their_canonical_form(venture: Venture) -> None:
    application = venture.say(CY, "join", commune="commune@FIELDS.example:79", as_="member")
    venture.state("admission", who="cy@MILL.example", as_="member", application=application)
    assert venture.codes() == []
    assert CY in venture.ledger.state.members


# rent and redemption


def test_interest_falls_due_for_each_month_once_and_none_before_the_first(venture: Venture) -> None:
    offer = let(venture, first_period="2026-03")
    series = series_of(venture, offer)
    rent(venture, offer, "2026-02")
    assert (series.due, series.cash) == (0, 200_00)
    venture.now = parse_time("2026-06-01T00:00:00Z")
    rent(venture, offer, "2026-05")
    assert series.due == 3 * 8_00
    rent(venture, offer, "2026-04")
    assert series.due == 3 * 8_00
    assert venture.codes() == []


def test_a_period_beyond_the_month_that_follows_is_malformed(venture: Venture) -> None:
    offer = let(venture)
    rent(venture, offer, "2026-03")
    rent(venture, offer, "2026-04")
    assert venture.codes() == [("malformed", "period")]


def test_a_redeemed_series_gives_its_cash_and_its_rents_to_the_pool(venture: Venture) -> None:
    offer = let(venture, face=200_00, cost=150_00)
    rent(venture, offer, "2026-02", 160_00)
    redeem(venture, offer)
    series, state = series_of(venture, offer), venture.ledger.state
    assert (series.status, series.cash, series.due, series.holdings) == (Status.REDEEMED, 0, 0, {})
    assert state.pool == 50_00 + 160_00 - 200_00 - 67
    rent(venture, offer, "2026-03", 10_00)
    assert state.pool == 50_00 + 160_00 - 200_00 - 67 + 10_00
    assert cash_of(venture.ledger) == state.pool


def test_a_payment_is_cited_by_one_rent_of_the_same_figures(venture: Venture) -> None:
    offer = let(venture)
    body: dict[str, Any] = {"commune": COMMUNE, "offer": offer, "for": "rent", "period": "2026-02"}
    payment = venture.say(FARM, "payment", **body, amount="200.00 EUR")
    less = venture.say(FARM, "payment", **body, amount="199.99 EUR")
    rent(venture, offer, "2026-02", payment=less)
    rent(venture, offer, "2026-02", payment=payment)
    rent(venture, offer, "2026-02", payment=payment)
    assert venture.codes() == [("wrong-evidence", less), ("reused", payment)]
    assert series_of(venture, offer).cash == 200_00


def test_a_reversal_takes_back_what_is_there_and_interest_stays_due(venture: Venture) -> None:
    offer = let(venture)
    first = rent(venture, offer, "2026-02").partition("#")[2]
    venture.state("reversal", of=first, reason="entered twice")
    series = series_of(venture, offer)
    assert (series.cash, series.due, series.paid_rents[Period(2026, 2)]) == (0, 8_00, 0)
    second = rent(venture, offer, "2026-02").partition("#")[2]
    redeem(venture, offer)
    venture.state("reversal", of=second, reason="entered twice")
    venture.state("reversal", of="b" * 52, reason="no such")
    assert venture.codes() == [("overdrawn", second), ("wrong-evidence", "b" * 52)]


def test_the_last_redemption_of_a_liquidated_series_writes_off_the_rest(venture: Venture) -> None:
    offer = let(venture)
    venture.state("liquidation", offer=offer, proceeds="1000.00 EUR")
    redeem(venture, offer)
    series = series_of(venture, offer)
    assert (series.status, series.asset, series.holdings, series.cash) == (Status.REDEEMED, AssetState.SOLD, {}, 0)
    assert [notice.code for notice in venture.ledger.state.notices] == ["lost"]
    assert cash_of(venture.ledger) == 0


def test_absurd_amounts_are_malformed(venture: Venture) -> None:
    offer = let(venture)
    venture.state("rent", offer=offer, from_=FARM, period="2026-02", amount=f"{10**15}.00 EUR")
    venture.state("rent", offer=offer, from_=FARM, period="2026-02", amount="-1.00 EUR")
    venture.state("rent", offer=offer, from_=FARM, period="2026-02", amount="1.00 USD")
    assert venture.codes() == [("malformed", "amount")] * 3


# transfers and leases


def test_a_transfer_that_was_too_large_may_be_registered_when_the_holding_bears_it(venture: Venture) -> None:
    offer = sold(venture, face=200_00)
    first = venture.say(ANA, "transfer", offer=offer, amount="150.00 EUR", to=BO)
    back = venture.say(BO, "transfer", offer=offer, amount="150.00 EUR", to=ANA)
    venture.state("registration", transfer=back)
    venture.state("registration", transfer=first)
    venture.state("registration", transfer=back)
    assert venture.codes() == [("overdrawn-holding", BO)]
    assert series_of(venture, offer).holdings == {ANA: 200_00}


def test_whoever_transfers_to_themselves_holds_what_they_held(venture: Venture) -> None:
    offer = sold(venture, face=200_00)
    venture.state("registration", transfer=venture.say(ANA, "transfer", offer=offer, amount="200.00 EUR", to=ANA))
    assert series_of(venture, offer).holdings == {ANA: 200_00}


def test_a_vacant_asset_goes_to_the_highest_bidder_and_ties_by_the_digest(venture: Venture) -> None:
    venture.join(MILL, "coop")
    offer = let(venture)
    surrender = venture.say(FARM, "surrender", offer=offer)
    venture.state("return", offer=offer, surrender=surrender, reason="done")
    for who in (FARM, MILL):
        venture.say(who, "rent-bid", offer=offer, rent="90.00 EUR")
    body = desk.lease(venture.ledger, offer, Period(2026, 3))
    assert body is not None
    venture.state("lease", **{**body, "tenant": FARM if body["tenant"] == MILL else MILL})
    assert venture.codes() == [("misstated", "lease")]
    assert series_of(venture, offer).tenant == body["tenant"]


def test_a_lease_without_a_good_bid_has_no_effect(venture: Venture) -> None:
    offer = let(venture)
    venture.state("return", offer=offer, reason="expelled")
    venture.state("lease", offer=offer, bids=[], tenant=FARM, rent="1.00 EUR", first_period="2026-03")
    assert venture.codes() == [("misstated", "lease")]
    assert series_of(venture, offer).asset is AssetState.VACANT


# the log itself


def test_a_fork_stops_the_fold(venture: Venture) -> None:
    ledger = Ledger(venture.evidence)
    for verified in venture.logs[COMMUNE][:3]:
        ledger.fold(verified)
    ledger.fork(4, "f" * 52)
    ledger.fork(5, "g" * 52)
    assert ledger.fold(venture.logs[COMMUNE][3]).findings == ()
    assert [(one.seq, one.code, one.detail) for one in ledger.state.findings] == [(4, "forked", "f" * 52)]
    assert not ledger.complete


def test_a_gap_makes_the_ledger_incomplete(venture: Venture) -> None:
    ledger = Ledger(venture.evidence).fold_all(venture.logs[COMMUNE][:2])
    assert ledger.complete
    ledger.fold(venture.logs[COMMUNE][3])
    assert not ledger.complete


def test_evidence_that_comes_late_is_noticed(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 200_00, 100_00, 50_00)
    venture.state("departure", who=ANA, as_="member", application=f"{ANA}#{'c' * 52}")
    venture.later(31)
    venture.state("lapse", offer=offer, subscriptions=[])
    venture.subscribe(CY, offer, 100_00)
    late = venture.logs[CY][-1]
    assert venture.ledger.is_outdated(late)
    assert not venture.ledger.is_outdated(venture.logs[ANA][0])
