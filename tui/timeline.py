"""The list: one virtual widget for a hundred thousand rows (performance.md, "Textual, first paint of a list").

- All rows are of one height, so where a row stands is arithmetic and a list costs its keys alone (`tui.order`). Its
  first rows are shown before the others are known.
- Entries are asked for around what is shown and kept in a bounded cache; a row is drawn once and its strips are kept.
- Nothing moves under the reader's eyes: new keys are merged with the selected row staying on its line of the screen,
  and an entry that changed is replaced where it stands.
- In a thread the rows hang on each other (`tui.branches`), and a branch can be folded.
- The widget knows no store: it says what it wants (:class:`Timeline.Wanted`) and is supplied.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.branches import Branch, above, by_key, unfolded
from tui.entries import Entries
from tui.lines import Line, line
from tui.order import rows_of
from tui.paint import CURSOR, CURSOR_BLURRED, Painted
from tui.rows import Entry, Manner, draw

AHEAD: Final = 30
"""Rows that are read above and below the screen when one of them is missing: a page of scrolling without a gap."""

TALL: Final = 30
"""Lines of the widget from which on a row has three lines, with two of text."""


class Timeline(Painted):
    """Rows by key, one of them selected."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next", show=True, id="down", tooltip="the next, older one"),
        Binding("up,k", "step(-1)", "Previous", show=False, id="up", tooltip="the one above"),
        Binding("home,g", "go_end(-1)", "Newest", show=False, id="top", tooltip="to the top of the list"),
        Binding("end,G", "go_end(1)", "Oldest", show=False, id="end", tooltip="to the end of the list"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="page-down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page-up"),
        Binding(
            "space", "fold", "Fold", show=False, id="fold", tooltip="in a thread: fold what answers it, or unfold it"
        ),
        Binding("enter", "open", "Read", show=False, id="open", tooltip="read it; in Following: their posts"),
    ]

    class Wanted(Message):
        """These entries are needed to draw what is shown."""

        def __init__(self, keys: list[int]) -> None:
            super().__init__()
            self.keys = keys

    class Moved(Message):
        """Another row is selected, or its entry has come; `key` is None in an empty list."""

        def __init__(self, key: int | None) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The selected row was chosen by Enter or a double click."""

    def __init__(self, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._all: Sequence[int] = ()
        self._keys: Sequence[int] = ()
        self._branches: dict[int, Branch] = {}
        self._folded: set[int] = set()
        self.manner = Manner()
        self._row_of: Mapping[int, int] = {}
        self._cursor = 0
        self.is_whole = True
        """Whether all rows are known, and not only the first."""
        self.moved: Callable[[], None] = lambda: None
        """Called at once when another row is selected, so that what says where the reader is is painted with the list:
        a message comes to the screen when that has been painted."""
        self._to_end = False
        self._line: int | None = None
        self._sized: object = None
        self._entries = Entries()
        self._pending: set[int] = set()
        self._wanting = False
        self._blank: Callable[[], Sequence[Line]] = tuple

    # What is listed

    @property
    def keys(self) -> Sequence[int]:
        """The keys of the rows, top first."""
        return self._keys

    @property
    def row_of(self) -> Mapping[int, int]:
        """Where each key stands."""
        return self._row_of

    @property
    def key(self) -> int | None:
        """The selected row's."""
        return self._keys[self._cursor] if self._keys else None

    @property
    def row(self) -> int:
        """Which row is selected, from 0."""
        return self._cursor

    @property
    def entry(self) -> Entry | None:
        """The selected row's, where it has been read already."""
        return self._entries.get(self.key) if self.key is not None else None

    @property
    def line(self) -> int:
        """How many lines below the top of the widget the selected row begins."""
        return self._cursor * self.row_height - self.scroll_offset.y

    @property
    def row_height(self) -> int:
        """Lines of a row."""
        return 3 if self.size.height >= TALL else 2

    def entry_of(self, key: int) -> Entry | None:
        """An entry that is in the cache."""
        return self._entries.get(key)

    def show(
        self,
        keys: Sequence[int],
        entries: Mapping[int, Entry],
        key: int | None = None,
        line: int | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        """List other rows; `key` is selected and stands `line` lines below the top, or both are the first. Where these
        are not all, `merge` brings them all."""
        self.is_whole, self._to_end = is_whole, False
        self._folded.clear()
        self._entries.begin(entries)
        self._pending.clear()
        self._set_keys(keys, key, 0 if line is None else line)
        self._repaint()
        self.post_message(self.Moved(self.key))

    def merge(self, keys: Sequence[int], entries: Mapping[int, Entry]) -> None:
        """The same list with rows come or gone: the selected one stays selected, and stays on its line."""
        line, before, cursor = self.line, self._keys, self._cursor
        self.is_whole = True
        self._entries.take(entries)
        known = rows_of(keys)
        # Where the selected row is gone, the nearest one below it that is left takes its place.
        key = next((before[row] for row in range(cursor, len(before)) if before[row] in known), None)
        was, sight = self.key, self._sight
        self._set_keys(keys, key, line, fallback=cursor)
        if entries or self._branches or self._sight != sight:
            self._repaint()
        if entries or self.key != was:
            self.post_message(self.Moved(self.key))
        if self._to_end:
            self.action_go_end(1)

    def _set_keys(self, keys: Sequence[int], key: int | None, line: int, fallback: int = 0) -> None:
        self._all = keys
        self._branches = by_key(keys, self._entries)
        self._keys = unfolded(keys, self._branches, self._folded) if self._folded else keys
        fallback = min(fallback, max(0, len(self._keys) - 1))
        self._row_of = rows_of(self._keys)
        self._cursor = self._row_of.get(key, fallback) if key is not None else fallback
        self._lay_out(line)

    def show_blank(self, blank: Callable[[], Sequence[Line]]) -> None:
        """What stands here while nothing is in the list: it is asked for only then."""
        self._blank = cache(blank)
        self.refresh()

    def supply(self, entries: Mapping[int, Entry]) -> None:
        """What was wanted. A key that was asked for and brings no entry has gone from the store."""
        self._entries.take(entries)
        self._pending.difference_update(entries)  # those that are gone stay in it, and are not asked for again
        self.refresh()
        if self.key in entries:
            self.post_message(self.Moved(self.key))

    def unsupplied(self, asked: Iterable[int]) -> None:
        """What was wanted could not be read now; it is asked for again when it is next drawn."""
        self._pending.difference_update(asked)

    def replace(self, key: int, entry: Entry) -> None:
        """An entry that has changed, where it stands."""
        if key in self._entries:
            self._entries.put(key, entry)
            self._refresh_row(self._row_of.get(key))

    def stale(self) -> list[int]:
        """The store has changed: forget what is out of sight, and say what is in sight and should be read again."""
        top, bottom = self._in_sight()
        shown = {*self._keys[top:bottom], *([] if self.key is None else [self.key])}
        self._entries.keep(shown)
        self._pending.clear()
        return sorted(shown)

    def tick(self) -> None:
        """Time has passed: the ages are drawn anew."""
        self._repaint()

    def _repaint(self) -> None:
        self._entries.unpaint()
        self.refresh()

    def draw_in(self, manner: Manner) -> None:
        """Draw the rows in this manner from now on."""
        if manner != self.manner:
            self.manner = manner
            self.tick()

    # Drawing

    def forget_strips(self) -> None:
        self._entries.unpaint()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are kept. Textual would keep them by where they stand, of which a step leaves nothing."""
        if any(self.styles.gutter) or self.opacity < 1:
            return super().render_lines(crop)
        width, height, top = self.outer_size.width, self.row_height, self.scroll_offset.y
        strips = [self._strip(y, top + y, width, height) for y in crop.line_range]
        return [strip if strip.cell_length == crop.width else strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        return self._strip(y, y + self.scroll_offset.y, self.outer_size.width, self.row_height)

    def _strip(self, y: int, place: int, width: int, height: int) -> Strip:
        """Line `y` of the widget, scrollbar and all, which is line `place` of the list; rows have `height` lines."""
        row, part = divmod(place, height)
        if not self._keys:
            return self._blank_line(y, width)
        if row >= len(self._keys):
            return self.filtered(self.paint(line(), width))
        key = self._keys[row]
        ground = "" if row != self._cursor else CURSOR if self.has_focus else CURSOR_BLURRED
        entry = self._entries.get(key)
        if entry is None:
            self._want()
        known = None if entry is None else key  # all that are still being read look alike
        strips = self._entries.strips(known, ground)
        if strips is None or (len(strips), strips[0].cell_length) != (height, width):  # drawn before the terminal grew
            lines = self._draw(key, entry, self.columns, height, selected=row == self._cursor)
            strips = [self.filtered(strip) for strip in self.paint_rows(lines, width, ground)]
            self._entries.paint(known, ground, strips)
        return strips[part]

    def _draw(self, key: int, entry: Entry | None, width: int, height: int, *, selected: bool) -> list[Line]:
        branch = self._branches.get(key)
        if branch is not None and key in self._folded:
            branch = replace(branch, folded=True)
        return draw(entry, width, height, self._now(), selected=selected, branch=branch, manner=self.manner)

    def _blank_line(self, y: int, width: int) -> Strip:
        lines = self._blank()
        top = max(0, (self.size.height - len(lines)) // 3)
        index = y - top
        return self.filtered(self.paint(lines[index] if 0 <= index < len(lines) else line(), width))

    @property
    def _sight(self) -> object:
        """What the screen shows of the list."""
        top, bottom = self._in_sight()
        return [*self._keys[top:bottom]], self.scroll_offset.y % self.row_height, self.key

    def _in_sight(self) -> tuple[int, int]:
        top = self.scroll_offset.y // self.row_height
        return top, min(len(self._keys), top + self.size.height // self.row_height + 2)

    def _want(self) -> None:
        if not self._wanting:
            self._wanting = True
            self.call_later(self._ask)

    def _ask(self) -> None:
        self._wanting = False
        top, bottom = self._in_sight()
        around = self._keys[max(0, top - AHEAD) : bottom + AHEAD]
        keys = [key for key in around if key not in self._entries and key not in self._pending]
        if keys:
            self._pending.update(keys)
            self.post_message(self.Wanted(keys))

    # Where it stands

    def _lay_out(self, line: int) -> None:
        height = self.row_height
        self.set_height(len(self._keys) * height)
        if not self.size.height:
            self._line = line  # nothing stands anywhere yet
            return
        # The line is kept as far as the screen and the ends of the list allow.
        line = max(0, min(line, self.size.height - height))
        self.scroll_to(y=max(0, self._cursor * height - line), animate=False, force=True)

    def on_resize(self) -> None:
        if not self.size.height:
            return
        line, self._line = self._line, None
        before, self._sized = self._sized, (self.size, self.columns)
        if line is not None or before != self._sized:
            self._lay_out(self.line if line is None else line)
        if before != self._sized:  # and not only out of sight
            self._repaint()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def _refresh_row(self, row: int | None) -> None:
        if row is not None:
            self.refresh_lines(row * self.row_height, self.row_height)

    def select_row(self, row: int) -> None:
        """Select a row and bring it into sight."""
        row = max(0, min(row, len(self._keys) - 1))
        if self._keys and row != self._cursor:
            before, self._cursor = self._cursor, row
            self._refresh_row(before)
            self._refresh_row(row)
            self.moved()
            self.post_message(self.Moved(self.key))
            if self.entry is None:
                self._want()
        self._bring_into_sight()

    def select_key(self, key: int) -> None:
        """Select the row of this key, where it has one."""
        if key in self._row_of:
            self.select_row(self._row_of[key])

    def _bring_into_sight(self) -> None:
        height = self.row_height
        top = self._cursor * height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif top + height > self.scroll_offset.y + self.size.height:
            self.scroll_to(y=top + height - self.size.height, animate=False)

    # Keys and mouse

    def action_step(self, rows: int) -> None:
        self._to_end = False
        self.select_row(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self.select_row(self._cursor + pages * max(1, self.size.height // self.row_height - 1))

    def action_go_end(self, end: int) -> None:
        self._to_end = end > 0 and not self.is_whole  # and on to the end of all, when that is known
        self.select_row(0 if end < 0 else len(self._keys) - 1)

    def action_open(self) -> None:
        if self._keys:
            self.post_message(self.Opened())

    def action_fold(self) -> None:
        """Fold the branch that begins with the selected row, or the one that it is part of; or unfold it."""
        key = self.key
        if key is None or key not in self._branches:
            return
        if not self._branches[key].under:
            parent = above(self._keys, self._cursor, self._branches)
            if parent is None:
                return
            key = parent
        self._folded ^= {key}
        self._set_keys(self._all, key, self.line)
        self._repaint()
        self.post_message(self.Moved(self.key))

    def on_click(self, event: events.Click) -> None:
        row = (event.y + self.scroll_offset.y) // self.row_height
        if 0 <= row < len(self._keys):
            self.select_row(row)
            if event.chain == 2:
                self.action_open()
