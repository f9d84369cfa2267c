"""What the store keeps for a person, and the programs that fill it."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from thimbl.core.address import Address
from thimbl.core.web import FeedUrl
from thimbl.home.desks.part import Part
from thimbl.home.durable import try_lock

STORE_PATIENCE: Final = 1.0
"""Seconds for which one change waits for another writer: it is tried again, but for one who leaves (`tui.keeping`)."""


class StoreDesk(Part):
    """Marks and states in the store, and the argv of whoever asks others."""

    def mark(self, rowids: Sequence[int], read: bool) -> None:
        """Mark items as read, or as unread."""
        with self.account.writer(STORE_PATIENCE) as writer:
            writer.mark(rowids, read)

    def save_state(self, key: str, value: str) -> None:
        """Keep what `Reader.state` gives back at the next start."""
        with self.account.writer(STORE_PATIENCE) as writer:
            writer.set_state(key, value)

    # children

    def fetch_command(self) -> list[str]:
        """The argv of a child that fetches once, one JSON object a line on its standard output."""
        return [*_program(), "fetch", "--json"]

    def watch_command(self) -> list[str] | None:
        """The argv of a child that fetches for as long as it runs; None where another poller is at work."""
        held = try_lock(self.account.paths.lock)
        if held is None:
            return None
        os.close(held)
        return [*_program(), "fetch", "--watch"]

    def preview(self, address: Address) -> list[str]:
        """The argv of a child that fingers `address` and writes the answer to its standard output."""
        return [*_program(), "finger", str(address)]

    def look_at_feed(self, url: FeedUrl) -> list[str]:
        """The argv of a child that looks at a feed of the web and writes what it found as one JSON object."""
        return [*_program(), "follow", str(url), "--look", "--json"]


def _program() -> list[str]:
    """This program again, whichever way it was started and wherever its script is."""
    return [sys.executable, "-m", "thimbl"]
