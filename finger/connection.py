"""The server's end of one connection: `finger.wire.ServerConnection` with a socket, an answer and deadlines.

`finger.server` has the rules, and `finger.limited` what a connection of any server has.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from finger.deadlines import Queue
from finger.errors import QueryIncomplete, RemoteProtocolError
from finger.interfaces import Transport
from finger.limited import SEND_BLOCK, LimitedProtocol, Refusal
from finger.query import Query
from finger.served import Outcome, Served
from finger.wire import CAN_NOT_ANSWER, TOO_SLOW, ServerConnection

if TYPE_CHECKING:
    from finger.server import FingerServerFactory

TOO_LARGE = "The answer is larger than this host sends. Please ask for less."
OVERDUE = "This host took too long to answer. Please try again later."


class FingerServerProtocol(LimitedProtocol):
    """One connection: `finger.wire.ServerConnection` with a socket, an answer and a clock."""

    _server: "FingerServerFactory"
    _query: Query | None = None
    _pending: "Deferred[bytes] | None" = None

    # The connection, as Twisted tells of it

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        self._wire = ServerConnection()
        # `finger.accepting.Connection` sends and closes in one go.
        self._finish: Callable[[bytes], None] | None = getattr(self.transport, "finish", None)
        if self.refusal is not None:
            self._refuse(self.refusal.text, self.refusal.outcome)
        elif self._finish is None:
            self.waits()

    def waits(self) -> None:
        """No whole query has come yet. `finger.accepting.Connection` says so when it has looked; most never wait."""
        if self._queue is None:
            self._wait(self._server.waiting)

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
        if self._pending is not None or self._sending:
            return
        try:
            self._wire.receive_eof()
        except QueryIncomplete as error:
            self._refuse(str(error), Outcome.LEFT)
        else:
            self._socket.loseConnection()

    def _ended(self) -> None:
        if self._pending is not None:
            self._give_up()
        server, began = self._server, self._began
        outcome = self._outcome or Outcome.LEFT
        server.tell(Served(self._query, self._peer, outcome, self._size, server.clock.seconds() - began))

    # The answer

    def _ask(self, query: Query) -> None:
        try:
            answer = self._server.answer(query, self._socket.getPeer())
        except Exception:
            self._server.log.failure("A query could not be answered")
            self._refuse(CAN_NOT_ANSWER, Outcome.FAILED)
            return
        if isinstance(answer, Deferred):
            self._wait(self._server.answering)
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
        if len(data) > SEND_BLOCK:
            self._send_blocks(data)
            return
        self._size = len(data)
        at_once = self._all_read()
        if at_once and self._finish is not None:
            self._finish(data)
            if self.connected:
                self._wait(self._server.sending)
        else:
            self._wait(self._server.sending)
            self._socket.write(data)
            self._close(at_once)

    def _all_read(self) -> bool:
        """Whether nothing lies unread, nor will come."""
        return self._client_closed or (self._query is not None and not self._wire.excess)

    def _all_taken(self) -> None:
        self._close(self._all_read())

    # Time, and room

    def finish(self) -> None:
        if self._sent_all or (self._query is None and not self._awaits_its_request()):
            self._socket.loseConnection()

    def make_room(self, refusal: Refusal, *, told: bool) -> None:
        # Lingering costs one of those that are refused, but without it bytes on their way would reset the connection.
        if told:
            self._refuse(refusal.text, refusal.outcome)
            return
        self._outcome = refusal.outcome
        data = self._wire.send_refusal(refusal.text)
        self._size = len(data)
        self._wait(self._server.sending)
        self._socket.write(data)
        self._socket.loseConnection()

    def _waited(self, queue: Queue) -> None:
        if queue is self._server.waiting:
            self._refuse(TOO_SLOW, Outcome.SLOW)
            return
        self._give_up()
        self._refuse(OVERDUE, Outcome.SLOW)

    def _give_up(self) -> None:
        """Nobody waits for the answer any more."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.cancel()
