"""The clerk's desk: what waits, each with what it does (`thimbl.core.commune.todo`)."""

from collections.abc import Sequence
from typing import Final

from thimbl.core.commune.todo import Task
from tui.book import Chapter, Leaf
from tui.lines import BLANK, Line, Role, line, wrap
from tui.market import Market
from tui.tables import Cell, Column, Row

DESK: Final = "Desk"
"""The name of the chapter."""

COLUMNS: Final = (
    Column("Statement", needed=1),
    Column("What waits", grows=True, needed=0),
    Column("Needs", needed=2),
)


def desk_chapter(tasks: Sequence[Task], deed: str) -> Chapter:
    """The chapter of these tasks; `deed` is the key for what is no task."""

    def make(market: Market, now: int) -> Leaf:
        return tasks_leaf(tasks, deed)

    return Chapter(DESK, make, str(len(tasks) or ""), Role.MARK)


def tasks_leaf(tasks: Sequence[Task], deed: str) -> Leaf:
    """A row each, in the order in which they are to be done; its key is the command that does the same."""
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
        return [*(line(*pieces) for pieces in wrap(((f" {told}", Role.DIM),), max(1, width))), BLANK]

    return Leaf(COLUMNS, rows, heading)
