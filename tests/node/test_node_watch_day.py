"""A day of ten thousand plans by a fake clock. Who writes when and which host is away is made up, the rest as it runs.

The bounds are those of docs/polling.md. What is asserted of everybody is asserted at each asking.
"""

import heapq
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count, pairwise

import pytest
from twisted.internet.defer import Deferred

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.schedule import AWAY, LONGEST, RECENT, RETURN_SPREAD, SHORTEST, HostState
from thimbl.node.polling import scheduler
from thimbl.node.polling.fetch import Outcome
from thimbl.node.polling.scheduler import Watch
from thimbl.store.scheduling import Standing

MINUTE, HOUR, DAY = 60, 3600, 86_400
PLANS = 10_000
AT_ONCE, AT_ONE_HOST = 16, 2
LOAD = 20 * MINUTE
"""By which a plan may be late because of load: to ask all ten thousand once takes about so long at the bounds above."""


class Timer:
    """A call to come."""

    def __init__(self, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self.work: Callable[..., object] | None = work
        self.arguments = arguments

    def active(self) -> bool:
        return self.work is not None

    def cancel(self) -> None:
        self.work = None


class Time:
    """A clock that jumps from one call to the next; Twisted's own sorts all that are to come at each new one."""

    def __init__(self) -> None:
        self.now = 0.0
        self._calls: list[tuple[float, int, Timer]] = []
        self._number = count()

    def seconds(self) -> float:
        return self.now

    def callLater(self, delay: float, callable: Callable[..., object], *args: object, **_: object) -> Timer:
        timer = Timer(callable, args)
        heapq.heappush(self._calls, (self.now + delay, next(self._number), timer))
        return timer

    def run_until(self, end: float) -> None:
        while self._calls and self._calls[0][0] <= end:
            self.now, _, timer = heapq.heappop(self._calls)
            if timer.work is not None:
                work, timer.work = timer.work, None
                work(*timer.arguments)
        self.now = end

    @property
    def waiting(self) -> int:
        return len(self._calls)


class World:
    """Hosts, authors who write, and a book that knows what was written before now."""

    def __init__(self, time: Time, plans: int, seed: int = 7) -> None:
        self.time, self.random = time, random.Random(seed)
        self.addresses = [Address(f"u{number}", self._host_of(number)) for number in range(plans)]
        self.posts = {address: self._posts(number) for number, address in enumerate(self.addresses)}
        self.dues: dict[str, int] = {}
        self.states: dict[str, HostState] = {}
        self.down: dict[str, tuple[float, float]] = {}
        self.asked: defaultdict[Address, list[float]] = defaultdict(list)
        self.tries: defaultdict[str, list[float]] = defaultdict(list)
        self.in_flight: Counter[str] = Counter()
        self.in_all = self.most = 0
        self.most_at_one = 0
        self.looked = False
        self.standings = [Standing(str(address), None, None, None) for address in self.addresses]

    @staticmethod
    def _host_of(number: int) -> str:
        """A tenth at one big host, a fifth at twenty, the others at two thousand of their own."""
        if number % 10 == 0:
            return "big.example"
        return f"mid{number % 20}.example" if number % 5 == 1 else f"h{number % 2_000}.example"

    def _posts(self, number: int) -> list[int]:
        """From two days before and the day to come: one in five hundred every ten minutes, one in a hundred every few
        hours, one in ten every few weeks, the others never."""
        if number % 500 == 3:
            gap = 10 * MINUTE
        elif number % 100 == 3:
            gap = 5 * HOUR
        elif number % 10 == 9:
            gap = 30 * DAY
        else:
            return []
        moment, found = -2.0 * DAY, []
        while moment < DAY:
            moment += self.random.expovariate(1 / gap)
            found.append(int(moment))
        return found

    # the network

    def fetch(self, address: Address, *, at_home: bool = True) -> "Deferred[Outcome]":
        assert at_home, "nobody here has mirrors"
        host, now = address.host, self.time.now
        self.in_flight[host] += 1
        self.in_all += 1
        self.most = max(self.most, self.in_all)
        self.most_at_one = max(self.most_at_one, self.in_flight[host])
        self.tries[host].append(now)
        before = self.asked[address]
        if before:
            assert now - before[-1] >= SHORTEST - 1, f"{address} was asked twice within {now - before[-1]} seconds"
        before.append(now)
        answer: Deferred[Outcome] = Deferred()
        is_down = self.is_down(host, now)
        outcome = (
            Outcome(address, reason="refused", unreachable=True) if is_down else Outcome(address, Verdict.VERIFIED)
        )
        self.time.callLater(10.0 if is_down else 0.3 + self.random.random(), self._answered, host, answer, outcome)
        return answer

    def _answered(self, host: str, answer: "Deferred[Outcome]", outcome: Outcome) -> None:
        self.in_flight[host] -= 1
        self.in_all -= 1
        answer.callback(outcome)

    def is_down(self, host: str, now: float) -> bool:
        since, until = self.down.get(host, (0, 0))
        return since <= now < until

    # the book

    def look(self) -> Sequence[Standing] | None:
        if self.looked:
            return None
        self.looked = True
        return self.standings

    def failing_hosts(self) -> Mapping[str, HostState]:
        return {host: state for host, state in self.states.items() if state.is_failing}

    def written(self, address: Address) -> list[int]:
        posts = self.posts[address]
        end = bisect_right(posts, self.time.now)
        return posts[max(0, end - RECENT) : end][::-1]

    def spoken_to(self, since: int) -> Mapping[str, int]:
        return {}

    def with_mirrors(self, addresses: Iterable[str]) -> set[str]:
        return set()

    def note(self, dues: Mapping[str, int], hosts: Mapping[str, HostState], now: int) -> None:
        self.dues.update(dues)
        self.states.update(hosts)


def watching(world: World, time: Time) -> Watch:
    """A watch over this world, begun."""
    watch = Watch(time, time.seconds, world.fetch, world, at_once=AT_ONCE, at_one_host=AT_ONE_HOST)
    watch.start().addErrback(lambda failure: pytest.fail(failure.getTraceback()))
    return watch


@pytest.fixture(scope="module")
def day() -> tuple[World, Time, Watch, list[int]]:
    """The day; and how many entries all heaps held from hour to hour."""
    time = Time()
    # A look finds nothing new all day: once a minute is as good, and thirty times as quick.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduler, "LOOK", 60.0)
        world = World(time, PLANS)
        world.down = {f"h{number}.example": (2 * HOUR, 9 * HOUR) for number in range(2, 100, 10)}
        world.down |= {f"h{number}.example": (0, 7 * DAY) for number in range(103, 603, 10)}
        world.down["mid1.example"] = (5 * HOUR, 6 * HOUR)
        world.down["big.example"] = (12 * HOUR, 13 * HOUR)
        watch = watching(world, time)
        sizes = []
        for hour in range(24):
            time.run_until((hour + 1) * HOUR)
            sizes.append(entries(watch) + time.waiting)
    return world, time, watch, sizes


def entries(watch: Watch) -> int:
    """What all heaps of a watch hold."""
    backlog = watch._backlog
    heaps = [backlog._later, *backlog._offers, *(lane.due for lane in backlog.lanes.values())]
    return sum(map(len, heaps))


def up(world: World) -> list[Address]:
    """Those whose host was there all day."""
    return [address for address in world.addresses if address.host not in world.down]


def test_nobody_waits_for_longer_than_six_hours_and_nobody_is_asked_every_minute(
    day: tuple[World, Time, Watch, list[int]],
) -> None:
    """That nobody is asked sooner than after two minutes is asserted at each asking, of those who are up and down."""
    world = day[0]
    for address in up(world):
        asked = [*world.asked[address], DAY + LOAD]
        assert asked[0] <= LOAD
        assert max(after - before for before, after in pairwise(asked)) <= LONGEST + LOAD


def test_the_bounds_are_reached_and_never_passed(day: tuple[World, Time, Watch, list[int]]) -> None:
    world = day[0]
    assert (world.most, world.most_at_one) == (AT_ONCE, AT_ONE_HOST)


def test_who_writes_often_is_asked_often(day: tuple[World, Time, Watch, list[int]]) -> None:
    world = day[0]

    def mean(which: Callable[[int], bool]) -> float:
        counts = [
            len(world.asked[address])
            for number, address in enumerate(world.addresses)
            if which(number) and address.host not in world.down
        ]
        return sum(counts) / len(counts)

    busy, daily, silent = (
        mean(lambda number: number % 500 == 3),
        mean(lambda number: number % 100 == 3 and number % 500 != 3),
        mean(lambda number: number % 2 == 0),
    )
    assert busy > 5 * daily > 15 * silent > 0
    assert silent < 6


def test_a_host_that_is_away_costs_its_tries_and_nothing_else(day: tuple[World, Time, Watch, list[int]]) -> None:
    """Of each the first few were under way together; from then on one at a time, half as often each time."""
    world = day[0]
    for number in range(103, 603, 10):
        tries = world.tries[f"h{number}.example"]
        assert len(tries) <= 12
        waits = [after - before for before, after in pairwise(tries[AT_ONE_HOST - 1 :])]
        assert all(after > 1.7 * before for before, after in pairwise(waits))
    since, until = world.down["big.example"]
    # A thousand authors of the big host are there; while it was away, two who were under way and the tries.
    assert len([moment for moment in world.tries["big.example"] if since <= moment < until]) <= 8


def test_a_host_that_is_back_is_asked_for_all_who_are_due(day: tuple[World, Time, Watch, list[int]]) -> None:
    world = day[0]
    for host, (_, until) in world.down.items():
        if until > DAY:
            continue
        found = next(moment for moment in world.tries[host] if moment >= until)
        authors = [address for address in world.addresses if address.host == host]
        turns = len(authors) * 1.5 / AT_ONE_HOST
        for address in authors:
            again = next(moment for moment in world.asked[address] if moment >= until)
            last = max((moment for moment in world.asked[address] if moment < until), default=0)
            assert again <= max(found + RETURN_SPREAD + turns + LOAD, last + LONGEST + LOAD)
            assert again <= last + LONGEST + LOAD or again - found <= RETURN_SPREAD + turns + LOAD


def test_the_first_sweep_is_fair_to_small_hosts(day: tuple[World, Time, Watch, list[int]]) -> None:
    """All ten thousand are due at the beginning: the small hosts do not wait for the thousand of the big one."""
    world = day[0]
    small = [world.asked[address][0] for address in up(world) if address.host.startswith("h")]
    big = sorted(world.asked[address][0] for address in world.addresses if address.host == "big.example")
    assert big[0] < 10
    assert sum(moment > big[len(big) // 2] for moment in small) < len(small) / 10


def test_nothing_grows(day: tuple[World, Time, Watch, list[int]]) -> None:
    """The heaps hold about one entry for each plan all day long, and the timers are a handful."""
    _, time, watch, sizes = day
    assert max(sizes) < 2 * (PLANS + 2_100)
    assert time.waiting < 200
    counts = watch.counts
    assert (counts.plans, counts.failing_hosts) == (PLANS, 50)
    assert counts.asked == sum(map(len, day[0].asked.values())) - counts.under_way


def test_what_is_kept_is_what_is_done(day: tuple[World, Time, Watch, list[int]]) -> None:
    """A second watch over the same book goes on where the first ended: nobody is asked whose time has not come."""
    world, time, watch, _ = day
    watch.stop()
    time.run_until(DAY + 10)
    asked = {address: list(moments) for address, moments in world.asked.items()}
    world.looked = False
    standings = [
        Standing(str(address), world.dues.get(str(address)), int(asked[address][-1]), None)
        for address in world.addresses
    ]
    world.standings = standings
    again = watching(world, time)
    time.run_until(DAY + 70)
    for address in up(world):
        if len(world.asked[address]) > len(asked[address]):
            assert world.dues[str(address)] is not None
            assert world.asked[address][-1] - asked[address][-1] >= SHORTEST
    again.stop()
    assert set(world.states) == set(world.down)
    assert all(state.due is None or state.due <= time.now + AWAY for state in world.states.values())
