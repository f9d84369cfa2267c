"""The daemon's log: one JSON object a line on stderr, where systemd's journal and a person look for it.

- One format for all of it, queries, faults and what becomes of the daemon: `time`, `event`, and what that event has.
  JSON, as `--json` has it: `grep` finds things in it, `jq` takes it apart, and whatever a stranger sent stands there in
  ASCII escapes, so that no line is longer, or another, than it seems (RFC 1288 3.3).
- Who asked is left out unless the administrator wants it: whom somebody reads is nobody's business.
- A log never holds up an answer. Lines are kept for a moment and written together, by a thread, since no write to a
  pipe or disk can be relied on to be quick. Where whoever reads them falls behind, lines are left out and counted.
- A batch is no longer than what the kernel writes in one piece (PIPE_BUF), so that lines of several workers on the same
  stderr do not run into one another.
"""

import json
import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from json.encoder import encode_basestring_ascii
from queue import SimpleQueue
from typing import Any, Final

from finger.interfaces import Clock
from thimbl.core.times import format_time

PIECE: Final = 4096
"""Bytes that go into a pipe in one piece (PIPE_BUF of Linux, pipe(7))."""

FLUSH_SECONDS: Final = 0.2
"""How long a line is kept at most: a person who watches the log sees no delay."""

BACKLOG: Final = 1024 * 1024
"""Bytes that wait to be written: some seconds of a host under full load. Beyond it lines are left out."""

CLOSE_SECONDS: Final = 1.0
"""For the last lines to be written when the daemon ends."""

MAX_SHOWN: Final = 120
"""Characters of a query, or of a peer's address, in a line: a name and a view fit."""


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, however long that takes. Raises `OSError`."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


class Log:
    """Lines on their way to a descriptor. Every method belongs to the reactor's thread.

    `clock` is the reactor's; `now` gives Unix seconds; `write` gets pieces, in the thread that writes.
    """

    def __init__(
        self,
        clock: Clock,
        write: Callable[[bytes], None] = lambda data: write_all(2, data),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._clock, self._write, self._now = clock, write, now
        self._lines: list[str] = []
        self._size = 0
        self._waiting = False
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._handed = self._written = 0
        self.lost = 0
        """Lines that were left out since the daemon began."""
        self._untold = 0
        self._second, self._stamp = -1, ""
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def event(self, event: str, **fields: object) -> None:
        """Something happened: `fields` are strings, numbers, None, or lists and maps of them."""
        rest = "".join(f", {encode_basestring_ascii(name)}: {json.dumps(value)}" for name, value in fields.items())
        self.line(f'"event": {encode_basestring_ascii(event)}{rest}')

    def line(self, members: str) -> None:
        """One line of these members of a JSON object, in ASCII; the time goes before them."""
        second = int(self._now())
        if second != self._second:
            self._second, self._stamp = second, format_time(second)
        line = f'{{"time": "{self._stamp}", {members}}}\n'
        if self._size + len(line) > PIECE:
            self.flush()
        self._lines.append(line)
        self._size += len(line)
        if not self._waiting:
            self._waiting = True
            self._clock.callLater(FLUSH_SECONDS, self._time_is_up)

    def flush(self) -> None:
        """Hand over what is kept."""
        if not self._lines:
            return
        lines, self._lines, self._size = self._lines, [], 0
        if self._handed - self._written > BACKLOG:
            self.lost += len(lines)
            self._untold += len(lines)
            return
        if self._untold:
            lines.append(f'{{"time": "{self._stamp}", "event": "log-behind", "lines_left_out": {self._untold}}}\n')
            self._untold = 0
        data = "".join(lines).encode("ascii")
        self._handed += len(data)
        self._queue.put(data)

    def close(self, within: float = CLOSE_SECONDS) -> None:
        """Write what is left, for so many seconds at most. Nothing may be logged after it."""
        self.flush()
        self._queue.put(None)
        self._thread.join(within)

    def _time_is_up(self) -> None:
        self._waiting = False
        self.flush()

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            with suppress(OSError):  # a full disk, a reader that went away: there is nowhere to say so
                self._write(data)
            self._written += len(data)


def quoted(text: str) -> str:
    """A stranger's text as a JSON string of bounded length, in ASCII alone."""
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1] + "…"
    return encode_basestring_ascii(text)


def watch_twisted(log: Log, *, debug: bool) -> None:
    """Faults that Twisted and the server report become lines of `log`; with `debug` they have their traceback."""
    from twisted.logger import LogLevel, globalLogBeginner

    def observe(event: dict[str, Any]) -> None:
        level = event.get("log_level", LogLevel.info)
        if level < LogLevel.warn:
            return
        log.event("fault" if level >= LogLevel.error else "warning", **fault_fields(event, debug=debug))
        log.flush()

    observer: Any = observe  # zope's interfaces have no types that mypy can follow
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def fault_fields(event: dict[str, Any], *, debug: bool) -> dict[str, object]:
    """What a line says of an event of Twisted's log."""
    from twisted.logger import formatEvent

    failure = event.get("log_failure")
    fields: dict[str, object] = {"what": formatEvent(event).partition("\n")[0][:1000]}
    if failure is not None:
        fields["error"] = f"{failure.type.__name__}: {failure.getErrorMessage()}"[:1000]
        if debug:
            fields["traceback"] = failure.getTraceback()
    return fields
