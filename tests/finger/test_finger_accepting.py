"""A listening port over scripted sockets: accepting, answering at once, and running out of descriptors."""

import errno
import gc
import os
import socket
import weakref
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.protocol import Factory, Protocol

from finger.accepting import MAX_ACCEPTS, PAUSE, Acceptor
from finger.server import FingerServerFactory
from tests.support.finger_world import LIMITS, Reactor

PEER = ("192.0.2.9", 40_000)


class Accepted:
    """The socket of a connection: what comes, piece by piece, and how much it takes of what is sent."""

    family = socket.AF_INET

    def __init__(self, *comes: bytes | OSError, takes: int = 1 << 30) -> None:
        self.comes, self.takes = list(comes), takes
        self.sent, self.closed = b"", False

    def recv(self, size: int) -> bytes:
        if not self.comes:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        piece = self.comes.pop(0)
        if isinstance(piece, OSError):
            raise piece
        return piece

    def send(self, data: bytes) -> int:
        if not self.takes:
            raise BlockingIOError(errno.EAGAIN, "full")
        taken = bytes(data[: self.takes])
        self.sent += taken
        self.takes -= len(taken)
        return len(taken)

    def setblocking(self, blocking: bool) -> None:
        assert not blocking

    def shutdown(self, how: int) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def fileno(self) -> int:
        return -1 if self.closed else 99


class Listening:
    """The listening socket: what `accept` says, one after the other."""

    family = socket.AF_INET

    def __init__(self, *script: Accepted | OSError) -> None:
        self.script = list(script)
        self.peer: Any = PEER
        self.closed = False

    def accept(self) -> tuple[Any, Any]:
        if not self.script:
            raise BlockingIOError(errno.EAGAIN, "nobody there")
        said = self.script.pop(0)
        if isinstance(said, OSError):
            raise said
        return said, self.peer

    def fileno(self) -> int:
        return -1 if self.closed else 98

    def close(self) -> None:
        self.closed = True


class World:
    def __init__(self, *script: Accepted | OSError, factory: Any = None) -> None:
        self.reactor = Reactor()
        self.peers: list[Any] = []
        self.served: list[Any] = []
        self.answer = b"moo\r\n"
        factory = factory or FingerServerFactory(
            self._answer, clock=self.reactor, limits=LIMITS, heard=self.served.append
        )
        self.listening = Listening(*script)
        self.port = Acceptor(self.reactor, cast("Any", self.listening), factory)
        self.port.startListening()

    def _answer(self, query: Any, peer: Any) -> bytes:
        self.peers.append(peer)
        return self.answer


@pytest.fixture
def world_of():
    made: list[World] = []

    def make(*script: Accepted | OSError, factory: Any = None) -> World:
        made.append(World(*script, factory=factory))
        return made[-1]

    yield make
    for world in made:
        world.port.stopListening()
        assert world.listening.closed
        assert world.port._reserve is None


def test_query_that_is_there_already_never_meets_the_reactor(world_of):
    client = Accepted(b"ana\r\n")
    world = world_of(client)
    world.port.doRead()
    assert (client.sent, client.closed) == (b"moo\r\n", True)
    assert world.reactor.readers == [world.port]
    assert world.reactor.writers == []
    assert world.reactor.getDelayedCalls() == []
    assert [served.outcome.value for served in world.served] == ["answered"]


def test_connection_that_is_over_is_no_work_for_the_collector(world_of):
    """Thousands a second: a ring in each of them would be searched for among all that the daemon keeps."""
    made = []

    class Noting(FingerServerFactory):
        def buildProtocol(self, addr: Any) -> Any:
            protocol = super().buildProtocol(addr)
            made.append(weakref.ref(protocol))
            return protocol

    client = Accepted(b"ana\r\n")
    world = world_of(client, factory=Noting(lambda query, peer: b"Here.", clock=Reactor(), limits=LIMITS))
    gc.disable()
    try:
        world.port.doRead()
        (protocol,) = made
        assert client.sent == b"Here."
        assert protocol() is None
    finally:
        gc.enable()


def test_query_that_comes_later(world_of):
    client = Accepted()
    world = world_of(client)
    world.port.doRead()
    [port, connection] = world.reactor.readers
    client.comes.append(b"ana\r\n")
    connection.doRead()
    assert (client.sent, client.closed) == (b"moo\r\n", True)
    assert world.reactor.readers == [port]


def test_answer_that_the_socket_takes_in_parts(world_of):
    client = Accepted(b"ana\r\n", takes=3)
    world = world_of(client)
    world.port.doRead()
    assert (client.sent, client.closed) == (b"moo", False)
    assert world.served == []
    [connection] = world.reactor.writers
    client.takes = 100
    reason = connection.doWrite()
    connection.connectionLost(_failure(reason))
    assert (client.sent, client.closed) == (b"moo\r\n", True)
    assert [served.outcome.value for served in world.served] == ["answered"]


def _failure(reason: Any) -> Any:
    from twisted.python.failure import Failure

    return Failure(reason)


def test_client_that_left_before_it_was_accepted(world_of):
    gone, closed, after = Accepted(ConnectionResetError()), Accepted(b""), Accepted(b"ana\r\n")
    world = world_of(gone, OSError(errno.ECONNABORTED, "gone"), closed, after)
    world.port.doRead()
    assert gone.closed
    assert after.sent == b"moo\r\n"
    assert [served.outcome.value for served in world.served][:1] == ["left"]


def test_no_more_than_a_turns_worth_is_accepted(world_of):
    clients = [Accepted(b"ana\r\n") for _ in range(MAX_ACCEPTS + 5)]
    world = world_of(*clients)
    world.port.doRead()
    assert sum(client.closed for client in clients) == MAX_ACCEPTS
    world.port.doRead()
    assert all(client.closed for client in clients)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_without_descriptors_the_reserve_turns_clients_away(world_of, number):
    turned_away, after = Accepted(b"ana\r\n"), Accepted(b"ana\r\n")
    world = world_of(OSError(number, os.strerror(number)), turned_away, after)
    world.port.doRead()
    assert (turned_away.sent, turned_away.closed) == (b"", True)
    assert after.sent == b"moo\r\n"
    assert world.reactor.readers == [world.port]


@pytest.mark.parametrize(("number", "times"), [(errno.EMFILE, 2), (errno.ENOBUFS, 1), (errno.EIO, 1)])
def test_where_nothing_helps_it_pauses_and_does_not_spin(world_of, number, times):
    after = Accepted(b"ana\r\n")
    world = world_of(*[OSError(number, os.strerror(number))] * times, after)
    world.port.doRead()
    assert world.reactor.readers == []
    assert not after.closed
    world.reactor.advance(PAUSE)
    assert world.reactor.readers == [world.port]
    world.port.doRead()
    assert after.sent == b"moo\r\n"


def test_stopping_in_a_pause():
    world = World(OSError(errno.ENOMEM, "no memory"))
    world.port.doRead()
    world.port.stopListening()
    world.reactor.advance(PAUSE)
    assert world.reactor.readers == []
    assert world.reactor.getDelayedCalls() == []


def test_fault_of_a_protocol_is_not_the_ports(world_of):
    class Faulty(Protocol):
        def dataReceived(self, data: bytes) -> None:
            raise RuntimeError("the secret reason")

    class Making(Factory):
        def buildProtocol(self, addr: Any) -> Any:
            return Faulty()

    client = Accepted(b"ana\r\n")
    world = world_of(client, factory=Making())
    world.port.doRead()
    assert client.closed
    assert world.reactor.readers == [world.port]


def test_factory_that_wants_nobody(world_of):
    class Closed(Factory):
        def buildProtocol(self, addr: Any) -> None:
            return None

    client = Accepted(b"ana\r\n")
    world_of(client, factory=Closed()).port.doRead()
    assert client.closed


@pytest.mark.parametrize(
    ("place", "peer"),
    [
        (("2001:db8::1", 40_000, 0, 0), IPv6Address("TCP", "2001:db8::1", 40_000)),
        (("::ffff:192.0.2.9", 40_000, 0, 0), IPv4Address("TCP", *PEER)),
    ],
)
def test_ipv4_by_a_socket_of_both_is_ipv4(place, peer, monkeypatch):
    monkeypatch.setattr(Listening, "family", socket.AF_INET6)
    world = World(Accepted(b"ana\r\n"))
    world.listening.peer = place
    world.port.doRead()
    assert world.peers == [peer]
    world.port.stopListening()
