"""When the rent of an offer would have redeemed it (commune.md 5, month by month, before anyone signs anything).

- The rent is paid in full each month from the first; each month's redemption pays the interest due, then principal.
- A rent that does not exceed the first month's interest never redeems anything. That is decided, not discovered: when
  it does exceed it, principal falls every month, and with it the interest.
- What the last redemption leaves goes to the pool, and from the month after it all the rent: that month is the first
  whose rent is divided among the members (commune.md 9 has the left-over wait for it).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thimbl.core.commune.money import MAX_AMOUNT, MAX_RATE_BP, Currency, Period, format_amount, format_sum, interest

MAX_MONTHS: Final = 1_200
"""Months that are computed, a hundred years: no asset lives longer, and a low rent of a large face would take 10^15."""


class Outcome(StrEnum):
    """What becomes of a series whose rent is always paid."""

    REDEEMED = "redeemed"
    NEVER = "never"
    BEYOND = "beyond"  # it would be redeemed, but not within MAX_MONTHS


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the simulation; amounts in minor units, `outstanding` after its redemption."""

    number: int
    interest: int
    principal: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """What :func:`simulate` found; amounts in minor units.

    `months` are those until redemption, at most `MAX_MONTHS`; none when the rent never redeems the series. `surplus` is
    the cash that the last redemption leaves to the pool.
    """

    face: int
    rent: int
    rate_bp: int
    outcome: Outcome
    months: tuple[Month, ...]
    surplus: int

    @property
    def redeemed_in(self) -> int | None:
        """The number of the month that redeems the series, counted from 1; None where none does within `MAX_MONTHS`."""
        return len(self.months) if self.outcome is Outcome.REDEEMED else None

    @property
    def interest(self) -> int:
        """The interest paid in all, over `months`."""
        return sum(month.interest for month in self.months)

    @property
    def first_dividend(self) -> int | None:
        """The number of the first month whose rent goes to the pool as a whole, or None."""
        return None if self.redeemed_in is None else self.redeemed_in + 1

    @property
    def first_pool(self) -> int | None:
        """What the pool then holds of this series: the surplus and that month's rent; None without a redemption."""
        return None if self.redeemed_in is None else self.surplus + self.rent

    def exceeds(self, term: int) -> bool:
        """Whether the series is still not redeemed after `term` months."""
        return self.redeemed_in is None or self.redeemed_in > term


def simulate(face: int, rent: int, rate_bp: int) -> Simulation:
    """Let `rent` redeem `face` month by month at `rate_bp` a year; amounts in minor units.

    Raises ValueError for amounts and rates that no offer can hold.
    """
    if not (0 < face <= MAX_AMOUNT and 0 <= rent <= MAX_AMOUNT and 0 <= rate_bp <= MAX_RATE_BP):
        raise ValueError(f"no offer has the face {face}, the rent {rent} and the rate {rate_bp}")
    if rent <= interest(face, rate_bp):
        return Simulation(face, rent, rate_bp, Outcome.NEVER, (), 0)
    months: list[Month] = []
    outstanding = face
    surplus = 0
    while outstanding and len(months) < MAX_MONTHS:
        due = interest(outstanding, rate_bp)
        principal = min(rent - due, outstanding)
        surplus = rent - due - principal
        outstanding -= principal
        months.append(Month(len(months) + 1, due, principal, outstanding))
    outcome = Outcome.BEYOND if outstanding else Outcome.REDEEMED
    return Simulation(face, rent, rate_bp, outcome, tuple(months), surplus)


def explain(found: Simulation, currency: Currency, term: int, first: Period | None = None) -> list[str]:
    """The simulation in sentences, one a line; warnings begin with ``Warning:``.

    `term` is the offer's, in months. `first` is the month that the first rent is paid for, where that is known: months
    are then called by name.
    """

    def month(number: int) -> str:
        return f"month {number}" if first is None else f"month {number} ({first.plus(number - 1)})"

    rent = format_amount(found.rent, currency)
    due = format_amount(interest(found.face, found.rate_bp), currency)
    if found.redeemed_in is not None and found.first_dividend is not None and found.first_pool is not None:
        pool = format_sum(found.first_pool, currency)
        lines = [
            f"A rent of {rent} redeems the bonds in {month(found.redeemed_in)}.",
            f"Interest in all: {format_sum(found.interest, currency)}.",
            f"First month of dividend: {month(found.first_dividend)}, from a pool of {pool}.",
        ]
        if found.exceeds(term):
            lines.append(f"Warning: that is later than the term of {term} months.")
        return lines
    if found.outcome is Outcome.NEVER:
        return [
            f"Warning: a rent of {rent} never redeems the bonds: it does not exceed the interest of a month, {due}."
        ]
    return [
        f"Warning: a rent of {rent} does not redeem the bonds within {MAX_MONTHS} months, the most that are computed.",
        f"Interest until then: {format_sum(found.interest, currency)}.",
        f"Still outstanding: {format_amount(found.months[-1].outstanding, currency)}.",
    ]
