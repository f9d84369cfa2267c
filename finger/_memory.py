"""Connections in memory, for `finger.testing`: two transports and the wire between them.

Rules, which are TCP's and Twisted's as far as a protocol can see them:

- Bytes move when the clock says so, never inside the call that wrote them, in chunks of at most a given size.
- A side that closes sends what it wrote first. If bytes for it lie unread, the other side sees a reset, not an end.
- `loseWriteConnection` closes one direction. A protocol that is no IHalfCloseableProtocol closes when the other does.
- `abortConnection` throws away what was not yet delivered, and the other side sees a reset.
- A producer is asked for more when what was written has been delivered: there are no buffers in between, so a reader
  that pauses holds the writer up at once.
- An exception in a protocol comes out of the clock's `advance`: a test should see it.
"""

from collections.abc import Callable
from typing import Any, Protocol, cast

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IHalfCloseableProtocol,
    IProtocol,
    IPushProducer,
    ITransport,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.interfaces import Clock

#: How much a Twisted transport reads at once.
READ_SIZE = 64 * 1024

_failure_of: Callable[[Exception], Failure] = Failure


class ProtocolEnd(Protocol):
    """IProtocol and IHalfCloseableProtocol, spelled for type checkers."""

    def makeConnection(self, transport: ITransport) -> None: ...
    def dataReceived(self, data: bytes) -> None: ...
    def connectionLost(self, reason: Failure) -> None: ...
    def readConnectionLost(self) -> None: ...
    def writeConnectionLost(self) -> None: ...


@implementer(ITransport, IConsumer, IPushProducer)
class MemoryTransport:
    """One end of a `Wire`."""

    def __init__(self, wire: "Wire", protocol: IProtocol, host: IAddress, peer: IAddress) -> None:
        self.protocol = cast("ProtocolEnd", protocol)
        self.half_closeable = bool(IHalfCloseableProtocol.providedBy(protocol))
        self.connected = True
        self.reading = True
        self.disconnecting = False
        self.aborting = False
        self.closing_write = False
        self.sent_end = False
        self.seen_end = False
        self.outgoing = bytearray()
        self.producer: Any = None
        self.streaming = False
        self.held_up = False
        self._wire = wire
        self._host, self._peer = host, peer

    def getHost(self) -> IAddress:
        return self._host

    def getPeer(self) -> IAddress:
        return self._peer

    def write(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(f"a transport takes bytes, not {type(data).__name__}")
        if self.connected and not self.sent_end:
            self.outgoing += data
            if self.producer is not None and self.streaming and not self.held_up:
                self.held_up = True
                self.producer.pauseProducing()
            self._wire.wake()

    def writeSequence(self, iovec: list[bytes]) -> None:
        self.write(b"".join(iovec))

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Nothing waits here; but whoever speaks TLS over a connection takes it for one of TCP."""

    def loseConnection(self) -> None:
        self.disconnecting = True
        self.reading = False
        self._wire.wake()

    def loseWriteConnection(self) -> None:
        self.closing_write = True
        self._wire.wake()

    def abortConnection(self) -> None:
        self.aborting = True
        self.reading = False
        self._wire.wake()

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        if self.producer is not None:
            raise RuntimeError("one producer at a time")
        if not self.connected:
            producer.stopProducing()
            return
        self.producer, self.streaming = producer, streaming
        if not streaming:
            producer.resumeProducing()
        self._wire.wake()

    def unregisterProducer(self) -> None:
        self.producer = None
        self._wire.wake()

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = not self.disconnecting
        self._wire.wake()

    def stopProducing(self) -> None:
        self.loseConnection()

    def lost(self, error: Exception) -> None:
        """The connection is gone, for this end."""
        if not self.connected:
            return
        self.connected = False
        self.outgoing.clear()
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.stopProducing()
        self.protocol.connectionLost(_failure_of(error))


class Wire:
    """Moves bytes, ends and resets between a client and a server."""

    def __init__(
        self,
        clock: Clock,
        client: tuple[IProtocol, IAddress],
        server: tuple[IProtocol, IAddress],
        *,
        chunk: int = READ_SIZE,
        heard: Callable[[bytes], None] = lambda data: None,
        gone: Callable[[], None] = lambda: None,
    ) -> None:
        """`heard` is told what reaches the server; `gone` is called when the client's end is gone."""
        self._clock = clock
        self._chunk = chunk
        self._heard = heard
        self._gone = gone
        self._awake = False
        self._client = MemoryTransport(self, client[0], client[1], server[1])
        self._server = MemoryTransport(self, server[0], server[1], client[1])

    def open(self) -> None:
        """Tell both protocols that they are connected: the server, which accepts, first."""
        for end in (self._server, self._client):
            end.protocol.makeConnection(cast("ITransport", end))

    def wake(self) -> None:
        """Something is to be moved."""
        if not self._awake:
            self._awake = True
            self._clock.callLater(0, self._turn)

    def _turn(self) -> None:
        self._awake = False
        moved = [self._step(self._client, self._server), self._step(self._server, self._client)]
        if not self._client.connected:
            gone, self._gone = self._gone, lambda: None
            gone()
        if any(moved):
            self.wake()

    def _step(self, end: MemoryTransport, other: MemoryTransport) -> bool:
        """Do the next thing that `end` wants. False if there is nothing."""
        if not end.connected:
            return False
        if end.aborting:
            end.lost(ConnectionAborted())
            other.lost(ConnectionLost())
        elif end.outgoing:
            return self._deliver(end, other)
        elif end.producer is not None and (not end.streaming or end.held_up):
            end.held_up = False
            end.producer.resumeProducing()
            return False  # whatever it does wakes the wire
        elif end.disconnecting:
            end.lost(ConnectionDone())
            if other.outgoing:
                other.lost(ConnectionLost())  # closed with bytes unread
            else:
                self._end_of(end, other)
        elif end.closing_write and not end.sent_end:
            end.sent_end = True
            self._end_of(end, other)
            if end.half_closeable:
                end.protocol.writeConnectionLost()
        else:
            return False
        return True

    def _deliver(self, end: MemoryTransport, other: MemoryTransport) -> bool:
        if not other.connected:
            end.lost(ConnectionLost())  # what is sent to a closed socket is answered by a reset
            return True
        if not other.reading:
            return False
        data = bytes(end.outgoing[: self._chunk])
        del end.outgoing[: self._chunk]
        if other is self._server:
            self._heard(data)
        other.protocol.dataReceived(data)
        return True

    @staticmethod
    def _end_of(end: MemoryTransport, other: MemoryTransport) -> None:
        """`other` reads the end of what `end` sends."""
        if not other.connected or other.seen_end:
            return
        other.seen_end = True
        if other.half_closeable:
            other.protocol.readConnectionLost()
        else:
            other.lost(ConnectionDone())
            if end.connected and not end.seen_end:
                Wire._end_of(other, end)
