"""Servers in child processes."""

import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Child:
    """A running server and its port on loopback. What it uses is counted with all processes that it started."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of processor time used so far, user and system, by those that ended too."""
        used = 0
        for pid in self._family():
            with suppress(OSError):  # it has ended: its parent counts it
                used += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:15]))
        return used / _TICKS

    def memory(self) -> float:
        """MiB of memory in use now; pages that workers share count for each of them."""
        found = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in self._family()]
        return sum(int(match[1]) for match in found if match) / 1024

    def _family(self) -> list[int]:
        family = [self.pid]
        for pid in family:
            with suppress(OSError):
                family += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return family


@contextmanager
def child(*arguments: str, cores: Collection[int] | None = None, quiet: bool = False) -> Iterator[Child]:
    """A Python program that says on its first line where it listens; it ends with the block.

    It runs on these cores only, where some are given; `quiet` sends its standard error to nowhere.
    """

    def pin() -> None:
        if cores is not None:
            os.sched_setaffinity(0, cores)

    stderr = subprocess.DEVNULL if quiet else None
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, preexec_fn=pin) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r":(\d+)", line)
            if found is None:
                raise SystemExit(f"the server did not say where it listens: {line!r}")
            yield Child(process.pid, int(found[1]))
        finally:
            process.terminate()


@contextmanager
def thimbl_serve(
    spool: Path, *options: str, cores: Collection[int] | None = None, quiet: bool = False
) -> Iterator[Child]:
    """`thimbl serve` on a folder of plans, with further options."""
    arguments = ["serve", "--spool", str(spool), "--listen", "tcp:0:interface=127.0.0.1", *options]
    program = f"import sys; sys.argv[1:] = {arguments!r}; from thimbl.cli.main import run; run()"
    with child("-c", program, cores=cores, quiet=quiet) as served:
        yield served
