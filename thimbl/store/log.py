"""What the store remembers of an author's log, as `thimbl.core.log` asks for it, and as mirrors serve it."""

import json
from typing import Any

from thimbl.core.address import Address
from thimbl.core.chain import KeyLink
from thimbl.core.log import Known, Seen
from thimbl.store.authors import author_id
from thimbl.store.database import Database


def known(database: Database, address: Address, low: int, high: int) -> Known:
    """What is known of `address` before an answer that may touch records `low` to `high`: `seen` from `low` - 1 on.

    Also of the old address of a log that moved. Where a person replaced the pin, only the new pin binds.
    """
    author = author_id(database, address)
    if author is None:
        return Known(address)
    row = database.row("SELECT pinned, recovery, seq, updated, anew FROM author WHERE id = ?", (author,))
    assert row is not None, "the author was just found"
    pinned, recovery, seq, updated, anew = row
    if anew:
        return Known(address, pinned=pinned)
    return Known(
        address=address,
        pinned=pinned,
        recovery=recovery,
        seq=seq,
        updated=updated,
        seen=_seen(database, author, low - 1, high),
        links=tuple(
            KeyLink(*link)
            for link in database.rows(
                "SELECT seq, id, old, new, recovered_by, next_recovery FROM key_link WHERE author = ? ORDER BY seq",
                (author,),
            )
        ),
        retired=dict(database.rows("SELECT key, seq FROM retired_key WHERE author = ?", (author,))),
    )


def _seen(database: Database, author: int, low: int, high: int) -> dict[int, Seen]:
    seen = {
        seq: Seen(id_, time, bool(withheld))
        for seq, id_, time, withheld in database.rows(
            "SELECT seq, id, time, withheld FROM record WHERE author = ? AND seq BETWEEN ? AND ?", (author, low, high)
        )
    }
    # Ids that are only named: by the record after, and by a head.
    named = database.rows(
        "SELECT seq - 1, prev FROM record WHERE author = ?1 AND seq BETWEEN ?2 + 1 AND ?3 + 1 AND prev IS NOT NULL "
        "UNION ALL SELECT seq, last FROM head WHERE author = ?1 AND seq BETWEEN ?2 AND ?3 AND last IS NOT NULL",
        (author, low, high),
    )
    for seq, id_ in named:
        seen.setdefault(seq, Seen(id_))
    return seen


def record_data(database: Database, address: Address, low: int, high: int) -> list[dict[str, Any]]:
    """The data of records `low` to `high` as they came, oldest first; a retracted one with its digest."""
    return [
        json.loads(data)
        for data in database.column(
            "SELECT data FROM record WHERE author = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (author_id(database, address), low, high),
        )
    ]


def first_came(database: Database, address: Address, seq: int) -> int | None:
    """When record `seq` first came, in Unix seconds; None where it is not here."""
    stored: int | None = database.value(
        "SELECT stored FROM record WHERE author = ? AND seq = ?", (author_id(database, address), seq)
    )
    return stored


def turns(database: Database, address: Address, low: int, high: int) -> list[dict[str, Any]]:
    """Of records `low` to `high` those that changed the key or the address of the log, newest first, as they came."""
    return [
        json.loads(data)
        for data in database.column(
            "SELECT data FROM record WHERE author = ? AND seq BETWEEN ? AND ? AND kind IN ('key', 'move') "
            "ORDER BY seq DESC",
            (author_id(database, address), low, high),
        )
    ]


def head_data(database: Database, address: Address) -> dict[str, Any] | None:
    """The newest verified head as it came."""
    data = database.value(
        "SELECT data FROM head WHERE author = ? ORDER BY seq DESC LIMIT 1", (author_id(database, address),)
    )
    return None if data is None else json.loads(data)
