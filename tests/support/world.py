"""A small internet in memory, with hosts that answer from files as `thimbl serve` does, and a store that fetches."""

from collections.abc import Iterable
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from finger.client import FingerClient
from finger.query import Query
from finger.testing import Behaviour, FakeInternet, Honest, Lying
from tests.support.scribe import START, Scribe
from tests.support.spooler import spool
from thimbl.core.address import Address
from thimbl.core.archive import PAGE
from thimbl.core.compose import WINDOW_BYTES
from thimbl.node.accounts import Spool
from thimbl.node.answering import Answerer
from thimbl.node.fetch import AT_ONCE, AT_ONE_HOST, Fetcher, Outcome
from thimbl.store.types import Item, Selection, View
from thimbl.store.writer import Writer

FEW = 4 * 1024
"""Bytes of a window in which some 17 posts of a scribe fit."""


class World:
    """Hosts by name, each with a folder of plans; one reader with a store. `now` is the reader's clock."""

    def __init__(self, folder: Path, *, at_once: int = AT_ONCE, at_one_host: int = AT_ONE_HOST) -> None:
        self.folder = folder
        self.now = START + 10 * 86_400
        self.internet = FakeInternet(Clock())
        self.store = Writer.open(folder / "store" / "store.sqlite3")
        client = FingerClient(self.internet.endpoint, self.internet.clock)
        self.fetcher = Fetcher(client, self.store, lambda: self.now, at_once=at_once, at_one_host=at_one_host)

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


def settle(fetching: "Deferred[None]", fired: list[list[Outcome]]) -> list[Outcome]:
    """What came of a fetch that must be over; raises what it failed with."""
    failures: list[Failure] = []
    fetching.addErrback(failures.append)
    for failure in failures:
        assert failure.value is not None
        raise failure.value
    assert fired, "the fetch is not over"
    return fired[0]
