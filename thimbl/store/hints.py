"""What somebody who types a command may be about to name: read at each press of Tab, so with few imports.

- `Reader` would bring signatures and ledgers with it, which takes longer than all of a completion may. These are rows
  and texts, to be shown and chosen from; whoever runs the command has them looked up again.
- Nothing looks further than an index and a bounded number of rows.
- What the person has muted is not offered: neither by its author nor for its tags and words (`thimbl.store.mutes`).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from thimbl.core.address import begins_id
from thimbl.store import naming
from thimbl.store.database import Database, marks
from thimbl.store.mutes import MUTES, Hidden, Mute, from_text, hidden_by

LOOKED_AT: Final = 2_000
"""The newest items that are looked through for those of the followed: some milliseconds, however many are here."""

_AFTER_ID: Final = "~"
"""Behind every letter and digit of base32."""

_STATED: Final = (
    "SELECT trim(coalesce(substr(offer.words, 1, instr(offer.words || char(10), char(10)) - 1) || ' ', '') || "
    "coalesce(json_extract(record.data, '$.period') || ' ', '') || "
    "coalesce(json_extract(record.data, '$.amount'), '')) FROM record LEFT JOIN item AS offer "
    "ON offer.id = substr(json_extract(record.data, '$.offer'), instr(json_extract(record.data, '$.offer'), '#') + 1) "
    "AND offer.kind = 'bond-offer' WHERE record.author = item.author AND record.seq = item.seq AND item.kind <> 'post'"
)
"""What a record that has no words of its own is about: the code of a series, a month and an amount, as far as it names
them. The first line of an offer's words is its code (store/derive.py)."""

_FOLLOWED: Final = "(author.followed = 1 OR author.is_me = 1)"


@dataclass(frozen=True, slots=True)
class Told:
    """A record that may be meant. All but the id are somebody's words."""

    id: str
    address: str
    who: str
    """One's own name for its author, else theirs, else the address."""
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """An offer of bonds that may be meant."""

    code: str
    asset: str
    coop: str


class Hints:
    """The store, open for reading. `clock` gives Unix seconds. Every method may raise `StoreError`."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._db, self._clock = database, clock

    @classmethod
    def open(cls, path: Path, clock: Callable[[], float]) -> Self:
        """Open the store at `path`. Raises `StoreMissing` where there is none, and other `StoreError`s."""
        return cls(Database.reading(path), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def people(self, begins: str, limit: int) -> list[naming.Named]:
        """Those whose nick, name or address begins so: the followed first."""
        return naming.people(self._db, begins, limit)

    def feeds(self, begins: str, limit: int) -> list[tuple[str, str]]:
        """Nick and URL of the feeds of the web that are followed, where either begins so."""
        rows = self._db.rows(
            "SELECT author.nick, web.url FROM web JOIN author ON author.id = web.author "
            "WHERE author.followed = 1 AND author.nick IS NOT NULL "
            "AND (instr(lower(author.nick), lower(?1)) = 1 OR instr(web.url, ?1) = 1) ORDER BY author.nick LIMIT ?2",
            (begins, limit),
        )
        return [(nick, url) for nick, url in rows]

    def tags(self, begins: str, limit: int) -> list[str]:
        """The tags that begin so, without ``#``: the one that was used last first."""
        return naming.tags(self._db, begins.removeprefix("#"), limit)

    def muted(self) -> list[Mute]:
        """What is muted now."""
        now = int(self._clock())
        text: str | None = self._db.value("SELECT value FROM state WHERE key = ?", (MUTES,))
        return [mute for mute in from_text(text) if mute.holds(now)]

    def properties(self) -> list[str]:
        """The keys of the properties in one's own newest head."""
        data: str | None = self._db.value(
            "SELECT head.data FROM head JOIN author ON author.id = head.author WHERE author.is_me = 1 "
            "ORDER BY head.seq DESC LIMIT 1"
        )
        return sorted(json.loads(data or "{}").get("properties", {}))

    def communes(self) -> list[tuple[str, str]]:
        """Address and name of each account whose log begins with a charter (commune.md 1)."""
        rows = self._db.rows(
            "SELECT address, name FROM author WHERE EXISTS (SELECT 1 FROM record WHERE record.author = author.id "
            "AND record.seq <= 10 AND record.kind = 'charter') ORDER BY address"
        )
        return [(address, name) for address, name in rows]

    def series(self, begins: str, limit: int) -> list[Series]:
        """The offers whose code begins so, the newest of each code, the newest first."""
        rows = self._db.rows(
            "SELECT item.words, author.address FROM item JOIN author ON author.id = item.author "
            "WHERE item.kind = 'bond-offer' AND item.kind <> 'post' AND item.malformed IS NULL "
            "ORDER BY item.rowid DESC LIMIT ?",
            (LOOKED_AT,),
        )
        found: dict[str, Series] = {}
        for words, coop in rows:
            # The first line of what a search looks through is the code, and the asset comes next (store/derive.py).
            code, _, more = words.partition("\n")
            if code.startswith(begins.upper()):
                found.setdefault(code, Series(code, more.partition("\n")[0], coop))
        return list(found.values())[:limit]

    def records(self, begins: str, limit: int, kinds: Sequence[str] = (), *, mine: bool = False) -> list[Told]:
        """The newest records whose ``id`` or ``address#id`` begins so, of these kinds, or of any.

        Where nothing is typed yet and nothing else is asked for, they are those of the timeline. `mine`: one's own.
        """
        place, hash_, prefix = begins.rpartition("#")
        tables, where, values = "item", ["item.retracted = 0"], list[object]()
        if prefix:
            if not begins_id(prefix):
                return []
            where.append("item.id >= ? AND item.id < ?")
            values += [prefix, prefix + _AFTER_ID]
        elif not (hash_ or mine or kinds):
            tables = "(SELECT * FROM item ORDER BY rowid DESC LIMIT ?) AS item"
            values.append(LOOKED_AT)
            where.append(_FOLLOWED)
        if hash_:
            where.append("author.address = ?")
            values.append(place)
        if mine:
            where.append("author.is_me = 1")
        if kinds:
            where.append(f"item.kind IN ({marks(kinds)})")
            values += kinds
        rows = self._db.rows(
            "SELECT item.rowid, author.id, item.id, author.address, coalesce(author.nick, nullif(author.name, ''), "
            f"author.address), item.kind, coalesce(item.subject, nullif(item.words, ''), ({_STATED}), '') "
            f"FROM {tables} JOIN author ON author.id = item.author WHERE {' AND '.join(where)} "
            "ORDER BY item.rowid DESC LIMIT ?",
            [*values, 2 * limit],
        )
        hidden = hidden_by(self._db, self.muted())
        return list(_shown(rows, hidden))[:limit]


def _shown(rows: list[tuple[int, int, str, str, str, str, str]], hidden: Hidden) -> Iterator[Told]:
    for rowid, author, *told in rows:
        if author not in hidden.authors and rowid not in hidden.rowids:
            yield Told(*told)
