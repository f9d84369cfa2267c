"""The board: which bonds are for sale, which run, which are past; one row each."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from thimbl.core.address import Reference
from thimbl.core.commune import offered
from thimbl.core.commune.board import Shelf, is_on_sale, rate_words, shelf_of, standing_words, state_word
from thimbl.core.commune.money import percent
from thimbl.core.commune.offer import BondOffer, closes_in
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.terminal import safe_line
from tui.book import Chapter, Leaf, Make, Opened
from tui.charts import bar
from tui.grid import sentence
from tui.lines import BLANK, Line, Role, cut, line, wrap
from tui.market import Market, money
from tui.rows import UNREAD
from tui.tables import Cell, Column, Row

OFFER: Final = "offer"
"""The kind of a page about one offer."""

BAR: Final = 6
"""Cells of a bar in a row."""

Unread = frozenset[str]
NONE_UNREAD: Final[Unread] = frozenset()

_SALE: Final = (
    Column("Series", needed=0),
    Column("Asset", grows=True, needed=4),
    Column("Face", right=True, figure=True, needed=2),
    Column("Rent", right=True, figure=True, needed=1),
    Column("Rate", right=True, figure=True, needed=1),
    Column("Subscribed", right=True, figure=True, chosen=True, needed=1),
    Column("You bid", right=True, figure=True, needed=3),
    Column("Closes", needed=0),
)
_RUNS: Final = (
    Column("Series", needed=0),
    Column("Asset", grows=True, needed=4),
    Column("Is", needed=0),
    Column("Rate", right=True, figure=True, needed=3),
    Column("Outstanding", right=True, figure=True, chosen=True, needed=1),
    Column("Paid back", right=True, figure=True, needed=3),
    Column("You hold", right=True, figure=True, needed=2),
    Column("Interest due", right=True, figure=True, needed=5),
    Column("Tenant", needed=6),
)
_PAST: Final = (
    Column("Series", needed=0),
    Column("Asset", grows=True, needed=2),
    Column("Face", right=True, figure=True, needed=1),
    Column("Rate", right=True, figure=True, needed=3),
    Column("How it ended", needed=0),
)


def chapters(market: Market, now: int, unread: Unread = NONE_UNREAD, offering: str = "") -> Sequence[Chapter]:
    """For sale, running, past. `now` is Unix seconds; `unread` are the offers that the reader has not looked at, and
    `offering` is the key by which a co-op offers bonds of its own."""
    counts = [sum(1 for _ in found) for found in (_on_sale(market, now), _running(market, now), _past(market, now))]
    makes: Sequence[Make] = [
        partial(sale, unread=unread, offering=offering),
        partial(running, unread=unread),
        partial(past, unread=unread),
    ]
    made = zip(("For sale", "Running", "Past"), makes, counts, strict=True)
    return [Chapter(name, make, str(count) if count else "") for name, make, count in made]


def sale(market: Market, now: int, unread: Unread = NONE_UNREAD, offering: str = "") -> Leaf:
    """What one can subscribe to; a co-op is told how to offer bonds of its own."""
    rows = [_sale_row(market, reference, now, unread) for reference in _on_sale(market, now)]
    blank = "No bonds are for sale, as far as is known here. Following a commune and its co-ops brings them."
    return _leaf(market, now, _SALE, rows, blank, _to_coops(market, offering))


def running(market: Market, now: int, unread: Unread = NONE_UNREAD) -> Leaf:
    """What is sold and owed, and sales that wait for their clerk."""
    rows = [_running_row(market, reference, now, unread) for reference in _running(market, now)]
    return _leaf(market, now, _RUNS, rows, "No series is running.")


def past(market: Market, now: int, unread: Unread = NONE_UNREAD) -> Leaf:
    """What is redeemed, lapsed, or was never floated."""
    rows = [_past_row(market, reference, now, unread) for reference in _past(market, now)]
    return _leaf(market, now, _PAST, rows, "No series is past.")


def _on_sale(market: Market, now: int) -> Iterator[str]:
    yield from sorted(_on(Shelf.SALE, market, now), key=lambda one: market.offers[one].closes)


def _running(market: Market, now: int) -> Iterator[str]:
    yield from _on(Shelf.RUNNING, market, now)


def _past(market: Market, now: int) -> Iterator[str]:
    yield from _on(Shelf.PAST, market, now)


def _on(shelf: Shelf, market: Market, now: int) -> Iterator[str]:
    for reference, terms in market.offers.items():
        if shelf_of(terms, market.series(reference), now) is shelf:
            yield reference


def _to_coops(market: Market, offering: str) -> str:
    of = [study for study in market.studies.values() if market.me in study.ledger.state.coops]
    return f"You are a co-op of {of[0].commune}: {offering} offers bonds of yours." if of and offering else ""


def _leaf(market: Market, now: int, columns: Sequence[Column], rows: Sequence[Row], blank: str, told: str = "") -> Leaf:
    def whence(key: str, column: int) -> Sequence[Whence]:
        return derived(market, key, columns[column].title, now)

    empty = sentence(blank, rows)

    def heading(width: int) -> Sequence[Line]:
        inner = wrap(((told, Role.DIM),), max(1, width - 2)) if told else []
        said = [Line(cut(((" ", Role.TEXT), *pieces), width)) for pieces in inner]
        return [*said, *empty(width), *([BLANK] if said else [])]

    return Leaf(
        tuple(columns),
        rows,
        heading,
        opens=lambda key: Opened(OFFER, key),
        record=Reference.parse,
        whence=whence,
        offer=lambda key: key,
    )


def derived(market: Market, reference: str, title: str, now: int) -> Sequence[Whence]:
    """Where a figure of an offer comes from, by the title of its column."""
    terms, study, series = market.offers[reference], market.study_of(reference), market.series(reference)
    match title:
        case "Face":
            return [offered.face(reference, terms)]
        case "Rent":
            return [offered.rent(reference, terms)]
        case "Rate" if series is None or series.rate_bp is None:
            return [offered.rate(reference, terms)]
        case "You bid":
            mine = market.view(terms.commune, now).newest_bid(reference, terms)
            return [] if mine is None else [offered.bid(*mine, terms)]
    if study is None or series is None:
        return ()
    clew = Clew(study)
    match title:
        case "Subscribed":
            return [clew.subscribed(series)]
        case "Rate":
            return clew.sale(series, market.me)
        case "Outstanding":
            return [clew.outstanding(series)]
        case "Paid back":
            return [clew.paid_back(series)]
        case "Interest due":
            return [clew.due(series)]
        case "You hold":
            return [clew.held(series, market.me)]
    return ()


def _sale_row(market: Market, reference: str, now: int, unread: Unread) -> Row:
    terms, study, series = market.offers[reference], market.study_of(reference), market.series(reference)
    bid = 0 if study is None or series is None else subscribed(study, series)
    if series is None:
        state = Cell("not floated yet", -1, Role.DIM)
    else:
        shown = f"{bar(bid, terms.face, BAR)} {percent(bid, terms.face)}"
        state = Cell(shown, bid * 10_000 // terms.face, Role.GOOD if bid >= terms.face else Role.TAG)
    mine = market.view(terms.commune, now).standing(reference, terms)
    return Row(
        reference,
        (
            _series_cell(terms, is_unread=reference in unread),
            Cell(safe_line(terms.asset)),
            Cell(money(terms.face, terms.currency), terms.face),
            Cell(money(terms.rent, terms.currency), terms.rent),
            rate_cell(terms, series),
            state,
            _own(0 if mine is None else mine.amount, terms),
            Cell(closes_in(terms, now).removeprefix("closes "), terms.closes),
        ),
    )


def _running_row(market: Market, reference: str, now: int, unread: Unread) -> Row:
    terms, series = market.offers[reference], market.series(reference)
    assert series is not None, "what runs was floated"
    sold = series.status is not Status.FLOATED
    back = terms.face - series.outstanding if sold else 0
    return Row(
        reference,
        (
            _series_cell(terms, is_unread=reference in unread),
            Cell(safe_line(terms.asset)),
            Cell(state_word(terms, series, now)),
            rate_cell(terms, series),
            Cell(money(series.outstanding, terms.currency) if sold else "", series.outstanding),
            Cell(
                f"{bar(back, terms.face, BAR)} {percent(back, terms.face)}" if sold else "",
                back * 10_000 // terms.face,
                Role.TAG,
            ),
            _own(series.holdings.get(market.me, 0), terms),
            Cell(money(series.due, terms.currency) if sold else "", series.due),
            Cell(series.tenant or "nobody", role=Role.MENTION if series.tenant else Role.DIM),
        ),
    )


def _past_row(market: Market, reference: str, now: int, unread: Unread) -> Row:
    terms, series = market.offers[reference], market.series(reference)
    return Row(
        reference,
        (
            _series_cell(terms, is_unread=reference in unread),
            Cell(safe_line(terms.asset)),
            Cell(money(terms.face, terms.currency), terms.face),
            rate_cell(terms, series),
            Cell(standing_words(terms, series, now)),
        ),
    )


def _series_cell(terms: BondOffer, *, is_unread: bool) -> Cell:
    """The code, with the mark of what the reader has not looked at."""
    mark = ((f"{UNREAD} ", Role.MARK),) if is_unread else ()
    return Cell(terms.series, pieces=(*mark, (terms.series, Role.OFFER)))


def _own(minor: int, terms: BondOffer) -> Cell:
    """One's own part, where one has any."""
    return Cell(money(minor, terms.currency) if minor else "", minor, Role.STRONG)


def rate_cell(terms: BondOffer, series: Series | None) -> Cell:
    """What it pays a year: the rate of the sale, or what was offered."""
    sold = None if series is None else series.rate_bp
    return Cell(rate_words(terms, series), terms.ceiling_bp if sold is None else sold)


def state_line(terms: BondOffer, series: Series | None, now: int) -> Line:
    """How an offer stands, as a line."""
    role = Role.GOOD if is_on_sale(terms, series, now) else Role.TEXT
    return line((standing_words(terms, series, now), role))
