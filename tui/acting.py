"""The one screen, whole: reading, and all that is done besides.

Writing is `tui.writing`, drafts that wait are `tui.drafting`, links and copies are `tui.opening`, following is
`tui.people`, asking others is `tui.fetching`, noticing what is not in sight is `tui.noticing`; here they come together,
with the keys of all of them.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.drafting import DraftingScreen
from tui.keyhelp import bindings, display
from tui.keys import SCREEN_KEYS, action_of, of_lists
from tui.looking import LookingScreen
from tui.noticing import NoticingScreen
from tui.people import PeopleScreen


class ThimblScreen(DraftingScreen, LookingScreen, PeopleScreen, NoticingScreen):
    """All of it."""

    BINDINGS: ClassVar[list[BindingType]] = list(SCREEN_KEYS)

    def on_key(self, event: events.Key) -> None:
        """A key that is about posts is met with a sentence where there are none."""
        binding = self._of_posts.get(event.key) if self.spot.place.is_pane else None
        if binding is not None and event.key not in self.active_bindings:
            self.say(f"{display(self.app, binding)} is about posts, and here are none: {binding.tooltip}.")

    @cached_property
    def _of_posts(self) -> Mapping[str, Binding]:
        """The keys that are about posts, as the configuration has them from the start."""
        return {one.key: one for one in bindings(SCREEN_KEYS, self.keymap) if of_lists(action_of(one))}
