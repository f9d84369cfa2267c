"""A watch in a made-up world: hosts that answer when they are told to, and a book in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.schedule import HostState, Pace
from thimbl.node.polling.book import Counts
from thimbl.node.polling.fetch import Outcome
from thimbl.node.polling.scheduler import Watch
from thimbl.store.errors import StoreBusy
from thimbl.store.scheduling import Standing

START = 1_793_000_000
ANA, BO, CY = (Address.parse(f"{name}.example") for name in ("ana@fields", "bo@mill", "cy@dairy"))


class Watched:
    """One watch and all around it. `now` of the clock on the wall is the reactor's unless `ahead` says otherwise."""

    def __init__(self, *addresses: Address, at_once: int = 8, at_one_host: int = 2, pace: Pace | None = None) -> None:
        self.clock = Clock()
        self.ahead = 0
        self.standings = {str(address): Standing(str(address), None, None, None) for address in addresses}
        self.changed = True
        self.posts: dict[Address, list[int]] = {}
        self.spoken: dict[str, int] = {}
        self.mirrored: set[str] = set()
        self.states: dict[str, HostState] = {}
        self.notes: list[dict[str, int]] = []
        self.fault: Exception | None = None
        """What the book fails with."""
        self.failing: Exception | None = None
        """What every fetch fails with."""
        self.down: set[str] = set()
        self.old_mirror = False
        """Whether every host says 'no plan', and a mirror has one."""
        self.hangs = False
        """Whether nobody answers before `answer` is called."""
        self.gaps: dict[Address, int] = {}
        self.asked: list[tuple[int, Address, bool]] = []
        self.open: list[tuple[Address, Deferred[Outcome], bool]] = []
        self.heard: list[Outcome] = []
        self.busy: list[StoreBusy] = []
        self.counted: list[Counts] = []
        self.ended: list[object] = []
        self.watch = Watch(
            self.clock, self.now, self.fetch, self, pace=pace or Pace(), at_once=at_once, at_one_host=at_one_host,
            heard=self.heard.append, held_up=self.busy.append, observe=self.counted.append,
        )  # fmt: skip

    def begin(self) -> "Watched":
        self.watch.start().addBoth(self.ended.append)
        return self

    def run(self, seconds: float, step: float = 1.0) -> "Watched":
        """Let time pass."""
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step
        return self

    def now(self) -> float:
        return START + self.clock.seconds() + self.ahead

    def when(self, address: Address) -> list[int]:
        """Seconds from the beginning at which somebody was asked."""
        return [moment for moment, who, _ in self.asked if who == address]

    def error(self) -> BaseException:
        """What it ended with."""
        [failure] = self.ended
        assert isinstance(failure, Failure)
        error = failure.value
        assert error is not None
        return error

    # the network

    def fetch(self, address: Address, *, at_home: bool = True) -> "Deferred[Outcome]":
        self.asked.append((int(self.clock.seconds()), address, at_home))
        answer: Deferred[Outcome] = Deferred(lambda _: None)
        self.open.append((address, answer, at_home))
        if not self.hangs:
            self.answer()
        return answer

    def answer(self) -> None:
        """Let all who were asked answer."""
        waiting, self.open = self.open, []
        for address, answer, at_home in waiting:
            if answer.called:
                continue
            if self.failing is not None:
                answer.errback(self.failing)
            else:
                answer.callback(self.outcome(address, at_home))

    def outcome(self, address: Address, at_home: bool) -> Outcome:
        if self.old_mirror:
            return Outcome(address, Verdict.VERIFIED, source="mirror.example", failure="there is no plan")
        if at_home and address.hostport not in self.down:
            return Outcome(address, Verdict.VERIFIED, gap_below=self.gaps.get(address))
        found = Outcome(address, reason="nothing listens there", unreachable=at_home)
        if str(address) in self.mirrored:
            found = replace(found, verdict=Verdict.VERIFIED, source="mirror.example", failure=found.reason)
        return found

    # the book

    def follow(self, *addresses: Address) -> None:
        """Follow exactly these from now on."""
        self.standings = {
            str(address): self.standings.get(str(address), Standing(str(address), None, None, None))
            for address in addresses
        }
        self.changed = True

    def look(self) -> Sequence[Standing] | None:
        if self.fault is not None:
            raise self.fault
        changed, self.changed = self.changed, False
        return list(self.standings.values()) if changed else None

    def failing_hosts(self) -> Mapping[str, HostState]:
        return {host: state for host, state in self.states.items() if state.is_failing}

    def written(self, address: Address) -> list[int]:
        return [time for time in self.posts.get(address, []) if time <= self.now()]

    def spoken_to(self, since: int) -> Mapping[str, int]:
        return {who: time for who, time in self.spoken.items() if time >= since}

    def with_mirrors(self, addresses: Iterable[str]) -> set[str]:
        return self.mirrored & set(addresses)

    def note(self, dues: Mapping[str, int], hosts: Mapping[str, HostState], now: int) -> None:
        if self.fault is not None:
            raise self.fault
        self.notes.append(dict(dues))
        for name, due in dues.items():
            if name in self.standings:
                self.standings[name] = replace(self.standings[name], due=due, asked=now)
        self.states.update(hosts)
