"""A Finger client on Twisted.

Rules:

- One question, one connection, one Deferred: it fires with the whole answer, or fails with an `AskFailed` that says why
  in words for a person. Cancelling it closes the connection.
- Every wait has an end: for the connection, for the next byte, for the whole.
- An answer is over when the host closes (RFC 1288 2.1), so a close without a byte is an empty answer. A reset is not a
  close: what came before it may be cut anywhere, and is thrown away.
- Where to connect to is a function of host and port, and time is a clock: `finger.testing` gives both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from twisted.internet import error as net
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.python.failure import Failure

from finger.deadlines import Deadlines, Queue
from finger.errors import (
    AnswerTooLarge,
    AskFailed,
    ConnectionBroken,
    ConnectionRefused,
    HostUnreachable,
    LocalProtocolError,
    RemoteProtocolError,
    TimedOut,
)
from finger.interfaces import Clock, Connecting, Connector, DelayedCall, Endpoint, Transport
from finger.query import Query, host_port
from finger.wire import MAX_ANSWER, ClientConnection

__all__ = [
    "AnswerTooLarge",
    "AskFailed",
    "ClientLimits",
    "ConnectionBroken",
    "ConnectionRefused",
    "FingerClient",
    "HostUnreachable",
    "TimedOut",
    "default_endpoints",
]


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What a client puts up with. Times are in seconds."""

    #: For the name to be looked up and a connection to stand. A resolver that asks a second server takes 10 seconds; a
    #: SYN that is lost is sent again after 1, 3 and 7.
    connect_seconds: float = 15
    #: Between bytes, from the connection on. `finger.server` gives an answer 30 seconds to be made.
    idle_seconds: float = 35
    #: For the whole, from the call on: a plan of 1 MiB at 12 KiB a second. A host that trickles bytes ends too.
    total_seconds: float = 90
    #: The largest answer in bytes: see `finger.wire.MAX_ANSWER`.
    answer_bytes: int = MAX_ANSWER


class FingerClient:
    """Asks hosts. `endpoint_for(host, port)` is where to connect to: see `default_endpoints`."""

    def __init__(
        self, endpoint_for: Callable[[str, int], Endpoint], clock: Clock, limits: ClientLimits | None = None
    ) -> None:
        self._endpoint_for = endpoint_for
        self._clock = clock
        self._limits = limits or ClientLimits()
        self._deadlines = Deadlines(clock)
        self._waits = self._deadlines.queue(min(self._limits.connect_seconds, self._limits.total_seconds))

    @property
    def clock(self) -> Clock:
        """The time that its waits are measured by."""
        return self._clock

    def ask(self, host: str, port: int, query: Query | bytes) -> Deferred[bytes]:
        """The answer of `host` to `query`, as it came (see `finger.wire.from_wire`).

        `host` is a name or an address; an IPv6 address may have its brackets. Bytes are sent as they are, with a CRLF
        if they have no line end. Fails with an `AskFailed`, or `CancelledError`, or with `LocalProtocolError` where
        bytes are no line to send.
        """
        name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        asking = _Asking(name, port, query, self._clock, self._limits, self._waits, self._deadlines.rest)
        asking.start(self._endpoint_for)
        return asking.answer


class _Asking:
    """One question on its way. `phase` tells a time-out what was being done."""

    def __init__(
        self,
        host: str,
        port: int,
        query: Query | bytes,
        clock: Clock,
        limits: ClientLimits,
        waits: Queue,
        rest: Callable[[], None],
    ) -> None:
        self.answer: Deferred[bytes] = Deferred(self._cancelled)
        self.wire = ClientConnection(max_answer=limits.answer_bytes)
        self.clock = clock
        self.limits = limits
        self._host, self._port, self._query = host, port, query
        self._protocol: _FingerClientProtocol | None = None
        self._connecting: Deferred[Any] | None = None
        self._done = False
        self.started = clock.seconds()
        self._idle_until = self.started + limits.connect_seconds
        # Most are over long before the first wait is: until then one timer is enough for all.
        self._waits, self._rest = waits, rest
        self._timer: DelayedCall | None = None
        waits.add(self)

    @property
    def where(self) -> str:
        """Whom it is asked, for errors."""
        return host_port(self._host, self._port)

    def start(self, endpoint_for: Callable[[str, int], Endpoint]) -> None:
        try:
            self.line = self.wire.send_query(self._query)
            connecting = endpoint_for(self._host, self._port).connect(_OneProtocol(self))
        except LocalProtocolError as error:
            self.fail(error)
        except Exception as error:
            self.fail(_why_not_connected(error, self))
        else:
            self._connecting = connecting
            connecting.addCallbacks(self._connected, self._not_connected)

    def connected(self, protocol: "_FingerClientProtocol") -> bool:
        """A connection stands: whether to send the query over it. One is enough, where several addresses are tried."""
        if self._done or self._protocol is not None:
            return False
        self._protocol = protocol
        self.heard()
        return True

    def heard(self) -> None:
        """Something came: the wait for the next byte begins anew."""
        self._idle_until = self.clock.seconds() + self.limits.idle_seconds

    def succeed(self, answer: bytes) -> None:
        if self._finish():
            self.answer.callback(answer)

    def fail(self, error: Exception) -> None:
        if self._finish():
            self.answer.errback(error)

    def _connected(self, protocol: object) -> None:
        self._connecting = None

    def _not_connected(self, failure: Failure) -> None:
        self._connecting = None
        error = failure.value
        if isinstance(error, Exception):
            self.fail(_why_not_connected(error, self))

    def _cancelled(self, answer: Deferred[bytes]) -> None:
        self._finish()  # Deferred.cancel() fails it with CancelledError

    def overdue(self) -> None:
        """The first wait is over: see whether another begins."""
        self._timer = None
        now = self.clock.seconds()
        ends = self.started + self.limits.total_seconds
        if now < min(ends, self._idle_until):
            self._timer = self.clock.callLater(min(ends, self._idle_until) - now, self.overdue)
        elif self._protocol is None:
            self.fail(TimedOut(self.where, "connecting", now - self.started))
        elif now < ends:
            self.fail(TimedOut(self.where, "waiting", self.limits.idle_seconds))
        else:
            self.fail(TimedOut(self.where, "answering", self.limits.total_seconds))

    def _finish(self) -> bool:
        """Let go of the timer and the connection. False if that was done before."""
        if self._done:
            return False
        self._done = True
        self._waits.discard(self)
        if not self._waits:
            self._rest()
        if self._timer is not None:
            self._timer.cancel()
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()
        if self._protocol is not None:
            self._protocol.drop()
        return True


class _FingerClientProtocol(Protocol):
    """The connection of one question."""

    def __init__(self, asking: _Asking) -> None:
        self._asking = asking
        self._open = False
        self._lost_race = False

    def connectionMade(self) -> None:
        self._open = True
        self._socket = cast("Transport", self.transport)
        if self._asking.connected(self):
            self._socket.write(self._asking.line)
        else:
            self._lost_race = True
            self._socket.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        if self._lost_race:
            return
        self._asking.heard()
        try:
            self._asking.wire.receive_data(data)
        except AnswerTooLarge as error:
            self._asking.fail(AnswerTooLarge(error.limit, self._asking.where))

    def connectionLost(self, reason: Failure | None = None) -> None:
        self._open = False
        if self._lost_race:
            return
        if reason is None or isinstance(reason.value, net.ConnectionDone):
            try:
                self._asking.succeed(self._asking.wire.receive_eof().answer)
            except RemoteProtocolError as error:
                self._asking.fail(error)
        else:
            self._asking.fail(ConnectionBroken(self._asking.where, self._asking.wire.received))

    def drop(self) -> None:
        """Close at once, if it is open: nothing more is wanted."""
        if self._open:
            self._open = False
            self._socket.abortConnection()


class _OneProtocol(Factory):
    """What an endpoint connects: one question may try several addresses, of which one is connected."""

    noisy = False

    def __init__(self, asking: _Asking) -> None:
        self._asking = asking

    def buildProtocol(self, addr: IAddress | None) -> _FingerClientProtocol:
        return _FingerClientProtocol(self._asking)


class _Address:
    """An address to connect to, as an endpoint that puts nothing around the protocol.

    Twisted's endpoints wrap each protocol in another, through which all that comes has to pass: a quarter of what a
    short question costs. What `connect` gives fires when a connection stands, a moment before the protocol has it. It
    has no time-out of its own: with one address to try, `connect_seconds` is the only one that there need be.
    """

    def __init__(self, reactor: Connecting, host: str, port: int) -> None:
        self._reactor, self._host, self._port = reactor, host, port

    def connect(self, factory: Factory) -> Deferred[Any]:
        """Connect a protocol of `factory`. Cancel it to give up."""
        attempt = _Attempt(factory)
        attempt.connector = self._reactor.connectTCP(self._host, self._port, attempt, None)
        return attempt.connected


class _Attempt(ClientFactory):
    """One attempt to connect."""

    noisy = False
    connector: Connector

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self.connected: Deferred[Any] = Deferred(lambda connected: self.connector.stopConnecting())

    def buildProtocol(self, addr: IAddress | None) -> Any:
        protocol = self._factory.buildProtocol(addr)
        self.connected.callback(protocol)
        return protocol

    def clientConnectionFailed(self, connector: object, reason: Failure) -> None:
        if not self.connected.called:
            self.connected.errback(reason)


def default_endpoints(reactor: object, *, attempt_seconds: float = 15) -> Callable[[str, int], Endpoint]:
    """Endpoints over the network of `reactor`. A name is looked up, and its addresses are tried side by side (RFC
    8305), each given up after `attempt_seconds`; an IPv4 or IPv6 address is taken as it is."""

    named: Callable[..., Endpoint] = HostnameEndpoint

    def endpoint_for(host: str, port: int) -> Endpoint:
        if isIPAddress(host) or isIPv6Address(host):
            return _Address(cast("Connecting", reactor), host, port)
        return named(reactor, host, port, timeout=attempt_seconds)

    return endpoint_for


def _why_not_connected(error: Exception, asking: _Asking) -> Exception:
    """The failure of an endpoint as one of ours; what no network does wrong stays what it is."""
    where = asking.where
    match error:
        case net.ConnectionRefusedError() | ConnectionRefusedError():
            return ConnectionRefused(where)
        case net.TimeoutError() | net.TCPTimedOutError() | TimeoutError():
            return TimedOut(where, "connecting", asking.clock.seconds() - asking.started)
        case net.DNSLookupError() | net.UnknownHostError():
            return HostUnreachable(where, "its name is not known")
        case net.NoRouteError():
            return HostUnreachable(where, "no route leads to it")
        case ValueError():
            return HostUnreachable(where, "this is not a host name")
        case net.ConnectError() | OSError():
            return HostUnreachable(where, str(error) or type(error).__name__)
        case CancelledError():
            return HostUnreachable(where, "connecting was given up")
    return error
