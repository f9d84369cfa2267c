"""A bare Textual application beside which `bench/tui.py` measures ours: a list of as many rows, and a line that counts.

It reads no store and knows no verdict; what it takes is Textual's own. `d` opens a dialog as small as a useful one is:
a text, a line to type in, two buttons and the keys.
"""

import sys
from typing import ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Button, Footer, Input, Static


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


class Dialog(ModalScreen[None]):
    """A text, a line to type in, two buttons."""

    CSS = """
    Dialog { align: center middle; }
    #dialog { width: 74; height: auto; padding: 1 2; border: round $primary; background: $surface; }
    #buttons { height: auto; align-horizontal: right; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Ask them by other means than this what it is, and compare it.")
            yield Input(placeholder="what they told you")
            with Horizontal(id="buttons"):
                yield Button("Back")
                yield Button("Keep this")
        yield Footer()


class Bare(App[None]):
    """The list, the line and the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "dialog", "Dialog")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield Rows(self.count)
        yield Static(f"1 of {self.count:,}")
        yield Footer()

    def action_dialog(self) -> None:
        self.push_screen(Dialog())


if __name__ == "__main__":
    Bare(int(sys.argv[1])).run()
