"""A screen that paints what it shows when all of it stands, and once.

- Textual paints a screen each time that it has laid it out, and each time that a widget has changed: three to five
  times for a key that opens something. Nobody sees the difference, but whoever types on waits for it.
- What lies behind another screen is painted with that one, and not for itself: Textual would paint all that lies over
  it anew whenever it changes, several times for a key that opens a dialog.
- Where a frame looks different with the focus in it, Textual styles all that is in the frame anew.
- It lays out each screen, and all behind it, whenever a screen is opened or left, and tells each of them its size. One
  whose size is what it was has nothing to lay out for that.
"""

from typing import TypeVar

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

R = TypeVar("R")


class Holding(Screen[R]):
    """A screen whose painting can be held. It is laid out meanwhile, and its widgets are told their sizes."""

    _is_held = False
    _laid_out: Size | None = None

    def hold(self) -> None:
        """Paint nothing until it is released."""
        self._is_held = True

    def release(self) -> None:
        """Paint what has changed meanwhile, and whatever changes from now on. Nothing happens where it is not held."""
        if self._is_held:
            self._is_held = False
            self._compositor_refresh()

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        """Style anew what looks different with the focus in it, without all that is in that."""
        changed = [node for one in (focused, blurred) if one is not None for node in one.ancestors_with_self]
        if around := {node for node in changed if node._has_focus_within}:
            self.app.stylesheet.update_nodes(around, animate=True)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        super()._refresh_layout(size, scroll)
        self._laid_out = self.outer_size if size is None else size

    def _screen_resized(self, size: Size) -> None:
        if size != self._laid_out:
            super()._screen_resized(size)

    def _compositor_refresh(self) -> None:
        if self._is_held:
            return
        if self is self.app.screen:
            super()._compositor_refresh()
        else:  # it is painted whole when it comes to the front again
            self._compositor._dirty_regions.clear()
            self._dirty_widgets.clear()
