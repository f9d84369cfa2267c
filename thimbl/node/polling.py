"""Running a fetch from a program that has no reactor yet: one round, or one after the other (`--watch`)."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

from twisted.internet.defer import CancelledError, Deferred, FirstError, maybeDeferred
from twisted.python.failure import Failure

from finger.client import ClientLimits, FingerClient, default_endpoints
from finger.interfaces import DelayedCall, Endpoint
from thimbl.core.address import Address
from thimbl.home.settings import Settings
from thimbl.node.fetch import Outcome
from thimbl.store.errors import StoreBusy

T = TypeVar("T")


class Reactor(Protocol):
    """What is used of Twisted's reactor."""

    def run(self) -> None: ...
    def stop(self) -> None: ...
    def callWhenRunning(self, callable: Callable[..., Any], *args: Any) -> Any: ...
    def callLater(
        self, delay: float, callable: Callable[..., object], *args: object, **kwargs: object
    ) -> DelayedCall: ...
    def addSystemEventTrigger(self, phase: str, event: str, callable: Callable[..., Any]) -> Any: ...
    def seconds(self) -> float: ...


def installed() -> Reactor:
    """The reactor of this process. Imported here, when a program runs, and nowhere else."""
    from twisted.internet import reactor

    return cast(Reactor, reactor)


class Interrupted(KeyboardInterrupt):
    """A signal ended the run."""


def client(reactor: Any, settings: Settings, limits: ClientLimits | None = None) -> FingerClient:
    """A client that connects where the settings send it."""
    endpoint_for = default_endpoints(reactor)

    def routed(host: str, port: int) -> Endpoint:
        # A client is asked for a host without brackets, and in any case; routes have the canonical form.
        canonical = f"[{host}]" if ":" in host else host
        to_host, to_port = settings.route(canonical.lower(), port)
        return endpoint_for(to_host.strip("[]"), to_port)

    return FingerClient(routed, reactor, limits)


def run(reactor: Reactor, work: Callable[[], "Deferred[T]"]) -> T:
    """Run the reactor until `work` is done; its result. Raises what it failed with, or `Interrupted` at a signal."""
    results: list[T] = []
    failures: list[Failure] = []
    running: list[Deferred[Any]] = []

    def finish(_: object) -> None:
        if running:  # else a signal stops the reactor already
            running.clear()
            reactor.stop()

    def begin() -> None:
        running.append(deferred := work())
        deferred.addCallbacks(results.append, failures.append)
        deferred.addCallback(finish)

    def interrupted() -> None:
        while running:
            running.pop().cancel()

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", interrupted)
    reactor.run()
    if results:
        return results[0]
    if failures and not failures[0].check(CancelledError):
        cause(failures[0]).raiseException()
    raise Interrupted


def cause(failure: Failure) -> Failure:
    """Of several things at once, the one that went wrong."""
    while isinstance(failure.value, FirstError):
        failure = failure.value.subFailure
    return failure


class Watch:
    """Round after round, until it is stopped. Whom to ask is looked up anew for each round."""

    def __init__(
        self,
        reactor: Reactor,
        whom: Callable[[], Sequence[Address]],
        fetch_all: Callable[[Sequence[Address]], "Deferred[list[Outcome]]"],
        seconds: float,
        told: Callable[[StoreBusy], None],
    ) -> None:
        """`seconds` are from the end of one round to the next; `told` hears of a round that another process held up."""
        self.reactor, self.whom, self.fetch_all, self.seconds, self.told = reactor, whom, fetch_all, seconds, told
        self.stopped: Deferred[None] = Deferred(self._cancel)
        self._round: Deferred[Any] | None = None
        self._timer: Any = None

    def start(self) -> "Deferred[None]":
        """Begin; fails where a round does (that is: this machine is at fault). Cancel it to stop."""
        self._begin()
        return self.stopped

    def _begin(self) -> None:
        self._timer = None
        # Whom to ask is read from files and the store, which may fail too: the reactor would swallow that.
        self._round = maybeDeferred(lambda: self.fetch_all(self.whom()))
        self._round.addCallbacks(self._done, self._failed)

    def _done(self, outcomes: list[Outcome]) -> None:
        self._timer = self.reactor.callLater(self.seconds, self._begin)

    def _failed(self, failure: Failure) -> None:
        fault = cause(failure)
        if isinstance(fault.value, StoreBusy):  # it passes: the next round will do
            self.told(fault.value)
            self._done([])
        elif not fault.check(CancelledError):
            self.stopped.errback(fault)

    def _cancel(self, stopped: "Deferred[None]") -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        elif self._round is not None:
            self._round.cancel()
