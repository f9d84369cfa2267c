"""Connections on which only so much may come: counted where it comes in, before anybody reads it.

It is the one bound that holds for all of an answer, whatever a host makes of the protocol: a body, headers without end,
what TLS says, any number of interim answers. Where more comes than may, the connection is closed.
"""

from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Factory
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from finger.interfaces import Endpoint


class Line:
    """The connections of one request: what came of them, and how to end them."""

    def __init__(self, most: int) -> None:
        """`most` bytes may come."""
        self._left = most
        self._open: list[Any] = []
        self._waiting: list[Deferred[None]] = []

    @property
    def over(self) -> bool:
        """Whether more came than may."""
        return self._left < 0

    def opened(self, protocol: Any) -> None:
        self._open.append(protocol)

    def lost(self, protocol: Any) -> None:
        self._open.remove(protocol)
        if not self._open:
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                each.callback(None)

    def closed(self) -> "Deferred[None]":
        """Fires when nothing is open."""
        closed: Deferred[None] = Deferred()
        if self._open:
            self._waiting.append(closed)
        else:
            closed.callback(None)
        return closed

    def allow(self, most: int) -> None:
        """From now on `most` bytes may come."""
        self._left = most

    def came(self, number: int) -> bool:
        """So many bytes came; whether they may be read."""
        self._left -= number
        if self.over:
            self.abort()
        return not self.over

    def abort(self) -> None:
        """Close it, whatever is on its way."""
        for protocol in list(self._open):
            protocol.transport.abortConnection()


class _Counting(ProtocolWrapper):
    """Counts what comes before anybody reads it."""

    def __init__(self, factory: Any, wrapped: Any) -> None:
        ProtocolWrapper.__init__(self, factory, wrapped)
        self.standing: Deferred[IProtocol] = Deferred()
        """Fires with the protocol that is wrapped, when it has its connection."""

    def makeConnection(self, transport: Any) -> None:
        factory: Any = self.factory
        factory.line.opened(self)
        ProtocolWrapper.makeConnection(self, transport)
        self.standing.callback(self.wrappedProtocol)

    def dataReceived(self, data: bytes) -> None:
        factory: Any = self.factory
        if factory.line.came(len(data)):
            ProtocolWrapper.dataReceived(self, data)

    def connectionLost(self, reason: Any = None) -> None:
        factory: Any = self.factory
        factory.line.lost(self)
        ProtocolWrapper.connectionLost(self, reason)


class _CountingFactory(WrappingFactory):
    protocol = _Counting
    noisy = False

    def __init__(self, wrapped: Factory, line: Line) -> None:
        initialise: Any = super().__init__  # the types of Twisted's own are those of no subclass
        initialise(wrapped)
        self.line = line


class Bounded:
    """An endpoint whose connections are counted."""

    def __init__(self, endpoint: Endpoint, line: Line) -> None:
        self._endpoint, self._line = endpoint, line

    def connect(self, protocolFactory: Factory) -> "Deferred[IProtocol]":
        connecting: Any = self._endpoint.connect(cast(Any, _CountingFactory(protocolFactory, self._line)))
        # Some endpoints tell of a protocol a moment before that has its connection (`finger.client.default_endpoints`).
        return cast("Deferred[IProtocol]", connecting.addCallback(lambda counting: counting.standing))
