"""A Finger server on Twisted.

Rules:

- The caller gives one function from a query and a peer to the bytes of the answer, or to a Deferred of them. What it
  raises is logged; the person who asked gets one polite line, never a traceback.
- Every wait has an end: for the query, for the answer, for a slow reader, for the client to close.
- Over a limit, the client is told so in one line, at once. Those that wait without a whole query make room first, the
  longest waiting of them: connections that are held open idle, or dribble, keep nobody else out.
- The server closes after the answer (RFC 1288 2.1). A socket that is closed while bytes from the client lie unread
  resets the connection and destroys the answer on its way; so where more than the query came, or less was read, the
  server closes its own direction first and reads on for a moment.
- A client may close its direction after the query (`printf 'ana\\r\\n' | nc -N host 79`) and still gets its answer.
- Of each connection `heard` is told once, when it is over.
- The clock is an argument; no global reactor is touched.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from finger.connection import SEND_BLOCK, TOO_BUSY, TOO_MANY, TOO_OFTEN, FingerServerProtocol, Refusal
from finger.deadlines import Deadlines
from finger.fairness import Counts, Rates, network
from finger.interfaces import Clock, ListeningPort
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


class FingerServerFactory(Factory):
    """Serves `answer` to every connection. `clock` is the reactor, or a `twisted.internet.task.Clock` in tests.

    `heard` is told what became of each connection, once. It is called for every query: keep it cheap.
    """

    noisy = False
    log = Logger()

    def __init__(
        self,
        answer: Answer,
        *,
        clock: Clock,
        limits: ServerLimits | None = None,
        heard: Callable[[Served], None] | None = None,
    ) -> None:
        self.answer = answer
        self.clock = clock
        self.limits = limits = limits or ServerLimits()
        deadlines = Deadlines(clock)
        self.waiting = deadlines.queue(limits.query_seconds)
        self.answering = deadlines.queue(limits.answer_seconds)
        self.sending = deadlines.queue(limits.send_seconds)
        self.lingering = deadlines.queue(limits.linger_seconds)
        self._heard = heard
        self._open: set[FingerServerProtocol] = set()
        self._served = Counts()
        self._refused = Counts()
        self._rates = Rates(limits.queries_per_minute, limits.queries_at_once, limits.addresses)
        self._stopped: list[Deferred[None]] | None = None

    def limit(self, limits: ServerLimits) -> None:
        """Hold those who come from now on to these limits; what addresses have asked before is forgotten. The times
        that may be taken stay those of the beginning."""
        self.limits = limits
        self._rates = Rates(limits.queries_per_minute, limits.queries_at_once, limits.addresses)

    @property
    def connections(self) -> int:
        """How many connections are open, those that are being refused included."""
        return len(self._open)

    def buildProtocol(self, addr: IAddress | None) -> FingerServerProtocol | None:
        host = getattr(addr, "host", None)
        address = None if host is None else network(host, self.limits.ipv4_prefix, self.limits.ipv6_prefix)
        now = self.clock.seconds()
        refusal = self._refusal(address, now)
        if refusal is not None and not self._may_refuse(address):
            self.tell(None, addr, refusal.outcome, 0, now)
            return None
        protocol = FingerServerProtocol(self, addr, address, refusal, now)
        (self._served if refusal is None else self._refused).add(address)
        self._open.add(protocol)
        return protocol

    def _refusal(self, address: str | None, now: float) -> Refusal | None:
        """The limit that one more connection from there is over."""
        if self._stopped is not None:
            return TOO_BUSY
        if address is not None:
            if not self._rates.take(address, now):
                return TOO_OFTEN
            if self._served.of(address) >= self.limits.connections_per_address and not self._room(TOO_MANY, address):
                return TOO_MANY
        if self._served.total >= self.limits.connections and not self._room(TOO_BUSY, None):
            return TOO_BUSY
        return None

    def _room(self, refusal: Refusal, address: str | None) -> bool:
        """Make room for one: whoever of that address, or of all, has waited longest without a query goes."""
        for waiting in self.waiting:
            if isinstance(waiting, FingerServerProtocol) and address in (None, waiting.address):
                linger = self._may_refuse(waiting.address)
                self._served.remove(waiting.address)
                self._refused.add(waiting.address)
                waiting.refusal = refusal
                waiting.make_room(refusal, linger)
                return True
        return False

    def _may_refuse(self, address: str | None) -> bool:
        """Whether one more may be told so, and listened to until it closes."""
        limits, refused = self.limits, self._refused
        return refused.total < limits.refusals and refused.of(address) < limits.refusals_per_address

    def closed(self, protocol: FingerServerProtocol) -> None:
        """A connection is gone. Called by its protocol."""
        self._open.discard(protocol)
        (self._served if protocol.refusal is None else self._refused).remove(protocol.address)
        if not self._open and self._stopped:
            stopped, self._stopped = self._stopped, []
            for each in stopped:
                each.callback(None)

    def tell(self, query: Query | None, peer: IAddress | None, outcome: Outcome, size: int, began: float) -> None:
        """Tell what became of a connection that began then."""
        if self._heard is None:
            return
        try:
            self._heard(Served(query, peer, outcome, size, self.clock.seconds() - began))
        except Exception:
            self.log.failure("What became of a connection could not be noted")

    def stop(self, within: float = 3) -> Deferred[None]:
        """Take no more, let queries that were read get their answers, close all other connections, and after `within`
        seconds every one. Fires when none is left. Stop listening first, or new ones are still accepted, to be told
        that the host is busy."""
        gone: Deferred[None] = Deferred()
        stopped = self._stopped = self._stopped or []
        if not self._open:
            gone.callback(None)
            return gone

        def end() -> None:
            for protocol in list(self._open):
                protocol.abort()

        timer = self.clock.callLater(within, end)
        stopped.append(gone)
        for protocol in list(self._open):
            protocol.finish()

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return gone.addCallback(done)
