"""How the bonds of a series fall to zero: what was outstanding, and what is to come if the rent is paid (commune 5)."""

from collections.abc import Iterator
from typing import Final

from feeds.web.books import Book
from feeds.web.charts import Words, falling
from feeds.web.html import Node, el
from feeds.web.tables import Column, table
from thimbl.core.commune.ahead import Ahead, ahead_of
from thimbl.core.commune.history import outstanding
from thimbl.core.commune.state import Series

_MONTHS: Final = (
    Column("Month", short=True),
    Column("Interest", number=True),
    Column("Principal", number=True),
    Column("Outstanding", number=True),
)


def schedule(book: Book, series: Series) -> Iterator[Node]:
    """The part of a series' page; nothing for a series that was never sold and never will be."""
    so_far = [(str(period), amount) for period, amount in outstanding(book.study.folded, series.code)]
    ahead = ahead_of(book.study, series)
    if not so_far and ahead is None:
        return
    yield el("h2", "Schedule")
    if ahead is not None:
        yield el("p", ahead.told[0])
        yield el("ul", *(el("li", line) for line in ahead.told[1:]))
    title = f"Outstanding of {series.code} at the end of each month"
    to_come = [] if ahead is None else ahead.points
    yield falling(Words("outstanding", title, "so far", "to come"), so_far, to_come, book.currency)
    if ahead is not None and ahead.names:
        yield _by_month(book, ahead)


def _by_month(book: Book, ahead: Ahead) -> Node:
    rows = [
        (name, book.money(month.interest), book.money(month.principal), book.money(month.outstanding))
        for name, month in ahead.months
    ]
    shown = table(_MONTHS, rows, "Interest and principal of each month to come")
    return el("details", el("summary", "Interest and principal, month by month"), shown)
