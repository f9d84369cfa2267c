"""Asking for as long as the program runs: at every moment whoever is due, each on a schedule of their own.

- When is in `thimbl.core.schedule`, the order under load in `backlog`, which hosts are away in `hosts`, what is kept in
  a `Book`. Here they meet the reactor: one timer, and as many fetches begun as may be under way.
- **Whom to ask is looked up again** when the list of the followed or the store has changed: whoever is followed now is
  asked within `LOOK` seconds.
- **What came of it** is kept as often, in one transaction: a restart goes on where this ended, or two seconds before.
- A store that another process holds is told and tried again; any other fault of this machine ends the watch with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred, maybeDeferred, succeed
from twisted.python.failure import Failure

from finger.interfaces import Clock, DelayedCall
from thimbl.core.address import Address
from thimbl.core.schedule import SHARE, USUAL, Pace, believed, chance, interval, wait
from thimbl.node.polling.backlog import Backlog, Plan
from thimbl.node.polling.book import Book, Counts, Fetch
from thimbl.node.polling.fetch import AT_ONCE, AT_ONE_HOST, Outcome
from thimbl.node.polling.hosts import Hosts
from thimbl.node.running import cause
from thimbl.store.errors import StoreBusy
from thimbl.store.scheduling import Standing

LOOK: Final = 2.0
"""Seconds between two looks at whether somebody has changed the list or the store, which is a stat and a pragma: some
20 us. Whoever presses 'follow' sees posts before they wonder."""

BUSY_PAUSE: Final = 10.0
"""Seconds without asking after another process has held the store for longer than a writer waits: a rebuild, mostly."""

FINISH: Final = 1.5
"""Seconds that a stop waits for what is under way: below the 2 s after which the terminal UI kills its poller."""

BY_MIRROR: Final = 30 * 60
"""Seconds between two askings of one author by way of mirrors, at least: while the host is away nothing new gets there,
but for what a mirror had fetched before its readers did."""

_INSTANT: Final = 0.01
"""Seconds that a timer is set for at least: the clock on the wall and the reactor's may differ in their last digits."""


class Watch:
    """Asks until it is stopped. `now` is the clock on the wall; `reactor` has the timer."""

    def __init__(
        self,
        reactor: Clock,
        now: Callable[[], float],
        fetch: Fetch,
        book: Book,
        *,
        pace: Pace = USUAL,
        at_once: int = AT_ONCE,
        at_one_host: int = AT_ONE_HOST,
        heard: Callable[[Outcome], None] = lambda outcome: None,
        held_up: Callable[[StoreBusy], None] = lambda busy: None,
        observe: Callable[[Counts], None] | None = None,
    ) -> None:
        """`heard` gets each outcome, `held_up` each time that another process held the store, and `observe` how the
        watch stands after each step."""
        self.reactor, self.fetch, self.book, self.pace = reactor, fetch, book, pace
        self.heard, self.held_up, self.observe = heard, held_up, observe
        self.stopped: Deferred[None] = Deferred(self._cancel)
        self._clock = now
        self._backlog = Backlog(at_once, at_one_host)
        self._plans: dict[str, Plan] = {}
        self._in_hand: dict[Plan, Deferred[Any]] = {}
        self._spoken: Mapping[str, int] = {}
        self._dues: dict[str, int] = {}
        self._hosts = Hosts(self._backlog, book, pace)
        self._asked = self._failed = self._new = 0
        self._timer: DelayedCall | None = None
        self._timer_at = self._look_at = self._resting_until = float("-inf")
        self._looked = -(2**62)
        self._asking = self._ending = False
        self._when_empty: Callable[[], None] | None = None

    @property
    def counts(self) -> Counts:
        """How it stands."""
        backlog = self._backlog
        failing = self._hosts.failing
        return Counts(len(backlog), backlog.due, backlog.under_way, failing, self._asked, self._failed, self._new)

    def start(self) -> "Deferred[None]":
        """Begin. Fires when it has been stopped; fails where this machine is at fault."""
        self._guarded(self._recall)
        self._step()
        return self.stopped

    def look_again(self) -> None:
        """Look at once whom to ask, since that has changed."""
        self._look_at = float("-inf")
        self._step()

    def stop(self) -> "Deferred[None]":
        """Ask nobody more. Fires when what is under way has finished, or was given up after `FINISH` seconds."""
        if self._ending:
            return succeed(None)
        self._ending = True
        self._drop_timer()
        ended: Deferred[None] = Deferred()
        limit = self.reactor.callLater(FINISH, self._give_up)

        def finished() -> None:
            if limit.active():
                limit.cancel()
            self._guarded(self._keep)
            if not self.stopped.called:
                self.stopped.callback(None)
            ended.callback(None)

        self._when_empty = finished
        self._check_empty()
        return ended

    def fail(self, failure: Failure) -> None:
        """End with a fault of this machine: `stopped` fails with it, and what is under way is given up."""
        ended, self._ending = self._ending, True
        self._drop_timer()
        self._give_up()
        if not ended and not self.stopped.called:
            self.stopped.errback(failure)

    # steps

    def _recall(self) -> None:
        self._hosts.recall(int(self._clock()))

    def _step(self) -> None:
        """Keep what came and look whom to ask, if it is time; begin what may be begun, and set the timer."""
        self._guarded(self._do_step)
        if not self._ending:
            self._set_timer()
            if self.observe is not None:
                self.observe(self.counts)

    def _do_step(self) -> None:
        if self._ending or self.reactor.seconds() < self._resting_until:
            return
        now, seconds = int(self._clock()), self.reactor.seconds()
        if seconds >= self._look_at:
            self._keep()
            self._look(now)
            self._look_at = seconds + LOOK
        self._ask(now)

    def _keep(self) -> None:
        """Keep what has come since the last time."""
        if self._dues or self._hosts.changed:
            self.book.note(self._dues, self._hosts.changed, int(self._clock()))
            for address, due in self._dues.items():
                if (plan := self._plans.get(address)) is not None:
                    plan.kept_due = due
            self._dues, self._hosts.changed = {}, {}

    def _look(self, now: int) -> None:
        if now < self._looked:
            self._set_back(now)
        self._looked = now
        found = self.book.look()
        if found is None:
            return
        self._hosts.recall(now)
        self._adopt(found, now)
        self._spoken = self.book.spoken_to(now - SHARE * self.pace.longest)
        for address, time in self._spoken.items():
            plan = self._plans.get(address)
            if plan is not None and (plan.asked is None or plan.asked < time):
                self._backlog.move(plan, min(plan.due, self._hosts.soonest(plan, now)))

    def _adopt(self, standings: Sequence[Standing], now: int) -> None:
        """Ask exactly these; by what the store holds, where another program has asked them meanwhile."""
        plans, longest, shortest = self._plans, self.pace.longest, self.pace.shortest
        for address in plans.keys() - {standing.address for standing in standings}:
            self._backlog.remove(plans.pop(address))
        for standing in standings:
            plan = plans.get(standing.address)
            if plan is not None and (standing.due == plan.kept_due or plan.is_under_way):
                continue
            due = believed(standing.due, standing.asked, now, longest, shortest)
            if plan is not None:
                plan.kept_due, plan.asked = standing.due, standing.asked
                self._backlog.move(plan, due)
                continue
            waited = shortest if standing.asked is None else min(max(shortest, due - standing.asked), longest)
            address_ = Address.parse(standing.address)
            plan = plans[standing.address] = Plan(address_, due, waited, standing.asked, standing.due)
            self._backlog.add(plan, self._hosts.lane(address_.hostport, standing.source))
            if standing.asked is None:
                self._hosts.try_now(address_.hostport, now)  # whoever follows somebody now wants to know now

    def _set_back(self, now: int) -> None:
        """The clock was set back: what lies too far ahead of it now is not believed."""
        for plan in self._plans.values():
            self._backlog.move(plan, believed(plan.due, None, now, self.pace.longest))
        self._hosts.set_back(now)

    # asking

    def _ask(self, now: int) -> None:
        if self._asking:
            return  # a fetch was done at once: the loop below goes on
        self._asking = True
        try:
            while not self._ending and self.reactor.seconds() >= self._resting_until:
                plan = self._backlog.take(now)
                if plan is None:
                    break
                plan.asked = now
                self._hosts.begin(plan, now)
                asking = self._in_hand[plan] = maybeDeferred(self.fetch, plan.address, at_home=plan.at_home)
                asking.addCallback(self._came, plan).addErrback(self._went_wrong, plan)
        finally:
            self._asking = False

    def _came(self, outcome: Outcome, plan: Plan) -> None:
        now, name, hostport = int(self._clock()), str(plan.address), plan.address.hostport
        waited = self._wait_after(outcome, plan, name, now)
        self._drop_in_hand(plan)
        self._asked += 1
        self._failed += outcome.failed
        self._new += outcome.new
        away = plan.at_home and outcome.unreachable
        if away:
            self._hosts.away(plan, now)
            if waited is not None:  # of their mirrors; and they try the host again as soon as that is to be done
                waited = min(waited, max(self.pace.shortest, (self._hosts.state(hostport).due or now) - now))
        self._backlog.done(plan, plan.due if waited is None else now + waited, waited or plan.interval)
        if waited is not None and self._plans.get(name) is plan:
            self._dues[name] = plan.due
        if plan.at_home and not away:
            self._hosts.answered(hostport, now)
        else:
            self._backlog.shift(plan, self._hosts.lane(hostport, outcome.source))
        if outcome.moved_to is not None:
            self._look_at = float("-inf")  # they are known by another address now
        self.heard(outcome)
        self._go_on(now)

    def _wait_after(self, outcome: Outcome, plan: Plan, name: str, now: int) -> int | None:
        """Seconds until an author is asked again; None where they wait for their host."""
        if outcome.source is None and (outcome.unreachable or not plan.at_home):
            return None
        catching_up = outcome.gap_below is not None and outcome.gap_below != plan.gap_below
        plan.gap_below = outcome.gap_below
        if catching_up:
            return self.pace.shortest  # the archive goes on below
        times = self.book.written(plan.address)
        if (spoken := self._spoken.get(name)) is not None:
            times = sorted([*times, spoken], reverse=True)
        waited = wait(interval(times, now, self.pace), chance(name, now), self.pace)
        waited = max(waited, min(outcome.least, self.pace.longest))
        return waited if outcome.source is None else max(waited, min(BY_MIRROR, self.pace.longest))

    def _go_on(self, now: int) -> None:
        if self._ending:
            self._check_empty()
        else:
            self._ask(now)
            self._set_timer()

    # the end, and what goes wrong

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do it; what goes wrong there must not be lost in the reactor."""
        try:
            work()
        except StoreBusy as busy:
            self._rest(busy)
        except Exception:
            self.fail(Failure())

    def _went_wrong(self, failure: Failure, plan: Plan) -> None:
        if self._drop_in_hand(plan):
            self._backlog.done(plan, plan.due, plan.interval)
        fault = cause(failure)
        if isinstance(fault.value, StoreBusy):
            self._rest(fault.value)
        elif not (self._ending and fault.check(CancelledError)):
            self.fail(fault)
        self._check_empty()

    def _drop_in_hand(self, plan: Plan) -> bool:
        """Whether somebody was under way still; they are no more."""
        self._hosts.end(plan)
        return self._in_hand.pop(plan, None) is not None

    def _rest(self, busy: StoreBusy) -> None:
        """Another process holds the store: it passes, and those who were being asked are due still."""
        if self.reactor.seconds() >= self._resting_until:
            self._resting_until = self.reactor.seconds() + BUSY_PAUSE
            self.held_up(busy)

    def _cancel(self, _: object) -> None:
        self._ending = True
        self._drop_timer()
        self._give_up()

    def _give_up(self) -> None:
        for asking in list(self._in_hand.values()):
            asking.cancel()

    def _check_empty(self) -> None:
        if self._when_empty is not None and not self._in_hand:
            finished, self._when_empty = self._when_empty, None
            finished()

    def _set_timer(self) -> None:
        """At the next moment when somebody becomes due, or when it is time to look."""
        seconds, next_at = self.reactor.seconds(), self._backlog.next_at()
        when = seconds + LOOK
        if next_at is not None:
            when = min(when, seconds + max(next_at - self._clock(), _INSTANT))
        when = max(when, self._resting_until)
        if self._timer is not None and self._timer_at <= when:
            return
        self._drop_timer()
        self._timer, self._timer_at = self.reactor.callLater(when - seconds, self._fire), when

    def _fire(self) -> None:
        self._timer = None
        self._step()

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
