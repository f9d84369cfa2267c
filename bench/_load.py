"""The load generator: `tools/fingerload.c`, compiled into a temporary folder, on a core of its own."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

from bench._children import Child

_SOURCE = Path(__file__).parent / "tools" / "fingerload.c"


def cores() -> tuple[set[int] | None, set[int] | None]:
    """Cores for a server of one process, and for the generator; None, None where there is but one."""
    available = sorted(os.sched_getaffinity(0))
    return ({available[0]}, {available[-1]}) if len(available) > 1 else (None, None)


@dataclass(frozen=True)
class Result:
    """What one run of the generator saw. Times are in milliseconds."""

    rate: float
    p50: float
    p99: float
    wrong: int
    """Answers that were not the plan: refused, limited, cut or reset."""
    cpu: float
    """Microseconds of the server's processor time for one answer."""


def middle(results: list[Result]) -> Result:
    """The median of each figure, and the sum of what went wrong."""
    columns = [[result.rate, result.p50, result.p99, result.cpu] for result in results]
    rate, p50, p99, cpu = (median(column) for column in zip(*columns, strict=True))
    return Result(rate, p50, p99, sum(result.wrong for result in results), cpu)


class Generator:
    """The compiled program."""

    def __init__(self, folder: Path) -> None:
        compiler = which("cc") or which("gcc")
        if compiler is None:
            raise SystemExit("The load generator is a C program: install a compiler (on Debian: apt install gcc).")
        self._program = folder / "fingerload"
        subprocess.run([compiler, "-O2", "-o", str(self._program), str(_SOURCE)], check=True)

    def begin(self, port: int, at_once: int, pattern: str, names: int, size: int, *amount: str) -> Any:
        """Start it; `amount` is `-d SECONDS` or `-n QUERIES`. `size` is what a right answer has; 0: any."""
        options = f"-j -w 0.2 -p {port} -c {at_once} -N {names} -s {size}".split()
        command = [str(self._program), *options, "-q", pattern, *amount]

        def pin() -> None:
            if (core := cores()[1]) is not None:
                os.sched_setaffinity(0, core)

        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=pin)

    def run(
        self, server: Child, at_once: int, pattern: str, names: int = 1, size: int = 0, seconds: float = 1
    ) -> Result:
        """Ask for so long, and say what came."""
        before = server.cpu()
        with self.begin(server.port, at_once, pattern, names, size, "-d", str(seconds)) as process:
            seen = json.loads(process.communicate()[0])
        used = server.cpu() - before
        # What was served while the generator warmed up and wound down is in the processor time, not in its count.
        answers = seen["ok"] * (seen["secs"] + 0.2) / seen["secs"]
        return Result(seen["rps"], seen["p50"], seen["p99"], wrong(seen), used / max(1, answers) * 1e6)


def wrong(seen: dict[str, Any]) -> int:
    """Of what the generator counted, whatever was not the right answer in time."""
    return sum(seen[what] for what in ("bad", "refused", "reset", "noport", "slow1s", "starved"))


def ask(port: int, query: str) -> bytes:
    """One whole answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(query.encode() + b"\r\n")
        return b"".join(iter(lambda: connection.recv(65536), b""))
