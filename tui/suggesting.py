"""Completion while writing: a short list under the cursor, and the text area that it belongs to.

- Up and Down choose, Tab and Enter accept, Esc closes the list and not the page. While it is closed these keys are the
  text area's as ever.
- The list is asked for after each key, aside; what comes for a word that is no longer there is dropped.
"""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual import events, on
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tui.completing import Candidate, word_before
from tui.lines import Line, Role, cut, line, plain
from tui.paint import CURSOR, Painted

MAX_WIDTH: Final = 60
"""Cells of the list at most."""

_MOVES: Final = {"up": -1, "down": 1}


class Suggestions(Painted, can_focus=False):
    """The list. It is over everything and takes no room."""

    class Clicked(Message):
        """One was clicked, and is chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.candidates: Sequence[Candidate] = ()
        self.row = 0
        self.display = False

    def offer(self, candidates: Sequence[Candidate], place: Offset) -> None:
        """Show these under a place of the screen; nothing closes the list."""
        self.candidates, self.row = candidates, 0
        self.display = bool(candidates)
        if candidates:
            self.styles.width = min(MAX_WIDTH, 2 + max(cell_len(one.told) for one in candidates))
            self.styles.height = len(candidates)
            self.absolute_offset = place + Offset(0, 1)
        self.refresh(layout=True)

    @property
    def chosen(self) -> Candidate | None:
        """The one that would be accepted; None while the list is closed."""
        return self.candidates[self.row] if self.candidates else None

    def move(self, rows: int) -> None:
        """Another one, and round at the ends."""
        self.row = (self.row + rows) % len(self.candidates)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self.candidates):
            return self.paint(line(), width)
        chosen = y == self.row
        told = (("▌" if chosen else " ", Role.KEY), plain(self.candidates[y].told, Role.MENTION))
        return self.paint(Line(cut(told, width)), width, CURSOR if chosen else "")

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self.candidates):
            self.row = event.y
            self.post_message(self.Clicked())


class Editor(TextArea):
    """The text area, with a list of what the word at its cursor may become."""

    class Asking(Message):
        """What may this word become? None: nothing, there is no such word."""

        def __init__(self, word: str | None) -> None:
            super().__init__()
            self.word = word

    def __init__(self, suggestions: Suggestions, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, compact=True)
        self.suggestions = suggestions
        self._asked: str | None = None

    @property
    def word(self) -> str | None:
        """The mention or tag that is being written."""
        row, column = self.cursor_location
        return word_before(self.document.get_line(row), column)

    def offer(self, word: str, candidates: Sequence[Candidate]) -> None:
        """What `word` may become, if that is still the word."""
        if self.word == word and self.has_focus:
            back = cell_len(word)
            self.suggestions.offer(candidates, self.cursor_screen_offset - Offset(back, 0))

    def close(self) -> None:
        """Close the list."""
        if self.suggestions.candidates:
            self.suggestions.offer((), Offset())

    @on(TextArea.Changed)
    def _ask(self) -> None:
        if self.has_focus and not self.read_only:
            word = self.word
            if word is None:
                self.close()
            self.post_message(self.Asking(word))

    @on(TextArea.SelectionChanged)
    def _moved(self) -> None:
        if self.suggestions.candidates and self.word is None:
            self.close()

    def on_blur(self) -> None:
        self.close()

    def accept(self) -> None:
        """Write what is chosen in place of the word."""
        chosen, word = self.suggestions.chosen, self.word
        self.close()
        if chosen is not None and word is not None:
            row, column = self.cursor_location
            self.replace(f"{chosen.written} ", (row, column - len(word)), (row, column))

    async def _on_key(self, event: events.Key) -> None:
        if not self.suggestions.candidates:
            return
        if event.key in _MOVES:
            self.suggestions.move(_MOVES[event.key])
        elif event.key in ("tab", "enter"):
            self.accept()
        elif event.key == "escape":
            self.close()
        else:
            return
        event.stop()
        event.prevent_default()
