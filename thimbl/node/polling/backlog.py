"""Who is to be asked, in the order in which it should happen. It knows neither a network nor a timer: `now` is given.

- One who is not due yet waits in one heap by time; who is due waits in the lane of their host, by `urgency`
  (`thimbl.core.schedule`). So a step costs the logarithm of how many there are, and none looks through all.
- **Bounds**: so many under way in all, and so many in one lane. Whoever is not under way is a row in a heap: nothing is
  begun for them.
- **Fair between hosts**: the next one is taken from a lane with the fewest under way, and of those from the one whose
  first is the most urgent. So a host with five thousand authors gets its second connection when no other host waits for
  its first.
- **A lane whose host does not answer** lets one through at a time, when the host is to be tried again.

An entry of a heap is `(key, number, thing, stamp)`. It counts while the thing has that stamp; what counts no more is
dropped when it comes up, or swept out when such entries are the most.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

from thimbl.core.address import Address
from thimbl.core.schedule import WELL, HostState, urgency

_SLACK: Final = 64
"""Entries that count no more and are left in a heap whatever its size: sweeping has to be worth it."""


class _Place(Enum):
    """Where somebody is."""

    LATER = auto()
    DUE = auto()
    UNDER_WAY = auto()
    GONE = auto()


@dataclass(slots=True, eq=False)
class Lane:
    """Those who are asked by one way, which bounds how many are at once: that of their host."""

    name: str
    state: HostState = WELL
    under_way: int = 0
    plans: "set[Plan]" = field(default_factory=set)
    due: "list[_Entry]" = field(default_factory=list)
    stamp: int = 0


@dataclass(slots=True, eq=False)
class Plan:
    """One author's place in the order. Only a `Backlog` changes `due`, `interval` and what is not documented."""

    address: Address
    due: int
    """Unix seconds."""
    interval: int
    """Seconds; how much it matters to be late."""
    asked: int | None = None
    """When they were asked last."""
    kept_due: int | None = None
    """What the store holds as `due`."""
    gap_below: int | None = None
    """Records below this seq were missing the last time."""
    at_home: bool = True
    """Whether they are asked, or were asked last, at their own host."""
    tries: HostState | None = None
    """How their host stood, while they are the one who tries whether it answers again."""
    lane: Lane | None = None
    place: _Place = _Place.GONE
    stamp: int = 0

    @property
    def is_under_way(self) -> bool:
        """Whether they are being asked."""
        return self.place is _Place.UNDER_WAY


_Entry = tuple[int, int, "Plan | Lane", int]


class Backlog:
    """All who are to be asked."""

    def __init__(self, at_once: int, at_one_host: int) -> None:
        self.at_once, self.at_one_host = at_once, at_one_host
        self.lanes: dict[str, Lane] = {}
        self.failing: dict[str, HostState] = {}
        """Those lanes whose host does not answer, with somebody in them or not."""
        self.under_way = 0
        self.due = 0
        """How many are due and wait."""
        self._count = 0
        self._number = count()
        self._later: list[_Entry] = []
        self._offers: list[list[_Entry]] = [[] for _ in range(at_one_host)]
        """Lanes that have somebody due and may begin one more, by how many they have under way."""

    def __len__(self) -> int:
        return self._count

    # who there is

    def add(self, plan: Plan, lane: str) -> None:
        """Put somebody into the order by `plan.due`, in the lane of this name."""
        assert plan.place is _Place.GONE, "one place each"
        self._count += 1
        self._enter(plan, lane)
        self._wait(plan)

    def remove(self, plan: Plan) -> None:
        """Take somebody out. Of one who is under way `done` is still to be called."""
        if plan.place is not _Place.GONE:
            self._count -= 1
            if plan.place is not _Place.UNDER_WAY:
                self._leave(plan)
            else:
                plan.stamp += 1
            plan.place = _Place.GONE

    def move(self, plan: Plan, due: int) -> None:
        """Ask somebody who waits at another time."""
        if plan.place in (_Place.LATER, _Place.DUE) and due != plan.due:
            plan.due = due
            self._wait(plan)

    def shift(self, plan: Plan, lane: str) -> None:
        """Ask somebody by another lane, unless they are under way."""
        if plan.lane is None or plan.lane.name == lane or plan.place in (_Place.UNDER_WAY, _Place.GONE):
            return
        self._leave(plan)
        self._enter(plan, lane)
        self._wait(plan)

    def set_state(self, lane: str, state: HostState) -> None:
        """How the host of a lane stands now."""
        if state.is_failing:
            self.failing[lane] = state
        else:
            self.failing.pop(lane, None)
        found = self.lanes.get(lane)
        if found is not None:
            found.state = state
            self._offer(found)

    def plans_of(self, lane: str) -> "list[Plan]":
        """Those of a lane."""
        found = self.lanes.get(lane)
        return [] if found is None else list(found.plans)

    # whose turn it is

    def take(self, now: int) -> Plan | None:
        """Whose turn it is; None where nobody is due or no bound allows it. `done` ends the turn."""
        self._wake(now)
        if self.under_way >= self.at_once:
            return None
        for offers in self._offers:
            while offers:
                _, _, lane, stamp = heappop(offers)
                if lane.stamp == stamp:
                    assert isinstance(lane, Lane), "only lanes are offered"
                    return self._begin(lane)
        return None

    def done(self, plan: Plan, due: int, interval: int) -> None:
        """A turn is over; whoever was not removed meanwhile is next due at `due`."""
        lane = plan.lane
        assert lane is not None, "it was begun in one"
        self.under_way -= 1
        lane.under_way -= 1
        if plan.place is _Place.UNDER_WAY:
            plan.due, plan.interval = due, interval
            self._wait(plan)
        else:
            lane.plans.discard(plan)
        self._offer(lane)
        self._drop_empty(lane)

    def next_at(self) -> int | None:
        """When the next one becomes due; None where nobody will be by time alone."""
        while self._later and not _counts(self._later[0]):
            heappop(self._later)
        return self._later[0][0] if self._later else None

    # within

    def _begin(self, lane: Lane) -> Plan:
        _, _, plan, _ = heappop(lane.due)
        assert isinstance(plan, Plan), "only plans are due"
        plan.stamp += 1
        plan.place = _Place.UNDER_WAY
        self.due -= 1
        lane.under_way += 1
        self.under_way += 1
        self._offer(lane)
        return plan

    def _wake(self, now: int) -> None:
        """Let all whose time has come be due."""
        while self._later and self._later[0][0] <= now:
            _, _, thing, stamp = heappop(self._later)
            if thing.stamp != stamp:
                continue
            if isinstance(thing, Lane):
                self._offer(thing, tried=True)
            elif thing.lane is not None:
                thing.place = _Place.DUE
                self.due += 1
                thing.stamp += 1
                entry = (urgency(thing.due, thing.interval), next(self._number), thing, thing.stamp)
                heappush(thing.lane.due, entry)
                if thing.lane.due[0] is entry:
                    self._offer(thing.lane)

    def _wait(self, plan: Plan) -> None:
        if plan.place is _Place.DUE:
            self.due -= 1
        plan.place = _Place.LATER
        plan.stamp += 1
        self._push(self._later, plan.due, plan, lambda: 2 * (self._count + len(self.lanes)))

    def _offer(self, lane: Lane, tried: bool = False) -> None:
        """Put a lane where it is found by `take`, if it has somebody due and room; `tried`: its time has come."""
        lane.stamp += 1
        while lane.due and not _counts(lane.due[0]):
            heappop(lane.due)
        if len(lane.due) > 2 * len(lane.plans) + _SLACK:
            _sweep(lane.due)
        if not lane.due or lane.under_way >= (1 if lane.state.is_failing else self.at_one_host):
            return
        if lane.state.is_failing and not tried:
            # Through the heap of times, even where that is in the past: only `take` knows what time it is.
            self._push(self._later, lane.state.due or 0, lane, lambda: 2 * (self._count + len(self.lanes)))
            return
        self._push(self._offers[lane.under_way], lane.due[0][0], lane, lambda: 2 * len(self.lanes))

    def _push(self, heap: list[_Entry], key: int, thing: Plan | Lane, wanted: Callable[[], int]) -> None:
        heappush(heap, (key, next(self._number), thing, thing.stamp))
        if len(heap) > wanted() + _SLACK:
            _sweep(heap)

    def _enter(self, plan: Plan, name: str) -> None:
        lane = self.lanes.get(name)
        if lane is None:
            lane = self.lanes[name] = Lane(name, self.failing.get(name, WELL))
        lane.plans.add(plan)
        plan.lane = lane

    def _leave(self, plan: Plan) -> None:
        lane = plan.lane
        assert lane is not None, "whoever is in the order has a lane"
        if plan.place is _Place.DUE:
            self.due -= 1
        plan.stamp += 1
        plan.place = _Place.LATER
        plan.lane = None
        lane.plans.discard(plan)
        self._offer(lane)
        self._drop_empty(lane)

    def _drop_empty(self, lane: Lane) -> None:
        if not lane.plans and not lane.under_way:
            lane.stamp += 1
            self.lanes.pop(lane.name, None)


def _counts(entry: _Entry) -> bool:
    return entry[2].stamp == entry[3]


def _sweep(heap: list[_Entry]) -> None:
    kept: Iterator[_Entry] = filter(_counts, heap)
    heap[:] = kept
    heapify(heap)
