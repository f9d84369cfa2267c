"""From lines to what Textual draws: strips of segments in the theme's styles.

- What is drawn is text and styles; no string is ever parsed as markup, and links and actions are not in the text.
- Right-to-left text reorders nothing beside it (`tui.bidi`): here it is made sure that what one widget draws at
  the end of a line stays out of the next.
- A style belongs to a role (`tui.lines.Role`) and is a component class of the application, ``role--…`` in
  `styles.tcss`. Textual makes such styles anew whenever their owner is styled, which for a widget is at every change of
  focus: here that would be seventeen a widget.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from tui.bidi import LRM, is_mixed
from tui.lines import Line, Role
from tui.strips import Bar, Lines, filtered, own_filters
from tui.themes import readable

# Blanks at the ends of a text stand apart: some programs that draw an exported picture (SVG) lose them otherwise.
_EDGES = re.compile(r"(^ +| +$)")

_REVERSE = Style(reverse=True)

CURSOR = "line--cursor"
CURSOR_BLURRED = "line--cursor-blurred"

STYLES: Final = frozenset({*(f"role--{role}" for role in Role), CURSOR, CURSOR_BLURRED})
"""The component classes that an application needs in which something is painted."""


class Painted(ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolled widget whose lines are painted here; the subclass says which lines there are, and which keys it has:
    Textual's would take the arrows to the sides, which turn the views."""

    ALLOW_SELECT = False
    STYLED_BY_FOCUS: ClassVar[bool] = False
    """Whether `styles.tcss` has anything to say of it in focus, such as another border."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_cache = Lines()
        self._styles_of: dict[tuple[Role, str], Style] = {}
        self._styled: tuple[object, ...] = ()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Textual styles whatever has got or lost the focus anew: here that is mostly for nothing."""
        if self.STYLED_BY_FOCUS:
            super().watch_has_focus(_has_focus)

    def notify_style_update(self) -> None:
        """Textual calls this when the theme may have changed, and whenever the focus has."""
        super().notify_style_update()
        styled = (self.app.theme, self.rich_style, self.background_colors)
        if styled != self._styled:
            self._styled = styled
            self._styles_of.clear()
            self.forget_strips()

    def forget_strips(self) -> None:
        """Drop whatever was painted in styles that may no longer be the theme's."""

    def set_height(self, lines: int) -> None:
        """Say how many lines there are. Where the scrollbar is there for any number of them, nothing else on the screen
        moves for that, and nothing is laid out anew."""
        size = Size(self.columns, lines)
        if self.show_vertical_scrollbar and self.styles.overflow_y == "scroll":
            if size != self.virtual_size:
                self.set_reactive(ScrollView.virtual_size, size)
                self._scroll_update(size)
        else:
            self.virtual_size = size

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scrollbar, which is made when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = Bar("vertical", self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    @property
    def columns(self) -> int:
        """Cells that a line has."""
        return self.scrollable_content_region.width

    def paint(self, line: Line, width: int, ground: str = "") -> Strip:
        """`line` in exactly `width` cells; `ground` is the component class of what lies under it."""
        pieces = line.pieces
        if any(is_mixed(text) for text, _ in pieces):
            pieces = (*pieces, ("" if pieces[-1][0].endswith(LRM) else LRM, Role.TEXT))
        parts = [(part, role) for text, role in pieces for part in _EDGES.split(text) if part]
        segments = [Segment(part, self._style(role, ground)) for part, role in parts]
        return Strip(segments).adjust_cell_length(width, self._style(Role.TEXT, ground))

    def paint_rows(self, lines: Sequence[Line], width: int, ground: str = "") -> list[Strip]:
        """Several lines."""
        return [self.paint(line, width, ground) for line in lines]

    def filtered(self, strip: Strip) -> Strip:
        """`strip` as it goes to the terminal, where Textual's own way there is not taken (`Timeline.render_lines`)."""
        return filtered(strip, own_filters(self), self)

    def _style(self, role: Role, ground: str) -> Style:
        found = self._styles_of.get((role, ground))
        if found is None:
            styles = self.app.get_component_styles(f"role--{role}")
            behind, under = self.background_colors[1], self.rich_style
            if ground:
                lying = self.app.get_component_styles(ground)
                behind += lying.background
                under = Style.from_color(under.color, behind.rich_color) + lying.text_style
            # A colour that lets its ground through is mixed here, for each ground that it can stand on.
            colour = behind + styles.color
            if role is not Role.RULE:
                colour = readable(colour, behind)
            found = under + Style.from_color(colour.rich_color) + styles.text_style
            self._styles_of[role, ground] = found
        return found


def reversed_in(strip: Strip, start: int, end: int) -> Strip:
    """The strip with cells `start` to `end` in reverse, which is told apart without any colour."""
    before, within, after = strip.divide([start, end, max(end, strip.cell_length)])
    turned = [Segment(text, (style or Style()) + _REVERSE, control) for text, style, control in within]
    return Strip([*before, *turned, *after], strip.cell_length)
