"""A screen that lies over another one, which is seen dimmed behind it: a dialog, or a page.

- What is behind is dimmed style by style, each of them once. Textual's own does so segment by segment, at every
  painting of every dialog, which takes longer than all else that opens one.
- It is painted when all of it stands, once (`tui.holding`).
- It is styled when it is mounted, and not a second time for being brought to the front: but where the theme is another
  one by then.
"""

from functools import lru_cache
from typing import Any, Final, TypeVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.color import Color
from textual.css.styles import RulesMap
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.style import Style as Ground
from textual.visual import RenderOptions, Visual
from textual.widget import Widget

from tui.holding import Holding
from tui.strips import Lines

R = TypeVar("R")
W = TypeVar("W", bound=Widget)

BY_TAB: Final = (
    Binding("tab", "app.focus_next", show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", show=False, priority=True),
)
"""Keys of what has several lines to type in. Such a line does not see them first: whoever types on means the next one,
and a key may come before its answer."""

STYLES_KEPT: Final = 4_096
"""Dimmed styles that are remembered: those of several themes, of which each has some hundred."""


@lru_cache(STYLES_KEPT)
def dimmed(style: Style, veil: Color) -> Style:
    """`style` as it is seen through a veil, without what a terminal would do where it is clicked."""
    style = style.clear_meta_and_links()
    front, ground = (
        None if colour is None else (Color.from_rich_color(colour) + veil).rich_color
        for colour in (style.color, style.bgcolor)
    )
    return style + Style.from_color(front, ground)


class Behind(Visual):
    """Another screen as it stands, seen through a veil."""

    def __init__(self, screen: Screen[object], veil: Color) -> None:
        self._screen, self._veil = screen, veil

    def render_strips(self, width: int, height: int | None, style: Ground, options: RenderOptions) -> list[Strip]:
        """Its lines, as many as it has: the last one is left out, since the foot of what lies over it is there."""
        size = self._screen.size if height is None else Size(width, height)
        strips = self._screen._compositor.render_strips(Size(size.width, max(0, size.height - 1)))
        return [*map(self._seen, strips), Strip.blank(size.width)]

    def _seen(self, strip: Strip) -> Strip:
        veil = self._veil
        segments = [Segment(text, dimmed(style or Style.null(), veil)) for text, style, control in strip if not control]
        return Strip(segments, strip.cell_length)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """That of the screen."""
        return self._screen.size.height


def framed(widget: W, title: str) -> W:
    """`widget` as the one thing that lies over a screen: it has the frame itself, and no other widget lies under it."""
    widget.add_class("dialog")
    widget.border_title = Text(title)
    return widget


def first(widget: W) -> W:
    """`widget`, which will have the focus when it stands: it is styled so, and not once more when the focus comes."""
    widget.set_reactive(Widget.has_focus, True)
    return widget


class Over(ModalScreen[R], Holding[R]):  # Textual styles a class by its first base
    """What lies over another screen, and may answer something when it is left."""

    _resumed = False
    _styled_in = ""
    """The theme."""

    def fit(self, size: Size) -> None:
        """Take the classes of a screen of this size, before it is styled for the first time. Textual gives them to it
        when it has been laid out for the first time, and styles all that is in it once more."""
        for points, length in (self.HORIZONTAL_BREAKPOINTS, size.width), (self.VERTICAL_BREAKPOINTS, size.height):
            if fitting := [name for least, name in points or () if length >= least]:
                self.add_class(fitting[-1])

    def on_mount(self) -> None:
        """Paint nothing of it yet."""
        self._styles_cache = Lines()
        self.hold()
        self._styled_in = self.app.theme

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """It comes to the front. For the first time, paint it when it has been laid out, and what is in it has been
        told its size."""
        if not self._resumed:
            self._resumed = True
            event.refresh_styles = event.refresh_styles and self._styled_in != self.app.theme
            self.call_after_refresh(self.release)

    def render(self) -> Any:
        """What is behind it: a `Visual`, which Textual takes as it does what Rich can draw."""
        screens = self.app.screen_stack
        at = screens.index(self) if self in screens else 0
        veil = self.styles.background
        if at == 0 or veil.a == 1:
            return super().render()
        return Behind(screens[at - 1], veil)
