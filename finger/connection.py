"""The server's end of one connection: `finger.wire.ServerConnection` with a socket, an answer and deadlines.

`finger.server` has the rules. Nothing here knows how many connections there are: `FingerServerFactory` does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPullProducer
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.deadlines import Queue
from finger.errors import QueryIncomplete, RemoteProtocolError
from finger.interfaces import Transport
from finger.query import Query
from finger.served import Outcome
from finger.wire import CAN_NOT_ANSWER, TOO_SLOW, ServerConnection

if TYPE_CHECKING:
    from finger.server import FingerServerFactory

#: How much of an answer is handed to the socket at once. What Twisted reads and writes at a time, so that a slow reader
#: costs one block of memory beside the answer, and progress is seen block by block.
SEND_BLOCK = 64 * 1024

_NOTHING = memoryview(b"")


class Refusal(NamedTuple):
    """A limit that a client is over."""

    text: str
    outcome: Outcome


TOO_BUSY = Refusal("This host is busy. Please try again in a minute.", Outcome.BUSY)
TOO_MANY = Refusal(
    "Too many connections from your address. Please close some, or try again in a minute.", Outcome.LIMITED
)
TOO_OFTEN = Refusal("Too many queries from your address. Please try again in a minute.", Outcome.LIMITED)
TOO_LARGE = "The answer is larger than this host sends. Please ask for less."
OVERDUE = "This host took too long to answer. Please try again later."


@implementer(IHalfCloseableProtocol, IPullProducer)
class FingerServerProtocol(Protocol):
    """One connection: `finger.wire.ServerConnection` with a socket, an answer and a clock."""

    def __init__(
        self,
        server: "FingerServerFactory",
        peer: IAddress | None,
        address: str | None,
        refusal: Refusal | None,
        now: float,
    ) -> None:
        """`address` is the network that it counts for; `refusal` is for a client that is over a limit."""
        self.address = address
        self.refusal = refusal
        self._peer = peer
        self._server = server
        self._wire = ServerConnection()
        self._query: Query | None = None
        self._outcome: Outcome | None = None
        self._size = 0
        self._pending: Deferred[bytes] | None = None
        self._unsent = _NOTHING
        self._client_closed = False
        self._sent_all = False
        self._queue: Queue | None = None
        # Not the bound method that it mostly becomes: each connection would be a ring for Python's collector.
        self._on_overdue: Callable[[], None] | None = None
        self._began = now

    # The connection, as Twisted tells of it

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        # `finger.accepting.Connection` sends and closes in one go.
        self._finish: Callable[[bytes], None] | None = getattr(self.transport, "finish", None)
        if self.refusal is not None:
            self._refuse(self.refusal.text, self.refusal.outcome)
        elif self._finish is None:
            self.waits()

    def waits(self) -> None:
        """No whole query has come yet. `finger.accepting.Connection` says so when it has looked; most never wait."""
        if self._queue is None:
            self._wait(self._server.waiting, self._query_overdue)

    def dataReceived(self, data: bytes) -> None:
        try:
            events = self._wire.receive_data(data)
        except RemoteProtocolError as error:
            self._refuse(str(error), Outcome.REFUSED)
            return
        for event in events:
            self._query = event.query
            self._ask(event.query)

    def readConnectionLost(self) -> None:
        """The client closed its direction: it may still read."""
        self._client_closed = True
        if self._pending is not None or self._unsent:
            return
        try:
            self._wire.receive_eof()
        except QueryIncomplete as error:
            self._refuse(str(error), Outcome.LEFT)
        else:
            self._socket.loseConnection()

    def writeConnectionLost(self) -> None:
        """All is sent and this direction is closed: read on until the client closes too."""
        self._sent_all = True
        if self._client_closed:
            self._socket.loseConnection()
        else:
            self._wait(self._server.lingering, self._socket.loseConnection)

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.connected = 0
        if self._queue is not None:
            self._queue.discard(self)
            self._on_overdue = None
        self._unsent = _NOTHING
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.cancel()
        clean = self._sent_all or reason is None or isinstance(reason.value, ConnectionDone)
        outcome = self._outcome or Outcome.LEFT
        if outcome is Outcome.ANSWERED and not clean:
            outcome = Outcome.LEFT
        self._server.closed(self)
        self._server.tell(self._query, self._peer, outcome, self._size, self._began)

    # The answer

    def _ask(self, query: Query) -> None:
        try:
            answer = self._server.answer(query, self._socket.getPeer())
        except Exception:
            self._server.log.failure("A query could not be answered")
            self._refuse(CAN_NOT_ANSWER, Outcome.FAILED)
            return
        if isinstance(answer, Deferred):
            self._wait(self._server.answering, self._answer_overdue)
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
            self._refuse(CAN_NOT_ANSWER, Outcome.FAILED)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, bytes):
            self._server.log.error("A query was answered with {kind} where bytes belong", kind=type(answer).__name__)
            self._refuse(CAN_NOT_ANSWER, Outcome.FAILED)
        elif len(answer) > self._server.limits.answer_bytes:
            self._server.log.warn("An answer of {size} bytes is over the limit of this server", size=len(answer))
            self._refuse(TOO_LARGE, Outcome.FAILED)
        else:
            self._send(self._wire.send_answer(answer), Outcome.ANSWERED)

    def _refuse(self, text: str, outcome: Outcome) -> None:
        self._send(self._wire.send_refusal(text), outcome)

    def _send(self, data: bytes, outcome: Outcome) -> None:
        self._outcome = outcome
        at_once = self._client_closed or (self._query is not None and not self._wire.excess)
        if len(data) > SEND_BLOCK:
            self._unsent = memoryview(data)
            self._wait(self._server.sending, self._reader_overdue)
            self._socket.registerProducer(self, False)
            return
        self._size = len(data)
        if at_once and self._finish is not None:
            self._finish(data)
            if self.connected:
                self._wait(self._server.sending, self._reader_overdue)
        else:
            self._wait(self._server.sending, self._reader_overdue)
            self._socket.write(data)
            self._end(at_once)

    def resumeProducing(self) -> None:
        """The socket took the last block: here is the next."""
        self._wait(self._server.sending, self._reader_overdue)
        block, self._unsent = self._unsent[:SEND_BLOCK], self._unsent[SEND_BLOCK:]
        self._size += len(block)
        self._socket.write(bytes(block))
        if not self._unsent:
            self._socket.unregisterProducer()
            self._end(self._client_closed or (self._query is not None and not self._wire.excess))

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._unsent = _NOTHING

    def _end(self, at_once: bool) -> None:
        if at_once:
            self._socket.loseConnection()
        else:
            self._socket.loseWriteConnection()

    # Time, and room

    def finish(self) -> None:
        """Close unless a query is being answered: the server is stopping."""
        if self._query is None or self._sent_all:
            self._socket.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        self._socket.abortConnection()

    def make_room(self, refusal: Refusal, linger: bool) -> None:
        """End its wait for a query: somebody else needs the place. Lingering costs one of those that are refused, but
        without it bytes on their way would reset the connection."""
        if linger:
            self._refuse(refusal.text, refusal.outcome)
        else:
            self._outcome = refusal.outcome
            data = self._wire.send_refusal(refusal.text)
            self._size = len(data)
            self._wait(self._server.sending, self._reader_overdue)
            self._socket.write(data)
            self._socket.loseConnection()

    def overdue(self) -> None:
        """Its time in a queue is up."""
        self._queue = None
        then, self._on_overdue = self._on_overdue, None
        if then is not None:
            then()

    def _query_overdue(self) -> None:
        self._refuse(TOO_SLOW, Outcome.SLOW)

    def _answer_overdue(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.cancel()
        self._refuse(OVERDUE, Outcome.SLOW)

    def _reader_overdue(self) -> None:
        if self._outcome is Outcome.ANSWERED:
            self._outcome = Outcome.SLOW
        self._socket.abortConnection()

    def _wait(self, queue: Queue, then: Callable[[], None]) -> None:
        """One wait at a time."""
        if self._queue is not None and self._queue is not queue:
            self._queue.discard(self)
        self._queue, self._on_overdue = queue, then
        queue.add(self)
