"""The sale (commune.md 4), where the vectors of the second implementation say nothing."""

from typing import Any

import pytest

from tests.core.commune.farm import ANA, BO, FARM, NOBODY, series_of
from tests.support.venture import Venture
from thimbl.core.commune import desk
from thimbl.core.commune.state import Status

# the sale


def test_a_sale_at_a_fixed_rate_does_not_look_at_the_rates_of_bids(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 1000_00, 100_00, 50_00, rate_bp=300)
    venture.subscribe(ANA, offer, 1000_00, rate_bp=-7)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    assert (kind, body["rate_bp"]) == ("clearing", 300)
    venture.state(kind, **body)
    assert series_of(venture, offer).holdings == {ANA: 1000_00}
    assert venture.codes() == []


def test_a_later_subscription_replaces_the_ones_before_and_zero_withdraws(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 1000_00, 100_00, 50_00)
    first = venture.subscribe(ANA, offer, 1000_00)
    second = venture.subscribe(ANA, offer, 0)
    venture.subscribe(BO, offer, 500_00)
    venture.later(31)
    assert desk.conclude_sale(venture.ledger, offer, {})[0] == "lapse"
    venture.state("lapse", offer=offer, subscriptions=[first, second], seen=[{"address": BO, "seq": 1}])
    assert venture.codes() == []
    assert series_of(venture, offer).status is Status.LAPSED
    assert [(one.code, one.detail.partition("#")[0]) for one in venture.ledger.state.notices] == [
        ("unseen-subscription", BO)
    ]


def test_a_sale_that_computes_to_the_other_kind_takes_the_computed_effect(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 1000_00, 100_00, 50_00)
    subscription = venture.subscribe(ANA, offer, 1000_00)
    venture.later(31)
    venture.state("lapse", offer=offer, subscriptions=[subscription])
    assert venture.codes() == [("misstated", "lapse")]
    assert series_of(venture, offer).status is Status.CLEARED
    other = venture.floated(FARM, "U", 1000_00, 100_00, 50_00)
    venture.later(31)
    venture.state("clearing", offer=other, subscriptions=[], rate_bp=1, allotments=[])
    assert venture.codes()[1:] == [("misstated", "clearing")]
    assert series_of(venture, other).status is Status.LAPSED


def test_a_withdrawal_that_the_clerk_leaves_out_is_an_omission(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 1000_00, 100_00, 50_00)
    first = venture.subscribe(ANA, offer, 1000_00)
    withdrawal = venture.subscribe(ANA, offer, 0)
    venture.later(31)
    venture.state(
        "clearing",
        offer=offer,
        subscriptions=[first],
        rate_bp=400,
        allotments=[{"holder": ANA, "amount": "1000.00 EUR"}],
    )
    assert venture.codes() == [("omitted-subscription", withdrawal)]


def test_two_thousand_subscribers_are_stated_by_their_digest(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 2000_00, 1_00, 50_00, max_rate_bp=500)
    for number in range(2000):
        venture.subscribe(f"s{number}@many.example", offer, 2_00, rate_bp=400)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    assert (body["allotments"]["count"], body["allotments"]["total"]) == (1000 * 2, "2000.00 EUR")
    venture.state(kind, **body)
    assert venture.codes() == []
    wrong = venture.floated(FARM, "U", 2_00, 1_00, 50_00)
    venture.subscribe(ANA, wrong, 2_00)
    venture.later(31)
    kind, short = desk.conclude_sale(venture.ledger, wrong, {})
    digest = {"count": 1, "total": "2.00 EUR", "digest": "a" * 52}
    venture.state(kind, **{**short, "allotments": digest})
    assert venture.codes() == [("misstated", "allotments")]


def test_a_list_of_shares_in_another_order_is_not_the_one_to_be_stated(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 200_00, 100_00, 50_00)
    for who in (ANA, BO):
        venture.subscribe(who, offer, 100_00)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    venture.state(kind, **{**body, "allotments": body["allotments"][::-1]})
    assert venture.codes() == [("misstated", "allotments")]


@pytest.mark.parametrize(
    "seen", [[{"address": BO, "seq": 1}, {"address": ANA, "seq": 1}], [{"address": ANA, "seq": -1}], [1], {}]
)
def test_seen_is_sorted_each_author_once(venture: Venture, seen: Any) -> None:
    offer = venture.floated(FARM, "T", 200_00, 100_00, 50_00)
    venture.state("lapse", offer=offer, subscriptions=[], seen=seen)
    assert venture.codes() == [("malformed", "seen")]


# floats


def test_an_offer_is_floated_once_and_its_code_used_once(venture: Venture) -> None:
    offer = venture.floated(FARM, "T", 200_00, 100_00, 50_00)
    venture.state("float", offer=offer)
    again = venture.floated(FARM, "T", 300_00, 100_00, 50_00)
    venture.state("float", offer=NOBODY)
    elsewhere = venture.say(FARM, "bond-offer", commune="other@x.example", series="E", asset="x")
    venture.state("float", offer=elsewhere)
    assert venture.codes() == [
        ("wrong-status", offer),
        ("wrong-evidence", again),
        ("missing-evidence", NOBODY),
        ("wrong-evidence", elsewhere),
    ]
    assert not venture.ledger.complete


def test_a_coop_that_has_left_can_not_have_an_offer_floated(venture: Venture) -> None:
    offer = venture.offer(FARM, "T", 200_00, 100_00, 50_00)
    venture.state("departure", who=FARM, as_="coop")
    venture.state("float", offer=offer)
    assert venture.codes() == [("expelled", FARM), ("not-a-coop", FARM)]
