"""Searching: the line in which words are typed, over the list of what is found."""

from typing import TYPE_CHECKING

from tui.going import GoingScreen
from tui.places import Place, Spot, Tab

if TYPE_CHECKING:
    from textual.widgets import Input


class SearchingScreen(GoingScreen):
    """The ways between places, with the one that is typed."""

    def action_view(self, name: str) -> None:
        """Another view; that of a search without words asks for some."""
        super().action_view(name)
        self.hide_search()
        if self.spot.place.tab is Tab.SEARCH and not self.spot.place.words:
            self.action_search()

    def action_turn_view(self, step: int) -> None:
        """The next view; who only passes by is asked for no words, or the key that brought them would be one."""
        super().action_turn_view(step)
        self.hide_search()

    def action_back(self, may_quit: bool = False) -> None:
        """Out of the search line, or out of what is shown."""
        if self.is_searching:
            self.hide_search()
        else:
            super().action_back(may_quit)

    def action_search(self) -> None:
        """Ask for words; in a pane over it, so that `back` comes back."""
        if self.spot.place.is_pane:
            self.go(self._spots.get(Tab.SEARCH, Spot(Place(Tab.SEARCH))).place)
        self.words.value = self.spot.place.words or self.words.value  # selected: to change, or to type over
        self.words.display = True
        self.set_focus(self.words)  # at once: the next key is a letter of them

    def hide_search(self) -> None:
        """Put the search line away."""
        self.put_words_away()
        if not self.spot.place.is_pane:
            self.set_focus(self.timeline)

    def on_input_submitted(self, message: "Input.Submitted") -> None:
        """Search for what was typed, where it was typed into the search line."""
        if message.input is not self._words:
            return
        words = message.value.strip()
        if words:
            place = Place(Tab.SEARCH, words=words)
            if self.spot.place.is_view and self.spot.place.tab is Tab.SEARCH:
                self._leave()
                self._open_soon(Spot(place))
            else:
                self.go(place)
        self.hide_search()
