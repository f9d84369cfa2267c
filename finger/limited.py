"""Servers that hold their connections to limits, whatever is spoken on them: what Finger and other servers share.

Rules:

- Over a limit, the client is told so in one answer, at once. Those that only wait make room first, the longest waiting
  of them: connections that are held open idle, or dribble, keep nobody else out.
- Every wait has an end: for a request, for a slow reader, for the client to close; a subclass adds its own.
- An answer is handed to the socket block by block, so that a reader who does not read costs one block of memory beside
  the answer, and progress is seen.
- A socket that is closed while bytes from the client lie unread resets the connection and destroys the answer on its
  way (RFC 9112 9.6 has it of HTTP; it is TCP's): there the server closes its own direction first and reads on for a
  moment.
- A client may close its direction after asking, and still gets its answer.
- What became of a request, or of a connection without one, is told once. The clock is an argument; no global reactor
  is touched.

The attributes of a connection stand in its class where they begin alike: one is made for every query, and most are over
before any of them changes.
"""

from collections.abc import Callable
from typing import Any, Final, Generic, NamedTuple, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPullProducer
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.deadlines import Deadlines, Queue
from finger.fairness import Counts, Rates, network
from finger.interfaces import Clock, Transport
from finger.limits import ServerLimits
from finger.served import Outcome

SEND_BLOCK: Final = 64 * 1024
"""Bytes of an answer that are handed to the socket at once: what Twisted reads and writes at a time."""

ARRIVING_SECONDS: Final = 0.5
"""For the request of a client that connected no longer ago than this when the server stopped: it is on its way."""

_NOTHING: Final = memoryview(b"")

Told = TypeVar("Told")


class Refusal(NamedTuple):
    """A limit that a client is over."""

    text: str
    outcome: Outcome


class LimitedFactory(Factory, Generic[Told]):
    """Holds connections to `limits`. `clock` is the reactor, or a `twisted.internet.task.Clock` in tests.

    `heard` is told what became of each. It is called for every request: keep it cheap. A subclass makes connections
    (`connection`), says what is told of one that is closed without a word (`turned_away`), and what its refusals say.
    """

    noisy = False
    log = Logger()

    too_busy: Refusal
    too_many: Refusal
    too_often: Refusal | None = None
    """Where each connection is one request, and counts as one; None where they are counted as they come (`may_ask`)."""

    def __init__(
        self, *, clock: Clock, limits: ServerLimits | None = None, heard: Callable[[Told], None] | None = None
    ) -> None:
        self.clock = clock
        self.limits = limits = limits or ServerLimits()
        self.deadlines = Deadlines(clock)
        self.waiting = self.deadlines.queue(limits.query_seconds)
        self.sending = self.deadlines.queue(limits.send_seconds)
        self.lingering = self.deadlines.queue(limits.linger_seconds)
        self.arriving = self.deadlines.queue(ARRIVING_SECONDS)
        #: Where those wait who make room for others, the first to be asked first.
        self.yielding: tuple[Queue, ...] = (self.waiting,)
        self._heard = heard
        self._open: set[LimitedProtocol] = set()
        self._served, self._refused = Counts(), Counts()
        self._stopped: list[Deferred[None]] | None = None
        self.limit(limits)

    def connection(
        self, peer: IAddress | None, address: str | None, refusal: Refusal | None, now: float
    ) -> "LimitedProtocol":
        """The server's end of a new connection; see `LimitedProtocol`."""
        raise NotImplementedError

    def turned_away(self, peer: IAddress | None, refusal: Refusal) -> Told:
        """What is told of a connection that is closed without a word."""
        raise NotImplementedError

    def limit(self, limits: ServerLimits) -> None:
        """Hold those who come from now on to these limits; what addresses have asked before is forgotten. The times
        that may be taken stay those of the beginning."""
        self.limits = limits
        self._rates = Rates(limits.queries_per_minute, limits.queries_at_once, limits.addresses)

    @property
    def connections(self) -> int:
        """How many connections are open, those that are being refused included."""
        return len(self._open)

    @property
    def stopping(self) -> bool:
        """Whether no connection is to go on after its answer."""
        return self._stopped is not None

    def buildProtocol(self, addr: IAddress | None) -> "LimitedProtocol | None":
        host = getattr(addr, "host", None)
        address = None if host is None else network(host, self.limits.ipv4_prefix, self.limits.ipv6_prefix)
        now = self.clock.seconds()
        refusal = self._refusal(address, now)
        if refusal is not None and not self._may_refuse(address):
            self.tell(self.turned_away(addr, refusal))
            return None
        protocol = self.connection(addr, address, refusal, now)
        (self._served if refusal is None else self._refused).add(address)
        self._open.add(protocol)
        return protocol

    def may_ask(self, address: str | None) -> bool:
        """Whether one more request from there is within the limit; it counts."""
        return address is None or self._rates.take(address, self.clock.seconds())

    def _refusal(self, address: str | None, now: float) -> Refusal | None:
        """The limit that one more connection from there is over."""
        if self._stopped is not None:
            return self.too_busy
        limits, served = self.limits, self._served
        if address is not None:
            if self.too_often is not None and not self._rates.take(address, now):
                return self.too_often
            if served.of(address) >= limits.connections_per_address and not self._room(self.too_many, address):
                return self.too_many
        if served.total >= limits.connections and not self._room(self.too_busy, None):
            return self.too_busy
        return None

    def _room(self, refusal: Refusal, address: str | None) -> bool:
        """Make room for one: of that address, or of all, who has waited longest goes."""
        for queue in self.yielding:
            for waiting in queue:
                if isinstance(waiting, LimitedProtocol) and address in (None, waiting.address):
                    told = self._may_refuse(waiting.address)
                    self._served.remove(waiting.address)
                    self._refused.add(waiting.address)
                    waiting.refusal = refusal
                    waiting.make_room(refusal, told=told)
                    return True
        return False

    def _may_refuse(self, address: str | None) -> bool:
        """Whether one more may be told so, and listened to until it closes."""
        limits, refused = self.limits, self._refused
        return refused.total < limits.refusals and refused.of(address) < limits.refusals_per_address

    def closed(self, protocol: "LimitedProtocol") -> None:
        """A connection is gone. Called by its protocol."""
        self._open.discard(protocol)
        (self._served if protocol.refusal is None else self._refused).remove(protocol.address)
        if not self._open and self._stopped:
            stopped, self._stopped = self._stopped, []
            for each in stopped:
                each.callback(None)

    def tell(self, told: Told) -> None:
        """Tell what became of a request, or of a connection."""
        if self._heard is None:
            return
        try:
            self._heard(told)
        except Exception:
            self.log.failure("What became of a connection could not be noted")

    def stop(self, within: float = 3) -> "Deferred[None]":
        """Take no more, let requests get their answers that were read or are on their way, close all other connections,
        and after `within` seconds every one. Fires when none is left. Stop listening first, or new ones are still
        accepted, to be told that the host is busy."""
        gone: Deferred[None] = Deferred()
        stopped = self._stopped = self._stopped or []
        if not self._open:
            gone.callback(None)
            return gone

        def end() -> None:
            for protocol in list(self._open):
                protocol.abort()

        timer = self.clock.callLater(within, end)
        stopped.append(gone)
        for protocol in list(self._open):
            protocol.finish()

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return gone.addCallback(done)


@implementer(IHalfCloseableProtocol, IPullProducer)
class LimitedProtocol(Protocol):
    """The server's end of one connection. Nothing here knows how many there are: `LimitedFactory` does.

    A subclass keeps `_socket` when the connection is made, and tells when it is over (`_ended`).
    """

    _socket: Transport
    _queue: Queue | None = None
    _outcome: Outcome | None = None
    _unsent: memoryview = _NOTHING
    _size: int = 0
    """Bytes of the answer that were handed to the system."""
    _sending: bool = False
    """Whether blocks of an answer are on their way, of which the socket tells when it took them."""
    _client_closed: bool = False
    _sent_all: bool = False

    def __init__(
        self,
        server: LimitedFactory[Any],
        peer: IAddress | None,
        address: str | None,
        refusal: Refusal | None,
        now: float,
    ) -> None:
        """`address` is the network that it counts for; `refusal` is for a client that is over a limit."""
        self.address = address
        self.refusal = refusal
        self._server = server
        self._peer = peer
        self._began = now

    # For a subclass to say

    def make_room(self, refusal: Refusal, *, told: bool) -> None:
        """End its wait: somebody else needs the place. It is in none of the queues `yielding` afterwards. `told`: there
        is room to tell it, and to listen until it closes."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close unless a request is being answered: the server is stopping."""
        raise NotImplementedError

    def _waited(self, queue: Queue) -> None:
        """Its time in a queue of the subclass, or without a request, is up."""
        raise NotImplementedError

    def _all_taken(self) -> None:
        """The socket took the last block of an answer."""
        raise NotImplementedError

    def _ended(self) -> None:
        """The connection is over; `_outcome` is how."""
        raise NotImplementedError

    # The connection, as Twisted tells of it

    def writeConnectionLost(self) -> None:
        """All is sent and this direction is closed: read on until the client closes too."""
        self._sent_all = True
        if self._client_closed:
            self._socket.loseConnection()
        else:
            self._wait(self._server.lingering)

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.connected = 0
        if self._queue is not None:
            self._queue.discard(self)
            self._queue = None
        clean = reason is None or isinstance(reason.value, ConnectionDone) or self._sent_all
        if not clean and self._outcome is Outcome.ANSWERED:
            self._outcome = Outcome.LEFT
        self._ended()
        self._server.closed(self)

    # Sending

    def _send_blocks(self, data: bytes) -> None:
        """Send `data` as the socket takes it; then `_all_taken` is called."""
        self._unsent = memoryview(data)
        self._sending = True
        self._wait(self._server.sending)
        self._socket.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """The socket took the last block: here is the next, or there is none."""
        if self._unsent:
            self._wait(self._server.sending)
            block, self._unsent = self._unsent[:SEND_BLOCK], self._unsent[SEND_BLOCK:]
            self._size += len(block)
            self._socket.write(bytes(block))
        else:
            self._socket.unregisterProducer()
            self._sending = False
            self._all_taken()

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._unsent = _NOTHING

    def _awaits_its_request(self) -> bool:
        """When the server stops: whether this client came so lately that its request is waited for."""
        young = self._server.clock.seconds() - self._began < ARRIVING_SECONDS
        if young:
            self._wait(self._server.arriving)
        return young

    def _close(self, at_once: bool) -> None:
        """Close; not at once where bytes of the client may lie unread."""
        if at_once:
            self._socket.loseConnection()
        else:
            self._socket.loseWriteConnection()

    def abort(self) -> None:
        """Close now, whatever is on its way."""
        self._socket.abortConnection()

    # Time

    def overdue(self) -> None:
        """Its time in a queue is up."""
        queue, self._queue = self._queue, None
        if queue is self._server.sending:
            if self._outcome is Outcome.ANSWERED:
                self._outcome = Outcome.SLOW
            self._socket.abortConnection()
        elif queue is self._server.lingering or queue is self._server.arriving:
            self._socket.loseConnection()
        elif queue is not None:
            self._waited(queue)

    def _wait(self, queue: Queue) -> None:
        """One wait at a time."""
        if self._queue is not None and self._queue is not queue:
            self._queue.discard(self)
        self._queue = queue
        queue.add(self)
