"""An internet in memory, for tests of whatever asks hosts by Finger.

::

    clock = Clock()  # twisted.internet.task.Clock
    internet = FakeInternet(clock)
    internet.add("fields.example", 79, Honest(b"Plan:\\r\\nThe cow is bought.\\r\\n"))
    internet.add("dairy.example", 79, Silent())
    client = FingerClient(internet.endpoint, clock)
    answer = client.ask("fields.example", 79, Query("ana"))
    internet.flush()

Rules:

- Both sides are the real protocol objects, over transports in memory; only sockets and time are made up.
- Nothing happens inside a call: `flush` lets all happen that needs no time, `advance` lets time pass.
- A host is a behaviour, each a small class. A name that was never added is not known to the name service; another port
  of a known host refuses connections. Adding again replaces: hosts change, go down and come back.
- The internet remembers what was asked (`log`), and how many connections were open at once (`peak`, `peak_at`), so that
  a test can hold a poller to its bounds.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, cast

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError, DNSLookupError
from twisted.internet.interfaces import IAddress, IPullProducer, IStreamClientEndpoint
from twisted.internet.interfaces import IProtocol as ITwistedProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from zope.interface import implementer

from finger._memory import READ_SIZE, Wire
from finger.errors import RemoteProtocolError
from finger.interfaces import DelayedCall, Endpoint, Transport
from finger.query import Query
from finger.server import Answer, FingerServerFactory, ServerLimits
from finger.wire import ServerConnection

#: What a scripted host sends: the same bytes to everyone, or what a function makes of the query.
Script = bytes | Callable[[Query], bytes]

#: How often a slow host sends, in seconds.
_TICK = 1.0


class Asked(NamedTuple):
    """One line of the log: a whole query that reached a host."""

    host: str
    port: int
    query: Query


class Behaviour:
    """How a host treats connections. Override `protocol` for one that accepts them."""

    def dial(self, internet: "FakeInternet") -> Protocol | Exception | None:
        """What a call meets: a protocol that takes it, an error at once, or None for no word ever."""
        return self.protocol(internet.clock)

    def protocol(self, clock: Clock) -> Protocol:
        """The host's end of one connection."""
        raise NotImplementedError


class Honest(Behaviour):
    """A real `FingerServerFactory`. `answer` is what it takes, or bytes to answer whatever is asked."""

    def __init__(self, answer: Answer | bytes, *, limits: ServerLimits | None = None) -> None:
        self._answer: Answer = (lambda query, peer: answer) if isinstance(answer, bytes) else answer
        self._limits = limits
        self.factory: FingerServerFactory | None = None

    def protocol(self, clock: Clock) -> Protocol:
        if self.factory is None:
            self.factory = FingerServerFactory(self._answer, clock=clock, limits=self._limits)
        return self.factory.buildProtocol(None) or _Scripted(_hang_up)


class Silent(Behaviour):
    """Takes the query and never says a word."""

    def protocol(self, clock: Clock) -> Protocol:
        return _Scripted(lambda query, socket: None)


class Slow(Behaviour):
    """Sends `answer` at `bytes_per_second`: a block each second or, below one, a byte now and then. Then closes."""

    def __init__(self, answer: Script, bytes_per_second: float) -> None:
        self._answer = answer
        self._tick = max(_TICK, 1 / bytes_per_second)
        self._block = max(1, int(bytes_per_second * _TICK))

    def protocol(self, clock: Clock) -> Protocol:
        def start(query: Query, socket: Transport) -> None:
            rest = _script(self._answer, query)

            def tick() -> None:
                nonlocal rest
                socket.write(rest[: self._block])
                rest = rest[self._block :]
                if rest:
                    protocol.later = clock.callLater(self._tick, tick)
                else:
                    socket.loseConnection()

            protocol.later = clock.callLater(self._tick, tick)

        protocol = _Scripted(start)
        return protocol


class Oversized(Behaviour):
    """Sends and sends: `size` bytes in all, in blocks of 64 KiB, as fast as they are read."""

    def __init__(self, size: int = 1 << 30, fill: bytes = b"moo " * 4096 * 4) -> None:
        self._size = size
        self._fill = fill

    def protocol(self, clock: Clock) -> Protocol:
        return _Scripted(lambda query, socket: socket.registerProducer(_Pour(socket, self._size, self._fill), False))


class Lying(Behaviour):
    """Sends these bytes, whatever they are, and closes cleanly. What a lie is, is for the test to say."""

    def __init__(self, answer: Script) -> None:
        self._answer = answer

    def protocol(self, clock: Clock) -> Protocol:
        def tell(query: Query, socket: Transport) -> None:
            socket.write(_script(self._answer, query))
            socket.loseConnection()

        return _Scripted(tell)


class Resetting(Behaviour):
    """Resets the connection when `after_bytes` bytes of `answer` have arrived; with 0, right after the query."""

    def __init__(self, after_bytes: int, answer: Script = b"moo\r\n" * 20_000) -> None:
        self._after_bytes = after_bytes
        self._answer = answer

    def protocol(self, clock: Clock) -> Protocol:
        def start(query: Query, socket: Transport) -> None:
            socket.registerProducer(_ThenReset(socket, _script(self._answer, query)[: self._after_bytes]), False)

        return _Scripted(start)


class Refusing(Behaviour):
    """Nothing listens on that port."""

    def dial(self, internet: "FakeInternet") -> Exception:
        return ConnectionRefusedError()


class Unresolvable(Behaviour):
    """The name service knows no such name."""

    def dial(self, internet: "FakeInternet") -> Exception:
        return DNSLookupError("no such name")


class NeverConnects(Behaviour):
    """Packets to this host are dropped: connecting takes for ever."""

    def dial(self, internet: "FakeInternet") -> None:
        return None


class FakeInternet:
    """Hosts in memory, on the time of `clock`. Bytes move in chunks of at most `chunk`."""

    def __init__(self, clock: Clock, *, chunk: int = READ_SIZE) -> None:
        self.clock = clock
        self.chunk = chunk
        #: Whole queries that reached a host, in order.
        self.log: list[Asked] = []
        #: Every attempt to connect, in order, those that fail included.
        self.attempts: list[tuple[str, int]] = []
        #: Most connections at once since the start: attempts that are on their way count.
        self.peak = 0
        self._peak_at: Counter[tuple[str, int]] = Counter()
        self._open: Counter[tuple[str, int]] = Counter()
        self._hosts: dict[tuple[str, int], Behaviour] = {}

    def add(self, host: str, port: int, behaviour: Behaviour) -> None:
        """Put a host there, in place of the one that was there."""
        self._hosts[_key(host, port)] = behaviour

    def remove(self, host: str, port: int) -> None:
        """The host goes down: connections are refused. Those that stand go on."""
        self._hosts[_key(host, port)] = Refusing()

    def endpoint(self, host: str, port: int) -> Endpoint:
        """Where to connect to: what `finger.client.FingerClient` asks for."""
        return cast("Endpoint", _FakeEndpoint(self, host, port))

    @property
    def open(self) -> int:
        """How many connections are open now, or on their way."""
        return self._open.total()

    def open_at(self, host: str, port: int) -> int:
        """How many connections to one host are open now, or on their way."""
        return self._open[_key(host, port)]

    def peak_at(self, host: str, port: int) -> int:
        """Most connections to one host at once, since the start."""
        return self._peak_at[_key(host, port)]

    def flush(self) -> None:
        """Let everything happen that needs no time."""
        self.clock.advance(0)

    pump = flush

    def advance(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, so that what one tick sets in motion is seen by the next. Flushes first."""
        self.flush()
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step

    def begin(self, host: str, port: int) -> None:
        """A connection is on its way. Called by the endpoint."""
        key = _key(host, port)
        self.attempts.append(key)
        self._open[key] += 1
        self.peak = max(self.peak, self.open)
        self._peak_at[key] = max(self._peak_at[key], self._open[key])

    def end(self, host: str, port: int) -> None:
        """A connection is gone, or did not come to be. Called by the endpoint."""
        self._open[_key(host, port)] -= 1

    def behaviour(self, host: str, port: int) -> Behaviour:
        """What is at that address."""
        known = self._hosts.get(_key(host, port))
        if known is not None:
            return known
        return Refusing() if any(name == host.lower() for name, _ in self._hosts) else Unresolvable()

    def ear(self, host: str, port: int) -> Callable[[bytes], None]:
        """Listens in on one connection to a host, and writes its query to the log."""
        wire = ServerConnection()

        def hear(data: bytes) -> None:
            with suppress(RemoteProtocolError):  # what is no query was asked of nobody; the host answers it
                self.log.extend(Asked(*_key(host, port), event.query) for event in wire.receive_data(data))

        return hear


@implementer(IStreamClientEndpoint)
class _FakeEndpoint:
    """One address of the fake internet."""

    def __init__(self, internet: FakeInternet, host: str, port: int) -> None:
        self._internet, self._host, self._port = internet, host, port

    def connect(self, protocolFactory: Factory) -> Deferred[ITwistedProtocol]:
        internet, host, port = self._internet, self._host, self._port
        internet.begin(host, port)

        def cancel(attempt: Deferred[ITwistedProtocol]) -> None:
            if call.active():
                call.cancel()
            internet.end(host, port)

        def establish() -> None:
            met = internet.behaviour(host, port).dial(internet)
            if isinstance(met, Exception):
                internet.end(host, port)
                attempt.errback(met)
            elif met is not None:
                self._join(protocolFactory, met, attempt)

        attempt: Deferred[ITwistedProtocol] = Deferred(cancel)
        call = cast("DelayedCall", internet.clock.callLater(0, establish))
        return attempt

    def _join(self, factory: Factory, server: Protocol, attempt: Deferred[ITwistedProtocol]) -> None:
        internet, host, port = self._internet, self._host, self._port
        there = IPv4Address("TCP", "192.0.2.1", port)  # RFC 5737: addresses that are nobody's
        here = IPv4Address("TCP", "198.51.100.1", 1024 + len(internet.attempts) % 60_000)
        client = cast("ITwistedProtocol", factory.buildProtocol(cast("IAddress", there)))
        wire = Wire(
            internet.clock,
            (client, cast("IAddress", here)),
            (cast("ITwistedProtocol", server), cast("IAddress", there)),
            chunk=internet.chunk,
            heard=internet.ear(host, port),
            gone=lambda: internet.end(host, port),
        )
        wire.open()
        attempt.callback(client)


class _Scripted(Protocol):
    """Reads a query as a server does, and then does as the script says."""

    def __init__(self, act: Callable[[Query, Transport], object]) -> None:
        self._act = act
        self._wire = ServerConnection()
        self.later: DelayedCall | None = None

    def dataReceived(self, data: bytes) -> None:
        for event in self._wire.receive_data(data):
            self._act(event.query, cast("Transport", self.transport))

    def connectionLost(self, reason: object = None) -> None:
        if self.later is not None and self.later.active():
            self.later.cancel()


@implementer(IPullProducer)
class _Pour:
    """Writes a block whenever the last one has arrived."""

    def __init__(self, socket: Transport, left: int, fill: bytes) -> None:
        self._socket, self._left, self._fill = socket, left, fill

    def resumeProducing(self) -> None:
        block = self._fill[: self._left]
        self._left -= len(block)
        self._socket.write(block)
        if not self._left:
            self._socket.unregisterProducer()
            self._socket.loseConnection()

    def stopProducing(self) -> None:
        self._left = 0


@implementer(IPullProducer)
class _ThenReset:
    """Writes once, and resets the connection when that has arrived."""

    def __init__(self, socket: Transport, data: bytes) -> None:
        self._socket, self._data = socket, data

    def resumeProducing(self) -> None:
        data, self._data = self._data, b""
        if data:
            self._socket.write(data)
        else:
            self._socket.abortConnection()

    def stopProducing(self) -> None:
        self._data = b""


def _hang_up(query: Query, socket: Transport) -> None:
    socket.loseConnection()


def _script(script: Script, query: Query) -> bytes:
    return script if isinstance(script, bytes) else script(query)


def _key(host: str, port: int) -> tuple[str, int]:
    return host.lower(), port
