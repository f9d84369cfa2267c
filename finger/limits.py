"""What a server puts up with, and why (RFC 1288 3.2: the administrator decides what a host gives).

Pure: no clock, no sockets. `finger.server` holds connections to these.
"""

from dataclasses import dataclass
from typing import Final

from finger.wire import MAX_ANSWER

IPV4_PREFIX: Final = 32
"""Bits of an IPv4 address that make one client: all. Many share one behind a router, none holds a network of them."""

IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that make one client: every site gets at least a /64 (RFC 6177), and may use a new address
of it for each query (RFC 8981)."""

MAX_ADDRESSES: Final = 65_536
"""Addresses whose queries of the last minutes are remembered: some 10 MiB. More than that at once is no crowd of
readers but a flood, which no limit by address stops; then those that asked longest ago are forgotten first."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What a server puts up with. Times are in seconds.

    A connection over a unix socket has no address: limits by address leave it alone, since who may open the socket is
    said by its mode. Loopback is an address as any other: what a tunnel, an onion service or a proxy forwards comes
    from there, and that is strangers too.
    """

    #: From connecting to the end of the query line, in all and not between bytes, so that a trickle ends too. A person
    #: at a telnet prompt types a name in half a minute.
    query_seconds: float = 30
    #: For the answer to be made. Clients give up at about that time.
    answer_seconds: float = 30
    #: For a reader to take one `SEND_BLOCK`: slower than 2 KiB a second is slower than a modem of 1990.
    send_seconds: float = 30
    #: For a client to close after it was answered with bytes unread: a round trip to the far side of the world, twice
    #: resent. Longer only holds descriptors.
    linger_seconds: float = 2
    #: Served at once. A process has 1,024 descriptors unless told otherwise; the rest is for files and the database.
    #: When so many are open, whoever has waited longest without a whole query makes room for the next.
    connections: int = 800
    #: Served at once of one address: a twentieth of all, and more than a program that polls this host opens.
    connections_per_address: int = 40
    #: Told that they are over a limit, at once, and listened to until they close: whoever comes after them is closed
    #: without a word.
    refusals: int = 100
    #: Of one address, so that one that hammers does not take the word from the others.
    refusals_per_address: int = 10
    #: By one address in the long run. A mirror that asks for each of 5,000 accounts every two minutes stays below, and
    #: at 20 KB an answer it is a megabyte a second, and a hundredth of what a core serves.
    queries_per_minute: float = 3000
    #: By one address after it was quiet: a mirror of 5,000 accounts that comes back asks for all of them.
    queries_at_once: int = 6000
    ipv4_prefix: int = IPV4_PREFIX
    ipv6_prefix: int = IPV6_PREFIX
    #: The largest answer: what `finger.client` takes of one.
    answer_bytes: int = MAX_ANSWER
    #: See `MAX_ADDRESSES`.
    addresses: int = MAX_ADDRESSES
