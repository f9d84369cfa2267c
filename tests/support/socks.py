"""A SOCKS5 proxy for `finger.testing.FakeInternet`, made from RFC 1928 and 1929 and not from the client's code."""

from ipaddress import ip_address
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ITransport
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock

from finger.interfaces import Transport
from finger.testing import Behaviour, FakeInternet


def outcome_of(asking: "Deferred[bytes]") -> object:
    """What came of it: the answer, or why there is none."""
    results: list[object] = []
    asking.addCallbacks(results.append, lambda failure: results.append(failure.value))
    assert results, "it has not ended yet"
    return results[0]


class SocksProxy(Behaviour):
    """Connects to the hosts of `internet`, or replies with `reply`; `login` is the name and password that it wants."""

    def __init__(self, internet: FakeInternet, *, reply: int = 0, login: tuple[bytes, bytes] | None = None) -> None:
        self.internet, self.reply, self.login = internet, reply, login
        #: Destinations that were asked for, as (address type, host, port).
        self.asked: list[tuple[int, bytes, int]] = []
        #: Names and passwords that were given.
        self.logins: list[tuple[bytes, bytes]] = []
        #: Whether to ask for a name and password where the client offers them, as Tor does.
        self.likes_logins = login is not None
        #: What comes with the last reply, in one piece.
        self.early = b""
        #: The address in the last reply: its type and itself.
        self.bound = b"\x01\0\0\0\0"

    def protocol(self, clock: Clock) -> Protocol:
        return _Proxying(self)


class _Proxying(Protocol):
    def __init__(self, proxy: SocksProxy) -> None:
        self._proxy = proxy
        self._data = b""
        self._step = self._methods
        self._inner: Protocol | None = None

    def dataReceived(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        self._data += data
        while self._step():
            pass

    def connectionLost(self, reason: object = None) -> None:
        if self._inner is not None:
            self._inner.connectionLost()

    @property
    def _socket(self) -> Transport:
        return cast("Transport", self.transport)

    def _methods(self) -> bool:
        if len(self._data) < 2 or len(self._data) < 2 + self._data[1]:
            return False
        version, count = self._data[:2]
        assert version == 5
        methods, self._data = self._data[2 : 2 + count], self._data[2 + count :]
        if self._proxy.likes_logins and 2 in methods:
            self._socket.write(b"\x05\x02")
            self._step = self._login
        elif self._proxy.login is None and 0 in methods:
            self._socket.write(b"\x05\x00")
            self._step = self._request
        else:
            self._socket.write(b"\x05\xff")
            self._socket.loseConnection()
        return bool(self._data)

    def _login(self) -> bool:
        if len(self._data) < 2 or len(self._data) < 3 + self._data[1]:
            return False
        first = self._data[1]
        second = self._data[2 + first]
        if len(self._data) < 3 + first + second:
            return False
        assert self._data[0] == 1
        login = self._data[2 : 2 + first], self._data[3 + first : 3 + first + second]
        self._data = self._data[3 + first + second :]
        self._proxy.logins.append(login)
        if self._proxy.login in (None, login):
            self._socket.write(b"\x01\x00")
            self._step = self._request
        else:
            self._socket.write(b"\x01\x01")
            self._socket.loseConnection()
        return bool(self._data)

    def _request(self) -> bool:
        if len(self._data) < 5:
            return False
        assert self._data[:3] == b"\x05\x01\x00"
        start, size = {1: (4, 4), 3: (5, self._data[4]), 4: (4, 16)}[self._data[3]]
        if len(self._data) < start + size + 2:
            return False
        host, port = self._data[start : start + size], int.from_bytes(self._data[start + size : start + size + 2])
        self._proxy.asked.append((self._data[3], host, port))
        self._data = b""
        if self._proxy.reply:
            self._socket.write(bytes([5, self._proxy.reply, 0, 1]) + bytes(6))
            self._socket.loseConnection()
            return False
        name = host.decode() if self._proxy.asked[-1][0] == 3 else str(ip_address(host))
        met = self._proxy.internet.behaviour(name, port).dial(self._proxy.internet)
        assert isinstance(met, Protocol), "a test asks by way of the proxy for hosts that are there"
        self._socket.write(b"\x05\x00\x00" + self._proxy.bound + b"\0\0" + self._proxy.early)
        self._inner = met
        met.makeConnection(cast("ITransport", self.transport))
        return False
