"""Forms of a co-op's offer and of what a clerk states of their own accord: asked, read strictly, refused in words."""

import pytest

from tests.core.commune.farm import ANA, BO, FARM, let, rent, series_of, sold
from tests.core.commune.test_commune_acts import act, form, likely, view
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address, AddressError
from thimbl.core.commune import desk
from thimbl.core.commune.acts import Act, Verb, notes_of
from thimbl.core.commune.deeds import Deed, Doing, deeds, form_of_deed, stated
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import AmountError, RateError
from thimbl.core.commune.offering import offer_of
from thimbl.core.commune.wishes import Refusal, View

OFFER = {
    "series": "CART-1", "asset": "A cart", "description": "", "risk": "It may break.", "face": "900", "unit": "100",
    "rent": "80", "term": "24", "rate": "", "max rate": "4.5", "closes": "2126-02-01",
}  # fmt: skip


def test_an_offer_is_read_as_the_command_reads_it(venture: Venture) -> None:
    """In the commune's money, with the outlook beside the record."""
    sold(venture)
    asked = form(venture, FARM, Verb.OFFER)
    assert [one.name for one in asked.questions] == list(OFFER)
    assert likely(asked) == [""] * len(OFFER)
    body = act(venture, FARM, Verb.OFFER, **{name.replace(" ", "_"): text for name, text in OFFER.items()})
    assert body == {
        "commune": COMMUNE, "series": "CART-1", "asset": "A cart", "risk": "It may break.", "face": "900.00 EUR",
        "unit": "100.00 EUR", "rent": "80.00 EUR", "term": 24, "max_rate_bp": 450,
        "closes": "2126-02-01T00:00:00Z",
    }  # fmt: skip
    told = notes_of(view(venture, FARM), Act(Verb.OFFER, Address.parse(COMMUNE), "", OFFER))
    assert told[0] == "A rent of 80.00 EUR redeems the bonds in month 12."
    assert notes_of(view(venture, ANA), Act(Verb.SUBSCRIBE, Address.parse(COMMUNE), "")) == ()


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"asset": "", "term": ""}, Refusal, "needs more: what it is to buy, the months"),
        ({"series": "cart"}, Malformed, "capital letters"),
        ({"rate": "4"}, Refusal, "one rate"),
        ({"max rate": ""}, Refusal, "one rate"),
        ({"max rate": "much"}, RateError, "percent"),
        ({"face": "nine"}, AmountError, "nine"),
        ({"unit": "70"}, Malformed, "divide"),
        ({"term": "two"}, Refusal, "number of months"),
        ({"term": "0"}, Malformed, "above zero"),
        ({"closes": "soon"}, Refusal, "soon"),
        ({"closes": "2001-01-01"}, Refusal, "closed already"),
        ({"series": "T-0"}, Refusal, "another code"),
    ],
)
def test_what_is_no_offer(venture: Venture, changed: dict[str, str], error: type[Exception], told: str) -> None:
    """Each answer that is none is named."""
    sold(venture)
    answers = {name.replace(" ", "_"): text for name, text in {**OFFER, **changed}.items()}
    with pytest.raises(error, match=told):
        act(venture, FARM, Verb.OFFER, **answers)


def test_who_may_offer(venture: Venture) -> None:
    """An admitted co-op, as far as the register is here; where it is not, the face says which money it is."""
    with pytest.raises(Refusal, match="no admitted co-op"):
        form(venture, ANA, Verb.OFFER)
    stranger = View(BO, 1_770_000_000, Evidence())
    where = Address.parse(COMMUNE)
    with pytest.raises(AmountError, match="with its currency"):
        offer_of(stranger, where, OFFER)
    assert offer_of(stranger, where, OFFER | {"face": "900 CHF"}).currency.code == "CHF"


def do(ledger: Ledger, deed: Deed, **answers: str) -> tuple[str, dict[str, object]]:
    kind, body = stated(ledger, Doing(deed, {name.rstrip("_"): text for name, text in answers.items()}))
    return kind, dict(body)


def test_a_commune_is_founded() -> None:
    """It is all that there is to be done with an account that is none."""
    ledger = Ledger(Evidence())
    ledger.address = COMMUNE
    ledger.state.addresses.add(COMMUNE)
    assert deeds(ledger) == [Deed.CHARTER]
    assert likely(form_of_deed(ledger, Deed.CHARTER)) == ["", "", "2"]
    kind, body = do(ledger, Deed.CHARTER, name="Fields", currency="eur", digits="2")
    assert (kind, body) == (
        "charter",
        {"name": "Fields", "currency": "EUR", "digits": 2, "period": "month", "rules": 1},
    )
    assert desk.rehearse(ledger, kind, body, 1_770_000_000) == []
    for answers, told in (
        ({"name": "", "currency": "EUR", "digits": "2"}, "what it is called"),
        ({"name": "F", "currency": "EUR", "digits": "two"}, "digits"),
        ({"name": "F", "currency": "€", "digits": "2"}, "no currency"),
    ):
        with pytest.raises((Refusal, AmountError), match=told):
            do(ledger, Deed.CHARTER, **answers)
    with pytest.raises(Refusal, match="nothing here"):
        form_of_deed(ledger, Deed.EXPEL)


def test_what_a_clerk_states_has_no_finding(venture: Venture) -> None:
    """An asset sold, one taken back, a rent taken back: each asks for what its record holds."""
    assert Deed.LIQUIDATE not in deeds(venture.ledger)
    offer = let(venture)
    venture.later(40)
    rent(venture, offer, "2026-02")
    [taken] = venture.ledger.state.rents.values()
    assert deeds(venture.ledger) == [Deed.LIQUIDATE, Deed.RETURN, Deed.REVERSE, Deed.EXPEL]
    assert likely(form_of_deed(venture.ledger, Deed.LIQUIDATE)) == ["T-0", ""]
    assert f"{taken.seq} is 200.00 EUR of T-0 for 2026-02" in form_of_deed(venture.ledger, Deed.REVERSE).about
    for deed, answers in (
        (Deed.REVERSE, {"record": str(taken.seq), "reason": "Entered twice."}),
        (Deed.RETURN, {"series": "t-0", "reason": "It is broken."}),
        (Deed.LIQUIDATE, {"series": "T-0", "proceeds": "900"}),
    ):
        kind, body = do(venture.ledger, deed, **answers)
        assert desk.rehearse(venture.ledger, kind, body, venture.now + 60) == []
    assert body == {"offer": offer, "proceeds": "900.00 EUR"}
    for deed, answers, told in (
        (Deed.REVERSE, {"record": "1", "reason": "x"}, "no rent that stands"),
        (Deed.REVERSE, {"record": str(taken.seq)}, "why it is taken back"),
        (Deed.RETURN, {"series": "T-0", "reason": ""}, "why it comes back"),
        (Deed.RETURN, {"series": "T-9", "reason": "x"}, "one of T-0"),
        (Deed.LIQUIDATE, {"series": "T-0", "proceeds": "much"}, "much"),
    ):
        with pytest.raises((Refusal, AmountError), match=told):
            do(venture.ledger, deed, **answers)
    venture.state("reversal", of=next(iter(venture.ledger.state.rents)), reason="Entered twice.")
    assert Deed.REVERSE not in deeds(venture.ledger)
    assert series_of(venture, offer).cash == 0


def test_an_expulsion_is_one(venture: Venture) -> None:
    """What everybody will find is that alone; whoever is on no register can not be put off it."""
    sold(venture)
    assert likely(form_of_deed(venture.ledger, Deed.EXPEL)) == ["", "member"]
    kind, body = do(venture.ledger, Deed.EXPEL, who="farm@Fields.Example", as_="coop")
    assert (kind, body) == ("departure", {"who": FARM, "as": "coop"})
    assert [one.code for one in desk.rehearse(venture.ledger, kind, body, venture.now + 60)] == ["expelled"]
    for who, role, told in ((FARM, "member", "not on that register"), (FARM, "boss", "'member' or 'co-op'")):
        with pytest.raises(Refusal, match=told):
            do(venture.ledger, Deed.EXPEL, who=who, as_=role)
    with pytest.raises(AddressError):
        do(venture.ledger, Deed.EXPEL, who="farm", as_="coop")
