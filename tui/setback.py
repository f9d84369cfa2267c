"""Whether this machine's clock was set back, by what the machine itself wrote down: of others nothing is believed.

What is signed then bears a time before that of older posts, ages are wrong, and so is what is muted for a time. Nothing
is lost by it, and whoever is asked is asked as before (`thimbl.core.schedule`). `thimbl doctor` looks closer.
"""

from collections.abc import Callable
from typing import Final

from thimbl.core.times import MINUTE
from tui.when import precise

SLACK: Final = 5 * MINUTE
"""Seconds that a clock may go back without a word, as between two machines in Kerberos (RFC 4120 8.2)."""


class ClockWatch:
    """Notices once that `clock`, in Unix seconds, has gone back, and again only when it was right in between."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest = 0.0
        self._is_back = False

    def know(self, then: int | None) -> None:
        """It was at this time before, in Unix seconds."""
        self._latest = max(self._latest, then or 0)

    def look(self) -> str:
        """What to say now; empty where there is nothing new to say."""
        now = self._clock()
        was_back, self._is_back = self._is_back, now < self._latest - SLACK
        self._latest = max(self._latest, now)
        if was_back or not self._is_back:
            return ""
        told, before = precise(int(now)), precise(int(self._latest))
        return (
            f"This machine's clock was set back: it says {told}, and has said {before} before. "
            "What you sign now bears the wrong time: set the clock first ('timedatectl', 'date')."
        )
