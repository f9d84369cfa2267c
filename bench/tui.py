"""How soon the terminal UI shows its first row, and how soon it answers a key, beside a bare Textual application.

Both run in a terminal of 100 by 30 cells that is nothing but a pipe to this program; they take turns. What is timed
begins with the start of the process or with the byte of the key, and ends when the text that it leads to has been
written to the terminal: the first row, the number of the row that is selected then, or what a view begins with. Beside
the clock's time stands the processor's, of all threads, which another program on the machine changes less.

The store has 100,000 posts of 100 followed people, and no commune; at the end a commune of some 7,000 records is put
beside them, and its books are gone about. To read those for the first time takes what `bench/ledger.py` says, which is
the first press of `4`. Memory is looked at while a writer brings what an
hour of fetching brings: see `bench/_tui_hour.py`.
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
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from bench._authors import machine
from bench._history import SMALL, history, keep
from bench.startup import POSTS, fill
from thimbl.home.account import Account
from thimbl.home.durable import try_lock

BARE: Final = "bare Textual"
OURS: Final = "thimbl tui"

NAMES: Final = {"\x1b": "Esc", "\r": "Enter"}

ROUNDS: Final = 5
KEYS: Final = 200
COLUMNS: Final = 100
LINES: Final = 30

PAINT_GOAL: Final = 0.5
"""Seconds beyond the bare application's first row."""

KEY_GOAL: Final = 0.050
"""Seconds from any key to its effect."""

PATIENCE: Final = 20.0
"""Seconds after which what has not come is taken as never coming."""

IDLE: Final = 2.0
"""Seconds from the first row to the first key: what waits until the first screen stands has been done then."""

REST: Final = 3.0
"""Seconds after which a program that writes all the time is taken as it is."""

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(?:\x1b\\|\x07)|[@-Z\\-_])", re.DOTALL)


class Taken(NamedTuple):
    """How long something took."""

    clock: float
    """Seconds."""
    processor: float
    """Likewise, of all threads of the process."""


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
        wanted, end = text.encode(), time.perf_counter() + PATIENCE
        while wanted not in _ESCAPES.sub(b"", self._heard):
            if time.perf_counter() > end or not (data := self._read(PATIENCE)):
                raise SystemExit(f"{text!r} never came; the last was {_ESCAPES.sub(b'', self._heard)[-2000:].decode()}")
            self._heard = self._heard[-(1 << 16) :] + data
        return time.perf_counter()

    def first(self, text: str) -> Taken:
        """From the start of the process to a text."""
        clock = self.until(text) - self.begun
        return Taken(clock, self.spent)

    def press(self, key: str, text: str) -> Taken:
        """From a key to a text."""
        self.rest()
        begun, spent = time.perf_counter(), self.spent
        os.write(self._ours, key.encode())
        clock = self.until(text) - begun
        return Taken(clock, self.spent - spent)

    @property
    def spent(self) -> float:
        """Seconds of processor time up to now (proc(5), `schedstat`)."""
        whole = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):  # it has ended meanwhile
                whole += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
        return whole / 1e9

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


def paint(contenders: Mapping[str, list[str]], environ: Mapping[str, str]) -> dict[str, list[Taken]]:
    """To the first row, in turns."""
    taken: dict[str, list[Taken]] = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, command in contenders.items():
            with Terminal(command, environ) as terminal:
                taken[name].append(terminal.first("about leeks"))
                terminal.rest(0.3)
    return {name: times[1:] for name, times in taken.items()}  # the first of each warms the disk


def keys(contenders: Mapping[str, list[str]], environ: Mapping[str, str]) -> dict[tuple[str, str], list[Taken]]:
    """From each key to what it leads to, in turns."""
    taken: dict[tuple[str, str], list[Taken]] = {}
    with ExitStack() as stack:
        terminals = {name: stack.enter_context(Terminal(command, environ)) for name, command in contenders.items()}
        for terminal in terminals.values():
            terminal.until("about leeks")
            terminal.rest(IDLE)
        for row in range(2, KEYS + 2):
            for name, terminal in terminals.items():
                taken.setdefault(("j", name), []).append(terminal.press("j", f"{row:,} of {POSTS:,}"))
        for name, terminal in terminals.items():
            taken["G", name] = [terminal.press("G", f"{POSTS:,} of {POSTS:,}")]
            if name != BARE:
                terminal.press("g", f" 1 of {POSTS:,}")  # where it begins next time
    return taken


BARE_WAYS: Final = (("d", "Keep this"), ("\x1b", "about leeks"))
"""Keys of the bare application that open something, and leave it."""

POSTS_WAYS: Final = (
    ("2", "nothing here"),
    ("3", "No bonds are for sale"),
    ("4", "No commune is here yet"),
    ("5", "Following · 1 of 100"),
    ("7", "Nobody was asked yet"),
    ("1", "about leeks"),
    ("t", "Thread · 1 of 1"),
    ("q", "about leeks"),
    ("u", "example · 1 of"),
    ("\x1b", "Timeline, followed · "),
    ("c", "Keep as draft"),
    ("\x1b", "about leeks"),
    ("r", "Keep as draft"),
    ("\x1b", "about leeks"),
    (":", "any words"),
    ("\x1b", "about leeks"),
    ("v", "The record, as it was signed"),
    ("\x1b", "about leeks"),
    ("K", "The key of"),
    ("\x1b", "about leeks"),
    ("y", "the reference"),
    ("\x1b", "about leeks"),
    ("m", "Mute what?"),
    ("\x1b", "about leeks"),
    ("F", "followed, unread · "),
    ("F", "Timeline, followed · "),
    ("?", "In the list"),
    ("q", "about leeks"),
)
"""Keys, and what each leads to: among posts, of which each is opened at the first."""

BOOKS_WAYS: Final = (
    ("4", "300 members"),
    ("]", "Works at"),
    ("]", "Outstanding"),
    ("j", "2 of 40"),
    ("\r", "of the face is paid back"),
    ("\x1b", "Outstanding"),
    ("w", "It comes from these"),
    ("\x1b", "2 of 40"),
    ("k", "1 of 40"),
    ("[", "Works at"),
    ("[", "300 members"),
    ("3", "[For sale]"),
    ("]", "[Running 37]"),
    ("[", "[For sale]"),
    ("1", "about leeks"),
)
"""Likewise in the books of a commune."""


def views(command: list[str], environ: Mapping[str, str], ways: Sequence[tuple[str, str]]) -> dict[str, list[Taken]]:
    """From each key that opens something to the first words of that; the first press of each is one of them."""
    taken: dict[str, list[Taken]] = {}
    with Terminal(command, environ) as terminal:
        terminal.until("about leeks")
        terminal.rest(IDLE)
        for _ in range(ROUNDS):
            for key, text in ways:
                taken.setdefault(key, []).append(terminal.press(key, text))
                terminal.rest(0.3)
    return taken


def commune(environ: Mapping[str, str]) -> None:
    """Put the logs of a commune into the store."""
    keep(history(*SMALL), Account.find(environ, time.time, os.urandom).paths.store)


def told(times: Sequence[Taken]) -> str:
    """Median and most, and of the processor's the median."""
    clock = [one.clock * 1000 for one in times]
    processor = statistics.median(one.processor for one in times) * 1000
    return f"median {statistics.median(clock):5.0f} ms, most {max(clock):5.0f} ms, processor {processor:5.0f} ms"


def missed(times: Sequence[Taken], goal: float) -> str:
    """That the median misses a goal, where it does."""
    return "" if statistics.median(one.clock for one in times) < goal else f", goal {goal * 1000:.0f} ms MISSED"


def main() -> None:
    """Measure and print."""
    bare = [sys.executable, str(Path(__file__).with_name("_bare_tui.py")), str(POSTS)]
    ours = [sys.executable, "-m", "thimbl", "tui"]
    contenders = {BARE: bare, OURS: ours}
    print(f"The terminal UI, {POSTS:,} posts stored, {ROUNDS} rounds; {machine('textual')}")
    with furnished() as environ:
        first = paint(contenders, environ)
        for name, times in first.items():
            print(f"  first row     {name:<14} {told(times)}")
        pairs = zip(first[OURS], first[BARE], strict=True)
        beyond = [Taken(mine.clock - its.clock, mine.processor - its.processor) for mine, its in pairs]
        print(f"  beyond it     {'':<14} {told(beyond)}{missed(beyond, PAINT_GOAL)}")
        for (key, name), times in keys(contenders, environ).items():
            print(f"  key {key:<9} {name:<14} {told(times)}{missed(times, KEY_GOAL)}")
        for key, times in views(bare, environ, BARE_WAYS).items():
            print(f"  key {NAMES.get(key, key):<9} {BARE:<14} {told(times)}")
        for key, times in views(ours, environ, POSTS_WAYS).items():
            print(f"  key {NAMES.get(key, key):<9} {OURS:<14} {told(times)}{missed(times, KEY_GOAL)}")
        hour = subprocess.run(
            [sys.executable, "-m", "bench._tui_hour"], env=environ, stdout=subprocess.PIPE, text=True, check=True
        )
        for minute, memory in (line.split() for line in hour.stdout.splitlines()):
            print(f"  memory        after {minute:>2} minutes of fetching {memory} MiB")
        members, series, months = SMALL
        print(f"With a commune of {members} members, {series} series and {months} months beside the posts")
        commune(environ)
        for key, times in views(ours, environ, BOOKS_WAYS).items():
            print(f"  key {NAMES.get(key, key):<9} {OURS:<14} {told(times)}{missed(times, KEY_GOAL)}")


if __name__ == "__main__":
    main()
