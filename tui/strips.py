"""Lines of widgets as they go to the terminal, without what Textual does for each of them anew.

- A line is content between two edges, which are the same for all lines of a widget: they are drawn once.
- A scrollbar is what Textual's says it is, but its cells are not set as a text is.
- A container has the same empty line, over and over.

A screen is painted in half the time for it, at every key. What is drawn is the same to the cell: a test holds both
against each other. Lines in which something shows through, or that are tinted, are Textual's own.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.containers import Container
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

BARS_KEPT: Final = 64
"""Scrollbars that are remembered: those between which a reader goes to and fro."""


def own_filters(widget: Widget) -> list[LineFilter]:
    """What our own content goes through: all but the one that gives a terminal's colours fixed values, since all
    colours here are a theme's."""
    return [one for one in widget.get_line_filters() if not isinstance(one, ANSIToTruecolor)]


def filtered(strip: Strip, filters: Sequence[LineFilter], widget: Widget) -> Strip:
    """`strip` as it goes to the terminal."""
    for one in filters:
        strip = strip.apply_filter(one, widget.background_colors[1])
    return strip


class Lines(StylesCache):
    """The lines of a widget that paints its content itself: they are kept until it is said to have changed. `alike`
    says that they are all the same."""

    def __init__(self, *, alike: bool = False) -> None:
        super().__init__()
        self._alike = alike
        self._drawn: dict[int, Strip] = {}
        self._first: Strip | None = None
        """The first line of the content that was drawn, between its edges."""

    def clear(self) -> None:
        """Forget all."""
        super().clear()
        self._drawn.clear()
        self._first = None

    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        """The lines of this part of a widget."""
        if widget.opacity < 1 or widget.styles.tint.a:
            return super().render_widget(widget, crop)
        width = widget.region.width
        if width != self._width:
            self.clear()
            self._width = width
        missing = [y for y in crop.line_range if y not in self._drawn or self.is_dirty(y)]
        if missing:
            self._draw(widget, missing, width)
        strips = [self._drawn[y] for y in crop.line_range]
        return strips if crop.column_span == (0, width) else [strip.crop(*crop.column_span) for strip in strips]

    def _draw(self, widget: Widget, missing: Sequence[int], width: int) -> None:
        gutter, height, filters = widget.styles.gutter, widget.region.height, own_filters(widget)
        room = width - gutter.width
        base, ground = widget.background_colors
        behind = Style.from_color(None, (base + ground).rich_color)
        for y in missing:
            first, is_content = self._first, room > 0 and gutter.top <= y < height - gutter.bottom
            if not is_content or (first is None and gutter.width):
                strip = self._framed(widget, y, width)
            elif first is not None and self._alike:
                strip = first
            else:
                content = widget.render_line(y - gutter.top)
                if content.cell_length != room:
                    content = content.adjust_cell_length(room, behind)
                strip = filtered(content, filters, widget)
                if first is not None and gutter.width:
                    left, right = first.crop(0, gutter.left), first.crop(width - gutter.right, width)
                    strip = Strip([*left, *strip, *right], width)
            if is_content and first is None:
                self._first = strip
            self._drawn[y] = strip
        self._dirty_lines.difference_update(missing)

    def _framed(self, widget: Widget, y: int, width: int) -> Strip:
        """A line as Textual draws it, border and room within it and all."""
        return super().render_widget(widget, Region(0, y, width, 1))[0]


class Bar(ScrollBar):
    """A scrollbar of one column."""

    def __init__(self, name: str, thickness: int) -> None:
        super().__init__(vertical=True, name=name, thickness=thickness)
        self._styles_cache = Lines()
        self._cells: list[Strip] = []

    def render_line(self, y: int) -> Strip:
        """One cell of it, with what a click there does."""
        if self._dirty_regions or len(self._cells) != self.size.height:
            bar = self.render()
            if not isinstance(bar, ScrollBarRender) or not isinstance(bar.style, Style) or self.size.width != 1:
                return super().render_line(y)
            ground = self.visual_style.rich_style
            self._cells = _cells(self.size.height, bar.virtual_size, bar.window_size, bar.position, bar.style, ground)
            self._dirty_regions.clear()
        return self._cells[y]


@lru_cache(BARS_KEPT)
def _cells(height: int, virtual: int, window: int, position: float, style: Style, ground: Style) -> list[Strip]:
    assert style.color is not None
    assert style.bgcolor is not None
    drawn = ScrollBarRender.render_bar(height, virtual, window, position, 1, True, style.bgcolor, style.color)
    return [Strip([segment], 1) for segment in Segment.apply_style(drawn.segments, ground)]


class Ground(Container):
    """What others stand on, with a border and a title perhaps."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._styles_cache = Lines(alike=True)

    def render_line(self, y: int) -> Strip:
        """Nothing."""
        return Strip.blank(self.content_region.width, self.visual_style.rich_style)
