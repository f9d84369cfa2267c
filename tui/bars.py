"""The views at the side or on top, and the line at the bottom that says what is going on."""

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from thimbl.core.terminal import safe_line
from tui.lines import Line, Piece, Role, cut, line, spread, width_of
from tui.paint import CURSOR, Painted
from tui.places import Tab

MAX_COUNT: Final = 9_999
"""What a count says at most; more is ``9999+``."""

FIRST_VIEW: Final = 3
"""Lines of the column over the first view: the program, whose it is, a blank."""


def count_words(count: int) -> str:
    """A count that stays short."""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


class Views(Painted, can_focus=False):
    """The views with what is unread in each: a column where there is room, one line otherwise."""

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._owner = owner
        self._tab = Tab.TIMELINE
        self._counts: Mapping[Tab, int] = {}
        self._ends: list[tuple[int, Tab]] = []

    def show(self, tab: Tab, counts: Mapping[Tab, int] | None = None) -> None:
        """Which view is shown, and the counts where they are new."""
        self._tab = tab
        self._counts = self._counts if counts is None else counts
        self.refresh()

    @property
    def is_column(self) -> bool:
        """Whether the views stand under each other."""
        return self.size.height > 1

    def _label(self, tab: Tab, numbered: bool) -> list[Piece]:
        count = self._counts.get(tab, 0)
        here = tab is self._tab
        name: Piece = (tab.capitalize(), Role.STRONG if here else Role.TEXT)
        number: list[Piece] = [(f"{list(Tab).index(tab) + 1} ", Role.KEY)] if numbered else []
        if not count:
            return [*number, name]
        return [*number, name, (f" {count_words(count)}", Role.DIM if tab is Tab.FOLLOWING else Role.MARK)]

    def render_line(self, y: int) -> Strip:
        width = self.columns
        if not self.is_column:
            return self.paint(self._row(width), width)
        tabs = list(Tab)
        index = y - FIRST_VIEW
        if y == 0:
            return self.paint(line((" thimbl", Role.OFFER)), width)
        if y == 1:
            return self.paint(Line(cut(((" ", Role.TEXT), (self._owner, Role.DIM)), width)), width)
        if 0 <= index < len(tabs):
            tab = tabs[index]
            label = self._label(tab, numbered=True)
            number, name, count = label[0], label[1], label[2:]
            mark: Piece = ("▌" if tab is self._tab else " ", Role.KEY)
            shown = [(text.strip() + " ", role) for text, role in count]
            row = line(mark, *spread((number, name), shown, width - 1))
            return self.paint(row, width, CURSOR if tab is self._tab else "")
        return self.paint(line(), width)

    def _row(self, width: int) -> Line:
        """All views on one line: without their numbers where those do not fit, and cut at the end after that."""
        for numbered, gap in ((True, 3), (True, 2), (False, 2), (False, 1)):
            pieces: list[Piece] = [(" ", Role.TEXT)]
            ends = []
            for tab in Tab:
                label = self._label(tab, numbered)
                if tab is self._tab:
                    label = [("[", Role.KEY), *label, ("]", Role.KEY)]
                pieces += label
                ends.append((width_of(pieces), tab))
                pieces.append((" " * gap, Role.TEXT))
            self._ends = ends
            if ends[-1][0] <= width:
                break
        return Line(cut(pieces, width))

    def on_click(self, event: events.Click) -> None:
        tabs = list(Tab)
        at = event.get_content_offset(self)
        if at is None:
            return
        if self.is_column:
            if 0 <= at.y - FIRST_VIEW < len(tabs):
                self.post_message(self.Chosen(tabs[at.y - FIRST_VIEW]))
            return
        for end, tab in self._ends:
            if at.x <= end:
                self.post_message(self.Chosen(tab))
                return


class Status(Painted, can_focus=False):
    """One line: at the left what is offered or going on, at the right where the reader is."""

    class Pressed(Message):
        """It was clicked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.offered = 0
        self.said = ""
        self.trouble = False
        self.where = ""

    def say(self, text: str, *, trouble: bool = False) -> None:
        """A sentence that stands until the next one; escaped here."""
        self.said, self.trouble = safe_line(text), trouble
        self.refresh()

    def offer(self, count: int) -> None:
        """How many new rows wait to be taken."""
        if count != self.offered:
            self.offered = count
            self.refresh()

    def set_where(self, text: str) -> None:
        """Where the reader is; escaped here."""
        self.where = safe_line(text)
        self.refresh()

    @property
    def text(self) -> str:
        """What it shows, as text."""
        return "".join(text for text, _ in self._pieces(max(self.columns, 40)))

    def _pieces(self, width: int) -> list[Piece]:
        left: list[Piece] = [(" ", Role.TEXT)]
        if self.offered:
            left += [(f"{count_words(self.offered)} new", Role.MARK), (" . shows them  ", Role.TEXT)]
        if self.said:
            left.append(("! " if self.trouble else "", Role.BAD))
            left.append((self.said, Role.BAD if self.trouble else Role.TEXT))
        right = cut(((self.where, Role.DIM), (" ", Role.TEXT)), width // 2 if self.said else width)
        if not self.said and width_of(left) + cell_len(self.where) + 2 > width:
            right = cut(((self.where, Role.DIM),), max(0, width - width_of(left) - 1))
        return list(spread(left, right, width))

    def render_line(self, y: int) -> Strip:
        width = self.columns
        return self.paint(line(*self._pieces(width)), width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def on_click(self) -> None:
        self.post_message(self.Pressed())
