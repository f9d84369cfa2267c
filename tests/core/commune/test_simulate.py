"""When the rent redeems an offer: the worked example of commune.md 9, and every bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.commune.money import MAX_AMOUNT, Currency, Period, format_sum, interest, split
from thimbl.core.commune.simulate import MAX_MONTHS, Month, Outcome, explain, simulate

EUR = Currency("EUR", 2)
FACE, RENT, RATE = 240_000, 20_000, 400


def test_the_worked_example() -> None:
    found = simulate(FACE, RENT, RATE)
    assert found.outcome is Outcome.REDEEMED
    assert found.redeemed_in == 13
    assert found.months[0] == Month(1, 800, 19_200, 220_800)
    assert found.months[-1].outstanding == 0
    assert found.interest == 5_346
    assert found.surplus == 14_654
    assert found.first_dividend == 14
    assert found.first_pool == 34_654
    assert not found.exceeds(13)
    assert found.exceeds(12)
    # Three members: 115.51 each, and 0.01 is carried.
    assert divmod(found.first_pool, 3) == (11_551, 1)


def test_the_worked_example_holder_by_holder() -> None:
    """Each month's interest and principal are split by what each holds before it; all are paid out in the 13th."""
    held = {
        "ana@fields.example": 100_000,
        "bo@dairy.example": 100_000,
        "cy@mill.example": 20_000,
        "di@fields.example": 20_000,
    }
    found = simulate(FACE, RENT, RATE)
    first = found.months[0]
    assert list(split(first.interest, held).values()) == [333, 333, 67, 67]
    assert list(split(first.principal, held).values()) == [8_000, 8_000, 1_600, 1_600]
    for month in found.months:
        for who, paid in split(month.principal, held).items():
            held[who] -= paid
        assert sum(held.values()) == month.outstanding
        assert min(held.values()) >= 0
    assert set(held.values()) == {0}


def test_the_worked_example_in_sentences() -> None:
    assert explain(simulate(FACE, RENT, RATE), EUR, 13, Period.parse("2026-11")) == [
        "A rent of 200.00 EUR redeems the bonds in month 13 (2027-11).",
        "Interest in all: 53.46 EUR.",
        "First month of dividend: month 14 (2027-12), from a pool of 346.54 EUR.",
    ]
    late = explain(simulate(FACE, RENT, RATE), EUR, 12)
    assert late[0] == "A rent of 200.00 EUR redeems the bonds in month 13."
    assert late[-1] == "Warning: that is later than the term of 12 months."


@pytest.mark.parametrize("rent", [0, 1, 799, 800])
def test_a_rent_that_does_not_exceed_the_interest_never_redeems(rent: int) -> None:
    found = simulate(FACE, rent, RATE)
    assert found.outcome is Outcome.NEVER
    assert found.redeemed_in is found.first_dividend is found.first_pool is None
    assert found.months == ()
    assert found.exceeds(MAX_AMOUNT)
    (warning,) = explain(found, EUR, 13)
    assert warning.startswith("Warning: ")
    assert "never redeems" in warning
    assert "8.00 EUR" in warning


def test_one_unit_more_than_the_interest_redeems_in_the_end() -> None:
    # 1.00 in hundredths at 12 %: interest 1 a month until 50 are left, of which 0.5 rounds to the even 0.
    found = simulate(100, 2, 1_200)
    assert found.redeemed_in == 75
    assert found.interest == 50
    assert found.surplus == 0


def test_a_rent_without_interest_and_one_that_pays_all_at_once() -> None:
    assert simulate(1_000, 100, 0).redeemed_in == 10
    assert simulate(1_000, 100, 0).interest == 0
    at_once = simulate(100, MAX_AMOUNT, 10_000)
    assert at_once.redeemed_in == 1
    assert at_once.surplus == MAX_AMOUNT - 100 - 8


def test_absurd_values_end_at_the_horizon_and_say_so() -> None:
    found = simulate(MAX_AMOUNT, interest(MAX_AMOUNT, 500) + 1, 500)
    assert found.outcome is Outcome.BEYOND
    assert len(found.months) == MAX_MONTHS
    assert found.redeemed_in is None
    assert found.exceeds(MAX_MONTHS)
    lines = explain(found, EUR, 13)
    assert lines[0].startswith("Warning: ")
    assert str(MAX_MONTHS) in lines[0]
    assert lines[1] == f"Interest until then: {format_sum(found.interest, EUR)}."
    assert found.interest > MAX_AMOUNT


@pytest.mark.parametrize(
    "values", [(0, 1, 0), (-1, 1, 0), (1, -1, 0), (MAX_AMOUNT + 1, 1, 0), (1, 1, 10_001), (1, 1, -1)]
)
def test_what_no_offer_holds_is_refused(values: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no offer"):
        simulate(*values)


@given(st.integers(1, MAX_AMOUNT), st.integers(0, MAX_AMOUNT), st.integers(0, 10_000))
def test_every_offer_ends_and_its_money_adds_up(face: int, rent: int, rate_bp: int) -> None:
    check(face, rent, rate_bp)


@given(st.integers(1, 10**7), st.integers(1, 10**5), st.integers(0, 10_000))
def test_every_plausible_offer_too(face: int, above_interest: int, rate_bp: int) -> None:
    check(face, interest(face, rate_bp) + above_interest, rate_bp)


def check(face: int, rent: int, rate_bp: int) -> None:
    found = simulate(face, rent, rate_bp)
    assert (found.outcome is Outcome.NEVER) == (rent <= interest(face, rate_bp))
    outstanding = face
    for number, month in enumerate(found.months, start=1):
        assert month.number == number
        assert month.interest == interest(outstanding, rate_bp)
        assert month.principal > 0
        outstanding -= month.principal
        assert month.outstanding == outstanding >= 0
        assert month.interest + month.principal + (found.surplus if outstanding == 0 else 0) == rent
    if found.outcome is Outcome.REDEEMED:
        assert outstanding == 0
        assert rent * len(found.months) == face + found.interest + found.surplus
    elif found.outcome is Outcome.BEYOND:
        assert len(found.months) == MAX_MONTHS
        assert outstanding > 0
    assert explain(found, EUR, 12)
