"""Sites of the web in memory: what they have at which path, over TLS or not, and what they were asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from tempfile import NamedTemporaryFile
from typing import Any, Final, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from finger.testing import Behaviour

PHRASES: Final = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: bool = True
    """Whether it says how long it is; else the connection's end does."""

    def raw(self) -> bytes:
        """As it is sent."""
        lines = [f"HTTP/1.1 {self.status} {PHRASES.get(self.status, 'Whatever')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}"] if self.length else []
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for."""

    path: str
    headers: dict[str, str]
    """By their names in lower case."""


class Site(Behaviour):
    """A web server. A page is bytes (an Atom feed, say), a `Page`, or what makes one of a request."""

    def __init__(self, **pages: "bytes | Page | Callable[[Request], Page | bytes]") -> None:
        self.pages: dict[str, Any] = {f"/{name}": page for name, page in pages.items()}
        self.requests: list[Request] = []
        self.certificate: Certificate | None = None
        """With one it speaks TLS."""

    def protocol(self, clock: Clock) -> Protocol:
        plain = _Connection(self)
        if self.certificate is None:
            return plain
        certificate_, factory, time = cast("tuple[Any, Any, Any]", (self.certificate, Factory(), clock))
        factory.buildProtocol = lambda address: plain
        return cast("Protocol", TLSMemoryBIOFactory(certificate_, False, factory, time).buildProtocol(None))

    def answer(self, request: Request) -> bytes:
        """What to send for a request; a page with the ETag that was given is not sent again."""
        self.requests.append(request)
        page = self.pages.get(request.path, Page(status=404))
        if callable(page):
            page = page(request)
        if isinstance(page, bytes):
            page = Page(page)
        assert isinstance(page, Page)
        if "ETag" in page.headers and request.headers.get("if-none-match") == page.headers["ETag"]:
            page = Page(status=304, headers=page.headers)
        return page.raw()


class _Connection(Protocol):
    def __init__(self, site: Site) -> None:
        self._site = site
        self._came = b""

    def dataReceived(self, data: bytes) -> None:
        self._came += data
        head, end, _ = self._came.partition(b"\r\n\r\n")
        if end:
            self._came = b""
            first, *rest = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
            transport: Any = self.transport
            transport.write(self._site.answer(Request(first.split()[1], headers)))
            transport.loseConnection()


@implementer(IOpenSSLServerConnectionCreator)
class Certificate:
    """A certificate with its key: what a server's TLS asks for its connections."""

    def __init__(self, made: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.made = made
        self._context = SSL.Context(SSL.TLS_SERVER_METHOD)
        self._context.use_certificate(made)
        self._context.use_privatekey(key)

    def serverConnectionForTLS(self, protocol: object) -> SSL.Connection:
        return SSL.Connection(self._context, None)


def certificate(host: str) -> Certificate:
    """One for `host` that its own key signed, for today: OpenSSL goes by the machine's clock, whatever a test says."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Certificate(made, key)


@implementer(IOpenSSLTrustRoot)
class Trusted:
    """Trust in one certificate, and in no other."""

    def __init__(self, one: Certificate) -> None:
        self._pem = one.made.public_bytes(serialization.Encoding.PEM)

    def _addCACertsToContext(self, context: SSL.Context) -> None:
        with NamedTemporaryFile() as file:
            file.write(self._pem)
            file.flush()
            context.load_verify_locations(file.name)


def atom(*entries: tuple[str, str, str], title: str = "Ana's blog") -> bytes:
    """An Atom feed of entries, each an id, a time and a text."""
    parts = [
        f"<entry><id>{id_}</id><updated>{time}</updated><title/><content>{text}</content></entry>"
        for id_, time, text in entries
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{title}</title><id>urn:feed</id><updated>2026-11-01T00:00:00Z</updated>{''.join(parts)}</feed>"
    ).encode()
