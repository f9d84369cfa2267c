"""One's own statement: what one subscribed, was paid, paid and holds, and the per-capita comparison (commune.md 11)."""

from collections.abc import Callable, Sequence
from functools import partial

from thimbl.core.commune.standing import Part, standing
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from tui.book import Leaf, Opened
from tui.grid import sentence
from tui.lines import BLANK, Line, Role, cut, wrap
from tui.market import Market, money
from tui.tables import Cell, Column, Row

Reason = Callable[[], Sequence[Whence]]


def statement(market: Market, study: Study, now: int, joining: str = "J") -> Leaf:
    """A row for each figure; those of a series say which."""
    me, clew, state = market.me, Clew(study), study.ledger.state
    found = standing(study, me)
    rows: list[Row] = []
    reasons: dict[str, Reason] = {}

    def add(of: str, name: str, minor: int, reason: Reason, role: Role = Role.TEXT) -> None:
        key = f"{of} {name}"
        rows.append(Row(key, (Cell(of, role=Role.OFFER), Cell(name), Cell(money(minor, state.currency), minor, role))))
        reasons[key] = reason

    for part in found.parts:
        for name, minor, reason in _parts(study, clew, part, me):
            if minor:
                add(part.code, name, minor, reason)
    if found.rent:
        add("", "Rent that you paid", found.rent, lambda: [clew.rent(me)])
    if found.is_member or found.dividend:
        add("", "Rent that everybody paid", found.common_rent, lambda: [clew.common()])
        add("", "Your part of your co-op's rent", found.use, lambda: [clew.use(found)])
        add("", "Dividends to you", found.dividend, lambda: [clew.dividends(me)], Role.STRONG)
        role = Role.GOOD if found.difference >= 0 else Role.WARN
        add("", "Difference", found.difference, lambda: [clew.difference(found)], role)

    def heading(width: int) -> Sequence[Line]:
        roles = [word for word, is_one in (("member", found.is_member), ("co-op", found.is_coop)) if is_one]
        told = f" {me}: {' and '.join(roles) or 'on no register'} of {study.commune}"
        lines = [Line(cut(((told, Role.STRONG),), width))]
        if found.is_member:
            told = _compared(found.difference, bool(found.common_rent))
            inner = wrap(((told, Role.DIM),), max(1, width - 2))
            lines += [Line(cut(((" ", Role.TEXT), *pieces), width)) for pieces in inner]
        if not rows:
            told = f"This commune has nothing to do with you yet. {joining} applies to it."
            if me == str(study.commune):
                told = "A commune has no share in itself, and holds no bonds of its own."
            lines += sentence(told)(width)
        return [*lines, BLANK]

    codes = {series.code: offer for offer, series in state.series.items()}

    def opens(key: str) -> Opened | None:
        offer = codes.get(key.partition(" ")[0])
        return None if offer is None else Opened("offer", offer)

    def whence(key: str, column: int) -> Sequence[Whence]:
        return reasons[key]() if key in reasons else ()

    columns = (
        Column("Series", needed=1),
        Column("What", grows=True, needed=0),
        Column("Amount", right=True, figure=True, needed=0),
    )
    return Leaf(
        columns, rows, heading, opens=opens, whence=whence, offer=lambda key: codes.get(key.partition(" ")[0], "")
    )


def _parts(study: Study, clew: Clew, part: Part, me: str) -> list[tuple[str, int, Reason]]:
    series = study.ledger.state.series[part.offer]

    def one(reason: Callable[[], Whence]) -> Reason:
        return lambda: [reason()]

    return [
        ("Subscribed", part.subscribed, one(partial(clew.bid, series, me))),
        ("Allotted", part.allotted, partial(clew.sale, series, me)),
        ("Taken over", part.taken_over, one(partial(clew.taken_over, series, me))),
        ("Passed on", part.passed_on, one(partial(clew.passed_on, series, me))),
        ("Interest paid to you", part.interest, one(partial(clew.interest, me, part.code))),
        ("Principal paid back to you", part.principal, one(partial(clew.principal, me, part.code))),
        ("Written off", part.lost, one(partial(clew.lost, series, me))),
        ("You hold now", part.holds, one(partial(clew.held, series, me))),
    ]


def _compared(difference: int, is_rented: bool) -> str:
    """The per-capita comparison in a sentence."""
    if not is_rented:
        return "No rent came in yet: there is nothing to compare."
    if difference == 0:
        return "You use exactly an equal share of the common property: what you pay comes back."
    if difference > 0:
        return "You use less than an equal share of the common property: you get more than you use."
    return "You use more than an equal share of the common property: you pay for what is beyond it."
