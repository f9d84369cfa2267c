"""What a dialog tells, and the keys that scroll it while the focus is where something is typed or chosen."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.geometry import Size

from tui.lines import Line, line, wrap
from tui.over import Over
from tui.sheet import Make, Sheet

R = TypeVar("R")


class Told(Sheet, can_focus=False):
    """A text as high as its lines are, up to what `styles.tcss` leaves it. It takes no focus."""

    def show(self, make: Make) -> None:
        """Other lines, from the top, in as much room as they need."""
        before = len(self.lines)
        super().show(make)
        if len(self.lines) != before:
            self.refresh(layout=True)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Likewise lines that were set already, but those that are too long for the screen."""
        self.show(partial(_narrowed, lines))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that there are in so many cells."""
        return len(self.make(max(1, width)))


def _narrowed(lines: Sequence[Line], width: int) -> list[Line]:
    found: list[Line] = []
    for one in lines:
        found += [one] if one.width <= width else [line(*pieces) for pieces in wrap(one.pieces, max(1, width))]
    return found


class Scrolling(Over[R]):
    """A dialog that tells something while something is asked: what it tells is its `told`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("pageup", "move(-8)", show=False),
    ]

    told: Told

    def action_move(self, lines: int) -> None:
        """On or back, where there is no room for all of it."""
        self.told.action_step(lines)
