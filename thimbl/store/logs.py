"""Verified logs as ledgers take them: what the store keeps was judged before it came in (`thimbl.store.taking`).

- Of everybody, the announcements alone: posts are no business of a ledger. Of a commune the whole log, so that a gap is
  seen as one.
- A record goes by the address and the key that were in force when it was written: a `move` and a change of key higher
  up say what was before.
- Of a log that forked, what lies below the fork; where nobody can tell any more which record it was, nothing.
"""

import json
from collections.abc import Iterable
from typing import Final

from thimbl.core.address import Address
from thimbl.core.chain import KeyLink
from thimbl.core.commune.gather import Gathering, Log, fork_of
from thimbl.core.log import Verdict, VerifiedRecord, read_answer_plan, recall
from thimbl.core.plan import Plan, PlanUnreadable, head_from_data
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import MOVE, Record
from thimbl.store.database import Database
from thimbl.store.log import known

_AUTHORS: Final = (
    "SELECT author.id, author.address, author.verdict, author.pinned, max(item.kind = 'charter') FROM author "
    "JOIN item ON item.author = author.id AND item.kind <> 'post' "
    "WHERE author.pinned IS NOT NULL GROUP BY author.id ORDER BY author.address"
)


def gather(database: Database) -> Gathering:
    """The logs of all who ever announced something."""
    gathering = Gathering()
    for author, text, verdict, pinned, is_commune in database.rows(_AUTHORS):
        address = Address.parse(text)
        log = _log(database, author, address, pinned, is_commune)
        if verdict == Verdict.FORKED:
            log.fork = _fork(database, author, log)
        gathering.logs[address] = log
    return gathering


def _log(database: Database, author: int, address: Address, pinned: str, whole: bool) -> Log:
    links = [
        KeyLink(*row)
        for row in database.rows(
            "SELECT seq, id, old, new, recovered_by, next_recovery FROM key_link WHERE author = ? ORDER BY seq DESC",
            (author,),
        )
    ]
    quiet = "" if whole else "AND kind NOT IN ('post', 'edit', 'retract') "
    records = [
        Record.from_data(json.loads(data))
        for data in database.column(f"SELECT data FROM record WHERE author = ? {quiet}ORDER BY seq DESC", (author,))
    ]
    head = database.value("SELECT data FROM head WHERE author = ? ORDER BY seq DESC LIMIT 1", (author,))
    log = Log(known(database, address, 1, 0), None if head is None else head_from_data(json.loads(head)))
    for verified in _verified(records, address, pinned, links):
        log.records[verified.record.seq] = verified
    return log


def _verified(records: Iterable[Record], address: Address, key: str, links: list[KeyLink]) -> Iterable[VerifiedRecord]:
    """Records, newest first, each under the address and by the key of its time (plan-format 3, `key` and `move`)."""
    for record in records:
        while links and record.seq <= links[0].seq:
            key = links.pop(0).old
        if record.kind == MOVE and not record.withheld:
            # `sig` is under the old address.
            address = Address.parse(str(record.body["from"]))
        yield recall(address, key, record)


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
