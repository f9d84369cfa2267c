"""The Textual application: it owns the threads, the themes and the ending.

- The place where the reader was and the drafts are written on the way out, however that is: by `q`, by SIGTERM, by
  SIGHUP (the terminal was closed), or by an error.
- Textual is asked for no mark-up anywhere; what is remote is escaped before it gets here.
"""

import asyncio
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen
from textual.theme import Theme

from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from tui.acting import ThimblScreen
from tui.aside import Pen, Shelf, told
from tui.ports import PLACE_KEY, THEME_KEY, Desk
from tui.workers import begin

DARK: Final = Theme(
    name="thimbl",
    primary="#8fb573",
    secondary="#7aa6a1",
    accent="#e0af68",
    warning="#e0af68",
    error="#e0736b",
    success="#8fb573",
    foreground="#d9d4c7",
    background="#16191a",
    surface="#1c2021",
    panel="#272c2d",
    dark=True,
    variables={"footer-key-foreground": "#e0af68", "border": "#7aa6a1", "border-blurred": "#3a4142"},
)
LIGHT: Final = Theme(
    name="thimbl-light",
    primary="#3f6b2a",
    secondary="#2a6b66",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#a3261d",
    success="#3f6b2a",
    foreground="#23261f",
    background="#f6f3ea",
    surface="#efebdf",
    panel="#e3decf",
    dark=False,
    variables={"footer-key-foreground": "#8a5a00", "border": "#2a6b66", "border-blurred": "#c9c2b0"},
)


class ThimblApp(App[None]):
    """The terminal UI. `clock` gives Unix seconds."""

    CSS_PATH = "styles.tcss"
    TITLE = "thimbl"
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, reader_path: Path, desk: Desk, clock: Callable[[], float]) -> None:
        super().__init__()
        self.shelf = Shelf(lambda: Reader.open(reader_path))
        self.pen = Pen(desk)
        self.reading = ThimblScreen(self.shelf, self.pen, clock)
        self._put_away = False
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The one screen."""
        return self.reading

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Only the main thread of a process can; elsewhere (in a test) nobody signals this application.
            try:
                loop.add_signal_handler(number, self.exit)
            except (ValueError, RuntimeError, NotImplementedError):
                break
        begin(self, self._restore_theme, "theme")

    async def _restore_theme(self) -> None:
        try:
            theme = await self.shelf.ask(lambda reader: reader.state(THEME_KEY))
        except StoreError:
            theme = None  # the reading screen meets the same, and says so
        if theme in self.available_themes:
            self.theme = theme
        self.theme_changed_signal.subscribe(self.reading, self._keep_theme)

    def _keep_theme(self, theme: Theme) -> None:
        self.pen.later(lambda desk: desk.save_state(THEME_KEY, theme.name), self._trouble)

    def _trouble(self, error: BaseException) -> None:
        self.notify(told(error), severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the palette: Textual's for the theme and the end, and every key of ours."""
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Quit"):
                yield command
        if screen is not self.reading:
            return
        seen = set()
        for active in self.reading.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.action not in seen:
                seen.add(binding.action)
                key = binding.key_display or self.get_key_display(binding)
                doing = self._doing(binding.action, active.node)
                yield SystemCommand(binding.description, f"{binding.tooltip} ({key})", doing)

    def _doing(self, action: str, namespace: DOMNode) -> Callable[[], None]:
        def soon() -> None:  # when the palette has gone
            self.reading.call_later(self.run_action, action, namespace)

        return soon

    def close(self) -> None:
        """Keep the place and the drafts, and end the threads; once. Raises what the desk raises."""
        if self._put_away:
            return
        self._put_away = True
        try:
            place = self.reading.remembered if self.reading.begun else None
            self.pen.close(None if place is None else lambda desk: desk.save_state(PLACE_KEY, place))
        finally:
            self.shelf.close()

    async def on_unmount(self) -> None:
        self.close()


def run(reader_path: Path, desk: Desk, clock: Callable[[], float]) -> int:
    """Run the terminal UI until its reader leaves; the exit status. The caller has seen that there is a terminal."""
    app = ThimblApp(reader_path, desk, clock)
    try:
        app.run()
    finally:
        app.close()
    return app.return_code or 0
