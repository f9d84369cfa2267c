"""A bare Textual application beside which `bench/tui.py` measures ours: a list of as many rows, and a line that counts.

It reads no store, knows no verdict and has one key; what it takes is Textual's own.
"""

import sys
from typing import ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Footer, Static


class Rows(ScrollView, can_focus=True):
    """Rows of two lines, drawn when they are seen; one of them is selected."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("j", "step(1)", "Next"), Binding("G", "step(1000000)", "End")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.row = count, 0
        self.virtual_size = Size(80, 2 * count)

    def render_line(self, y: int) -> Strip:
        row, part = divmod(y + self.scroll_offset.y, 2)
        mark = ">" if row == self.row else " "
        post = f"  Post {self.count - row} about leeks and tractors."
        text = f"{mark} author{row}@host.example" if part == 0 else post
        return Strip([Segment(text)]).adjust_cell_length(self.size.width)

    def action_step(self, rows: int) -> None:
        self.row = min(self.count - 1, self.row + rows)
        self.scroll_to(y=max(0, 2 * self.row - self.size.height + 2), animate=False)
        self.refresh()
        self.app.query_one(Static).update(f"{self.row + 1:,} of {self.count:,}")


class Bare(App[None]):
    """The list, the line and the keys."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield Rows(self.count)
        yield Static(f"1 of {self.count:,}")
        yield Footer()


if __name__ == "__main__":
    Bare(int(sys.argv[1])).run()
