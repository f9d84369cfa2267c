"""The proxy that connections go through: `proxy` and `proxy_for` of `config.yaml` (RFC 1928, SOCKS version 5).

The proxy looks names up, always: a name that is asked for by way of Tor is asked of no name server here (RFC 7686 2).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from thimbl.core.address import FINGER_PORT, AddressError, format_hostport, parse_hostport

SOCKS_PORT: Final = 1080
"""IANA's port of SOCKS. Tor's own is 9050, and that of its browser 9150."""

MAX_CREDENTIAL: Final = 255
"""Bytes of a name, and of a password (RFC 1929 2: one byte tells the length)."""

_SCHEMES: Final = ("socks5", "socks5h")
"""Both mean the same here; to curl the second one says that the proxy looks names up."""


class ProxyFor(StrEnum):
    """Which hosts are asked by way of the proxy."""

    ONION = "onion"
    """Those that no other way leads to (RFC 7686)."""
    ALL = "all"


class ProxyFault(ValueError):
    """That names no proxy. One is named like this: socks5://127.0.0.1:9050."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A SOCKS5 proxy. The name and password are those that it wants; both empty: it wants none."""

    host: str
    """As in an address: an IPv6 one in brackets."""
    port: int
    which: ProxyFor = ProxyFor.ONION
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, text: str, which: ProxyFor = ProxyFor.ONION) -> "Proxy":
        """Read ``socks5://[USER:PASSWORD@]HOST[:PORT]``. Raises `ProxyFault`, which does not repeat a password."""
        example = "write it like socks5://127.0.0.1:9050"
        try:
            parts = urlsplit(text.strip())
            scheme, path = parts.scheme, parts.path.strip("/") + parts.query + parts.fragment
        except ValueError:
            raise ProxyFault(f"this is no address of a proxy; {example}") from None
        if scheme not in _SCHEMES or path:
            raise ProxyFault(f"only SOCKS5 proxies are known; {example}")
        credentials, _, place = parts.netloc.rpartition("@")
        user, _, password = (unquote(part) for part in credentials.partition(":"))
        if any(len(part.encode("utf-8")) > MAX_CREDENTIAL for part in (user, password)):
            raise ProxyFault(f"the name and the password of a SOCKS5 proxy have {MAX_CREDENTIAL} bytes at most")
        if password and not user:
            raise ProxyFault("there is a password without a name")
        try:
            host, port = parse_hostport(place)
        except AddressError as error:
            raise ProxyFault(str(error)) from None
        if port == FINGER_PORT and not place.endswith(f":{port}"):
            port = SOCKS_PORT  # an address without a port means Finger's, and here SOCKS's
        return cls(host, port, which, user, password)

    def __str__(self) -> str:
        credentials = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{_SCHEMES[0]}://{credentials}{self.host}:{self.port}"

    @property
    def hostport(self) -> str:
        """Where it is, for messages: without name and password."""
        return format_hostport(self.host, self.port)
