"""Notifications of the terminal: escape sequences that reach whoever looks at another window.

- OSC 9 is `ESC ] 9 ; text ST`, as iTerm2 made it; OSC 99 is kitty's desktop notification protocol, a title and a body
  under one identifier, so that a newer one takes the place of an older.
- What is told is remote text: it is escaped as for any terminal, and so ends no sequence and begins none.
"""

from collections.abc import Collection
from typing import Final

from thimbl.core.terminal import safe_line
from tui.settings import Notice

MAX_TOLD: Final = 200
"""Characters of a notification: what desktops show, and far below the 2,048 bytes that kitty takes at once."""

NAME: Final = "thimbl"

_ST: Final = "\x1b\\"


def sequences(notices: Collection[Notice], text: str) -> str:
    """What is written to a terminal so that it tells `text` in each of these ways."""
    told = safe_line(text)
    told = told if len(told) <= MAX_TOLD else told[: MAX_TOLD - 1] + "…"
    made = {
        # The name before it, since `9;4;…` would be a progress bar to some.
        Notice.OSC9: f"\x1b]9;{NAME}: {told}{_ST}",
        Notice.OSC99: f"\x1b]99;i={NAME}:d=0;{NAME}{_ST}\x1b]99;i={NAME}:p=body;{told}{_ST}",
        Notice.BELL: "\a",
    }
    return "".join(made[notice] for notice in Notice if notice in notices)
