"""The page of what is selected, scrolled line by line (`tui.pages` sets it)."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from thimbl.core.address import Reference
from tui.lines import Line, line
from tui.pages import Facts, set_page
from tui.paint import Painted


class Detail(Painted):
    """One page. It is set again for another width, for other facts, and as time goes by."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=False),
        Binding("k,up", "step(-1)", "Up", show=False),
        Binding("g,home", "go_end(-1)", "Top", show=False),
        Binding("G,end", "go_end(1)", "End", show=False),
        Binding("pagedown,space,ctrl+f", "turn(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "turn(-1)", "Page up", show=False),
    ]

    class Followed(Message):
        """A line that leads to a record was clicked."""

        def __init__(self, reference: Reference) -> None:
            super().__init__()
            self.reference = reference

    def __init__(self, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self.facts = Facts()
        self.unfolded = False
        self.lines: list[Line] = []

    def show(self, facts: Facts) -> None:
        """Set a page; another record's begins at its top and folded, the same one's stays where it is."""
        same = _subject(facts) == _subject(self.facts)
        self.facts = facts
        if not same:
            self.unfolded = False
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self._set()

    def unfold(self) -> None:
        """Show what is folded under a subject, or fold it again."""
        self.unfolded = not self.unfolded
        self._set()

    def tick(self) -> None:
        """Time has passed."""
        self._set()

    def _set(self) -> None:
        width = self.columns
        self.lines = set_page(self.facts, width, self._now(), unfolded=self.unfolded) if width > 0 else []
        self.virtual_size = Size(width, len(self.lines))
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
        self.scroll_to(y=self.scroll_offset.y + pages * max(1, self.size.height - 1), animate=False, immediate=True)

    def action_go_end(self, end: int) -> None:
        self.scroll_to(y=0 if end < 0 else len(self.lines), animate=False, immediate=True)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        row = -1 if at is None else at.y + self.scroll_offset.y
        if 0 <= row < len(self.lines) and (target := self.lines[row].target) is not None:
            self.post_message(self.Followed(target))


def _subject(facts: Facts) -> object:
    if facts.item is not None:
        return facts.item.reference
    return facts.author.address if facts.author is not None else None
