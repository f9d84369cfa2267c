"""The whole ledger of a large commune, beside what hledger and beancount take for the journal of the same history.

The history is that of bench/_history.py: 10,000 members, 500 series, 20 years of monthly rents, some 400,000 records.
thimbl follows each citation, computes every sale, interest, redemption and dividend and compares it with what was
stated; the contenders parse the postings that come of it and balance them. Signatures are checked when a plan is
fetched, and not again. Each contender runs right after a fold, and the ratio is that of the two. All three must come to
the same balances, account by account, or this program fails.

Then `thimbl ledger` against a store that holds these logs, each time in a process of its own: where nothing is kept
yet, when it is, and when a member has written a post since; and what a program that stays, such as the terminal UI,
takes for one more rent.

Seconds are those of processor time, which tell of the program and not of what else runs on the machine; where a person
waits, those of the clock are beside them.

    python bench/ledger.py [--small | MEMBERS SERIES MONTHS]
"""

import csv
import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench._authors import machine
from bench._history import COMMUNE, MEMBERS, MONTHS, SEED, SERIES, SMALL, History, everything, history, keep, post, rent
from thimbl.core.address import Address
from thimbl.core.commune.books import Account, Transaction, balances, transactions
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.journal import beancount, beancount_account, hledger, hledger_account
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency
from thimbl.core.commune.page import ledger_page
from thimbl.core.log import VerifiedRecord
from thimbl.store.reader import Reader

WARM: Final = 0.3
"""Seconds: the goal for `thimbl ledger` on a store that has not changed."""

ROUNDS: Final = 9

BEANCOUNT: Final = """
import collections, sys
from beancount import loader
from beancount.core.data import Transaction
entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors, errors[:3]
found = collections.Counter()
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            found[posting.account] += int(posting.units.number * 100)
for account, minor in found.items():
    print(f"{account},{minor}")
"""


@dataclass(frozen=True)
class Ran:
    """What became of a program."""

    stdout: str
    seconds: float
    """Of processor time."""
    clock: float
    """Seconds that passed."""
    mebibytes: float
    """Of memory at most."""


def run(command: Sequence[str], **environ: str) -> Ran:
    """Run a program to its end; raises `SystemExit` where it fails."""
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=os.environ | environ)
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} failed with {process.returncode}")
        output.seek(0)
        return Ran(output.read(), used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)


def say(title: str, seconds: float, records: int, mebibytes: float) -> None:
    """A row of what is printed."""
    rate = f"{records / seconds:>9,.0f} records a second"
    print(f"  {title:<38} {seconds:>8.2f} s   {rate}   {mebibytes:>6,.0f} MiB")


def compare(ours: Mapping[Account, int], name: Callable[[Account], str], printed: Iterator[tuple[str, int]]) -> int:
    """Check that both have the same balance of each account that has one; how many those are."""
    wanted = {name(account): amount for account, amount in ours.items() if amount}
    found: defaultdict[str, int] = defaultdict(int)
    for account, amount in printed:
        found[account] += amount
    if {account: amount for account, amount in found.items() if amount} != wanted:
        raise SystemExit("the balances differ")
    return len(wanted)


def of_hledger(text: str) -> Iterator[tuple[str, int]]:
    """Account and cents of `hledger balance -O csv`."""
    for account, amount in csv.reader(io.StringIO(text)):
        if account not in ("account", "total") and amount != "0":
            whole, _, part = amount.split()[0].lstrip("-").partition(".")
            yield account, (-1 if amount.startswith("-") else 1) * int(whole + part)


def of_beancount(text: str) -> Iterator[tuple[str, int]]:
    """Account and cents of the program above."""
    for line in text.splitlines():
        account, _, amount = line.rpartition(",")
        yield account, int(amount)


@dataclass(frozen=True)
class Contender:
    """A program that keeps books, and how to have it balance a journal."""

    name: str
    write: Callable[[str, Currency, Iterable[Transaction]], Iterator[str]]
    account: Callable[[Account], str]
    balance: Callable[[Path], Sequence[str]]
    """The command."""
    read: Callable[[str], Iterator[tuple[str, int]]]
    """Account and cents, from what it printed."""


CONTENDERS: Final = (
    Contender(
        "hledger",
        hledger,
        hledger_account,
        lambda path: ("hledger", "-f", f"journal:{path}", "balance", "--flat", "-N", "-O", "csv"),
        of_hledger,
    ),
    Contender(
        "beancount",
        beancount,
        beancount_account,
        lambda path: (sys.executable, "-c", BEANCOUNT, str(path)),
        of_beancount,
    ),
)


def main() -> None:
    """Fold, let the others balance the journal, and ask the command."""
    small = sys.argv[1:] == ["--small"]
    sizes = SMALL if small else tuple(int(text) for text in sys.argv[1:]) or (MEMBERS, SERIES, MONTHS)
    made = history(*sizes)
    records = sum(map(len, made.logs.values()))
    print(machine("beancount") + f", {hledger_version()}")
    print(f"seed {SEED}: {sizes[0]:,} members, {sizes[1]} series, {sizes[2]} months")
    newest = made.logs[COMMUNE][-1].record
    print(f"{records:,} records, {newest.seq:,} of them the commune's, the last of them {newest.id}")
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        against(made, Path(name), records)
        command(made, Path(name), records)


def hledger_version() -> str:
    """Of the one that is installed."""
    return run(("hledger", "--version")).stdout.partition(",")[0].strip() if shutil.which("hledger") else "no hledger"


def against(made: History, folder: Path, records: int) -> None:
    """The fold beside each contender."""
    log, others = made.logs[COMMUNE], [one for one in everything(made) if str(one.author) != COMMUNE]
    currency = made.ledger.state.currency
    fold(log, others)  # the first needs memory that the others find free
    entries = list(transactions(map(Ledger(Evidence(others)).fold, log)))
    ours, postings = balances(entries), sum(len(entry.postings) for entry in entries)
    print(f"the journal: {len(entries):,} transactions, {postings:,} postings")
    for one in CONTENDERS:
        if shutil.which(one.balance(folder)[0]) is None:
            print(f"  {one.name} is not installed (apt install hledger): left out")
            continue
        path = folder / f"books.{one.name}"
        path.write_text("\n".join(one.write(COMMUNE, currency, entries)) + "\n", encoding="utf-8")
        seconds = fold(log, others)
        done = run(one.balance(path))
        say(f"{one.name}: load and balance", done.seconds, records, done.mebibytes)
        accounts = compare(ours, one.account, one.read(done.stdout))
        print(f"  {accounts:,} accounts have the same balance; ratio of the fold: {seconds / done.seconds:.2f}")
        path.unlink()


def fold(log: list[VerifiedRecord], others: list[VerifiedRecord]) -> float:
    """Seconds of the whole fold, evidence and findings included."""
    before, began = resident(), time.process_time()
    ledger = Ledger(Evidence(others)).fold_all(log)
    seconds = time.process_time() - began
    if not ledger.complete or ledger.state.findings:
        raise SystemExit("the clerk is honest, and the fold found fault")
    say("thimbl: fold and check", seconds, len(log) + len(others), resident() - before)
    return seconds


def resident() -> float:
    """MiB of memory in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def command(made: History, home: Path, records: int) -> None:
    """`thimbl ledger` in a process of its own."""
    store = home / "store.sqlite3"
    keep(made, store)
    program = "from thimbl.cli.main import run; run()"

    def thimbl(*words: str) -> Ran:
        return run((sys.executable, "-c", program, *words), THIMBL_HOME=str(home))

    size = sum(one.stat().st_size for one in home.glob("store*")) / 2**20
    print(f"thimbl ledger COMMUNE, of a store of {size:,.0f} MiB")
    first = thimbl("ledger", COMMUNE)
    say("nothing kept", first.seconds, records, first.mebibytes)
    for title in ("kept", "kept, and somebody has posted since"):
        rounds = [(thimbl("ledger", COMMUNE), thimbl("--help")) for _ in range(ROUNDS)]
        if any(one.stdout != first.stdout for one, _ in rounds):
            raise SystemExit("what was kept is not what was computed")
        clock = statistics.median(one.clock for one, _ in rounds)
        warm = statistics.median(one.seconds for one, _ in rounds)
        ratio = statistics.median(one.seconds / help_.seconds for one, help_ in rounds)
        missed = "" if clock < WARM else ": MISSED"
        print(
            f"  {title:<38} {warm:>8.3f} s   {ratio:.2f} of 'thimbl --help'; {clock:.3f} s passed, goal {WARM}{missed}"
        )
        post(made, store)
    if not first.stdout.startswith("\n".join(ledger_page_of(made, store))):
        raise SystemExit("the command and the fold differ")


def ledger_page_of(made: History, store: Path) -> list[str]:
    """The page after one more rent, in a program that stays; says how long that took."""
    commune = Address.parse(COMMUNE)
    with Reader.open(store) as reader:
        ledgers = reader.ledgers()
        ledgers.refresh()
        before = ledgers.study(commune)
        rent(made, store)
        began = time.process_time()
        ledgers.refresh()
        after = ledgers.study(commune)
        seconds = time.process_time() - began
    if before is None or after is None or after.ledger.seq != before.ledger.seq + 1:
        raise SystemExit("one more record is not there")
    print(f"  one more rent, in a program that stays: {seconds:.3f} s")
    return ledger_page(before)


if __name__ == "__main__":
    main()
