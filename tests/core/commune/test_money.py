"""Amounts, splits, interest and months (commune.md 1, 5 and 9)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.commune.money import (
    MAX_AMOUNT,
    AmountError,
    Currency,
    Period,
    PeriodError,
    format_amount,
    format_rate,
    infer_currency,
    interest,
    parse_amount,
    read_amount,
    split,
)

EUR = Currency("EUR", 2)
JPY = Currency("JPY", 0)
KWD = Currency("KWD", 3)
CURRENCIES = st.builds(Currency, st.from_regex(r"[A-Z][A-Z0-9]{2,7}", fullmatch=True), st.integers(0, 4))
AMOUNTS = st.integers(0, MAX_AMOUNT)


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("2400.00 EUR", 240_000, EUR),
        ("0.00 EUR", 0, EUR),
        ("0.05 EUR", 5, EUR),
        ("5000 JPY", 5_000, JPY),
        ("0 JPY", 0, JPY),
        ("1000.000 KWD", 1_000_000, KWD),
        ("9999999999999.99 EUR", MAX_AMOUNT, EUR),
        ("999999999999999 JPY", MAX_AMOUNT, JPY),
        ("1.0000 HOURS24", 10_000, Currency("HOURS24", 4)),
    ],
)
def test_an_amount_of_a_record(text: str, minor: int, currency: Currency) -> None:
    assert parse_amount(text, currency) == minor
    assert format_amount(minor, currency) == text
    assert infer_currency(text) == currency


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2400",
        "2400 EUR",
        "2400.0 EUR",
        "2400.000 EUR",
        "2400. EUR",
        ".05 EUR",
        "02400.00 EUR",
        "00.05 EUR",
        "-1.00 EUR",
        "+1.00 EUR",
        "2,400.00 EUR",
        "2400,00 EUR",
        "1e3 EUR",
        "2400.00EUR",
        "2400.00  EUR",
        " 2400.00 EUR",
        "2400.00 EUR\n",
        "2400.00 eur",
        "2400.00 USD",
        "٢.٠٠ EUR",
        "10000000000000.00 EUR",
        "1" * 5_000 + ".00 EUR",
    ],
)
def test_every_other_spelling_of_an_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(text, EUR)


@pytest.mark.parametrize(
    ("code", "digits"), [("EU", 2), ("EURO56789", 2), ("eur", 2), ("1EUR", 2), ("EUR", 5), ("EUR", -1)]
)
def test_currencies_of_no_charter_are_refused(code: str, digits: int) -> None:
    with pytest.raises(AmountError):
        Currency(code, digits)


@pytest.mark.parametrize("minor", [-1, MAX_AMOUNT + 1])
def test_what_no_record_can_hold_is_not_written(minor: int) -> None:
    with pytest.raises(AmountError):
        format_amount(minor, EUR)


@given(AMOUNTS, CURRENCIES)
def test_amounts_round_trip(minor: int, currency: Currency) -> None:
    text = format_amount(minor, currency)
    assert parse_amount(text, currency) == minor == read_amount(text, currency)
    assert infer_currency(text) == currency


@given(st.text() | st.text(alphabet="0123456789., '’-EUR\u00a0\u202f٣", max_size=24))
def test_any_text_is_an_amount_or_one_typed_refusal(text: str) -> None:
    for read in (parse_amount, read_amount):
        for currency in (EUR, JPY, KWD):
            try:
                minor = read(text, currency)
            except AmountError:
                continue
            assert 0 <= minor <= MAX_AMOUNT
            # Whatever was grouped and however, its digits are those of the amount.
            typed = "".join(character for character in text if character.isdigit())
            assert format_amount(minor, currency).split(" ")[0].replace(".", "").startswith(typed)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("2400", 240_000),
        ("2400.00", 240_000),
        ("2400,00", 240_000),
        ("2,400.00", 240_000),
        ("2.400,00", 240_000),
        ("2 400,00", 240_000),
        ("2\u202f400", 240_000),
        ("2'400.00", 240_000),
        ("1,234,567", 123_456_700),
        ("1.234.567,89", 123_456_789),
        ("2400 EUR", 240_000),
        ("2400eur", 240_000),
        ("EUR 2400", 240_000),
        (" 0.05 ", 5),
        ("0", 0),
    ],
)
def test_amounts_as_people_write_them(typed: str, minor: int) -> None:
    assert read_amount(typed, EUR) == minor


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("2,400", "could mean two amounts"),
        ("2.400", "could mean two amounts"),
        ("2400.5", "does not have 2 digits"),
        ("2400.", "does not have 2 digits"),
        ("12,34,567.00", "not grouped in thousands"),
        ("1,234.567.89", "not grouped in thousands"),
        ("1,2345.00", "not grouped in thousands"),
        ("007", "begins with a zero"),
        ("-3", "not an amount"),
        ("", "not an amount"),
        ("twelve", "not an amount"),
        ("EUR 5 EUR", "twice"),
        ("5 USD", "not in EUR"),
        ("10000000000000", "too large"),
        ("1" * 5_000, "too large"),
    ],
)
def test_what_could_mean_two_amounts_or_none_is_refused_with_advice(typed: str, advice: str) -> None:
    with pytest.raises(AmountError, match=advice):
        read_amount(typed, EUR)


def test_grouping_depends_on_the_digits_of_the_currency() -> None:
    assert read_amount("2,400", JPY) == 2_400
    assert read_amount("2.400", KWD) == 2_400  # the canonical form without its code
    assert read_amount("2,400.000", KWD) == 2_400_000
    with pytest.raises(AmountError, match="could mean two amounts"):
        read_amount("2,400", KWD)


def test_the_splits_of_the_worked_example() -> None:
    """commune.md 9: interest 8.00 and principal 192.00 of the first month, by what each holds."""
    held = {"ana": 100_000, "bo": 100_000, "cy": 20_000, "di": 20_000}
    assert split(800, held) == {"ana": 333, "bo": 333, "cy": 67, "di": 67}
    assert split(19_200, held) == {"ana": 8_000, "bo": 8_000, "cy": 1_600, "di": 1_600}
    # Cy and Di bid 500 and 700 for the 400 that are left, in units of 100.
    assert split(4, {"cy": 500, "di": 700}) == {"cy": 2, "di": 2}


def test_ties_go_by_address_or_as_the_sale_says() -> None:
    assert split(2, {"c": 1, "b": 1, "a": 1}) == {"c": 0, "b": 1, "a": 1}
    assert split(2, {"c": 1, "b": 1, "a": 1}, tie=lambda who: {"a": "z", "b": "y", "c": "x"}[who]) == {
        "c": 1,
        "b": 1,
        "a": 0,
    }
    assert split(1, {"a": 0, "b": 1}) == {"a": 0, "b": 1}
    assert split(0, {"a": 0}) == {"a": 0}
    assert split(0, {}) == {}


def test_nothing_is_split_among_nobody() -> None:
    for amount, weights in ((1, {}), (1, {"a": 0}), (-1, {"a": 1}), (1, {"a": 2, "b": -1})):
        with pytest.raises(ValueError, match=r"nobody|negative"):
            split(amount, weights)


@given(
    AMOUNTS,
    st.dictionaries(st.text(alphabet="abc@.", max_size=4), AMOUNTS, min_size=1).filter(lambda w: any(w.values())),
)
def test_a_split_adds_up_is_fair_within_a_unit_and_knows_no_order(amount: int, weights: dict[str, int]) -> None:
    shares = split(amount, weights)
    total = sum(weights.values())
    assert sum(shares.values()) == amount
    assert list(shares) == list(weights)
    for who, weight in weights.items():
        assert abs(shares[who] - Fraction(amount * weight, total)) < 1
        assert weight > 0 or shares[who] == 0
    assert split(amount, dict(reversed(weights.items()))) == shares


@pytest.mark.parametrize(
    ("outstanding", "rate_bp", "due"),
    [
        (240_000, 400, 800),
        (220_800, 400, 736),
        (150, 400, 0),  # 0.5, to the even 0
        (450, 400, 2),  # 1.5, to the even 2
        (750, 400, 2),  # 2.5, to the even 2
        (751, 400, 3),
        (749, 400, 2),
        (0, 10_000, 0),
        (MAX_AMOUNT, 0, 0),
        (MAX_AMOUNT, 10_000, 83_333_333_333_333),
    ],
)
def test_interest_is_rounded_half_to_even(outstanding: int, rate_bp: int, due: int) -> None:
    assert interest(outstanding, rate_bp) == due


@given(AMOUNTS, st.integers(0, 10_000))
def test_interest_agrees_with_exact_fractions(outstanding: int, rate_bp: int) -> None:
    assert interest(outstanding, rate_bp) == round(Fraction(outstanding * rate_bp, 120_000))


@pytest.mark.parametrize(
    ("rate_bp", "text"),
    [(400, "4 %"), (450, "4.5 %"), (25, "0.25 %"), (0, "0 %"), (1_000, "10 %"), (10_000, "100 %"), (1_005, "10.05 %")],
)
def test_rates_for_people(rate_bp: int, text: str) -> None:
    assert format_rate(rate_bp) == text


def test_months() -> None:
    november = Period.parse("2026-11")
    assert str(november) == "2026-11"
    assert str(november.next()) == "2026-12"
    assert str(november.next().next()) == "2027-01"
    assert str(november.plus(12)) == "2027-11"
    assert str(november.plus(-11)) == "2025-12"
    assert november.plus(13).since(november) == 13
    assert november < november.next() < Period.parse("2027-01")


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-00", "2026-13", "2026-1", "2026-11-01", "0000-01", "2026-11\n", "٢٠٢٦-11"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(text)


def test_the_calendar_ends() -> None:
    with pytest.raises(PeriodError):
        Period.parse("9999-12").next()
    with pytest.raises(PeriodError):
        Period.parse("0001-01").plus(-1)


@given(st.integers(1, 9998), st.integers(1, 12), st.integers(-12, 12))
def test_months_round_trip_and_count(year: int, month: int, distance: int) -> None:
    period = Period(year, month)
    assert Period.parse(str(period)) == period
    assert period.next().since(period) == 1
    if year > 1:
        assert period.plus(distance).since(period) == distance
