"""A conversation with `sh` on another host, through the system's own `ssh`.

- `ssh` asks for passwords and about host keys on the terminal itself; here its input and output are the far shell's.
- Both directions are moved at once, so that neither side waits for the other with full buffers.
- What the far side says is a stranger's: it is bounded, and nothing of it is shown but `told`, for whoever escapes it.
- It begins with whatever the far side's start-up files print; lines that count begin with a nonce.
"""

import os
import secrets
import selectors
import shlex
import subprocess
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from thimbl.home.errors import HomeError

SILENCE: Final = 120.0
"""Seconds without a byte in either direction after which a conversation is given up: longer than a far side takes to
write its buffers to a busy disk. Before the first answer there is no limit: a person may be typing a password."""

MAX_LINE: Final = 4096
"""Bytes of a line that is looked at."""

MAX_UNASKED: Final = 1024 * 1024
"""Bytes that the far side may print and that are no answer: a long message of the day, and no flood."""

MAX_TOLD: Final = 4096
"""Bytes of stderr that are kept, the last ones: they say why it failed."""

HIGH_WATER: Final = 256 * 1024
"""Bytes that wait to be sent, from which on whoever sends has to wait."""

CLOSING: Final = 10.0
"""Seconds for ssh to end after the conversation is over."""

SSH_FAILED: Final = 255
"""The exit status of ssh where ssh itself is at fault (ssh(1), "Exit status")."""

_BLOCK: Final = 64 * 1024


class ShellEnded(HomeError):
    """The far shell can not be reached, or went away."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


class FarShell:
    """`sh` on another host. Use it in a `with`: leaving it ends what it started."""

    def __init__(self, program: str, where: str, *, silence: float = SILENCE) -> None:
        """`program` is `ssh` and its options, in one string; `where` is what it calls the host. Raises `ShellEnded`."""
        self.nonce = secrets.token_hex(16)
        self._argv = [*_words(program), where, "exec sh"]
        self._silence = silence
        self._out: deque[memoryview] = deque()
        self._waiting = 0
        self._in = bytearray()
        self._told = bytearray()
        self._unasked = 0
        self._heard = False
        try:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
            )
        except OSError as error:
            name = self._argv[0]
            raise ShellEnded(
                f"{name!r} can not be run ({error.strerror}): install OpenSSH's client, or say with --ssh what connects"
            ) from None
        self._selector = selectors.DefaultSelector()
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream, False)
        for stream in (self._stdout, self._stderr):
            self._selector.register(stream, selectors.EVENT_READ)

    @property
    def _stdin(self) -> int:
        assert self._process.stdin is not None, "it is a pipe"
        return self._process.stdin.fileno()

    @property
    def _stdout(self) -> int:
        assert self._process.stdout is not None, "it is a pipe"
        return self._process.stdout.fileno()

    @property
    def _stderr(self) -> int:
        assert self._process.stderr is not None, "it is a pipe"
        return self._process.stderr.fileno()

    @property
    def told(self) -> str:
        """The last of what ssh and the far side said of themselves."""
        return self._told.decode("utf-8", "replace").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        if kind is not None:
            self._process.terminate()
        try:
            self._process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def say(self, data: bytes) -> None:
        """Send `data`; it may be on its way yet when this returns. Raises `ShellEnded`."""
        self._out.append(memoryview(data))
        self._waiting += len(data)
        self._selector_for_writing()
        while self._waiting > HIGH_WATER:
            self._move()

    def hear(self) -> list[str]:
        """The words of the next line that begins with the nonce, without it. Raises `ShellEnded`."""
        mark = self.nonce.encode("ascii") + b" "
        while True:
            line = self._upto(b"\n", MAX_LINE)
            if line.startswith(mark):
                self._heard = True
                return line[len(mark) :].decode("utf-8", "replace").split()
            self._unasked += len(line) + 1
            if self._unasked > MAX_UNASKED:
                raise ShellEnded("The far side prints without end, and no shell answers.", self.told)

    def hear_text(self, limit: int) -> bytes:
        """All up to a line of the nonce and ``end``, without the line end before it; at most `limit` bytes."""
        return self._upto(f"\n{self.nonce} end\n".encode("ascii"), limit)

    def _upto(self, end: bytes, limit: int) -> bytes:
        start = 0
        while (at := self._in.find(end, start)) < 0 and len(self._in) <= limit:
            start = max(0, len(self._in) - len(end))
            self._move()
        if at < 0 or at > limit:
            raise ShellEnded("The far side says more than it was asked for.", self.told)
        taken = bytes(self._in[:at])
        del self._in[: at + len(end)]
        return taken

    def _selector_for_writing(self) -> None:
        registered = self._stdin in self._selector.get_map()
        if self._out and not registered:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        elif not self._out and registered:
            self._selector.unregister(self._stdin)

    def _move(self) -> None:
        """Move some bytes in either direction. Raises `ShellEnded` where the far side is gone, or says nothing."""
        patience = self._silence if self._heard else None
        ready = self._selector.select(patience)
        if not ready:
            raise ShellEnded(f"Not a byte came for {self._silence:.0f} seconds: the connection is dead.", self.told)
        for key, _ in ready:
            if key.fd == self._stdin:
                self._write()
        for key, _ in ready:
            if key.fd == self._stderr:
                self._read_stderr()
        for key, _ in ready:
            if key.fd == self._stdout:
                self._read()

    def _write(self) -> None:
        try:
            written = os.write(self._stdin, self._out[0][:_BLOCK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            # It has ended: what it said last says why, and is read next.
            self._out.clear()
            self._waiting = 0
        else:
            self._waiting -= written
            self._out[0] = self._out[0][written:]
            if not self._out[0]:
                self._out.popleft()
        self._selector_for_writing()

    def _read_stderr(self) -> None:
        if data := os.read(self._stderr, _BLOCK):
            self._told = (self._told + data)[-MAX_TOLD:]
        else:
            self._selector.unregister(self._stderr)

    def _read(self) -> None:
        if data := os.read(self._stdout, _BLOCK):
            self._in += data
            return
        status = self._end()
        if self._heard:
            raise ShellEnded("The connection was lost before all was there.", self.told)
        if status == SSH_FAILED:
            raise ShellEnded("ssh could not connect.", self.told)
        raise ShellEnded(f"There is no shell to talk to (it ended with {status}).", self.told)

    def _end(self) -> int:
        """The exit status, and the last of stderr, which something in the background may hold open."""
        try:
            status = self._process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            status = -1
        with suppress(BlockingIOError):
            while data := os.read(self._stderr, _BLOCK):
                self._told = (self._told + data)[-MAX_TOLD:]
        return status


def _words(program: str) -> Sequence[str]:
    try:
        words = shlex.split(program)
    except ValueError as error:
        raise ShellEnded(f"{program!r} is no command ({error}): close its quotes") from None
    if not words:
        raise ShellEnded("There is no program to connect with: leave --ssh out, or say 'ssh -p 2222'")
    return words
