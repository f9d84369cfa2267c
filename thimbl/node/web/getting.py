"""One GET of a stranger's host: HTTP/1.1 by Twisted's agent, with a bound on everything that comes.

- Where to connect to is asked of `thimbl.node.reach`, each time: routes, proxies and the guard hold for feeds as they
  do for plans, and for each place that a redirect leads to.
- What comes is counted under TLS and before a header is read (`counting`): no answer is larger than `MAX_BYTES`,
  however it is made. Nothing is unpacked any further either.
- Certificates are checked against those that the machine trusts (RFC 9110 4.3.4). A host that has none that holds is
  out of reach; there is no way around that but an ``http://`` URL.
- A request says what is read here and what is known already, and nothing of who asks: no cookie, no referrer, no name.
- One connection a request: nothing of one is left for the next.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, cast

from twisted.internet import error as net
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from finger.errors import AskFailed
from finger.interfaces import Endpoint
from thimbl import __version__
from thimbl.core.web import FeedUrl
from thimbl.node.guard import HostGuarded
from thimbl.node.web.counting import Bounded, Line

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of an answer, packed or not: a thousand essays. Feeds of podcasts with twenty years in them are as large."""

MAX_HEADERS: Final = 64 * 1024
"""Bytes before a body, of which a host sends some hundred: TLS, headers, and interim answers (RFC 9110 15.2), of which
8 MiB would take this process ten seconds."""

READ: Final = 64 * 1024
"""Bytes that can come at once with the end of the headers (`twisted.internet.abstract.FileDescriptor.bufferSize`)."""

MAX_TAG: Final = 512
"""Characters of an ETag that are sent back: it could otherwise be a store of whatever a host likes."""

ACCEPTED: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, text/plain;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
_AGENT: Final = f"thimbl/{__version__}"
_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_DATE: Final = re.compile(r"[A-Za-z0-9 ,:+-]{1,60}")
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age=\"?([0-9]{1,9})", re.IGNORECASE)


class WebFault(Exception):
    """A feed could not be had; the message says why. `away`: the next to ask that host would meet the same. `least`:
    seconds for which it asks to be left alone. `barred`: nobody was asked, and no time mends that."""

    def __init__(self, why: str, *, away: bool = False, least: int = 0, barred: bool = False) -> None:
        super().__init__(why)
        self.away, self.least, self.barred = away, least, barred


class TooLarge(WebFault):
    """What came was more than is taken."""

    def __init__(self) -> None:
        super().__init__(f"it is larger than {MAX_BYTES >> 20} MiB, which no feed should be")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered."""

    status: int
    body: bytes
    complete: bool = True
    """Whether the host said where it ends."""
    content_type: str = ""
    location: str = ""
    etag: str | None = None
    modified: str | None = None
    max_age: int = 0
    """Seconds for which the host says that nothing will be new."""
    retry_after: int = 0


class Getter:
    """Gets URLs. `endpoint_for` says where to connect to for a host and port, and may raise `AskFailed`."""

    def __init__(
        self, reactor: Any, endpoint_for: Callable[[str, int], Endpoint], now: Callable[[], int], trust: Any = None
    ) -> None:
        """`trust` are the certificates to trust, as Twisted has them; None: those of the machine."""
        self._reactor, self._endpoint_for, self._now, self._trust = reactor, endpoint_for, now, trust

    async def get(self, url: FeedUrl, etag: str | None = None, modified: str | None = None) -> Answer:
        """What is at `url`, unless it is as it was. Raises `WebFault`."""
        line = Line(MAX_HEADERS + READ)
        too_much = WebFault(f"its host says more than {MAX_HEADERS >> 10} KiB before it")
        agent = Agent.usingEndpointFactory(
            self._reactor, _Endpoints(self._endpoint, url, line), HTTPConnectionPool(self._reactor, persistent=False)
        )
        headers = {"User-Agent": _AGENT, "Accept": ACCEPTED, "Accept-Encoding": "gzip"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        try:
            raw = Headers({name: [value] for name, value in headers.items()})
            response: Any = await agent.request(b"GET", str(url).encode("ascii"), raw)
            line.allow(MAX_BYTES + MAX_HEADERS)  # TLS and the lengths of chunks count too
            too_much = TooLarge()
            answer = await self._answer(response, line)
            line.abort()
            await line.closed()  # so that whoever is next at this host does not come beside it
            return answer
        except (CancelledError, WebFault):
            raise
        except Exception as error:
            if any(isinstance(reason, CancelledError) for reason in _reasons(error)):
                raise CancelledError from None  # whoever waited does so no more
            raise (too_much if line.over else _fault(error, url)) from None
        finally:
            line.abort()

    async def _answer(self, response: Any, line: Line) -> Answer:
        def header(name: str) -> str:
            values: list[bytes] = response.headers.getRawHeaders(name.encode("ascii")) or [b""]
            return values[0].decode("latin-1").strip()

        body, complete = b"", True
        if response.code == HTTPStatus.OK:
            if isinstance(response.length, int) and response.length > MAX_BYTES:
                raise TooLarge
            collecting = _Body(line)
            response.deliverBody(collecting)
            packed, complete = await collecting.done
            if line.over or len(packed) > MAX_BYTES:  # which ends a body that has no stated length as its host would
                raise TooLarge
            body = unpacked(packed, header("Content-Encoding"))
        max_age = _MAX_AGE.search(header("Cache-Control"))
        return Answer(
            response.code,
            body,
            complete,
            header("Content-Type")[:200],
            header("Location"),
            _fitting(_TAG, header("ETag")),
            _fitting(_DATE, header("Last-Modified")),
            int(max_age[1]) if max_age else 0,
            self._retry_after(header("Retry-After")),
        )

    def _retry_after(self, value: str) -> int:
        if value.isdecimal():
            return int(value[:9])
        try:
            return max(0, int(parsedate_to_datetime(value).timestamp()) - self._now())
        except (ValueError, TypeError, OverflowError):
            return 0

    def _endpoint(self, url: FeedUrl, line: Line) -> Any:
        bounded = Bounded(self._endpoint_for(url.host, url.port), line)
        if url.scheme == "http":
            return bounded
        return _Secured(bounded, url.host, self._trust, self._reactor)


def unpacked(body: bytes, encoding: str) -> bytes:
    """A body without its content coding. Raises `WebFault`."""
    encoding = encoding.lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise WebFault("it is packed in a way that was not asked for")
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(body, MAX_BYTES + 1)
    except zlib.error:
        raise WebFault("it is packed, and can not be unpacked") from None
    if len(plain) > MAX_BYTES:
        raise TooLarge
    if not unpacking.eof:
        raise WebFault("it is packed, and its end is missing")
    return plain


def status_words(status: int) -> str:
    """A status in words of our own: a host may say anything beside the number."""
    try:
        return f"the host answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"the host answered {status}"


def _fitting(pattern: re.Pattern[str], value: str) -> str | None:
    return value if len(value) <= MAX_TAG and pattern.fullmatch(value) else None


def _fault(error: Exception, url: FeedUrl) -> WebFault:
    """What went wrong, for a person."""
    for reason in _reasons(error):
        if isinstance(reason, WebFault):
            return reason
        if isinstance(reason, AskFailed):
            words = str(reason).removeprefix(f"{reason.where}: ")
            barred = isinstance(reason, HostGuarded)
            return WebFault(words if url.host in reason.where else str(reason), away=True, barred=barred)
        if isinstance(reason, net.DNSLookupError):
            return WebFault(f"the name {url.host} is not known; check its spelling, and that you are online", away=True)
        if isinstance(reason, net.ConnectionRefusedError):
            return WebFault("nothing listens there; check the port, or try again later", away=True)
        if isinstance(reason, net.TimeoutError | net.TCPTimedOutError):
            return WebFault("it takes too long to connect; the host may be busy or down", away=True)
        module = type(reason).__module__
        if module.startswith(("OpenSSL", "service_identity")):
            return WebFault(f"its certificate is not one that holds for {url.host}", away=True)
    if isinstance(error, net.ConnectError):
        return WebFault("there is no way to this host; check that you are online", away=True)
    return WebFault("the connection broke, or what came is no HTTP", away=True)


def _reasons(error: BaseException) -> "list[BaseException]":
    """An error, and those that it came of."""
    found = [error]
    for failure in getattr(error, "reasons", None) or ():
        if isinstance(failure, Failure) and failure.value is not None:
            found += _reasons(failure.value)
    return found


class _Secured:
    """The same under TLS. (Twisted's own takes the time of the one global reactor.)"""

    def __init__(self, endpoint: Bounded, host: str, trust: Any, clock: Any) -> None:
        self._endpoint, self._host, self._trust, self._clock = endpoint, host, trust, clock

    def connect(self, protocolFactory: Factory) -> "Deferred[IProtocol]":
        from twisted.internet.ssl import optionsForClientTLS  # only here: they bring OpenSSL, which takes its time
        from twisted.protocols.tls import TLSMemoryBIOFactory

        options = optionsForClientTLS(self._host, trustRoot=self._trust)
        tls: Any = TLSMemoryBIOFactory(options, True, cast(Any, protocolFactory), self._clock)
        connecting: Any = self._endpoint.connect(tls)
        return cast("Deferred[IProtocol]", connecting.addCallback(lambda protocol: protocol.wrappedProtocol))


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """The one endpoint of one request."""

    def __init__(self, endpoint: Callable[[FeedUrl, Line], Any], url: FeedUrl, line: Line) -> None:
        self._endpoint, self._url, self._line = endpoint, url, line

    def endpointForURI(self, uri: URI) -> Any:
        """Where the request goes, whatever Twisted makes of the URL. Raises `AskFailed`."""
        return self._endpoint(self._url, self._line)


class _Body(Protocol):
    """Collects a body."""

    def __init__(self, line: Line) -> None:
        self.done: Deferred[tuple[bytes, bool]] = Deferred(lambda done: line.abort())
        self._data = bytearray()

    def dataReceived(self, data: bytes) -> None:
        self._data += data

    def connectionLost(self, reason: Any = None) -> None:
        if self.done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):
            self.done.callback((bytes(self._data), reason.check(ResponseDone) is not None))
        else:
            self.done.errback(reason)
