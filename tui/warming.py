"""What keys open is imported before they are pressed: aside, once the first screen stands.

Nothing of it is needed to begin with, and the first press of each key would wait for it. Whoever leaves at once waits
until that one import is done.
"""

from collections.abc import Sequence
from importlib import import_module
from threading import Thread
from typing import Final

WARM_AFTER: Final = 0.5
"""Seconds after the first screen: by then it is whole, and the reader looks at it."""

OPENED: Final = (
    "tui.dialogs",
    "tui.log",
    "tui.composer",
    "tui.bonds.pane",
    "tui.commune.pane",
    "tui.follow",
    "tui.mutes",
    "tui.record",
    "tui.comparing",
    "tui.offers",
)
"""Modules, those that are opened most often first."""


def warm(modules: Sequence[str] = OPENED) -> Thread:
    """Import them in a thread that is returned; one that can not be imported fails where it is needed."""

    def go() -> None:
        for name in modules:
            try:
                import_module(name)
            except Exception:  # whoever opens it meets the same, and says so
                return

    thread = Thread(target=go, name="thimbl-warming")
    thread.start()
    return thread
