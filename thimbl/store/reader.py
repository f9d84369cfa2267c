"""Reading the store. A `Reader` never changes it, and never waits for whoever does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from thimbl.core.address import Address, AddressError, Reference, begins_id
from thimbl.core.log import Known
from thimbl.store import edits, log, naming, schema, selection, threads
from thimbl.store.database import Database, chunks, marks
from thimbl.store.known import Acquaintance, Wanted, acquaintances
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
from thimbl.store.types import Author, Brief, Evidence, Item, Selection, ThreadItem, View

if TYPE_CHECKING:
    from thimbl.core.commune.gather import Gathering
    from thimbl.store.kept import Part
    from thimbl.store.ledgers import Choice, Ledgers

FOUND: Final = 10
"""Items that an ambiguous prefix is answered with: enough to choose from."""



class Reader:
    """A handle on the store for reading. Every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._muting = Muting(database, None)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store at `path`. Raises `StoreMissing` where there is none, and other `StoreError`s."""
        return cls(Database.reading(path))

    def for_person(self, clock: Callable[[], float]) -> Self:
        """The same handle, reading for the person whose store it is, by a clock in Unix seconds: what they have muted
        is left out of lists, and marked elsewhere (`thimbl.store.mutes`). For anyone else nothing is muted."""
        self._muting = Muting(self._db, clock)
        return self

    def close(self) -> None:
        """Close the handle; a second time does nothing."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where the store is."""
        return self._db.path

    def data_version(self) -> int:
        """A number that changes when anyone else has written. Raises `StoreTooNew` where that was a newer thimbl, which
        has made other tables of it."""
        version = int(self._db.value("PRAGMA data_version"))
        schema.is_of(int(self._db.value("PRAGMA user_version")))
        return version

    # items

    def rowids(self, selection_: Selection, limit: int | None = None) -> list[int]:
        """The rowids of a selection, newest first: a whole timeline costs 8 bytes a post until it is looked at."""
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

    def timeline(self, selection_: Selection, limit: int) -> list[Item]:
        """The newest `limit` items of a selection, newest first."""
        return self.items(self.rowids(selection_, limit))

    def count(self, selection_: Selection) -> int:
        """How many items a selection holds."""
        return selection.count(self._db, selection_, self._muting.hidden())

    def unread(self, view: View) -> int:
        """How many unread items a view holds."""
        return self.count(Selection(view, unread=True))

    def find(self, prefix_or_reference: str) -> list[Item]:
        """The items of `address#id`, `address#prefix` or `prefix` of an id: at most `FOUND`, newest first."""
        place, hash_, prefix = prefix_or_reference.strip().rpartition("#")
        if not begins_id(prefix):
            return []
        query = selection.Query()
        # Letters and digits of base32 lie below '~'.
        query.add("item.id >= ? AND item.id < ?", prefix, prefix + "~")
        if hash_ and place:
            try:
                author = selection.author_id(self._db, Address.parse(place))
            except AddressError:
                return []
            query.add("item.author = ?", author)
        return self.items(
            self._db.column(query.sql("item.rowid", "ORDER BY item.rowid DESC LIMIT ?"), [*query.values, FOUND])
        )

    def thread(self, reference: Reference) -> list[ThreadItem]:
        """The whole tree that a message stands in, in reading order; bounded as `thimbl.store.threads` says."""
        places = threads.thread(self._db, reference)
        if not self._muting.hidden():
            return places
        marked = iter(self._marked([place.item for place in places if place.item is not None]))
        return [place if place.item is None else replace(place, item=next(marked)) for place in places]

    def earlier_texts(self, item: Item) -> list[tuple[int, str]]:
        """What a post said before its newest edit: the original and the edits in between, as (time, text)."""
        return edits.earlier_texts(self._db, item)

    def retracted_at(self, item: Item) -> int | None:
        """When its author took a post back, in Unix seconds; None where they did not."""
        return edits.retracted_at(self._db, item)

    # people

    def author(self, address: Address) -> Author | None:
        """Whoever has this address, or had it before they moved."""
        return self._author("author.id = ?", selection.author_id(self._db, address))

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
        row = self._db.row(f"SELECT {BRIEF_COLUMNS} FROM author WHERE id = {selection.AUTHOR_ID}", (str(address),))
        return None if row is None else brief_of(row)

    def authors(self, followed_only: bool = True) -> list[Author]:
        """Those who are followed, or all who are known, by nick and then address."""
        condition = "WHERE author.followed = 1" if followed_only else ""
        rows = self._db.rows(
            f"SELECT {AUTHOR_COLUMNS} FROM author {condition} "
            "ORDER BY author.nick IS NULL, author.nick COLLATE NOCASE, author.nick, author.address"
        )
        return [self._with_mute(author_of(row)) for row in rows]

    def acquaintances(self, wanted: Wanted) -> list[Acquaintance]:
        """Whom one's own people follow, and who names oneself: see `thimbl.store.known`."""
        return acquaintances(self._db, wanted)

    def evidence(self, address: Address) -> list[Evidence]:
        """The answers that were kept as evidence about an author, newest first."""
        rows = self._db.rows(
            "SELECT verdict, reason, time, raw FROM evidence WHERE author = ? ORDER BY time DESC, id DESC",
            (selection.author_id(self._db, address),),
        )
        return [evidence_of(row) for row in rows]

    # what somebody may name

    def nicks(self) -> dict[Address, str]:
        """What one calls those whom one follows."""
        return naming.nicks(self._db)

    def people_like(self, begins: str, limit: int) -> list[naming.Named]:
        """Those whose nick, name or address begins so: the followed first."""
        return naming.people(self._db, begins, limit)

    def tags_like(self, begins: str, limit: int) -> list[str]:
        """The tags that begin so, folded and without ``#``, the one that was used last first."""
        return naming.tags(self._db, begins, limit)

    # what was fetched

    def known(self, address: Address, low: int, high: int) -> Known:
        """What is known before an answer that may touch records `low` to `high`: `seen` holds `low` - 1 to `high`."""
        return log.known(self._db, address, low, high)

    def record_data(self, address: Address, low: int, high: int) -> list[dict[str, Any]]:
        """The data of records `low` to `high` as they came, oldest first; a retracted one with its digest."""
        return log.record_data(self._db, address, low, high)

    def first_came(self, address: Address, seq: int) -> int | None:
        """When record `seq` first came here, in Unix seconds; None where it is not here."""
        return log.first_came(self._db, address, seq)

    def turns(self, address: Address, low: int, high: int) -> list[dict[str, Any]]:
        """Of records `low` to `high` those that changed the log's key or address, newest first, as they came."""
        return log.turns(self._db, address, low, high)

    def head_data(self, address: Address) -> dict[str, Any] | None:
        """The newest verified head as it came."""
        return log.head_data(self._db, address)

    def ledgers(self, choice: "Choice | None" = None) -> "Ledgers":
        """The communes, to be folded and kept up to date: see `thimbl.store.ledgers`. Reads nothing yet."""
        from thimbl.store.ledgers import Ledgers  # only here, as below

        return Ledgers(self._db, choice)

    def kept_ledgers(self, part: "Part", commune: Address | None = None) -> list[str]:
        """What was kept of one ledger or of all, and still holds: see `thimbl.store.kept`."""
        from thimbl.store import kept

        return kept.recall(self._db, part, commune)

    def gather(self) -> "Gathering":
        """The logs of all who ever announced something, for ledgers."""
        from thimbl.store.logs import gather  # only here: a timeline has no use for the rules of communes

        return gather(self._db)

    # hosts and state

    def mutes(self) -> tuple[Mute, ...]:
        """What the person has muted, ended or not."""
        return self._muting.mutes()

    def features(self, hostport: str) -> frozenset[str] | None:
        """The views that a host has announced (plan-format 6); None: it has none, or was never asked."""
        row = self._db.row("SELECT features FROM host WHERE hostport = ?", (hostport,))
        return None if row is None or row[0] is None else frozenset(row[0].split())

    def state(self, key: str) -> str | None:
        """What a user interface kept under `key`."""
        value: str | None = self._db.value("SELECT value FROM state WHERE key = ?", (key,))
        return value
