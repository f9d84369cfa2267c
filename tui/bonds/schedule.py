"""What is to come of an offer or a series, month by month, if its rent is paid: the line that falls to zero, and rows.

What stands here follows from the terms and from what the ledger holds today, and from no record: each figure is derived
from the month before it (commune.md 5).
"""

from collections.abc import Sequence
from typing import Final

from thimbl.core.commune.ahead import Ahead, ahead_of, ahead_of_offer
from thimbl.core.commune.money import format_rate
from thimbl.core.commune.whence import Whence
from tui.book import Leaf
from tui.charts import area
from tui.grid import sentence
from tui.lines import BLANK, Line, Role, cut, wrap
from tui.market import Market, money
from tui.tables import Cell, Column, Row

CHART: Final = 9
"""Lines of the chart: rows are in sight below it on 24."""

COLUMNS: Final = (
    Column("Month", grows=True, needed=0),
    Column("Interest", right=True, figure=True, needed=1),
    Column("Principal", right=True, figure=True, needed=1),
    Column("Outstanding", right=True, figure=True, chosen=True, needed=0),
)


def ahead_at(market: Market, reference: str) -> Ahead | None:
    """What is to come of an offer, floated or not; None where nothing is."""
    study, series = market.study_of(reference), market.series(reference)
    if study is None or series is None:
        return ahead_of_offer(market.offers[reference])
    return ahead_of(study, series)


def schedule(market: Market, now: int, reference: str) -> Leaf:
    """A row a month, under the sentences and the line."""
    ahead, terms = ahead_at(market, reference), market.offers[reference]
    if ahead is None:
        return Leaf(heading=sentence("Nothing is to come: no rent is awaited that would redeem it."))
    currency, found = terms.currency, list(ahead.months)
    rows = [
        Row(
            str(month.number),
            (
                Cell(name, month.number),
                Cell(money(month.interest, currency), month.interest),
                Cell(money(month.principal, currency), month.principal),
                Cell(money(month.outstanding, currency), month.outstanding),
            ),
        )
        for name, month in found
    ]

    def heading(width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for text in ahead.told:
            role = Role.WARN if text.startswith("Warning:") else Role.TEXT
            inner = wrap(((text, role),), max(1, width - 2))
            lines += [Line(cut(((" ", Role.TEXT), *pieces), width)) for pieces in inner]
        if points := ahead.points:
            title = f"Outstanding of {terms.series} at the end of each month"
            lines += [BLANK, *area(points, currency, width, CHART, title, ahead=len(points))]
        return [*lines, BLANK]

    def shown(minor: int) -> str:
        return money(minor, currency)

    def whence(key: str, column: int) -> Sequence[Whence]:
        at = int(key) - 1
        name, month = found[at]
        before = found[at - 1][1].outstanding if at else ahead.simulation.face
        title = COLUMNS[column].title.lower()
        minor = {"interest": month.interest, "principal": month.principal}.get(title, month.outstanding)
        rate, rent = format_rate(ahead.simulation.rate_bp), shown(ahead.simulation.rent)
        steps = (
            f"{shown(before)} are outstanding before it.",
            f"The interest of a month is a twelfth of {rate} of that, rounded half to even to the least unit, and with "
            f"what fell due before it {shown(month.interest)}.",
            f"A rent of {rent}, and what the series has in cash, pay that first, then "
            f"{shown(month.principal)} of principal.",
            f"{shown(before)} - {shown(month.principal)} is {shown(month.outstanding)}.",
        )
        return [Whence(f"{title} of {name}, if the rent is paid: {shown(minor)}", steps)]

    return Leaf(COLUMNS, rows, heading, whence=whence, offer=lambda key: reference)
