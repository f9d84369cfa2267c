"""A Finger server in memory, and the people that connect to it."""

from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from zope.interface import implementer

from finger._memory import Wire
from finger.server import FingerServerFactory, Served, ServerLimits

LIMITS = ServerLimits(query_seconds=30, answer_seconds=40, send_seconds=20, linger_seconds=2, connections=3, refusals=2)
HERE, THERE = (IPv4Address("TCP", "192.0.2.1", port) for port in (79, 40_000))


class Person(Protocol):
    """A client that does what the test tells it to."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended: Any = None

    @property
    def socket(self) -> Any:
        return self.transport

    def dataReceived(self, data: bytes) -> None:
        self.heard += data

    def connectionLost(self, reason: Any = None) -> None:
        self.connected = False
        self.ended = reason.value


@implementer(IHalfCloseableProtocol)
class PatientPerson(Person):
    """One that keeps its direction open when the server closes its own."""

    saw_end = False

    def readConnectionLost(self) -> None:
        self.saw_end = True

    def writeConnectionLost(self) -> None:
        pass


class Meeting:
    """Those who connect to a server in memory, by the clock of a test: a subclass has the server's factory."""

    clock: Clock
    factory: Any

    def connect(self, person: Any = None, chunk: int = 1 << 16, peer: Any = THERE) -> Any:
        person = person or Person()
        server: Any = self.factory.buildProtocol(peer)
        if server is None:
            return None
        Wire(self.clock, (person, peer), (server, cast("Any", HERE)), chunk=chunk).open()
        self.clock.advance(0)
        return person

    def send(self, person: Any, data: bytes) -> None:
        person.socket.write(data)
        self.clock.advance(0)

    def advance(self, seconds: float) -> None:
        self.clock.pump([1.0] * int(seconds))


class World(Meeting):
    """A server with an answer, and the people that connect to it."""

    def __init__(self, limits: ServerLimits = LIMITS) -> None:
        self.clock = Clock()
        self.asked: list[Any] = []
        self.answer: Any = b"moo\r\n"
        self.served: list[Served] = []
        self.factory = FingerServerFactory(self._answer, clock=self.clock, limits=limits, heard=self.served.append)

    def _answer(self, query: Any, peer: Any) -> Any:
        self.asked.append((str(query), peer))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer() if callable(self.answer) else self.answer


class Reactor(Clock):
    """What a listening port wants of a reactor."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: list[Any] = []
        self.writers: list[Any] = []

    def addReader(self, reader: Any) -> None:
        if reader not in self.readers:
            self.readers.append(reader)

    def removeReader(self, reader: Any) -> None:
        if reader in self.readers:
            self.readers.remove(reader)

    def addWriter(self, writer: Any) -> None:
        if writer not in self.writers:
            self.writers.append(writer)

    def removeWriter(self, writer: Any) -> None:
        if writer in self.writers:
            self.writers.remove(writer)
