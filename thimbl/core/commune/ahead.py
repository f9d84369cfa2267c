"""What is to come of a series, month by month, if its rent is paid: for charts and tables (commune.md 5).

- Of an offer that is for sale it is told at the highest rate that it can bear; the months have numbers, since nobody
  knows the first one yet.
- Of a series that runs it is told from the first month whose rent is awaited, with what the ledger holds today.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.fields import month_of
from thimbl.core.commune.forecast import forecast
from thimbl.core.commune.history import MAX_MONTHS
from thimbl.core.commune.money import PeriodError, format_rate
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.simulate import Month, Simulation, explain, simulate
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.study import Study

SALE: Final = "the sale"
"""The name of the moment in which all that is offered is outstanding."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to come. Amounts are minor units."""

    names: Sequence[str]
    """Of the months, as many as have one; no more than `MAX_MONTHS`."""
    simulation: Simulation
    told: Sequence[str]
    """It in sentences, the first saying under which condition."""
    is_sold: bool
    """Whether something is outstanding already."""

    @property
    def months(self) -> Iterator[tuple[str, Month]]:
        """Each by its name."""
        return zip(self.names, self.simulation.months, strict=False)

    @property
    def points(self) -> list[tuple[str, int]]:
        """What is outstanding at the end of each month to come; of what is not sold, after the sale first."""
        begins = [] if self.is_sold or not self.names else [(SALE, self.simulation.face)]
        return [*begins, *((name, month.outstanding) for name, month in self.months)]


def ahead_of_offer(terms: BondOffer) -> Ahead:
    """What becomes of an offer if all of it is sold."""
    found = simulate(terms.face, terms.rent, terms.ceiling_bp)
    told = f"If all is sold at {format_rate(terms.ceiling_bp)}, and the rent is paid for every month:"
    names = [f"month {one.number}" for one in found.months[:MAX_MONTHS]]
    return Ahead(names, found, (told, *explain(found, terms.currency, terms.term)), is_sold=False)


def ahead_of(study: Study, series: Series) -> Ahead | None:
    """What becomes of a series; None where no rent is awaited that would redeem it."""
    if series.status is Status.FLOATED:
        return ahead_of_offer(series.terms)
    found = forecast(series, month_of(study.ledger.time))
    if found is None:
        return None
    names = []
    for one in found.simulation.months[:MAX_MONTHS]:
        try:
            names.append(str(found.first.plus(one.number - 1)))
        except PeriodError:  # the calendar of plans has an end
            break
    told = f"If the agreed rent is paid for every month from {found.first} on:"
    left = series.terms.term - found.first.since(series.tenancies[0].first)
    sentences = explain(found.simulation, study.ledger.state.currency, left, found.first)
    return Ahead(names, found.simulation, (told, *sentences), is_sold=True)
