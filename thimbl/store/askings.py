"""What the node did: how often each host was asked and what came of it, and the newest of what is worth telling.

- For each host one row for each verdict that came of asking it (and one for no plan at all), which are counted on; of
  single askings only those are kept that brought something new or went wrong, and of these the newest `MAX_NEWS`. So it
  grows with the hosts, and not with the years.
- It is written in the transaction that keeps the schedule (`thimbl.store.scheduling`), and nothing depends on it.
- Words are those of an outcome: they may quote what a host said, and are not made safe for a terminal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.log import Verdict
from thimbl.core.schedule import WELL, HostState
from thimbl.store.database import Database
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

MAX_NEWS: Final = 1_000
"""Askings that are kept one by one: some weeks of a person's, and a hundred kilobytes."""

MAX_WORDS: Final = 500
"""Characters of what went wrong: whole sentences, and not what a host can write."""

FORGOTTEN: Final = 90 * 86_400
"""Seconds after which a host that is asked no more leaves the log."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What came of asking a host for one author."""

    hostport: str
    """Of whoever answered, or did not: the author's own host, or a mirror."""
    address: str
    verdict: Verdict | None
    """None where no plan came."""
    new: int
    words: str
    """Why the verdict is not `verified`, or why no plan came."""
    time: int
    """Unix seconds."""

    @property
    def is_news(self) -> bool:
        """Whether there is something to tell."""
        return self.new > 0 or self.verdict not in (Verdict.VERIFIED, Verdict.UNSIGNED)


@dataclass(frozen=True, slots=True)
class HostLog:
    """What came of all askings of one host."""

    hostport: str
    asked: int
    """Times that it was asked for somebody."""
    answered: int
    """Times that a plan came."""
    bytes: int
    """Of its answers."""
    new: int
    """Posts and announcements that it brought."""
    verdicts: Mapping[Verdict, int]
    """How often each came, the commonest first."""
    last: int
    """When it was asked last, in Unix seconds."""
    failed: int | None
    """When no plan came, the last time; None: never."""
    words: str
    """Why none came then."""
    state: HostState
    """How it stands: failing or not, and when it is tried again."""


def note(writer: Writer, askings: Iterable[Asking], received: Mapping[str, int]) -> None:
    """Keep what came of these, in one transaction; `received` are the bytes that came from hosts, of which those are
    counted that are named in an asking."""
    counted: dict[tuple[str, str], list[int | str]] = {}
    newest: dict[str, tuple[str, str]] = {}
    news: list[Asking] = []
    for asking in askings:
        key = asking.hostport, asking.verdict or ""
        row = counted.setdefault(key, [0, 0, 0, 0, ""])
        row[0], row[1] = int(row[0]) + 1, int(row[1]) + asking.new
        row[3], row[4] = asking.time, asking.words[:MAX_WORDS]
        newest[asking.hostport] = key
        if asking.is_news:
            news.append(asking)
    for hostport, key in newest.items():
        counted[key][2] = received.get(hostport, 0)
    database = _database(writer)
    with writer.batch():
        database.run_many(
            "INSERT INTO asking (hostport, verdict, number, new, bytes, last, words) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (hostport, verdict) DO UPDATE SET number = number + excluded.number, "
            "new = new + excluded.new, bytes = bytes + excluded.bytes, last = excluded.last, words = excluded.words",
            [(*key, *row) for key, row in sorted(counted.items())],
        )
        if news:
            database.run_many(
                "INSERT INTO news (time, hostport, address, verdict, new, words) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (one.time, one.hostport, one.address, one.verdict, one.new, one.words[:MAX_WORDS])
                    for one in news[-MAX_NEWS:]
                ],
            )
            database.run("DELETE FROM news WHERE id <= (SELECT max(id) FROM news) - ?", (MAX_NEWS,))


def forget(writer: Writer, now: int) -> None:
    """Drop the hosts that were asked last long before `now` (Unix seconds)."""
    with writer.batch():
        _database(writer).run("DELETE FROM asking WHERE last < ?", (now - FORGOTTEN,))


def hosts(reader: Reader) -> list[HostLog]:
    """All hosts that were asked, the one that was asked last first."""
    database = _database(reader)
    states = {
        hostport: HostState(failures, since, due)
        for hostport, failures, since, due in database.rows(
            "SELECT hostport, failures, failing_since, due FROM host WHERE failures > 0"
        )
    }
    rows: dict[str, list[tuple[str, int, int, int, int, str]]] = {}
    for hostport, *row in database.rows(
        "SELECT hostport, verdict, number, new, bytes, last, words FROM asking ORDER BY hostport, number DESC, verdict"
    ):
        verdict, number, new, size, last, words = row
        rows.setdefault(hostport, []).append((verdict, number, new, size, last, words))
    found = [_host(hostport, some, states.get(hostport, WELL)) for hostport, some in rows.items()]
    return sorted(found, key=lambda host: (-host.last, host.hostport))


def _host(hostport: str, rows: list[tuple[str, int, int, int, int, str]], state: HostState) -> HostLog:
    asked, failure = sum(row[1] for row in rows), next((row for row in rows if not row[0]), None)
    return HostLog(
        hostport,
        asked,
        asked - (failure[1] if failure else 0),
        sum(row[3] for row in rows),
        sum(row[2] for row in rows),
        {Verdict(row[0]): row[1] for row in rows if row[0]},
        max(row[4] for row in rows),
        failure[4] if failure else None,
        failure[5] if failure else "",
        state,
    )


def news(reader: Reader, limit: int = MAX_NEWS, hostport: str | None = None) -> list[Asking]:
    """The newest askings that brought something or went wrong, newest first; of one host, or of all."""
    where, values = ("WHERE hostport = ? ", [hostport]) if hostport is not None else ("", [])
    rows = _database(reader).rows(
        f"SELECT hostport, address, verdict, new, words, time FROM news {where}ORDER BY id DESC LIMIT ?",
        [*values, limit],
    )
    return [
        Asking(host, address, None if verdict is None else Verdict(verdict), new, words, time)
        for host, address, verdict, new, words, time in rows
    ]


def _database(reader: Reader) -> Database:
    """The connection behind a handle: this module is a part of the store that has a file of its own."""
    return reader._db
