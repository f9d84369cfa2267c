"""A view that is no list of posts: the bonds, the commune, the log.

- The frame (`tui.reading`) keeps one pane for each of its views, opens it when it is first shown, and tells it when the
  store has changed and when time has passed. A pane asks the store aside and never waits.
- A pane leads elsewhere, speaks and is named by messages alone: it knows no screen.
- Its keys are its `BINDINGS`, each with a `tooltip` that the key help and the palette show.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from textual.message import Message

from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf, told
from tui.places import Place
from tui.progress import Progress
from tui.strips import Ground

T = TypeVar("T")


class Pane(Ground):
    """One view. `clock` gives Unix seconds."""

    class Go(Message):
        """The reader wants to be elsewhere; `key` is the row to be selected there. `back` comes back here."""

        def __init__(self, place: Place, key: int | None = None) -> None:
            super().__init__()
            self.place, self.key = place, key

    class Said(Message):
        """A sentence for the status line, which escapes it."""

        def __init__(self, text: str, trouble: bool = False) -> None:
            super().__init__()
            self.text, self.trouble = text, trouble

    class Titled(Message):
        """`title` or `where` have changed."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shelf, self.pen, self.clock = shelf, pen, clock

    @property
    def title(self) -> str:
        """What the view is called over it."""
        return ""

    @property
    def where(self) -> str:
        """Where in it the reader is, for the foot of the screen."""
        return ""

    async def open(self) -> None:
        """It comes into sight, for the first time or again: find what it shows, and take the focus."""
        raise NotImplementedError

    async def changed(self) -> None:
        """The store has changed while it is in sight. What the reader looks at stays where it is."""
        raise NotImplementedError

    def tick(self) -> None:
        """Time has passed: ages are drawn anew."""

    def progress(self, told: Progress | None) -> None:
        """How far a fetch is that is going on; None when it is over. Told while the pane is in sight."""

    def back(self) -> bool:
        """Leave what lies over the pane's first page; False where nothing does, and the frame goes back."""
        return False

    def remembered(self) -> Mapping[str, object]:
        """What `recall` needs to open it where the reader left off: JSON values."""
        return {}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Take what `remembered` gave at the last ending, before `open`; any value may be missing or of any kind."""

    async def ask(self, question: Callable[[Reader], T]) -> T | None:
        """What the store says; None where it can not be read, which the status line tells."""
        try:
            return await self.shelf.ask(question)
        except StoreError as error:
            self.post_message(self.Said(told(error), trouble=True))
            return None

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something, in the status line."""
        self.post_message(self.Said(text, trouble))
