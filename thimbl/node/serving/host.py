"""Serving in this process: a factory behind the sockets, and what a reload puts in its place.

- A reload replaces what answers, the limits and what is logged; connections and sockets stay. Where the new settings
  can not be had, the old ones go on: a slip in a file silences no host.
- Limits on connections in all are for all workers together, so each has its share. What one address may have is counted
  by each worker for itself: connections fall to whichever is free.
"""

import resource
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from twisted.internet.defer import Deferred, gatherResults, succeed

from finger.interfaces import ListeningPort
from finger.served import Served
from finger.server import Answer, FingerServerFactory, ServerLimits
from finger.sockets import adopt
from thimbl.home.serving import ServeSettings
from thimbl.node.serving.assignment import Assignment, Unservable
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics, Snapshot
from thimbl.node.serving.traffic import Traffic

if TYPE_CHECKING:
    from thimbl.node.serving.webhost import Web

OTHER_DESCRIPTORS: Final = 124
"""Descriptors beside those of connections: plans, the store, the log, the reactor's own."""

BURST_MINUTES: Final = 2
"""An address that was quiet may ask so many minutes' queries at once, as the daemon's own limits have it."""


class Servers(Protocol):
    """What answers: this process, or workers."""

    def start(self, sockets: Sequence[socket.socket]) -> "Deferred[Any]":
        """Answer on these; fires as soon as they are answered."""

    def assign(self, assignment: Assignment) -> None:
        """Serve so from now on. Raises `Unservable` and leaves all as it was where that can not be."""

    def stop(self) -> "Deferred[Any]":
        """Take no more, and let those who asked have their answers; fires when all are gone."""

    def figures(self) -> "Deferred[list[Snapshot]]":
        """What was counted, a snapshot of each process."""


class Host:
    """A factory of Finger connections, and the sockets that it answers on. `reactor` is an IReactorFDSet."""

    def __init__(
        self,
        reactor: Any,
        answer: Answer,
        limits: ServerLimits | None = None,
        heard: Callable[[Served], None] | None = None,
    ) -> None:
        self.reactor = reactor
        self.factory = FingerServerFactory(answer, clock=reactor, limits=limits, heard=heard)
        self.ports: list[ListeningPort] = []

    def start(self, sockets: Sequence[socket.socket]) -> "Deferred[Any]":
        self.ports = [adopt(self.reactor, sock, self.factory) for sock in sockets]
        return succeed(None)

    def assign(self, assignment: Assignment) -> None:
        """One whose answer was given has nothing to change."""

    def stop(self) -> "Deferred[Any]":
        closing = [stopped for port in self.ports if (stopped := port.stopListening()) is not None]
        return gatherResults(closing).addCallback(lambda _: self.factory.stop())

    def figures(self) -> "Deferred[list[Snapshot]]":
        return succeed([])


class AccountsHost(Host):
    """Serves accounts of this machine by settings. Raises `Unservable` for those that can not be."""

    def __init__(
        self, reactor: Any, assignment: Assignment, log: Log, metrics: Metrics, web: "Web | None" = None
    ) -> None:
        self.metrics = metrics
        self.traffic = Traffic(metrics, log, assignment.serve.log)
        self.answerer = assignment.answerer(reactor.callInThread)
        limits = _limits(assignment.serve, doors=1 if web is None else 2)
        super().__init__(reactor, self.answerer, limits, self.traffic.heard)
        self.traffic.kept.follow(lambda: self.answerer.kept)
        self.traffic.connections.follow(lambda: self.factory.connections)
        self.web = None if web is None else web.host(reactor, log, metrics)
        if self.web is not None:
            self.web.assign(assignment, self.answerer, limits)

    def start(self, sockets: Sequence[socket.socket]) -> "Deferred[Any]":
        started = super().start(sockets)
        if self.web is not None:
            self.web.start()
        return started

    def stop(self) -> "Deferred[Any]":
        stopping = [super().stop()]
        if self.web is not None and (stopped := self.web.stop()) is not None:
            stopping.append(stopped)
        return gatherResults(stopping)

    def assign(self, assignment: Assignment) -> None:
        doors = 1 if self.web is None else 2
        answerer, limits = assignment.answerer(self.reactor.callInThread), _limits(assignment.serve, doors=doors)
        self.answerer.reload()  # it lets go of the store
        self.factory.answer = self.answerer = answerer
        self.factory.limit(limits)
        self.traffic.choice = assignment.serve.log
        if self.web is not None:
            self.web.assign(assignment, answerer, limits)

    def figures(self) -> "Deferred[list[Snapshot]]":
        return succeed([self.metrics.snapshot()])


def limits_of(serve: ServeSettings) -> ServerLimits:
    """The limits of one process among `serve.workers`."""
    limits = ServerLimits()
    if serve.connections is not None:
        limits = replace(limits, connections=-(-serve.connections // serve.workers))
    if serve.connections_per_address is not None:
        limits = replace(limits, connections_per_address=serve.connections_per_address)
    if serve.queries_per_minute is not None:
        at_once = serve.queries_per_minute * BURST_MINUTES
        limits = replace(limits, queries_per_minute=serve.queries_per_minute, queries_at_once=at_once)
    return limits


def _limits(serve: ServeSettings, *, doors: int = 1) -> ServerLimits:
    """The same for each door: Finger, and the web where there is one."""
    limits = limits_of(serve)
    allow_descriptors(doors * (limits.connections + limits.refusals) + OTHER_DESCRIPTORS)
    return limits


def allow_descriptors(wanted: int) -> None:
    """Let this process have so many open files, as far as it may say so itself. Raises `Unservable`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise Unservable(
            f"So many connections take {wanted} open files, and this process may have {hard}: "
            "raise that (LimitNOFILE= of its unit, ulimit -n), or lower 'connections'."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
