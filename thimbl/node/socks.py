"""Connections by way of a SOCKS5 proxy, such as Tor's (RFC 1928; RFC 1929 for a name and password).

Rules:

- The name of the host goes to the proxy as it is, which looks it up (RFC 1928 5, address type 3): nothing about it is
  asked of a name server here. Tor has hosts that no name server knows, and must know none (RFC 7686 2).
- Once the proxy has connected, its connection is that of the host: a clean end stays one, a reset stays one, and what
  came in one piece with the proxy's last word is the host's first. Giving up closes it.
- The dialogue is `Handshake`, without I/O. A proxy that breaks the protocol is told from a host that is out of reach.
"""

import ipaddress
import struct
from dataclasses import dataclass
from typing import Any, Final, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress, IProtocol, ITransport
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure

from finger.interfaces import Endpoint, Transport

VERSION: Final = 5
CONNECT: Final = 1
NO_AUTHENTICATION: Final = 0
NAME_AND_PASSWORD: Final = 2

IPV4: Final = 1
NAME: Final = 3
IPV6: Final = 4

REFUSED: Final = 5
"""The reply of a proxy that reached the host, where nothing listens on the port."""

_REPLIES: Final = {
    1: "the proxy could not connect to it",
    2: "the proxy does not allow it",
    3: "the proxy finds no network that leads to it",
    4: "the proxy can not reach it",
    REFUSED: "nothing listens there",
    6: "it is too far away from the proxy",
    7: "the proxy does not make connections",
    8: "the proxy does not know this kind of address",
    # Tor's own, which it gives where its SocksPort has the flag ExtendedErrors (proposal 304).
    0xF0: "there is no such onion service, or it is off",
    0xF1: "the onion service is not as it must be",
    0xF2: "the onion service could not be reached",
    0xF3: "the onion service did not answer in time",
    0xF4: "the onion service wants a key that the proxy does not have",
    0xF5: "the onion service does not take the proxy's key",
    0xF6: "that is no address of an onion service",
    0xF7: "the onion service did not answer in time",
}
"""RFC 1928 6, in words for a person."""


class ProxyError(Exception):
    """The proxy did not connect to the host. The message says why, without the name of either."""


class ProxyBroken(ProxyError):
    """The proxy is at fault, or is none."""


class ProxyRefused(ProxyError):
    """The proxy says that it can not reach the host, or may not."""

    def __init__(self, reply: int) -> None:
        super().__init__(_REPLIES.get(reply, f"the proxy failed with error {reply}"))
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a password of at most 255 bytes each (RFC 1929 2); proxies take an empty password too."""

    user: bytes
    password: bytes


class Handshake:
    """The client's side of one dialogue. Send `hello`, then what `receive` gives; `done` says when it is over."""

    def __init__(self, host: str, port: int, credentials: Credentials | None = None) -> None:
        """`host` is a name of ASCII letters, or an address, an IPv6 one without brackets."""
        self._request = struct.pack("!BBB", VERSION, CONNECT, 0) + _destination(host) + struct.pack("!H", port)
        self._credentials = credentials
        self._wait = self._method
        self._data = b""
        self.done = False

    @property
    def hello(self) -> bytes:
        """The first message: which ways to authenticate are offered. The proxy chooses."""
        methods = bytes([NO_AUTHENTICATION] if self._credentials is None else [NO_AUTHENTICATION, NAME_AND_PASSWORD])
        return bytes([VERSION, len(methods)]) + methods

    @property
    def rest(self) -> bytes:
        """What came behind the proxy's last message: the host's first words."""
        return self._data if self.done else b""

    def receive(self, data: bytes) -> bytes:
        """Take what the proxy says; what to answer. Raises `ProxyError`."""
        self._data += data
        answer = b""
        while not self.done and (said := self._wait()) is not None:
            answer += said
        return answer

    def _take(self, size: int) -> bytes | None:
        if len(self._data) < size:
            return None
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def _method(self) -> bytes | None:
        if (reply := self._take(2)) is None:
            return None
        _check_version(reply[0], VERSION)
        if reply[1] == NO_AUTHENTICATION:
            self._wait = self._reply
            return self._request
        if reply[1] == NAME_AND_PASSWORD and self._credentials is not None:
            self._wait = self._admission
            user, password = self._credentials.user, self._credentials.password
            return bytes([1, len(user)]) + user + bytes([len(password)]) + password
        raise ProxyBroken("the proxy wants a name and password, or another way to authenticate")

    def _admission(self) -> bytes | None:
        if (reply := self._take(2)) is None:
            return None
        if reply[1] != 0:
            raise ProxyBroken("the proxy does not take the name and password")
        self._wait = self._reply
        return self._request

    def _reply(self) -> bytes | None:
        # Five bytes are in every reply that is one; some proxies end a refusal right after them.
        if len(self._data) < 2:
            return None
        _check_version(self._data[0], VERSION)
        if self._data[1] != 0:
            raise ProxyRefused(self._data[1])
        if len(self._data) < 5:
            return None
        sizes = {IPV4: 4, IPV6: 16, NAME: 1 + self._data[4]}
        if (size := sizes.get(self._data[3])) is None:
            raise ProxyBroken("the proxy answers in a form that SOCKS5 does not have")
        # The address that the proxy connects from is nobody's business here.
        if self._take(4 + size + 2) is None:
            return None
        self.done = True
        return b""


def _check_version(found: int, wanted: int) -> None:
    if found != wanted:
        raise ProxyBroken("what answers there is no SOCKS5 proxy")


def _destination(host: str) -> bytes:
    """The host as a request has it (RFC 1928 5)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        return bytes([NAME, len(name)]) + name
    return bytes([IPV4 if address.version == 4 else IPV6]) + address.packed


class SocksEndpoint:
    """A host by way of the proxy at `proxy`. Fails with a `ProxyError`, or as that endpoint does."""

    def __init__(self, proxy: Endpoint, host: str, port: int, credentials: Credentials | None = None) -> None:
        self._proxy, self._host, self._port, self._credentials = proxy, host, port, credentials

    def connect(self, protocolFactory: Any) -> "Deferred[IProtocol]":
        """Connect; fires when the connection to the host stands."""
        tunnel = _Tunnel(Handshake(self._host, self._port, self._credentials), protocolFactory)
        connecting = self._proxy.connect(_OneTunnel(tunnel))
        tunnel.connecting = connecting
        connecting.addCallbacks(tunnel.reached, tunnel.failed)
        return tunnel.standing


class _OneTunnel(Factory):
    """A proxy of several addresses is tried at all of them side by side; the connection that stands first counts."""

    noisy = False

    def __init__(self, tunnel: "_Tunnel") -> None:
        self._tunnel = tunnel

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        return None if self._tunnel.transport is not None else self._tunnel


class _Tunnel(Protocol):
    """One connection to the proxy, and then to the host: the dialogue first, then all is the inner protocol's."""

    def __init__(self, handshake: Handshake, factory: Any) -> None:
        self.inner: Protocol | None = None
        self.standing: Deferred[IProtocol] = Deferred(self._cancelled)
        self.connecting: Deferred[IProtocol] | None = None
        self._handshake = handshake
        self._factory = factory
        self._over = False

    def connectionMade(self) -> None:
        if self._over:
            self._socket.abortConnection()
        else:
            self._socket.write(self._handshake.hello)

    def dataReceived(self, data: bytes) -> None:
        if self.inner is not None:
            self.inner.dataReceived(data)
            return
        if self._over:
            return
        try:
            answer = self._handshake.receive(data)
        except ProxyError as error:
            self._fail(Failure(error))
            return
        if answer:
            self._socket.write(answer)
        if self._handshake.done:
            self._hand_over()

    def connectionLost(self, reason: Failure | None = None) -> None:
        if self.inner is not None:
            self.inner.connectionLost(reason or Failure(ConnectionDone()))
        elif not self._over:
            self._fail(Failure(ProxyBroken("the proxy hung up")))

    def reached(self, protocol: IProtocol) -> None:
        """The proxy is connected to; the host is not yet."""
        self.connecting = None

    def failed(self, failure: Failure) -> None:
        """The proxy can not be connected to."""
        self.connecting = None
        self._fail(failure)

    @property
    def _socket(self) -> Transport:
        return cast("Transport", self.transport)

    def _hand_over(self) -> None:
        protocol = cast("Protocol", self._factory.buildProtocol(self._socket.getPeer()))
        self._over, self.inner = True, protocol
        protocol.makeConnection(cast("ITransport", self.transport))
        self.standing.callback(cast("IProtocol", protocol))
        if rest := self._handshake.rest:
            protocol.dataReceived(rest)

    def _fail(self, failure: Failure) -> None:
        if not self._over:
            self._let_go()
            self.standing.errback(failure)

    def _cancelled(self, standing: "Deferred[IProtocol]") -> None:
        if not self._over:
            self._let_go()  # Deferred.cancel() fails it with CancelledError

    def _let_go(self) -> None:
        self._over = True
        connecting, self.connecting = self.connecting, None
        if connecting is not None:
            connecting.cancel()
        if self.transport is not None:
            self._socket.abortConnection()
