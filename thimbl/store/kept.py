"""Ledgers that were computed once, kept in the store until something they depend on changes.

- Kept is the answer and not the state: the page of `thimbl ledger`, its JSON, and what `thimbl audit` found. Beside
  them the mark of each log that was read: author, key and verdict, which announcements are here and which is the
  newest, what the head witnesses; of a commune its newest record, too. All are of one revision of the store
  (`thimbl.store.revisions`).
- An answer holds while the revision is the same, or the marks of all logs that were revised since are: a post by a
  member changes no ledger. Whatever differs makes it no answer: never is a part of one mended.
- It holds for the program that made it alone. `maker` names that by its version and its source files, so that whoever
  changes a rule is not shown what followed from the one before.
- To keep one is a kindness to the next command. Where the store is busy, full or read-only nothing is kept, and nobody
  is told; `thimbl rebuild` drops all.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import thimbl.core
from thimbl.core.address import Address
from thimbl.core.version import __version__
from thimbl.store import revisions
from thimbl.store.database import Database
from thimbl.store.errors import StoreError

if TYPE_CHECKING:
    from thimbl.core.commune.study import Study

Part = Literal["page", "data", "audit"]
"""Lines for people; the ledger as JSON; what an audit found, as JSON."""

WAIT_MS: Final = 250
"""How long to wait for another writer before an answer is not kept: less than a person notices."""

_ANNOUNCED: Final = (
    "FROM record INDEXED BY record_announced "
    "WHERE kind <> 'post' AND kind <> 'edit' AND kind <> 'retract' AND author = a.id"
)
_HEAD: Final = "FROM head WHERE author = a.id ORDER BY seq DESC LIMIT 1"
_MARKS: Final = f"""
SELECT id, json_array(
    address, pinned, verdict, gap_below,
    (SELECT json_array(count(*), min(seq), max(seq), total(seq)) {_ANNOUNCED}),
    (SELECT id {_ANNOUNCED} ORDER BY seq DESC LIMIT 1),
    (SELECT json_extract(data, '$.witness') {_HEAD}),
    CASE WHEN EXISTS (SELECT 1 {_ANNOUNCED} AND kind = 'charter') THEN (SELECT json_array(seq, last) {_HEAD}) END,
    CASE WHEN gap_below IS NOT NULL THEN (SELECT json_array(count(*), total(seq)) FROM record WHERE author = a.id) END,
    CASE WHEN verdict = 'forked' THEN
        (SELECT json_group_array(id) FROM evidence WHERE author = a.id AND verdict = 'forked') END
) FROM author AS a WHERE pinned IS NOT NULL AND EXISTS (SELECT 1 {_ANNOUNCED})
"""


@cache
def maker() -> str:
    """Names this program: its version, and the size and time of each file that the rules and their words stand in."""
    core = Path(thimbl.core.__file__).parent
    stamps = [
        (path.name, stat.st_size, stat.st_mtime_ns)
        for path in sorted([*core.glob("*.py"), *core.glob("commune/*.py"), Path(__file__)])
        for stat in [path.stat()]
    ]
    return f"{__version__} {hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]}"


def recall(database: Database, part: Part, commune: Address | None = None) -> list[str]:
    """This part of the ledger of a commune, or of all that there are, by address. None of them where one was not kept,
    or any may differ from what the store comes to now."""
    with database.snapshot():
        made = database.rows("SELECT DISTINCT maker, revision, communes FROM kept_ledger")
        if len(made) != 1 or made[0][0] != maker():
            return []
        _, revision, communes = made[0]
        if revisions.newest(database) != revision and _differ(database, revision):
            return []
        if commune is None:
            found = database.column(f"SELECT {part} FROM kept_ledger ORDER BY commune")
            return found if len(found) == communes else []
        return database.column(f"SELECT {part} FROM kept_ledger WHERE commune = ?", (str(commune),))


def find(path: Path, part: Part, commune: Address | None = None) -> list[str]:
    """The same of the store at `path`. Raises `StoreError`."""
    with closing(Database.reading(path)) as database:
        return recall(database, part, commune)


def answer(study: "Study", part: Part) -> str:
    """The same, made of a study."""
    # Only here: whoever finds an answer has no use for the rules.
    from thimbl.core.commune.page import ledger_page
    from thimbl.core.commune.report import audit_data, ledger_data

    match part:
        case "page":
            return "\n".join(ledger_page(study))
        case "data":
            return json.dumps(ledger_data(study.ledger, study.notices), ensure_ascii=False)
        case "audit":
            return json.dumps(audit_data(study), ensure_ascii=False)


def keep(path: Path, studies: Iterable["Study"], revision: int, communes: int) -> bool:
    """Keep what these come to in the store at `path`; whether that was done.

    `revision` is that of the store which they are of, and `communes` how many there were in it.
    """
    rows = [
        (str(one.commune), maker(), revision, communes, answer(one, "page"), answer(one, "data"), answer(one, "audit"))
        for one in studies
    ]
    try:
        with closing(Database.writing(path)) as database:
            database.run(f"PRAGMA busy_timeout = {WAIT_MS}")
            with database.batch():
                return _keep(database, rows, revision)
    except StoreError:
        return False


def forget(database: Database) -> None:
    """Drop all that was kept; inside a transaction."""
    database.run("DELETE FROM kept_ledger")
    database.run("DELETE FROM kept_log")


def _keep(database: Database, rows: Sequence[tuple[object, ...]], revision: int) -> bool:
    if revisions.newest(database) != revision:
        return False  # it went on meanwhile: this is the answer to a question of yesterday
    before = database.rows("SELECT DISTINCT maker, revision FROM kept_ledger")
    if before != [(maker(), revision)]:
        forget(database)
        database.run(f"INSERT INTO kept_log (author, mark) {_MARKS}")
    database.run_many("INSERT OR REPLACE INTO kept_ledger VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return True


def _differ(database: Database, revision: int) -> bool:
    """Whether a log that was revised since then has another mark by now."""
    for author in revisions.authors(database, revision):
        now = database.row(f"{_MARKS} AND id = ?", (author,))
        if database.row("SELECT author, mark FROM kept_log WHERE author = ?", (author,)) != now:
            return True
    return False
