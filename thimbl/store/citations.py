"""The logs that communes' records cite, which are followed for the communes' sake (commune.md 12.4).

- A commune is a log with a charter in it that holds, of somebody who is followed, or who is oneself; or that this host
  mirrors. Whom such a log cites is asked as the followed are, stands in nobody's timeline, and is told to nobody.
- **Once**: whom a cited log cites in its turn is another matter, unless that is a followed commune as well.
- **Bounded**: of each commune those whom its newest records cite, `MAX_CITED` of them.
- Who cites whom is noted as records come in, whoever they are by. It follows from the records alone: `rebuild` makes it
  again. Who is followed for it is looked up anew each time, so whoever unfollows a commune has done with all of it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address
from thimbl.core.records import Record
from thimbl.store import citing
from thimbl.store.authors import author_id
from thimbl.store.citing import ANNOUNCED
from thimbl.store.database import Database, chunks, marks
from thimbl.store.types import Author

if TYPE_CHECKING:
    from thimbl.store.reader import Reader
    from thimbl.store.writer import Writer

MAX_CITED: Final = 2_000
"""Logs that are followed for one commune: as many as subscribe to one series of a large one. At the slowest pace, which
is that of the silent, they cost 8,000 questions of 30 bytes a day. It is also all that somebody who invents a commune
can have a reader ask. Above it those whom the newest records cite come first, and an audit says whose logs it lacks."""

MAX_CHARTERS: Final = 10
"""Records of the kind `charter` in one log that are looked at for one that holds: there should be one."""

_NOBODY: Final = Author(
    id=0, address=Address("nobody", "nowhere.invalid"), nick=None, followed=False, private=False, is_me=False, name="",
    bio="", properties={}, following=(), key=None, key_line=None, recovery=None, verdict=None, reason="", seq=0,
    updated=None, asked=None, answered=None, failure=None, gap_below=None, moved_to=None, posts=0,
)  # fmt: skip

_NOT_CITED: Final = """
    SELECT address FROM author WHERE followed = 1 OR is_me = 1
    UNION ALL SELECT alias.address FROM alias JOIN author ON author.id = alias.author WHERE followed = 1 OR is_me = 1
"""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, and whom one asks for its sake."""

    address: str
    """Canonical."""
    logs: tuple[str, ...]
    """The addresses that its records cite, but for those that one follows: at most `MAX_CITED`, those of the newest
    records first."""
    beyond: int = 0
    """How many more it cites."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A log that is cited, and of which nothing was ever verified here."""

    address: str
    failure: str | None
    """Why it could not be asked the last time; None where that is not why, or it was not asked yet."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is here of the logs that one commune cites."""

    commune: str
    cited: int
    """How many are followed for it."""
    beyond: int
    """How many more it cites than that."""
    lacking: tuple[Lacking, ...]

    @property
    def found(self) -> int:
        """Of how many there is a plan that was verified."""
        return self.cited - len(self.lacking)


def communes(reader: "Reader", mirrored: Iterable[Address] = ()) -> list[Commune]:
    """The communes that are followed, or mirrored, and one's own, by address. May raise `StoreError`."""
    database = reader._db
    ids = {found for address in mirrored if (found := author_id(database, address)) is not None}
    rows = database.rows(
        "SELECT DISTINCT author.id, author.address, followed = 1 OR is_me = 1 FROM item "
        "JOIN author ON author.id = item.author WHERE item.kind = 'charter' AND item.kind <> 'post' "
        "ORDER BY author.address"
    )
    return [
        _commune(database, author, address)
        for author, address, is_mine in rows
        if (is_mine or author in ids) and _has_charter(database, author)
    ]


def cites(reader: "Reader", address: Address) -> bool:
    """Whether the log of an address cites anybody, as those of communes do."""
    author = author_id(reader._db, address)
    return reader._db.value("SELECT 1 FROM citation WHERE commune = ? LIMIT 1", (author,)) is not None


def cited_by(reader: "Reader", is_counted: Callable[[Address], bool]) -> frozenset[Address]:
    """Whom the newest records of these communes cite, by their present addresses, however one stands to them: so that
    nobody can tell by what is here of whom it is followed in private. `is_counted` is asked of each commune."""
    database = reader._db
    found: set[Address] = set()
    for author, address in database.rows(
        "SELECT id, address FROM author WHERE id IN (SELECT commune FROM citation) ORDER BY address"
    ):
        if is_counted(Address.parse(address)) and _has_charter(database, author):
            addresses = database.column(
                "SELECT coalesce(author.address, citation.address) FROM citation "
                "LEFT JOIN alias ON alias.address = citation.address LEFT JOIN author ON author.id = alias.author "
                "WHERE commune = ? ORDER BY citation.newest DESC, citation.address LIMIT ?",
                (author, MAX_CITED),
            )
            found.update(map(Address.parse, addresses))
    return frozenset(found)


def by_log(found: Iterable[Commune]) -> dict[str, tuple[str, ...]]:
    """The communes that cite each log."""
    citing: dict[str, tuple[str, ...]] = {}
    for commune in found:
        for log in commune.logs:
            citing[log] = (*citing.get(log, ()), commune.address)
    return citing


def lacking(reader: "Reader", logs: Sequence[str]) -> list[Lacking]:
    """Those of these of which no plan was ever verified, in their order."""
    here: dict[str, tuple[int | None, str | None]] = {}
    for some in chunks(logs):
        here |= {
            address: (updated, failure)
            for address, updated, failure in reader._db.rows(
                f"SELECT address, updated, failure FROM author WHERE address IN ({marks(some)}) UNION ALL "
                "SELECT alias.address, updated, failure FROM alias JOIN author ON author.id = alias.author "
                f"WHERE alias.address IN ({marks(some)})",
                (*some, *some),
            )
        }
    stood = ((log, here.get(log, (None, None))) for log in logs)
    return [Lacking(log, failure) for log, (updated, failure) in stood if updated is None]


def gathered(reader: "Reader", communes: Iterable[Commune]) -> list[Gathered]:
    """How the communes' logs stand; those that cite nobody but whom one follows are left out."""
    return [
        Gathered(
            one.address,
            len(one.logs),
            one.beyond,
            tuple(lacking(reader, one.logs)),
        )
        for one in communes
        if one.logs
    ]


def author_of(reader: "Reader", log: str) -> Author:
    """Whoever has an address that is cited, whether or not anything is known of them."""
    address = Address.parse(log)
    return reader.author(address) or replace(_NOBODY, address=address)


def trusted_hosts(reader: "Reader") -> set[str]:
    """The hosts (`host[:port]`) at which somebody is followed, or oneself is: the person named them."""
    rows = reader._db.column("SELECT address FROM author WHERE followed = 1 OR is_me = 1")
    return {address.partition("@")[2] for address in rows}


def _commune(database: Database, author: int, address: str) -> Commune:
    cited: list[str] = database.column(
        f"SELECT address FROM citation WHERE commune = ?1 AND address NOT IN ({_NOT_CITED}) AND address <> ?2 "
        "ORDER BY newest DESC, address",
        (author, address),
    )
    return Commune(address, tuple(cited[:MAX_CITED]), max(0, len(cited) - MAX_CITED))


def _has_charter(database: Database, author: int) -> bool:
    from thimbl.core.commune.fields import Malformed
    from thimbl.core.commune.statements import Charter, read_statement

    for data in database.column(
        f"SELECT data FROM record WHERE author = ? AND kind = 'charter' AND {ANNOUNCED} ORDER BY seq LIMIT ?",
        (author, MAX_CHARTERS),
    ):
        try:
            if isinstance(read_statement(Record.from_data(json.loads(data))), Charter):
                return True
        except Malformed:
            continue
    return False


# noting


def complete(writer: "Writer") -> None:
    """Note whom the communes cite whose records came in before this was noted: those of a store of version 1."""
    for commune in communes(writer):
        author = author_id(writer._db, Address.parse(commune.address))
        if author is not None and not writer._db.value("SELECT 1 FROM citation WHERE commune = ?", (author,)):
            with writer.batch():
                citing.derive(writer._db, author)
