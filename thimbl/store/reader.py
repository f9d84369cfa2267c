"""Reading the store. A `Reader` never changes it, and never waits for whoever does.

What only some readings need is loaded in their methods: whoever publishes a post opens the store too, and the values
that lists are made of would be a tenth of what that takes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from thimbl.core.address import Address, Reference
from thimbl.core.log import Known
from thimbl.store import log, schema
from thimbl.store.database import Database

if TYPE_CHECKING:
    from thimbl.core.commune.gather import Gathering
    from thimbl.store.kept import Part
    from thimbl.store.known import Acquaintance, Wanted
    from thimbl.store.ledgers import Choice, Ledgers
    from thimbl.store.lists import Lists
    from thimbl.store.mutes import Mute
    from thimbl.store.naming import Named
    from thimbl.store.types import Author, Brief, Evidence, Item, Selection, ThreadItem, View


class Reader:
    """A handle on the store for reading. Every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._clock: Callable[[], float] | None = None
        self._found: Lists | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store at `path`. Raises `StoreMissing` where there is none, and other `StoreError`s."""
        return cls(Database.reading(path))

    def for_person(self, clock: Callable[[], float]) -> Self:
        """The same handle, reading for the person whose store it is, by a clock in Unix seconds: what they have muted
        is left out of lists, and marked elsewhere (`thimbl.store.mutes`). For anyone else nothing is muted."""
        self._clock, self._found = clock, None
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

    @property
    def _lists(self) -> "Lists":
        if self._found is None:
            from thimbl.store.lists import Lists

            self._found = Lists(self._db, self._clock)
        return self._found

    # items

    def rowids(self, selection_: "Selection", limit: int | None = None) -> list[int]:
        """The rowids of a selection, newest first: a whole timeline costs 8 bytes a post until it is looked at."""
        return self._lists.rowids(selection_, limit)

    def items(self, rowids: Sequence[int]) -> "list[Item]":
        """The items of these rowids in the same order, without those that are gone."""
        return self._lists.items(rowids)

    def timeline(self, selection_: "Selection", limit: int) -> "list[Item]":
        """The newest `limit` items of a selection, newest first."""
        return self.items(self.rowids(selection_, limit))

    def count(self, selection_: "Selection") -> int:
        """How many items a selection holds."""
        return self._lists.count(selection_)

    def holds(self, selection_: "Selection", rowid: int) -> bool:
        """Whether this item is one of a selection, and in no muted part of it."""
        return self._lists.holds(selection_, rowid)

    def unread(self, view: "View") -> int:
        """How many unread items a view holds."""
        from thimbl.store.types import Selection

        return self.count(Selection(view, unread=True))

    def find(self, prefix_or_reference: str) -> "list[Item]":
        """The items of `address#id`, `address#prefix` or `prefix` of an id, newest first: at most
        `thimbl.store.lists.FOUND`."""
        return self._lists.find(prefix_or_reference)

    def thread(self, reference: Reference) -> "list[ThreadItem]":
        """The whole tree that a message stands in, in reading order; bounded as `thimbl.store.threads` says."""
        return self._lists.thread(reference)

    def earlier_texts(self, item: "Item") -> list[tuple[int, str]]:
        """What a post said before its newest edit: the original and the edits in between, as (time, text)."""
        from thimbl.store.edits import earlier_texts

        return earlier_texts(self._db, item)

    def retracted_at(self, item: "Item") -> int | None:
        """When its author took a post back, in Unix seconds; None where they did not."""
        from thimbl.store.edits import retracted_at

        return retracted_at(self._db, item)

    # people

    def author(self, address: Address) -> "Author | None":
        """Whoever has this address, or had it before they moved."""
        return self._lists.author(address)

    def me(self) -> "Author | None":
        """Oneself."""
        return self._lists.me()

    def brief(self, address: Address) -> "Brief | None":
        """What is to be known of whoever has this address, or had it, before they are asked; one query."""
        return self._lists.brief(address)

    def authors(self, followed_only: bool = True) -> "list[Author]":
        """Those who are followed, or all who are known, by nick and then address."""
        return self._lists.authors(followed_only)

    def acquaintances(self, wanted: "Wanted") -> "list[Acquaintance]":
        """Whom one's own people follow, and who names oneself: see `thimbl.store.known`."""
        from thimbl.store.known import acquaintances

        return acquaintances(self._db, wanted)

    def evidence(self, address: Address) -> "list[Evidence]":
        """The answers that were kept as evidence about an author, newest first."""
        return self._lists.evidence(address)

    # what somebody may name

    def nicks(self) -> dict[Address, str]:
        """What one calls those whom one follows."""
        from thimbl.store import naming

        return naming.nicks(self._db)

    def people_like(self, begins: str, limit: int) -> "list[Named]":
        """Those whose nick, name or address begins so: the followed first."""
        from thimbl.store import naming

        return naming.people(self._db, begins, limit)

    def tags_like(self, begins: str, limit: int) -> list[str]:
        """The tags that begin so, folded and without ``#``, the one that was used last first."""
        from thimbl.store import naming

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
        from thimbl.store.ledgers import Ledgers

        return Ledgers(self._db, choice)

    def kept_ledgers(self, part: "Part", commune: Address | None = None) -> list[str]:
        """What was kept of one ledger or of all, and still holds: see `thimbl.store.kept`."""
        from thimbl.store import kept

        return kept.recall(self._db, part, commune)

    def gather(self) -> "Gathering":
        """The logs of all who ever announced something, for ledgers."""
        from thimbl.store.logs import gather

        return gather(self._db)

    # hosts and state

    def mutes(self) -> "tuple[Mute, ...]":
        """What the person has muted, ended or not."""
        return self._lists.mutes()

    def features(self, hostport: str) -> frozenset[str] | None:
        """The views that a host has announced (plan-format 6); None: it has none, or was never asked."""
        row = self._db.row("SELECT features FROM host WHERE hostport = ?", (hostport,))
        return None if row is None or row[0] is None else frozenset(row[0].split())

    def state(self, key: str) -> str | None:
        """What a user interface kept under `key`."""
        value: str | None = self._db.value("SELECT value FROM state WHERE key = ?", (key,))
        return value
