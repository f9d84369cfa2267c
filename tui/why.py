"""Why a figure is what it is: its derivation in sentences, and the records that it is the sum of.

Each record leads on: Enter derives what it moved, `v` opens it in its thread. Esc goes one step back.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from thimbl.core.address import Reference
from thimbl.core.commune.whence import Whence
from thimbl.core.terminal import safe_line
from tui.foot import Foot
from tui.grid import Grid
from tui.lines import BLANK, Line, Role, line, wrap
from tui.over import Over
from tui.tables import Cell, Column, Row
from tui.workers import begin

STEP: str = "• "

COLUMNS = (
    Column("Record", right=True, needed=1),
    Column("What it says", grows=True, needed=0),
    Column("Amount", right=True, needed=0),
)


class Deeper(Protocol):
    """Derives what a record moved, aside."""

    async def __call__(self, seq: int, who: str | None) -> Sequence[Whence] | None:
        """The derivations, of `who` alone where they had a part in it; None where the store can not be read."""


def set_reasons(reasons: Sequence[Whence], width: int) -> list[Line]:
    """The titles and the steps, in lines of at most `width` cells."""
    lines: list[Line] = []
    for reason in reasons:
        lines += [line(*pieces) for pieces in wrap(((safe_line(reason.title), Role.STRONG),), width)]
        for step in reason.steps:
            inner = wrap(((safe_line(step), Role.TEXT),), max(1, width - len(STEP)))
            for index, pieces in enumerate(inner):
                lines.append(line((STEP if index == 0 else " " * len(STEP), Role.DIM), *pieces))
        lines.append(BLANK)
    return lines


class Why(Over[Reference | None]):
    """One figure, or several; the record that the reader wants to see, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("v", "record", "Record", tooltip="open the selected record"),
    ]

    def __init__(self, reasons: Sequence[Whence], money: Callable[[int], str], deeper: Deeper) -> None:
        super().__init__()
        self._money, self._deeper = money, deeper
        self._steps = [list(reasons)]
        self.grid = Grid(id="reasons")

    @property
    def reasons(self) -> Sequence[Whence]:
        """What is shown now."""
        return self._steps[-1]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="why") as dialog:
            dialog.border_title = Text("Why")
            yield self.grid
        yield Foot()

    def on_mount(self) -> None:
        self.grid.focus()
        self._show()

    def _show(self) -> None:
        flows = [(reason, flow) for reason in self.reasons for flow in reason.flows]
        rows = [
            Row(
                f"{index}",
                (
                    Cell("" if flow.seq is None else str(flow.seq), flow.seq or 0, Role.DIM),
                    Cell(safe_line(flow.words)),
                    Cell(self._money(flow.amount), flow.amount),
                ),
            )
            for index, (_, flow) in enumerate(flows)
        ]
        self._flows = flows
        reasons = self.reasons

        def heading(width: int) -> Sequence[Line]:
            lines = set_reasons(reasons, max(1, width))
            if rows:
                told = "It comes from these. Enter derives one further, v opens its record."
                lines += [line(*pieces) for pieces in wrap(((told, Role.DIM),), max(1, width))]
            return lines

        self.grid.show(COLUMNS, rows, heading)

    @property
    def _selected(self) -> tuple[Whence, int | None, Reference] | None:
        if self.grid.row is None:
            return None
        reason, flow = self._flows[int(self.grid.row.key)]
        return reason, flow.seq, Reference.parse(flow.record)

    def on_grid_opened(self) -> None:
        """Enter on a record: what it moved; of a record that is no statement of the commune, the record itself."""
        if (selected := self._selected) is not None:
            reason, seq, reference = selected
            if seq is None:
                self.dismiss(reference)
            else:
                begin(self, partial(self._go_deeper, seq, reason.who, reference), "deeper", exclusive=True)

    async def _go_deeper(self, seq: int, who: str | None, reference: Reference) -> None:
        found = await self._deeper(seq, who)
        if found is None:
            return
        if not found:
            self.dismiss(reference)
            return
        self._steps.append(list(found))
        self._show()

    def action_back(self) -> None:
        self._steps.pop()
        if self._steps:
            self._show()
        else:
            self.dismiss(None)

    def action_record(self) -> None:
        selected = self._selected
        if selected is not None:
            self.dismiss(selected[2])
