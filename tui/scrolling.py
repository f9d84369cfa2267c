"""A dialog whose keys scroll what it tells while the focus is where something is typed."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tui.over import Over

R = TypeVar("R")


class Scrolling(Over[R]):
    """What tells it is the one `VerticalScroll` in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("pageup", "move(-8)", show=False),
    ]

    def action_move(self, lines: int) -> None:
        """On or back, where there is no room for all of it."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False, immediate=True)
