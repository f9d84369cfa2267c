"""Dialogs that are mounted before anybody asks for them: that takes longer than all else that their keys do.

What such a dialog is about, it is told by its `about` when it is taken. When it is left, another one is mounted for
the next time.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.app import App

from tui.warming import PAUSE
from tui.workers import begin

if TYPE_CHECKING:
    from tui.over import Over  # the first screen needs none

S = TypeVar("S", bound="Over[Any]")


class Waiting(Generic[S]):
    """One dialog of a kind, which `make` makes; `name` is what the application calls it."""

    def __init__(self, name: str, make: Callable[[], S]) -> None:
        self._name, self._make = name, make
        self.one: S | None = None
        """The one that waits."""

    async def prepare(self, app: App[Any]) -> None:
        """Mount one, where none waits."""
        if self.one is None:
            made = self.one = self._make()
            app.install_screen(made, self._name)  # or it would outlive the program
            await app._get_screen(made)[1]
            await self._lay_out(made, app)

    async def _lay_out(self, made: S, app: App[Any]) -> None:
        """Tell all that is in it its size, and those that came by that; what they ask for then changes nothing. Where
        it is taken meanwhile, the rest is done when it is shown."""
        for _ in range(2):
            if self.one is made:
                made._refresh_layout(app.size)
                done = asyncio.Event()
                made.call_later(done.set)
                await done.wait()
        if self.one is made:
            made._layout_required = False

    def take(self, app: App[Any]) -> S:
        """The one that waits, or a new one: it is the caller's now, to tell it what it is about and to show it."""
        made, self.one = self.one, None
        if made is None:
            return self._make()
        app.uninstall_screen(self._name)
        return made

    def prepare_soon(self, app: App[Any]) -> None:
        """Mount the next one, when the key that left this one has been answered, and the one after it."""
        begin(app, partial(self._prepare_soon, app), self._name, exclusive=True)

    async def _prepare_soon(self, app: App[Any]) -> None:
        await asyncio.sleep(PAUSE)
        await self.prepare(app)
