"""The table on the screen: one virtual widget for ten thousand rows, with a heading of any length above them.

- Above the rows stand the lines of the heading: a chart, or what is to be read first. They are scrolled with the rows,
  and the titles of the columns stay in sight.
- What the selected row has that does not fit in its line stands under the rows, at the end of the widget.
- A row is drawn when it comes into sight; what it costs to show a table is its arrangement, not its length.
- New rows of the same table keep the selected one, by its key, on its line of the screen.
- The widget knows no store. What it is asked to do with a row it says (:class:`Grid.Opened`, :class:`Grid.Moved`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.lines import BLANK, Line, Role, cut, line, wrap
from tui.paint import CURSOR, CURSOR_BLURRED, Painted
from tui.tables import (
    Column,
    Order,
    Row,
    arranged,
    column_at,
    draw_head,
    draw_row,
    lines_told,
    natural,
    naturally,
    told,
    widths,
)

LEAST_HIGH: Final = 10
"""Lines of a table below which all of them are its rows'."""

Heading = Callable[[int], Sequence[Line]]
"""The lines above a table, in so many cells."""


def no_heading(width: int) -> Sequence[Line]:
    """Nothing."""
    return ()


def sentence(text: str, rows: Sequence[Row] = (), role: Role = Role.DIM) -> Heading:
    """What is said where a table has no rows; nothing where it has some."""

    def heading(width: int) -> Sequence[Line]:
        if rows:
            return ()
        inner = wrap(((text, role),), max(1, width - 4))
        return (BLANK, *(Line(cut((("  ", Role.TEXT), *pieces), width)) for pieces in inner))

    return heading


class Grid(Painted):
    """One table. One row of it is selected, and in it one figure may be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next", show=True, id="down", tooltip="the next row"),
        Binding("up,k", "step(-1)", "Previous", show=False, id="up", tooltip="the row above"),
        Binding("home,g", "go_end(-1)", "First", show=False, id="top", tooltip="to the top"),
        Binding("end,G", "go_end(1)", "Last", show=False, id="end", tooltip="to the end"),
        Binding("pagedown,space,ctrl+f", "page(1)", "Page down", show=False, id="page-down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="page-up"),
        Binding("enter", "open", "Open", id="open", tooltip="open what is selected"),
        Binding("s", "sort", "Sort", show=False, id="sort", tooltip="sort by the next column"),
        Binding("i", "invert", "Invert", show=False, id="invert", tooltip="turn the order of the rows round"),
        Binding(
            "greater_than_sign", "figure(1)", "Figure", key_display=">", id="next-figure",
            tooltip="the next figure of the row",
        ),
        Binding(
            "less_than_sign", "figure(-1)", "Figure before", show=False, key_display="<", id="previous-figure",
            tooltip="the figure before",
        ),
    ]  # fmt: skip

    class Moved(Message):
        """Another row is selected, the order is another, or the rows are."""

    class Opened(Message):
        """The selected row was chosen by Enter or a double click."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns: Sequence[Column] = ()
        self._all: Sequence[Row] = ()
        self._rows: list[Row] = []
        self._liked: list[int] = []
        self._wide: list[int] = []
        self._heading: Heading = no_heading
        self._above: Sequence[Line] = ()
        self._cursor = 0
        self._figure: int | None = None
        self._can: Mapping[str, bool] = {}
        """What depends on what is in it."""
        self._under = 0
        """Lines under the rows in which is told what has no room in them, with the rule above."""
        self.order: Order | None = None
        self.words = ""

    # What is in it

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as they stand, top first."""
        return self._rows

    @property
    def total(self) -> int:
        """How many there are with those that are filtered out."""
        return len(self._all)

    @property
    def row(self) -> Row | None:
        """The selected one."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def at(self) -> int:
        """Which row is selected, from 0."""
        return self._cursor

    @property
    def figure(self) -> int | None:
        """The column of the chosen figure, which is in sight; None where the table has none."""
        shown = [index for index in self._figures if not self._wide or self._wide[index]]
        return self._figure if self._figure in shown else next(iter(shown), None)

    @property
    def text(self) -> str:
        """All of it as text, whatever is in sight."""
        lines = [*self._above, self._head(), *(self._line(row) for row in range(len(self._rows)))]
        return "\n".join(line.text.rstrip() for line in lines)

    def show(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        heading: Heading = no_heading,
        *,
        order: Order | None = None,
        words: str = "",
        key: str | None = None,
        figure: int | None = None,
    ) -> None:
        """Another table, from its top; `key` is the row that is selected, else the first."""
        self._columns, self._heading, self.order, self.words = columns, heading, order, words
        first = [*(index for index in self._figures if columns[index].chosen), *self._figures]
        self._figure = figure if figure in self._figures else next(iter(first), None)
        self._take(rows)
        self._select(key, 0)
        self.scroll_to(y=0, animate=False, force=True, immediate=True)
        if key is not None:
            self._bring_into_sight()

    def renew(self, rows: Sequence[Row], heading: Heading) -> None:
        """The same table with other rows; the selected one stays selected, and where it stands."""
        before, self._heading = len(self._above), heading
        key, at = (self.row.key if self.row else None), self._cursor
        self._take(rows)
        self._select(key, at)
        moved = self._cursor - at + len(self._above) - before
        if moved and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False, force=True, immediate=True)

    def filter(self, words: str) -> None:
        """Show only the rows that have these words."""
        self.words = words
        self._rearrange()

    def sort(self, order: Order | None) -> None:
        """Another order."""
        self.order = order
        self._rearrange()

    def _rearrange(self) -> None:
        key = self.row.key if self.row else None
        self._rows = arranged(self._all, self.order, self.words)
        self._select(key, 0)
        self._lay_out()
        self._bring_into_sight()

    def _take(self, rows: Sequence[Row]) -> None:
        self._all = rows
        self._liked = naturally(self._columns, rows)
        self._rows = arranged(rows, self.order, self.words)
        self._lay_out()

    def _select(self, key: str | None, fallback: int) -> None:
        found = next((index for index, row in enumerate(self._rows) if row.key == key), None) if key else None
        self._cursor = max(0, min(fallback, len(self._rows) - 1)) if found is None else found
        if self._can != (can := {"open": bool(self._rows), "figure": self._figure is not None}):
            self._can = can
            self.refresh_bindings()
        self.refresh()
        self.post_message(self.Moved())

    @property
    def _figures(self) -> list[int]:
        return [index for index, column in enumerate(self._columns) if column.figure]

    # Drawing

    def _lay_out(self) -> None:
        width = self.columns
        self._wide = widths(self._columns, self._liked, width)
        self._above = self._heading(width) if width > 0 else ()
        told_in = lines_told(self._columns, self._liked, self._wide, width) if self._rows else 0
        self._under = told_in + 1 if told_in and self.size.height >= LEAST_HIGH else 0
        self.set_height(self._first + len(self._rows) + self._under)
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()
        if self.scroll_offset.y:
            self._bring_into_sight()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    @property
    def _first(self) -> int:
        """The line of the first row: after the heading, and the titles where there are rows to have them."""
        return len(self._above) + bool(self._rows)

    @property
    def _room(self) -> int:
        """Lines of the screen for the rows and what stands above them."""
        return self.size.height - self._under

    def _told(self, at: int) -> Line:
        """One of the lines under the rows, the rule being the first; where a row is whole they are blank."""
        width = self.columns
        pieces = told(self._columns, self._wide, self.row) if self.row is not None else ()
        if at == 0:
            return line(("─" * width, Role.RULE)) if pieces else BLANK
        lines = wrap(pieces, max(1, width - 2), self._under - 1)
        return line((" ", Role.TEXT), *lines[at - 1]) if at <= len(lines) else BLANK

    def _head(self) -> Line:
        return draw_head(self._columns, self._wide, self.order)

    def _line(self, row: int) -> Line:
        selected = row == self._cursor
        return draw_row(self._columns, self._wide, self._rows[row], selected=selected, figure=self.figure)

    def render_line(self, y: int) -> Strip:
        width, at = self.columns, y + self.scroll_offset.y
        if self._under and y >= self._room:
            return self.paint(self._told(y - self._room), width)
        if self._rows and (at == self._first - 1 or (y == 0 and at >= self._first)):
            return self.paint(self._head(), width)
        if at < len(self._above):
            return self.paint(self._above[at], width)
        row = at - self._first
        if row >= len(self._rows):
            return self.paint(line(), width)
        ground = "" if row != self._cursor else CURSOR if self.has_focus else CURSOR_BLURRED
        return self.paint(self._line(row), width, ground)

    # Where it stands

    def _is_in_sight(self) -> bool:
        at = self._first + self._cursor - self.scroll_offset.y
        return 1 <= at < self._room or (at == 0 and not self._cursor)

    def _bring_into_sight(self) -> None:
        at = self._first + self._cursor
        if at - 1 < self.scroll_offset.y:  # the titles stand on the first line
            self.scroll_to(y=max(0, at - 1), animate=False, immediate=True)
        elif at >= self.scroll_offset.y + self._room:
            self.scroll_to(y=at + 1 - self._room, animate=False, immediate=True)

    def _scroll(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def select(self, row: int) -> None:
        """Select a row and bring it into sight."""
        row = max(0, min(row, len(self._rows) - 1))
        if self._rows and row != self._cursor:
            self._cursor = row
            self.refresh()
            self.post_message(self.Moved())
        self._bring_into_sight()

    # Keys and mouse

    def action_step(self, rows: int) -> None:
        at = self._cursor + rows
        is_below = self._first + self._cursor >= self.scroll_offset.y + self._room
        if not self._rows or at < 0 or (rows > 0 and is_below):
            self._scroll(rows)  # through what stands above the rows
        else:
            self.select(at)

    def action_page(self, pages: int) -> None:
        step = pages * max(1, self._room - 2)
        if not self._rows or not self._is_in_sight() or (pages < 0 and self._cursor == 0):
            self._scroll(step)
        else:
            self.select(self._cursor + step)

    def action_go_end(self, end: int) -> None:
        self.select(0 if end < 0 else len(self._rows) - 1)
        if end < 0 or not self._rows:
            self.scroll_to(y=0 if end < 0 else self._first, animate=False, immediate=True)

    def action_open(self) -> None:
        if self._rows:
            self.post_message(self.Opened())

    def action_sort(self) -> None:
        """The next column; after the last the rows' own order again."""
        at = -1 if self.order is None else self.order.column
        shown = [index for index, wide in enumerate(self._wide) if wide and index > at]
        self.sort(natural(self._columns, shown[0]) if shown else None)

    def action_invert(self) -> None:
        order = self.order if self.order is not None else Order(0)
        self.sort(Order(order.column, not order.reverse))

    def action_figure(self, step: int) -> None:
        shown = [index for index in self._figures if self._wide[index]]
        if shown:
            at = shown.index(self.figure) if self.figure in shown else -step
            self._figure = shown[(at + step) % len(shown)]
            self.refresh()
            self.post_message(self.Moved())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A table without figures has no key for the next one, and one without rows nothing to open."""
        return self._can.get(action, True)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None or (self._under and at.y >= self._room):
            return
        line_ = at.y + self.scroll_offset.y
        column = column_at(self._columns, self._wide, at.x)
        if self._rows and (line_ == self._first - 1 or (at.y == 0 and line_ >= self._first)):
            if self.order is not None and self.order.column == column:
                self.action_invert()
            elif column is not None:
                self.sort(natural(self._columns, column))
            return
        row = line_ - self._first
        if 0 <= row < len(self._rows):
            if column in self._figures:
                self._figure = column
            self._cursor = row
            self.refresh()
            self.post_message(self.Moved())
            if event.chain == 2:
                self.action_open()
