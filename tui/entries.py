"""What a list has read of its rows, and how they are painted: as much of both as is kept.

Whatever was used longest ago goes first, and with an entry its strips: what is painted is what is there.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from textual.strip import Strip

from tui.paint import CURSOR, CURSOR_BLURRED
from tui.rows import Entry

ENTRIES_KEPT: Final = 600
"""Entries that are kept: several screens in both directions, some MiB even when each text is as long as it may be."""

ROWS_KEPT: Final = 400
"""Painted rows that are kept."""


class Entries(Mapping[int, Entry]):
    """Entries by key."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._painted: OrderedDict[tuple[int | None, str], list[Strip]] = OrderedDict()

    def __getitem__(self, key: int) -> Entry:
        return self._entries[key]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[int]:
        return iter(self._entries)

    @property
    def painted(self) -> int:
        """How many rows are painted."""
        return len(self._painted)

    def begin(self, entries: Mapping[int, Entry]) -> None:
        """Keep these and nothing else."""
        self._entries = OrderedDict(entries)
        self._painted.clear()

    def take(self, entries: Mapping[int, Entry]) -> None:
        """Keep these as well, and for them let go of others."""
        for key, entry in entries.items():
            self.put(key, entry)
        room = max(ENTRIES_KEPT, len(entries))
        while len(self._entries) > room and (oldest := next(iter(self._entries))) not in entries:
            self._drop(oldest)

    def put(self, key: int, entry: Entry) -> None:
        """Keep one, in place of what there was."""
        self._entries[key] = entry
        self._entries.move_to_end(key)
        self._unpaint(key)

    def keep(self, keys: Collection[int]) -> None:
        """Let go of all but these."""
        for key in self._entries.keys() - keys:
            self._drop(key)

    def _drop(self, key: int) -> None:
        del self._entries[key]
        self._unpaint(key)

    # As they are painted

    def _unpaint(self, key: int) -> None:
        for ground in ("", CURSOR, CURSOR_BLURRED):
            self._painted.pop((key, ground), None)

    def unpaint(self) -> None:
        """Let go of all that is painted."""
        self._painted.clear()

    def strips(self, key: int | None, ground: str) -> list[Strip] | None:
        """A row as it was painted on this ground; None as a key is any row whose entry is not here."""
        return self._painted.get((key, ground))

    def paint(self, key: int | None, ground: str, strips: list[Strip]) -> None:
        """Keep a row as it is painted; its entry, where it has one, was used just now."""
        if key is not None:
            self._entries.move_to_end(key)
        self._painted[key, ground] = strips
        if len(self._painted) > ROWS_KEPT:
            self._painted.popitem(last=False)
