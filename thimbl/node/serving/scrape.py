"""`/metrics` for Prometheus, on a listener of its own: as much of HTTP/1.1 (RFC 9112) as reading one page takes.

- One GET or HEAD a connection, which is then closed (`Connection: close`, RFC 9112 9.6). What else comes is refused in
  a line. A request has a bound in bytes and in seconds, and there are only so many at once.
- It shows figures alone, never what somebody asked for. How busy a host is may be nobody's business all the same: the
  administrator says where it listens.
"""

from collections.abc import Callable
from typing import Any, Final, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from finger.interfaces import Clock, DelayedCall, Transport
from thimbl.node.serving.metrics import CONTENT_TYPE

PATH: Final = "/metrics"

MAX_REQUEST: Final = 8 * 1024
"""Bytes of a request's line and headers: what web servers commonly take."""

REQUEST_SECONDS: Final = 10.0
"""From connecting to the end of the answer: Prometheus' own time-out for a scrape (`scrape_timeout`)."""

AT_ONCE: Final = 16
"""Connections: a few Prometheus servers, and a person with curl."""

_TEXT: Final = "text/plain; charset=utf-8"
_WHERE: Final = f"The figures are at {PATH}.\n".encode()


class ScrapeProtocol(Protocol):
    """One connection, one request."""

    def __init__(self, site: "ScrapeFactory") -> None:
        self._site = site
        self._head = b""
        self._asked = self._gone = False
        self._timer: DelayedCall | None = None

    def connectionMade(self) -> None:
        self._socket = cast("Transport", self.transport)
        self._timer = self._site.clock.callLater(REQUEST_SECONDS, self._socket.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        if self._asked:
            return
        self._head += data
        # A bare LF may end a line (RFC 9112 2.2).
        if b"\r\n\r\n" in self._head or b"\n\n" in self._head:
            self._asked = True
            self._answer(self._head.split(b"\n", 1)[0].decode("latin-1").split())
        elif len(self._head) > MAX_REQUEST:
            self._asked = True
            self._send("431 Request Header Fields Too Large", _TEXT, b"That request is too long.\n")

    def connectionLost(self, reason: Failure | None = None) -> None:
        self._gone = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._site.open.discard(self)

    def _answer(self, words: list[str]) -> None:
        match words:
            case [("GET" | "HEAD") as method, target, version] if version.startswith("HTTP/1."):
                if target.partition("?")[0] != PATH:
                    self._send("404 Not Found", _TEXT, _WHERE, method)
                    return
                self._site.text().addCallback(lambda text: self._send("200 OK", CONTENT_TYPE, text, method)).addErrback(
                    self._failed
                )
            case [_, _, version] if version.startswith("HTTP/1."):
                self._send("405 Method Not Allowed", _TEXT, _WHERE)
            case _:
                self._send("400 Bad Request", _TEXT, b"That is no HTTP request.\n")

    def _failed(self, failure: Failure) -> None:
        self._site.log.failure("The figures could not be told", failure)
        self._send("500 Internal Server Error", _TEXT, b"The figures could not be told; the log says why.\n")

    def _send(self, status: str, kind: str, body: bytes, method: str = "GET") -> None:
        if self._gone:
            return
        head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
        if status.startswith("405"):
            head.append("Allow: GET, HEAD")
        self._socket.write("\r\n".join([*head, "", ""]).encode("ascii") + (b"" if method == "HEAD" else body))
        self._socket.loseConnection()


class ScrapeFactory(Factory):
    """Shows `text()`. `clock` is the reactor's."""

    noisy = False
    log = Logger()

    def __init__(self, clock: Clock, text: Callable[[], "Deferred[bytes]"]) -> None:
        self.clock, self.text = clock, text
        self.open: set[ScrapeProtocol] = set()

    def buildProtocol(self, addr: IAddress | None) -> ScrapeProtocol | None:
        if len(self.open) >= AT_ONCE:
            return None
        protocol = ScrapeProtocol(self)
        self.open.add(protocol)
        return protocol

    def close(self) -> None:
        """End what is open."""
        for protocol in list(self.open):
            transport: Any = protocol.transport
            transport.abortConnection()
