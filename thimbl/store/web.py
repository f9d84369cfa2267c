"""Feeds of the web in the store: what they said, as posts that nobody has signed.

- A feed shows its newest entries, so one that is no longer in it stays here. In a file of twtxt all stands that its
  author has not taken back: what is gone from it goes, as a message that is gone from a version 1 plan does. So does
  what Atom says was deleted (RFC 6721).
- An entry is known by its id. One that comes with other words is the same entry, edited: it stays where it stands in
  the timeline, and what was read stays read. Its time is the one that it first came with, or, where the feed states
  none, that of when it came.
- What an entry answers is told by id alone. Whose that is is looked up among all feeds that are here, and again when
  the answered one comes later: so it does not matter which came first. A record that is answered is looked for among
  the entries too, and where it is none it is the record itself.
- Nothing of this is a record: there is no key, no head and no log, and no ledger reads it.
- Every function may raise `StoreError`. Those that write are one transaction, or a part of the caller's.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.records import POST
from thimbl.core.text import Nicks
from thimbl.core.web import FeedUrl, record_id_as_entry
from thimbl.core.webfeed import Entry, Feed, entry_to_data
from thimbl.store.authors import author_id
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import Line, to_json
from thimbl.store.items import Items
from thimbl.store.people import ensure

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.writer import Writer

MAX_KEPT: Final = 10_000
"""Entries of one feed that are kept, the newest: those of a daily for a generation."""

MAX_KEPT_SIZE: Final = 64_000_000
"""Characters of them: whoever makes a feed can fill no disk with it."""

_COLUMNS: Final = ("id", "time", "edited", "answers")
"""Of an entry what stands in columns, and not in its data."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a feed before it is asked again."""

    url: FeedUrl
    location: str | None = None
    """The URL that gave the newest answer, after redirects: the next three are of it, and are for no other."""
    etag: str | None = None
    modified: str | None = None
    digest: bytes | None = None
    """Of the newest answer that was taken."""


def standing(reader: "Reader", address: Address) -> Standing | None:
    """How the feed stands that `address` is of; None where it was never followed here."""
    row = reader._db.row(
        "SELECT url, location, etag, modified, digest FROM web WHERE author = ?", (author_id(reader._db, address),)
    )
    return None if row is None else Standing(FeedUrl.parse(row[0]), *row[1:])


def know(writer: "Writer", urls: Iterable[FeedUrl]) -> None:
    """Let these be known by their addresses, so that they can be asked."""
    database = writer._db
    with writer.batch():
        for url in urls:
            author = ensure(database, url.address)
            database.run("INSERT INTO web (author, url) VALUES (?, ?) ON CONFLICT DO NOTHING", (author, str(url)))


def unchanged(writer: "Writer", address: Address, now: int, answered: Standing | None = None, moved: str = "") -> None:
    """Note that a feed was asked at `now` (Unix seconds) and has nothing new; `answered` is what to ask it by then."""
    database = writer._db
    with writer.batch():
        author = author_id(database, address)
        database.run(
            "UPDATE author SET asked = ?1, answered = ?1, failure = NULL WHERE id = ?2",
            (now, author),
        )
        database.run("UPDATE web SET moved = ? WHERE author = ?", (moved or None, author))
        if answered is not None:
            _note(database, author, answered)


def take(writer: "Writer", address: Address, feed: Feed, now: int, answered: Standing, moved: str = "") -> int:
    """Take what a feed said at `now` (Unix seconds); the number of new items. Nothing where it was never followed.

    `answered` is by what to ask it the next time; `moved` the URL to which it says that it has moved for good.
    """
    with writer.batch():
        database = writer._db
        author = author_id(database, address)
        if author is None or database.value("SELECT 1 FROM web WHERE author = ?", (author,)) is None:
            return 0
        database.run(
            "UPDATE author SET name = ?1, bio = ?2, verdict = ?3, reason = '', asked = ?4, answered = ?4, "
            "failure = NULL, source = NULL WHERE id = ?5",
            (feed.title, feed.about, Verdict.UNSIGNED, now, author),
        )
        _note(database, author, answered)
        database.run(
            "UPDATE web SET kind = ?, home = ?, moved = ? WHERE author = ?",
            (feed.kind, feed.home, moved or None, author),
        )
        return _Taking(database, writer._items, author, now).take(feed)


def put_back(writer: "Writer", url: FeedUrl, feed: Feed, stored: Sequence[int], unread: Collection[str]) -> None:
    """Keep entries again that another store had: those that are not here, each since its moment in `stored` (Unix
    seconds). Those that are stay as they are; read is what was read here or is not among the `unread` ids."""
    database = writer._db
    with writer.batch():
        know(writer, [url])
        author = ensure(database, url.address)
        begins = "UPDATE web SET kind = ?, home = ? WHERE author = ? AND kind IS NULL"
        if database.run(begins, (feed.kind, feed.home, author)):
            database.run(
                "UPDATE author SET name = ?, bio = ?, verdict = ?, reason = '' WHERE id = ?",
                (feed.title, feed.about, Verdict.UNSIGNED, author),
            )
        _Taking(database, writer._items, author, 0).put_back(feed, stored, unread)


def rebuild(database: Database, items: Items, author: int) -> None:
    """Make all items of a feed's entries, of which there are none."""
    rows = database.rows("SELECT id, stored FROM web_entry WHERE author = ?", (author,))
    if rows:
        taking = _Taking(database, items, author, 0)
        taking.insert(dict(rows), taking.nicks(), unread=False)


def _note(database: Database, author: int | None, answered: Standing) -> None:
    database.run(
        "UPDATE web SET location = ?, etag = ?, modified = ?, digest = ? WHERE author = ?",
        (answered.location, answered.etag, answered.modified, answered.digest, author),
    )


@dataclass(frozen=True, slots=True)
class _Taking:
    """The entries of one feed on their way into the tables; inside a transaction."""

    db: Database
    items: Items
    author: int
    now: int

    def take(self, feed: Feed) -> int:
        """Take what the feed holds; the number of new items."""
        nicks = self._keep_people(feed.people or {})
        here = self._here([entry.id for entry in feed.entries])
        fresh = [entry for entry in feed.entries if entry.id not in here]
        self._store(fresh)
        changed = [entry for entry in feed.entries if entry.id in here and here[entry.id] != _data(entry)]
        for entry in changed:
            self._change(entry)
        if feed.whole:
            self._drop_gone(feed.entries)
        self._drop(sorted(set(feed.gone) - {entry.id for entry in feed.entries}))
        new = self.insert(dict.fromkeys([entry.id for entry in fresh], self.now), nicks, unread=True)
        self._replace([(self.author, entry.id) for entry in changed], nicks)
        # Of whatever feed: what an entry answers may be here only now.
        self._replace(self._answering([entry.id for entry in fresh]))
        return new - len(self._drop_old() & {entry.id for entry in fresh})

    def put_back(self, feed: Feed, stored: Sequence[int], unread: Collection[str]) -> None:
        """Keep what another store had."""
        came = {entry.id: time for entry, time in zip(feed.entries, stored, strict=True)}
        people = json.loads(self.db.value("SELECT people FROM web WHERE author = ?", (self.author,)) or "{}")
        nicks = self._keep_people({**(feed.people or {}), **people})
        here = self._here(list(came))
        fresh = {entry.id: entry for entry in feed.entries if entry.id not in here}
        for id_, entry in fresh.items():
            replace(self, now=came[id_])._store([entry])
        self.insert({id_: came[id_] for id_ in fresh}, nicks, unread=True)
        self._replace(self._answering(list(fresh)))
        for some in chunks([id_ for id_ in came if id_ not in unread]):
            self.db.run(f"UPDATE item SET unread = 0 WHERE author = ? AND id IN ({marks(some)})", (self.author, *some))
        self._drop_old()

    def nicks(self) -> Nicks:
        """Whom the texts mean by ``@nick``."""
        people = json.loads(self.db.value("SELECT people FROM web WHERE author = ?", (self.author,)) or "{}")
        return Nicks({nick: Address.parse(address) for nick, address in people.items()})

    def insert(self, stored: Mapping[str, int], nicks: Nicks, *, unread: bool) -> int:
        """Make the items of these entries, which have none; how many."""
        found = self._lines([(self.author, id_) for id_ in stored])
        lines = [(line, stored[line.id]) for line in found.values()]
        return self.items.insert(self.author, lines, nicks, unread=unread)

    def _keep_people(self, people: Mapping[str, str]) -> Nicks:
        before = self.nicks()
        text = to_json(dict(people))
        if self.db.run("UPDATE web SET people = ?1 WHERE author = ?2 AND people <> ?1", (text, self.author)):
            nicks = self.nicks()
            self.items.rehang(self.author, nicks)
            return nicks
        return before

    def _here(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in chunks(ids):
            sql = f"SELECT id, data FROM web_entry WHERE author = ? AND id IN ({marks(some)})"
            found.update(self.db.rows(sql, (self.author, *some)))
        return found

    def _store(self, fresh: Sequence[Entry]) -> None:
        rows = []
        undated = 0
        for entry in fresh:
            time = entry.time
            if time is None:
                # A feed has the newest on top by every custom: each a second before the last keeps that order.
                time, undated = self.now - undated, undated + 1
            edited = entry.edited if entry.edited is not None and entry.edited > time else None
            rows.append((self.author, entry.id, time, self.now, edited, _answered(entry), _data(entry)))
        self.db.run_many(
            "INSERT INTO web_entry (author, id, time, stored, edited, answers, data) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )

    def _change(self, entry: Entry) -> None:
        """Other words for an entry that is here: it was edited when the feed says so, or else by now."""
        self.db.run(
            "UPDATE web_entry SET edited = CASE WHEN ?1 > time AND ?1 > coalesce(edited, time) THEN ?1 ELSE ?2 END, "
            "answers = ?3, data = ?4 WHERE author = ?5 AND id = ?6",
            (entry.edited, self.now, _answered(entry), _data(entry), self.author, entry.id),
        )

    # lines

    def _lines(self, whose: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Line]:
        lines: dict[tuple[int, str], Line] = {}
        by_author: dict[int, list[str]] = {}
        for author, id_ in whose:
            by_author.setdefault(author, []).append(id_)
        for author, ids in by_author.items():
            for some in chunks(ids):
                sql = (
                    f"SELECT id, time, edited, answers, data FROM web_entry WHERE author = ? AND id IN ({marks(some)})"
                )
                for id_, time, edited, answers, data in self.db.rows(sql, (author, *some)):
                    read = json.loads(data)
                    reference = self._reference(author, answers, read.get("record"))
                    lines[author, id_] = _line(id_, time, edited, reference, read)
        return lines

    def _reference(self, author: int, answers: str | None, record: str | None) -> str | None:
        """What an entry of this author answers, as a reference: of its own feed first, then of whichever had it first,
        then the record that it names; any other that is not here is taken for one of its own feed."""
        if answers is None:
            return None
        address = self.db.value(
            "SELECT author.address FROM web_entry JOIN author ON author.id = web_entry.author WHERE web_entry.id = ?1 "
            "ORDER BY web_entry.author <> ?2, web_entry.stored, web_entry.author LIMIT 1",
            (answers, author),
        )
        if address is None and record is not None:
            return record
        return f"{address or self.db.value('SELECT address FROM author WHERE id = ?', (author,))}#{answers}"

    def _answering(self, ids: Sequence[str]) -> list[tuple[int, str]]:
        """The entries of any feed that answer one of these."""
        found: list[tuple[int, str]] = []
        for some in chunks(ids):
            found += self.db.rows(f"SELECT author, id FROM web_entry WHERE answers IN ({marks(some)})", some)
        return found

    def _replace(self, whose: Sequence[tuple[int, str]], nicks: Nicks | None = None) -> None:
        """Make the items of these anew, where they have one."""
        for (author, id_), line in self._lines(whose).items():
            rowid = self.db.value("SELECT rowid FROM item WHERE id = ? AND author = ?", (id_, author))
            if rowid is not None:
                own = nicks if author == self.author else None
                self.items.replace(rowid, line, own or _Taking(self.db, self.items, author, self.now).nicks())

    # what goes

    def _drop_gone(self, entries: Sequence[Entry]) -> None:
        """Drop what is no longer in a file that holds all: from its oldest entry on, below which it was cut."""
        oldest = min((entry.time for entry in entries if entry.time is not None), default=None)
        if oldest is not None:
            here = self.db.column("SELECT id FROM web_entry WHERE author = ? AND time >= ?", (self.author, oldest))
            self._drop(sorted(set(here) - {entry.id for entry in entries}))

    def _drop_old(self) -> set[str]:
        """Drop what is more than may be kept, the oldest; which these were."""
        number, size = self.db.rows(
            "SELECT count(*), coalesce(sum(length(data)), 0) FROM web_entry WHERE author = ?", (self.author,)
        )[0]
        if number <= MAX_KEPT and size <= MAX_KEPT_SIZE:
            return set()
        gone: list[str] = []
        for id_, length in self.db.rows(
            "SELECT id, length(data) FROM web_entry WHERE author = ? ORDER BY time, stored, id", (self.author,)
        ):
            if number <= MAX_KEPT and size <= MAX_KEPT_SIZE:
                break
            number, size = number - 1, size - length
            gone.append(id_)
        self._drop(gone)
        return set(gone)

    def _drop(self, ids: Sequence[str]) -> None:
        for some in chunks(ids):
            found = f"author = ? AND id IN ({marks(some)})"
            self.items.remove(sorted(self.db.column(f"SELECT rowid FROM item WHERE {found}", (self.author, *some))))
            self.db.run(f"DELETE FROM web_entry WHERE {found}", (self.author, *some))


def _answered(entry: Entry) -> str | None:
    """The id of the entry that this one answers; of a record, the one that it has as an entry."""
    if "#" not in entry.answers:
        return entry.answers or None
    return record_id_as_entry(Reference.parse(entry.answers))


def _data(entry: Entry) -> str:
    data = {key: value for key, value in entry_to_data(entry).items() if key not in _COLUMNS}
    return to_json(data | ({"record": entry.answers} if "#" in entry.answers else {}))


def _line(id_: str, time: int, edited: int | None, re: str | None, data: Mapping[str, str]) -> Line:
    return Line(
        kind=POST,
        id=id_,
        seq=None,
        time=time,
        words=data["text"],
        retracted=False,
        withheld=False,
        subject=data.get("title"),
        re=re,
        reply_to=None,
        edited=edited,
        malformed=None,
    )
