"""Running a fetch from a program that has no reactor yet, until it is done or a signal comes."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from twisted.internet.defer import CancelledError, Deferred, FirstError
from twisted.python.failure import Failure

from finger.client import ClientLimits, FingerClient
from finger.interfaces import DelayedCall
from thimbl.home.settings import Settings
from thimbl.node import reach

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
    """A client that connects where the settings send it, for hosts that the person named: see `thimbl.node.reach`."""
    return reach.client(reactor, settings, limits=limits)


def run(reactor: Reactor, work: Callable[[], "Deferred[T]"], wind_up: "Callable[[], Deferred[Any]] | None" = None) -> T:
    """Run the reactor until `work` is done; its result. Raises what it failed with.

    At a signal `wind_up` is called, and what fires when all that was in hand is done is waited for; where there is
    none, the work is cancelled. Raises `Interrupted` where it came to no result by that.
    """
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

    def interrupted() -> "Deferred[Any] | None":
        begun = running[:]
        running.clear()
        if begun and wind_up is not None:
            return wind_up()
        for each in begun:
            each.cancel()
        return None

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
