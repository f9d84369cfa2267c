"""What became of a connection: told once for each, for a log line and for counting."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from finger.query import Query

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress


class Outcome(StrEnum):
    """How a connection ended."""

    ANSWERED = "answered"
    """The whole answer was handed to the system."""
    REFUSED = "refused"
    """What came was no query (RFC 1288 2.3)."""
    BUSY = "busy"
    """Too many connections in all."""
    LIMITED = "limited"
    """Too many connections, or queries, from that address."""
    SLOW = "slow"
    """A time-out: no whole query came, or the answer was not taken, or not made, in time."""
    FAILED = "failed"
    """The query could not be answered, or the answer was too large: a fault of this host, and in its log."""
    LEFT = "left"
    """The client went away before its query was whole, or before it had the answer; or the server was stopped."""


class Served(NamedTuple):
    """A connection that is over. A tuple, since one is made for every query."""

    query: Query | None
    """None where no query was read."""
    peer: "IAddress | None"
    """None where the transport does not tell."""
    outcome: Outcome
    size: int
    """Bytes that were handed to the system: of the answer, or of the line that stood for it."""
    seconds: float
    """From accepting to the end."""
