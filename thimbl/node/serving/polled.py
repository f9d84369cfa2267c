"""The poller of a daemon (`serve --poll`, `serve --mirror`), beside what answers: its figures, and lines of the log.

It runs in the process that binds and watches, never in one that answers: to check a plan takes milliseconds.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.store.errors import StoreBusy

if TYPE_CHECKING:
    from thimbl.node.polling.book import Counts
    from thimbl.node.polling.outcome import Outcome

MAX_REASON: Final = 300
"""Characters of why an answer was not taken: it may repeat what a stranger wrote."""


class Poller(Protocol):
    """`thimbl.node.polling.watch.Poller`, or a test's."""

    @property
    def counts(self) -> "Counts": ...
    def start(self) -> object: ...
    def stop(self) -> object: ...


class MakePoller(Protocol):
    """Makes the poller, which holds the account's lock and store from then on."""

    def __call__(
        self, reactor: Any, *, heard: "Callable[[Outcome, bool], None]", held_up: Callable[[StoreBusy], None]
    ) -> Poller: ...


class Polled:
    """A part of the daemon: the poller, and what is told of it."""

    def __init__(self, reactor: Any, make: MakePoller, log: Log, metrics: Metrics) -> None:
        self._log = log
        self._asked = metrics.counter("thimbl_fetches_total", "Askings, by what came of them.", ["outcome"])
        self._new = metrics.counter("thimbl_fetched_records_total", "Records that were new.")
        self._by_mirror = metrics.counter("thimbl_fetches_by_mirror_total", "Answers of an author's mirror.")
        self.poller = make(reactor, heard=self.heard, held_up=self.held_up)
        plans = metrics.gauge("thimbl_plans", "Authors who are asked.")
        plans.follow(lambda: self.poller.counts.plans)
        due = metrics.gauge("thimbl_plans_due", "Authors who are due and wait for a turn.")
        due.follow(lambda: self.poller.counts.due)
        under_way = metrics.gauge("thimbl_fetches_under_way", "Authors who are being asked.")
        under_way.follow(lambda: self.poller.counts.under_way)
        failing = metrics.gauge("thimbl_failing_hosts", "Hosts that did not answer the last time.")
        failing.follow(lambda: self.poller.counts.failing_hosts)

    def start(self) -> object:
        """Begin; fails where this machine is at fault."""
        return self.poller.start()

    def stop(self) -> object:
        """Finish what is in hand."""
        return self.poller.stop()

    def heard(self, outcome: "Outcome", moved: bool = False) -> None:
        """An author was asked. `moved`: they are followed elsewhere now."""
        self._asked.add("failed" if outcome.failed else "taken" if outcome.is_good else "refused")
        self._new.add(amount=outcome.new)
        if outcome.source is not None:
            self._by_mirror.add()
        if moved:
            self._log.event("moved", address=str(outcome.address), to=str(outcome.moved_to))
        if not outcome.is_good:
            self._log.event(
                "fetch",
                address=str(outcome.address),
                verdict=str(outcome.verdict) if outcome.verdict else None,
                reason=outcome.reason[:MAX_REASON],
            )

    def held_up(self, busy: StoreBusy) -> None:
        """Another process holds the store."""
        self._log.event("store-busy", what=str(busy))
