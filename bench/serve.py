"""How fast `thimbl serve` answers for 5,000 accounts, against a bare Twisted LineReceiver and Debian's fingerd.

Every account of a spool has a plan of its own of some 20 KB; random ones are asked for, one connection a query, each
client again as soon as it is answered. `thimbl serve` routes, holds to its limits (raised, since all the load comes
from few addresses), counts for /metrics and writes a line of log a query (to nowhere); the bare server has the same
plans in memory and does nothing else. An answer that is not the plan is an error, and so is one that takes a second.

Servers of one process have one core, the generator another. The contenders take turns, and the medians count. On two
cores the generator's half of the network is a part of what is measured: processor time an answer says more than
answers a second.

    python bench/serve.py [ACCOUNTS]
"""

import json
import os
import sys
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path
from typing import Any, Final

from bench import _fingerd
from bench._authors import machine, plan_text
from bench._children import Child, child, thimbl_serve
from bench._load import Generator, Result, ask, cores, middle, wrong
from thimbl.core.address import Address

ACCOUNTS: Final = 5_000
ROUNDS: Final = 3
POSTS: Final = 75
"""Of a plan of 20 KB."""

MANY: Final = 200_000
"""Queries over which memory has to stay as it is."""

POLLED: Final = 200
"""Accounts that are asked for views: each was read once before, and so is every one of these."""

OPTIONS: Final = (
    *("--metrics", "tcp:0:interface=127.0.0.1", "--log", "queries"),
    *("--queries-per-minute", "1000000", "--connections-per-address", "1000", "--connections", "2000"),
)


def write_plans(job: tuple[Path, int, int]) -> None:
    """Some of the accounts."""
    spool, first, behind = job
    base = plan_text(Address("u0000", "fields.example"), POSTS)
    for number in range(first, behind):
        # Signing 375,000 posts takes minutes. What is served is the file as it is: here each has a line of its own.
        text = base.replace("u0000", f"u{number:04}").replace("Keeps cows.", f"Cow {number:06}.")
        (spool / f"u{number:04}.plan").write_text(text, encoding="utf-8")


def make_spool(spool: Path, accounts: int) -> None:
    """Plans of the same size, each with its own text."""
    spool.mkdir()
    step = -(-accounts // 8)
    with Pool() as pool:
        pool.map(write_plans, [(spool, n, min(n + step, accounts)) for n in range(0, accounts, step)])


def ask_each(thimbl: Child, accounts: int, answers: Path) -> int:
    """Every account once: it is read then. The answers go to files, for the bare server. Bytes of one answer."""
    answers.mkdir()
    began = time.perf_counter()
    sizes = set()
    for number in range(accounts):
        answer = ask(thimbl.port, f"u{number:04}")
        (answers / f"u{number:04}").write_bytes(answer)
        sizes.add(len(answer))
    print(f"{accounts:,} accounts, each asked for the first time: {time.perf_counter() - began:.1f} s", flush=True)
    (size,) = sizes
    return size


def show(name: str, result: Result) -> None:
    print(
        f"  {name:<34} {result.rate:>7,.0f} req/s  p50 {result.p50:>6.1f}  p99 {result.p99:>6.1f} ms"
        f"  {result.cpu:>5.0f} us CPU  {result.wrong} wrong",
        flush=True,
    )


def compare(load: Generator, servers: dict[str, Child], at_once: int, accounts: int, size: int) -> None:
    """The plan, at so many at once."""
    print(f"random plans of {size:,} bytes, {at_once} at once")
    seen: dict[str, list[Result]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            seen[name].append(load.run(server, at_once, "u%04d", accounts, size))
    bare, thimbl = (middle(results) for results in seen.values())
    for name, result in zip(servers, (bare, thimbl), strict=True):
        show(name, result)
    ratios = f"{thimbl.rate / bare.rate:.2f} of the rate, {thimbl.p99 / bare.p99:.2f} of p99"
    print(f"  ratio: {ratios}, {thimbl.cpu / bare.cpu:.2f} of the CPU")


def compare_views(load: Generator, thimbl: Child) -> None:
    """What programs ask for, beside the plan itself."""
    views = {"the plan": "u%04d", "head": "u%04d/head", "since, nothing new": f"u%04d/since/{POSTS}"}
    print(f"views of {POLLED} accounts, 64 at once")
    for pattern in views.values():
        for number in range(POLLED):
            ask(thimbl.port, pattern % number)
    seen: dict[str, list[Result]] = {name: [] for name in views}
    for _ in range(ROUNDS):
        for name, pattern in views.items():
            size = len(ask(thimbl.port, pattern % 0)) if name == "the plan" else 0
            seen[name].append(load.run(thimbl, 64, pattern, POLLED, size, 0.7))
    for name, results in seen.items():
        show(name, middle(results))


def edit_under_load(load: Generator, thimbl: Child, spool: Path, accounts: int, size: int) -> None:
    """Memory over very many queries; and a plan that is edited meanwhile is in its next answer."""
    before = thimbl.memory()
    path = spool / "u0007.plan"
    new = path.read_text(encoding="utf-8").replace("the cow is bought", "the cow is sold!!")
    with load.begin(thimbl.port, 64, "u%04d", accounts, size, "-n", str(MANY)) as process:
        time.sleep(2)
        assert b"sold!!" not in ask(thimbl.port, "u0007")
        path.with_suffix(".new").write_text(new, encoding="utf-8")
        os.replace(path.with_suffix(".new"), path)
        assert b"sold!!" in ask(thimbl.port, "u0007"), "an edit shows in the next answer"
        seen: dict[str, Any] = json.loads(process.communicate()[0])
    print(
        f"{seen['ok']:,} queries: {before:.1f} MiB of memory before, {thimbl.memory():.1f} after; {wrong(seen)} wrong; "
        "a plan that was edited meanwhile showed in its next answer"
    )


def compare_fingerd(load: Generator, thimbl: Child, accounts: int, size: int) -> None:
    """The daemon of decades, on the same core."""
    if not _fingerd.installed():
        print("Debian's fingerd is not installed, or this is not root (apt install openbsd-inetd fingerd): left out")
        return
    print("Debian's fingerd under inetd, asked for an account without a plan")
    with _fingerd.fingerd(cores()[0]) as server:
        for at_once in (64, 512):
            new = load.run(thimbl, at_once, "u%04d", accounts, size)
            old = load.run(server, at_once, _fingerd.somebody(), seconds=2)
            _fingerd.wait_until_idle(server)
            show(f"fingerd, {at_once} at once", old)
            show(f"thimbl serve, {at_once} at once", new)
            print(f"  ratio: {new.rate / old.rate:.0f} times as many a second, {new.cpu / old.cpu:.3f} of the CPU")


def compare_workers(load: Generator, spool: Path, accounts: int, size: int) -> None:
    """Two processes on one port, on all cores, the generator on one."""
    seen: dict[str, list[Result]] = {"one": [], "two": []}
    names = min(accounts, 500)
    print(f"workers, {names} accounts, 64 at once, the generator on a core of its own")
    with (
        thimbl_serve(spool, *OPTIONS, quiet=True) as one,
        thimbl_serve(spool, *OPTIONS, "--workers", "2", quiet=True) as two,
    ):
        for server in (one, two):
            load.run(server, 64, "u%04d", names, size, 2.5)  # each worker reads what it is asked for
        for _ in range(ROUNDS):
            for name, server in (("one", one), ("two", two)):
                seen[name].append(load.run(server, 64, "u%04d", names, size))
    first, second = (middle(results) for results in seen.values())
    show("--workers 1", first)
    show("--workers 2", second)
    print(f"  ratio: {second.rate / first.rate:.2f} of the rate")


def serve_bare(answers: str) -> None:
    """The contender: reads a line, writes the plan from memory, closes."""
    from twisted.internet import reactor as installed
    from twisted.internet.protocol import Factory
    from twisted.protocols.basic import LineReceiver

    from finger.descriptions import maximum_backlog

    reactor: Any = installed
    plans = {path.name.encode(): path.read_bytes() for path in Path(answers).iterdir()}

    def answer_and_close(self: Any, line: bytes) -> None:
        self.transport.write(plans[line])
        self.transport.loseConnection()

    bare = type("Bare", (LineReceiver,), {"delimiter": b"\r\n", "lineReceived": answer_and_close})
    port = reactor.listenTCP(0, Factory.forProtocol(bare), backlog=maximum_backlog(), interface="127.0.0.1")
    print(f"127.0.0.1:{port.getHost().port}", flush=True)
    reactor.run()


def main(accounts: int) -> None:
    """Everything, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        folder = Path(name)
        spool = folder / "spool"
        load = Generator(folder)
        make_spool(spool, accounts)
        time.sleep(2.1)  # a plan that was changed a moment ago is read again for each answer
        print(machine("twisted"), flush=True)
        with thimbl_serve(spool, *OPTIONS, cores=cores()[0], quiet=True) as thimbl:
            size = ask_each(thimbl, accounts, folder / "answers")
            with child(__file__, "--bare", str(folder / "answers"), cores=cores()[0]) as bare:
                servers = {"bare LineReceiver": bare, "thimbl serve": thimbl}
                for at_once in (64, 512):
                    compare(load, servers, at_once, accounts, size)
            compare_fingerd(load, thimbl, accounts, size)
            compare_views(load, thimbl)
            edit_under_load(load, thimbl, spool, accounts, size)
        compare_workers(load, spool, accounts, size)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ACCOUNTS)
