"""What participants may sign: what would have no effect is refused, with the reason, before it is signed."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.commune.farm import ANA, BO, CY, FARM, MILL, NOBODY, let, redeem, rent, series_of, sold
from tests.support.historian import PEOPLE, Historian
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.money import AmountError, Currency
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.sale import is_eligible
from thimbl.core.commune.wishes import Refusal, View, Wish, offers


def view(venture: Venture, who: str) -> View:
    return View(who, venture.now + 1, venture.evidence, venture.ledger)


def sign(venture: Venture, who: str, wish: Wish) -> str:
    return venture.say(who, wish.kind, **wish.body)


def refused(act: Callable[[], object], why: str) -> None:
    with pytest.raises(Refusal) as found:
        act()
    assert why in str(found.value)


AUCTION = {"max_rate_bp": 500}


def test_a_subscription_is_read_as_people_write_and_shown_as_the_charter_has_it(venture: Venture) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00)
    for typed in ("2400", "2,400.00", "2400 EUR", "2400.00 EUR"):
        wish = view(venture, ANA).subscribe(offer, typed)
        assert wish == Wish("subscription", {"offer": offer, "amount": "2400.00 EUR"})
    with pytest.raises(AmountError):
        view(venture, ANA).subscribe(offer, "2,400")


@pytest.mark.parametrize(
    ("amount", "rate_bp", "why"),
    [
        ("150", 200, "units of 100.00 EUR: subscribe 100.00 EUR or 200.00 EUR"),
        ("2500", 200, "The whole series is 2400.00 EUR"),
        ("0", 200, "'thimbl bond withdraw'"),
        ("100", None, "the least rate"),
        ("100", 501, "from 0 to 5 %"),
        ("100", -1, "from 0 to 5 %"),
    ],
)
def test_a_subscription_that_would_not_count(venture: Venture, amount: str, rate_bp: int | None, why: str) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00, **AUCTION)
    refused(lambda: view(venture, ANA).subscribe(offer, amount, rate_bp), why)


def test_a_rate_where_it_is_fixed(venture: Venture) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00)
    refused(lambda: view(venture, ANA).subscribe(offer, "100", 300), "fixed at 4 %")


def test_subscribing_and_withdrawing_twice(venture: Venture) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00, **AUCTION)
    refused(lambda: view(venture, ANA).withdraw(offer), "nothing to withdraw")
    sign(venture, ANA, view(venture, ANA).subscribe(offer, "100", 200))
    refused(lambda: view(venture, ANA).subscribe(offer, "100", 200), "already")
    sign(venture, ANA, view(venture, ANA).subscribe(offer, "100", 300))
    wish = view(venture, ANA).withdraw(offer)
    assert wish.body == {"offer": offer, "amount": "0.00 EUR"}
    sign(venture, ANA, wish)
    refused(lambda: view(venture, ANA).withdraw(offer), "nothing to withdraw")
    sign(venture, ANA, view(venture, ANA).subscribe(offer, "100", 300))


def test_after_closing_and_after_the_sale(venture: Venture) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00)
    sign(venture, ANA, view(venture, ANA).subscribe(offer, "2400"))
    venture.later(31)
    refused(lambda: view(venture, ANA).withdraw(offer), "closed at 2026-01-31")
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    venture.state(kind, **body)
    refused(lambda: view(venture, BO).subscribe(offer, "100"), "it is cleared")


def test_the_terms_of_an_offer_are_enough_to_subscribe(venture: Venture) -> None:
    offer = venture.offer(FARM, "T-1", 2400_00, 100_00, 200_00)
    alone = View(CY, venture.now, Evidence(venture.logs[FARM]))
    assert alone.subscribe(offer, "100").body["amount"] == "100.00 EUR"
    refused(lambda: alone.subscribe(offer, "150"), "units")
    refused(lambda: alone.transfer(offer, "100", BO), "The commune's log is not here")
    refused(lambda: alone.leave(COMMUNE), "The commune's log is not here")
    refused(lambda: alone.subscribe(NOBODY, "100"), "That offer is not here")
    assert [reference for reference, _ in offers(alone.evidence)] == [offer]


def terms(venture: Venture, series: str = "T-9", code: str = "EUR") -> BondOffer:
    return BondOffer(
        commune=Address.parse(COMMUNE), series=series, asset="A plough", face=100_00, unit=10_00, rent=10_00,
        currency=Currency(code, 2), term=12, rate_bp=100, closes=venture.now + 86_400,
    )  # fmt: skip


def test_an_offer_that_would_not_be_floated(venture: Venture) -> None:
    venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00)
    refused(lambda: view(venture, ANA).offer(terms(venture)), "no admitted co-op")
    refused(lambda: view(venture, FARM).offer(terms(venture, "T-1")), "another code")
    refused(lambda: view(venture, FARM).offer(terms(venture, code="USD")), "2400.00 EUR")
    wish = view(venture, FARM).offer(terms(venture))
    sign(venture, FARM, wish)
    refused(lambda: view(venture, FARM).offer(terms(venture)), "already")
    venture.later(3)
    refused(lambda: view(venture, FARM).offer(terms(Venture())), "closed already")


def test_paying_rent(venture: Venture) -> None:
    early = sold(venture)
    refused(lambda: view(venture, FARM).pay(early, "200", "2026-02"), "not let yet")
    offer = let(venture, first_period="2026-03")
    refused(lambda: view(venture, FARM).pay(offer, "200", "2026-02"), "The first rent of T-1 is that of 2026-03")
    refused(lambda: view(venture, FARM).pay(offer, "200", "2026-09"), "too far ahead")
    refused(lambda: view(venture, FARM).pay(offer, "0", "2026-03"), "Nothing was paid")
    wish = view(venture, FARM).pay(offer, "200", "2026-03")
    assert list(wish.body) == ["commune", "offer", "for", "amount", "period"]
    payment = sign(venture, FARM, wish)
    refused(lambda: view(venture, FARM).pay(offer, "200", "2026-03"), "already")
    rent(venture, offer, "2026-03", payment=payment)
    assert venture.codes() == []
    assert view(venture, FARM).pay(offer, "200", "2026-03").kind == "payment"


def test_paying_for_bonds(venture: Venture) -> None:
    offer = venture.floated(FARM, "T-1", 2400_00, 100_00, 200_00)
    refused(lambda: view(venture, ANA).pay(offer, "200"), "'thimbl bond subscribe' does")
    sign(venture, ANA, view(venture, ANA).subscribe(offer, "200"))
    refused(lambda: view(venture, ANA).pay(offer, "300"), "200.00 EUR")
    assert view(venture, ANA).pay(offer, "200").body["for"] == "subscription"


def test_passing_bonds_on(venture: Venture) -> None:
    offer = sold(venture)
    refused(lambda: view(venture, BO).transfer(offer, "100", CY), "You hold 0.00 EUR")
    refused(lambda: view(venture, ANA).transfer(offer, "2500", CY), "not enough")
    refused(lambda: view(venture, ANA).transfer(offer, "100", ANA), "yourself")
    refused(lambda: view(venture, ANA).transfer(offer, "0", CY), "nothing to pass on")
    transfer = sign(venture, ANA, view(venture, ANA).transfer(offer, "2000", CY))
    refused(lambda: view(venture, ANA).transfer(offer, "2000", CY), "already")
    refused(lambda: view(venture, ANA).transfer(offer, "500", CY), "2000.00 EUR wait to be registered")
    venture.state("registration", transfer=transfer)
    assert view(venture, ANA).transfer(offer, "400", CY).body["to"] == CY
    lapsed = venture.floated(FARM, "L-1", 100_00, 100_00, 1_00)
    refused(lambda: view(venture, ANA).transfer(lapsed, "100", CY), "L-1 is floated")


def test_acknowledging(venture: Venture) -> None:
    refused(lambda: view(venture, ANA).acknowledge(), "nothing to acknowledge")
    offer = let(venture)
    rent(venture, offer, "2026-02")
    paid = redeem(venture, offer)
    [wish] = view(venture, ANA).acknowledge()
    assert wish.body == {"of": paid}
    refused(lambda: view(venture, BO).acknowledge(), "nothing to acknowledge")
    refused(lambda: view(venture, ANA).acknowledge("zzz"), "of that id")
    assert view(venture, ANA).acknowledge(paid) == [wish]
    sign(venture, ANA, wish)
    refused(lambda: view(venture, ANA).acknowledge(), "nothing to acknowledge")


def test_an_asset_given_back_and_bid_for(venture: Venture) -> None:
    offer = let(venture)
    refused(lambda: view(venture, MILL).bid(offer, "100"), "Only an admitted co-op")
    refused(lambda: view(venture, FARM).bid(offer, "100"), "it is let")
    refused(lambda: view(venture, ANA).surrender(offer), "not the tenant")
    sign(venture, FARM, view(venture, FARM).surrender(offer))
    refused(lambda: view(venture, FARM).surrender(offer), "already")
    venture.state("return", **desk.return_(venture.ledger, offer, "surrendered"))
    refused(lambda: view(venture, FARM).bid(offer, "0"), "zero")
    sign(venture, FARM, view(venture, FARM).bid(offer, "100"))
    refused(lambda: view(venture, FARM).bid(offer, "100.00"), "already")
    assert view(venture, FARM).bid(offer, "120").body == {"offer": offer, "rent": "120.00 EUR"}
    assert series_of(venture, offer).tenant is None


def test_the_registers(venture: Venture) -> None:
    refused(lambda: view(venture, ANA).join(COMMUNE, "member"), "already")
    refused(lambda: view(venture, COMMUNE).join(COMMUNE, "member"), "your own address")
    refused(lambda: view(venture, CY).join(COMMUNE, "coop", FARM), "Only a member works")
    refused(lambda: view(venture, CY).leave(COMMUNE), "on no register")
    wish = view(venture, CY).join(COMMUNE, "member", FARM)
    assert wish.body == {"commune": COMMUNE, "as": "member", "coop": FARM}
    sign(venture, CY, wish)
    refused(lambda: view(venture, CY).join(COMMUNE, "member", FARM), "applied already")
    sign(venture, ANA, view(venture, ANA).leave(COMMUNE))
    refused(lambda: view(venture, ANA).leave(COMMUNE), "asked to leave already")


@given(st.randoms(use_true_random=False), st.integers(0, 30), st.integers(0, 5000), st.integers(-1, 1000))
@settings(max_examples=30, deadline=None)
def test_what_may_be_subscribed_is_eligible(dice: random.Random, steps: int, minor: int, rate_bp: int) -> None:
    """And it is what counts of theirs from then on."""
    venture = Historian(dice, crooked=False).go(steps)
    for offer, series in venture.ledger.state.series.items():
        seen = View(dice.choice(PEOPLE), venture.now + 1, venture.evidence, venture.ledger)
        rate = rate_bp if series.terms.is_auction else None
        amount = dice.choice([minor, minor * series.terms.unit % (series.terms.face + 1)])
        try:
            wish = seen.subscribe(offer, venture.money(amount), rate)
        except Refusal:
            continue
        reference = venture.say(seen.author, wish.kind, **wish.body)
        verified = venture.evidence.get(reference)
        standing = View(seen.author, venture.now, venture.evidence, venture.ledger).standing(offer, series.terms)
        assert verified is not None
        assert standing is not None
        assert standing.amount == amount
        assert is_eligible(series.terms, standing, verified.record.time)
