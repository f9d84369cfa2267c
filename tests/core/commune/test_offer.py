"""Bond offers: what commune.md 2 demands of the body, and how one reads."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.money import Currency
from thimbl.core.commune.offer import WIDTH, BondOffer, closes_in, describe, one_line
from thimbl.core.times import DAY, HOUR, parse_time

EUR = Currency("EUR", 2)
TRACTOR: Mapping[str, object] = {
    "commune": "commune@fields.example",
    "series": "TRACTOR-1",
    "asset": "Two-wheel tractor with flail mower",
    "risk": "If we fail, the tractor is sold and you may get less.",
    "face": "2400.00 EUR",
    "unit": "100.00 EUR",
    "rent": "200.00 EUR",
    "term": 13,
    "max_rate_bp": 500,
    "closes": "2026-10-20T18:00:00Z",
}
SILO: Mapping[str, object] = {
    "series": "SILO",
    "face": "5000 JPY",
    "rent": "100 JPY",
    "rate_bp": 0,
    "closes": "2026-01-20T00:00:00Z",
    "commune": "commune@mill.example",
    "asset": "thing",
    "unit": "10 JPY",
    "term": 12,
}
CLOSES = parse_time("2026-10-20T18:00:00Z")


@pytest.mark.parametrize(("body", "currency"), [(TRACTOR, EUR), (SILO, Currency("JPY", 0))])
def test_an_offer_is_read_with_or_without_a_charter_and_written_again(
    body: Mapping[str, object], currency: Currency
) -> None:
    offer = BondOffer.from_body(body)
    assert offer == BondOffer.from_body(body, currency)
    assert offer.currency == currency
    assert offer.to_body() == body


def test_the_values_of_an_offer() -> None:
    assert BondOffer.from_body(TRACTOR) == BondOffer(
        commune=Address("commune", "fields.example"),
        series="TRACTOR-1",
        asset="Two-wheel tractor with flail mower",
        risk="If we fail, the tractor is sold and you may get less.",
        face=240_000,
        unit=10_000,
        rent=20_000,
        currency=EUR,
        term=13,
        max_rate_bp=500,
        closes=CLOSES,
    )
    assert BondOffer.from_body(TRACTOR).is_auction
    assert BondOffer.from_body(TRACTOR).ceiling_bp == 500
    assert not BondOffer.from_body(SILO).is_auction
    assert BondOffer.from_body(SILO).ceiling_bp == 0


GONE = object()


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, GONE) for field in ("commune", "series", "asset", "face", "unit", "rent", "term", "closes")]
    + [(field, value) for field in TRACTOR for value in (None, True, ["x"], {"x": 1})]
    + [(field, value) for field in TRACTOR if field not in ("asset", "risk") for value in ("", "\x1b[2J")]
    + [
        ("commune", 7),
        ("commune", "fields.example"),
        ("series", "tractor"),
        ("series", "1TRACTOR"),
        ("series", "T" * 25),
        ("series", "T\n"),
        ("asset", ""),
        ("asset", " \n"),
        ("asset", 7),
        ("description", 7),
        ("face", 2400),
        ("face", "2400.00000 EUR"),
        ("face", "0.00 EUR"),
        ("face", "-1.00 EUR"),
        ("unit", "0.00 EUR"),
        ("unit", "100.00 USD"),
        ("unit", "700.00 EUR"),
        ("unit", "4800.00 EUR"),
        ("rent", "0.00 EUR"),
        ("rent", "200 EUR"),
        ("rent", "200.000 EUR"),
        ("term", 0),
        ("term", -1),
        ("term", "13"),
        ("max_rate_bp", -1),
        ("max_rate_bp", 10_001),
        ("max_rate_bp", "500"),
        ("closes", "2026-02-30T18:00:00Z"),
        ("closes", 0),
    ],
)
def test_a_field_that_is_not_as_the_table_says_is_named(field: str, value: object) -> None:
    body = {key: kept for key, kept in TRACTOR.items() if key != field}
    if value is not GONE:
        body[field] = value
    with pytest.raises(Malformed) as refused:
        BondOffer.from_body(body)
    assert refused.value.field == field
    assert refused.value.reason
    assert str(refused.value).isprintable()


def test_exactly_one_rate_is_given() -> None:
    both = {**TRACTOR, "rate_bp": 400}
    neither = {key: value for key, value in TRACTOR.items() if key != "max_rate_bp"}
    for body in (both, neither):
        with pytest.raises(Malformed, match="exactly one"):
            BondOffer.from_body(body)
    assert BondOffer.from_body({**neither, "rate_bp": 10_000}).ceiling_bp == 10_000


def test_the_charter_decides_the_currency() -> None:
    for charter in (Currency("USD", 2), Currency("EUR", 3)):
        with pytest.raises(Malformed) as refused:
            BondOffer.from_body(TRACTOR, charter)
        assert refused.value.field == "face"


def test_an_offer_made_of_values_is_checked_too() -> None:
    offer = BondOffer.from_body(TRACTOR)
    changes: list[Callable[[], BondOffer]] = [
        lambda: replace(offer, face=10**15),
        lambda: replace(offer, unit=-1),
        lambda: replace(offer, unit=7),
        lambda: replace(offer, closes=10**12),
        lambda: replace(offer, rate_bp=1),
        lambda: replace(offer, term=0),
    ]
    for change in changes:
        with pytest.raises(Malformed):
            change()


def test_an_offer_reads_as_a_sentence_and_a_table() -> None:
    offer = BondOffer.from_body({**TRACTOR, "description": "It starts.\n\nMost days."})
    assert describe(offer, CLOSES - 9 * DAY) == [
        "commune@fields.example raises 2400.00 EUR for: Two-wheel tractor with",
        "flail mower. A rent of 200.00 EUR a month is to pay up to 5 % a year and",
        "redeem the bonds.",
        "",
        "  series       TRACTOR-1",
        "  asset        Two-wheel tractor with flail mower",
        "  rent         200.00 EUR a month",
        "  face         2400.00 EUR",
        "  unit         100.00 EUR",
        "  rate         up to 5 % a year, which the bids decide",
        "  term         13 months",
        "  closes       2026-10-20T18:00:00Z (closes in 9 days)",
        "  description  It starts.",
        "",
        "               Most days.",
        "  risk         If we fail, the tractor is sold and you may get less.",
    ]


def test_an_offer_in_a_list() -> None:
    assert one_line(BondOffer.from_body(SILO), 0) == (
        "SILO: thing, 5000 JPY at 0 % a year, rent 100 JPY a month, closes in 20473 days"
    )
    long = replace(BondOffer.from_body(TRACTOR), asset="x" * 500)
    assert len(one_line(long, 0)) < 200
    assert one_line(long, CLOSES + 1).endswith(
        "…, 2400.00 EUR at up to 5 % a year, rent 200.00 EUR a month, closed 1s ago"
    )


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (CLOSES - 2 * DAY, "closes in 2 days"),
        (CLOSES - 2 * DAY + 1, "closes in 1d"),
        (CLOSES - 3 * HOUR, "closes in 3h"),
        (CLOSES, "closes in 0s"),
        (CLOSES + 1, "closed 1s ago"),
        (CLOSES + 30 * DAY, "closed 30d ago"),
    ],
)
def test_how_long_an_offer_is_open(now: int, text: str) -> None:
    assert closes_in(BondOffer.from_body(TRACTOR), now) == text


def test_a_hostile_offer_reaches_no_terminal() -> None:
    hostile = "\x1b]0;x\x07\u202e\n\r\x9b2J\u2028end"
    offer = replace(BondOffer.from_body(TRACTOR), asset=hostile, description=hostile, risk=hostile)
    for line in (*describe(offer, 0), one_line(offer, 0)):
        assert line.isprintable()


@given(
    st.dictionaries(
        st.sampled_from([*TRACTOR, "rate_bp", "description", "other"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(list(TRACTOR.values())),
    )
)
def test_any_body_is_an_offer_or_malformed(changes: dict[str, object]) -> None:
    try:
        offer = BondOffer.from_body({**TRACTOR, **changes})
    except Malformed as refused:
        fault: str | None = refused.field
        offer = BondOffer.from_body(TRACTOR)
    else:
        fault = None
    assert fault in {None, *TRACTOR, "rate_bp", "description"}
    assert BondOffer.from_body(offer.to_body()) == offer
    assert all(len(line) <= WIDTH for line in describe(offer, 0))
