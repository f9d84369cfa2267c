"""What every Textual application of ours has: its themes, its keys, and how still and how colourful it is.

- Textual is asked for no mark-up anywhere; what is remote is escaped before it gets here.
- Without colour (no-color.org) nothing is left of a style but bold, underline and reverse, by which what is selected
  and what is in focus are seen (`styles.tcss`).
- A terminal that has gone ends the program. The kernel says so by SIGHUP to those whose terminal it is alone, and
  Textual would read its end for ever, as fast as it can.
"""

import select
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter, NoColor
from textual.screen import Screen

from tui.keyhelp import display
from tui.paint import STYLES
from tui.settings import Comfort
from tui.small import TooSmall, is_too_small
from tui.starting import let_go
from tui.themes import DARK, THEMES, with_own

R = TypeVar("R")

LOOK_AT_TERMINAL: Final = 1.0
"""Seconds between looks at whether the terminal is still there."""

PALETTE: Final = ("Theme", "Quit")
"""The commands of Textual's palette that are of use here."""


class Program(App[R]):
    """A Textual application of ours."""

    CSS_PATH = "styles.tcss"
    TITLE = "thimbl"
    ENABLE_COMMAND_PALETTE = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Leave", show=False, tooltip="leave; drafts are kept", priority=True, id="leave"),
        Binding("ctrl+p", "command_palette", "Palette", show=False, tooltip="commands", priority=True, id="palette"),
    ]

    def __init__(self, comfort: Comfort) -> None:
        super().__init__()
        self.comfort = comfort
        self.no_color = not comfort.colour
        if not comfort.motion:
            self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = comfort.theme if comfort.theme in self.available_themes else DARK.name
        self._parsed_for = self.get_css_variables()
        self.stylesheet.set_variables(self._parsed_for)

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, and the program's own."""
        self.theme_variables = with_own(super().get_css_variables(), self.current_theme.dark)
        return self.theme_variables

    def refresh_css(self, animate: bool = True) -> None:
        """Style everything anew, and parse the style sheets for it only where the theme is another one.

        Textual asks for this at every start, when they have just been read.
        """
        if (variables := self.get_css_variables()) != self._parsed_for:
            self._parsed_for = variables
            super().refresh_css(animate)
        else:
            self.stylesheet.update(self, animate=animate)

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Style a node anew; one that is not mounted yet is styled when it is.

        Textual styles it for every class that it is given until then, and a button is given three.
        """
        if node is self or node.has_parent:
            super().update_styles(node, animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every painted line goes through."""
        return [NoColor()] if self.no_color else super().get_line_filters()

    @on(events.Mount)
    def _look_at_terminal(self) -> None:
        self.call_after_refresh(let_go)
        if not self.is_headless:
            self.set_interval(LOOK_AT_TERMINAL, self._see_terminal)

    def _see_terminal(self) -> None:
        if sys.__stdin__ is not None and has_gone(sys.__stdin__.fileno()):
            self.exit()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Nothing blinks where nothing is to move."""
        if not self.comfort.motion:
            from textual.widgets import Input, TextArea  # only here: the first screen has none of them

            if isinstance(event.widget, Input | TextArea):
                event.widget.cursor_blink = False

    def on_resize(self, event: events.Resize) -> None:
        """Where nothing would be readable, a sentence takes the place of everything, and loses nothing of it."""
        if is_too_small(event.size) and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The commands of the palette: Textual's for the theme and the end, and everything that has a key now."""
        for command in super().get_system_commands(screen):
            if command.title in PALETTE:
                yield command
        seen = set()
        for active in screen.active_bindings.values():
            binding, node = active.binding, active.node
            if binding.tooltip and (binding.action, node) not in seen and node is not self:
                seen.add((binding.action, node))
                doing = partial(self._do, screen, binding.action, active.node)
                yield SystemCommand(binding.description, f"{binding.tooltip} ({display(self, binding)})", doing)

    def _do(self, screen: Screen[Any], action: str, node: object) -> None:
        soon: Callable[..., object] = screen.call_later  # when the palette has gone
        soon(self.run_action, action, node)


def has_gone(terminal: int) -> bool:
    """Whether nobody holds the other end of the terminal with this descriptor any more."""
    looking = select.poll()
    looking.register(terminal, 0)  # hanging up is told without being asked for
    return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in looking.poll(0))
