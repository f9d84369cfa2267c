"""Hosts that do not answer: who tries them, who waits, who is asked elsewhere, and what happens when they are back.

- One of a host's authors tries it, by the back-off of `thimbl.core.schedule`. Those whose plan names mirrors are asked
  of these meanwhile, on their own schedule (plan-format 2, `mirrors`); all others wait.
- When it answers, whoever came due meanwhile is due, and so is everybody who was asked elsewhere.
- Where several hosts fell silent while no other answered, it was rather this machine that was offline: the first that
  answers has the others tried too.
"""

from dataclasses import replace
from typing import Final

from thimbl.core.schedule import SHORTEST, WELL, HostState, Pace, believed, on_return
from thimbl.node.polling.backlog import Backlog, Plan
from thimbl.node.polling.book import Book

BY_MIRRORS: Final = " by mirrors"
"""After the name of a host: the lane of those who are asked past it. No host has a space in its name."""


class Hosts:
    """How the hosts of a backlog stand."""

    def __init__(self, backlog: Backlog, book: Book, pace: Pace) -> None:
        self._backlog, self._book, self._pace = backlog, book, pace
        self._answered: int | None = None
        self.changed: dict[str, HostState] = {}
        """What is not kept in the store yet."""

    def state(self, hostport: str) -> HostState:
        """How a host stands."""
        return self._backlog.failing.get(hostport, WELL)

    @property
    def failing(self) -> int:
        """How many hosts of those who are asked do not answer."""
        lanes = self._backlog.lanes
        return sum(host in lanes or host + BY_MIRRORS in lanes for host in self._backlog.failing)

    def recall(self, now: int) -> None:
        """Take up what the store holds: from the last run, or of another program that asks."""
        if self._answered is None:
            self._answered = now
        kept = self._book.failing_hosts()
        for hostport in self._backlog.failing.keys() - kept.keys() - self.changed.keys():
            self._back(hostport, now)
        for hostport, state in kept.items():
            if hostport not in self._backlog.failing and hostport not in self.changed:
                self._backlog.set_state(hostport, self._believed(state, now))

    def set_back(self, now: int) -> None:
        """The clock was set back."""
        self._answered = min(self._answered or now, now)
        for hostport, state in list(self._backlog.failing.items()):
            self._set(hostport, self._believed(state, now))

    def try_now(self, hostport: str, now: int) -> None:
        """Try a host that does not answer as soon as there is a turn."""
        if (state := self.state(hostport)).is_failing:
            self._set(hostport, replace(state, due=now))

    def lane(self, hostport: str, source: str | None) -> str:
        """Where an author belongs whose newest answer came from `source`."""
        return hostport + BY_MIRRORS if source is not None and self.state(hostport).is_failing else hostport

    # one turn

    def begin(self, plan: Plan, now: int) -> None:
        """Choose the way for whoever is asked now: at home, unless the host is away and it is not time to try it, or
        somebody else tries it already."""
        hostport = plan.address.hostport
        state = self.state(hostport)
        plan.at_home = state.due is None or state.due <= now
        if state.is_failing and plan.at_home:
            plan.tries = state
            # Until that is known nobody else tries; a fetch is over sooner than this.
            self._backlog.set_state(hostport, replace(state, due=now + max(SHORTEST, self._pace.shortest)))

    def end(self, plan: Plan) -> None:
        """Whoever tried has come to an end; what came of it is for `away` and `answered`."""
        if plan.tries is not None:
            if self.state(plan.address.hostport).is_failing:
                self._backlog.set_state(plan.address.hostport, plan.tries)
            plan.tries = None

    def away(self, tried: Plan, now: int) -> None:
        """A host gave nothing to one of its authors."""
        hostport = tried.address.hostport
        before = self.state(hostport)
        after = before.failed(hostport, now, self._pace)
        if after is before:
            return
        self._set(hostport, after)
        others = {str(plan.address): plan for plan in self._backlog.plans_of(hostport) if plan is not tried}
        for name in self._book.with_mirrors(others):
            self._backlog.shift(others[name], hostport + BY_MIRRORS)

    def answered(self, hostport: str, now: int) -> None:
        """A host gave something."""
        if self.state(hostport).is_failing:
            self._set(hostport, WELL)
            self._back(hostport, now)
            for other, state in list(self._backlog.failing.items()):
                if self._answered is not None and (state.failing_since or 0) > self._answered:
                    self._set(other, replace(state, due=min(state.due or now, on_return(other, now))))
        self._answered = now

    def soonest(self, plan: Plan, now: int) -> int:
        """When somebody may be asked again at the earliest."""
        return believed(None, plan.asked, now, self._pace.longest, self._pace.shortest)

    def _back(self, hostport: str, now: int) -> None:
        self._backlog.set_state(hostport, WELL)
        elsewhere = self._backlog.plans_of(hostport + BY_MIRRORS)
        for plan in elsewhere:
            self._backlog.shift(plan, hostport)
        due = [plan for plan in self._backlog.plans_of(hostport) if plan.due <= now]
        for plan in dict.fromkeys([*elsewhere, *due]):
            self._backlog.move(plan, max(on_return(str(plan.address), now), self.soonest(plan, now)))

    def _set(self, hostport: str, state: HostState) -> None:
        self._backlog.set_state(hostport, state)
        self.changed[hostport] = state

    def _believed(self, state: HostState, now: int) -> HostState:
        return replace(state, due=believed(state.due, None, now, self._pace.away))
