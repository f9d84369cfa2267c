"""Lines over each other that are scrolled: a page that is read and left."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui.lines import Line, line
from tui.paint import Painted

Make = Callable[[int], Sequence[Line]]
"""The lines for a width in cells."""


class Sheet(Painted):
    """Lines that are set again for another width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", show=True),
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("home,g", "go_end(-1)", "Top", show=False),
        Binding("end,G", "go_end(1)", "End", show=False),
        Binding("pagedown,space,ctrl+f", "turn(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "turn(-1)", "Page up", show=False),
    ]

    def __init__(self, make: Make = lambda width: (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.make = make
        self.lines: Sequence[Line] = ()

    def show(self, make: Make) -> None:
        """Other lines, from the top."""
        self.make = make
        self.scroll_to(y=0, animate=False, immediate=True)
        self._set()

    def _set(self) -> None:
        width = self.columns
        self.lines = self.make(width) if width > 0 else ()
        self.set_height(len(self.lines))
        self.refresh()

    def forget_strips(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._set()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        return self.paint(self.lines[row] if row < len(self.lines) else line(), self.columns)

    def action_step(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_turn(self, pages: int) -> None:
        self.action_step(pages * max(1, self.size.height - 1))

    def action_go_end(self, end: int) -> None:
        self.scroll_to(y=0 if end < 0 else len(self.lines), animate=False, immediate=True)
