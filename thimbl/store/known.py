"""Whom one might like to follow: those whom one's own people follow, and those who name oneself.

- Nothing is followed by itself; this only counts what is in the store already.
- Who follows whom is what the newest verified head says, the list behind its digest where it is here and current, or
  the plan of version 1. What somebody follows in private is not in any of these.
- Who follows whom is sorted in a database of its own in a temporary file, which goes when it is closed: ten thousand
  people with two hundred each take no more memory than ten.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import FINGER_PORT, Address
from thimbl.core.plan import ListDigest, head_from_data, list_digest
from thimbl.store.database import Database, Row, chunks, marks, translate
from thimbl.store.follows import follows_from_data


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody who was found."""

    address: Address
    followed_by: tuple[Address, ...]
    """Those of one's own people who follow them, in the order of addresses."""
    nicks: tuple[str, ...]
    """What these call them, the commonest first. Theirs, not made safe for a terminal."""
    mentions: int
    """Posts of theirs here that name oneself."""
    seen: int | None
    """Unix seconds: when the newest plan was made that lists them, or they named oneself last."""
    followed: bool
    """Whether one follows them already."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them, all conditions at once."""

    least: int = 0
    """Followed by at least so many of one's own."""
    mentioning: bool = False
    """Only those who name oneself."""
    followed: bool = False
    """Also those whom one follows already."""
    limit: int | None = None


MAX_NICKS: Final = 10
"""Names of somebody that are given, the commonest: enough to recognise them by."""

SCRATCH_KIB: Final = 32_768
"""Memory of the temporary database: with less, two million pairs are sorted in more goes."""

_PORT: Final = f":{FINGER_PORT}"
_MINE: Final = "SELECT id FROM author WHERE is_me = 1"

_MENTIONS: Final = f"""
    SELECT item.author AS author, count(*) AS number, max(item.time) AS newest
    FROM mention JOIN item ON item.rowid = mention.item
    WHERE mention.address IN (
        SELECT address FROM author WHERE is_me = 1
        UNION ALL SELECT alias.address FROM alias WHERE alias.author IN ({_MINE})
    ) AND item.retracted = 0 AND item.author NOT IN ({_MINE})
    GROUP BY item.author
"""

_LEFT_OUT: Final = """
    SELECT address FROM author WHERE is_me = 1 OR (followed = 1 AND ?1 = 0)
    UNION ALL SELECT alias.address FROM alias JOIN author ON author.id = alias.author
    WHERE is_me = 1 OR (followed = 1 AND ?1 = 0)
"""

_ONLY_MENTIONING: Final = f"""
    SELECT author.address FROM ({_MENTIONS}) AS m JOIN author ON author.id = m.author
    WHERE author.address NOT IN ({_LEFT_OUT}) AND author.address NOT IN (SELECT value FROM json_each(?2))
    ORDER BY author.address LIMIT ?3
"""

_AT_ONCE: Final = 100
"""Heads that are read at once: 2 MiB of the longest lists that a head may hold."""


def acquaintances(database: Database, wanted: Wanted) -> list[Acquaintance]:
    """Whoever was found, by how many of one's own follow them, and then by address. May raise `StoreError`."""
    people: dict[int, str] = dict(database.rows("SELECT id, address FROM author WHERE followed = 1"))
    try:
        with closing(sqlite3.connect("")) as scratch:
            _note(scratch, _pairs(database, list(people), wanted))
            limit = -1 if wanted.limit is None else wanted.limit
            rows = scratch.execute(
                "SELECT address, count(DISTINCT follower) AS number FROM pair GROUP BY address HAVING number >= ? "
                "ORDER BY number DESC, address LIMIT ?",
                (wanted.least, limit),
            ).fetchall()
            found = [address for address, _ in rows]
            named = _only_mentioning(database, wanted, found)
            followed = set(people.values())
            mentions = _mentions(database, [*found, *named])
            return [_one(scratch, address, people, followed, mentions.get(address)) for address in [*found, *named]]
    except sqlite3.Error as error:
        raise translate(error, database.path) from error


def _note(scratch: sqlite3.Connection, pairs: Iterable[Row]) -> None:
    """Write down who follows whom, in the order of whom."""
    for pragma in (f"cache_size = -{SCRATCH_KIB}", "journal_mode = OFF", "synchronous = OFF"):
        scratch.execute(f"PRAGMA {pragma}")
    scratch.execute("CREATE TABLE pair (address TEXT, follower INTEGER, nick TEXT, seen INTEGER)")
    scratch.executemany("INSERT INTO pair VALUES (?, ?, ?, ?)", pairs)
    scratch.execute("CREATE INDEX pair_address ON pair (address, follower, nick, seen)")


def _one(
    scratch: sqlite3.Connection,
    address: str,
    people: dict[int, str],
    followed: set[str],
    mentions: tuple[int, int] | None,
) -> Acquaintance:
    followers: set[str] = set()
    nicks = Counter[str]()
    times: list[int] = [] if mentions is None else [mentions[1]]
    for follower, nick, seen in scratch.execute("SELECT follower, nick, seen FROM pair WHERE address = ?", (address,)):
        followers.add(people[follower])
        nicks[nick] += 1
        times += [] if seen is None else [seen]
    return Acquaintance(
        Address.parse(address),
        tuple(Address.parse(one) for one in sorted(followers)),
        tuple(sorted(nicks, key=lambda nick: (-nicks[nick], nick))[:MAX_NICKS]),
        0 if mentions is None else mentions[0],
        max(times, default=None),
        address in followed,
    )


# who follows whom


def _pairs(database: Database, people: list[int], wanted: Wanted) -> Iterator[Row]:
    """(address, follower, nick, when that was said) for each whom one's people follow, and who is wanted."""
    left_out = set(database.column(_LEFT_OUT, (wanted.followed,)))
    naming = set(_mentioning(database)) if wanted.mentioning else None
    for some in chunks(people, _AT_ONCE):
        for follower, updated, answered, listed, head, classic in database.rows(
            "SELECT id, updated, answered, following_list, "
            "(SELECT data FROM head WHERE head.author = author.id ORDER BY head.seq DESC LIMIT 1), "
            f"(SELECT data FROM classic WHERE classic.author = author.id) FROM author WHERE id IN ({marks(some)})",
            some,
        ):
            for nick, text in _follows(head, listed, classic):
                address = _canonical(text)
                if address not in left_out and (naming is None or address in naming):
                    yield address, follower, nick, answered if head is None else updated


def _follows(head: str | None, listed: str | None, classic: str | None) -> Iterable[tuple[str, str]]:
    """(nick, address) of each whom somebody follows, as they wrote it; as `thimbl.store.follows` finds it for one."""
    if head is None:
        return () if classic is None else json.loads(classic)["following"]
    data: dict[str, Any] = json.loads(head)
    following = data.get("following", [])
    if isinstance(following, list):
        return [(one["nick"], one["address"]) for one in following]
    if listed is None:
        return ()
    follows, stated = json.loads(listed), head_from_data(data).following
    # A list from before the head's is not what the author says now.
    found = list_digest(follows_from_data(follows))
    current = isinstance(stated, ListDigest) and found == {"count": stated.count, "digest": stated.digest}
    return follows if current else ()


def _canonical(address: str) -> str:
    """The form of every comparison (plan-format 1), of an address that is known to be one: the head was verified."""
    user, _, host = address.partition("@")
    return f"{user}@{host.lower().removesuffix(_PORT)}"


# who names oneself


def _mentioning(database: Database) -> list[str]:
    return database.column(f"SELECT address FROM author JOIN ({_MENTIONS}) AS m ON m.author = author.id")


def _only_mentioning(database: Database, wanted: Wanted, found: list[str]) -> list[str]:
    """Those who name oneself, and whom nobody follows: where there is room for them behind all who were found."""
    if wanted.least > 0 or (wanted.limit is not None and len(found) >= wanted.limit):
        return []
    room = -1 if wanted.limit is None else wanted.limit - len(found)
    return database.column(_ONLY_MENTIONING, (wanted.followed, json.dumps(found), room))


def _mentions(database: Database, addresses: list[str]) -> dict[str, tuple[int, int]]:
    """Of these, who names oneself: how often, and when last."""
    found: dict[str, tuple[int, int]] = {}
    for some in chunks(addresses):
        rows = database.rows(
            f"SELECT author.address, m.number, m.newest FROM ({_MENTIONS}) AS m JOIN author ON author.id = m.author "
            f"WHERE author.address IN ({marks(some)})",
            some,
        )
        found |= {address: (number, newest) for address, number, newest in rows}
    return found
