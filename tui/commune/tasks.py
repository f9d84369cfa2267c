"""The clerk's desk: what waits, each with what it does (`thimbl.core.commune.todo`)."""

from collections.abc import Iterator, Sequence
from typing import Final

from thimbl.core.address import Reference
from thimbl.core.commune.study import Study
from thimbl.core.commune.todo import Task
from thimbl.core.commune.whence import Clew, Whence
from tui.book import Chapter, Leaf
from tui.lines import BLANK, Line, Role, cut, wrap
from tui.market import Market
from tui.tables import Cell, Column, Row

DESK: Final = "Desk"
"""The name of the chapter."""

COLUMNS: Final = (
    Column("Statement", needed=1),
    Column("What waits", grows=True, needed=0),
    Column("Needs", needed=2),
)

CITED: Final = ("application", "transfer", "payment", "surrender", "offer")
"""Fields of a statement that name the record of somebody else which waits; the first that is there is meant."""


def desk_chapter(study: Study, tasks: Sequence[Task], deed: str) -> Chapter:
    """The chapter of these tasks of a commune; `deed` is the key for what is no task."""

    def make(market: Market, now: int) -> Leaf:
        return tasks_leaf(study, tasks, deed)

    return Chapter(DESK, make, str(len(tasks) or ""), Role.MARK)


def tasks_leaf(study: Study, tasks: Sequence[Task], deed: str) -> Leaf:
    """A row each, in the order in which they are to be done; its key is the command that does the same."""
    by_key = {task.command: task for task in tasks}
    rows = [
        Row(
            task.command,
            (
                Cell(task.kind, role=Role.KEY),
                Cell(task.sentence),
                Cell("" if task.body is not None else "a figure", role=Role.WARN),
            ),
        )
        for task in tasks
    ]

    def heading(width: int) -> Sequence[Line]:
        told = "Enter shows what will be signed, and asks first." if rows else "Nothing waits."
        told += f" {deed} is for what nobody asks for: to sell an asset, to expel, and the like."
        inner = wrap(((told, Role.DIM),), max(1, width - 2))
        return [*(Line(cut(((" ", Role.TEXT), *pieces), width)) for pieces in inner), BLANK]

    def record(key: str) -> Reference | None:
        body, offer = by_key[key].body or {}, by_key[key].offer
        found = next((body[name] for name in CITED if name in body), offer)
        return None if found is None else Reference.parse(found)

    def whence(key: str, column: int) -> Sequence[Whence]:
        task = by_key[key]
        return [Whence(task.sentence, (f"In a shell: {task.command}",)), *_behind(study, task)]

    return Leaf(COLUMNS, rows, heading, record=record, whence=whence)


def _behind(study: Study, task: Task) -> Iterator[Whence]:
    """The figures that a statement is made from."""
    clew, offer = Clew(study), task.offer or (task.body or {}).get("offer", "")
    series = study.ledger.state.series.get(offer)
    if task.kind == "dividend":
        yield clew.each()
    if series is None:
        return
    match task.kind:
        case "clearing" | "lapse":
            yield clew.subscribed(series)
        case "redemption":
            yield clew.due(series)
            yield clew.cash(series)
        case "rent":
            yield clew.rents(series)
        case "registration":
            yield clew.outstanding(series)
