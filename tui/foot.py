"""The foot of a screen: the keys that are shown, as they are bound now.

- Textual's own footer mounts a widget a key, and all of them anew whenever the focus moves; this is one painted line. A
  click on a key presses it.
- A key is shown whole, with what it does, or not at all. Where not all fit, the last ones go first, but the help and
  the way back always stay.
- Over the screen, where forms and buttons are, it says what Enter and Tab do there; in a line where words are typed,
  what ends it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

from tui.keyhelp import display
from tui.lines import Piece, Role, line
from tui.paint import Painted

STAYING: Final = ("help", "back(True)", "back", "dismiss(None)", "dismiss(False)", "enter")
"""Actions that stay where not all keys fit."""

LEAVING: Final = "back"
"""The action that leads out of a line where words are typed."""

Shown = tuple[str, str, str, str]
"""An action, the key that presses it, that key as people read it, and what it does."""


class Foot(Painted, can_focus=False):
    """One line of keys and what they do."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[Shown] | None = None
        """What is shown; None where that may be something else by now."""
        self._ends: list[tuple[int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        """Others may be bound. Textual says so several times for a key, and again of a screen that comes to the front:
        what is painted already is painted anew for another key alone, and never behind another screen."""
        if screen is self.app.screen and (self._keys is None or self._keys != self._found(screen)):
            self._keys = None
            self.refresh()

    def _found(self, screen: Screen[object]) -> list[Shown]:
        """Which keys there are, the first of each action."""
        shown: dict[str, Shown] = {}
        focused = screen.focused
        is_typing = focused is not None and not isinstance(focused, Painted) and not isinstance(screen, ModalScreen)
        if is_typing or isinstance(screen, ModalScreen):
            shown |= {one[0]: one for one in _hints(screen)}
        # In the order of the table, where a key has been changed, too.
        declared = _declared(type(screen))
        found = screen.active_bindings.values()
        for active in sorted(found, key=lambda one: declared.get(one.binding.id, -1) if one.node is screen else -1):
            binding = active.binding
            if is_typing and binding.action == LEAVING:
                shown[LEAVING] = (LEAVING, binding.key, display(self.app, binding), "Leave")
            elif binding.show and active.enabled and binding.action not in shown and not is_typing:
                told = self._told(binding)
                shown[binding.action] = (binding.action, binding.key, display(self.app, binding), told)
        return list(shown.values())

    def _told(self, binding: Binding) -> str:
        """What a key does; the one that ends the program does so only where there is nothing to go back to."""
        leads_back = getattr(self.screen, "leads_back", False)
        return "Back" if leads_back and binding.action == "back(True)" else binding.description

    def _pieces(self, width: int) -> list[Piece]:
        if self._keys is None:
            self._keys = self._found(self.screen)
        keys = list(self._keys)
        while keys and sum(map(_cells, keys)) > width:
            going = [at for at, one in enumerate(keys) if one[0] not in STAYING]
            del keys[going[-1] if going else -1]
        pieces: list[Piece] = []
        self._ends = []
        used = 0
        for one in keys:
            _, key, shown, told = one
            used += _cells(one)
            pieces += [(f" {shown}", Role.KEY), (f" {told} ", Role.TEXT)]
            self._ends.append((used, key))
        return pieces

    def render_line(self, y: int) -> Strip:
        width = self.columns
        return self.paint(line(*self._pieces(width)), width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        for end, key in self._ends:
            if at is not None and at.x < end:
                self.app.simulate_key(key)
                return


@cache
def _declared(kind: type[Screen[object]]) -> Mapping[str | None, int]:
    """Where in the table of a kind of screen the binding of an id stands first."""
    ids = [one.id for one in Binding.make_bindings(kind.BINDINGS) if one.id is not None]
    return {id: at for at, id in reversed([*enumerate(ids)])}


def _cells(one: Shown) -> int:
    return cell_len(one[2]) + cell_len(one[3]) + 3


def _hints(screen: Screen[object]) -> list[Shown]:
    """What Enter and Tab do where the focus is; of a line of text the screen may say it, as `enter_does`."""
    from textual.widgets import Button, Input, OptionList  # only here: the first screen has none of them

    focused = screen.focused
    if isinstance(focused, Button):
        done = str(focused.label)
    elif isinstance(focused, OptionList):
        return [("enter", "enter", "enter", "Choose")]
    elif isinstance(focused, Input):
        done = getattr(screen, "enter_does", "Go on")
    else:
        return []
    around = [("tab", "tab", "tab", "Next")] if len(screen.focus_chain) > 1 else []
    return [("enter", "enter", "enter", done), *around]
