"""How soon the terminal UI shows its first row, and how soon it answers a key, beside a bare Textual application.

Both run in a terminal of 100 by 30 cells that is nothing but a pipe to this program; they take turns. What is timed
begins with the start of the process or with the byte of the key, and ends when the text that it leads to has been
written to the terminal: the first row, or the number of the row that is selected then. The store has 100,000 posts
of 100 followed people. Memory is looked at while a writer brings what an hour of fetching brings: see `hour`.
"""

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench._authors import machine
from bench.startup import POSTS, fill
from thimbl.home.account import Account
from thimbl.home.durable import try_lock

ROUNDS: Final = 5
KEYS: Final = 200
COLUMNS: Final = 100
LINES: Final = 30

PAINT_GOAL: Final = 0.5
"""Seconds beyond the bare application's first row."""

KEY_GOAL: Final = 0.050
"""Seconds from any key to its effect."""

PATIENCE: Final = 60.0

REST: Final = 3.0
"""Seconds after which a program that writes all the time is taken as it is."""

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(?:\x1b\\|\x07)|[@-Z\\-_])", re.DOTALL)


class Terminal:
    """A program on a terminal that nobody sees."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._ours, self._heard = ours, b""
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env={**environ, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        while self._read(PATIENCE):
            pass
        self.process.wait(PATIENCE)
        os.close(self._ours)

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._ours, 1 << 20)
        except OSError:  # that is how Linux tells the end of a terminal
            return b""

    def until(self, text: str) -> float:
        """Wait for a text; when it was there."""
        wanted = text.encode()
        while wanted not in _ESCAPES.sub(b"", self._heard):
            if not (data := self._read(PATIENCE)):
                raise SystemExit(f"{text!r} never came; the last was {_ESCAPES.sub(b'', self._heard)[-2000:].decode()}")
            self._heard = self._heard[-(1 << 16) :] + data
        return time.perf_counter()

    def press(self, key: str, text: str) -> float:
        """Seconds from a key to a text."""
        self.rest()
        begun = time.perf_counter()
        os.write(self._ours, key.encode())
        return self.until(text) - begun

    def rest(self, seconds: float = 0.05) -> None:
        """Wait until nothing is written for a moment, and forget all that was."""
        end = time.perf_counter() + max(REST, seconds)
        while time.perf_counter() < end and self._read(seconds):
            pass
        self._heard = b""

    @property
    def memory(self) -> float:
        """MiB in use now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


@contextmanager
def furnished() -> Iterator[dict[str, str]]:
    """The environment of an account whose store is full, and whose poller another process seems to be."""
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as folder:
        home = Path(folder) / "home"
        fill(home)
        environ = {**os.environ, "THIMBL_HOME": str(home)}
        held = try_lock(Account.find(environ, time.time, os.urandom).paths.lock)
        assert held is not None
        yield environ
        os.close(held)


def paint(contenders: Mapping[str, list[str]], environ: Mapping[str, str]) -> dict[str, list[float]]:
    """Seconds to the first row, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, command in contenders.items():
            with Terminal(command, environ) as terminal:
                taken[name].append(terminal.until("about leeks") - terminal.begun)
                terminal.rest(0.3)
    return {name: times[1:] for name, times in taken.items()}  # the first of each warms the disk


def keys(command: list[str], environ: Mapping[str, str]) -> dict[str, list[float]]:
    """Seconds from each key to what it leads to."""
    with Terminal(command, environ) as terminal:
        terminal.until("about leeks")
        terminal.rest(1.0)
        steps = [terminal.press("j", f"{row:,} of {POSTS:,}") for row in range(2, KEYS + 2)]
        end = [terminal.press("G", f"{POSTS:,} of {POSTS:,}")]
    return {"j": steps, "G": end}


def views(command: list[str], environ: Mapping[str, str]) -> dict[str, list[float]]:
    """Seconds from each key of ours that opens something to what it opens."""
    ways = {
        "2": "Mentions · ",
        "3": "Bonds · ",
        "4": "Commune",
        "5": "Following · ",
        "7": "Log",
        "1": "Timeline · ",
        "t": "Thread · ",
        "\x1b": "Timeline · ",
        "u": "@host",
        "?": "Keys",
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    with Terminal(command, environ) as terminal:
        terminal.until("about leeks")
        terminal.rest(1.0)
        for _ in range(ROUNDS):
            for key, text in ways.items():
                taken[key].append(terminal.press(key, text))
                terminal.rest(0.5)
            for _ in range(2):
                terminal.press("\x1b", "")
                terminal.rest(0.5)
    return taken


def milliseconds(times: Sequence[float]) -> str:
    """Median and most."""
    return f"median {statistics.median(times) * 1000:5.0f} ms, most {max(times) * 1000:5.0f} ms"


def main() -> None:
    """Measure and print."""
    bare = [sys.executable, str(Path(__file__).with_name("_bare_tui.py")), str(POSTS)]
    ours = [sys.executable, "-m", "thimbl", "tui"]
    print(f"The terminal UI, {POSTS:,} posts stored, {ROUNDS} rounds; {machine('textual')}")
    with furnished() as environ:
        first = paint({"bare Textual": bare, "thimbl tui": ours}, environ)
        for name, times in first.items():
            print(f"  first row     {name:<14} {milliseconds(times)}")
        beyond = statistics.median(first["thimbl tui"]) - statistics.median(first["bare Textual"])
        print(f"  beyond it     {beyond * 1000:.0f} ms{'' if beyond < PAINT_GOAL else f', goal {PAINT_GOAL} s MISSED'}")
        for name, command in {"bare Textual": bare, "thimbl tui": ours}.items():
            for key, times in keys(command, environ).items():
                print(f"  key {key:<9} {name:<14} {milliseconds(times)}")
        for key, times in views(ours, environ).items():
            missed = "" if statistics.median(times) < KEY_GOAL else f", goal {KEY_GOAL} s MISSED"
            print(f"  key {key!r:<9} {'thimbl tui':<14} {milliseconds(times)}{missed}")
        hour = subprocess.run([sys.executable, "-m", "bench._tui_hour"], env=environ, stdout=subprocess.PIPE, text=True)
        for minute, memory in (line.split() for line in hour.stdout.splitlines()):
            print(f"  memory        after {minute:>2} minutes of fetching {memory} MiB")


if __name__ == "__main__":
    main()
