"""What the reader has marked as read or unread, as long as the store may not say so yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from thimbl.store.types import Item, ThreadItem
from tui.rows import Entry


class Marks:
    """Marks that are on their way to the store: they hold against what was read from it meanwhile.

    Each `note` is settled once, in the same order; of several marks of one row the last holds until then.
    """

    def __init__(self) -> None:
        self._read: dict[int, bool] = {}
        self._waiting: Counter[int] = Counter()

    def note(self, rowids: Sequence[int], read: bool) -> None:
        """These are marked."""
        self._read.update(dict.fromkeys(rowids, read))
        self._waiting.update(rowids)

    def settle(self, rowids: Iterable[int]) -> None:
        """The store knows by now, or never will."""
        for rowid in rowids:
            self._waiting[rowid] -= 1
            if self._waiting[rowid] <= 0:
                del self._waiting[rowid]
                self._read.pop(rowid, None)

    def is_unread(self, item: Item) -> bool:
        """Whether it is unread to the person."""
        return not self._read.get(item.rowid, not item.unread)

    def is_marked_read(self, rowid: int) -> bool:
        """Whether it was marked as read, and the store may not know yet."""
        return self._read.get(rowid, False)

    def one(self, entry: Entry) -> Entry:
        """The entry as it is marked."""
        item = entry.item if isinstance(entry, ThreadItem) else entry
        return marked(entry, not self.is_unread(item)) if isinstance(item, Item) else entry

    def apply(self, entries: Mapping[int, Entry]) -> dict[int, Entry]:
        """The entries as they are marked."""
        return {key: self.one(entry) for key, entry in entries.items()}


def marked(entry: Entry, read: bool) -> Entry:
    """The entry as read or unread, where it has an item."""
    if isinstance(entry, ThreadItem) and entry.item is not None:
        return replace(entry, item=replace(entry.item, unread=not read))
    return replace(entry, unread=not read) if isinstance(entry, Item) else entry
