"""The bond board, ``/bonds``: which bonds are for sale here, which series run, and whose books this host has.

- In it is what `finger bonds@HOST` tells (commune.md 8): offers that a clerk has floated, of the communes that this
  host follows. How an offer stands is said in the words of `thimbl.core.commune.board`.
- Open offers come first, those that close soonest before the others; each with a bar of what is subscribed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from feeds.web.asked import Asked, Page, Refused, Reply
from feeds.web.books import Book, asset_words
from feeds.web.charts import bar
from feeds.web.html import Element, Node, el, isolated
from feeds.web.tables import Column, part_of, table
from feeds.web.words import facts, stamp
from thimbl.core.commune.board import Shelf, rate_words, shelf_of, state_word
from thimbl.core.commune.money import percent
from thimbl.core.commune.offer import closes_in
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.state import Series
from thimbl.core.counting import counted

PER_PAGE: Final = 20
"""Open offers on a page: each takes half a screen."""

MOST_RUNNING: Final = 50
"""Running series in the table below; each commune's own page has them all."""

MOST_COMMUNES: Final = 200
"""Communes that are named."""

_RUNNING: Final = (
    Column("Series"),
    Column("Commune"),
    Column("State", short=True),
    Column("Rate", number=True),
    Column("Outstanding", number=True),
    Column("Paid back", number=True),
)


def page(asked: Asked) -> Reply:
    """``/bonds``."""
    books = list(_books(asked))
    found = [(book, series) for book in books for series in book.study.ledger.state.series.values()]
    on_sale = [one for one in found if _shelf(asked, one[1]) is Shelf.SALE]
    on_sale.sort(key=lambda one: one[1].terms.closes)
    running = [one for one in found if _shelf(asked, one[1]) is Shelf.RUNNING]
    part = part_of(asked, on_sale, PER_PAGE)
    if isinstance(part, Refused):
        return part
    main: list[Node] = [
        el("h1", "Bonds"),
        el(
            "p",
            "Co-ops say what they need and what rent they can pay; the bonds buy it, and the rent pays them back. "
            "No money moves here: who subscribes signs a record, with ",
            el("code", "thimbl bond subscribe", class_="short"),
            ".",
        ),
        el("h2", "For sale"),
    ]
    main += [offer(book, series) for book, series in part.rows]
    if not on_sale:
        main.append(el("p", "No bonds are open for subscription at the communes that this host follows."))
    main.append(part.turner(asked, "open offers"))
    if part.number == 1:
        main += _running_part(asked, running)
        main += _communes(asked, books)
    return Page(
        "Bonds",
        tuple(main),
        description=f"{counted(len(on_sale), 'offer')} of bonds open for subscription, {len(running):,} running.",
        path="/bonds" if part.number == 1 else f"/bonds?page={part.number}",
        here="/bonds",
        indexed=part.number == 1 and bool(books),
    )


def offer(book: Book, series: Series, level: str = "h3") -> Element:
    """An offer that is for sale."""
    terms, asked = series.terms, book.asked
    bid = subscribed(book.study, series)
    rate = f"{rate_words(terms, series)} a year" + (", which the bids decide" if terms.is_auction else "")
    return el(
        "article",
        el(level, book.series_link(series), " ", asset_words(series)),
        bar(f"{book.who}-{series.code}", bid, terms.face, "of the face is subscribed"),
        facts(
            ("Face", f"{book.money(terms.face)}, in bonds of {book.money(terms.unit)}"),
            ("Subscribed", book.figure(f"series/{series.code}/subscribed", bid)),
            ("Rent", f"{book.money(terms.rent)} a month, for {counted(terms.term, 'month')}"),
            ("Rate", rate),
            ("Closes", el("span", stamp(terms.closes), f" ({closes_in(terms, asked.now).removeprefix('closes ')})")),
            ("Co-op", book.person(series.coop)),
            ("Commune", el("a", isolated(book.name), href=book.to("commune"))),
        ),
        class_="offer",
    )


def _running_part(asked: Asked, running: Sequence[tuple[Book, Series]]) -> Iterator[Node]:
    yield el("h2", "Running")
    if not running:
        yield el("p", "No series is running.")
        return
    rows = [_row(asked, book, series) for book, series in running[:MOST_RUNNING]]
    yield table(_RUNNING, rows, "Series that are running")
    if len(running) > MOST_RUNNING:
        yield el("p", f"And {len(running) - MOST_RUNNING:,} more: they stand on the pages of their communes.")


def _row(asked: Asked, book: Book, series: Series) -> tuple[Node, ...]:
    back = series.terms.face - series.outstanding if series.rate_bp is not None else 0
    return (
        el("span", book.series_link(series), " ", el("small", asset_words(series))),
        el("a", isolated(book.name), href=book.to("commune")),
        state_word(series.terms, series, asked.now),
        rate_words(series.terms, series),
        book.figure(f"series/{series.code}/outstanding", series.outstanding) if series.rate_bp is not None else "",
        percent(back, series.terms.face) if series.rate_bp is not None else "",
    )


def _communes(asked: Asked, books: Sequence[Book]) -> Iterator[Node]:
    yield el("h2", "Communes")
    if not books:
        yield el("p", "This host follows no commune.")
        return
    items = []
    for book in books[:MOST_COMMUNES]:
        state, wrong = book.study.ledger.state, len(book.study.findings)
        told = f"{counted(len(state.members), 'member')}, {len(state.series):,} series"
        found = f", {counted(wrong, 'finding')}" if wrong else ""
        link = el("a", isolated(book.name), href=book.to("commune"))
        items.append(el("li", link, " ", el("small", isolated(str(book.study.commune)), f": {told}{found}")))
    yield el("p", "This host keeps the ledgers of these, and every figure in them can be derived.")
    yield el("ul", *items, class_="plain")


def _books(asked: Asked) -> Iterator[Book]:
    for study in asked.source.communes():
        who = asked.source.who_is(study.commune)
        if who is not None and study.ledger.state.charter is not None:
            yield Book(asked, who, study)


def _shelf(asked: Asked, series: Series) -> Shelf:
    return shelf_of(series.terms, series, asked.now)
