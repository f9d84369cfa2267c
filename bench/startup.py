"""How long commands take to start, beside `toot --help` (PyPI's Mastodon client), in one run.

Contenders take turns; of each the median and the least of the rounds are printed, and the ratios are of the medians.
The help of every command in the table has to be there in a quarter of the time, completions in a little more, and what
works with the store in half.
`toot` is installed into a virtual environment of its own: in the folder that TOOT_VENV names, or a temporary one.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from thimbl.cli.table import COMMANDS
from thimbl.core.address import Address
from thimbl.core.compose import Entry, make_head, make_record, salted
from thimbl.core.keys import PrivateKey
from thimbl.core.log import judge
from thimbl.core.plan import Plan
from thimbl.core.records import Record
from thimbl.home.account import Account
from thimbl.store.writer import Writer

POSTS = 100_000
AUTHORS = 100
ROUNDS = 7
TOOT = "toot --help"

HELP_GOAL = 0.25
"""Of the time of `toot --help`: the help of any command."""

TAB_GOAL = 0.3
"""Of the same: what a shell is told when somebody presses Tab, an id with its text too. It is a fifth of a second
where `toot --help` takes two thirds of one."""

GOAL = 0.5
"""Of the same: a post, and a timeline."""


def fill(home: Path) -> None:
    """An account in `home` whose store has `POSTS` posts of `AUTHORS` followed people."""
    environ = {**os.environ, "THIMBL_HOME": str(home)}
    run([sys.executable, "-m", "thimbl", "init", "ana@127.0.0.1:7979"], environ)
    with Account.find(environ, time.time, os.urandom).writer() as writer:
        for number in range(AUTHORS):
            publish(writer, number, int(time.time()))


def publish(writer: Writer, number: int, now: int, length: int = POSTS // AUTHORS) -> None:
    """Take one author's log of so many posts into the store."""
    address = Address.parse(f"author{number}@host{number % 10}.example")
    key = PrivateKey.from_seed(number.to_bytes(32, "big"))
    records: list[Record] = []
    for seq in range(1, length + 1):
        entry = salted(Entry("post", {"text": f"Post {seq} about leeks, tractors and #number{seq}."}), os.urandom)
        when, prev = now - (length - seq) * 3600, records[-1].id if records else None
        records.append(make_record(entry, address=address, seq=seq, prev=prev, time=when, signer=key))
    head = make_head({"address": str(address)}, seq=length, last=records[-1].id, updated=now, signer=key)
    writer.follow(address, f"author{number}")
    writer.take(judge(Plan(head, tuple(reversed(records))), writer.known(address, 1, length), now), now)


def publish_more(writer: Writer, batch: int, now: int) -> None:
    """Take one new author with twenty posts: what a fetch brings."""
    publish(writer, AUTHORS + batch, now, 20)


def run(command: list[str], environ: dict[str, str]) -> float:
    """Seconds that the command took."""
    begun = time.perf_counter()
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def toot(folder: Path) -> list[str]:
    """The argv of `toot --help`, installed where needed."""
    venv = Path(os.environ.get("TOOT_VENV") or folder / "toot")
    if not (venv / "bin" / "toot").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", "toot"], check=True)
    return [str(venv / "bin" / "toot"), "--help"]


def measure(contenders: Mapping[str, list[str]], environ: dict[str, str]) -> dict[str, list[float]]:
    """Seconds of each run of each, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, command in contenders.items():
            taken[name].append(run(command, environ))
    return taken


def main() -> None:
    """Measure and print."""
    script = Path(sys.executable).with_name("thimbl")
    thimbl = [str(script)] if script.exists() else [sys.executable, "-m", "thimbl"]
    tab = ["env", "_THIMBL_COMPLETE=zsh_complete", *thimbl]
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as folder:
        home = Path(folder) / "home"
        fill(home)
        contenders = {
            TOOT: toot(Path(folder)),
            "thimbl --help": [*thimbl, "--help"],
            **{f"thimbl {name} --help": [*thimbl, name, "--help"] for name in COMMANDS},
            "thimbl tim<Tab>": [*tab, "tim"],
            "thimbl timeline --author auth<Tab>": [*tab, "timeline", "--author", "auth"],
            "thimbl reply <Tab>": [*tab, "reply", ""],
            "thimbl search #num<Tab>": [*tab, "search", "#num"],
            "thimbl post TEXT": [*thimbl, "post", "Frost tonight."],
            "thimbl timeline -n 50": [*thimbl, "timeline", "-n", "50"],
        }
        taken = measure(contenders, {**os.environ, "THIMBL_HOME": str(home)})
    print(f"Start-up, {POSTS:,} posts stored, {ROUNDS} rounds; Python {platform.python_version()}")
    base = statistics.median(taken[TOOT])
    for name, times in taken.items():
        median = statistics.median(times)
        goal = None if name == TOOT else _goal(name)
        missed = "" if goal is None or median / base < goal else f", goal {goal:g} MISSED"
        spent = f"median {median * 1000:5.0f} ms, least {min(times) * 1000:5.0f} ms"
        print(f"  {name:<36} {spent}, ratio {median / base:.2f}{missed}")


def _goal(name: str) -> float:
    return HELP_GOAL if name.endswith("--help") else TAB_GOAL if name.endswith("<Tab>") else GOAL


if __name__ == "__main__":
    main()
