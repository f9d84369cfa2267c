"""Completion while writing: a short list under the cursor, and the text area that it belongs to.

- Up and Down choose, Tab and Enter accept, Esc closes the list and not the page. While it is closed these keys are the
  text area's as ever.
- The list is asked for after each key, aside; what comes for a word that is no longer there is dropped. Whoever accepts
  faster than that accepts of the list that comes, and never of the one before.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tui.bidi import LRM, is_mixed
from tui.completing import Candidate, word_before
from tui.lines import Line, Role, cut, line, plain, width_of
from tui.paint import Painted, reversed_in

SHOWN: Final[dict[int, int | str]] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) != "\t"},
    0x7F: "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
}
"""How controls are drawn while they are edited: each as one character, so that the cursor stands where it seems to. The
preview shows them as readers will see them (`thimbl.core.terminal`)."""

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
        told = cut(((" ", Role.MENTION), plain(self.candidates[y].told, Role.MENTION)), width)
        strip = self.paint(Line((*told, (" " * (width - width_of(told)), Role.MENTION))), width)
        return reversed_in(strip, 0, width) if y == self.row else strip

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self.candidates):
            self.row = event.y
            self.post_message(self.Clicked())


class Editor(TextArea):
    """The text area, with a list of what the word at its cursor may become."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "go_end(-1)", "Beginning", show=False),
        Binding("ctrl+end", "go_end(1)", "End", show=False),
    ]

    class Asking(Message):
        """What may this word become? None: nothing, there is no such word."""

        def __init__(self, word: str | None) -> None:
            super().__init__()
            self.word = word

    def __init__(self, suggestions: Suggestions, *, id: str | None = None) -> None:
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, compact=True)
        self.suggestions = suggestions
        self._offered: str | None = None
        """The word that the list is of."""
        self._taking: str | None = None
        """The key by which the first of a list is accepted that has not come yet."""

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Textual styles whatever has got or lost the focus anew: here it is the cursor that tells."""

    @property
    def place(self) -> float:
        """How far down the text the cursor stands: 0 in its first line, as it is wrapped, 1 in its last."""
        last = self.wrapped_document.height - 1
        return 1.0 if last < 1 else self.wrapped_document.location_to_offset(self.cursor_location).y / last

    def put(self, text: str) -> None:
        """Set another text, which can be undone, and go to its end."""
        if text != self.text:
            self.replace(text, (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn: what a terminal would act on is shown by a symbol."""
        return Text(self.document.get_line(line_index).translate(SHOWN), end="", no_wrap=True)

    def render_line(self, y: int) -> Strip:
        """The same, and right-to-left text reorders nothing beside it (`tui.bidi`)."""
        strip = super().render_line(y)
        if not any(is_mixed(segment.text) for segment in strip):
            return strip
        return Strip([Segment(LRM), *strip, Segment(LRM)], strip.cell_length)

    @property
    def word(self) -> str | None:
        """The mention or tag that is being written."""
        row, column = self.cursor_location
        return word_before(self.document.get_line(row), column)

    def action_go_end(self, end: int) -> None:
        self.move_cursor((0, 0) if end < 0 else self.document.end)

    def offer(self, word: str, candidates: Sequence[Candidate]) -> None:
        """What `word` may become, if that is still the word."""
        if self.word != word or not self.has_focus:
            return
        self._offered = word
        self.suggestions.offer(candidates, self.cursor_screen_offset - Offset(cell_len(word), 0))
        taking, self._taking = self._taking, None
        if taking and candidates:
            self.accept()
        elif taking == "enter":
            self.insert("\n")

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
        if not self.suggestions.candidates or self.word == self._offered:
            return
        if self.word is None:
            self.close()
        else:
            self.post_message(self.Asking(self.word))

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
        self._taking = None
        if not self.suggestions.candidates:
            return
        if event.key in _MOVES:
            self.suggestions.move(_MOVES[event.key])
        elif event.key in ("tab", "enter") and self.word != self._offered:
            self._taking = event.key
        elif event.key in ("tab", "enter"):
            self.accept()
        elif event.key == "escape":
            self.close()
        else:
            return
        event.stop()
        event.prevent_default()
