"""A book: a view that is made of chapters, each a table with something to read above it, and leads deeper and back.

- A chapter is made when it is shown, aside, from the market of that moment (`tui.market`); no chapter is made that is
  not looked at.
- Where the reader is, is a value (:class:`Opened`): the way back is a list of them, and the next start finds it again.
- What a row leads to and where its figures come from is said by the leaf that it stands on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from textual import events
from textual.message import Message
from textual.strip import Strip

from thimbl.core.address import Address, Reference
from thimbl.core.commune.whence import Whence
from tui.grid import Heading, no_heading
from tui.lines import Line, Piece, Role, cut, width_of
from tui.market import Market
from tui.paint import Painted
from tui.tables import Column, Order, Row

MAX_WAY: Final = 20
"""Steps of a way that are remembered from one start to the next."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One step of the reader's way through a book."""

    kind: str
    """Of page: what has its own chapters."""
    of: str = ""
    """Whose or which: an address, or an offer's reference."""
    chapter: str = ""
    """Its name; empty for the first."""
    row: str | None = None
    words: str = ""
    """By which its rows are filtered."""
    order: Order | None = None
    figure: int | None = None
    """The column of the figure that is chosen."""

    def is_page(self, other: "Opened") -> bool:
        """Whether both are the same chapter of the same page, wherever in it the reader is."""
        return (self.kind, self.of, self.chapter) == (other.kind, other.of, other.chapter)

    def to_json(self) -> dict[str, object]:
        """What `opened_from` reads."""
        order = None if self.order is None else [self.order.column, self.order.reverse]
        return {
            "kind": self.kind, "of": self.of, "chapter": self.chapter, "row": self.row, "order": order,
            "figure": self.figure,
        }  # fmt: skip


def opened_from(kept: object) -> Opened | None:
    """The step that was kept; None for anything else."""
    if not isinstance(kept, Mapping):
        return None
    kind, of, chapter, row = (kept.get(name) for name in ("kind", "of", "chapter", "row"))
    if not (isinstance(kind, str) and isinstance(of, str) and isinstance(chapter, str)):
        return None
    order = None
    match kept.get("order"):
        case [int(column), bool(reverse)] if column >= 0:
            order = Order(column, reverse)
    figure = kept.get("figure")
    return Opened(
        kind, of, chapter, row if isinstance(row, str) else None, "", order, figure if isinstance(figure, int) else None
    )


Way = Opened | Reference | Address
"""Where a row leads: deeper into the book, to a record in its thread, or to somebody's posts."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a chapter shows."""

    columns: tuple[Column, ...] = ()
    rows: Sequence[Row] = ()
    heading: Heading = no_heading
    opens: Callable[[str], Way | None] = lambda key: None
    """Where a row leads, by its key."""
    record: Callable[[str], Reference | None] = lambda key: None
    """The record that a row is about."""
    whence: Callable[[str, int], Sequence[Whence]] = lambda key, column: ()
    """Where the figure of a row comes from that stands in a column."""
    offer: Callable[[str], str] = lambda key: ""
    """The offer that a row is about, by reference."""


class Make(Protocol):
    """Makes a leaf of a market; `now` is Unix seconds."""

    def __call__(self, market: Market, now: int) -> Leaf:
        """The leaf."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One tab of a book."""

    name: str
    make: Make
    badge: str = ""
    """What stands beside its name, such as a number of findings."""
    role: Role = Role.DIM
    """Of the badge."""


def chapter_of(chapters: Sequence[Chapter], opened: Opened) -> Chapter:
    """The chapter that is open; the first where there is none of that name."""
    return next((one for one in chapters if one.name == opened.chapter), chapters[0])


def turned(chapters: Sequence[Chapter], opened: Opened, step: int) -> str:
    """The name of the next chapter, or of the one before."""
    names = [one.name for one in chapters]
    at = names.index(chapter_of(chapters, opened).name)
    return names[(at + step) % len(names)]


def at_chapter(opened: Opened, name: str) -> Opened:
    """The same page at another chapter, from its top."""
    return Opened(opened.kind, opened.of, name)


class Chapters(Painted, can_focus=False):
    """The tabs of a book on one line: what page it is, its chapters, and the keys that turn them."""

    class Chosen(Message):
        """A chapter was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._chapters: Sequence[Chapter] = ()
        self._open = ""
        self._ends: list[tuple[int, str]] = []

    def show(self, chapters: Sequence[Chapter], name: str) -> None:
        """Which chapters there are, and which is open."""
        self._chapters, self._open = chapters, name
        self.refresh()

    @property
    def text(self) -> str:
        """What it shows."""
        return self._line(self.columns).text

    def _line(self, width: int) -> Line:
        """All of them; where they do not fit those around the open one."""
        keys: list[Piece] = [(" ", Role.TEXT), ("[ ]", Role.KEY), (" ", Role.TEXT)] if len(self._chapters) > 1 else []
        names = [one.name for one in self._chapters]
        at = names.index(self._open) if self._open in names else 0
        for first in range(at + 1):
            pieces: list[Piece] = [*keys, *([("… ", Role.DIM)] if first else [])]
            self._ends = []
            reached = 0
            for chapter in self._chapters[first:]:
                pieces += self._label(chapter)
                self._ends.append((width_of(pieces), chapter.name))
                if chapter.name == self._open:
                    reached = width_of(pieces)
            if reached <= width:
                break
        return Line(cut(pieces, width))

    def _label(self, chapter: Chapter) -> list[Piece]:
        here = chapter.name == self._open
        badge: list[Piece] = [(f" {chapter.badge}", chapter.role)] if chapter.badge else []
        name: Piece = (chapter.name, Role.STRONG if here else Role.TEXT)
        left: Piece = ("[" if here else " ", Role.KEY)
        right: Piece = ("]" if here else " ", Role.KEY)
        return [left, name, *badge, right]

    def render_line(self, y: int) -> Strip:
        width = self.columns
        return self.paint(self._line(width) if self._chapters else Line(), width)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        for end, name in self._ends:
            if at is not None and at.x < end:
                self.post_message(self.Chosen(name))
                return
