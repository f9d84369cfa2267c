"""What polling costs: a thousand plans met for the first time, polled without news, polled with a little; and ten
thousand.

The host is a `thimbl serve` in a child process on loopback, which has read its plans; the authors have 20 host names,
all of which lead there.

- Cold: nobody is known. Each plan is parsed, its chain and signature checked, its posts stored and indexed. Beside it,
  PyPI's `twtxt` reads the same posts as feeds of a web server, checks nothing and keeps nothing.
- Unchanged: the next round, in which each is asked for what is new. Beside it, a bare Twisted program asks for as many
  `head`s, by as many connections at once, and forgets them.
- One in a hundred changed: the same, after so many have posted.
- How it grows: processor time and memory of a program of its own for 100, 1,000 and 10,000 plans of 2 entries.

The quickest of five rounds counts; nobody is new twice, so cold is run once. `twtxt` is read by the Python in
TWTXT_VENV, or else in a virtual environment that is made for it; without a network it is left out.

    python bench/fetch.py
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

from twisted.internet.defer import Deferred, DeferredSemaphore, gatherResults
from twisted.internet.protocol import ClientFactory, Protocol

from bench._authors import START, machine, plan_text
from bench._children import child, thimbl_serve
from bench._feeds import read_feeds, twtxt_python, write_feeds
from finger.client import FingerClient, default_endpoints
from finger.interfaces import Transport
from thimbl.core.address import Address
from thimbl.node.polling.fetch import AT_ONCE, Fetcher
from thimbl.node.running import installed, run
from thimbl.store.writer import Writer

AUTHORS: Final = 1_000
HOSTS: Final = 20
ENTRIES: Final = 100
ROUNDS: Final = 5
CHANGED: Final = 10
SIZES: Final = (100, 1_000, 10_000)
FEW: Final = 2
NOW: Final = START + 10 * 86_400

UNLIMITED: Final = ("--log", "off", "--connections-per-address", "1000", "--queries-per-minute", "1000000")
"""All hosts are one here, and all readers: what a host allows one address would be what is measured."""


def authors(count: int) -> list[Address]:
    """So many, spread over the host names."""
    return [Address(f"u{number}", f"host{number % HOSTS}.example") for number in range(count)]


def publish(spool: Path, whom: Sequence[Address], posts: int) -> None:
    """Put the plans of these into the spool, each whole at once."""
    for address in whom:
        draft = spool / f"{address.user}.draft"
        draft.write_text(plan_text(address, posts), encoding="utf-8")
        draft.replace(spool / f"{address.user}.plan")


class Stopwatch:
    """The least of each thing that was measured, in seconds: by the clock, and of the processor in this process."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}
        self.busy: dict[str, float] = {}

    async def time(self, name: str, begin: Callable[[], "Deferred[Any]"]) -> Any:
        """What the work comes to."""
        start, busy = time.perf_counter(), time.process_time()
        result = await begin()
        self.least[name] = min(time.perf_counter() - start, self.least.get(name, 1e9))
        self.busy[name] = min(time.process_time() - busy, self.busy.get(name, 1e9))
        return result

    def line(self, name: str, beside: str | None = None) -> str:
        """A measurement of all authors in words, beside another."""
        seconds, busy = self.least[name], self.busy[name]
        told = f"  {name:<12}{seconds:>7.2f} s,{busy / AUTHORS * 1000:>6.2f} ms of processor a plan"
        if beside is None or beside not in self.least:
            return told
        return f"{told}; {seconds / self.least[beside]:.2f} of {beside} (processor {busy / self.busy[beside]:.2f})"


class Asking(Protocol):
    """One question of the bare program."""

    def __init__(self, query: bytes, answer: "Deferred[int]") -> None:
        self.query, self.answer, self.size = query, answer, 0

    def connectionMade(self) -> None:
        cast("Transport", self.transport).write(self.query)

    def dataReceived(self, data: bytes) -> None:
        self.size += len(data)

    def connectionLost(self, reason: object = None) -> None:
        self.answer.callback(self.size)


class Bare:
    """A bare Twisted program that asks for a view of each plan: `connectTCP`, as many at once as a fetch has."""

    def __init__(self, reactor: Any, port: int) -> None:
        self.reactor, self.port = reactor, port

    def ask_all(self, whom: Sequence[Address], view: str) -> "Deferred[list[int]]":
        """The sizes of the answers."""
        turns = DeferredSemaphore(AT_ONCE)
        return gatherResults([turns.run(self._ask, f"{address.user}{view}\r\n".encode()) for address in whom])

    def _ask(self, query: bytes) -> "Deferred[int]":
        answer: Deferred[int] = Deferred()
        factory = ClientFactory.forProtocol(lambda: Asking(query, answer))
        factory.noisy = False
        self.reactor.connectTCP("127.0.0.1", self.port, factory)
        return answer


def client_to(reactor: Any, port: int) -> FingerClient:
    """A client to which all hosts are the one on `port`."""
    endpoint_for = default_endpoints(reactor)
    return FingerClient(lambda host, _: endpoint_for("127.0.0.1", port), reactor)


async def rounds(reactor: Any, spool: Path, folder: Path, port: int, watch: Stopwatch) -> None:
    """Cold, and then unchanged and changed in turn with the bare program."""
    whom, bare = authors(AUTHORS), Bare(reactor, port)
    for view in ("", "/since/0", "/head"):
        await bare.ask_all(whom, view)  # the host reads its files
    with Writer.open(folder / "store.sqlite3") as store:
        fetcher = Fetcher(client_to(reactor, port), store, lambda: NOW)
        outcomes = await watch.time("cold", lambda: fetcher.fetch_all(whom))
        assert sum(outcome.new for outcome in outcomes) == AUTHORS * ENTRIES
        await fetcher.fetch_all(whom)
        for number in range(1, ROUNDS + 1):
            await watch.time("bare heads", lambda: bare.ask_all(whom, "/head"))
            outcomes = await watch.time("unchanged", lambda: fetcher.fetch_all(whom))
            assert all(outcome.unchanged for outcome in outcomes)
            publish(spool, whom[:: AUTHORS // CHANGED], ENTRIES + number)
            await bare.ask_all(whom[:: AUTHORS // CHANGED], "")  # what the host makes of a new plan is not measured
            outcomes = await watch.time("changed", lambda: fetcher.fetch_all(whom))
            assert sum(outcome.new for outcome in outcomes) == CHANGED


async def grow(reactor: Any, folder: Path, port: int, count: int) -> None:
    """Meet so many and poll them, in this process alone; print what it took."""
    whom, watch = authors(count), Stopwatch()
    with Writer.open(folder / "store.sqlite3") as store:
        fetcher = Fetcher(client_to(reactor, port), store, lambda: NOW)
        outcomes = await watch.time("cold", lambda: fetcher.fetch_all(whom))
        assert sum(outcome.new for outcome in outcomes) == count * FEW
        for _ in range(2):
            await watch.time("unchanged", lambda: fetcher.fetch_all(whom))
    status = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    print(watch.busy["cold"], watch.least["unchanged"], watch.busy["unchanged"], int(status.split()[0]) / 1024)


def measure_rounds(folder: Path) -> None:
    """A thousand plans, beside what others do."""
    spool, feeds = folder / "spool", folder / "feeds"
    spool.mkdir()
    feeds.mkdir()
    whom, watch = authors(AUTHORS), Stopwatch()
    publish(spool, whom, ENTRIES)
    with thimbl_serve(spool, *UNLIMITED) as host:
        reactor = installed()
        run(reactor, lambda: Deferred.fromCoroutine(rounds(reactor, spool, folder, host.port, watch)))
    try:
        python = twtxt_python(os.environ.get("TWTXT_VENV"), folder / "venv")
    except (OSError, subprocess.SubprocessError):
        print("  twtxt could not be installed here: set TWTXT_VENV to a virtual environment that has it")
    else:
        write_feeds(feeds, AUTHORS, ENTRIES)
        with child("-m", "bench._feeds", str(feeds)) as site:
            watch.least["twtxt"], watch.busy["twtxt"], posts = read_feeds(python, site.port, AUTHORS)
        assert posts == AUTHORS * ENTRIES
        print(watch.line("twtxt"))
    print(watch.line("cold", "twtxt"))
    print(watch.line("bare heads"))
    print(watch.line("unchanged", "bare heads"))
    print(watch.line("changed", "unchanged"))


def measure_growth(folder: Path) -> None:
    """A hundred, a thousand and ten thousand plans."""
    spool = folder / "many"
    spool.mkdir()
    publish(spool, authors(max(SIZES)), FEW)
    print(f"{FEW} entries a plan, each number of plans in a process of its own")
    with thimbl_serve(spool, *UNLIMITED) as host:
        for count in SIZES:
            (home := folder / str(count)).mkdir()
            arguments = ["grow", str(home), str(host.port), str(count)]
            done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
            cold, seconds, unchanged, peak = map(float, done.stdout.split())
            print(
                f"  {count:>6,} plans: cold {cold / count * 1000:.2f} ms of processor a plan; "
                f"unchanged {seconds:.2f} s, {unchanged / count * 1000:.2f} ms a plan; {peak:.0f} MB at most"
            )


def main() -> None:
    """Measure, with hosts of its own."""
    if sys.argv[1:2] == ["grow"]:
        folder, port, count = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        reactor = installed()
        run(reactor, lambda: Deferred.fromCoroutine(grow(reactor, folder, port, count)))
        return
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        print(machine("twisted", "cryptography", "PyYAML"))
        print(f"{AUTHORS:,} plans of {ENTRIES} entries, by {HOSTS} host names")
        measure_rounds(Path(name))
        measure_growth(Path(name))


if __name__ == "__main__":
    main()
