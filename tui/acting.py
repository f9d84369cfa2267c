"""The one screen, whole: reading, and all that is done besides.

Writing is `tui.writing`, links and copies are `tui.opening`, following is `tui.people`, asking others is
`tui.fetching`, noticing what is not in sight is `tui.noticing`; here they come together, with the keys of all of
them.
"""

from typing import ClassVar

from textual.binding import BindingType

from tui.keys import SCREEN_KEYS
from tui.looking import LookingScreen
from tui.noticing import NoticingScreen
from tui.people import PeopleScreen
from tui.writing import WritingScreen


class ThimblScreen(WritingScreen, LookingScreen, PeopleScreen, NoticingScreen):
    """All of it."""

    BINDINGS: ClassVar[list[BindingType]] = list(SCREEN_KEYS)
