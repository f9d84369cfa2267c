"""The web face beside the Finger answers of one process: sockets, pages, limits and figures.

- What makes the pages is passed in, by the name `Web`: the node knows no page, and the pages know no network.
- It has the limits of the Finger side, each for itself: so many connections here and so many there; but of requests
  fewer (`limits_of`).
"""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from twisted.internet.defer import Deferred

from finger.interfaces import ListeningPort
from finger.limits import ServerLimits
from finger.sockets import adopt
from thimbl.home.shown import Source
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.assignment import Assignment
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.webserved import Respond
from thimbl.node.serving.webserver import WebFactory
from thimbl.node.serving.websource import WebSource
from thimbl.node.serving.webtraffic import WebTraffic

READY_SECONDS: Final = 0.5
"""Before the daemon says that it answers, for the lists to be made for the first time: those of a small host are there
then. Of a large one, pages say meanwhile that they are being made."""

REQUESTS_PER_MINUTE: Final = 1200
"""By one address in the long run: twenty a second are more than a person asks for, or a crawler with manners, and take
a fifth of a processor where each is another page. Finger's answers take a hundredth of that, and mirrors live by them.
"""

REQUESTS_AT_ONCE: Final = 600
"""By one address after it was quiet: a household that opens a dozen pages, each with its style sheet."""

MakePages = Callable[[Source, Assignment], Respond]
"""What answers requests from a source, as an assignment says."""


@dataclass(frozen=True, slots=True)
class Web:
    """What the web face needs besides the answers to Finger."""

    make: MakePages
    sockets: tuple[socket.socket, ...] = ()
    worker: str = ""
    """The module that a worker process runs, which makes the same pages (`thimbl.node.serving.worker`)."""

    def host(self, reactor: Any, log: Log | None, metrics: Metrics) -> "WebHost":
        """What answers so in this process."""
        return WebHost(reactor, self, log, metrics)


class WebHost:
    """A factory of HTTP connections, and the sockets that it answers on. `reactor` is an IReactorFDSet."""

    def __init__(self, reactor: Any, web: Web, log: Log | None, metrics: Metrics) -> None:
        self._reactor, self._web = reactor, web
        self.traffic = WebTraffic(metrics, log)
        self.factory: WebFactory | None = None
        self._source: WebSource | None = None
        self._ports: list[ListeningPort] = []
        self.traffic.connections.follow(lambda: 0 if self.factory is None else self.factory.connections)

    def assign(self, assignment: Assignment, answerer: Answerer, limits: ServerLimits) -> None:
        """Make pages of what `answerer` has, from now on."""
        self._source = source = WebSource(answerer, self._reactor.callInThread)
        respond = self._web.make(source, assignment)
        self.traffic.choice = assignment.serve.log
        limits = limits_of(limits)
        if self.factory is None:
            heard = self.traffic.heard
            self.factory = WebFactory(respond, clock=self._reactor, now=time.time, limits=limits, heard=heard)
        else:
            self.factory.respond = respond
            self.factory.limit(limits)
            source.begin()

    def start(self) -> None:
        """Answer."""
        if self.factory is not None and self._source is not None:
            self._source.begin(READY_SECONDS)
            self._ports = [adopt(self._reactor, sock, self.factory) for sock in self._web.sockets]

    def stop(self) -> "Deferred[None] | None":
        """Take no more; fires when those who asked have their answers."""
        for port in self._ports:
            port.stopListening()
        return None if self.factory is None else self.factory.stop()


def limits_of(limits: ServerLimits) -> ServerLimits:
    """Finger's limits, for pages: with no more requests of one address than pages bear."""
    return replace(
        limits,
        queries_per_minute=min(limits.queries_per_minute, REQUESTS_PER_MINUTE),
        queries_at_once=min(limits.queries_at_once, REQUESTS_AT_ONCE),
    )
