"""A pane with a table, and a line of words by which its rows are filtered.

The words are typed over the table, which follows each key. Enter goes back to the table and keeps them; what hides the
line without Enter is the pane's to say.
"""

from collections.abc import Callable

from textual import on
from textual.containers import Horizontal
from textual.widgets import Input

from tui.aside import Pen, Shelf
from tui.grid import Grid
from tui.signing import SigningPane


class FilteringPane(SigningPane):
    """One with a table, from which something can be signed."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self.grid = Grid()
        self.leaves = Horizontal(classes="leaves")
        """What the table stands in."""
        self._words: Input | None = None

    @property
    def words(self) -> Input:
        """The line in which words are typed; it is made when it is first asked for."""
        if self._words is None:
            told = "words that a row must have; Esc shows all"
            self._words = Input(placeholder=told, classes="filter", compact=True)
            self.mount(self._words, before=self.leaves)
        return self._words

    @property
    def is_typing(self) -> bool:
        """Whether the reader is typing words."""
        return self._words is not None and self._words.has_focus

    def action_filter(self) -> None:
        self.words.display = True
        self.words.value = self.grid.words
        self.screen.set_focus(self.words)  # at once: the next key is a letter of them

    def _hide_filter(self) -> None:
        was_typing = self.is_typing
        if self._words is not None:
            self._words.display = False
        if was_typing:
            self.screen.set_focus(self.grid)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if message.input.display:
            self.grid.filter(message.value.strip())

    @on(Input.Submitted)
    def _filtered(self, message: Input.Submitted) -> None:
        message.stop()
        if not self.grid.words:
            message.input.display = False
        self.screen.set_focus(self.grid)
