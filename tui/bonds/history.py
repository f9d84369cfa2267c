"""The history of one series: what happened to it, under the line of what was outstanding; and its findings."""

from collections.abc import Collection, Sequence
from typing import Final

from thimbl.core.address import Reference
from thimbl.core.commune.ahead import ahead_of
from thimbl.core.commune.history import Event, events, outstanding
from thimbl.core.commune.movements import Issued, Paid
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence, moved_words
from thimbl.core.times import format_date
from tui.book import Leaf
from tui.charts import area
from tui.commune.faults import faults
from tui.lines import BLANK, Line, Role
from tui.market import Market, money
from tui.tables import Cell, Column, Row

CHART: Final = 11
"""Lines of a chart: high enough for a slope to be seen, low enough for rows below it on 24 lines."""


def history(market: Market, now: int, reference: str) -> Leaf:
    """What happened to a series, newest first, under the line of what was outstanding and is to come."""
    study, series = market.floated(reference)
    currency, code = series.terms.currency, series.code
    points = outstanding(study.folded, code)
    ahead = ahead_of(study, series)
    to_come = ahead.points if ahead is not None and ahead.is_sold else []
    clew, rows = Clew(study), list[Row]()
    references: dict[str, Reference] = {}
    happened = {event.folded.verified.record.seq: event for event in events(study.folded, code)}
    for event in happened.values():
        verified = event.folded.verified
        record = verified.record
        references[str(record.seq)] = Reference(verified.author, record.id)
        rows.append(
            Row(
                str(record.seq),
                (
                    Cell(format_date(record.time), record.seq, Role.DIM),
                    Cell(moved_words(event.moved)),
                    Cell(money(event.came, currency) if event.came else "", event.came),
                    Cell(money(event.went, currency) if event.went else "", event.went),
                    Cell(money(event.outstanding, currency), event.outstanding),
                ),
            )
        )
    columns = (
        Column("Date", needed=1),
        Column("What", grows=True, needed=0),
        Column("Came in", right=True, figure=True, needed=2),
        Column("Paid out", right=True, figure=True, needed=2),
        Column("Outstanding", right=True, figure=True, needed=3),
    )

    def heading(width: int) -> Sequence[Line]:
        title = f"Outstanding of {code} at the end of each month"
        return [*area([*points, *to_come], currency, width, CHART, title, ahead=len(to_come)), BLANK]

    def whence(key: str, column: int) -> Sequence[Whence]:
        title, seq = columns[column].title, int(key)
        if title == "Outstanding":
            return [clew.outstanding(series, seq)]
        moved = clew.deeper(seq, market.me if market.me in _had_part(study, seq) else None)
        event = happened[seq]
        minor = event.came if title == "Came in" else event.went
        return [Whence(f"{title.lower()} by record {seq}: {clew.money(minor)}", _told(clew, event)), *moved]

    return Leaf(
        columns,
        rows[::-1],
        heading,
        opens=references.get,
        record=references.get,
        whence=whence,
        offer=lambda key: reference,
    )


def _told(clew: Clew, event: Event) -> tuple[str, ...]:
    """What a record did, and of what pays on bonds the two parts of it."""
    match event.moved:
        case Paid(interest=interest, principal=principal):
            two = clew.money(sum(interest.values())), clew.money(sum(principal.values()))
            return (f"{moved_words(event.moved)}: {two[0]} of interest, {two[1]} of principal.",)
    return (f"{moved_words(event.moved)}.",)


def _had_part(study: Study, seq: int) -> Collection[str]:
    """Who bid in the sale, or held when the record paid."""
    match study.by_seq()[seq].movement:
        case Issued(bids=bids):
            return bids
        case Paid(holdings=holdings):
            return holdings
    return ()


def findings(market: Market, now: int, reference: str) -> Leaf:
    """What everybody finds fault with."""
    study, _ = market.floated(reference)
    return faults(study, study.wrong_with(reference), bad=True)
