"""Verified logs as ledgers take them: what the store keeps was judged before it came in (`thimbl.store.taking`).

- Of everybody, the announcements alone: posts are no business of a ledger. Of a commune the whole log, so that a gap is
  seen as one.
- A record goes by the address and the key that were in force when it was written: a `move` and a change of key higher
  up say what was before.
- Of a log that forked, what lies below the fork; where nobody can tell any more which record it was, nothing.
- Whoever reads more than one log does so within one `Database.snapshot`. Who has read them once asks
  `thimbl.store.revisions` whose are to be read again.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from thimbl.core.address import Address, AddressError
from thimbl.core.chain import KeyLink
from thimbl.core.commune.gather import Gathering, Log, fork_of
from thimbl.core.log import Known, Verdict, VerifiedRecord, read_answer_plan, recall
from thimbl.core.plan import Head, Plan, PlanUnreadable, head_from_data
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import MOVE, Record
from thimbl.store.database import Database, Row

_ANNOUNCED: Final = (
    "record INDEXED BY record_announced WHERE kind <> 'post' AND kind <> 'edit' AND kind <> 'retract' AND"
)
_CHARTER: Final = f"EXISTS (SELECT 1 FROM {_ANNOUNCED} record.author = author.id AND kind = 'charter')"
_ANNOUNCERS: Final = (
    f"SELECT id, address, verdict, pinned, {_CHARTER} FROM author "
    f"WHERE pinned IS NOT NULL AND EXISTS (SELECT 1 FROM {_ANNOUNCED} record.author = author.id)"
)
_ENVELOPE: Final = frozenset({"seq", "prev", "time", "kind", "sig", "cosigs"})
"""What is not a record's body (plan-format 3)."""

_decode: Final = json.JSONDecoder().raw_decode
"""As `json.loads`, which looks for white space around each of hundreds of thousands."""


class Announcer(NamedTuple):
    """Somebody who announced something, and of whom anything was verified."""

    id: int
    address: str
    verdict: str | None
    pinned: str
    is_commune: int


def gather(database: Database) -> Gathering:
    """The logs of all who ever announced something."""
    with database.snapshot():
        return Gathering({Address.parse(one.address): read_log(database, one) for one in announcers(database)})


def announcers(database: Database) -> list[Announcer]:
    """All of them, by address."""
    return [Announcer(*row) for row in database.rows(f"{_ANNOUNCERS} ORDER BY address")]


def announcer(database: Database, author: int) -> Announcer | None:
    """The one of that id; None where that is none, or is there no more."""
    row = database.row(f"{_ANNOUNCERS} AND id = ?", (author,))
    return None if row is None else Announcer(*row)


def read_log(database: Database, one: Announcer) -> Log:
    """What is verified of them."""
    address = Address.parse(one.address)
    log = Log(Known(address, pinned=one.pinned), read_head(database, one.id))
    log.records = {verified.record.seq: verified for verified in _above(database, one, address, 0)}
    if one.verdict == Verdict.FORKED:
        log.fork = _fork(database, one.id, log)
    return log


def read_newer(database: Database, one: Announcer, log: Log) -> list[VerifiedRecord] | None:
    """What came above the records of `log`, which was read before, oldest first; None where what it holds may not be
    what is there now.

    Each record names the one before it. So where the newest that was read is there still, below it are the same ones,
    or more: none where none was lacking, or where there are as many as before.
    """
    if not log.records or log.fork is not None or one.verdict == Verdict.FORKED:
        return None
    newest = log.records[max(log.records)]
    if not one.is_commune:
        count = f"SELECT count(*) FROM {_ANNOUNCED} author = ? AND seq <= ?"
        below = int(database.value(count, (one.id, newest.record.seq)))
    else:
        # Of which the posts were read, too; to count them would be to go through the whole log.
        below = newest.record.seq
    if below != len(log.records):
        return None
    found = list(_above(database, one, Address.parse(one.address), newest.record.seq - 1))
    if not found:
        return None
    again = found.pop()
    same = (again.record.id, again.author, again.key) == (newest.record.id, newest.author, newest.key)
    return found[::-1] if same else None


def read_head(database: Database, author: int) -> Head | None:
    """The newest verified head of an author."""
    data = database.value("SELECT data FROM head WHERE author = ? ORDER BY seq DESC LIMIT 1", (author,))
    return None if data is None else head_from_data(json.loads(data))


def _above(database: Database, one: Announcer, address: Address, seq: int) -> Iterator[VerifiedRecord]:
    """The records above `seq`, newest first."""
    links = [
        KeyLink(*row)
        for row in database.rows(
            "SELECT seq, id, old, new, recovered_by, next_recovery FROM key_link WHERE author = ? ORDER BY seq DESC",
            (one.id,),
        )
    ]
    source = "record WHERE" if one.is_commune else _ANNOUNCED
    rows = database.rows(
        f"SELECT seq, id, prev, time, kind, withheld, data FROM {source} author = ? AND seq > ? ORDER BY seq DESC",
        (one.id, seq),
    )
    return _verified(map(_record, rows), address, one.pinned, links)


def _record(row: Row) -> Record:
    """A record as it was kept: nothing is checked or hashed again, which would cost more than to fold it.

    Its `digest`, which no ledger looks at, is empty.
    """
    seq, id_, prev, time, kind, withheld, text = row
    data: dict[str, Any] = _decode(text)[0]
    body = {key: value for key, value in data.items() if key not in _ENVELOPE}
    if withheld:
        body.pop("digest", None)
    return Record(seq, prev, time, kind, body, "", id_, bool(withheld), data.get("sig"), data)


def _verified(records: Iterable[Record], address: Address, key: str, links: list[KeyLink]) -> Iterator[VerifiedRecord]:
    """Records, newest first, each under the address and by the key of its time (plan-format 3, `key` and `move`)."""
    for record in records:
        while links and record.seq <= links[0].seq:
            key = links.pop(0).old
        if record.kind == MOVE:
            address = _before(record, address)  # which `sig` is under, too
        yield recall(address, key, record)


def _before(move: Record, address: Address) -> Address:
    """The address that a log had before a `move`; one that says nothing of the kind moves nothing."""
    try:
        old, new = Address.parse(str(move.body["from"])), Address.parse(str(move.body["to"]))
    except (KeyError, AddressError):
        return address
    return old if new == address else address


def _fork(database: Database, author: int, log: Log) -> tuple[int, str]:
    """The lowest record that has a rival in the evidence."""
    ids: dict[int, str] = dict(database.rows("SELECT seq, id FROM record WHERE author = ?", (author,)))
    rivals = []
    for raw in database.column("SELECT raw FROM evidence WHERE author = ? AND verdict = ?", (author, Verdict.FORKED)):
        try:
            plan = read_answer_plan(decode(raw))
        except (PlanTextError, PlanUnreadable):
            continue
        if isinstance(plan, Plan) and (rival := fork_of(plan, ids)) is not None:
            rivals.append(rival)
    return min(rivals) if rivals else (0, "")
