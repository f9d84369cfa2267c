"""What the store alone keeps of a person, what they have read and where they were: written in a thread of its own.

- Another program may hold the store for a while, as a rebuild does. What is to be kept is tried again until that is
  over, and neither a post nor a draft waits behind it.
- Whoever leaves does not wait for that: each try is short (`STORE_PATIENCE` of the desk), and after one that failed on
  the way out there is no other.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from thimbl.store.errors import StoreBusy
from tui.ports import Desk

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Seconds for which something is tried: longer than any writing takes but one that hangs."""

PAUSE: Final = 0.1
"""Seconds between two tries."""


class Keeping:
    """A desk, asked for this in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._thread = ThreadPoolExecutor(1, "thimbl-keeping")
        self._leaving = threading.Event()
        self._refused: StoreBusy | None = None
        """Why nothing more is tried."""

    def begin(self, deed: Callable[[Desk], T]) -> Future[T]:
        """Do this when what was asked before is done."""
        return self._thread.submit(self._do, deed)

    def _do(self, deed: Callable[[Desk], T]) -> T:
        if self._refused is not None:
            raise self._refused
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return deed(self._desk)
            except StoreBusy as busy:
                if self._leaving.is_set():
                    self._refused = busy
                    raise
                if time.monotonic() >= until:
                    raise
            self._leaving.wait(PAUSE)

    def close(self, last: Callable[[Desk], object] | None = None) -> Future[object] | None:
        """Do the `last` deed, and end the thread; what came of that."""
        self._leaving.set()
        done = None if last is None else self._thread.submit(self._do, last)
        self._thread.shutdown(wait=True)
        return done
