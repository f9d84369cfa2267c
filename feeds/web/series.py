"""The series of a commune, ``/NAME/series``, and each of them, ``/NAME/series/CODE`` (commune.md 4 and 5).

- Of a series that is for sale: its terms, what is subscribed and by whom, and how its rent would redeem it.
- Of one that is sold: its figures, who holds it, what was outstanding month by month and how it will fall to zero if
  the agreed rent is paid (`thimbl.core.commune.forecast`), and what happened to it, record by record.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from feeds.web.asked import Asked, Refused, Reply
from feeds.web.books import Book, asset_words, book_of, leaf
from feeds.web.charts import bar
from feeds.web.findings import doubt, fault
from feeds.web.html import Element, Node, el
from feeds.web.schedule import schedule
from feeds.web.tables import Column, part_of, table
from feeds.web.texts import text
from feeds.web.words import breaking, facts, stamp
from thimbl.core.commune.bidding import bids
from thimbl.core.commune.board import is_on_sale, rate_words, standing_words, state_word
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.figures import held_name, of_series, record_name
from thimbl.core.commune.history import Event, events, repaid
from thimbl.core.commune.money import format_rate, percent
from thimbl.core.commune.movements import Issued
from thimbl.core.commune.notices import first_month_lacking
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.shares import listed
from thimbl.core.commune.state import Series
from thimbl.core.commune.whence import moved_words
from thimbl.core.counting import counted

MOST_HOLDERS: Final = 100
"""Holders and bids on a page: the ledger's accounts, a page at a time, have all who hold."""

MOST_FAULTS: Final = 5
"""Findings about one series, the newest."""

NO_SERIES: Final = Refused(
    404, "The commune has no series of that code.", "Its page of series names all that it floated."
)

_SERIES: Final = (
    Column("Series"),
    Column("State", short=True),
    Column("Rate", number=True),
    Column("Face", number=True),
    Column("Outstanding", number=True),
    Column("Due", number=True),
    Column("Cash", number=True),
)
_EVENTS: Final = (
    Column("Date", short=True),
    Column("What", plain=True),
    Column("Came in", number=True),
    Column("Paid out", number=True),
    Column("Outstanding", number=True),
    Column("Why", short=True),
)


def page(asked: Asked) -> Reply:
    """``/NAME/series``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    part = part_of(asked, list(book.study.ledger.state.series.values())[::-1])
    if isinstance(part, Refused):
        return part
    main = [
        el("p", f"{part.total:,} in all, the newest first." if part.total else "No series was floated yet."),
        series_table(book, part.rows) if part.rows else None,
        part.turner(asked, "series"),
    ]
    return leaf(book, "series", "Series", main, number=part.number)


def series_table(book: Book, shown: Sequence[Series]) -> Element:
    """Series, a row each."""
    return table(_SERIES, [_row(book, series) for series in shown], "Series of bonds")


def _row(book: Book, series: Series) -> tuple[Node, ...]:
    start, sold = f"series/{series.code}", series.rate_bp is not None
    return (
        el("span", book.series_link(series), " ", el("small", asset_words(series))),
        state_word(series.terms, series, book.asked.now),
        rate_words(series.terms, series),
        book.money(series.terms.face),
        book.figure(f"{start}/outstanding", series.outstanding) if sold else "",
        book.figure(f"{start}/due", series.due) if sold else "",
        book.figure(f"{start}/cash", series.cash) if series.asset is not None else "",
    )


def one(asked: Asked) -> Reply:
    """``/NAME/series/CODE``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    code = asked.names["code"]
    series = next((found for found in book.study.ledger.state.series.values() if found.code == code), None)
    if series is None:
        return NO_SERIES
    happened = events(book.study.folded, code)[::-1]
    part = part_of(asked, happened)
    if isinstance(part, Refused):
        return part
    main: list[Node | None] = []
    if part.number == 1:
        main += _head(book, series)
        main += _wrong(book, series)
        main += _bids(book, series) if series.rate_bp is None else _holders(book, series)
        main += _allotments(book, series)
        main += schedule(book, series)
    if happened:
        main.append(el("h2", "What happened"))
        main.append(table(_EVENTS, [_event(book, event) for event in part.rows], f"What happened to {code}"))
    main.append(part.turner(asked, f"what happened to {code}"))
    told = f"{series.terms.asset}: {book.money(series.terms.face)} of bonds, {_stands(asked, series)}."
    return leaf(book, "", code, main, number=part.number, description=told)


def _stands(asked: Asked, series: Series) -> str:
    return standing_words(series.terms, series, asked.now)


def _head(book: Book, series: Series) -> Iterator[Node | None]:
    terms, asked = series.terms, book.asked
    sale = series.rate_bp is None
    part = subscribed(book.study, series) if sale else repaid(book.study.folded, series.code)
    decides = ", which the bids decide" if terms.is_auction and sale else ""
    rate: Node = f"{rate_words(terms, series)} a year{decides}"
    if not sale:
        rate = el("span", el("a", rate, href=book.to("why", "series", series.code, "rate"), class_="why"))
    yield el("p", asset_words(series), class_="lead")
    yield el("p", _stands(asked, series).capitalize() + ".")
    yield bar("series", part, terms.face, "of the face is subscribed" if sale else "of the face is paid back")
    yield facts(
        ("Face", f"{book.money(terms.face)}, in bonds of {book.money(terms.unit)}"),
        ("Rent", f"{book.money(terms.rent)} a month, for {counted(terms.term, 'month')}"),
        ("Rate", rate),
        ("Closes" if terms.is_open(asked.now) else "Closed", stamp(terms.closes)),
        ("Co-op", book.person(series.coop)),
        *_tenant(book, series),
        ("Offer", book.reference(series.offer)),
    )
    for title, written in (("About", terms.description), ("Risk", terms.risk)):
        if written is not None and written.strip():
            yield el("h2", title)
            yield text(asked, written)
    if is_on_sale(terms, series, asked.now):
        yield el("h2", "To subscribe")
        yield el("pre", f"thimbl bond subscribe {series.code} AMOUNT", tabindex="0", class_="words")
    yield el("h2", "Figures")
    figures = [(figure.words, book.figure(figure.name, figure.amount)) for figure in of_series(book.study, series)]
    yield table((Column("Figure"), Column("Amount", number=True)), figures, f"Figures of {series.code}")


def _tenant(book: Book, series: Series) -> Iterator[tuple[str, Node | None]]:
    if not series.tenancies:
        return
    tenancy = series.tenancies[-1]
    if series.tenant is not None:
        rent = f" for {book.money(tenancy.rent)} a month from {tenancy.first} on"
        yield "Let to", el("span", book.person(tenancy.tenant), rent)
    lacking = first_month_lacking(series, month_of(book.asked.now))
    yield "Owes", "nothing: all rent that is due came in" if lacking is None else f"rent, of {lacking} on"


def _wrong(book: Book, series: Series) -> Iterator[Node]:
    found = book.study.wrong_with(series.offer)
    if found:
        yield el("h2", "Findings")
        if not book.study.ledger.complete:
            yield doubt()
        newest = found[::-1][:MOST_FAULTS]
        yield el("ul", *(fault(book, one, is_fault=True, brief=True) for one in newest), class_="faults")
        yield el("p", el("a", "All findings, with the figures side by side", href=book.to("findings")))


def _bids(book: Book, series: Series) -> Iterator[Node]:
    terms, rows = series.terms, list[tuple[Node, ...]]()
    found = list(bids(book.study, series))
    for verified, bid in found[:MOST_HOLDERS]:
        rate = terms.ceiling_bp if bid.rate_bp is None else bid.rate_bp
        when = book.dated(verified.author, verified.record)
        at = f"{format_rate(rate)}{' or more' if terms.is_auction else ''}"
        rows.append((book.person(str(verified.author)), book.money(bid.amount), at, when))
    yield el("h2", "Bids")
    if not rows:
        yield el("p", "Nobody has subscribed yet.")
        return
    columns = (Column("Who"), Column("Bids", number=True), Column("At", number=True), Column("On", short=True))
    yield table(columns, rows, "Of each who bids, the bid that counts")
    if len(found) > MOST_HOLDERS:
        yield el("p", f"And {len(found) - MOST_HOLDERS:,} more: the derivation of what is subscribed has all.")


def _holders(book: Book, series: Series) -> Iterator[Node]:
    yield el("h2", "Who holds it")
    held = listed(series.holdings)
    if not held:
        yield el("p", "Nothing is outstanding: nobody holds bonds of it.")
        return
    rows = [
        (book.person(who), book.figure(held_name(series.code, who), amount), percent(amount, series.outstanding))
        for who, amount in held[:MOST_HOLDERS]
    ]
    columns = (Column("Who"), Column("Is owed", number=True), Column("Of all", number=True))
    yield table(columns, rows, f"Who holds {series.code}")
    if len(held) > MOST_HOLDERS:
        told = f"And {len(held) - MOST_HOLDERS:,} more: they are accounts of the "
        yield el("p", told, el("a", "ledger", href=book.to("ledger")), ".")


def _allotments(book: Book, series: Series) -> Iterator[Node]:
    """What each bid in the sale, and what they were allotted."""
    moved = (one.movement for one in book.study.folded)
    issued = next((one for one in moved if isinstance(one, Issued) and one.offer == series.offer), None)
    if issued is None:
        return
    bidders = sorted(issued.bids)
    rows = [
        (
            book.person(who),
            book.money(issued.bids[who][0]),
            format_rate(issued.bids[who][1]),
            book.money(issued.allotments.get(who, 0)),
        )
        for who in bidders[:MOST_HOLDERS]
    ]
    columns = (Column("Who"), Column("Bid", number=True), Column("At", number=True), Column("Allotted", number=True))
    more = f", the first {MOST_HOLDERS}" if len(bidders) > MOST_HOLDERS else ""
    yield el(
        "details",
        el("summary", f"What {counted(len(bidders), 'bidder')} bid and were allotted{more}"),
        table(columns, rows, f"Allotments of {series.code}"),
        el("p", el("a", "Why", href=book.to("why", "series", series.code, "rate"))),
    )


def _event(book: Book, event: Event) -> tuple[Node, ...]:
    verified, words = event.folded.verified, moved_words(event.moved)
    why = book.to("why", *record_name(verified.record.seq).split("/"))
    return (
        book.dated(verified.author, verified.record),
        breaking(words),
        book.money(event.came) if event.came else "",
        book.money(event.went) if event.went else "",
        book.money(event.outstanding),
        el("a", "derived", href=why, aria_label=f"Why: {words}"),
    )
