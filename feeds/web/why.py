"""The derivation of a figure, ``/NAME/why/FIGURE``: how it was reckoned, and the records that it is the sum of.

- The words and the records are those of `thimbl.core.commune.whence`; the names of figures those of
  `thimbl.core.commune.figures`.
- Each record leads two ways: to what it says, on its author's page, and to the derivation of what it moved.
"""

from typing import Final

from feeds.web.asked import Asked, Refused, Reply
from feeds.web.books import Book, book_of, leaf
from feeds.web.html import Element, Node, el
from feeds.web.tables import Column, part_of, table, turner
from feeds.web.words import breaking, capital
from thimbl.core.commune.figures import NoSuchFigure, derivation, parts, parts_of, record_name
from thimbl.core.commune.whence import MOST_EXPLAINED, Flow, Whence

LONGEST: Final = 5
"""Words of the longest name of a figure: an account of bonds, `account/liabilities/bonds/CODE/HOLDER`."""

NO_FIGURE: Final = Refused(
    404, "The commune has no figure of that name.", "Its pages link every figure to its derivation."
)

_FLOWS: Final = (Column("What", plain=True), Column("Record"), Column("Amount", number=True))


def page(asked: Asked) -> Reply:
    """``/NAME/why/FIGURE``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    words = [asked.names[key] for key in NAMES if key in asked.names]
    name = "/".join(words)
    try:
        found = derivation(book.study, name)
    except NoSuchFigure:
        return NO_FIGURE
    first = found[0]
    flows = [flow for one in found for flow in one.flows]
    part = part_of(asked, flows)
    if isinstance(part, Refused):
        return part
    main: list[Node] = _steps(found)
    sums = parts(book.study, name)
    if sums:
        rows = [(figure.words, book.figure(figure.name, figure.amount)) for figure in sums]
        main += [el("h2", "It is the sum of"), table((Column("Of"), Column("Amount", number=True)), rows, "Its parts")]
    if flows:
        main.append(el("h2", "It comes from these records"))
        main.append(table(_FLOWS, [_row(book, flow) for flow in part.rows], "Records that the figure is the sum of"))
    main.append(part.turner(asked, "the records"))
    main += _of_record(book, words)
    return leaf(
        book,
        "",
        capital(first.title),
        main,
        number=part.number,
        description=f"{first.title}: how this figure follows from records.",
    )


NAMES: Final = tuple(f"word{number}" for number in range(LONGEST))
"""The open places of the routes of these pages."""

PATTERNS: Final = tuple(
    "/{name}/why/" + "/".join(f"{{{key}}}" for key in NAMES[: number + 1]) for number in range(LONGEST)
)
"""Their routes."""


def _steps(found: list[Whence]) -> list[Node]:
    """How each was reckoned; the title of the first stands above."""
    shown: list[Node] = []
    for index, one in enumerate(found):
        if index:
            shown.append(el("h2", breaking(one.title)))
        if one.steps:
            shown.append(el("ol", *(el("li", breaking(step)) for step in one.steps), class_="steps"))
    return shown


def _row(book: Book, flow: Flow) -> tuple[Node, ...]:
    return (_what(book, flow), book.reference(flow.record), book.money(flow.amount))


def _what(book: Book, flow: Flow) -> Element:
    if flow.seq is None:
        return breaking(flow.words)
    return el("a", breaking(flow.words), href=book.to("why", *record_name(flow.seq).split("/")))


def _of_record(book: Book, words: list[str]) -> list[Node]:
    """Of a record, the record itself, and those of its parts that stand on further pages."""
    if words[0] != "record":
        return []
    folded = book.sums.by_seq[int(words[1])]
    number, pages = int(words[2]) if len(words) > 2 else 1, -(-len(parts_of(folded)) // MOST_EXPLAINED)
    record = folded.verified.record
    shown: list[Node] = [
        el("p", "The record: ", book.reference(f"{folded.verified.author}#{record.id}"), f", number {record.seq:,}.")
    ]
    if pages > 1:

        def path(other: int) -> str:
            return book.to("why", *record_name(record.seq, other).split("/"))

        shown.append(turner(number, pages, path, "those whom it concerned"))
    return shown
