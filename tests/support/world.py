"""A small internet in memory, with hosts that answer from files as `thimbl serve` does, and a store that fetches."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from finger.client import FingerClient
from finger.query import Query
from finger.testing import Behaviour, FakeInternet, Honest, Lying
from tests.support.scribe import START, Scribe
from tests.support.spooler import spool
from thimbl.core.address import Address, parse_hostport
from thimbl.core.archive import PAGE
from thimbl.core.compose import WINDOW_BYTES
from thimbl.node.polling.fetch import AT_ONCE, AT_ONE_HOST, Fetcher, Outcome
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.store.types import Item, Selection, View
from thimbl.store.writer import Writer

FEW = 4 * 1024
"""Bytes of a window in which some 17 posts of a scribe fit."""

T = TypeVar("T")


class World:
    """Hosts by name, each with a folder of plans; one reader with a store. `now` is the reader's clock."""

    def __init__(
        self, folder: Path, *, at_once: int = AT_ONCE, at_one_host: int = AT_ONE_HOST, mirrors: bool = True
    ) -> None:
        """`mirrors`: whether hosts are asked that a plan names."""
        self.folder = folder
        self.now = START + 10 * 86_400
        self.internet = FakeInternet(Clock())
        self.store = Writer.open(folder / "store" / "store.sqlite3")
        self.client = client = FingerClient(self.internet.endpoint, self.internet.clock)
        self.at_once, self.at_one_host, self.strangers = at_once, at_one_host, client if mirrors else None
        self.begin_anew()

    def host(self, name: str, port: int = 79) -> Path:
        """A host that answers from the plans in the folder given back; it is there from the first call on."""
        folder = self.folder / f"{name}-{port}"
        if not folder.exists():
            folder.mkdir()
            self.internet.add(name, port, Honest(Answerer(Spool(folder))))
        return folder

    def publish(self, scribe: Scribe, window_bytes: int = WINDOW_BYTES, withheld: Iterable[int] = ()) -> None:
        """Put a scribe's log on its host, as it stands."""
        folder = self.host(scribe.address.host, scribe.address.port)
        spool(folder, scribe, window_bytes=window_bytes, withheld=tuple(withheld))

    def put(self, address: Address, behaviour: Behaviour) -> None:
        """Put something else in the place of a host."""
        self.internet.add(address.host, address.port, behaviour)

    def mirror(
        self,
        hostport: str,
        scribe: Scribe,
        window_bytes: int = WINDOW_BYTES,
        lie: Callable[[bytes], bytes] = lambda answer: answer,
    ) -> None:
        """Let a mirror have the scribe's log as it stands, and answer as `lie` says. It mirrors all it was given."""
        folder = self.folder / f"mirror-{hostport}" / scribe.address.hostport
        folder.mkdir(parents=True, exist_ok=True)
        spool(folder, scribe, window_bytes=window_bytes)

        def answer(query: Query) -> bytes:
            if query.hosts and (copies := folder.parent / query.hosts[0]).is_dir():
                return lie(Answerer(Spool(copies))(Query(query.user)))
            return b"Finger forwarding service denied.\r\n"

        self.internet.add(*parse_hostport(hostport), Lying(answer))

    def silent_about(self, scribe: Scribe, view: str) -> None:
        """Let the scribe's host answer as before, but never a word where a query has `view` in it."""
        answerer = Answerer(Spool(self.host(scribe.address.host, scribe.address.port)))

        def answer(query: Query, peer: object) -> "bytes | Deferred[bytes]":
            return Deferred() if view in query.user else answerer(query)

        self.put(scribe.address, Honest(answer))

    def begin_anew(self) -> None:
        """The program is started again: it knows what is in the store, and nothing else."""
        self.fetcher = Fetcher(
            self.client,
            self.store,
            lambda: self.now,
            at_once=self.at_once,
            at_one_host=self.at_one_host,
            mirrors=self.strangers,
        )

    def old_host(self, address: Address, plan: str | bytes) -> None:
        """Put a finger server of decades ago in the place of a host: it knows one user, and no views."""
        body = (plan.encode("utf-8") if isinstance(plan, str) else plan).replace(b"\n", b"\r\n")

        def answer(query: Query) -> bytes:
            if query.user != address.user:
                return b"finger: " + query.user.encode("utf-8", "surrogateescape") + b": no such user.\r\n"
            return b"Login: " + address.user.encode() + b"\r\nPlan:\r\n" + body

        self.put(address, Lying(answer))

    def fetch(self, *whom: Address | Scribe, seconds: float = 0) -> list[Outcome]:
        """Fetch them, letting so much time pass."""
        self.now += 60
        fired: list[list[Outcome]] = []
        addresses = [who.address if isinstance(who, Scribe) else who for who in whom]
        fetching = self.fetcher.fetch_all(addresses).addCallback(fired.append)
        self.internet.advance(seconds)
        return settle(fetching, fired)

    def one(self, whom: Address | Scribe, seconds: float = 0) -> Outcome:
        """The outcome of fetching one."""
        return self.fetch(whom, seconds=seconds)[0]

    def asked(self) -> list[str]:
        """What the hosts were asked since the last call."""
        asked = [str(entry.query) for entry in self.internet.log]
        self.internet.log.clear()
        return asked

    def items(self, whom: Address | Scribe) -> list[Item]:
        """What the store shows of an author, oldest first."""
        address = whom.address if isinstance(whom, Scribe) else whom
        return self.store.timeline(Selection(View.AUTHOR, author=address), 1_000_000)[::-1]

    def has_all(self, scribe: Scribe) -> bool:
        """Whether the store holds the whole log as its author has it, record for record, and knows it."""
        author = self.store.author(scribe.address)
        data = self.store.record_data(scribe.address, 1, scribe.seq + PAGE)
        return author is not None and author.gap_below is None and data == [record.data for record in scribe.records]


def settle(fetching: "Deferred[None]", fired: list[list[T]]) -> list[T]:
    """What came of a fetch that must be over; raises what it failed with."""
    failures: list[Failure] = []
    fetching.addErrback(failures.append)
    for failure in failures:
        assert failure.value is not None
        raise failure.value
    assert fired, "the fetch is not over"
    return fired[0]
