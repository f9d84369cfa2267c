"""What these tests put on the stage: people with a home, programs that run beside the test, and plain clients.

Everything is a process of its own, as for a person. Commands and daemons are some that start warm
(`tests.support.warm`), unless a test says `THIMBL`.
Nothing here sleeps: whoever waits, waits for what a process says or for its end, and gives up after `PATIENCE`.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import pytest

from tests.support.warm import warm_thimbl
from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings

PATIENCE = 30.0
"""Seconds: a hundred times what any of it takes, for a machine that is busy with something else."""

MARK = "END_TO_END"
"""The variable by which the processes that a test has started are known for its own, wherever they have gone."""

THIMBL = (sys.executable, "-m", "thimbl")
"""The program as a person starts it."""

IS_ROOT = os.geteuid() == 0


def needs_root(what: str) -> None:
    """Skip the test on a person's machine; fail it where all tests have to run."""
    if IS_ROOT:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what}: this has to run as root, and CI is set.")
    pytest.skip(f"{what}: only root can.")


def environment(home: Path, **more: str) -> dict[str, str]:
    """All variables of a process whose home folder is `home`."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        MARK: str(home),
        **more,
    }


def processes_of(mark: Path) -> list[str]:
    """The command lines of living processes that were started with this mark, by tests or by what they started."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def demonstration(*arguments: str) -> list[str]:
    """`thimbl demo`, started as a person does; but what it starts in its turn, hosts and commands, starts warm."""
    code = (
        "import sys\n"
        "from thimbl.cli.demo.village import Village\n"
        "from thimbl.cli.main import run\n"
        f"Village.program = lambda self, *words: [{str(warm_thimbl())!r}, *words]\n"
        "sys.exit(run())\n"
    )
    return [sys.executable, "-c", code, "demo", *arguments]


class Person:
    """Somebody with a home folder, and what `thimbl` does for them."""

    def __init__(self, home: Path, **environ: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.environ = environment(home, **{"THIMBL_HOME": str(home), **environ})

    @property
    def plan(self) -> Path:
        """The published plan."""
        return self.account.paths.plan

    @property
    def account(self) -> Account:
        """Their account in this process, for what a test needs and is not about: it spares the start of a program."""
        return Account.find(self.environ, time.time, os.urandom)

    def settle(self, address: str, plan: Path | None = None) -> Self:
        """Make an account as `thimbl init` does; the plan may be elsewhere."""
        paths = Paths.find(self.environ)
        settings.save(paths, Settings(Address.parse(address), plan=plan))
        make_key(paths.key, lambda: PrivateKey.from_seed(os.urandom(32)))
        self.account.authoring.describe({"name": address.partition("@")[0].title()})
        with self.account.writer() as writer:
            self.account.remember_all(writer)
        return self

    def has_posted(self, text: str) -> str:
        """Post in this process; the reference."""
        published = self.account.authoring.post(text)
        self.account.remember_published(published)
        return str(published.reference)

    @property
    def fingerprint(self) -> str:
        """Of their key."""
        return self.account.signer().public.fingerprint

    def run(
        self,
        *arguments: str,
        code: int = 0,
        text: str | bytes | None = None,
        before: Sequence[str] = (),
        **environ: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command off a terminal; `text` comes through a pipe. It has to end with `code`, and never in a
        traceback. `before` are words before the command, such as `setpriv …`."""
        done = subprocess.run(
            [*before, *THIMBL, *arguments] if before else [warm_thimbl(), *arguments],
            env={**self.environ, **environ},
            cwd=self.home,
            input=text.encode() if isinstance(text, str) else text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        told = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
        assert told.returncode == code, f"{arguments} ended with {told.returncode}, not {code}:\n{told.stderr}"
        assert "Traceback" not in told.stderr
        assert "fault of the program" not in told.stderr
        return told

    def says(self, *arguments: str, **how: Any) -> str:
        """What a command prints on stdout."""
        return self.run(*arguments, **how).stdout

    def objects(self, *arguments: str, **how: Any) -> list[dict[str, Any]]:
        """What a command prints with `--json`."""
        return [json.loads(line) for line in self.says(*arguments, "--json", **how).splitlines()]

    def texts(self, *arguments: str, **how: Any) -> list[str]:
        """The texts that a list shows."""
        return [item["text"] for item in self.objects(*arguments, **how)]

    def drafts(self) -> dict[str, str]:
        """Texts of drafts, by the names of their files."""
        return {path.name: path.read_text(encoding="utf-8") for path in (self.home / "drafts").glob("*")}


class Running:
    """A process beside the test, whose output is read while it runs."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], **how: Any) -> None:
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
        self.process = subprocess.Popen(arguments, env=environ, bufsize=0, start_new_session=True, **how)
        pipes = [pipe for pipe in (self.process.stdout, self.process.stderr) if pipe is not None]
        self._open = {pipe.fileno(): pipe for pipe in pipes}
        self._heard = {number: bytearray() for number in self._open}
        self._out = pipes[0].fileno()

    @property
    def out(self) -> str:
        """All that it has printed on stdout so far."""
        return self._heard[self._out].decode()

    @property
    def err(self) -> str:
        """All that it has printed on stderr so far."""
        return "".join(text.decode() for number, text in self._heard.items() if number != self._out)

    def until(self, pattern: str, within: Callable[[Self], str] = lambda self: self.out) -> re.Match[str]:
        """Wait until what it printed (or `within` picks of it) has this pattern."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(pattern, within(self))) is None:
            if not self._listen(end):
                pytest.fail(f"{pattern!r} never came.\nstdout: {self.out}\nstderr: {self.err}")
        return found

    def _listen(self, end: float) -> bool:
        """Take up what it says; False when it says no more, or time is up."""
        if not self._open:
            return False
        ready, _, _ = select.select(list(self._open), [], [], max(0.0, end - time.monotonic()))
        for number in ready:
            data = os.read(number, 65536)
            self._heard[number] += data
            if not data:
                self._open.pop(number).close()
        return bool(ready)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for its end and the end of its output; the exit code."""
        end = time.monotonic() + PATIENCE
        while self._open:
            if not self._listen(end):
                pytest.fail(f"It does not end.\nstdout: {self.out}\nstderr: {self.err}")
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in self._open.values():
            pipe.close()


class Daemon(Running):
    """`thimbl serve`, and where it listens. `program` is how it starts: warm, or `THIMBL`."""

    def __init__(
        self,
        who: Person,
        *arguments: str,
        listen: Sequence[str] = ("tcp:0:interface=127.0.0.1",),
        program: Sequence[str] = (),
    ) -> None:
        where = [word for endpoint in listen for word in ("--listen", endpoint)]
        program = program or [str(warm_thimbl())]
        super().__init__([*program, "serve", *arguments, *where], who.environ, cwd=who.home)
        try:
            self.until(rf"(?:Listening on .*\.\n){{{len(listen)}}}")
        except BaseException:
            self.__exit__()
            raise
        self.bound = re.findall(r"Listening on (.*)\.\n", self.out)

    @property
    def port(self) -> int:
        """The first TCP port."""
        return int(self.bound[0].rpartition(":")[2])

    def stop(self) -> None:
        """End it as an administrator does. It has to go cleanly, with nothing to complain about."""
        self.signal(signal.SIGTERM)
        assert self.end() == 0
        assert self.events() <= {"start", "query", "http", "reload", "warning", "stop"}, self.err

    def log(self, event: str) -> list[dict[str, Any]]:
        """The whole lines of its log so far that tell of such an event."""
        return [line for line in self._lines() if line["event"] == event]

    def events(self) -> set[str]:
        """What kinds of lines there are."""
        return {line["event"] for line in self._lines()}

    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines(keepends=True) if line.endswith("\n")]


@contextmanager
def serving(who: Person, *arguments: str, **how: Any) -> Iterator[Daemon]:
    """A daemon for the time of a block, ended cleanly after it."""
    with Daemon(who, *arguments, **how) as daemon:
        yield daemon
        daemon.stop()


class Terminal(Running):
    """A process on a terminal of its own."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], columns: int = 80, **how: Any) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._ours = ours
        # setsid(1) makes the terminal the controlling one: passphrases are asked for at /dev/tty.
        how |= {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        self.process = subprocess.Popen(["setsid", "--ctty", *arguments], env={"TERM": "xterm", **environ}, **how)
        os.close(theirs)
        self._heard = {ours: bytearray()}
        self._out = ours
        self._done = False

    def _listen(self, end: float) -> bool:
        if self._done or not select.select([self._ours], [], [], max(0.0, end - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # that is how Linux tells the end of a terminal that nobody has open
            data = b""
        self._heard[self._ours] += data
        self._done = not data
        return True

    def answer(self, question: str, text: str) -> None:
        """Wait for this to be asked, then type a line. What was printed before counts no more."""
        found = self.until(question)
        del self._heard[self._ours][: len(self.out[: found.end()].encode())]
        os.write(self._ours, text.encode() + b"\n")

    def end(self) -> int:
        """Wait for its end; the exit code."""
        end = time.monotonic() + PATIENCE
        while not self._done:
            if not self._listen(end):
                pytest.fail(f"It does not end.\nIt says: {self.out}")
        return self.process.wait(PATIENCE)

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)


def thimbl_on_terminal(who: Person, *arguments: str, **environ: str) -> Terminal:
    """`thimbl` on a terminal."""
    return Terminal([*THIMBL, *arguments], {**who.environ, **environ}, cwd=who.home)


def ask(port: int, query: str, host: str = "127.0.0.1") -> bytes:
    """What a plain client gets: a line out, and all that comes back."""
    with socket.create_connection((host, port), timeout=PATIENCE) as client:
        client.sendall(query.encode() + b"\r\n")
        return everything(client)


def everything(client: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)
