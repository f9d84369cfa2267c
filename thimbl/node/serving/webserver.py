"""The web face of the daemon: HTTP connections, held to limits as Finger's are (`finger.limited`).

- The caller gives one function from a request to a `Response`. What it raises is logged, and whoever asked gets a page
  that says so, never a traceback.
- A connection has many requests: each counts, and the wait for the next one has an end of its own. Who waits for that
  makes room first.
- The next request is looked at when the last answer is on its way: who asks and does not read holds up nobody but
  themselves.
- TLS is the matter of a front server. One on a unix socket has no address, and so no limit by address: it has its own.
- Of each answer `heard` is told once.
"""

from collections.abc import Callable
from email.utils import formatdate
from typing import Final

from twisted.internet.interfaces import IAddress

from finger.interfaces import Clock
from finger.limited import LimitedFactory, Refusal
from finger.limits import ServerLimits
from finger.served import Outcome
from thimbl.node.serving.webconnection import WebProtocol
from thimbl.node.serving.webserved import Respond, Visit

IDLE_SECONDS: Final = 20.0
"""For the next request on a connection: a reader goes from page to page faster or takes a while. Browsers open a new
one without a word."""


class WebFactory(LimitedFactory[Visit]):
    """Serves `respond` to every connection; `now` gives Unix seconds, for `Date`. The other arguments are those of
    `LimitedFactory`."""

    too_busy = Refusal("This host is busy.", Outcome.BUSY)
    too_many = Refusal("There are too many connections from your address.", Outcome.LIMITED)

    def __init__(
        self,
        respond: Respond,
        *,
        clock: Clock,
        now: Callable[[], float],
        limits: ServerLimits | None = None,
        heard: Callable[[Visit], None] | None = None,
    ) -> None:
        super().__init__(clock=clock, limits=limits, heard=heard)
        self.respond, self.now = respond, now
        self.idle = self.deadlines.queue(IDLE_SECONDS)
        self.yielding = (self.idle, self.waiting)
        self._date = (-1, "")

    def date(self) -> str:
        """The value of `Date` (RFC 9110 6.6.1), written once a second."""
        second = int(self.now())
        if self._date[0] != second:
            self._date = second, formatdate(second, usegmt=True)
        return self._date[1]

    def connection(
        self, peer: IAddress | None, address: str | None, refusal: Refusal | None, now: float
    ) -> WebProtocol:
        return WebProtocol(self, peer, address, refusal, now)

    def turned_away(self, peer: IAddress | None, refusal: Refusal) -> Visit:
        return Visit("", "", 0, "page", refusal.outcome, 0, 0.0, peer)
