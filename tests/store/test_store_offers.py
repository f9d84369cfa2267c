"""An announcement in a list knows the series that it is about, where the offer is here."""

from typing import Any

from tests.store.people import somebody
from tests.store.shelf import shown, taken_of
from thimbl.core.address import Reference
from thimbl.store import Selection, View, Writer

TERMS: dict[str, Any] = {
    "commune": "commune@x.example", "asset": "A churn", "face": "100.00 EUR", "unit": "10.00 EUR", "rent": "9.00 EUR",
    "term": 12, "rate_bp": 400, "closes": "2099-01-01T00:00:00Z",
}  # fmt: skip


def test_the_series_of_what_names_an_offer(writer: Writer) -> None:
    """Not that of one that is malformed or not here, and not of a post."""
    dairy, bo = somebody("dairy"), somebody("bo")
    offers = [dairy.announce("bond-offer", series=code, **TERMS) for code in ("CHURN-1", "CHURN-2", "churn 3")]
    post = dairy.post("We need a churn.")
    taken_of(writer, dairy)
    named = [Reference(dairy.address, record.id) for record in (*offers, post)]
    for reference in (*named, Reference(bo.address, "a" * 52)):
        bo.announce("subscription", offer=str(reference), amount="10.00 EUR")
    bo.announce("subscription", offer=5)
    bo.post("I took one.")
    taken_of(writer, bo)
    items = [item for item in reversed(shown(writer)) if item.address == bo.address]
    assert [item.series for item in items] == ["CHURN-1", "CHURN-2", None, None, None, None, None]
    assert items[0].code_of(str(named[0])) == "CHURN-1"
    assert items[0].code_of(str(named[1])) is None
    [place] = writer.thread(items[1].reference)
    assert place.item is not None
    assert place.item.series == "CHURN-2"


def test_the_series_of_what_cites_something_about_it(writer: Writer) -> None:
    """A registration by the transfer, an acknowledgement by the redemption; a dividend is of no series."""
    dairy, bo, clerk = somebody("dairy"), somebody("bo"), somebody("commune")
    offer = f"{dairy.address}#{dairy.announce('bond-offer', series='CHURN-1', **TERMS).id}"
    passed = bo.announce("transfer", offer=offer, amount="10.00 EUR", to="eva@x.example")
    paid = clerk.announce("redemption", offer=offer, period="2026-10", interest=[], principal=[])
    shared = clerk.announce("dividend", period="2026-10")
    clerk.announce("registration", transfer=f"{bo.address}#{passed.id}")
    for record in (paid, shared):
        bo.announce("acknowledgement", of=f"{clerk.address}#{record.id}")
    for scribe in (dairy, bo, clerk):
        taken_of(writer, scribe)
    found = {item.kind: item.series for item in shown(writer)}
    assert found["registration"] == found["transfer"] == found["redemption"] == "CHURN-1"
    said = [item.series for item in reversed(shown(writer)) if item.kind == "acknowledgement"]
    assert said == ["CHURN-1", None]


def test_an_offer_that_comes_later(writer: Writer) -> None:
    """Nothing is kept that would have to be made again."""
    dairy, bo = somebody("dairy"), somebody("bo")
    offer = dairy.announce("bond-offer", series="CHURN-1", **TERMS)
    bo.announce("subscription", offer=f"{dairy.address}#{offer.id}", amount="10.00 EUR")
    taken_of(writer, bo)
    [item] = writer.timeline(Selection(View.EVERYONE), 9)
    assert item.series is None
    taken_of(writer, dairy)
    assert [one.series for one in shown(writer) if one.kind == "subscription"] == ["CHURN-1"]
