"""What a store knows that no log tells again, so that a backup can carry it to another machine.

- Whose key is pinned, by which recovery key, what was retired; by which other addresses a log was known; what is read;
  what a user interface kept; the answers that were kept as evidence, and plans of version 1, which nobody can check.
- Put into another store it only adds: a pin that is there stays, and what was read in either place is read.
- A log itself is carried as one (`thimbl.store.copying`), and is checked when it is taken in.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.keys import is_fingerprint
from thimbl.store.authors import author_id
from thimbl.store.database import Row, chunks, marks
from thimbl.store.people import ensure
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

INTERFACE: Final = "tui."
"""What the keys of the store's state begin with that are a person's: where they left off, how it looks. All others are
of this store alone, such as the bookmarks of hooks, or are made anew."""


class NotCarried(ValueError):
    """What came is not what a store knows; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """An answer that was kept as it came: evidence about somebody, or a plan that nobody signed."""

    address: Address
    verdict: str
    reason: str
    time: int
    """Unix seconds."""
    raw: bytes


def carried(reader: Reader) -> dict[str, Any]:
    """All that is to be carried but the answers, as data of JSON."""
    database = reader._db
    authors = []
    for author, address, pinned, recovery, anew, seq, verdict in database.rows(
        "SELECT id, address, pinned, recovery, anew, seq, verdict FROM author ORDER BY address"
    ):
        if Address.parse(address).is_web:
            continue  # goes by itself: `thimbl.store.webcarrying`
        unread = database.rows("SELECT seq, id FROM item WHERE author = ? AND unread = 1 ORDER BY rowid", (author,))
        if pinned is None and not unread and database.value("SELECT 1 FROM item WHERE author = ?", (author,)) is None:
            continue
        known = {
            "address": address,
            "aliases": database.column("SELECT address FROM alias WHERE author = ? ORDER BY address", (author,)),
            "pinned": pinned,
            "recovery": recovery,
            "anew": bool(anew),
            "seq": seq,
            "forked": verdict == "forked",
            "links": [
                [part or "" for part in link]
                for link in database.rows(
                    "SELECT seq, id, old, new, recovered_by, next_recovery FROM key_link WHERE author = ? ORDER BY seq",
                    (author,),
                )
            ],
            "retired": [
                list(one)
                for one in database.rows("SELECT key, seq FROM retired_key WHERE author = ? ORDER BY key", (author,))
            ],
            "unread": [number for number, _ in unread if number is not None],
            "unread_unsigned": [id_ for number, id_ in unread if number is None],
        }
        authors.append({key: value for key, value in known.items() if value not in (None, [], False)})
    state = database.rows("SELECT key, value FROM state ORDER BY key")
    return {"authors": authors, "state": [list(row) for row in state if row[0].startswith(INTERFACE)]}


def kept_answers(reader: Reader) -> list[int]:
    """The answers that were kept as evidence, oldest first: what `kept_answer` takes."""
    return reader._db.column("SELECT id FROM evidence ORDER BY time, id")


def kept_answer(reader: Reader, id_: int) -> Unchecked:
    """One of them."""
    row = reader._db.row(
        "SELECT author.address, evidence.verdict, evidence.reason, evidence.time, raw FROM evidence "
        "JOIN author ON author.id = evidence.author WHERE evidence.id = ?",
        (id_,),
    )
    return _unchecked(row)


def unsigned_plans(reader: Reader) -> list[int]:
    """The plans of version 1, as far as their text was kept: what `unsigned_plan` takes."""
    return reader._db.column("SELECT author FROM classic WHERE raw IS NOT NULL ORDER BY author")


def unsigned_plan(reader: Reader, author: int) -> Unchecked:
    """One of them."""
    row = reader._db.row(
        "SELECT address, 'unsigned', '', coalesce(answered, 0), raw FROM classic "
        "JOIN author ON author.id = classic.author WHERE author = ?",
        (author,),
    )
    return _unchecked(row)


def mark_forked(writer: Writer, address: Address) -> None:
    """Mark somebody as forked, as they were where the evidence came from."""
    with writer.batch():
        writer._db.run(
            "UPDATE author SET verdict = 'forked', reason = coalesce((SELECT reason FROM evidence "
            "WHERE author = ?1 AND verdict = 'forked' ORDER BY time DESC LIMIT 1), reason) WHERE id = ?1",
            (ensure(writer._db, address),),
        )


def _unchecked(row: Row | None) -> Unchecked:
    assert row is not None, "it was just listed"
    address, verdict, reason, time, raw = row
    return Unchecked(Address.parse(address), verdict, reason, time, bytes(raw))


# into another store


def restore_pins(writer: Writer, data: Mapping[str, Any]) -> None:
    """Pin what was pinned, where nothing is: before any log is taken in. Raises `NotCarried`."""
    with writer.batch():
        for one in _authors(data):
            _restore_pins(writer, one)


def restore_read(writer: Writer, data: Mapping[str, Any]) -> None:
    """Mark as read what was read, and keep what a user interface kept where there is nothing. Raises `NotCarried`."""
    with writer.batch():
        for one in _authors(data):
            _restore_read(writer, one)
        for row in _list(data, "state"):
            if not isinstance(row, list) or len(row) != 2 or not all(isinstance(part, str) for part in row):
                raise NotCarried("state is not a list of pairs")
            if row[0].startswith(INTERFACE) and writer.state(row[0]) is None:
                writer.set_state(*row)


def forked(data: Mapping[str, Any]) -> set[Address]:
    """Those who were marked as forked. Raises `NotCarried`."""
    return {_address(one) for one in _authors(data) if one.get("forked") is True}


def _restore_pins(writer: Writer, one: Mapping[str, Any]) -> None:
    database, address = writer._db, _address(one)
    pinned, recovery = _fingerprint(one, "pinned"), _fingerprint(one, "recovery")
    author = ensure(database, address)
    for alias in _list(one, "aliases"):
        if author_id(database, _address({"address": alias})) is None:
            database.run("INSERT INTO alias (address, author) VALUES (?, ?)", (alias, author))
    if pinned is None or database.value("SELECT pinned FROM author WHERE id = ?", (author,)) is not None:
        return
    database.run(
        "UPDATE author SET pinned = ?, recovery = ?, anew = ? WHERE id = ?",
        (pinned, recovery, one.get("anew") is True, author),
    )
    for link in _list(one, "links"):
        _check(link, (int, str, str, str, str, str))
        values = (author, *(part or None for part in link))
        database.run(f"INSERT OR IGNORE INTO key_link VALUES ({marks(range(7))})", values)
    for retired in _list(one, "retired"):
        _check(retired, (str, int))
        database.run("INSERT OR IGNORE INTO retired_key VALUES (?, ?, ?)", (author, *retired))


def _restore_read(writer: Writer, one: Mapping[str, Any]) -> None:
    database = writer._db
    author, seq = author_id(database, _address(one)), one.get("seq", 0)
    if author is None or type(seq) is not int:
        return
    _check(unread := _list(one, "unread"), [int] * len(unread))
    _check(unsigned_ := _list(one, "unread_unsigned"), [str] * len(unsigned_))
    stays, stays_unsigned = set(unread), set(unsigned_)
    rows = database.rows("SELECT rowid, seq, id FROM item WHERE author = ? AND unread = 1", (author,))
    read = [
        rowid
        for rowid, number, id_ in rows
        if (id_ not in stays_unsigned if number is None else number <= seq and number not in stays)
    ]
    for some in chunks(read):
        database.run(f"UPDATE item SET unread = 0 WHERE rowid IN ({marks(some)})", some)


def text_of(data: Mapping[str, Any]) -> str:
    """The data as JSON, the same for the same store."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _authors(data: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    found = _list(data, "authors")
    if not all(isinstance(one, dict) for one in found):
        raise NotCarried("authors is not a list of maps")
    return found


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    found = data.get(key, [])
    if not isinstance(found, list):
        raise NotCarried(f"{key} is not a list")
    return found


def _address(one: Mapping[str, Any]) -> Address:
    try:
        return Address.parse(one.get("address", ""))
    except (ValueError, AttributeError, TypeError):
        raise NotCarried("somebody in it has no address") from None


def _fingerprint(one: Mapping[str, Any], key: str) -> str | None:
    value = one.get(key)
    if value is not None and not (isinstance(value, str) and is_fingerprint(value)):
        raise NotCarried(f"{key} is no fingerprint")
    return value


def _check(values: object, kinds: Sequence[Any]) -> None:
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or not all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True))
    ):
        raise NotCarried("a list in it is not as it must be")
