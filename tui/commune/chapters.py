"""The chapters of one commune: what it is and holds, who is in it, its series and assets, its months.

Findings and notices are `faults.py`'s, one's own statement `statement.py`'s, the clerk's desk `tasks.py`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from thimbl.core.address import Address, Reference
from thimbl.core.commune import offered
from thimbl.core.commune.board import state_word
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.figures import derivation
from thimbl.core.commune.figures import overview as overview_of
from thimbl.core.commune.history import months, pool
from thimbl.core.commune.money import Period, format_rate
from thimbl.core.commune.state import AssetState, Series
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_date
from tui.bonds.board import OFFER, derived
from tui.book import Chapter, Leaf, Make, Opened
from tui.charts import area, pairs
from tui.commune.faults import faults
from tui.commune.statement import statement
from tui.grid import sentence
from tui.lines import BLANK, Line, Role, cut, plain
from tui.market import Market, money
from tui.tables import Cell, Column, Row

COMMUNE: Final = "commune"
"""The kind of a page about one commune."""

CHART: Final = 9
"""Lines of a chart."""

AMOUNT: Final = Column("Amount", right=True, figure=True, needed=0)


class _Of(Protocol):
    """Makes a leaf about a commune."""

    def __call__(self, market: Market, study: Study, now: int) -> Leaf:
        """The leaf; `now` is Unix seconds."""


def chapters(study: Study, joining: str = "J") -> list[Chapter]:
    """Those of a commune with a charter. Each is made of the market of its moment, in which the commune still is.
    `joining` is the key by which one applies to it."""

    def bound(make: _Of) -> Make:
        return partial(_made, make, study.commune)

    wrong = len(study.findings)
    faulty = Chapter("Findings", bound(findings), f"! {wrong}" if wrong else "", Role.BAD)
    if study.ledger.state.charter is None:  # a log with a charter that is none
        return [faulty]
    return [
        Chapter("Overview", bound(overview)),
        Chapter("Register", bound(partial(register, joining=joining))),
        Chapter("Series", bound(series_table)),
        Chapter("Assets", bound(assets)),
        Chapter("Months", bound(months_table)),
        faulty,
        Chapter("Notices", bound(notices)),
        Chapter("Statement", bound(partial(statement, joining=joining))),
    ]


def _made(make: _Of, commune: Address, market: Market, now: int) -> Leaf:
    return make(market, market.studies[commune], now)


# all communes


def communes(market: Market, now: int) -> Leaf:
    """Which one is meant, where several are here."""
    rows = []
    for address, study in market.studies.items():
        state, wrong = study.ledger.state, len(study.findings)
        name = "" if state.charter is None else safe_line(state.charter.name)
        part = [word for word, register in (("member", state.members), ("co-op", state.coops)) if market.me in register]
        rows.append(
            Row(
                str(address),
                (
                    Cell(name, role=Role.STRONG),
                    Cell(str(address), role=Role.MENTION),
                    Cell(str(len(state.members)), len(state.members)),
                    Cell(str(len(state.series)), len(state.series)),
                    Cell(f"! {wrong}" if wrong else "none", wrong, Role.BAD if wrong else Role.DIM),
                    Cell("clerk" if str(address) == market.me else ", ".join(part)),
                ),
            )
        )
    columns = (
        Column("Commune", grows=True, needed=0),
        Column("Address", needed=2),
        Column("Members", right=True, needed=3),
        Column("Series", right=True, needed=4),
        Column("Findings", right=True, needed=1),
        Column("You are", needed=2),
    )
    return Leaf(columns, rows, opens=lambda key: Opened(COMMUNE, key))


def nothing(market: Market, now: int, called: Mapping[str, str]) -> Leaf:
    """What stands there where no commune is here; `called` are keys by the ids of their bindings."""
    told = f"{called.get('follow')} follows one by its address, and brings it with the logs that it cites."
    made = f"{called.get('deed')} makes this account one."
    return Leaf(heading=sentence(f"No commune is here yet. {told} {made}"))


# one commune


def overview(market: Market, study: Study, now: int) -> Leaf:
    """What it holds, and what the pool would pay each today, over the line of the pool."""
    currency, figures = study.ledger.state.currency, overview_of(study)
    rows = [
        Row(one.name, (Cell(one.words), Cell(money(one.amount, currency), one.amount, Role.TEXT))) for one in figures
    ]
    points = pool(study.folded, month_of(study.ledger.time))

    def heading(width: int) -> Sequence[Line]:
        chart = area(points, currency, width, CHART, "The pool at the end of each month") if points else []
        return [*_title(market, study, width), BLANK, *chart, *([BLANK] if chart else [])]

    def whence(key: str, column: int) -> Sequence[Whence]:
        return derivation(study, key)

    return Leaf((Column("Figure", grows=True, needed=0), AMOUNT), rows, heading, whence=whence)


def _title(market: Market, study: Study, width: int) -> Iterator[Line]:
    state = study.ledger.state
    assert state.charter is not None, "a commune here has a charter"
    me, address = market.me, str(study.commune)
    part = [word for word, register in (("a member", state.members), ("a co-op", state.coops)) if me in register]
    you = "you keep its desk" if me == address else f"you are {' and '.join(part) or 'on no register'}"
    blank = (" ", Role.TEXT)
    yield Line(cut((blank, plain(state.charter.name, Role.OFFER), blank, blank, (address, Role.MENTION)), width))
    people = f"{counted(len(state.members), 'member')}, {counted(len(state.coops), 'co-op')}; {you}"
    yield Line(cut(((f" {people}", Role.TEXT),), width))
    whole = "complete" if study.ledger.complete else "INCOMPLETE: records are missing"
    role = Role.DIM if study.ledger.complete else Role.BAD
    told = f" {study.ledger.seq:,} records, the newest of {format_date(study.ledger.time)}; "
    yield Line(cut(((told, Role.DIM), (whole, role)), width))
    if wrong := len(study.findings):
        told = f" ! {counted(wrong, 'finding')}: see the chapter Findings"
        yield Line(cut(((told, Role.BAD),), width))
    for lacking in study.lacking()[:5]:
        yield Line(cut(((f" Lacking: the log of {lacking}", Role.BAD),), width))


def register(market: Market, study: Study, now: int, joining: str = "J") -> Leaf:
    """Members and co-ops, in the order admitted."""
    state, clew = study.ledger.state, Clew(study)
    currency = state.currency

    def row(who: str, role: str, works: str | None) -> Row:
        got = state.dividends.get(who, 0)
        return Row(
            f"{role} {who}",
            (
                Cell(who, role=Role.STRONG if who == market.me else Role.MENTION),
                Cell(role),
                Cell(works or "", role=Role.DIM),
                Cell(money(got, currency) if role == "member" else "", got),
            ),
        )

    rows = [*(row(who, "member", works) for who, works in state.members.items())]
    rows += [row(who, "co-op", None) for who in state.coops]
    columns = (
        Column("Who", grows=True, needed=0),
        Column("As", needed=1),
        Column("Works at", needed=3),
        Column("Dividends", right=True, figure=True, needed=2),
    )

    def who_of(key: str) -> str:
        return key.partition(" ")[2]

    return Leaf(
        columns,
        rows,
        sentence(f"Nobody is on a register yet. {joining} applies.", rows),
        opens=lambda key: Address.parse(who_of(key)),
        whence=lambda key, column: [clew.dividends(who_of(key))],
    )


def series_table(market: Market, study: Study, now: int) -> Leaf:
    """All series, in the order floated."""
    state, clew = study.ledger.state, Clew(study)
    currency = state.currency
    rows = [
        Row(
            series.offer,
            (
                Cell(series.code, role=Role.OFFER),
                Cell(state_word(series.terms, series, now)),
                Cell("" if series.rate_bp is None else format_rate(series.rate_bp), series.rate_bp or 0),
                Cell(money(series.terms.face, currency), series.terms.face),
                Cell(money(series.outstanding, currency), series.outstanding),
                Cell(money(series.due, currency), series.due, Role.WARN if series.due else Role.TEXT),
                Cell(money(series.cash, currency), series.cash),
            ),
        )
        for series in state.series.values()
    ]
    columns = (
        Column("Series", needed=0),
        Column("Is", needed=1),
        Column("Rate", right=True, figure=True, needed=5),
        Column("Face", right=True, figure=True, needed=4),
        Column("Outstanding", right=True, figure=True, chosen=True, needed=0),
        Column("Due", right=True, figure=True, needed=3),
        Column("Cash", right=True, figure=True, needed=3),
    )
    by_title = {"Outstanding": clew.outstanding, "Due": clew.due, "Cash": clew.cash}

    def whence(key: str, column: int) -> Sequence[Whence]:
        title, one = columns[column].title, state.series[key]
        return [by_title[title](one)] if title in by_title else derived(market, key, title, now)

    return Leaf(
        columns,
        rows,
        sentence("No series was floated yet.", rows),
        opens=lambda key: Opened(OFFER, key),
        record=Reference.parse,
        whence=whence,
        offer=lambda key: key,
    )


def assets(market: Market, study: Study, now: int) -> Leaf:
    """What the series bought, who uses it, and what they pay."""
    state = study.ledger.state
    found = [series for series in state.series.values() if series.asset is not None]
    rows = [_asset(series, market, now) for series in found]
    columns = (
        Column("Asset", grows=True, needed=0),
        Column("Series", needed=2),
        Column("Is", needed=0),
        Column("Tenant", needed=1),
        Column("Rent a month", right=True, figure=True, needed=2),
        Column("Since", needed=4),
        Column("Cost", right=True, figure=True, needed=3),
        Column("Rent in all", right=True, figure=True, chosen=True, needed=5),
    )
    clew = Clew(study)

    def whence(key: str, column: int) -> Sequence[Whence]:
        one, title = state.series[key], columns[column].title
        if title == "Rent a month":
            return [offered.agreed(study, one)] if one.tenant is not None else ()
        return clew.bought(one) if title == "Cost" else [clew.rents(one)]

    return Leaf(
        columns,
        rows,
        sentence("Nothing was bought yet.", rows),
        opens=lambda key: Opened(OFFER, key),
        record=Reference.parse,
        whence=whence,
        offer=lambda key: key,
    )


def _asset(series: Series, market: Market, now: int) -> Row:
    currency, tenancy = series.terms.currency, series.tenancies[-1]
    let = series.asset is AssetState.LET
    rent = sum(series.paid_rents.values())
    return Row(
        series.offer,
        (
            Cell(safe_line(series.terms.asset)),
            Cell(series.code, role=Role.OFFER),
            Cell(str(series.asset), role=Role.GOOD if let else Role.WARN),
            Cell(tenancy.tenant if let else "", role=Role.MENTION),
            Cell(money(tenancy.rent, currency) if let else "", tenancy.rent if let else 0),
            Cell(str(tenancy.first) if let else ""),
            Cell(money(series.cost, currency), series.cost),
            Cell(money(rent, currency), rent),
        ),
    )


def months_table(market: Market, study: Study, now: int) -> Leaf:
    """Rent against dividends, newest month first, under the two side by side."""
    currency, clew = study.ledger.state.currency, Clew(study)
    found = months(study.folded)
    rows = [
        Row(
            str(month.period),
            (
                Cell(str(month.period)),
                Cell(money(month.rent, currency), month.rent),
                Cell(money(month.dividend, currency) if month.shared else "", month.dividend),
            ),
        )
        for month in reversed(found)
    ]
    columns = (
        Column("Month", grows=True, needed=0),
        Column("Rent", right=True, figure=True, needed=0),
        Column("Dividends", right=True, figure=True, needed=0),
    )
    points = [(month.period, month.rent, month.dividend) for month in found]

    def heading(width: int) -> Sequence[Line]:
        names = ("rent", "dividends")
        return [*pairs(points, names, currency, width, CHART + 1, "Rent against dividends, month by month"), BLANK]

    def whence(key: str, column: int) -> Sequence[Whence]:
        rent, shared = clew.month(Period.parse(key))
        return [shared if columns[column].title == "Dividends" else rent]

    return Leaf(columns, rows, heading, whence=whence)


def findings(market: Market, study: Study, now: int) -> Leaf:
    """What everybody finds fault with."""
    return faults(study, study.findings, bad=True)


def notices(market: Market, study: Study, now: int) -> Leaf:
    """What is no fault, and yet to be known."""
    return faults(study, study.notices, bad=False)
