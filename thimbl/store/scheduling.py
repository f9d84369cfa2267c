"""What the schedule of askings keeps in the store: who is due when, which hosts do not answer, how often people write.

The rules are in `thimbl.core.schedule`; these are its rows (`author.due`, `host.failures`, `host.failing_since`,
`host.due`). All that came of a moment is noted in one transaction. The times at which somebody wrote are read off the
index over an author's items, whose rowids hold them (`thimbl.store.derive`): no item is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.core.schedule import RECENT, HostState
from thimbl.store.authors import author_id
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import RANK_BITS, rowid_at
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

SPOKEN: Final = 20
"""Of one's own newest posts that are looked through for whom they speak to: an evening's conversation."""

_STANDING: Final = "author.address, author.due, author.asked, author.source"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one who is to be asked stands."""

    address: str
    """Canonical. Not parsed: of ten thousand, few are new."""
    due: int | None
    """Unix seconds; None: at once."""
    asked: int | None
    """When they were last asked, by whichever program."""
    source: str | None
    """The mirror that gave the newest answer; None: their own host did."""


def followed(reader: Reader) -> list[Standing]:
    """Those who are followed, but for oneself; whoever moved by the new address. In no order."""
    rows = _database(reader).rows(f"SELECT {_STANDING} FROM author WHERE followed = 1 AND is_me = 0")
    return [Standing(*row) for row in rows]


def standings(reader: Reader, addresses: Iterable[Address]) -> list[Standing]:
    """These, each once, whether or not anything is known of them; whoever moved by the new address."""
    wanted = dict.fromkeys(str(address) for address in addresses)
    database, found = _database(reader), dict[str, Standing]()
    for some in chunks(list(wanted)):
        for row in database.rows(f"SELECT {_STANDING} FROM author WHERE address IN ({marks(some)})", some):
            found[row[0]] = Standing(*row)
    moved = [address for address in wanted if address not in found]
    for some in chunks(moved):
        rows = database.rows(
            f"SELECT alias.address, {_STANDING} FROM alias JOIN author ON author.id = alias.author "
            f"WHERE alias.address IN ({marks(some)})",
            some,
        )
        for old, *standing in rows:
            found[old] = Standing(*standing)
    each = {standing.address: standing for standing in (found.get(one) or _unknown(one) for one in wanted)}
    return list(each.values())


def _unknown(address: str) -> Standing:
    return Standing(address, None, None, None)


def last_asked(reader: Reader) -> int | None:
    """When anybody was asked last, by this machine's clock in Unix seconds; None where nobody was."""
    found: int | None = _database(reader).value("SELECT max(asked) FROM author")
    return found


def failing_hosts(reader: Reader) -> dict[str, HostState]:
    """The hosts that did not answer the last time, by `host[:port]`."""
    rows = _database(reader).rows("SELECT hostport, failures, failing_since, due FROM host WHERE failures > 0")
    return {hostport: HostState(failures, since, due) for hostport, failures, since, due in rows}


def written(reader: Reader, address: Address, number: int = RECENT) -> list[int]:
    """When an author wrote, as far as it is known: the newest `number` times, newest first.

    Of the future none: an item counts as of when it came. An edit or a new profile is in the time of the head.
    """
    database = _database(reader)
    author = author_id(database, address)
    if author is None:
        return []
    times = database.column(
        f"SELECT rowid >> {RANK_BITS} FROM item WHERE author = ? ORDER BY rowid DESC LIMIT ?", (author, number)
    )
    updated = database.value("SELECT updated FROM author WHERE id = ?", (author,))
    # The head of a post has its time, or a moment later: that is one sign of life and not two.
    if updated is not None and (not times or updated > times[0]):
        times = [updated, *times[1:]] if times and updated - times[0] < 60 else [updated, *times]
    return times[:number]


def spoken_to(reader: Reader, since: int) -> dict[str, int]:
    """Whom oneself has answered or named since then (Unix seconds), by canonical address, and when that was last."""
    database = _database(reader)
    rows = database.rows(
        f"SELECT rowid, rowid >> {RANK_BITS}, re, reply_to FROM item "
        "WHERE author = (SELECT id FROM author WHERE is_me = 1) AND rowid >= ? ORDER BY rowid DESC LIMIT ?",
        (rowid_at(since), SPOKEN),
    )
    found: dict[str, int] = {}
    for rowid, time, re, to in rows:
        named = database.column("SELECT address FROM mention WHERE item = ?", (rowid,))
        for address in _whom(re, to, named):
            found.setdefault(address, time)
    return found


def _whom(re: str | None, to: str | None, named: Iterable[str]) -> Iterator[str]:
    if re is not None:
        yield str(Reference.parse(re).address)
    if to is not None:
        yield to
    yield from named


def with_mirrors(reader: Reader, addresses: Iterable[str]) -> set[str]:
    """Those of these whose newest verified head names mirrors (plan-format 2)."""
    found: set[str] = set()
    for some in chunks(list(addresses)):
        found.update(
            _database(reader).column(
                "SELECT author.address FROM author JOIN head ON head.author = author.id "
                f"WHERE author.address IN ({marks(some)}) AND json_extract(head.data, '$.mirrors[0]') IS NOT NULL "
                "AND head.seq = (SELECT max(seq) FROM head WHERE head.author = author.id)",
                some,
            )
        )
    return found


def private(reader: Reader) -> set[str]:
    """The addresses of those who are followed in private, old ones of logs that moved included."""
    return set(
        _database(reader).column(
            "SELECT address FROM author WHERE followed = 1 AND private = 1 UNION ALL "
            "SELECT alias.address FROM alias JOIN author ON author.id = alias.author "
            "WHERE author.followed = 1 AND author.private = 1"
        )
    )


def note(writer: Writer, dues: Mapping[str, int], hosts: Mapping[str, HostState], now: int) -> None:
    """Keep when each of these authors is due next, and how each of these hosts stands, in one transaction."""
    database = _database(writer)
    with writer.batch():
        database.run_many(
            "UPDATE author SET due = ?1 WHERE address = ?2 OR id = (SELECT author FROM alias WHERE address = ?2)",
            [(due, address) for address, due in dues.items()],
        )
        database.run_many(
            "INSERT INTO host (hostport, asked, failures, failing_since, due) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (hostport) DO UPDATE SET failures = excluded.failures, "
            "failing_since = excluded.failing_since, due = excluded.due",
            [(hostport, now, state.failures, state.failing_since, state.due) for hostport, state in hosts.items()],
        )


def _database(reader: Reader) -> Database:
    """The connection behind a handle: this module is a part of the store that has a file of its own."""
    return reader._db
