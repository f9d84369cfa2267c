"""Where somebody has seen another record of a log than is here: what a `witness` in their head says (plan-format 2).

- Either they were shown another log than this reader, and then its author signed two; or what they say is not so. Which
  it is their copy shows, and nothing else does: nobody is marked for what another says of them.
- Of a log that is marked as forked nothing more is asked: the proof is here.
- The same dispute is brought up once a day: a host that was away may have it then, and a liar is asked for little.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.plan import Witness
from thimbl.store.authors import author_id

if TYPE_CHECKING:
    from thimbl.store.database import Database
    from thimbl.store.reader import Reader
    from thimbl.store.writer import Writer

DAILY: Final = 86_400
"""Seconds until the same dispute is brought up again."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One who has seen another record."""

    author: Address
    """Whose log it is about."""
    seq: int
    last: str
    """The id that the witness saw."""
    ours: str
    """The id that is here."""
    witness: Address


def disputes(reader: "Reader", now: int) -> list[Dispute]:
    """Those that may be brought up at `now` (Unix seconds), by author, seq and witness. May raise `StoreError`.

    Looks through the heads of all who are known, and reads what is said there: of ten thousand a third of a second.
    """
    database = reader._db
    asked = set(
        database.rows("SELECT author, seq, last, witness FROM disputed WHERE asked BETWEEN ? AND ?", (now - DAILY, now))
    )
    logs: dict[Address, tuple[int, str] | None] = {}
    ids: dict[tuple[int, int], str | None] = {}
    found = set()
    for by, seen in _witnesses(database):
        if seen.address not in logs:
            logs[seen.address] = _log(database, seen.address)
        if (log := logs[seen.address]) is None or log[1] == by:
            continue
        place = log[0], seen.seq
        if place not in ids:
            ids[place] = database.value("SELECT id FROM record WHERE author = ? AND seq = ?", place)
        if (ours := ids[place]) not in (None, seen.last) and (*place, seen.last, by) not in asked:
            found.add(Dispute(Address.parse(log[1]), seen.seq, seen.last, str(ours), Address.parse(by)))
    return sorted(found, key=lambda one: (one.author, one.seq, one.witness, one.last))


def note_asked(writer: "Writer", some: Iterable[Dispute], now: int) -> None:
    """Note that these were brought up at `now`. What was longer ago than a day is forgotten."""
    database = writer._db
    with writer.batch():
        database.run("DELETE FROM disputed WHERE asked NOT BETWEEN ? AND ?", (now - DAILY, now))
        database.run_many(
            "INSERT OR REPLACE INTO disputed (author, seq, last, witness, asked) VALUES (?, ?, ?, ?, ?)",
            [(author_id(database, one.author), one.seq, one.last, str(one.witness), now) for one in some],
        )


def _log(database: "Database", address: Address) -> tuple[int, str] | None:
    """The author of a log, and their present address; None where nothing is known that could be contradicted."""
    row = database.row(
        "SELECT id, address FROM author WHERE id = ? AND pinned IS NOT NULL AND coalesce(verdict, '') <> ? "
        "AND is_me = 0 AND anew = 0",
        (author_id(database, address), Verdict.FORKED),
    )
    return None if row is None else (row[0], row[1])


def _witnesses(database: "Database") -> Iterator[tuple[str, Witness]]:
    """Who has seen what, by the newest head of each; not what oneself has seen, which is what is here."""
    for address, listed in database.rows(
        "SELECT author.address, json_extract(head.data, '$.witness') FROM head JOIN author ON author.id = head.author "
        "WHERE author.is_me = 0 AND instr(head.data, '\"witness\"') "
        "AND head.seq = (SELECT max(seq) FROM head AS other WHERE other.author = author.id)"
    ):
        for one in json.loads(listed or "[]"):  # of the shape that it must have: the head was verified
            yield address, Witness(Address.parse(one["address"]), one["seq"], one["last"])
