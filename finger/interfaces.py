"""What this package asks of Twisted's objects, spelled for type checkers.

Twisted declares its interfaces with zope.interface, which type checkers do not read. These protocols name the few
methods that are used here; the reactor, `twisted.internet.task.Clock` and every stream transport have them. Nothing is
imported from Twisted when this module is loaded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress, IProtocol


class DelayedCall(Protocol):
    """IDelayedCall: something that will be called unless it is cancelled."""

    def active(self) -> bool: ...
    def cancel(self) -> None: ...


class Clock(Protocol):
    """IReactorTime: the reactor, or `twisted.internet.task.Clock` in tests."""

    def seconds(self) -> float: ...
    def callLater(
        self, delay: float, callable: Callable[..., object], *args: object, **kwargs: object
    ) -> DelayedCall: ...


class Transport(Protocol):
    """ITCPTransport and IConsumer: the socket of a connection."""

    def write(self, data: bytes) -> None: ...
    def loseConnection(self) -> None: ...
    def loseWriteConnection(self) -> None: ...
    def abortConnection(self) -> None: ...
    def getPeer(self) -> "IAddress": ...
    def registerProducer(self, producer: object, streaming: bool) -> None: ...
    def unregisterProducer(self) -> None: ...


class Endpoint(Protocol):
    """IStreamClientEndpoint: one place to connect to."""

    def connect(self, protocolFactory: Any) -> "Deferred[IProtocol]": ...


class ListeningPort(Protocol):
    """IListeningPort: a port that is listened on."""

    def getHost(self) -> "IAddress": ...
    def stopListening(self) -> "Deferred[None] | None": ...


class Connector(Protocol):
    """A connection that is being made."""

    def stopConnecting(self) -> None: ...


class Connecting(Protocol):
    """What connects: the part of a reactor that a client uses."""

    def connectTCP(self, host: str, port: int, factory: Any, timeout: float | None = ..., /) -> Connector: ...
