"""What it costs to fetch, check and store 300 plans of 100 entries, against fetching their bytes and forgetting them.

The host is a `thimbl serve` in a child process on loopback; the authors have 75 host names, all of which lead there.
Cold: nobody is known, each plan is parsed, its chain and signature checked, its posts stored and indexed. Unchanged:
the next round, in which each host is asked for what is new. The bare fetch asks the same queries by the same client.
The cold fetch is run once, since nobody is new twice; of the others the quickest of three counts.

    python bench/fetch.py
"""

import tempfile
import time
from pathlib import Path
from typing import Any, Final, TypeVar

from twisted.internet.defer import Deferred, DeferredSemaphore, gatherResults
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import react

from bench._authors import START, machine, plan_text
from bench._children import thimbl_serve
from finger.client import FingerClient
from thimbl.core.address import Address
from thimbl.node.fetch import AT_ONCE, Fetcher
from thimbl.store.writer import Writer

AUTHORS: Final = 300
HOSTS: Final = 75
ENTRIES: Final = 100
ROUNDS: Final = 3
NOW: Final = START + 10 * 86_400

WHOM: Final = [Address(f"u{number}", f"host{number % HOSTS}.example") for number in range(AUTHORS)]

T = TypeVar("T")


class Stopwatch:
    """The least time of each thing that was measured, in seconds."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}

    async def time(self, name: str, began: "Deferred[T]") -> T:
        """What the work comes to that has just begun."""
        start = time.perf_counter()
        result = await began
        self.least[name] = min(time.perf_counter() - start, self.least.get(name, 1e9))
        return result


def bare(client: FingerClient, view: str) -> "Deferred[list[int]]":
    """Ask all, as many at once as a fetch does, and keep the sizes of the answers alone."""
    turns = DeferredSemaphore(AT_ONCE)

    def one(address: Address) -> "Deferred[int]":
        query = f"{address.user}{view}\r\n".encode()
        asked: Deferred[bytes] = turns.run(client.ask, address.host, address.port, query)
        return asked.addCallback(len)

    return gatherResults([one(address) for address in WHOM])


async def measure(clock: Any, folder: Path, port: int) -> None:
    """Measure, and print it."""
    client = FingerClient(lambda host, _: TCP4ClientEndpoint(clock, "127.0.0.1", port), clock)
    watch, since = Stopwatch(), f"/since/{ENTRIES}"
    sizes = await bare(client, "")  # the host reads its files
    with Writer.open(folder / "store" / "store.sqlite3") as store:
        fetcher = Fetcher(client, store, lambda: NOW)
        outcomes = await watch.time("cold", fetcher.fetch_all(WHOM))
        assert sum(outcome.new for outcome in outcomes) == AUTHORS * ENTRIES
        for _ in range(ROUNDS):
            await watch.time("bare", bare(client, ""))
            await watch.time("bare since", bare(client, since))
            outcomes = await watch.time("unchanged", fetcher.fetch_all(WHOM))
            assert all(outcome.unchanged for outcome in outcomes)
    print(f"{AUTHORS} plans of {ENTRIES} entries, {sum(sizes) / AUTHORS / 1000:.0f} KB each, by {HOSTS} host names")
    for name, base in (("bare", "bare"), ("cold", "bare"), ("bare since", "bare since"), ("unchanged", "bare since")):
        seconds, ratio = watch.least[name], watch.least[name] / watch.least[base]
        print(f"  {name:<12} {seconds:>6.2f} s   {seconds / AUTHORS * 1000:>6.2f} ms a plan   ratio {ratio:>6.1f}")
    print(f"  cold: {AUTHORS * ENTRIES / watch.least['cold']:,.0f} posts a second, checked, stored and indexed")


def main() -> None:
    """Measure with a host of its own."""
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        folder = Path(name)
        spool = folder / "spool"
        spool.mkdir()
        for address in WHOM:
            (spool / f"{address.user}.plan").write_text(plan_text(address, ENTRIES), encoding="utf-8")
        with thimbl_serve(spool) as host:
            print(machine("twisted", "cryptography", "PyYAML"))
            react(lambda clock: Deferred.fromCoroutine(measure(clock, folder, host.port)))


if __name__ == "__main__":
    main()
