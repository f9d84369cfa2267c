"""A post before it is one, as others will read it: its subject folded, its names, tags and links found.

Mentions by nick are resolved by the writer's published list, as every reader will; whom they mean stands under the
text, and so does every nick that means nobody.
"""

from collections.abc import Mapping

from thimbl.core.address import Address
from thimbl.core.counting import counted
from thimbl.core.records import MAX_TEXT
from thimbl.core.terminal import safe_line
from thimbl.core.text import NO_NICKS
from tui.completing import named_in
from tui.lines import BLANK, Line, Role, flow, line, wrap
from tui.setting import paragraph, rule
from tui.sheet import Sheet


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


def room_left(text: str, cells: int) -> tuple[str, bool]:
    """How much may still be written, in at most `cells` cells where that can be, and whether it is too much already.

    What counts is bytes, since that is what a plan limits (plan-format 3).
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    left = MAX_TEXT - size
    told = f"too long by {counted(-left, 'byte')}" if left < 0 else f"{left:,} bytes left"
    short = f"{-left:,} too long" if left < 0 else f"{left:,} left"
    forms = (f"{len(text):,} characters, {size:,} bytes: {told}", told, short)
    return next((form for form in forms if len(form) <= cells), f"{left:,}"), left < 0


class Preview(Sheet):
    """The text as it is by now, as far as the writer has come in it. Tab reaches it; the keys of a page scroll it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(self._lines, id=id)
        self.nicks: Mapping[str, Address] = NO_NICKS
        self._text = self._subject = ""
        self._place = 0.0

    def _lines(self, width: int) -> list[Line]:
        return preview_lines(self._text, self._subject, self.nicks, width)

    def put(self, text: str, subject: str, place: float) -> None:
        """Set another text, of which the writer stands at `place`: 0 is its first line, 1 its last."""
        self._text, self._subject, self._place = text, subject, place
        if self.display:
            self._set()

    def resolve(self, nicks: Mapping[str, Address]) -> None:
        """Whom the writer's nicks mean."""
        self.nicks = nicks
        self._set()

    def follow(self, place: float) -> None:
        """Bring into sight what stands at `place` in the text; its end with what is said of it."""
        self._place = place
        room = len(self.lines) - self.scrollable_content_region.height
        if room > 0:
            self.scroll_to(y=round(place * room), animate=False, immediate=True)

    def _set(self) -> None:
        super()._set()
        self.follow(self._place)

    def on_show(self) -> None:
        self._set()
