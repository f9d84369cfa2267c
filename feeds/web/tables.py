"""Tables that fit: on a narrow page each row stands by itself, with the heading of each cell before it.

- The style sheet takes a table apart below some 34 em; what a browser then no longer takes for a table stays one to a
  screen reader by its roles (WAI-ARIA 1.2, `table`).
- Every table has a caption: what it is of, also for who jumps from table to table.
- A list that may be long is shown a page at a time; the pages are numbered, since a ledger is looked things up in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from feeds.web.asked import Asked, Refused
from feeds.web.html import Element, Node, el, several
from thimbl.core.counting import counted

PER_PAGE: Final = 100
"""Rows of a page: some screens, and a few ten kilobytes."""

MAX_PAGE_DIGITS: Final = 9
"""Of the number of a page that is read at all."""

LAID_OUT: Final = 3
"""Columns that a browser for terminals lays out in 80 characters: of more it puts the cells one after the other, where
each is named and parted from the one before. No other browser shows that."""

NARROW: Final = 2
"""Columns of a table that fits into 320 pixels as it is."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    number: bool = False
    """An amount or a count: at the right, and never broken."""
    short: bool = False
    """A word, a day or a month: never broken."""
    plain: bool = False
    """A sentence, which needs no heading before it."""


def table(columns: Sequence[Column], rows: Sequence[Sequence[Node]], caption: str, *, hidden: bool = True) -> Element:
    """A table; the first cell of each row is its heading. `hidden`: the caption is for screen readers alone, since the
    heading above says the same."""
    head = el(
        "tr",
        *(el("th", one.title, scope="col", role="columnheader", class_=_style(one)) for one in columns),
        role="row",
    )
    return el(
        "table",
        el("caption", caption, class_="unseen" if hidden else None),
        el("thead", head, role="rowgroup"),
        el("tbody", *(_row(columns, row) for row in rows), role="rowgroup"),
        class_="rows wide" if len(columns) > NARROW else "rows",
        role="table",
    )


def _row(columns: Sequence[Column], row: Sequence[Node]) -> Element:
    cells = []
    for index, (column, node) in enumerate(zip(columns, row, strict=True)):
        if index == 0:
            cells.append(el("th", node, scope="row", role="rowheader", class_=_style(column)))
        else:
            # The style sheet puts the heading before the cell where the table is taken apart.
            label = el("span", f"| {column.title}: ", class_="text-only") if len(columns) > LAID_OUT else None
            shown = [label, el("span", node)] if node != "" else []
            cells.append(
                el("td", *shown, role="cell", class_=_style(column), data_label=None if column.plain else column.title)
            )
    return el("tr", *cells, role="row")


def _style(column: Column) -> str | None:
    return "number" if column.number else "short" if column.short else None


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of a list."""

    rows: Sequence[T]
    number: int
    """Counted from 1."""
    pages: int
    total: int

    def turner(self, asked: Asked, what: str) -> Node:
        """Links to the other pages; nothing where there is one alone. `what` the pages are of, for a screen reader."""
        if self.pages == 1:
            return several(())

        def path(number: int) -> str:
            return asked.site.link(asked.path if number == 1 else f"{asked.path}?page={number}")

        return turner(self.number, self.pages, path, what)


def turner(number: int, pages: int, path: Callable[[int], str], what: str) -> Element:
    """Links to the other pages of something; `path` makes the address of one."""
    others = [
        ("First", 1, number > 2),
        ("Before", number - 1, number > 1),
        ("Next", number + 1, number < pages),
        ("Last", pages, number < pages - 1),
    ]
    links = [
        el("a", name, href=path(other), rel={"Before": "prev", "Next": "next"}.get(name))
        for name, other, is_there in others
        if is_there
    ]
    told = el("span", f"Page {number:,} of {pages:,}")
    return el("nav", told, *links, class_="pages", aria_label=f"Pages of {what}")


def page_number(given: str, pages: int) -> int | None:
    """The number of one of `pages` as somebody wrote it; None where it is none."""
    is_number = given.isascii() and given.isdigit() and len(given) <= MAX_PAGE_DIGITS and not given.startswith("0")
    return int(given) if is_number and int(given) <= pages else None


def part_of(asked: Asked, rows: Sequence[T], per_page: int = PER_PAGE) -> Part[T] | Refused:
    """The page of a list that is asked for by ``?page=``, or why there is none of that number."""
    pages = max(1, -(-len(rows) // per_page))
    number = page_number(asked.query.get("page", "1"), pages)
    if number is None:
        return Refused(404, f"This list has {counted(pages, 'page')}, and none of that number.")
    return Part(rows[(number - 1) * per_page : number * per_page], number, pages, len(rows))
