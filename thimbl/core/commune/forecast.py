"""When a series that runs will be redeemed, if its tenant pays the agreed rent for every month from now on.

- It begins with what the ledger holds: the principal that is outstanding, interest that fell due and was not paid, and
  the cash of the series; a redemption every month pays as commune.md 5 has it.
- It is decided, not discovered, that it never ends: where a month pays no principal and its rent does not exceed its
  interest, no later month will do better.
- `simulate` tells the same of an offer that is not sold yet.
"""

from dataclasses import dataclass

from thimbl.core.commune.money import Period, interest
from thimbl.core.commune.simulate import MAX_MONTHS, Month, Outcome, Simulation
from thimbl.core.commune.state import AssetState, Series


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to come of a series."""

    first: Period
    """The first month whose interest has not fallen due, and whose rent is awaited; it may be past."""
    simulation: Simulation


def forecast(series: Series, newest: Period) -> Forecast | None:
    """What is to come of a series of a commune whose newest record is of the month `newest`; None where no rent is
    awaited that would redeem it: it is not bought yet, not let, or over."""
    if series.asset is not AssetState.LET or not series.outstanding or series.rate_bp is None:
        return None
    rent, rate_bp = series.tenancies[-1].rent, series.rate_bp
    outstanding, due, cash = series.outstanding, series.due, series.cash
    months: list[Month] = []
    outcome = Outcome.BEYOND
    while len(months) < MAX_MONTHS:
        falling_due = interest(outstanding, rate_bp)
        due += falling_due
        cash += rent
        paid = min(due, cash)
        principal = min(cash - paid, outstanding)
        if not principal and rent <= falling_due:
            outcome = Outcome.NEVER
            break
        due, cash, outstanding = due - paid, cash - paid - principal, outstanding - principal
        months.append(Month(len(months) + 1, paid, principal, outstanding))
        if not outstanding:
            outcome = Outcome.REDEEMED
            break
    if outcome is Outcome.NEVER:
        months = []
    found = Simulation(series.outstanding, rent, rate_bp, outcome, tuple(months), cash if months else 0)
    return Forecast(series.accrues_from or newest.plus(1), found)
