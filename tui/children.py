"""The processes that the UI starts: one fetch, a poller, and a look at somebody before following them.

- Twisted's loop and Textual's share no process (architecture.md, Processes): whatever goes over the network is a child,
  which reports one JSON object a line (`tui.reports`).
- A child has no terminal and no standard input, is read in bounded pieces, and ends with the UI.
- What a child writes is remote text: it is escaped where it is shown.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from tui.reports import Report, Tally

MAX_LINE: Final = 1 << 20
"""Bytes of one line of a report, generously: a reason quotes at most some hundred."""

MAX_ANSWER: Final = 2 << 20
"""Bytes of a previewed answer that are read: a plan of 1 MiB (plan-format 1), its CRs, and what stands around it."""

MAX_TROUBLE: Final = 4_096
"""Bytes of a child's standard error that are kept: its last words."""

PREVIEW_PATIENCE: Final = 30.0
"""Seconds for a preview: longer than a finger client waits, so that its own words come first."""

GRACE: Final = 2.0
"""Seconds from SIGTERM to SIGKILL."""

PARTLY: Final = 3
"""The exit status of a fetch of which part failed, each of which it has told (experience.md, "From a shell")."""


class ChildFailed(Exception):
    """A program that thimbl started did not do what it should."""


class Child:
    """A running process, used as ``async with Child(argv) as child``.

    On the way out it is ended and waited for, also by somebody who is cancelled meanwhile.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = argv
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._trouble = b""

    async def __aenter__(self) -> "Child":
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=MAX_LINE,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise ChildFailed(f"{self._argv[0] if self._argv else 'Nothing'} can not be started: {why}") from None
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        process, listener = self._process, self._listener
        assert process is not None, "entered"
        assert listener is not None, "entered"
        hurried: asyncio.CancelledError | None = None
        for stop, patience in ((process.terminate, GRACE), (process.kill, None)):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    stop()
            while process.returncode is None:
                try:
                    await asyncio.wait_for(process.wait(), patience)
                except TimeoutError:
                    break
                except asyncio.CancelledError as error:  # the program ends: what it began does so before
                    hurried = error
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        if hurried is not None:
            raise hurried

    async def _listen(self) -> None:
        process = self._process
        assert process is not None, "entered"
        assert process.stderr is not None, "piped"
        while piece := await process.stderr.read(MAX_TROUBLE):
            self._trouble = (self._trouble + piece)[-MAX_TROUBLE:]

    async def lines(self) -> AsyncIterator[bytes]:
        """The lines of its standard output as they come; one that is longer than a line may be is left out."""
        assert self._process is not None, "entered"
        assert self._process.stdout is not None, "piped"
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue
            if not line:
                return
            yield line

    async def read(self, limit: int) -> bytes:
        """The first `limit` bytes of its standard output."""
        assert self._process is not None, "entered"
        assert self._process.stdout is not None, "piped"
        found = bytearray()
        while len(found) < limit and (piece := await self._process.stdout.read(limit - len(found))):
            found += piece
        return bytes(found)

    async def end(self) -> int:
        """Its exit status, when it has ended."""
        assert self._process is not None, "entered"
        assert self._listener is not None, "entered"
        status = await self._process.wait()
        await self._listener
        return status

    @property
    def status(self) -> int | None:
        """Its exit status, or the negative number of the signal that ended it; None while it runs."""
        return None if self._process is None else self._process.returncode

    @property
    def last_words(self) -> str:
        """The last line that it wrote to its standard error, without the name of our program before it; not escaped."""
        lines = self._trouble.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip().removeprefix("thimbl: ") if lines else ""


async def fetch(argv: Sequence[str], told: Callable[[Report], None]) -> Tally:
    """Run one fetch, telling each report as it comes. Raises :class:`ChildFailed` where it could not do its work."""
    tally = Tally()
    async with Child(argv) as child:
        async for raw in child.lines():
            if (report := Report.read(raw)) is not None:
                tally.add(report)
                told(report)
        status = await child.end()
        if status < 0:
            raise ChildFailed(f"it was ended by signal {-status}, with {tally.asked:,} asked.")
        # Where part of it failed, each failure was told, here or as one that is none of the person's.
        if status != 0 and not (tally.asked if status == PARTLY else tally.failures):
            raise ChildFailed(child.last_words or f"The fetch ended with status {status} and said nothing.")
    return tally


async def watch(argv: Sequence[str], told: Callable[[Report], None]) -> str:
    """Run a poller until it ends; its last words."""
    async with Child(argv) as child:
        async for raw in child.lines():
            if (report := Report.read(raw)) is not None:
                told(report)
        status = await child.end()
        if status < 0:
            return f"it was ended by signal {-status}"
        # What it said last is why, where it failed; else it is whatever it had to tell while it ran.
        return (child.last_words if status else "") or f"it ended with status {status}"


async def preview(argv: Sequence[str]) -> bytes:
    """The answer that a child found. Raises :class:`ChildFailed` with its own words where it found none."""
    try:
        async with asyncio.timeout(PREVIEW_PATIENCE), Child(argv) as child:
            answer = await child.read(MAX_ANSWER)
            if len(answer) >= MAX_ANSWER:
                raise ChildFailed("The answer is longer than a plan may be.")
            status = await child.end()
            if status != 0 or not answer.strip():
                raise ChildFailed(child.last_words or f"Nobody answered (status {status}).")
            return answer
    except TimeoutError:
        raise ChildFailed("No answer came in time.") from None
