"""What one address has had of a server: its connections and its queries. Pure; time is an argument.

Rules:

- An address is a network: IPv4 /32 and IPv6 /64 unless told otherwise. IPv4 by an IPv6 socket (RFC 4291 2.5.5.2) is
  IPv4. Of a link-local network everybody on the wire is a part, so there each address is its own.
- Queries run through a bucket: it holds `at_once` and gains `per_minute`. It is kept as the one time at which it will
  be full again (the generic cell rate algorithm of ITU-T I.371), so a full bucket is one whose time has passed, and
  need not be kept at all.
- Memory is bounded: of connections by their number, of buckets by `most`. Buckets that are full are dropped as new ones
  come; where even so too many are left, the one that was touched longest ago goes.
"""

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_network


def network(host: str, ipv4_prefix: int = 32, ipv6_prefix: int = 64) -> str:
    """The network that a client's address counts as. What is no address counts as itself."""
    if ":" not in host:
        if ipv4_prefix == 32:
            return host
        return _masked(host, ipv4_prefix)
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return network(str(address.ipv4_mapped), ipv4_prefix, ipv6_prefix)
    if address.is_link_local:
        return str(address)
    return _masked(str(IPv6Address(int(address))), ipv6_prefix)


def _masked(host: str, prefix: int) -> str:
    try:
        return str(ip_network((host, prefix), strict=False))
    except ValueError:
        return host


class Rates:
    """A bucket of queries for each address that asked of late."""

    def __init__(self, per_minute: float, at_once: int, most: int) -> None:
        """`per_minute` is above 0, `at_once` and `most` at least 1."""
        self._interval = 60 / per_minute
        self._deepest = (at_once - 1) * self._interval
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, address: str, now: float) -> bool:
        """Take one query out of the address's bucket; False if there is none in it. `now` is seconds, never less than
        it was."""
        buckets = self._full_at
        full_at = buckets.get(address)
        if full_at is None:
            buckets[address] = now + self._interval
            self._drop(now)
            return True
        buckets.move_to_end(address)
        if full_at - now > self._deepest:
            return False
        buckets[address] = (full_at if full_at > now else now) + self._interval
        return True

    def _drop(self, now: float) -> None:
        """Drop what is full, the longest untouched first, two for each one that came; and what is too much."""
        buckets = self._full_at
        for _ in range(2):
            address, full_at = next(iter(buckets.items()), ("", math.inf))
            if full_at > now:
                break
            del buckets[address]
        if len(buckets) > self._most:
            buckets.popitem(last=False)


class Counts:
    """How many of something each address has."""

    def __init__(self) -> None:
        self.total = 0
        self._by_address: dict[str, int] = {}

    def __len__(self) -> int:
        """How many addresses have any."""
        return len(self._by_address)

    def of(self, address: str | None) -> int:
        """Of one address; nobody's are counted in all only."""
        return self._by_address.get(address, 0) if address is not None else 0

    def add(self, address: str | None) -> None:
        self.total += 1
        if address is not None:
            self._by_address[address] = self._by_address.get(address, 0) + 1

    def remove(self, address: str | None) -> None:
        """One that was added is gone."""
        self.total -= 1
        if address is not None:
            left = self._by_address[address] - 1
            if left:
                self._by_address[address] = left
            else:
                del self._by_address[address]
