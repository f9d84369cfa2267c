"""Where a daemon is told to listen, as far as a doctor has to know (`finger.descriptions` has the syntax)."""

from dataclasses import dataclass
from typing import Final, Self

from finger.descriptions import Description

_POSITIONS: Final = {
    "tcp": ("port", "interface", "backlog"),
    "tcp6": ("port", "backlog", "interface"),
    "dual": ("port", "backlog"),
    "unix": ("address", "mode", "backlog", "lockfile"),
}
"""The kinds that are looked at, and their fields in order."""

HIGHEST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """One of them."""

    text: str
    kind: str
    """`tcp`, `tcp6`, `dual`, `unix`, `systemd`, …"""
    host: str = ""
    """The interface; empty for all of them."""
    port: int | None = None
    """None where it has none; 0 for any free one."""
    path: str = ""
    """Of a `unix` socket."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The place of a description. Raises `ValueError` where it makes no sense."""
        description = Description.parse(text)
        if description.kind not in _POSITIONS:
            return cls(text, description.kind)
        fields = description.take(*_POSITIONS[description.kind])
        if description.kind == "unix":
            return cls(text, "unix", path=fields.get("address", ""))
        port = fields.get("port", "")
        if not (port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT):
            raise ValueError(f"{port!r} is no port: ports go from 1 to {HIGHEST_PORT}")
        return cls(text, description.kind, fields.get("interface", ""), int(port))

    @property
    def is_tcp(self) -> bool:
        """Whether it is a port of the Internet protocols."""
        return self.port is not None

    @property
    def is_ipv6(self) -> bool:
        """Whether its socket is one of IPv6, which may take IPv4 too."""
        return self.kind in ("tcp6", "dual") or ":" in self.host

    @property
    def everywhere(self) -> bool:
        """Whether it takes all addresses of the machine."""
        return self.host in ("", "0.0.0.0", "::")

    @property
    def ask_at(self) -> str:
        """The address by which this machine itself reaches it."""
        if not self.everywhere:
            return self.host
        return "::1" if self.kind == "tcp6" else "127.0.0.1"  # `dual` takes either

    @property
    def named(self) -> str:
        """For people: `port 79`, `port 79 of 192.0.2.7`, or the description."""
        if not self.is_tcp:
            return self.text
        return f"port {self.port}" if self.everywhere else f"port {self.port} of {self.host}"
