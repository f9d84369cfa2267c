"""Servers in child processes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Child:
    """A running server and its port on loopback."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of processor time used so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def child(*arguments: str) -> Iterator[Child]:
    """A Python program that says on its first line where it listens; it ends with the block."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
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
def thimbl_serve(spool: Path) -> Iterator[Child]:
    """`thimbl serve` on a folder of plans."""
    arguments = ["serve", "--spool", str(spool), "--listen", "tcp:0:interface=127.0.0.1"]
    with child("-c", f"import sys; sys.argv[1:] = {arguments!r}; from thimbl.cli.main import run; run()") as served:
        yield served
