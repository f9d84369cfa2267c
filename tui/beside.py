"""Beside a table what is selected in it, where the screen is wide: the page that its row leads to, or why a figure is.

It is read, and not gone into: the keys are the table's. What does not fit is a key away, on its own page.
"""

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.message import Message

from tui.book import Leaf
from tui.lines import Line, Role, cut, line
from tui.sheet import Sheet
from tui.tables import draw_head, draw_row, naturally, widths

REST: Final = 0.06
"""Seconds for which a row has been selected before it is set out: whoever goes on does not wait for it."""

MOST: Final = 60
"""Rows of a table that are set out: more than a screen is high."""


class Beside(Sheet):
    """Lines beside a table; it takes no room on a screen that is not wide (`styles.tcss`)."""

    class Resized(Message):
        """It has come into sight, or has another width."""

    def __init__(self) -> None:
        super().__init__(id="beside")
        self.can_focus = False

    @property
    def is_seen(self) -> bool:
        """Whether there is room for it."""
        return bool(self.display) and self.columns > 0

    def on_resize(self) -> None:
        super().on_resize()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        event.stop()


def set_out(leaf: Leaf, width: int) -> Sequence[Line]:
    """A page as lines of at most `width` cells: what stands above its table, and the table."""
    lines = list(leaf.heading(width))
    rows = leaf.rows[:MOST]
    if not rows:
        return lines
    wide = widths(leaf.columns, naturally(leaf.columns, rows), width)
    lines += [draw_head(leaf.columns, wide, None), *(draw_row(leaf.columns, wide, row) for row in rows)]
    if more := len(leaf.rows) - MOST:
        lines += [line((f" and {more:,} more", Role.DIM))] if more > 0 else []
    return [Line(cut(one.pieces, width)) for one in lines]
