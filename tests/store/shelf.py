"""A store under test: real judgements into it, and all that is in it out again to compare."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.scribe import Scribe
from thimbl.core.address import Address
from thimbl.core.log import Judgement, Verdict, judge
from thimbl.core.plan import Plan
from thimbl.store import Item, Reader, Selection, View, Writer

WHOLE = 1_000_000
"""Higher than the seq of any record in a test."""

DERIVED = ("item", "mention", "tag", "words")
TRUTH = (
    "author",
    "alias",
    "head",
    "record",
    "key_link",
    "retired_key",
    "classic",
    "classic_stored",
    "evidence",
    "host",
)

EVERYTHING = Selection(View.EVERYONE)


def judged(writer: Writer, plan: Plan, now: int, asked: Address | None = None) -> Judgement:
    """What the core says of `plan` after all that `writer` knows."""
    return judge(plan, writer.known(asked or plan.head.address, 1, WHOLE), now)


def taken(writer: Writer, plan: Plan, now: int, asked: Address | None = None, me: bool = False) -> int:
    """Take a plan that has to be verified; the number of new items."""
    judgement = judged(writer, plan, now, asked)
    assert judgement.verdict is Verdict.VERIFIED, judgement.reason
    return writer.take(judgement, now, asked=asked, me=me)


def taken_of(writer: Writer, scribe: Scribe, newest: int | None = None) -> int:
    """Take the plan of a scribe as it is now."""
    return taken(writer, scribe.plan(newest), scribe.now)


def shown(writer: Reader, limit: int = 1000) -> list[Item]:
    """All items, newest first."""
    return writer.timeline(EVERYTHING, limit)


def texts(writer: Reader) -> list[str]:
    """What the items say, newest first."""
    return [item.text for item in shown(writer)]


def search(writer: Reader, words: str) -> list[str]:
    """The ids of what is found."""
    return [item.id for item in writer.timeline(Selection(View.SEARCH, words=words), 100)]


def dump(path: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of these tables; `words` are the words of the full-text index and where they stand."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, item_fts, instance)")
        columns = {table: "rowid, *" if table == "item" else "*" for table in tables}
        return {
            table: sorted(connection.execute(f"SELECT {columns[table]} FROM {table}"), key=repr) for table in tables
        }


def bytes_on_disk(path: Path) -> bytes:
    """All that the store's files hold."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
