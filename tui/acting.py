"""The one screen, whole: reading, and all that is done besides.

Writing is `tui.writing`, drafts that wait are `tui.drafting`, links and copies are `tui.opening`, following is
`tui.people`, asking others is `tui.fetching`, noticing what is not in sight is `tui.noticing`; here they come together,
with the keys of all of them.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.drafting import DraftingScreen
from tui.going import HELD
from tui.keyhelp import bindings, display
from tui.keys import ANYWHERE, SCREEN_KEYS, action_of, of_lists
from tui.looking import LookingScreen
from tui.noticing import NoticingScreen
from tui.people import PeopleScreen
from tui.places import Spot


class ThimblScreen(DraftingScreen, LookingScreen, PeopleScreen, NoticingScreen):
    """All of it."""

    BINDINGS: ClassVar[list[BindingType]] = list(SCREEN_KEYS)

    _awaited: Spot | None = None
    """The place that a key has waited for."""

    def on_key(self, event: events.Key) -> None:
        """A key that is about posts is met with a sentence where there are none."""
        binding = self._of_posts.get(event.key) if self.spot.place.is_pane else None
        if binding is not None and event.key not in self.active_bindings:
            self.say(f"{display(self.app, binding)} is about posts, and here are none: {binding.tooltip}.")

    async def before_key(self, key: str) -> None:
        """Wait for the place where the reader is going, as long as nothing is painted for it, if what was typed is
        about what is there. Where that does not come, what is typed next waits for it no more."""
        if self.is_listed or self._awaited is self.spot:
            return
        active = self.active_bindings.get(key)
        if active is not None and action_of(active.binding) not in ANYWHERE:
            self._awaited = self.spot
            with suppress(TimeoutError):
                await asyncio.wait_for(self.arrival(), HELD)

    @cached_property
    def _of_posts(self) -> Mapping[str, Binding]:
        """The keys that are about posts, as the configuration has them from the start."""
        return {one.key: one for one in bindings(SCREEN_KEYS, self.keymap) if of_lists(action_of(one))}
