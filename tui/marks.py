"""What the reader has marked as read or unread, as long as the store may not say so yet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from thimbl.store.types import Item, ThreadItem
from tui.rows import Entry


class Marks:
    """Marks that are on their way to the store: they hold against what was read from it meanwhile."""

    def __init__(self) -> None:
        self._read: dict[int, bool] = {}

    def note(self, rowids: Iterable[int], read: bool) -> None:
        """These are marked."""
        self._read.update(dict.fromkeys(rowids, read))

    def settle(self, rowids: Iterable[int]) -> None:
        """The store knows by now."""
        for rowid in rowids:
            self._read.pop(rowid, None)

    def is_unread(self, item: Item) -> bool:
        """Whether it is unread to the person."""
        return not self._read.get(item.rowid, not item.unread)

    def is_marked_read(self, rowid: int) -> bool:
        """Whether it was marked as read, and the store may not know yet."""
        return self._read.get(rowid, False)

    def one(self, entry: Entry) -> Entry:
        """The entry as it is marked."""
        if isinstance(entry, ThreadItem) and entry.item is not None:
            return replace(entry, item=replace(entry.item, unread=self.is_unread(entry.item)))
        return replace(entry, unread=self.is_unread(entry)) if isinstance(entry, Item) else entry

    def apply(self, entries: Mapping[int, Entry]) -> dict[int, Entry]:
        """The entries as they are marked."""
        return {key: self.one(entry) for key, entry in entries.items()}
