"""The views at the side or on top, and the line at the bottom that says what is going on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from thimbl.core.terminal import safe_line
from tui.bidi import isolated
from tui.lines import Line, Piece, Role, cut, line, spread, width_of
from tui.paint import CURSOR, Painted
from tui.places import Tab

MAX_COUNT: Final = 9_999
"""What a count says at most; more is ``9999+``."""

LEAST_WHERE: Final = 8
"""Cells in which where the reader is can be told; in fewer it is left out."""

FIRST_VIEW: Final = 3
"""Lines of the column over the first view: the program, whose it is, a blank. Where the views need them, none."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the views stand on one line."""

    gap: int
    names: int | None = None
    """Letters of a name; the view in sight has all of its."""
    worded: bool = False
    """Whether a count that is no count of posts says what it counts."""


FORMS: Final = (
    Form(3, worded=True),
    Form(2, worded=True),
    Form(2),
    Form(1),
    Form(1, names=6),
    Form(1, names=4),
    Form(1, names=3),
    Form(1, names=2),
    Form(1, names=0),
)
"""The first of them that fits is taken; after the last the line is cut. Numbers stay: they are the keys."""


def count_words(count: int) -> str:
    """A count that stays short."""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


def tally(tab: Tab, count: int, worded: bool) -> list[Piece]:
    """What the count of a view says: of Commune it is of faults, and a shape says so where no word has room."""
    if not count:
        return []
    number = count_words(count)
    if tab is Tab.COMMUNE:
        return [(f"{number} finding{'' if count == 1 else 's'}" if worded else f"{number}!", Role.BAD)]
    if tab is Tab.LOG:
        return [(f"{number} failed" if worded else number, Role.WARN)]
    return [(number, Role.DIM if tab is Tab.FOLLOWING else Role.MARK)]


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
        self._counts: dict[Tab, int] = {}
        self._ends: list[tuple[int, Tab]] = []

    def show(self, tab: Tab, counts: Mapping[Tab, int] | None = None) -> None:
        """Which view is shown, and the counts that are new; of the others they stay."""
        shown = {**self._counts, **(counts or {})}
        if (tab, shown) != (self._tab, self._counts):
            self._tab = tab
            self._counts.update(shown)
            self.refresh()

    @property
    def counts(self) -> Mapping[Tab, int]:
        """What stands beside the views."""
        return self._counts

    @property
    def is_column(self) -> bool:
        """Whether the views stand under each other."""
        return self.size.height > 1

    @property
    def _first(self) -> int:
        """Lines over the first view of the column."""
        return FIRST_VIEW if self.size.height >= FIRST_VIEW + len(Tab) else 0

    def _called(self, tab: Tab) -> Piece:
        return tab.capitalize(), Role.STRONG if tab is self._tab else Role.TEXT

    def render_line(self, y: int) -> Strip:
        width = self.columns
        if not self.is_column:
            return self.paint(self._row(width), width)
        index = y - self._first
        if 0 <= index < len(Tab):
            return self._cell(list(Tab)[index], index + 1, width)
        if y == 0:
            return self.paint(line((" thimbl", Role.OFFER)), width)
        if y == 1:
            return self.paint(Line(cut(((" ", Role.TEXT), (self._owner, Role.DIM)), width)), width)
        return self.paint(line(), width)

    def _cell(self, tab: Tab, number: int, width: int) -> Strip:
        here = tab is self._tab
        mark: Piece = ("▌" if here else " ", Role.KEY)
        count = [*tally(tab, self._counts.get(tab, 0), worded=True), (" ", Role.TEXT)]
        row = line(mark, *spread(((f"{number} ", Role.KEY), self._called(tab)), count, width - 1))
        return self.paint(row, width, CURSOR if here else "")

    def _row(self, width: int) -> Line:
        """All views on one line, in the first form that fits, and cut at the end after the last."""
        pieces: list[Piece] = []
        for form in FORMS:
            pieces, self._ends = self._in_form(form)
            if self._ends[-1][0] <= width:
                break
        return Line(cut(pieces, width))

    def _in_form(self, form: Form) -> tuple[list[Piece], list[tuple[int, Tab]]]:
        pieces: list[Piece] = [(" ", Role.TEXT)]
        ends: list[tuple[int, Tab]] = []
        for number, tab in enumerate(Tab, 1):
            here = tab is self._tab
            name, role = self._called(tab)
            shown = name if here else name[: form.names]
            label: list[Piece] = [(str(number), Role.KEY)]
            label += [(" ", Role.TEXT), (shown, role)] if shown else []
            if count := tally(tab, self._counts.get(tab, 0), form.worded):
                label += [(" " if shown else ":", Role.TEXT), *count]
            if ends:
                pieces.append((" " * form.gap, Role.TEXT))
            pieces += [("[", Role.KEY), *label, ("]", Role.KEY)] if here else label
            ends.append((width_of(pieces), tab))
        return pieces, ends

    def on_click(self, event: events.Click) -> None:
        tabs = list(Tab)
        at = event.get_content_offset(self)
        if at is None:
            return
        if self.is_column:
            if 0 <= at.y - self._first < len(tabs):
                self.post_message(self.Chosen(tabs[at.y - self._first]))
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
        """In what the reader is, and where in it."""
        self.position = ""
        """The latter alone."""
        self.take_key = "."
        """The key that takes in what is offered."""

    def say(self, text: str, *, trouble: bool = False) -> None:
        """A sentence that stands until the next one; escaped here."""
        self.said, self.trouble = safe_line(text), trouble
        self.refresh()

    def leave(self) -> None:
        """The reader goes elsewhere: what was said of the place before is over; what is wrong is not."""
        if self.said and not self.trouble:
            self.say("")

    @property
    def is_cut(self) -> bool:
        """Whether the sentence is longer than the line."""
        return 0 < self.columns < cell_len(self.said) + 3

    def offer(self, count: int) -> None:
        """How many new rows wait to be taken."""
        if count != self.offered:
            self.offered = count
            self.refresh()

    def set_where(self, title: str, position: str = "") -> None:
        """Where the reader is: in what, and where in it. Escaped here."""
        parts = [isolated(safe_line(part)) for part in (title, position) if part]
        if self.where != (shown := " · ".join(parts)):
            self.where, self.position = shown, parts[-1] if position else ""
            self.refresh()

    @property
    def text(self) -> str:
        """What it shows, as text."""
        return "".join(text for text, _ in self._pieces(max(self.columns, 40)))

    def _pieces(self, width: int) -> list[Piece]:
        left: list[Piece] = [(" ", Role.TEXT)]
        if self.offered:
            left += [(f"{count_words(self.offered)} new", Role.MARK), (f" {self.take_key} shows them  ", Role.TEXT)]
        if self.said:
            left.append(("! " if self.trouble else "", Role.BAD))
            left.append((self.said, Role.BAD if self.trouble else Role.TEXT))
        # The sentence first, to its end, where what to do stands: where one is can be seen.
        # Which list it is stands over it, so that the number goes last, and never in part.
        room = width - width_of(left) - 1
        told = next((one for one in (self.where, self.position) if cell_len(one) < room), "")
        if not told and not self.said and room >= LEAST_WHERE:
            ((told, _),) = cut(((self.where, Role.DIM),), room - 1)
        right = ((told, Role.DIM), (" ", Role.TEXT)) if told else ()
        return list(spread(left, right, width))

    def render_line(self, y: int) -> Strip:
        width = self.columns
        return self.paint(line(*self._pieces(width)), width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def on_click(self) -> None:
        self.post_message(self.Pressed())
