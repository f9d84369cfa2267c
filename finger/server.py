"""A Finger server on Twisted.

Rules:

- The caller gives one function from a query and a peer to the bytes of the answer, or to a Deferred of them. What it
  raises is logged; the person who asked gets one polite line, never a traceback.
- Limits, and an end of every wait, are those of `finger.limited`; a query that is being answered has one more.
- The server closes after the answer (RFC 1288 2.1), so a connection is a query, and counts as one. Where more than the
  query came, or less was read, it closes its own direction first.
- A client may close its direction after the query (`printf 'ana\\r\\n' | nc -N host 79`) and still gets its answer.
- Of each connection `heard` is told once, when it is over.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress

from finger.connection import FingerServerProtocol
from finger.interfaces import Clock, ListeningPort
from finger.limited import SEND_BLOCK, LimitedFactory, Refusal
from finger.limits import ServerLimits
from finger.listening import describe, listen, maximum_backlog
from finger.query import Query
from finger.served import Outcome, Served

__all__ = [
    "SEND_BLOCK",
    "Answer",
    "FingerServerFactory",
    "FingerServerProtocol",
    "ListeningPort",
    "Outcome",
    "Served",
    "ServerLimits",
    "describe",
    "listen",
    "maximum_backlog",
]

#: What answers: the query and the address it came from, to the bytes to send, as they are (see `finger.wire.to_wire`).
Answer = Callable[[Query, IAddress], "bytes | Deferred[bytes]"]


class FingerServerFactory(LimitedFactory[Served]):
    """Serves `answer` to every connection. The other arguments are those of `LimitedFactory`."""

    too_busy = Refusal("This host is busy. Please try again in a minute.", Outcome.BUSY)
    too_many = Refusal(
        "Too many connections from your address. Please close some, or try again in a minute.", Outcome.LIMITED
    )
    too_often = Refusal("Too many queries from your address. Please try again in a minute.", Outcome.LIMITED)

    def __init__(
        self,
        answer: Answer,
        *,
        clock: Clock,
        limits: ServerLimits | None = None,
        heard: Callable[[Served], None] | None = None,
    ) -> None:
        super().__init__(clock=clock, limits=limits, heard=heard)
        self.answer = answer
        self.answering = self.deadlines.queue(self.limits.answer_seconds)

    def connection(
        self, peer: IAddress | None, address: str | None, refusal: Refusal | None, now: float
    ) -> FingerServerProtocol:
        return FingerServerProtocol(self, peer, address, refusal, now)

    def turned_away(self, peer: IAddress | None, refusal: Refusal) -> Served:
        return Served(None, peer, refusal.outcome, 0, 0.0)
