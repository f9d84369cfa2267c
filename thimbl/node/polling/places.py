"""Where an author's plan may be had: their own host, the place that their log moved to, their mirrors (plan-format 6).

- An author's own host is what counts. Where it gives no plan, the mirrors that the newest verified head names are asked
  in its place, by forwarding: `alice/since/41@her.host`.
- Whoever names a mirror, or moves, tells this program where to connect; such places are asked by a client that may
  refuse some (loopback, private networks), and where there is no such client they are not asked.
- The order of the mirrors follows from the author's address, so that those who share theirs do not all begin with one.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finger.client import FingerClient
from thimbl.core.address import Address, format_hostport
from thimbl.core.plan import PlanUnreadable, head_from_data
from thimbl.store.types import Brief

MAX_MIRRORS: Final = 3
"""Mirrors that one fetch asks: who names hundreds shall not have a reader knock at hundreds of doors."""


@dataclass(frozen=True, slots=True)
class Place:
    """A host to ask, and whom to ask it for."""

    host: str
    port: int
    address: Address
    """Whose plan."""
    client: FingerClient
    forwards: bool = False
    """It is another's host, which is asked for the address as a whole."""

    @property
    def hostport(self) -> str:
        """`host[:port]`, by which its turns are counted and its views remembered."""
        return format_hostport(self.host, self.port)

    @property
    def source(self) -> str | None:
        """The mirror that this is; None for an author's own host."""
        return self.hostport if self.forwards else None

    def query(self, view: str = "") -> bytes:
        """The line that asks for a view, such as `/since/41`."""
        at = f"@{self.address.hostport}" if self.forwards else ""
        return f"{self.address.user}{view}{at}\r\n".encode("ascii")


def home(address: Address, client: FingerClient) -> Place:
    """The author's own host."""
    return Place(address.host, address.port, address, client)


def mirrors(brief: Brief | None, client: FingerClient | None) -> Iterator[Place]:
    """The mirrors to try, in their order. None where no key is pinned: nobody could tell whose words they have."""
    if client is None or brief is None or brief.head is None or brief.key is None:
        return
    try:
        named = head_from_data(json.loads(brief.head)).mirrors
    except PlanUnreadable:
        return
    places = {Place(host, port, brief.address, client, forwards=True) for host, port in named}
    others = [place for place in places if place.hostport != brief.address.hostport]
    yield from sorted(others, key=_turn)[:MAX_MIRRORS]


def _turn(place: Place) -> bytes:
    return hashlib.sha256(f"{place.address} {place.hostport}".encode()).digest()
