"""A post before it is one, as others will read it: its subject folded, its names, tags and links found.

Mentions by nick are resolved by the writer's published list, as every reader will; whom they mean stands under the
text, and so does every nick that means nobody.
"""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip

from thimbl.core.address import Address
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.core.text import NO_NICKS
from tui.completing import named_in
from tui.lines import BLANK, Line, Role, flow, line, wrap
from tui.paint import Painted
from tui.setting import paragraph, rule


def preview_lines(text: str, subject: str, nicks: Mapping[str, Address], width: int) -> list[Line]:
    """The lines of a preview, each at most `width` cells."""
    width = max(10, width)
    lines = [rule("as others will read it", width)]
    if subject := safe_line(subject):
        lines += paragraph(f"▸ {subject}", width, Role.WARN)
        told = f"  {counted(len(text), 'character')} folded under this subject, until a reader unfolds them:"
        lines += [*paragraph(told, width, Role.DIM), BLANK]
    lines += flow(text, nicks, width)
    meant, lost = named_in(text, nicks)
    if meant or lost:
        lines.append(BLANK)
    for nick, address in meant:
        lines += [line(*pieces) for pieces in wrap(((nick, Role.MENTION), (f" is {address}", Role.DIM)), width)]
    for nick in lost:
        told = " means nobody: your published list has no such name. Write the whole address."
        lines += [line(*pieces) for pieces in wrap(((nick, Role.WARN), (told, Role.DIM)), width)]
    return lines


class Preview(Painted):
    """The text as it is by now. Tab reaches it; the keys of a page scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_by(1)", "Down", show=False),
        Binding("k,up", "scroll_by(-1)", "Up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.nicks: Mapping[str, Address] = NO_NICKS
        self.lines: list[Line] = []
        self._text = self._subject = ""

    def show(self, text: str, subject: str) -> None:
        """Set another text."""
        self._text, self._subject = text, subject
        if self.display and self.columns:
            self._set()

    def resolve(self, nicks: Mapping[str, Address]) -> None:
        """Whom the writer's nicks mean."""
        self.nicks = nicks
        self._set()

    def _set(self) -> None:
        self.lines = preview_lines(self._text, self._subject, self.nicks, self.columns)
        self.virtual_size = Size(self.columns, len(self.lines))
        self.refresh()

    def forget_strips(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._set()

    def on_show(self) -> None:
        self._set()

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        return self.paint(self.lines[row] if row < len(self.lines) else line(), self.columns)

    def action_scroll_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)
