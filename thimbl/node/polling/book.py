"""What a watch reads and keeps: whom to ask, when they are due, which hosts are away. `StoreBook` has it of an account.

The list of the followed is a file that a person may edit, and the store is written by other programs too (the terminal
UI, `thimbl fetch`): each look is a few stats and a pragma, and nothing is read again that has not changed. A store that
was put away is not written to any further: SQLite would go on with a file that has no name, which nobody reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from thimbl.core.address import Address
from thimbl.core.schedule import USUAL, WELL, HostState, next_due
from thimbl.home.account import Account
from thimbl.node.polling.journal import Journal
from thimbl.store import scheduling
from thimbl.store.errors import StoreReplaced
from thimbl.store.scheduling import Standing
from thimbl.store.writer import Writer

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from thimbl.node.polling.fetch import Outcome


class Fetch(Protocol):
    """Asks one author: `thimbl.node.polling.fetch.Fetcher.fetch`."""

    def __call__(self, address: Address, *, at_home: bool = True) -> "Deferred[Outcome]":
        """What comes of asking; not `at_home`: their host is known to be away, and only their mirrors are asked."""


class Book(Protocol):
    """What a watch reads and keeps. Every method may raise `StoreError`, and `look` `SettingsError` too."""

    def look(self) -> Sequence[Standing] | None:
        """Those to ask; None where nothing has changed since the last look."""

    def failing_hosts(self) -> Mapping[str, HostState]:
        """Hosts that did not answer the last time, by `host[:port]`."""

    def written(self, address: Address) -> list[int]:
        """When an author wrote, in Unix seconds, newest first."""

    def spoken_to(self, since: int) -> Mapping[str, int]:
        """Whom oneself has answered or named since, and when that was last."""

    def with_mirrors(self, addresses: Iterable[str]) -> set[str]:
        """Those of these whose plan names mirrors."""

    def note(self, dues: Mapping[str, int], hosts: Mapping[str, HostState], now: int) -> None:
        """Keep when each is due, and how each host stands."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How a watch stands. The last three only grow."""

    plans: int
    due: int
    """Who is due and waits for a turn."""
    under_way: int
    failing_hosts: int
    asked: int
    failed: int
    """Askings to which no plan came."""
    new: int
    """Records."""


class StoreBook:
    """The book of an account, in its files and its store."""

    def __init__(
        self,
        account: Account,
        writer: Writer,
        who: Sequence[Address] = (),
        mirrored: Callable[[], Iterable[Address]] = tuple,
        cited: Callable[[], Iterable[Address]] = tuple,
        journal: Journal | None = None,
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        """`who` are asked in place of those who are followed; `mirrored` beside them, and then `cited`. What `journal`
        has heard is kept with the schedule. `beside` is called at each look, for what else may have changed."""
        self._journal = journal
        self._account, self._writer, self._who = account, writer, tuple(who)
        self._mirrored, self._cited, self._beside = mirrored, cited, beside
        self._list: tuple[int, ...] | None = None
        self._version: int | None = None
        self._file = _file(writer.path)

    def look(self) -> list[Standing] | None:
        """Those to ask; None where neither the list nor the store was changed by somebody else."""
        if _file(path := self._writer.path) != self._file:
            raise StoreReplaced(f"The store {path} was taken away or replaced while in use: start again what uses it.")
        self._beside()
        listed, version = self._stamp(), self._writer.data_version()
        if (listed, version) == (self._list, self._version):
            return None
        if listed != self._list:
            self._account.sync_following(self._writer)
        if self._list is None:
            self._account.catch_up_quietly(self._writer)
        found = self._standings()
        self._list, self._version = listed, version
        return found

    def forget(self) -> None:
        """Let the next look find that something has changed."""
        self._version = None

    def _standings(self) -> list[Standing]:
        if self._who:
            return scheduling.standings(self._writer, self._who)
        found = {standing.address: standing for standing in scheduling.followed(self._writer)}
        for beside in (self._mirrored, self._cited):
            for standing in scheduling.standings(self._writer, beside()):
                found.setdefault(standing.address, standing)
        if self._account.settings.address is not None:
            found.pop(str(self._account.settings.address), None)
        return list(found.values())

    def _stamp(self) -> tuple[int, ...]:
        """The state of the person's two lists: a program puts another file in its place, an editor may write to it."""
        paths = self._account.paths
        return *stamp(paths.following), *stamp(paths.muted)

    def failing_hosts(self) -> Mapping[str, HostState]:
        """Hosts that did not answer the last time."""
        return scheduling.failing_hosts(self._writer)

    def written(self, address: Address) -> list[int]:
        """When an author wrote, newest first."""
        return scheduling.written(self._writer, address)

    def spoken_to(self, since: int) -> Mapping[str, int]:
        """Whom the person has answered or named since."""
        return scheduling.spoken_to(self._writer, since)

    def with_mirrors(self, addresses: Iterable[str]) -> set[str]:
        """Those of these whose plan names mirrors."""
        return scheduling.with_mirrors(self._writer, addresses)

    def note(self, dues: Mapping[str, int], hosts: Mapping[str, HostState], now: int) -> None:
        """Keep it, in one transaction."""
        with self._writer.batch():
            scheduling.note(self._writer, dues, hosts, now)
            if self._journal is not None:
                self._journal.write(self._writer)
        if self._journal is not None:
            self._journal.forget()


def stamp(path: Path) -> tuple[int, ...]:
    """What is another whenever a file is; of one that is not there, too."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _file(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path; None where none does, or where nobody may look."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def keep_schedule(writer: Writer, outcomes: Iterable["Outcome"], now: int, received: dict[str, int]) -> None:
    """Note what a fetch without a watch has come to, so that no poller asks the same again at once; `received` are the
    bytes that came from each host."""
    journal = Journal(received)
    hosts, dues = dict(scheduling.failing_hosts(writer)), dict[str, int]()
    changed: dict[str, HostState] = {}
    for outcome in outcomes:
        name, hostport = str(outcome.address), outcome.address.hostport
        if outcome.unreachable:
            changed[hostport] = hosts[hostport] = hosts.get(hostport, WELL).failed(hostport, now)
        elif hostport in hosts:
            del hosts[hostport]
            changed[hostport] = WELL
        if not outcome.unreachable:
            due = next_due(name, scheduling.written(writer, outcome.address), now)
            dues[name] = max(due, now + min(outcome.least, USUAL.longest))
        journal.heard(outcome, now)
    with writer.batch():
        scheduling.note(writer, dues, changed, now)
        journal.write(writer)
    journal.forget()
