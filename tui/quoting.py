"""What is answered, over the answer: who wrote it, and all that it says.

- It is set for the width that there is, and scrolled where it is longer than its place: the mouse wheel does, or
  Shift-Tab and the keys of a page.
- Who folds a text under a subject does not want it read in passing: it stays folded here, and what is muted is not
  shown, unless the reader has unfolded it on its page.
"""

from collections.abc import Iterable

from thimbl.store.types import Item
from tui.lines import Line, flow, line, wrap
from tui.rows import summary, who
from tui.scrolling import Told


class Quote(Told, can_focus=True):
    """Lines as high as they need, as far as the style sheet lets them; whoever goes there scrolls them."""

    STYLED_BY_FOCUS = True


def quoted(item: Item, now: float, width: int, *, unfolded: bool = False) -> list[Line]:
    """An item in lines of at most `width` cells; `now` is Unix seconds."""
    return [line(*who(item)), *_said(item, now, width, unfolded=unfolded)]


def _said(item: Item, now: float, width: int, *, unfolded: bool) -> Iterable[Line]:
    is_folded = item.muted is not None or bool((item.subject or "").strip())
    if item.text and not (item.retracted or item.withheld) and (unfolded or not is_folded):
        return flow(item.text, {}, width)
    return (line(*pieces) for pieces in wrap(summary(item, now), width))
