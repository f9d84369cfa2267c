"""The Textual application: it owns the threads and the ending.

- The place where the reader was and the drafts are written on the way out, however that is: by `q`, by SIGTERM, by
  SIGHUP (the terminal was closed), or by an error; and the place now and then before, for where there is no way out.
- The theme is the one of the configuration, or where that names none, the one that was chosen last.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from textual.screen import Screen
from textual.theme import Theme

from thimbl.core.terminal import safe_line
from thimbl.store.errors import StoreError
from tui.acting import ThimblScreen
from tui.aside import Pen, Shelf, shelf_of, told
from tui.notifying import sequences
from tui.ports import PLACE_KEY, THEME_KEY, Desk
from tui.program import Program
from tui.settings import Comfort
from tui.workers import begin

KEEP_EVERY: Final = 30.0
"""Seconds between looks at whether the place has changed, which is then kept: what a flat battery costs at most."""

FAULTS_TOLD: Final = 3
"""Faults of the configuration that are told at the start: more would cover what is to be read."""


class ThimblApp(Program[None]):
    """The terminal UI. `clock` gives Unix seconds."""

    def __init__(
        self,
        reader_path: Path,
        desk: Desk,
        clock: Callable[[], float],
        comfort: Comfort | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """`shelf` is one of the same store, of whoever has asked it something already."""
        super().__init__(comfort or Comfort())
        self.shelf = shelf or shelf_of(reader_path, clock)
        self.books = shelf_of(reader_path, clock)
        self.pen = Pen(desk)
        self.pen.behind = self._tell_behind
        self.reading = ThimblScreen(self.shelf, self.pen, clock, self.books)
        self.reading.around = [partial(self.palettes.prepare, self)]
        if self.comfort.notify:
            self.reading.ring = self._ring
        self._put_away = False
        self._kept = ""
        self.left: Exception | None = None
        """Why the place could not be kept at the end."""
        self._faults = self._remap()

    def _remap(self) -> list[str]:
        """Change the keys as the configuration says; what is the matter with it."""
        if not self.comfort.keys and self.comfort.theme in (*self.available_themes, ""):
            return []
        from tui.scopes import remapped, unknown_theme  # only here: they import all there is

        made = remapped(self.comfort)
        self.reading.keymap = made.keys
        self.set_keymap(dict(made.keys))
        return [*unknown_theme(self.comfort), *made.faults]

    def get_default_screen(self) -> Screen[None]:
        """The one screen."""
        return self.reading

    async def before_key(self, key: str) -> None:
        """As the one screen says, where it is in front."""
        if self.screen is self.reading:
            await self.reading.before_key(key)

    def on_load(self) -> None:
        """Ask for where the reader left off, while the screen is made that shows it."""
        self.reading.prepare()

    def on_mount(self) -> None:
        self._loop_of_ours = asyncio.get_running_loop()
        self._context_of_ours = contextvars.copy_context()
        more = len(self._faults) - FAULTS_TOLD
        for fault in [*self._faults[:FAULTS_TOLD], *([f"And {more} more: see 'thimbl doctor'."] if more > 0 else [])]:
            self.notify(fault, title="config.yaml", severity="warning", timeout=30, markup=False)
        self.set_interval(KEEP_EVERY, self.keep_place)
        begin(self, self._restore_theme, "theme")

    async def _restore_theme(self) -> None:
        if not self.comfort.theme:
            try:
                theme = await self.shelf.ask(lambda reader: reader.state(THEME_KEY))
            except StoreError:
                theme = None  # the reading screen meets the same, and says so
            if theme in self.available_themes:
                self.theme = theme
        self.theme_changed_signal.subscribe(self.reading, self._keep_theme)

    def _ring(self, text: str) -> None:
        if self._driver is not None:
            self._driver.write(sequences(self.comfort.notify, text))

    def _keep_theme(self, theme: Theme) -> None:
        if self.comfort.theme:
            self.reading.say(f"config.yaml names {self.comfort.theme}, which comes back at the next start.")
        self.pen.keep_later(lambda desk: desk.save_state(THEME_KEY, theme.name), self._trouble)

    def _tell_behind(self, text: str) -> None:
        """From the thread of the desk: what was published is not in the store."""

        def tell() -> None:
            self.notify(safe_line(text), severity="warning", timeout=30, markup=False)

        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop_of_ours.call_soon_threadsafe(tell, context=self._context_of_ours)

    def keep_place(self) -> None:
        """Keep the place where the reader is by now, where that is another one than before."""
        if self.reading.begun and self._kept != (place := self.reading.remembered):
            self._kept = place
            # Where that fails, it is told at the end, and not twice a minute.
            self.pen.keep_later(lambda desk: desk.save_state(PLACE_KEY, place), lambda error: None)

    def _trouble(self, error: BaseException) -> None:
        self.notify(told(error), severity="warning", markup=False)

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
            self.books.close()

    async def on_unmount(self) -> None:
        try:
            self.close()
        except Exception as error:  # the desk may raise anything; told when the terminal is a terminal again
            self.left = error
