"""Items and authors as readers see them: made of rows, and marked where the reader's person has muted them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from thimbl.core.address import Address, AddressError, Reference, begins_id
from thimbl.store import selection, threads
from thimbl.store.authors import AUTHOR_ID, author_id
from thimbl.store.database import Database, chunks, marks
from thimbl.store.mutes import Mute, Muting
from thimbl.store.offers import with_series
from thimbl.store.rows import (
    AUTHOR_COLUMNS,
    BRIEF_COLUMNS,
    ITEM_COLUMNS,
    ITEM_TABLES,
    author_of,
    brief_of,
    evidence_of,
    item_of,
)
from thimbl.store.types import Author, Brief, Evidence, Item, Selection, ThreadItem

FOUND: Final = 10
"""Items that an ambiguous prefix is answered with: enough to choose from."""


class Lists:
    """What `thimbl.store.reader.Reader` hands out of items and authors; its methods say what each is."""

    def __init__(self, database: Database, clock: Callable[[], float] | None) -> None:
        """`clock` gives Unix seconds for the person whose store it is; None: it is read for nobody."""
        self._db = database
        self._muting = Muting(database, clock)

    # items

    def rowids(self, selection_: Selection, limit: int | None = None) -> list[int]:
        """The rowids of a selection, newest first."""
        return selection.rowids(self._db, selection_, limit, self._muting.hidden())

    def items(self, rowids: Sequence[int]) -> list[Item]:
        """The items of these rowids in the same order, without those that are gone."""
        found: dict[int, Item] = {}
        for some in chunks(rowids):
            for row in self._db.rows(
                f"SELECT {ITEM_COLUMNS} FROM {ITEM_TABLES} WHERE item.rowid IN ({marks(some)})", some
            ):
                found[row[0]] = item_of(row)
        return self._marked(with_series(self._db, [found[rowid] for rowid in rowids if rowid in found]))

    def _marked(self, items: Sequence[Item]) -> list[Item]:
        hidden = self._muting.hidden()
        if not hidden:
            return [*items]
        by = [hidden.addresses.get(str(item.address)) or hidden.rowids.get(item.rowid) for item in items]
        return [replace(item, muted=what) if what else item for item, what in zip(items, by, strict=True)]

    def count(self, selection_: Selection) -> int:
        """How many items a selection holds."""
        return selection.count(self._db, selection_, self._muting.hidden())

    def holds(self, selection_: Selection, rowid: int) -> bool:
        """Whether this item is one of a selection."""
        return selection.holds(self._db, selection_, rowid, self._muting.hidden())

    def find(self, prefix_or_reference: str) -> list[Item]:
        """The items that are named so, newest first."""
        place, hash_, prefix = prefix_or_reference.strip().rpartition("#")
        if not begins_id(prefix):
            return []
        query = selection.Query()
        # Letters and digits of base32 lie below '~'.
        query.add("item.id >= ? AND item.id < ?", prefix, prefix + "~")
        if hash_ and place:
            try:
                author = author_id(self._db, Address.parse(place))
            except AddressError:
                return []
            query.add("item.author = ?", author)
        return self.items(
            self._db.column(query.sql("item.rowid", "ORDER BY item.rowid DESC LIMIT ?"), [*query.values, FOUND])
        )

    def thread(self, reference: Reference) -> list[ThreadItem]:
        """The tree that a message stands in."""
        places = threads.thread(self._db, reference)
        if not self._muting.hidden():
            return places
        marked = iter(self._marked([place.item for place in places if place.item is not None]))
        return [place if place.item is None else replace(place, item=next(marked)) for place in places]

    # people

    def author(self, address: Address) -> Author | None:
        """Whoever has this address, or had it."""
        return self._author("author.id = ?", author_id(self._db, address))

    def me(self) -> Author | None:
        """Oneself."""
        return self._author("author.is_me = ?", 1)

    def _author(self, condition: str, value: object) -> Author | None:
        row = self._db.row(f"SELECT {AUTHOR_COLUMNS} FROM author WHERE {condition}", (value,))
        return None if row is None else self._with_mute(author_of(row))

    def _with_mute(self, author: Author) -> Author:
        return replace(author, muted=True) if author.id in self._muting.hidden().authors else author

    def brief(self, address: Address) -> Brief | None:
        """What is to be known of whoever has this address, or had it, before they are asked; one query."""
        row = self._db.row(f"SELECT {BRIEF_COLUMNS} FROM author WHERE id = {AUTHOR_ID}", (str(address),))
        return None if row is None else brief_of(row)

    def authors(self, followed_only: bool = True) -> list[Author]:
        """Those who are followed, or all who are known, by nick and then address."""
        condition = "WHERE author.followed = 1" if followed_only else ""
        rows = self._db.rows(
            f"SELECT {AUTHOR_COLUMNS} FROM author {condition} "
            "ORDER BY author.nick IS NULL, author.nick COLLATE NOCASE, author.nick, author.address"
        )
        return [self._with_mute(author_of(row)) for row in rows]

    def evidence(self, address: Address) -> list[Evidence]:
        """The answers that were kept as evidence about an author, newest first."""
        rows = self._db.rows(
            "SELECT verdict, reason, time, raw FROM evidence WHERE author = ? ORDER BY time DESC, id DESC",
            (author_id(self._db, address),),
        )
        return [evidence_of(row) for row in rows]

    def mutes(self) -> tuple[Mute, ...]:
        """What the person has muted, ended or not."""
        return self._muting.mutes()
