"""Feeds of the web on their way to another store: what a backup has of them (`thimbl.store.carrying` has the rest).

- A feed shows its newest entries, so the older ones that are here stand nowhere else: they are carried.
- They go in parts, each with what the feed says of itself, so that no file of a backup is longer than it may be, and
  nothing of a part is believed but its shape (`thimbl.core.webfeed.Feed.from_data`).
- Put into another store they only add: an entry that is there stays, and what was read in either place is read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.times import FIRST, LAST
from thimbl.core.web import FeedUrl
from thimbl.core.webfeed import MAX_ENTRIES, Entry, Feed, Kind
from thimbl.store import web
from thimbl.store.carrying import NotCarried
from thimbl.store.database import chunks, marks
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

PART: Final = 400_000
"""Characters of entries in a part, or one entry: in JSON at most 2.4 MB, of the 4 MiB that a file may have."""

Part = tuple[int, tuple[str, ...]]
"""The feed by its author's row, and the ids of entries."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Entries of one feed, as a backup has them."""

    url: FeedUrl
    feed: Feed
    stored: tuple[int, ...]
    """When each of the entries first came, in Unix seconds."""
    unread: frozenset[str]
    """The ids of those that were not read."""


def parts(reader: Reader) -> Iterator[Part]:
    """All of the feeds, in parts: what `part` takes."""
    for author in reader._db.column("SELECT author FROM web WHERE kind IS NOT NULL ORDER BY url"):
        ids: list[str] = []
        size = 0
        for id_, length in reader._db.rows(
            "SELECT id, length(data) FROM web_entry WHERE author = ? ORDER BY time DESC, id", (author,)
        ):
            if ids and (size + length > PART or len(ids) == MAX_ENTRIES):
                yield author, tuple(ids)
                ids, size = [], 0
            ids.append(id_)
            size += length
        if ids:
            yield author, tuple(ids)


def part(reader: Reader, one: Part) -> dict[str, Any]:
    """One of them, as data of JSON."""
    database, (author, ids) = reader._db, one
    url, kind, home, people, name, bio = database.rows(
        "SELECT url, kind, home, people, name, bio FROM web JOIN author ON author.id = web.author WHERE author = ?",
        (author,),
    )[0]
    rows: dict[str, Any] = {}
    unread: set[str] = set()
    for some in chunks(ids):
        found = f"author = ? AND id IN ({marks(some)})"
        for row in database.rows(
            f"SELECT id, time, stored, edited, answers, data FROM web_entry WHERE {found}", (author, *some)
        ):
            rows[row[0]] = row[1:]
        unread |= set(database.column(f"SELECT id FROM item WHERE {found} AND unread = 1", (author, *some)))
    feed = Feed(
        Kind(kind),
        title=name,
        entries=tuple(_entry(id_, *rows[id_]) for id_ in ids),
        home=home,
        about=bio,
        people=json.loads(people),
    )
    stored = [rows[id_][1] for id_ in ids]
    return {"url": url, "feed": feed.to_data(), "stored": stored, "unread": [id_ for id_ in ids if id_ in unread]}


def _entry(id_: str, time: int, _: int, edited: int | None, answers: str | None, data: str) -> Entry:
    said = json.loads(data)
    return Entry(id=id_, time=time, edited=edited, answers=said.pop("record", answers or ""), **said)


def read_part(data: Mapping[str, Any]) -> Carried:
    """Such a part, looked through. Raises `NotCarried`."""
    try:
        made = Carried(
            FeedUrl.parse(data["url"]), Feed.from_data(data["feed"]), tuple(data["stored"]), frozenset(data["unread"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotCarried("a feed of the web in it is not as it must be") from None
    entries = made.feed.entries
    dated = all(type(time) is int and FIRST <= time <= LAST for time in made.stored)
    if len(made.stored) != len(entries) or not dated or any(entry.time is None for entry in entries):
        raise NotCarried("an entry of a feed of the web in it has no time")
    return made


def restore_part(writer: Writer, one: Carried) -> None:
    """Put such a part into a store."""
    web.put_back(writer, one.url, one.feed, one.stored, one.unread)
