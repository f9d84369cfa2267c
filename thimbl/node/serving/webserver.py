"""The web face of the daemon: HTTP connections, held to the limits of Finger's (`finger.limits.ServerLimits`).

- The caller gives one function from a request to a `Response`. What it raises is logged, and whoever asked gets a page
  that says so, never a traceback.
- Every wait has an end: for a whole request, for the next one on the same connection, for a slow reader, for the client
  to close. Over a limit the client is told so at once; connections that only wait make room first.
- An answer is handed on block by block, and the next request is looked at when the last one is on its way: who asks and
  does not read holds up nobody but themselves.
- TLS is the matter of a front server. One on a unix socket has no address, and so no limit by address: it has its own.
- Of each answer `heard` is told once. The clock is an argument; no global reactor is touched.
"""

from collections.abc import Callable
from email.utils import formatdate
from typing import Final

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from finger.deadlines import Deadlines
from finger.fairness import Counts, Rates, network
from finger.interfaces import Clock
from finger.limits import ServerLimits
from finger.served import Outcome
from thimbl.node.serving.webconnection import WebProtocol
from thimbl.node.serving.webserved import Limit, Respond, Visit

IDLE_SECONDS: Final = 20.0
"""For the next request on a connection: a reader goes from page to page faster or takes a while. Browsers open a new
one without a word."""


TOO_BUSY: Final = Limit(503, "This host is busy.", Outcome.BUSY)
TOO_MANY: Final = Limit(429, "There are too many connections from your address.", Outcome.LIMITED)


class WebFactory(Factory):
    """Serves `respond` to every connection. `clock` is the reactor, or a `twisted.internet.task.Clock` in tests;
    `now` gives Unix seconds, for `Date`."""

    noisy = False
    log = Logger()

    def __init__(
        self,
        respond: Respond,
        *,
        clock: Clock,
        now: Callable[[], float],
        limits: ServerLimits | None = None,
        heard: Callable[[Visit], None] | None = None,
    ) -> None:
        self.respond, self.clock, self.now = respond, clock, now
        self.limits = limits = limits or ServerLimits()
        deadlines = Deadlines(clock)
        self.waiting = deadlines.queue(limits.query_seconds)
        self.idle = deadlines.queue(IDLE_SECONDS)
        self.sending = deadlines.queue(limits.send_seconds)
        self.lingering = deadlines.queue(limits.linger_seconds)
        self._heard = heard
        self._open: set[WebProtocol] = set()
        self._served, self._refused = Counts(), Counts()
        self._rates = Rates(limits.queries_per_minute, limits.queries_at_once, limits.addresses)
        self._stopped: list[Deferred[None]] | None = None
        self._date = (-1, "")

    def limit(self, limits: ServerLimits) -> None:
        """Hold those who come from now on to these limits, but for the times, which stay those of the beginning."""
        self.limits = limits
        self._rates = Rates(limits.queries_per_minute, limits.queries_at_once, limits.addresses)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def stopping(self) -> bool:
        """Whether no connection goes on after its answer."""
        return self._stopped is not None

    def date(self) -> str:
        """The value of `Date` (RFC 9110 6.6.1), written once a second."""
        second = int(self.now())
        if self._date[0] != second:
            self._date = second, formatdate(second, usegmt=True)
        return self._date[1]

    def buildProtocol(self, addr: IAddress | None) -> WebProtocol | None:
        host = getattr(addr, "host", None)
        address = None if host is None else network(host, self.limits.ipv4_prefix, self.limits.ipv6_prefix)
        limit = self._over(address)
        if limit is not None and not self._may_refuse(address):
            self.tell(Visit("", "", 0, "page", limit.outcome, 0, 0.0, addr))
            return None
        protocol = WebProtocol(self, addr, address, limit)
        (self._served if limit is None else self._refused).add(address)
        self._open.add(protocol)
        return protocol

    def may_ask(self, address: str | None) -> bool:
        """Whether one more request from there is within the limit; it counts."""
        return address is None or self._rates.take(address, self.clock.seconds())

    def _over(self, address: str | None) -> Limit | None:
        """The limit that one more connection from there is over."""
        if self._stopped is not None:
            return TOO_BUSY
        limits = self.limits
        if (
            address is not None
            and self._served.of(address) >= limits.connections_per_address
            and not self._room(TOO_MANY, address)
        ):
            return TOO_MANY
        if self._served.total >= limits.connections and not self._room(TOO_BUSY, None):
            return TOO_BUSY
        return None

    def _room(self, limit: Limit, address: str | None) -> bool:
        """Make room for one: whoever of that address, or of all, has waited longest between two requests goes; else
        whoever has waited longest without a whole one."""
        for queue in (self.idle, self.waiting):
            for waiting in queue:
                if isinstance(waiting, WebProtocol) and address in (None, waiting.address):
                    self._served.remove(waiting.address)
                    self._refused.add(waiting.address)
                    waiting.make_room(limit, told=queue is self.waiting and self._may_refuse(waiting.address))
                    return True
        return False

    def _may_refuse(self, address: str | None) -> bool:
        limits, refused = self.limits, self._refused
        return refused.total < limits.refusals and refused.of(address) < limits.refusals_per_address

    def closed(self, protocol: WebProtocol) -> None:
        """A connection is gone. Called by its protocol."""
        self._open.discard(protocol)
        (self._served if protocol.limit is None else self._refused).remove(protocol.address)
        if not self._open and self._stopped:
            stopped, self._stopped = self._stopped, []
            for each in stopped:
                each.callback(None)

    def tell(self, visit: Visit) -> None:
        """Tell what became of a request."""
        if self._heard is None:
            return
        try:
            self._heard(visit)
        except Exception:
            self.log.failure("What became of a request could not be noted")

    def stop(self, within: float = 3) -> "Deferred[None]":
        """Let requests that were read get their answers, close all other connections, and after `within` seconds every
        one. Fires when none is left."""
        done: Deferred[None] = Deferred()
        if self._stopped is None:
            self._stopped = []
        if not self._open:
            done.callback(None)
            return done
        self._stopped.append(done)
        for protocol in list(self._open):
            protocol.finish()
        timer = self.clock.callLater(within, self._abort)

        def gone(result: None) -> None:
            if timer.active():
                timer.cancel()

        return done.addCallback(gone)

    def _abort(self) -> None:
        for protocol in list(self._open):
            protocol.abort()
