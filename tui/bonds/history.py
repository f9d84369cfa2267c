"""The history of one series: what happened to it, under the line of what was outstanding; and its findings."""

from collections.abc import Collection, Sequence
from typing import Final

from thimbl.core.address import Reference
from thimbl.core.commune.history import outstanding
from thimbl.core.commune.movements import Bought, Issued, Paid, Passed, Received, Reversed, Shared, Sold
from thimbl.core.commune.state import Finding
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence, moved_words
from thimbl.core.times import format_date
from tui.book import Leaf
from tui.charts import area
from tui.commune.faults import faults
from tui.lines import BLANK, Line, Role
from tui.market import Market, money
from tui.tables import Cell, Column, Row

CHART: Final = 10
"""Lines of a chart: high enough for a slope to be seen, low enough for rows below it on 24 lines."""


def history(market: Market, now: int, reference: str) -> Leaf:
    """What happened to a series, newest first, under the line of what was outstanding."""
    study, series = market.floated(reference)
    currency, code = series.terms.currency, series.code
    points = outstanding(study.folded, code)
    clew, rows, owed = Clew(study), list[Row](), 0
    references: dict[str, Reference] = {}
    for one in study.folded:
        moved = one.movement
        if moved is None or isinstance(moved, Shared) or moved.code != code:
            continue
        came, went, owed = _moved(moved, owed)
        record = one.verified.record
        references[str(record.seq)] = Reference(one.verified.author, record.id)
        rows.append(
            Row(
                str(record.seq),
                (
                    Cell(format_date(record.time), record.seq, Role.DIM),
                    Cell(moved_words(moved)),
                    Cell(money(came, currency) if came else "", came),
                    Cell(money(went, currency) if went else "", went),
                    Cell(money(owed, currency), owed),
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
        return [*area(points, currency, width, CHART, f"Outstanding of {code} at the end of each month"), BLANK]

    def whence(key: str, column: int) -> Sequence[Whence]:
        if columns[column].title == "Outstanding":
            return [clew.outstanding(series)]
        return clew.deeper(int(key), market.me if market.me in _had_part(study, int(key)) else None)

    return Leaf(
        columns,
        rows[::-1],
        heading,
        opens=references.get,
        record=references.get,
        whence=whence,
        offer=lambda key: reference,
    )


def _had_part(study: Study, seq: int) -> Collection[str]:
    """Who bid in the sale, or held when the record paid."""
    match study.by_seq()[seq].movement:
        case Issued(bids=bids):
            return bids
        case Paid(holdings=holdings):
            return holdings
    return ()


def _moved(moved: object, owed: int) -> tuple[int, int, int]:
    """What came in, what was paid out, and what is outstanding then."""
    match moved:
        case Issued(allotments=allotments):
            return sum(allotments.values()), 0, owed + sum(allotments.values())
        case Bought(cost=cost):
            return 0, cost, owed
        case Received(amount=amount):
            return amount, 0, owed
        case Reversed(amount=amount):
            return -amount, 0, owed
        case Paid(interest=interest, principal=principal, lost=lost):
            back = sum(principal.values())
            return 0, sum(interest.values()) + back, owed - back - sum(lost.values())
        case Sold(proceeds=proceeds):
            return proceeds, 0, owed
        case Passed():
            return 0, 0, owed
    return 0, 0, owed


def wrong_with(study: Study, reference: str) -> list[Finding]:
    """The findings that are about this offer."""
    about = {
        one.verified.record.seq
        for one in (study.folded if study.findings else ())
        if one.findings and one.verified.record.body.get("offer") == reference
    }
    return [finding for finding in study.findings if finding.seq in about]


def findings(market: Market, now: int, reference: str) -> Leaf:
    """What everybody finds fault with."""
    study, _ = market.floated(reference)
    return faults(study, wrong_with(study, reference), bad=True)
