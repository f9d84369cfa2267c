"""`thimbl serve`: listen, answer, and go when asked to."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.python.failure import Failure

from finger.interfaces import Clock, ListeningPort
from finger.server import Answer, FingerServerFactory, ServerLimits, describe, listen
from thimbl.node.polling import Reactor


def log_to_stderr() -> None:
    """Faults of the daemon go to stderr, where systemd and a person look for them."""
    # zope's interfaces have no types that mypy can follow.
    observer: Any = textFileLogObserver(sys.stderr)
    warnings: Any = LogLevelFilterPredicate(defaultLogLevel=LogLevel.warn)
    filtered: Any = FilteringLogObserver(observer, [warnings])
    globalLogBeginner.beginLoggingTo([filtered], redirectStandardIO=False)


class Daemon:
    """One factory behind one or several listening ports."""

    def __init__(self, reactor: Reactor, clock: Clock, answer: Answer, limits: ServerLimits | None = None) -> None:
        self.reactor = reactor
        self.factory = FingerServerFactory(answer, clock=clock, limits=limits)
        self.ports: list[ListeningPort] = []
        self.fault: BaseException | None = None

    def run(self, descriptions: Sequence[str], ready: Callable[[str], None]) -> None:
        """Listen at each endpoint and answer until a signal comes. `ready` gets each bound address.

        Raises `ListenFailed` where one of them can not be had: then none is.
        """
        self.reactor.callWhenRunning(self._begin, descriptions, ready)
        self.reactor.addSystemEventTrigger("before", "shutdown", self._drain)
        self.reactor.run()
        if self.fault is not None:
            raise self.fault

    def _begin(self, descriptions: Sequence[str], ready: Callable[[str], None]) -> None:
        def told(_: object) -> None:
            for port in self.ports:
                ready(describe(port))

        started = gatherResults([listen(self.reactor, text, self.factory) for text in descriptions], consumeErrors=True)
        started.addCallback(self.ports.extend).addCallback(told).addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        fault = failure.value
        self.fault = fault.subFailure.value if isinstance(fault, FirstError) else fault
        self.reactor.stop()

    def _drain(self) -> "Deferred[Any]":
        """Take no more, and let those who asked have their answers."""
        closing = [stopped for port in self.ports if (stopped := port.stopListening()) is not None]
        return gatherResults(closing).addCallback(lambda _: self.factory.stop())
