"""Noting whom the records of a log cite, as they come in: what `thimbl.store.citations` looks up.

It is noted of whoever wrote them: who is a commune, and whose logs are followed for it, is asked later. It follows from
the records alone, in any order, so it can be made again of all of them.
"""

import json
from collections.abc import Iterable
from typing import Final

from thimbl.core.records import QUIET_KINDS, Record
from thimbl.store.database import Database

ANNOUNCED: Final = "kind <> 'post' AND kind <> 'edit' AND kind <> 'retract'"
"""Which records may cite anybody, in the words of the index record_announced."""

_CHUNK: Final = 1_000
"""Records that are in memory at once when it is made again."""


def note(database: Database, author: int, records: Iterable[Record]) -> None:
    """Note whom these records of an author cite, inside a transaction. Any order of records comes to the same."""
    announced = [record for record in records if record.kind not in QUIET_KINDS]
    if not announced:
        return
    from thimbl.core.commune.citations import cited_by  # only here: most people's records are posts

    newest: dict[str, int] = {}
    for record in announced:
        for address in cited_by(record):
            newest[address] = max(record.seq, newest.get(address, 0))
    database.run_many(
        "INSERT INTO citation (commune, address, newest) VALUES (?, ?, ?) "
        "ON CONFLICT (commune, address) DO UPDATE SET newest = max(newest, excluded.newest)",
        [(author, address, seq) for address, seq in newest.items()],
    )


def derive(database: Database, author: int) -> None:
    """Note it again of all records of an author, inside a transaction."""
    database.run("DELETE FROM citation WHERE commune = ?", (author,))
    last = 0
    while rows := database.rows(
        f"SELECT seq, data FROM record WHERE author = ? AND seq > ? AND {ANNOUNCED} ORDER BY seq LIMIT ?",
        (author, last, _CHUNK),
    ):
        note(database, author, (Record.from_data(json.loads(data)) for _, data in rows))
        last = rows[-1][0]
