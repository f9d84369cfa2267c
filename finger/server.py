"""A Finger server on Twisted.

Rules:

- The caller gives one function from a query and a peer to the bytes of the answer, or to a Deferred of them. What it
  raises is logged; the person who asked gets one polite line, never a traceback.
- Every wait has an end: for the query, for the answer, for a slow reader, for the client to close.
- The server closes after the answer (RFC 1288 2.1). A socket that is closed while bytes from the client lie unread
  resets the connection and destroys the answer on its way; so where more than the query came, or less was read, the
  server closes its own direction first and reads on for a moment.
- A client may close its direction after the query (`printf 'ana\\r\\n' | nc -N host 79`) and still gets its answer.
- The clock is an argument; no global reactor is touched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPullProducer
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.errors import RemoteProtocolError
from finger.interfaces import Clock, DelayedCall, ListeningPort, Transport
from finger.listening import describe, listen, maximum_backlog
from finger.query import Query
from finger.wire import CAN_NOT_ANSWER, TOO_SLOW, ServerConnection

__all__ = [
    "Answer",
    "FingerServerFactory",
    "FingerServerProtocol",
    "ListeningPort",
    "ServerLimits",
    "describe",
    "listen",
    "maximum_backlog",
]

#: What answers: the query and the address it came from, to the bytes to send, as they are (see `finger.wire.to_wire`).
Answer = Callable[[Query, IAddress], "bytes | Deferred[bytes]"]

#: How much of an answer is handed to the socket at once. What Twisted reads and writes at a time, so that a slow reader
#: costs one block of memory beside the answer, and progress is seen block by block.
SEND_BLOCK = 64 * 1024

TOO_BUSY = "This host is busy. Please try again in a minute."
OVERDUE = "This host took too long to answer. Please try again later."


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server puts up with. Times are in seconds."""

    #: From connecting to the end of the query line, in all and not between bytes, so that a trickle ends too. A person
    #: at a telnet prompt types a name in half a minute.
    query_seconds: float = 30
    #: For the answer to be made. Clients give up at about that time.
    answer_seconds: float = 30
    #: For a reader to take one `SEND_BLOCK`: slower than 2 KiB a second is slower than a modem of 1990.
    send_seconds: float = 30
    #: For a client to close after it was answered with bytes unread: a round trip to the far side of the world, twice
    #: resent. Longer only holds descriptors.
    linger_seconds: float = 2
    #: Served at once. A process has 1,024 descriptors unless told otherwise; the rest is for files and the database.
    connections: int = 800
    #: Told that the host is busy, at once, beyond those; whoever comes after them is closed without a word.
    refusals: int = 100


@implementer(IHalfCloseableProtocol, IPullProducer)
class FingerServerProtocol(Protocol):
    """One connection: `finger.wire.ServerConnection` with a socket, an answer and a clock."""

    def __init__(self, server: "FingerServerFactory", *, busy: bool = False) -> None:
        self.busy = busy
        self._server = server
        self._wire = ServerConnection()
        self._pending: Deferred[bytes] | None = None
        self._unsent = memoryview(b"")
        self._client_closed = False
        self._heard_out = False
        self._timer: DelayedCall | None = None
        self._timer_at = 0.0
        self._deadline = 0.0
        self._on_deadline: Callable[[], None] = self._query_overdue

    # The connection, as Twisted tells of it

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        if self.busy:
            self._refuse(TOO_BUSY)
        else:
            self._wait(self._server.limits.query_seconds, self._query_overdue)

    def dataReceived(self, data: bytes) -> None:
        try:
            events = self._wire.receive_data(data)
        except RemoteProtocolError as error:
            self._refuse(str(error))
            return
        for event in events:
            self._heard_out = True
            self._ask(event.query)

    def readConnectionLost(self) -> None:
        """The client closed its direction: it may still read."""
        self._client_closed = True
        if self._pending is not None or self._unsent:
            return
        try:
            self._wire.receive_eof()
        except RemoteProtocolError as error:
            self._refuse(str(error))
        else:
            self._socket.loseConnection()

    def writeConnectionLost(self) -> None:
        """All is sent and this direction is closed: read on until the client closes too."""
        if self._client_closed:
            self._socket.loseConnection()
        else:
            self._wait(self._server.limits.linger_seconds, self._socket.loseConnection)

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._unsent = memoryview(b"")
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.cancel()
        self._server.closed(self)

    # The answer

    def _ask(self, query: Query) -> None:
        try:
            answer = self._server.answer(query, self._socket.getPeer())
        except Exception:
            self._server.log.failure("A query could not be answered")
            self._refuse(CAN_NOT_ANSWER)
            return
        if isinstance(answer, Deferred):
            self._wait(self._server.limits.answer_seconds, self._answer_overdue)
            self._pending = answer
            answer.addCallbacks(self._fired, self._failed)
        else:
            self._answered(answer)

    def _fired(self, answer: object) -> None:
        if self._pending is not None:  # otherwise time ran out, or the client left
            self._pending = None
            self._answered(answer)

    def _failed(self, failure: Failure) -> None:
        if self._pending is not None:
            self._pending = None
            self._server.log.failure("A query could not be answered", failure)
            self._refuse(CAN_NOT_ANSWER)

    def _answered(self, answer: object) -> None:
        if isinstance(answer, bytes):
            self._send(self._wire.send_answer(answer))
        else:
            self._server.log.error("A query was answered with {kind} where bytes belong", kind=type(answer).__name__)
            self._refuse(CAN_NOT_ANSWER)

    def _refuse(self, text: str) -> None:
        self._send(self._wire.send_refusal(text))

    def _send(self, data: bytes) -> None:
        self._wait(self._server.limits.send_seconds, self._socket.abortConnection)
        if len(data) <= SEND_BLOCK:
            self._socket.write(data)
            self._end()
        else:
            self._unsent = memoryview(data)
            self._socket.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """The socket took the last block: here is the next."""
        self._wait(self._server.limits.send_seconds, self._socket.abortConnection)
        block, self._unsent = self._unsent[:SEND_BLOCK], self._unsent[SEND_BLOCK:]
        self._socket.write(bytes(block))
        if not self._unsent:
            self._socket.unregisterProducer()
            self._end()

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._unsent = memoryview(b"")

    def _end(self) -> None:
        if self._client_closed or (self._heard_out and not self._wire.excess):
            self._socket.loseConnection()
        else:
            self._socket.loseWriteConnection()

    # Time

    def finish(self) -> None:
        """Close unless a query is being answered: the server is stopping."""
        if not self._heard_out:
            self._socket.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        self._socket.abortConnection()

    def _query_overdue(self) -> None:
        self._refuse(TOO_SLOW)

    def _answer_overdue(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.cancel()
        self._refuse(OVERDUE)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        """One deadline at a time. The timer behind it is moved only to an earlier time; a later one is found out when
        it fires, which spares most connections all but the first."""
        clock = self._server.clock
        self._deadline, self._on_deadline = clock.seconds() + seconds, then
        if self._timer is not None:
            if self._timer_at <= self._deadline:
                return
            self._timer.cancel()
        self._timer_at = self._deadline
        self._timer = clock.callLater(seconds, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        left = self._deadline - self._server.clock.seconds()
        if left > 0:
            self._wait(left, self._on_deadline)
        else:
            self._on_deadline()


class FingerServerFactory(Factory):
    """Serves `answer` to every connection. `clock` is the reactor, or a `twisted.internet.task.Clock` in tests."""

    noisy = False
    log = Logger()

    def __init__(self, answer: Answer, *, clock: Clock, limits: ServerLimits | None = None) -> None:
        self.answer = answer
        self.clock = clock
        self.limits = limits or ServerLimits()
        self._open: set[FingerServerProtocol] = set()
        self._refusing = 0
        self._stopped: list[Deferred[None]] = []

    @property
    def connections(self) -> int:
        """How many connections are open, those that are being refused included."""
        return len(self._open)

    def buildProtocol(self, addr: IAddress | None) -> FingerServerProtocol | None:
        busy = len(self._open) - self._refusing >= self.limits.connections
        if busy:
            if self._refusing >= self.limits.refusals:
                return None
            self._refusing += 1
        protocol = FingerServerProtocol(self, busy=busy)
        self._open.add(protocol)
        return protocol

    def closed(self, protocol: FingerServerProtocol) -> None:
        """A connection is gone. Called by its protocol."""
        self._open.discard(protocol)
        self._refusing -= protocol.busy
        if not self._open:
            stopped, self._stopped = self._stopped, []
            for each in stopped:
                each.callback(None)

    def stop(self, within: float = 3) -> Deferred[None]:
        """Let queries that were read get their answers, close all other connections, and after `within` seconds every
        one. Fires when none is left. Stop listening first, or new ones come in."""
        gone: Deferred[None] = Deferred()
        if not self._open:
            gone.callback(None)
            return gone

        def end() -> None:
            for protocol in list(self._open):
                protocol.abort()

        timer = self.clock.callLater(within, end)
        self._stopped.append(gone)
        for protocol in list(self._open):
            protocol.finish()

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return gone.addCallback(done)
