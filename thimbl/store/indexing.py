"""From records to items: what the writer does with each answer, and a rebuild with all of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from thimbl.core.records import Record
from thimbl.core.text import Nicks
from thimbl.store.database import Database
from thimbl.store.derive import AS_WRITTEN, Line, is_item, line_of, line_of_message, target_of
from thimbl.store.edits import Settling
from thimbl.store.follows import nicks_of
from thimbl.store.items import Items

if TYPE_CHECKING:
    from thimbl.core.classic import Message

CHUNK: Final = 1_000
"""Records that a rebuild has in memory at once: a few MiB."""


class Indexing:
    """Makes the items of one author, inside a transaction."""

    def __init__(self, database: Database, items: Items, author: int, nicks: Nicks | None = None) -> None:
        """`nicks` are what the author calls people, where the caller knows it."""
        self._db = database
        self._items = items
        self._author = author
        self._nicks = nicks_of(database, author) if nicks is None else nicks

    def touched_by(self, arrived: Mapping[str, Record], revived: Iterable[Record] = ()) -> set[str]:
        """The ids whose posts may show something else, now that these records are stored.

        `arrived` by id; of the `revived` only the body is new.
        """
        touched = {record.id for record in revived}
        touched |= {target for record in (*arrived.values(), *revived) if (target := target_of(record)) is not None}
        if arrived:
            seqs = [record.seq for record in arrived.values()]
            touched |= arrived.keys() & self._db.column(
                "SELECT record.id FROM record JOIN record AS other "
                "ON other.author = record.author AND other.target = record.id "
                "WHERE record.author = ? AND record.seq BETWEEN ? AND ?",
                (self._author, min(seqs), max(seqs)),
            )
        return touched

    def add(
        self, arrived: Mapping[str, Record], touched: Iterable[str], stored: Mapping[str, int], *, unread: bool
    ) -> int:
        """Make the items of `arrived`, which have none yet, and those of `touched` anew; how many are new.

        `stored` says when each first came, in Unix seconds.
        """
        shown = Settling(self._db, self._author, arrived).settle(touched)
        for id_ in shown.keys() - arrived.keys():
            rowid, data = self._db.rows(
                "SELECT item.rowid, record.data FROM item JOIN record "
                "ON record.author = item.author AND record.seq = item.seq WHERE item.id = ? AND item.author = ?",
                (id_, self._author),
            )[0]
            self._items.replace(rowid, line_of(Record.from_data(json.loads(data)), shown[id_]), self._nicks)
        lines = [
            (line_of(record, shown.get(id_, AS_WRITTEN)), stored[id_])
            for id_, record in arrived.items()
            if is_item(record.kind)
        ]
        return self._items.insert(self._author, lines, self._nicks, unread=unread)

    def add_messages(self, messages: "Iterable[Message]", stored: Mapping[str, int], *, unread: bool) -> int:
        """Make the items of messages of version 1; of two that are the same one."""
        lines: dict[str, tuple[Line, int]] = {
            message.id: (line_of_message(message), stored[message.id]) for message in messages
        }
        return self._items.insert(self._author, lines.values(), self._nicks, unread=unread)

    def rebuild(self) -> None:
        """Make all items of the author's records, of which there are none."""
        for chunk, stored in self._chunks():
            arrived = {record.id: record for record in chunk}
            self.add(arrived, self.touched_by(arrived), stored, unread=False)

    def _chunks(self) -> Iterator[tuple[list[Record], dict[str, int]]]:
        last = 0
        while rows := self._db.rows(
            "SELECT data, stored FROM record WHERE author = ? AND seq > ? ORDER BY seq LIMIT ?",
            (self._author, last, CHUNK),
        ):
            records = [Record.from_data(json.loads(data)) for data, _ in rows]
            yield records, {record.id: stored for record, (_, stored) in zip(records, rows, strict=True)}
            last = records[-1].seq
