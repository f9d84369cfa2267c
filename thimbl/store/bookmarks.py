"""How far somebody was told of what came, author by author: the bookmarks behind hooks (`thimbl.home.hooks`).

- A bookmark is the seq of the newest record that was told of, and the rowid of the newest item for authors who have no
  log. What comes on top is news; what comes below, when the history of a log is caught up with, is none.
- What is here when they are begun is none either, and neither is what the first answer of an author brings. A newest
  record that lies below the bookmark, of a log that forked or began anew, sets the bookmark back and is no news.
- They are rows of `state`, written in the transaction of whoever tells: told once, by whichever program comes first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thimbl.core.records import EDIT, POST, RETRACT
from thimbl.core.times import DAY, FIRST
from thimbl.store import revisions
from thimbl.store.authors import addresses_of
from thimbl.store.changes import is_change, item_of, post_of
from thimbl.store.database import Database
from thimbl.store.derive import rowid_at
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

BEGUN: Final = "told"
"""The key of `state` that says that they were begun. Those of all else that `end` is to forget begin so, too."""

HUSHED: Final = "told-hushed"
"""The key of `state` with the seqs of one's own records of which nobody is to be told."""

_PREFIX: Final = "told:"
LOWEST: Final = rowid_at(FIRST)
"""The rowid of the bookmark of an author of whom there is no item."""
_NOW: Final = f"a.seq || ' ' || coalesce(a.newest, {LOWEST})"
_ANSWERED: Final = "(a.updated IS NOT NULL OR a.newest IS NOT NULL)"


LATE: Final = DAY
"""Seconds between one's own record and its coming here, from which on it is none that was just made: a backup that is
put back is no news, and a post that the store could not take for an hour still is."""


class Sort(StrEnum):
    """What came."""

    OWN = "own"
    """A record of one's own log."""
    MENTION = "mention"
    """A post by somebody else that names oneself or answers one's own."""
    ANNOUNCEMENT = "announcement"
    """A record by somebody who is followed that is no post."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far somebody was told of one author."""

    author: int
    seq: int
    rowid: int

    @property
    def _row(self) -> tuple[str, str]:
        return f"{_PREFIX}{self.author}", f"{self.seq} {self.rowid}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing to tell of."""

    sort: Sort
    item: int
    """The rowid of the item to show: of an edit or a retraction, that of its post."""
    after: Bookmark
    """Where the bookmark belongs once it was told."""


@dataclass(frozen=True, slots=True)
class News:
    """What came of one author: all that there is to tell, the oldest first, and where the bookmark belongs then."""

    arrivals: tuple[Arrival, ...]
    after: Bookmark


def begin(writer: Writer) -> bool:
    """Take all that is here for told; whether that was to do. Nothing is done where it was begun before."""
    database = _database(writer)
    if writer.state(BEGUN) is not None:
        return False
    with writer.batch():
        if writer.state(BEGUN) is not None:
            return False
        database.run(
            f"INSERT OR REPLACE INTO state (key, value) SELECT '{_PREFIX}' || a.id, {_NOW} FROM author AS a "
            f"WHERE {_ANSWERED} OR a.is_me = 1"
        )
        writer.set_state(BEGUN, "1")
    return True


def end(writer: Writer) -> None:
    """Forget all bookmarks: nobody is to be told any more. Nothing is done where they were not begun."""
    if writer.state(BEGUN) is not None:
        with writer.batch():
            _database(writer).run("DELETE FROM state WHERE key LIKE 'told%'")


def news(reader: Reader) -> list[News]:
    """What came since, author by author; of those who have nothing to tell of, too, where their bookmark moves."""
    database = _database(reader)
    rows = database.rows(
        f"SELECT a.id, a.is_me, a.followed, a.seq, coalesce(a.newest, {LOWEST}), state.value "
        f"FROM author AS a LEFT JOIN state ON state.key = '{_PREFIX}' || a.id "
        f"WHERE {_ANSWERED} AND state.value IS NOT {_NOW} ORDER BY coalesce(a.newest, {LOWEST})"
    )
    if not rows:
        return []
    mine = set(database.column("SELECT id FROM author WHERE is_me = 1"))
    my_addresses = [address for author in mine for address in addresses_of(database, author)]
    found = []
    for author, is_me, followed, seq, newest, value in rows:
        after = Bookmark(author, seq, newest)
        before = None if value is None else Bookmark(author, *map(int, value.split()))
        if before is None or (before.seq == 0 < seq and before.rowid > LOWEST):
            before = _first(database, after)  # also of a log that takes the place of a plan of 2010
        if is_me:
            arrivals = _own(database, before, _hushed(reader))
        else:
            arrivals = _others(database, before, my_addresses, bool(followed))
        found.append(News(tuple(arrivals), after))
    return found


def revision(reader: Reader) -> int:
    """The store's, which goes on with all that ledgers may depend on (`thimbl.store.revisions`)."""
    return revisions.newest(_database(reader))


def has_charters(reader: Reader) -> bool:
    """Whether the log of a commune may be here."""
    # Named a second time, so that SQLite sees that the partial index has them all.
    sql = "SELECT 1 FROM item WHERE kind = 'charter' AND kind <> 'post' LIMIT 1"
    return bool(_database(reader).value(sql))


def keep(writer: Writer, bookmark: Bookmark) -> None:
    """Somebody was told as far as that."""
    with writer.batch():
        _database(writer).run("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", bookmark._row)
        if (hushed := _hushed(writer)) and _is_me(writer, bookmark.author):
            _set_hushed(writer, (seq for seq in hushed if seq > bookmark.seq))


def hush(writer: Writer, seqs: Iterable[int]) -> None:
    """Let nobody be told of these records of one's own log."""
    with writer.batch():
        _set_hushed(writer, _hushed(writer) | set(seqs))


def _first(database: Database, now: Bookmark) -> Bookmark:
    """The bookmark of an author who was never told of: where their first answer ended."""
    seq = database.value(
        "SELECT max(seq) FROM record WHERE author = ?1 AND stored = (SELECT min(stored) FROM record WHERE author = ?1)",
        (now.author,),
    )
    return Bookmark(now.author, now.seq if seq is None else int(seq), now.rowid)


def _own(database: Database, before: Bookmark, hushed: set[int]) -> Iterator[Arrival]:
    rows = database.rows(
        "SELECT seq, id, kind, target FROM record WHERE author = ? AND seq > ? AND stored - time < ? ORDER BY seq",
        (before.author, before.seq, LATE),
    )
    for seq, id_, kind, target in rows:
        post = post_of(database, before.author, target) if is_change(kind) else id_
        item = item_of(database, before.author, post)
        if item is None or seq in hushed:
            continue
        # A retracted post takes its edits with it, each by a record of its own: that is told once.
        if kind != RETRACT or target == post or not _is_retracted(database, item):
            yield Arrival(Sort.OWN, item, Bookmark(before.author, seq, before.rowid))


def _is_retracted(database: Database, item: int) -> bool:
    return bool(database.value("SELECT retracted FROM item WHERE rowid = ?", (item,)))


def _others(database: Database, before: Bookmark, mine: list[str], followed: bool) -> Iterator[Arrival]:
    author = before.author
    for seq, id_, kind in database.rows(
        "SELECT seq, id, kind FROM record WHERE author = ? AND seq > ? AND kind NOT IN (?, ?) ORDER BY seq",
        (author, before.seq, EDIT, RETRACT),
    ):
        if kind != POST and not followed:
            continue
        item = item_of(database, author, id_)
        if item is not None and (kind != POST or _names(database, item, mine)):
            sort = Sort.MENTION if kind == POST else Sort.ANNOUNCEMENT
            yield Arrival(sort, item, Bookmark(author, seq, before.rowid))
    for item in database.column(
        "SELECT rowid FROM item WHERE author = ? AND rowid > ? AND seq IS NULL ORDER BY rowid", (author, before.rowid)
    ):
        if _names(database, item, mine):
            yield Arrival(Sort.MENTION, item, Bookmark(author, before.seq, item))


def _names(database: Database, item: int, addresses: list[str]) -> bool:
    return any(
        database.value("SELECT 1 FROM mention WHERE address = ? AND item = ?", (address, item)) for address in addresses
    )


def _is_me(reader: Reader, author: int) -> bool:
    return bool(_database(reader).value("SELECT is_me FROM author WHERE id = ?", (author,)))


def _hushed(reader: Reader) -> set[int]:
    return set(map(int, (reader.state(HUSHED) or "").split()))


def _set_hushed(writer: Writer, seqs: Iterable[int]) -> None:
    writer.set_state(HUSHED, " ".join(map(str, sorted(seqs))))


def _database(reader: Reader) -> Database:
    """The connection behind a handle: this module is a part of the store that has a file of its own."""
    return reader._db
