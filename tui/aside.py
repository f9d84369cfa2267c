"""Whatever waits for the disk, done aside: one thread for reading the store, one for the person's own writing, and one
for what the store keeps of them (`tui.keeping`).

- The UI's thread never waits. What it asks for runs in order, one at a time; a question whose asker was cancelled
  before its turn is not asked at all.
- A reader of the store lives in its own thread from opening to closing, as SQLite likes it. Where the store can not be
  opened, the next question tries again; where another file stands in its place, that is opened.
- A draft is written a moment after the last key, and at once when a screen closes or the program ends, however it ends.
"""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from tui.keeping import Keeping
from tui.ports import Desk

T = TypeVar("T")

DRAFT_DELAY: Final = 0.5
"""Seconds after the last key until a draft is written: what a crash of the machine may cost."""


def told(error: BaseException) -> str:
    """What a person reads of an error: its message, or where it has none the first paragraph of its class. Of a file,
    which one, and what the system says of it, as the commands do."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    message = str(error).strip()
    if message:
        return message
    described = (type(error).__doc__ or type(error).__name__).strip()
    return " ".join(described.split("\n\n")[0].split())


def _stamp(reader: Reader) -> tuple[int, int] | None:
    """Which file stands where the reader's was opened; None where none does."""
    try:
        found = reader.path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Shelf:
    """The store, read in a thread of its own."""

    def __init__(self, open_reader: Callable[[], Reader]) -> None:
        self._open = open_reader
        self._reader: Reader | None = None
        self._stamp: tuple[int, int] | None = None
        self._thread = ThreadPoolExecutor(1, "thimbl-shelf")

    async def ask(self, question: Callable[[Reader], T]) -> T:
        """What `question` finds; raises :class:`StoreError` where the store can not be read."""
        return await asyncio.wrap_future(self.begin(question))

    def begin(self, question: Callable[[Reader], T]) -> Future[T]:
        """Ask where nobody waits yet: what `ask` awaits."""
        return self._thread.submit(self._answer, question)

    def _answer(self, question: Callable[[Reader], T]) -> T:
        if self._reader is not None and self._stamp != _stamp(self._reader):
            self._close()  # another file was put in its place, as 'thimbl rebuild' after a damage asks for
        if self._reader is None:
            self._reader = self._open()
            self._stamp = _stamp(self._reader)
        try:
            return question(self._reader)
        except StoreError:
            self._close()
            raise

    def _close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def close(self) -> None:
        """Close the reader in its thread, and end the thread; questions that wait are dropped."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)


def shelf_of(path: Path, clock: Callable[[], float]) -> Shelf:
    """A shelf of the store at `path`, read for its person by a clock in Unix seconds."""
    return Shelf(lambda: Reader.open(path).for_person(clock))


class DraftsLost(Exception):
    """Drafts could not be written before the end. The message has them whole: it is printed when the terminal is one
    again."""

    def __init__(self, why: Exception, lost: Sequence[str]) -> None:
        first = f"{told(why).rstrip('.')}. So what you have typed is in no draft. It was:"
        super().__init__("\n\n".join([first, *lost, "That was all of it."]))


class Pen:
    """A desk, asked in a thread of its own, and the drafts that are still to be written."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._thread = ThreadPoolExecutor(1, "thimbl-pen")
        self._keeping = Keeping(desk)
        self._lock = threading.Lock()
        self._drafts: dict[str, str] = {}
        self.behind: Callable[[str], None] = lambda told: None
        """Called from the thread of the desk with what kept the store from taking what was published."""

    async def do(self, deed: Callable[[Desk], T]) -> T:
        """What `deed` returns; raises what it raises. It is done even when its asker goes away meanwhile."""
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(self._deed, deed)))

    async def keep(self, deed: Callable[[Desk], T]) -> T:
        """The same for `Keeping.mark` and `save_state`, which may have to wait until nobody else holds the store: what
        is written meanwhile does not wait for them."""
        return await asyncio.shield(asyncio.wrap_future(self._keeping.begin(deed)))

    def later(self, deed: Callable[[Desk], object], failed: Callable[[BaseException], None]) -> None:
        """Do it and do not wait; `failed` is called with what it raised, by the loop that runs now."""
        self._report(self._thread.submit(self._deed, deed), failed)

    def keep_later(self, deed: Callable[[Desk], object], failed: Callable[[BaseException], None]) -> None:
        """The same as `keep` does it."""
        self._report(self._keeping.begin(deed), failed)

    def _report(self, doing: Future[object], failed: Callable[[BaseException], None]) -> None:
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()

        def done(future: Future[object]) -> None:
            if (error := future.exception()) is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                    loop.call_soon_threadsafe(failed, error, context=context)

        doing.add_done_callback(done)

    def _deed(self, deed: Callable[[Desk], T]) -> T:
        try:
            return deed(self.desk)
        finally:
            if told := self.desk.behind():
                self.behind(told)

    def note_draft(self, name: str, text: str) -> None:
        """Remember a draft until `save_drafts` writes it."""
        with self._lock:
            self._drafts[name] = text

    def forget_draft(self, name: str) -> None:
        """What was to be written of it is not written any more."""
        with self._lock:
            self._drafts.pop(name, None)

    async def draft(self, name: str) -> str:
        """The draft of this name: what was noted of it and could not be written yet, or what the desk has."""
        return await self.do(partial(self._draft, name))

    def _draft(self, name: str, desk: Desk) -> str:
        with self._lock:
            noted = self._drafts.get(name)
        return desk.draft(name) if noted is None else noted

    def save_drafts(self, failed: Callable[[BaseException], None]) -> None:
        """Write the drafts that were noted, aside."""
        if self._drafts:
            self.later(self._write_drafts, failed)

    def _write_drafts(self, desk: Desk) -> None:
        with self._lock:
            drafts, self._drafts = self._drafts, {}
        while drafts:
            name, text = next(iter(drafts.items()))
            try:
                desk.save_draft(name, text)
            except Exception:  # as on a full disk: what is not written stays noted, but for what was noted since
                with self._lock:
                    self._drafts = {**drafts, **self._drafts}
                raise
            del drafts[name]

    def close(self, last: Callable[[Desk], object] | None = None) -> None:
        """Write what is still to be written, do the `last` deed, let the desk go, and end the thread. Raises what the
        desk raises."""
        ending = (self._write_drafts, lambda desk: desk.close())
        deeds: list[Future[Any]] = [self._thread.submit(deed, self.desk) for deed in ending]
        kept = self._keeping.close(last)
        self._thread.shutdown(wait=True)
        try:
            for done in (*deeds, *([] if kept is None else [kept])):
                done.result()
        except Exception as error:
            if lost := [text for text in self._drafts.values() if text.strip()]:
                raise DraftsLost(error, lost) from error
            raise
