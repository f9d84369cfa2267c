"""What stands on a terminal that is too small for anything else."""

from typing import Final

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST: Final = Size(40, 9)
"""Columns and lines that the views, a row with its page, and the foot need to be of use."""


def is_too_small(size: Size) -> bool:
    """Whether a terminal of this size shows a sentence instead."""
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmall(ModalScreen[None]):
    """It lies over everything until there is room again; what was typed and selected stays under it."""

    _gone = False
    """Whether it has been told to go: what lay over it and the terminal may both say so."""

    def compose(self) -> ComposeResult:
        yield Static(self._words(self.app.size), markup=False)

    def on_resize(self, event: events.Resize) -> None:
        if is_too_small(event.size):
            self.query_one(Static).update(self._words(event.size))
        else:
            self._go()

    def on_screen_resume(self) -> None:
        """Something lay over it while the terminal grew."""
        if not is_too_small(self.app.size):
            self._go()

    def _go(self) -> None:
        if self.is_current and not self._gone:
            self._gone = True
            self.dismiss()

    def _words(self, size: Size) -> Text:
        return Text(
            f"{size.width}x{size.height} is too small for thimbl: it needs {LEAST.width}x{LEAST.height}. "
            "Nothing is lost."
        )
