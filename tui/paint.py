"""From lines to what Textual draws: strips of segments in the theme's styles.

- What is drawn is text and styles; no string is ever parsed as markup, and links and actions are not in the text.
- A style belongs to a role (`tui.lines.Role`) and is a component class, ``role--…`` in `styles.tcss`.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.lines import Line, Role

# Blanks at the ends of a text stand apart: some programs that draw an exported picture (SVG) lose them otherwise.
_EDGES = re.compile(r"(^ +| +$)")

CURSOR = "line--cursor"
CURSOR_BLURRED = "line--cursor-blurred"


class Painted(ScrollView, can_focus=True):
    """A scrolled widget whose lines are painted here; the subclass says which lines there are."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*(f"role--{role}" for role in Role), CURSOR, CURSOR_BLURRED}
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_of: dict[tuple[Role, str], Style] = {}

    def notify_style_update(self) -> None:
        """Textual calls this when the theme has changed."""
        super().notify_style_update()
        self._styles_of.clear()
        self.forget_strips()

    def forget_strips(self) -> None:
        """Drop whatever was painted in styles that may no longer be the theme's."""

    @property
    def columns(self) -> int:
        """Cells that a line has."""
        return self.scrollable_content_region.width

    def paint(self, line: Line, width: int, ground: str = "") -> Strip:
        """`line` in exactly `width` cells; `ground` is the component class of what lies under it."""
        parts = [(part, role) for text, role in line.pieces for part in _EDGES.split(text) if part]
        segments = [Segment(part, self._style(role, ground)) for part, role in parts]
        return Strip(segments).adjust_cell_length(width, self._style(Role.TEXT, ground))

    def paint_rows(self, lines: Sequence[Line], width: int, ground: str = "") -> list[Strip]:
        """Several lines."""
        return [self.paint(line, width, ground) for line in lines]

    def _style(self, role: Role, ground: str) -> Style:
        found = self._styles_of.get((role, ground))
        if found is None:
            under = self.get_component_rich_style(ground) if ground else self.rich_style
            styles = self.get_component_styles(f"role--{role}")
            # A colour that lets its ground through is mixed here, for each ground that it can stand on.
            behind = Color.from_rich_color(under.bgcolor) if under.bgcolor is not None else self.background_colors[1]
            found = under + Style.from_color((behind + styles.color).rich_color) + styles.text_style
            self._styles_of[role, ground] = found
        return found
