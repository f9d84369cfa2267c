"""One offer: its terms and figures, who bids or holds, its history with a chart, and what is found fault with."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.core.commune import offered
from thimbl.core.commune.acts import Verb, form_of
from thimbl.core.commune.bidding import bids as counting
from thimbl.core.commune.citing import name_of
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.history import repaid
from thimbl.core.commune.money import format_rate, percent
from thimbl.core.commune.movements import Paid
from thimbl.core.commune.notices import first_month_lacking
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.commune.wishes import Refusal
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_date
from tui.bonds.board import derived, rate_cell, state_line
from tui.bonds.history import findings, history
from tui.bonds.schedule import ahead_at, schedule
from tui.book import Chapter, Leaf
from tui.charts import bar
from tui.grid import sentence as told_where_empty
from tui.lines import BLANK, Line, Role, cut, line, plain, words, wrap
from tui.market import Market, money
from tui.setting import MEASURE, fields
from tui.tables import Cell, Column, Row
from tui.when import exactly

NO_KEYS: Final[Mapping[Verb, str]] = {}

ABOUT_OFFERS: Final = (Verb.SUBSCRIBE, Verb.WITHDRAW, Verb.PAY, Verb.TRANSFER, Verb.BID, Verb.SURRENDER)
"""What is signed about one offer."""

BAR: Final = 30
"""Cells of the bar over an offer."""


Keys = Mapping[Verb, str]
"""What to press for what can be signed."""


def chapters(market: Market, now: int, reference: str, keys: Keys = NO_KEYS) -> Sequence[Chapter]:
    """The page of one offer; of one that is not here, a sentence."""
    if reference not in market.offers:
        return [Chapter("Offer", lambda market, now: Leaf(heading=told_where_empty("That offer is not here.")))]
    series, study = market.series(reference), market.study_of(reference)
    found = [Chapter("Offer", partial(terms_leaf, reference=reference, keys=keys))]
    to_come = Chapter("Schedule", partial(schedule, reference=reference))
    if series is None or study is None:
        return [*found, to_come]
    if series.status in (Status.FLOATED, Status.LAPSED):
        found.append(Chapter("Bids", partial(bids, reference=reference)))
    else:
        count = len(series.holdings)
        found.append(Chapter("Holders", partial(holders, reference=reference), str(count) if count else ""))
        found.append(Chapter("History", partial(history, reference=reference)))
    if ahead_at(market, reference) is not None:
        found.append(to_come)
    wrong = study.wrong_with(reference)
    badge, role = (f"! {len(wrong)}", Role.BAD) if wrong else ("", Role.DIM)
    return [*found, Chapter("Findings", partial(findings, reference=reference), badge, role)]


# terms and figures


def terms_leaf(market: Market, now: int, reference: str, keys: Keys = NO_KEYS) -> Leaf:
    """What it is, what it pays, and its figures, each of which can be derived."""
    terms, series, study = market.offers[reference], market.series(reference), market.study_of(reference)
    figures = [*_figures(market, study, series), *_terms(reference, terms, market, series, now)]
    rows = [Row(name, (Cell(name), Cell(shown, minor, role))) for name, shown, minor, role, _ in figures]
    reasons = {name: reason for name, _, _, _, reason in figures}

    part = 0
    if study is not None and series is not None:
        part = subscribed(study, series) if series.rate_bp is None else repaid(study.folded, series.code)
    facts = list(_rows(market, terms, series, reference, now))
    if possible := _possible(market, terms, reference, now):
        facts.append(("you can", ", ".join(f"{keys.get(verb, '')} {verb}".strip() for verb in possible)))

    def heading(width: int) -> Sequence[Line]:
        return list(_heading(terms, series, part, facts, width, now, is_here=study is not None))

    def whence(key: str, column: int) -> Sequence[Whence]:
        return reasons[key]() if key in reasons else ()

    columns = (Column("Figure", grows=True, needed=0), Column("Amount", right=True, figure=True, needed=0))
    ours = Reference.parse(reference)
    return Leaf(columns, rows, heading, record=lambda key: ours, whence=whence, offer=lambda key: reference)


def _possible(market: Market, terms: BondOffer, reference: str, now: int) -> list[Verb]:
    """What the reader could sign about an offer now: what no answer would make possible is left out."""
    view, found = market.view(terms.commune, now), []
    for verb in ABOUT_OFFERS:
        with contextlib.suppress(Refusal):
            form_of(view, verb, terms.commune, reference)
            found.append(verb)
    return found


_Figure = tuple[str, str, int, Role, Callable[[], Sequence[Whence]]]
"""Its name, how it is shown, what it is sorted by, and where it comes from."""


def _figures(market: Market, study: Study | None, series: Series | None) -> Iterator[_Figure]:
    """What the ledger says of a series; nothing of an offer that is not floated."""
    if study is None or series is None:
        return
    clew, me = Clew(study), market.me

    def figure(name: str, minor: int, reason: Callable[[], Whence], role: Role = Role.TEXT) -> _Figure:
        return name, clew.money(minor), minor, role, lambda: [reason()]

    if series.status in (Status.FLOATED, Status.LAPSED):
        yield figure("Subscribed", subscribed(study, series), partial(clew.subscribed, series))
        return
    due, rent = series.due, sum(series.paid_rents.values())
    yield figure("Outstanding: owed to all holders", series.outstanding, partial(clew.outstanding, series))
    yield figure("Interest that fell due and is not paid", due, partial(clew.due, series), _bad(due))
    yield figure("Paid back", repaid(study.folded, series.code), partial(clew.paid_back, series))
    if lost := sum(flow.amount for flow in clew.lost(series).flows):
        yield figure("Lost, since its asset was sold for less", lost, partial(clew.lost, series), Role.WARN)
    yield figure("Cash of the series", series.cash, partial(clew.cash, series))
    yield figure("Rent received", rent, partial(clew.rents, series))
    if me in series.holdings:
        yield figure("You hold", series.holdings[me], partial(clew.held, series, me), Role.STRONG)
    if any(isinstance(one.movement, Paid) and me in one.movement.holdings for one in study.folded):
        got = sum(flow.amount for flow in clew.interest(me, series.code).flows)
        back = sum(flow.amount for flow in clew.principal(me, series.code).flows)
        yield figure("Interest paid to you", got, partial(clew.interest, me, series.code), Role.STRONG)
        yield figure("Principal paid back to you", back, partial(clew.principal, me, series.code), Role.STRONG)


def _terms(reference: str, terms: BondOffer, market: Market, series: Series | None, now: int) -> Iterator[_Figure]:
    """What was offered, and the rate that it was sold at."""

    def derive(title: str) -> Callable[[], Sequence[Whence]]:
        return lambda: derived(market, reference, title, now)

    rate = rate_cell(terms, series)
    assert isinstance(rate.order, int), "a rate is sorted by its basis points"
    yield "Rate", rate.text, rate.order, Role.TEXT, derive("Rate")
    yield "Face", money(terms.face, terms.currency), terms.face, Role.TEXT, derive("Face")
    yield "Rent a month", money(terms.rent, terms.currency), terms.rent, Role.TEXT, derive("Rent")


def _bad(minor: int) -> Role:
    return Role.WARN if minor else Role.TEXT


def _heading(
    terms: BondOffer,
    series: Series | None,
    part: int,
    facts: Sequence[tuple[str, str]],
    width: int,
    now: int,
    *,
    is_here: bool,
) -> Iterator[Line]:
    """What stands above the figures. `is_here`: the commune's log is. `part` of the face is subscribed or paid back."""
    measure = max(10, min(width - 2, MEASURE))
    head = ((f"◆ {terms.series}  ", Role.OFFER), *state_line(terms, series, now).pieces)
    yield from indented([Line(cut(head, measure))])
    yield from indented(wrapped(safe_line(terms.asset), measure, Role.STRONG))
    yield BLANK
    if series is not None:
        is_sale = series.status in (Status.FLOATED, Status.LAPSED)
        told = f" {percent(part, terms.face)} of the face is {'subscribed' if is_sale else 'paid back'}"
        drawn = bar(part, terms.face, max(1, min(BAR, measure - 30)))
        yield from indented([Line(cut(((drawn, Role.TAG), (told, Role.TEXT)), measure))])
    yield from indented(fields(facts, measure))
    for name, text in (("about", terms.description), ("risk", terms.risk)):
        if text is not None and text.strip():
            yield BLANK
            yield from indented([line((name, Role.HEAD))])
            yield from indented([line(*pieces) for pieces in wrap(words(text), measure)])
    if series is None:
        yield BLANK
        told = "The commune's clerk has not floated it yet" if is_here else "The commune's log is not here"
        yield from indented(wrapped(f"{told}: it can not be said what is subscribed.", measure, Role.WARN))
    yield BLANK


def _rows(
    market: Market, terms: BondOffer, series: Series | None, reference: str, now: int
) -> Iterator[tuple[str, str]]:
    coop = reference.partition("#")[0]
    rate = rate_cell(terms, series).text
    decided = ", which the bids decide" if terms.is_auction and (series is None or series.rate_bp is None) else ""
    yield "co-op", coop
    yield "rent", f"{money(terms.rent, terms.currency)} a month, for {counted(terms.term, 'month')}"
    yield "face", f"{money(terms.face, terms.currency)} in bonds of {money(terms.unit, terms.currency)}"
    yield "rate", f"{rate} a year{decided}"
    yield "closes" if terms.is_open(now) else "closed", exactly(terms.closes)
    yield "commune", str(terms.commune)
    mine = market.view(terms.commune, now).standing(reference, terms)
    if mine is not None and (series is None or series.status is Status.FLOATED):
        at = "" if mine.rate_bp is None else f" at {format_rate(mine.rate_bp)} or more"
        yield "you bid", f"{money(mine.amount, terms.currency)}{at}"
    if series is None or not series.tenancies:
        return
    tenancy = series.tenancies[-1]
    if series.tenant is not None:
        yield "let to", f"{tenancy.tenant} for {money(tenancy.rent, terms.currency)} a month from {tenancy.first} on"
    lacking = first_month_lacking(series, month_of(now))
    yield "owes", "nothing: all rent that is due came in" if lacking is None else f"rent, of {lacking} on"


# bids and holders


def bids(market: Market, now: int, reference: str) -> Leaf:
    """Who bids: of each author the bid that counts."""
    study, series = market.floated(reference)
    terms, rows = series.terms, list[Row]()
    found = {name_of(verified): (verified, said) for verified, said in counting(study, series)}
    for name, (verified, said) in found.items():
        who, time = str(verified.author), verified.record.time
        rate = terms.ceiling_bp if said.rate_bp is None else said.rate_bp
        cells = (
            Cell(who, role=Role.STRONG if who == market.me else Role.MENTION),
            Cell(money(said.amount, terms.currency), said.amount),
            Cell(f"{format_rate(rate)}{' or more' if terms.is_auction else ''}", rate),
            Cell(format_date(time), time, Role.DIM),
        )
        rows.append(Row(name, cells))
    columns = (
        Column("Who", grows=True, needed=0),
        Column("Bids", right=True, figure=True, needed=0),
        Column("At", right=True, figure=True, needed=1),
        Column("On", needed=2),
    )
    return Leaf(
        columns,
        rows,
        told_where_empty("Nobody has subscribed yet.", rows),
        opens=Reference.parse,
        record=Reference.parse,
        whence=lambda key, column: [offered.bid(*found[key], terms)],
        offer=lambda key: reference,
    )


def holders(market: Market, now: int, reference: str) -> Leaf:
    """Who is owed what."""
    study, series = market.floated(reference)
    currency = series.terms.currency
    rows = [
        Row(
            who,
            (
                Cell(who, role=Role.STRONG if who == market.me else Role.MENTION),
                Cell(money(held, currency), held),
                Cell(percent(held, series.outstanding), held),
            ),
        )
        for who, held in sorted(series.holdings.items())
    ]
    columns = (
        Column("Who", grows=True, needed=0),
        Column("Is owed", right=True, figure=True, needed=0),
        Column("Of all", right=True, figure=True, needed=1),
    )
    clew = Clew(study)

    def whence(key: str, column: int) -> Sequence[Whence]:
        held = clew.held(series, key)
        return [held, clew.outstanding(series)] if columns[column].title == "Of all" else [held]

    return Leaf(
        columns,
        rows,
        told_where_empty("Nothing is outstanding: nobody holds bonds of it any more.", rows),
        opens=Address.parse,
        whence=whence,
        offer=lambda key: reference,
    )


def wrapped(text: str, width: int, role: Role) -> list[Line]:
    """A sentence in lines."""
    return [line(*pieces) for pieces in wrap((plain(text, role),), width)]


def indented(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, one cell further in."""
    for one in lines:
        yield Line(((" ", Role.TEXT), *one.pieces), one.target)
