"""Why a figure is what it is: its derivation in sentences, and the records or figures that it is the sum of.

Each leads on: Enter derives it, `v` opens a record in its thread. Esc goes one step back, to the row that led there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final, Protocol, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from thimbl.core.address import Reference
from thimbl.core.commune.figures import derivation
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.terminal import safe_line
from tui.book import Leaf
from tui.foot import Foot
from tui.grid import Grid
from tui.lines import BLANK, Line, Role, line, wrap
from tui.over import Over, framed
from tui.tables import Cell, Column, Row
from tui.workers import begin

STEP: Final = "• "

HOW: Final = "It comes from these. Enter derives one further, v opens its record."
"""What can be done with what a figure is the sum of."""

COLUMNS = (
    Column("Record", right=True, needed=1),
    Column("What it says", grows=True, needed=0),
    Column("Amount", right=True, needed=0),
)


Derive = Callable[[Study], Sequence[Whence]]
"""Derives one thing further."""


class Deeper(Protocol):
    """Derives aside."""

    async def __call__(self, derive: Derive) -> Sequence[Whence] | None:
        """The derivations; None where the store can not be read."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a figure is the sum of: a record, or another figure."""

    row: tuple[str, str, int]
    """The number of the record, where it is the commune's; what it says; the amount."""
    derive: Derive | None = None
    """None where there is nothing but the record itself."""
    record: Reference | None = None


def parts_of(reasons: Sequence[Whence]) -> Iterator[Part]:
    """What figures are the sum of, in the order told."""
    for reason in reasons:
        for figure in reason.parts:
            yield Part(("", figure.words, figure.amount), partial(_derived, figure.name))
        for flow in reason.flows:
            derive = None if flow.seq is None else partial(_moved, flow.seq, reason.who)
            row = "" if flow.seq is None else str(flow.seq), flow.words, flow.amount
            yield Part(row, derive, Reference.parse(flow.record))


def _derived(name: str, study: Study) -> Sequence[Whence]:
    return derivation(study, name)


def _moved(seq: int, who: str | None, study: Study) -> Sequence[Whence]:
    """Of `who` alone, where they had a part in it."""
    return Clew(study).deeper(seq, who)


def set_reasons(reasons: Sequence[Whence], width: int) -> list[Line]:
    """The titles and the steps, in lines of at most `width` cells."""
    lines: list[Line] = []
    for reason in reasons:
        lines += [line(*pieces) for pieces in wrap(((safe_line(reason.title), Role.STRONG),), width)]
        for step in () if reason.parts else reason.steps:
            inner = wrap(((safe_line(step), Role.TEXT),), max(1, width - len(STEP)))
            for index, pieces in enumerate(inner):
                lines.append(line((STEP if index == 0 else " " * len(STEP), Role.DIM), *pieces))
        lines.append(BLANK)
    return lines


def leaf_of(reasons: Sequence[Whence], money: Callable[[int], str], how: str = "") -> Leaf:
    """The steps, and under them what they are the sum of; `how` is said between the two, of what can be done there."""
    rows = [
        Row(
            str(index),
            (
                Cell(number, int(number or 0), Role.DIM),
                Cell(safe_line(words)),
                Cell(money(amount), amount),
            ),
        )
        for index, (number, words, amount) in enumerate(part.row for part in parts_of(reasons))
    ]

    def heading(width: int) -> Sequence[Line]:
        lines = set_reasons(reasons, max(1, width))
        if rows and how:
            lines += [line(*pieces) for pieces in wrap(((how, Role.DIM),), max(1, width))]
        return lines

    return Leaf(COLUMNS, rows, heading)


class Why(Over[Reference | None]):
    """One figure, or several; the record that the reader wants to see, if any."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("v", "record", "Record", tooltip="open the selected record"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[list[Whence]] = []
        self._rows: list[str | None] = [None]
        """The row that was selected at each step."""
        self._parts: Sequence[Part] = ()
        self._tells_record = False
        self.grid = Grid(id="why")

    @property
    def reasons(self) -> Sequence[Whence]:
        """What is shown now."""
        return self._steps[-1]

    def compose(self) -> ComposeResult:
        yield framed(self.grid, "Why")
        yield Foot()

    def about(self, reasons: Sequence[Whence], money: Callable[[int], str], deeper: Deeper) -> Self:
        """What is derived, before it is shown; `money` writes an amount in minor units."""
        self._money, self._deeper = money, deeper
        self._steps = [list(reasons)]
        if self.is_mounted:
            self._begin()
        return self

    def on_mount(self) -> None:
        if self._steps:
            self._begin()

    def _begin(self) -> None:
        self.set_focus(self.grid)
        self._show()

    def _show(self) -> None:
        self._parts, leaf = list(parts_of(self.reasons)), leaf_of(self.reasons, self._money, HOW)
        self.grid.show(leaf.columns, leaf.rows, leaf.heading, key=self._rows[-1])

    @property
    def _selected(self) -> Part | None:
        return None if self.grid.row is None else self._parts[int(self.grid.row.key)]

    def on_grid_moved(self) -> None:
        """The foot tells of a record where there is one."""
        if self._tells_record != (has_record := self._has_record):
            self._tells_record = has_record
            self.refresh_bindings()

    @property
    def _has_record(self) -> bool:
        return self._selected is not None and self._selected.record is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing leads to a record where none is selected."""
        return self._has_record if action == "record" else super().check_action(action, parameters)

    def on_grid_opened(self) -> None:
        """Enter on a part: where it comes from; of a record that is no statement of the commune, the record itself."""
        if (selected := self._selected) is None:
            return
        if selected.derive is None:
            self.dismiss(selected.record)
        else:
            begin(self, partial(self._go_deeper, selected, selected.derive), "deeper", exclusive=True)

    async def _go_deeper(self, part: Part, derive: Derive) -> None:
        found = await self._deeper(derive)
        if found is None:
            return
        if not found:
            if part.record is not None:
                self.dismiss(part.record)
            return
        self._note()
        self._steps.append(list(found))
        self._rows.append(None)
        self._show()

    def _note(self) -> None:
        """Remember the row, for when the reader comes back to it."""
        self._rows[-1] = self.grid.row.key if self.grid.row else None

    def action_back(self) -> None:
        self._steps.pop()
        self._rows.pop()
        if self._steps:
            self._show()
        else:
            self.dismiss(None)

    def action_record(self) -> None:
        if (selected := self._selected) is not None and selected.record is not None:
            self.dismiss(selected.record)
