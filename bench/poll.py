"""What it costs to know whom to ask when, for 100, 1,000 and 10,000 plans; and whether one machine keeps up with that.

- The schedule: a watch over a real store, five hours by a clock that jumps, each number in a process of its own. Nobody
  is asked over a network: an answer comes after 0.3 s and brings what was written since. One author in a hundred writes
  every 20 minutes, one in ten every few hours, three in ten every few days, the others never. Memory is what the
  process has taken beyond its modules.
- Keeping up: how many askings a second the schedule comes to once all are known, against how many a fetch can do that
  finds nothing new, measured with a `thimbl serve` on the other core. Beside it, what the schedule adds to each.

    python bench/poll.py
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from bench._authors import START, machine
from bench._children import thimbl_serve
from bench.fetch import UNLIMITED, authors, client_to, publish
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.home.account import Account
from thimbl.node.polling.book import StoreBook
from thimbl.node.polling.fetch import Fetcher, Outcome
from thimbl.node.polling.scheduler import Watch
from thimbl.node.running import installed, run
from thimbl.store.database import Database
from thimbl.store.derive import first_rowid
from thimbl.store.writer import Writer

SIZES: Final = (100, 1_000, 10_000)
HOURS: Final = 5
HOUR: Final = 3600
DAY: Final = 24 * HOUR
LATENCY: Final = 0.3
ASKED: Final = 500
"""Plans of the fetch that is measured for comparison."""


def jump(clock: Clock, end: float) -> None:
    """Let time pass until `end`, from one call to the next."""
    while clock.calls and clock.calls[0].getTime() <= end:
        clock.advance(clock.calls[0].getTime() - clock.seconds())
    clock.advance(end - clock.seconds())


class Village:
    """Authors who write, and a store that hears of it when they are asked."""

    def __init__(self, clock: Clock, database: Database, whom: Sequence[Address]) -> None:
        self.clock, self.database, self.random = clock, database, random.Random(11)
        self.asked = 0
        self._number = count(1)
        self._ids: dict[Address, int] = {}
        self._to_come: dict[Address, list[int]] = {}
        rows = []
        for number, address in enumerate(whom):
            self._ids[address] = number + 1
            self._to_come[address] = self._posts(number)[::-1]
            rows.append((number + 1, str(address), address.user))
        with database.batch():
            database.run_many("INSERT INTO author (id, address, nick, followed) VALUES (?, ?, ?, 1)", rows)
            for address in whom:
                self._tell(address, START)

    def _posts(self, number: int) -> list[int]:
        if number % 100 == 3:
            gap = 20 * 60
        elif number % 10 == 4:
            gap = 5 * HOUR
        elif number % 10 in (5, 6, 7):
            gap = 4 * DAY
        else:
            return []
        moment, found = float(START - 3 * DAY), []
        while moment < START + HOURS * HOUR:
            moment += self.random.expovariate(1 / gap)
            found.append(int(moment))
        return found

    def _tell(self, address: Address, now: int) -> None:
        """Store what was written up to now."""
        to_come = self._to_come[address]
        while to_come and to_come[-1] <= now:
            moment, number, author = to_come.pop(), next(self._number), self._ids[address]
            self.database.run(
                "INSERT INTO item (rowid, author, unread, kind, id, seq, time, words, retracted, withheld) "
                "VALUES (?, ?, 1, 'post', ?, ?, ?, '', 0, 0)",
                (first_rowid(moment, now, number, author), author, f"{number:052}", number, moment),
            )

    def fetch(self, address: Address, *, at_home: bool = True) -> "Deferred[Outcome]":
        self.asked += 1
        answer: Deferred[Outcome] = Deferred()
        self.clock.callLater(LATENCY, self._answer, answer, address)
        return answer

    def _answer(self, answer: "Deferred[Outcome]", address: Address) -> None:
        self._tell(address, int(self.clock.seconds()))
        answer.callback(Outcome(address, Verdict.VERIFIED))


def resident() -> float:
    """MiB of this process at its most."""
    status = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(status.split()[0]) / 1024


def watch(folder: Path, size: int) -> None:
    """Half a day of so many plans; print what it took."""
    clock, whom, before = Clock(), authors(size), resident()
    clock.advance(START)
    account = Account.find({"THIMBL_HOME": str(folder)}, clock.seconds, os.urandom)
    database = Database.writing(account.paths.store)
    village = Village(clock, database, whom)
    with Writer(database) as writer:
        start = time.process_time()
        watching = Watch(clock, clock.seconds, village.fetch, StoreBook(account, writer, whom))
        watching.start()
        began = time.process_time() - start
        jump(clock, START + HOUR)
        busy, asked = time.process_time(), village.asked
        jump(clock, START + HOURS * HOUR)
        busy, asked = time.process_time() - busy, village.asked - asked
        assert watching.counts.plans == size
        watching.stop()
    print(began, busy, asked, resident() - before)


async def unchanged(reactor: Any, folder: Path, port: int) -> tuple[float, float]:
    """Seconds, and of these of the processor, for each plan of a fetch that finds nothing new."""
    whom = authors(ASKED)
    with Writer.open(folder / "store.sqlite3") as store:
        fetcher = Fetcher(client_to(reactor, port), store, lambda: START + 10 * DAY)
        await fetcher.fetch_all(whom)
        rounds = []
        for _ in range(4):
            start, busy = time.perf_counter(), time.process_time()
            outcomes = await fetcher.fetch_all(whom)
            assert all(outcome.unchanged for outcome in outcomes)
            rounds.append(((time.perf_counter() - start) / ASKED, (time.process_time() - busy) / ASKED))
    return min(rounds)


def measure(folder: Path) -> None:
    """Measure, and print it."""
    print(f"{HOURS} hours by the clock, the first of them, in which all are met, left out")
    for size in SIZES:
        home = folder / str(size)
        home.mkdir()
        command = [sys.executable, "-m", "bench.poll", "watch", str(home), str(size)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        began, busy, asked, memory = map(float, said.split())
        hours, each = HOURS - 1, busy / asked
        print(
            f"  {size:>6,} plans: {asked / hours / HOUR:>6.3f} askings a second; begun in {began * 1000:>5.0f} ms; "
            f"{busy / hours:>6.3f} s of processor an hour, {each * 1e6:>5.0f} us an asking; {memory:>5.1f} MiB"
        )
    spool, home = folder / "spool", folder / "home"
    spool.mkdir()
    home.mkdir()
    publish(spool, authors(ASKED), 5)
    with thimbl_serve(spool, *UNLIMITED, quiet=True) as host:
        reactor = installed()
        seconds, processor = run(reactor, lambda: Deferred.fromCoroutine(unchanged(reactor, home, host.port)))
    needed = asked / hours / HOUR
    print(f"  a fetch that finds nothing new: {1 / seconds:,.0f} a second, {processor * 1e6:.0f} us of processor each")
    print(
        f"  {SIZES[-1]:,} plans need {needed:.2f} a second: {needed * seconds:.2%} of what this machine can do, "
        f"{needed * (processor + each):.2%} of a core; the schedule adds {each / processor:.0%} to an asking"
    )


def main() -> None:
    """Measure in a folder of its own."""
    if sys.argv[1:2] == ["watch"]:
        watch(Path(sys.argv[2]), int(sys.argv[3]))
        return
    print(machine("twisted"))
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
