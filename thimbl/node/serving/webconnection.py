"""One HTTP connection: `thimbl.node.serving.webwire` with a socket, answers and deadlines.

`thimbl.node.serving.webserver` has the rules. Nothing here knows how many connections there are.
"""

from typing import TYPE_CHECKING, Final, cast

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol, IPullProducer
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.connection import SEND_BLOCK
from finger.deadlines import Queue
from finger.interfaces import Transport
from finger.served import Outcome
from thimbl.node.serving.webserved import Limit, Response, Visit
from thimbl.node.serving.webwire import MAX_HEAD, BadRequest, Request, WebWire

if TYPE_CHECKING:
    from thimbl.node.serving.webserver import WebFactory

_NOTHING: Final = memoryview(b"")

WAIT_A_MINUTE: Final = "Please try again in a minute."


@implementer(IHalfCloseableProtocol, IPullProducer)
class WebProtocol(Protocol):
    """One connection."""

    def __init__(self, server: "WebFactory", peer: IAddress | None, address: str | None, limit: Limit | None) -> None:
        """`address` is the network that it counts for; `limit` is that which the client is over."""
        self.address, self.limit = address, limit
        self._server, self._peer = server, peer
        self._wire = WebWire()
        self._queue: Queue | None = None
        self._unsent = _NOTHING
        self._sending = self._ends = self._over = False
        self._client_closed = self._sent_all = False
        self._began = server.clock.seconds()
        self._visit: tuple[str, str, int, str, Outcome] | None = None
        self._size = 0

    # The connection, as Twisted tells of it

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        self._wait(self._server.waiting)
        if self.limit is not None:
            self._refuse(self.limit.status, self.limit.text, self.limit.outcome)

    def dataReceived(self, data: bytes) -> None:
        if self._over:
            return
        self._wire.receive(data)
        if not self._sending:
            self._go_on()
        elif self._wire.held > 2 * MAX_HEAD:
            self._socket.abortConnection()  # requests upon requests, of which the answers are not even read

    def readConnectionLost(self) -> None:
        """The client closed its direction: it may still read."""
        self._client_closed = True
        if not self._sending:
            self._socket.loseConnection()

    def writeConnectionLost(self) -> None:
        """All is sent and this direction is closed: read on until the client closes too."""
        self._sent_all = True
        if self._client_closed:
            self._socket.loseConnection()
        else:
            self._wait(self._server.lingering)

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self._queue is not None:
            self._queue.discard(self)
            self._queue = None
        self._unsent = _NOTHING
        if self._visit is not None:
            clean = self._sent_all or reason is None or isinstance(reason.value, ConnectionDone)
            self._tell(left=not clean)
        elif self._wire.begun:
            self._visit = ("", "", 0, "page", Outcome.LEFT)
            self._tell()
        self._server.closed(self)

    # Requests and answers

    def _go_on(self) -> None:
        """Answer the next request, if it is here."""
        try:
            request = self._wire.next()
        except BadRequest as fault:
            self._began = self._server.clock.seconds()
            self._refuse(fault.status, str(fault), Outcome.REFUSED)
            return
        if request is not None:
            self._answer(request)
        elif self._client_closed:
            self._socket.loseConnection()
        elif self._wire.begun and self._queue is not self._server.waiting:
            self._wait(self._server.waiting)

    def _answer(self, request: Request) -> None:
        server = self._server
        self._began = server.clock.seconds()
        outcome = Outcome.ANSWERED
        ends = request.has_content or server.stopping
        try:
            if not server.may_ask(self.address):
                response = server.respond.refused(429, "There are too many requests from your address.", WAIT_A_MINUTE)
                outcome, ends = Outcome.LIMITED, True
            elif request.has_content and request.method in ("GET", "HEAD"):
                response = server.respond.refused(413, "Nothing can be sent to these pages.", "Ask without content.")
                outcome = Outcome.REFUSED
            else:
                response = server.respond(request.method, request.target, request.fields)
        except Exception:
            server.log.failure("A request could not be answered")
            why = "This host could not make the page; its log says why."
            response, outcome, ends = server.respond.refused(500, why, WAIT_A_MINUTE), Outcome.FAILED, True
        self._send(request.method, request.target, response, outcome, ends=ends)

    def _refuse(self, status: int, why: str, outcome: Outcome) -> None:
        """Answer what is no request, and end."""
        then = WAIT_A_MINUTE if status in (429, 503) else ""
        self._send("", "", self._server.respond.refused(status, why, then), outcome, ends=True)

    def _send(self, method: str, target: str, response: Response, outcome: Outcome, *, ends: bool) -> None:
        if len(response.body) > self._server.limits.answer_bytes:
            self._server.log.warn("A page of {size} bytes is over the limit", size=len(response.body))
            response = self._server.respond.refused(500, "This page is larger than this host sends.")
            outcome = Outcome.FAILED
        fields = [("Date", self._server.date()), *response.headers]
        if response.status != 304:
            fields.append(("Content-Length", str(len(response.body))))
        body = b"" if method == "HEAD" or response.status == 304 else response.body
        self._unsent = memoryview(self._wire.answer(response.status, fields, body, ends=ends))
        self._visit = (method, target, response.status, response.kind, outcome)
        self._size = 0
        self._sending, self._ends = True, not self._wire.goes_on
        self._wait(self._server.sending)
        self._socket.registerProducer(self, False)

    def resumeProducing(self) -> None:
        """The socket took the last block: here is the next, or there is none."""
        if self._unsent:
            self._wait(self._server.sending)
            block, self._unsent = self._unsent[:SEND_BLOCK], self._unsent[SEND_BLOCK:]
            self._size += len(block)
            self._socket.write(bytes(block))
            return
        self._socket.unregisterProducer()
        self._sending = False
        if self._ends or self._server.stopping:
            self._end()
            return
        self._tell()
        self._wait(self._server.idle)
        self._go_on()

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._unsent = _NOTHING

    def _end(self) -> None:
        """Close. Bytes that lie unread would reset the connection and destroy the answer on its way (RFC 9112 9.6)."""
        self._over = True
        if self._client_closed:
            self._socket.loseConnection()
        else:
            self._wait(self._server.lingering)
            self._socket.loseWriteConnection()

    # Time, and room

    def finish(self) -> None:
        """Close unless an answer is being sent: the server is stopping."""
        if not self._sending:
            self._socket.loseConnection()

    def abort(self) -> None:
        """Close at once."""
        self._socket.abortConnection()

    def make_room(self, limit: Limit, *, told: bool) -> None:
        """End its wait: somebody else needs the place."""
        self.limit = limit
        if told:
            self._refuse(limit.status, limit.text, limit.outcome)
        else:
            # Between two requests, no word is expected (RFC 9112 9.5). It waits for its end: whoever comes before the
            # network says that it is gone needs another's place.
            self._over = True
            self._wait(self._server.lingering)
            self._socket.loseConnection()

    def overdue(self) -> None:
        """Its time in a queue is up."""
        queue, self._queue = self._queue, None
        server = self._server
        if queue is server.sending:
            if self._visit is not None:
                self._visit = (*self._visit[:4], Outcome.SLOW)
            self._socket.abortConnection()
        elif queue is server.waiting and self._wire.begun:
            self._refuse(408, "The request did not come in time.", Outcome.SLOW)
        else:
            self._over = True
            self._socket.loseConnection()

    def _wait(self, queue: Queue) -> None:
        """One wait at a time."""
        if self._queue is not None and self._queue is not queue:
            self._queue.discard(self)
        self._queue = queue
        queue.add(self)

    def _tell(self, *, left: bool = False) -> None:
        """`left`: the client went before all was sent."""
        if self._visit is None:
            return
        method, target, status, kind, outcome = self._visit
        if left and outcome is Outcome.ANSWERED:
            outcome = Outcome.LEFT
        self._visit = None
        seconds = self._server.clock.seconds() - self._began
        self._server.tell(Visit(method, target, status, kind, outcome, self._size, seconds, self._peer))
