"""The whole ledger of a large commune, beside what hledger and beancount take for the journal of the same history.

The history is that of bench/_history.py: 10,000 members, 500 series, 20 years of monthly rents. thimbl reads the
records, follows each citation, computes every sale, interest, redemption and dividend and compares it with what was
stated; the contenders parse the postings that come of it and balance them. Signatures are checked when a plan is
fetched, and not again. All three must come to the same balances, account by account, or this program fails.

    python bench/ledger.py [MEMBERS SERIES MONTHS]
"""

import csv
import io
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench._authors import machine
from bench._history import COMMUNE, MEMBERS, MONTHS, SEED, SERIES, everything, history
from thimbl.core.commune.books import Account, Transaction, balances, transactions
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.journal import beancount, beancount_account, hledger, hledger_account
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency
from thimbl.core.log import VerifiedRecord

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


def timed(title: str, work: Callable[[], str], log: int) -> tuple[str, float]:
    """What the work comes to, and its seconds; says so."""
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    print(f"  {title:<34} {seconds:>7.2f} s   {log / seconds:>9,.0f} records a second")
    return result, seconds


def run(*command: str) -> str:
    """The standard output of a program."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compare(ours: Mapping[Account, int], name: Callable[[Account], str], printed: Iterator[tuple[str, int]]) -> None:
    """Both have the same balance of each account that has one."""
    wanted = {name(account): amount for account, amount in ours.items() if amount}
    found: defaultdict[str, int] = defaultdict(int)
    for account, amount in printed:
        found[account] += amount
    assert {account: amount for account, amount in found.items() if amount} == wanted, "the balances differ"


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


def main() -> None:
    """Fold, write the journals, and let the others balance them."""
    sizes = [int(text) for text in sys.argv[1:]] or [MEMBERS, SERIES, MONTHS]
    made = history(*sizes)
    log, others = made.logs[COMMUNE], [one for one in everything(made) if str(one.author) != COMMUNE]
    currency = made.ledger.state.currency
    records = len(log) + len(others)
    del made
    print(machine("beancount"))
    print(f"seed {SEED}: {sizes[0]:,} members, {sizes[1]} series, {sizes[2]} months")
    print(f"{records:,} records, {len(log):,} of them the commune's")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = fold(log, others)
    print(
        f"  memory beyond the records: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:,.0f} MiB"
    )
    entries = list(transactions(map(Ledger(Evidence(others)).fold, log)))
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        for one in CONTENDERS:
            contend(one, Path(name), entries, currency, records, seconds)


def fold(log: list[VerifiedRecord], others: list[VerifiedRecord]) -> float:
    """Seconds of the whole fold, evidence and findings included."""

    def work() -> str:
        ledger = Ledger(Evidence(others)).fold_all(log)
        assert ledger.complete
        assert not ledger.state.findings
        return ""

    return timed("thimbl: fold and check", work, len(log) + len(others))[1]


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


def contend(
    one: Contender, folder: Path, entries: Sequence[Transaction], currency: Currency, records: int, seconds: float
) -> None:
    """Let a contender balance the journal, and compare it with a fold of `seconds`."""
    if one.name == "hledger" and shutil.which("hledger") is None:
        print("  hledger is not installed (apt install hledger): left out")
        return
    path = folder / f"books.{one.name}"
    path.write_text("\n".join(one.write(COMMUNE, currency, entries)) + "\n", encoding="utf-8")
    printed, took = timed(f"{one.name}: load and balance", partial(run, *one.balance(path)), records)
    compare(balances(entries), one.account, one.read(printed))
    print(f"  ratio of the fold to {one.name}: {seconds / took:.2f}")


if __name__ == "__main__":
    main()
