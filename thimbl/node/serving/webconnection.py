"""One HTTP connection: `thimbl.node.serving.webwire` with a socket, answers and deadlines.

`thimbl.node.serving.webserver` has the rules, and `finger.limited` what a connection of any server has.
"""

from typing import TYPE_CHECKING, Final, NamedTuple, cast

from finger.deadlines import Queue
from finger.interfaces import Transport
from finger.limited import LimitedProtocol, Refusal
from finger.served import Outcome
from thimbl.node.serving.webserved import Response, Visit
from thimbl.node.serving.webwire import MAX_HEAD, BadRequest, Request, WebWire

if TYPE_CHECKING:
    from thimbl.node.serving.webserver import WebFactory

WAIT_A_MINUTE: Final = "Please try again in a minute."

OVER_A_LIMIT: Final = {Outcome.BUSY: 503, Outcome.LIMITED: 429}
"""The status of a refusal (RFC 9110 15.6.4, RFC 6585 4)."""


class _Answer(NamedTuple):
    """What is being sent, as it will be told."""

    method: str
    target: str
    status: int
    kind: str


class WebProtocol(LimitedProtocol):
    """One connection."""

    _server: "WebFactory"
    _answering: _Answer | None = None
    _ends: bool = False
    """Whether the answer that is being sent is the last."""
    _over: bool = False
    """Whether nothing is read any more."""

    # The connection, as Twisted tells of it

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        self._wire = WebWire()
        self._wait(self._server.waiting)
        if self.refusal is not None:
            self._over_limit(self.refusal)

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

    def _ended(self) -> None:
        if self._answering is None and self._wire.begun:
            self._answering, self._outcome = _Answer("", "", 0, "page"), Outcome.LEFT
        self._tell()

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

    def _over_limit(self, refusal: Refusal) -> None:
        self._refuse(OVER_A_LIMIT[refusal.outcome], refusal.text, refusal.outcome)

    def _send(self, method: str, target: str, response: Response, outcome: Outcome, *, ends: bool) -> None:
        if len(response.body) > self._server.limits.answer_bytes:
            self._server.log.warn("A page of {size} bytes is over the limit", size=len(response.body))
            response = self._server.respond.refused(500, "This page is larger than this host sends.")
            outcome = Outcome.FAILED
        fields = [("Date", self._server.date()), *response.headers]
        if response.status != 304:
            fields.append(("Content-Length", str(len(response.body))))
        body = b"" if method == "HEAD" or response.status == 304 else response.body
        data = self._wire.answer(response.status, fields, body, ends=ends)
        self._answering, self._outcome = _Answer(method, target, response.status, response.kind), outcome
        self._size = 0
        self._ends = not self._wire.goes_on
        self._send_blocks(data)

    def _all_taken(self) -> None:
        if self._ends or self._server.stopping:
            self._over = True
            self._close(self._client_closed)
            return
        self._tell()
        self._wait(self._server.idle)
        self._go_on()

    # Time, and room

    def finish(self) -> None:
        asked = self._sending or (self._queue is self._server.waiting and self._awaits_its_request())
        if not asked:
            self._socket.loseConnection()

    def make_room(self, refusal: Refusal, *, told: bool) -> None:
        if told and self._queue is self._server.waiting:
            self._over_limit(refusal)
            return
        # Between two requests, no word is expected (RFC 9112 9.5). It waits for its end: whoever comes before the
        # network says that it is gone needs another's place.
        self._over = True
        self._wait(self._server.lingering)
        self._socket.loseConnection()

    def _waited(self, queue: Queue) -> None:
        if queue is self._server.waiting and self._wire.begun:
            self._refuse(408, "The request did not come in time.", Outcome.SLOW)
        else:
            self._over = True
            self._socket.loseConnection()

    def _tell(self) -> None:
        """Tell what became of an answer, if there was one."""
        answer, outcome = self._answering, self._outcome
        self._answering = self._outcome = None
        if answer is not None and outcome is not None:
            seconds = self._server.clock.seconds() - self._began
            self._server.tell(Visit(*answer, outcome, self._size, seconds, self._peer))
