"""How the bonds of a series fall to zero: what was outstanding, and what is to come if the rent is paid (commune.md 5).

- Of a series that is for sale it is told at the highest rate that it can bear; the months have numbers, since nobody
  knows the first one yet.
- Of one that runs it is told from the first month whose rent is awaited, with what the ledger holds today.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feeds.web.books import Book
from feeds.web.charts import Point, Words, falling
from feeds.web.html import Node, el
from feeds.web.tables import Column, table
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.forecast import forecast
from thimbl.core.commune.history import MAX_MONTHS, outstanding
from thimbl.core.commune.money import PeriodError, format_rate
from thimbl.core.commune.simulate import Simulation, explain, simulate
from thimbl.core.commune.state import Series, Status

_MONTHS: Final = (
    Column("Month", short=True),
    Column("Interest", number=True),
    Column("Principal", number=True),
    Column("Outstanding", number=True),
)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is to come; the months by their names."""

    begins: tuple[Point, ...]
    """What the line begins with where nothing is outstanding yet."""
    months: Sequence[str]
    simulation: Simulation
    told: Sequence[str]


def schedule(book: Book, series: Series) -> Iterator[Node]:
    """The part of a series' page; nothing for a series that was never sold and never will be."""
    so_far = [(str(period), amount) for period, amount in outstanding(book.study.folded, series.code)]
    ahead = _on_sale(book, series) if series.status is Status.FLOATED else _running(book, series)
    if not so_far and ahead is None:
        return
    yield el("h2", "Schedule")
    to_come: list[Point] = []
    if ahead is not None:
        yield el("p", ahead.told[0])
        yield el("ul", *(el("li", line) for line in ahead.told[1:]))
        months = zip(ahead.months, ahead.simulation.months, strict=False)  # as many as have a name
        to_come = [*ahead.begins, *((name, month.outstanding) for name, month in months)]
    title = f"Outstanding of {series.code} at the end of each month"
    yield falling(Words("outstanding", title, "so far", "to come"), so_far, to_come, book.currency)
    if ahead is not None and ahead.months:
        yield _by_month(book, ahead)


def _by_month(book: Book, ahead: _Ahead) -> Node:
    rows = [
        (name, book.money(month.interest), book.money(month.principal), book.money(month.outstanding))
        for name, month in zip(ahead.months, ahead.simulation.months, strict=False)
    ]
    shown = table(_MONTHS, rows, "Interest and principal of each month to come")
    return el("details", el("summary", "Interest and principal, month by month"), shown)


def _on_sale(book: Book, series: Series) -> _Ahead | None:
    terms = series.terms
    found = simulate(terms.face, terms.rent, terms.ceiling_bp)
    told = f"If all is sold at {format_rate(terms.ceiling_bp)}, and the rent is paid for every month:"
    months = [f"month {one.number}" for one in found.months[:MAX_MONTHS]]
    begins = (("the sale", terms.face),) if months else ()
    return _Ahead(begins, months, found, [told, *explain(found, book.currency, terms.term)])


def _running(book: Book, series: Series) -> _Ahead | None:
    ahead = forecast(series, month_of(book.study.ledger.time))
    if ahead is None:
        return None
    months = []
    for one in ahead.simulation.months[:MAX_MONTHS]:
        try:
            months.append(str(ahead.first.plus(one.number - 1)))
        except PeriodError:  # the calendar of plans has an end
            break
    told = f"If the agreed rent is paid for every month from {ahead.first} on:"
    left = series.terms.term - ahead.first.since(series.tenancies[0].first)
    return _Ahead((), months, ahead.simulation, [told, *explain(ahead.simulation, book.currency, left, ahead.first)])
