"""Console examples: the fenced ``console`` blocks of a Markdown file, run as they are written.

- A line that begins with ``$ `` is a command. After a trailing backslash the next line continues it; a here-document
  follows on lines that begin with ``> ``, as a shell shows them.
- The lines that follow are what it prints, stdout and stderr together: all of it. ``...`` alone on a line stands for
  any number of lines, ``...`` within a line for any text. White space at the end of a line does not count.
- A command succeeds. One that is meant to fail is followed by ``$ echo $?``, which shows its status.
- A command that ends with ``&`` goes on in the background, and the next one waits until it has printed what is shown
  (or a first line, where nothing is).
- The blocks of a file are one session: one bash, begun in an empty home folder and ended with all that it started.

Nothing is skipped: what looks like an example and cannot be read as one is an `ExampleError`.
"""

import difflib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from tests.support.warm import warm_thimbl

COMMAND_SECONDS = 60.0  # no example of a document should keep its reader waiting longer
READY_SECONDS = 20.0  # for a daemon's first line: a cold start on a busy machine takes two

# The hosts that the examples speak of, each on a free port of this machine; $FIELDS_PORT and so on tell which.
HOSTS = ("fields", "dairy", "mill", "oven")

# By this variable the processes of a session are known for its own, wherever they have gone.
_MARK = "CONSOLE_SESSION"

_FENCE = re.compile(r"^ *(?P<fence>`{3,}|~{3,}) *(?P<info>[^`]*)$")
_HERE_DOCUMENT = re.compile(r"(?<!<)<<(?P<tabs>-?)\s*(?P<quote>['\"]?)(?P<end>\w+)(?P=quote)")
# What a person might call such a block instead, and so keep it from being run.
_SHELL_LANGUAGES = frozenset({"bash", "sh", "shell", "shell-session", "sh-session", "terminal", "zsh"})


class ExampleError(Exception):
    """A console example that cannot be read as one; the message begins with file:line."""


@dataclass(frozen=True, slots=True)
class Example:
    """One command as a document shows it, with the line number (from 1) that it stands on."""

    line: int
    command: str
    expected: tuple[str, ...]

    @property
    def background(self) -> bool:
        """Whether the command goes on while the next one runs."""
        return self.command.endswith("&") and not self.command.endswith("&&")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced ``console`` block, with the line number (from 1) of its opening fence."""

    line: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example printed, and why that will not do (empty when it will)."""

    example: Example
    printed: tuple[str, ...]
    complaint: str = ""

    def describe(self, name: str) -> str:
        """The complaint for people: file:line, the command, and shown against printed as a diff."""
        diff = difflib.unified_diff(self.example.expected, self.printed, "shown", "printed", lineterm="", n=9)
        return "\n".join([f"{name}:{self.example.line}: $ {self.example.command}", f"  {self.complaint}", *diff])


def read_blocks(text: str, name: str) -> list[Block]:
    """The ``console`` blocks of a Markdown text; `name` is what errors call the file."""
    blocks = []
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if not (opening := _FENCE.match(line)):
            continue
        info = opening["info"].strip()
        indent = len(line) - len(line.lstrip(" "))
        body: list[tuple[int, str]] = []
        for inner_number, inner in lines:
            if _closes(inner, opening["fence"]):
                break
            body.append((inner_number, inner[min(indent, len(inner) - len(inner.lstrip(" "))) :]))
        else:
            raise ExampleError(f"{name}:{number}: this fence is never closed")
        if info == "console":
            blocks.append(Block(number, tuple(_read_examples(body, name, number))))
        elif info.split()[:1] == ["console"]:
            raise ExampleError(f"{name}:{number}: the fence of an example says 'console' alone, not {info!r}")
        elif info.lower() in _SHELL_LANGUAGES:
            raise ExampleError(f"{name}:{number}: no test runs a {info!r} block; make it a 'console' one")
    return blocks


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}


def _read_examples(body: Sequence[tuple[int, str]], name: str, fence: int) -> Iterator[Example]:
    if not body or not body[0][1].startswith("$ "):
        raise ExampleError(f"{name}:{fence}: a console block begins with a command")
    lines = list(reversed(body))
    while lines:
        number, line = lines.pop()
        command = [line.removeprefix("$ ")]
        while (more := _wants_more(command)) and lines and (more == "\\" or lines[-1][1][:2].rstrip() == ">"):
            _, line = lines.pop()
            command.append(line[2:] if line[:2].rstrip() == ">" else line)
        if more:
            raise ExampleError(f"{name}:{number}: after {more} the command goes on, but no '> ' line follows")
        expected = []
        while lines and not lines[-1][1].startswith("$ "):
            expected.append(lines.pop()[1])
        yield Example(number, "\n".join(command).rstrip(), tuple(_trimmed(expected)))


def _wants_more(command: Sequence[str]) -> str:
    """What keeps a command open: a backslash, the beginning of a here-document, or nothing (the empty string)."""
    if opening := _HERE_DOCUMENT.search(command[0]):
        ended = any((line.lstrip("\t") if opening["tabs"] else line) == opening["end"] for line in command[1:])
        return "" if ended else opening[0]
    return "\\" if command[-1].endswith("\\") else ""


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without white space at the ends of lines, and without empty lines at the end."""
    trimmed = [line.rstrip() for line in lines]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def matches(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether `printed` is what `expected` shows, with ``...`` as above. Time is quadratic at worst."""
    here = there = 0
    star, resume = -1, 0  # the last '...' line met, and the printed line to take up from when it must swallow one more
    while there < len(printed):
        if here < len(expected) and expected[here] == "...":
            star, resume = here, there
            here += 1
        elif here < len(expected) and _line_matches(expected[here], printed[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            resume += 1
            here, there = star + 1, resume
        else:
            return False
    return all(line == "..." for line in expected[here:])


def _line_matches(expected: str, printed: str) -> bool:
    if "..." not in expected:
        return expected == printed
    first, *middle, last = expected.split("...")
    if len(printed) < len(first) + len(last) or not (printed.startswith(first) and printed.endswith(last)):
        return False
    at, end = len(first), len(printed) - len(last)
    for part in middle:
        found = printed.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def free_ports(count: int) -> list[int]:
    """TCP ports of 127.0.0.1 on which nothing listened a moment ago, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def sandbox_environment(home: Path) -> dict[str, str]:
    """All variables of a session: this virtual environment first in PATH, and routes to the hosts of the examples."""
    programs = [str(warm_thimbl().parent), str(Path(sys.executable).parent)]
    path = [*programs, "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    ports = dict(zip(HOSTS, free_ports(len(HOSTS)), strict=True))
    return {
        "HOME": str(home),
        "USER": "ana",
        "LOGNAME": "ana",
        "PATH": os.pathsep.join(path),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "CHECKOUT": str(Path(__file__).resolve().parents[2]),
        "THIMBL_ROUTES": ",".join(f"{host}.example=127.0.0.1:{port}" for host, port in ports.items()),
        **{f"{host.upper()}_PORT": str(port) for host, port in ports.items()},
    }


# Reads the names of scripts from one descriptor, runs each in this shell, and writes its status to another. A script
# sees `$?` of the one before, and inherits neither descriptor.
_DRIVER = """
status=0
remember() {{ return "$1"; }}
while IFS= read -r -u {commands} script; do
    remember "$status"
    . "$script" </dev/null >"$script.out" 2>&1 {commands}<&- {statuses}>&-
    status=$?
    echo "$status" >&{statuses}
done
"""


class Session:
    """One bash in the folder `home`. `run` gives it commands; leaving the `with` ends it and all that it started."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._scratch = home.with_name(home.name + ".session")
        self._scratch.mkdir()
        self._count = 0
        self._over = False
        self._background: list[_Background] = []
        commands, self._commands = os.pipe()
        self._statuses, statuses = os.pipe()
        try:
            self._bash = subprocess.Popen(
                ["/bin/bash", "--noprofile", "--norc", "-c", _DRIVER.format(commands=commands, statuses=statuses)],
                cwd=home,
                env={**environment, _MARK: str(self._scratch)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(commands, statuses),
                start_new_session=True,
            )
        finally:
            os.close(commands)
            os.close(statuses)

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        self._bash.wait()
        for background in self._background:
            background.join()
        os.close(self._commands)
        os.close(self._statuses)
        shutil.rmtree(self._scratch)

    def run(self, example: Example) -> tuple[Outcome, int | None]:
        """Run one example: its outcome, and its exit status (None when it gave none)."""
        if self._over:
            return Outcome(example, (), "an earlier command ended the shell"), None
        self._count += 1
        script = self._scratch / str(self._count)
        script.write_text(example.command + "\n", encoding="utf-8")
        output = Path(f"{script}.out")
        background = None
        if example.background:
            background = _Background(output)
            self._background.append(background)
        os.write(self._commands, f"{script}\n".encode())
        done, _, _ = select.select([self._statuses], [], [], COMMAND_SECONDS)
        if not done:
            self._over = True
            self._kill()
            return Outcome(example, (), f"not done after {COMMAND_SECONDS:.0f} s; the session was ended"), None
        answer = os.read(self._statuses, 16)
        self._over = not answer
        if background and answer:
            return background.outcome(example), 0
        printed = tuple(_trimmed(_decoded(b"" if background else output.read_bytes())))
        if not answer:
            return Outcome(example, printed, "the command ended the shell"), None
        complaint = "" if matches(example.expected, printed) else "printed something else than is shown"
        return Outcome(example, printed, complaint), int(answer)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._bash.pid, signal.SIGKILL)
        # What has left the process group, as ssh-agent does, still carries the mark.
        mark = f"{_MARK}={self._scratch}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)


class _Background:
    """The output of a command that goes on: a thread reads it to its end, so that the command waits for no reader."""

    def __init__(self, fifo: Path) -> None:
        os.mkfifo(fifo)
        # Opened before the shell opens its end, without waiting for it; read only after.
        self._descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self._changed = threading.Condition()
        self._printed = b""
        self._ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)

    def outcome(self, example: Example) -> Outcome:
        """Wait until what is shown has been printed, the command has ended, or `READY_SECONDS` have passed."""
        os.set_blocking(self._descriptor, True)
        self._thread.start()
        expected = [*(example.expected or ["..."]), "..."]
        deadline = time.monotonic() + READY_SECONDS
        with self._changed:
            while True:
                printed = tuple(_trimmed(_decoded(self._printed.rpartition(b"\n")[0])))
                if printed and matches(expected, printed):
                    return Outcome(example, printed)
                if self._ended:
                    return Outcome(example, printed, "ended without having printed what is shown")
                if not self._changed.wait(deadline - time.monotonic()):
                    return Outcome(example, printed, f"had not printed what is shown after {READY_SECONDS:.0f} s")

    def _read(self) -> None:
        while chunk := os.read(self._descriptor, 65536):
            with self._changed:
                self._printed += chunk
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the end of the output, which comes with the end of the command; then let go of it."""
        if self._thread.ident is not None:
            self._thread.join()
        os.close(self._descriptor)


def _decoded(output: bytes) -> list[str]:
    return output.decode("utf-8", errors="backslashreplace").split("\n")


def run_blocks(blocks: Sequence[Block], home: Path) -> list[Outcome]:
    """Run the blocks of one file, in order, in one session that begins in the empty folder `home`."""
    outcomes = []
    with Session(home, sandbox_environment(home)) as session:
        for block in blocks:
            for example, following in zip(block.examples, [*block.examples[1:], None], strict=True):
                outcome, status = session.run(example)
                expected_to_fail = following is not None and following.command == "echo $?"
                if status and not outcome.complaint and not expected_to_fail:
                    outcome = replace(outcome, complaint=f"failed with status {status}, and no 'echo $?' follows")
                outcomes.append(outcome)
    return outcomes
