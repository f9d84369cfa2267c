"""What every Textual application of ours has: its themes, its keys, and how still and how colourful it is.

- Textual is asked for no mark-up anywhere; what is remote is escaped before it gets here.
- Without colour (no-color.org) nothing is left of a style but bold, underline and reverse, by which what is selected
  and what is in focus are seen (`styles.tcss`).
- A terminal that has gone ends the program. The kernel says so by SIGHUP to those whose terminal it is alone, and
  Textual would read its end for ever, as fast as it can.
"""

import asyncio
import os
import select
import signal
import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual import events, on
from textual.app import App
from textual.await_remove import AwaitRemove
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.widget import MountError, Widget
from textual.worker import WorkerFailed

from tui.keyhelp import key_of
from tui.keys import AROUND
from tui.paint import STYLES, Painted
from tui.settings import Comfort
from tui.small import TooSmall, is_too_small
from tui.starting import let_go
from tui.themes import DARK, THEMES, with_own
from tui.waiting import Waiting

if TYPE_CHECKING:
    from tui.palette import Command, Palette

R = TypeVar("R")

LOOK_AT_TERMINAL: Final = 1.0
"""Seconds between looks at whether the terminal is still there."""


NOT_PASTED: Final = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {*map(ord, "\t\n\r")})
"""Controls but for those that are blanks and ends of lines."""


class Program(App[R]):
    """A Textual application of ours."""

    CSS_PATH = "styles.tcss"
    TITLE = "thimbl"
    ENABLE_COMMAND_PALETTE = False  # Textual's own; here it is tui/palette.py
    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q", "quit", "Leave", show=False, tooltip="leave; drafts are kept", priority=True, id="leave",
            group=AROUND,
        ),
        Binding(
            "ctrl+z", "suspend_process", "Suspend", show=False, tooltip="to the shell; 'fg' comes back", id="suspend",
            group=AROUND,
        ),
        Binding(
            "ctrl+p", "palette", "Palette", show=False, tooltip="all commands, by name", priority=True,
            id="palette", group=AROUND,
        ),
    ]  # fmt: skip

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

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Remove widgets. Textual lays the screen in front out and paints it anew for each, twice: where it is a screen
        that goes, none of those under it moves for that, and the one in front is painted as it comes there."""
        return super()._prune(*nodes, parent=None if all(isinstance(node, Screen) for node in nodes) else parent)

    async def before_key(self, key: str) -> None:
        """Wait for what a key is about, for a moment at most. Called where nothing is typed."""

    def _handle_exception(self, error: Exception) -> None:
        """End with a fault; not with the one that something can not be mounted any more, since the program ends."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if not (self._exit and isinstance(cause, MountError)):
            super()._handle_exception(error)

    def get_driver_class(self) -> type[Driver]:
        """Textual's, but that Escape is answered at once; where the environment names none, and on Unix."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from tui.driver import PromptDriver  # only here: it needs a Unix

        return PromptDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every painted line goes through."""
        return [NoColor()] if self.no_color else super().get_line_filters()

    async def on_event(self, event: events.Event) -> None:
        """What is pasted holds text and no key strokes: Textual would draw a control as it is, and the terminal act.
        What is typed after the key that leaves does nothing here."""
        if self._exit and isinstance(event, events.InputEvent | events.Paste):
            return
        if isinstance(event, events.Paste):
            event.text = event.text.translate(NOT_PASTED)
        if not (isinstance(event, events.Key) and await self._is_answered(event)):
            await super().on_event(event)

    async def _is_answered(self, event: events.Key) -> bool:
        """Do at once what a key does where nothing is typed. Textual sends it up through all that is around the focus
        first: whatever is typed in the same moment, as over a line that had stalled, would be on its way by then, and
        act here instead of in what the key opens."""
        if event.is_forwarded or not self.app_focus or not isinstance(self.focused, Painted):
            return False
        await self.before_key(event.key)
        if not (await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)):
            return False
        await asyncio.sleep(0)  # for what is begun by it, and opens something
        return True

    @on(events.Mount)
    def _leave_at_signals(self) -> None:
        """As by a key, so that the terminal is left as it was found."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Only the main thread of a process can; elsewhere (in a test) nobody signals this application.
            try:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
            except (ValueError, RuntimeError, NotImplementedError):
                break

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

    def get_key_display(self, binding: Binding) -> str:
        """A key as people read it: the one that says Enter has no sign that everybody knows."""
        return super().get_key_display(binding).replace("⏎", "enter")

    def action_palette(self) -> None:
        """Everything that can be done from here, by name."""
        from tui.palette import Palette, commands, done  # only here: the first screen needs none

        def chosen(command: "Command | None") -> None:
            self.palettes.prepare_soon(self)
            done(command)

        if not isinstance(self.screen, Palette | TooSmall):
            offered = commands(self, self.screen)
            self.push_screen(self.palettes.take(self).about(offered), chosen)

    @cached_property
    def palettes(self) -> "Waiting[Palette]":
        """One of them waits."""
        return Waiting("palette", _new_palette)

    def action_help_quit(self) -> None:
        """What Ctrl-C does where nothing is to be copied: Textual says how to leave, and so is it said here."""
        self.notify(f"{key_of(self, Program.BINDINGS, 'leave')} leaves; what you have typed is kept.", markup=False)

    def action_suspend_process(self) -> None:
        """Stop, and let the shell go on, where one is there that can wake this again."""
        if has_shell():
            super().action_suspend_process()
        else:
            self.notify("No shell started this that could wake it again.", markup=False)


def _new_palette() -> "Palette":
    from tui.palette import Palette

    return Palette()


def has_shell() -> bool:
    """Whether what started this process is a shell with job control: one in the same session, that has given the
    process a group of its own. A group that nobody could wake is not to be stopped (POSIX.1-2017, "Orphaned Process
    Group")."""
    parent = os.getppid()
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgid(0)
    except OSError:  # it has just ended
        return False


def has_gone(terminal: int) -> bool:
    """Whether nobody holds the other end of the terminal with this descriptor any more."""
    looking = select.poll()
    looking.register(terminal, 0)  # hanging up is told without being asked for
    return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in looking.poll(0))
