"""Things that take a while to make, such as a list of all accounts, made again in the background.

- Whoever begins the making of a fresh one waits a moment for it, and else gets the last one, as all do meanwhile. It
  is never older than its making takes, times `REST`. So a small host's list is always of now, and a large one's costs a
  fixed share of the machine.
- What is made of it may be told when there is a first one (`when_there`), so that it need not look again and again.
- Where there is no background (inetd), each asking makes it anew.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

PATIENCE: Final = 0.05
"""Seconds that the first asking waits for what is being made. Others wait with it, once, and notice nothing yet."""

REST: Final = 20.0
"""Times as long as a making took that nothing is made again: at most a twentieth of a processor goes into it."""

SHORTEST: Final = 0.02
"""Seconds at least between two makings: nobody asks twice in that time, but a flood does."""

Background = Callable[[Callable[[], object]], object]
"""Runs a piece of work elsewhere, such as `reactor.callInThread`."""

T = TypeVar("T")


class Refreshed(Generic[T]):
    """What `make` makes. `clock` is in seconds, from any beginning."""

    def __init__(
        self, make: Callable[[], T], background: Background | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make, self._background, self._clock = make, background, clock
        self._lock = threading.Lock()
        self._making: threading.Event | None = None
        self._last: tuple[T] | None = None
        self._fault: BaseException | None = None
        self._good_until = float("-inf")
        self._to_tell: list[Callable[[], object]] = []

    def current(self, patience: float = PATIENCE) -> T | None:
        """The newest one; None while the first is being made. Raises what `make` raised last, once."""
        if self._background is None:
            return self._make()
        with self._lock:
            begin = self._making is None and self._clock() >= self._good_until
            if begin:
                self._making = threading.Event()
            making = self._making
        if begin and making is not None:
            self._background(self._work)
            making.wait(patience)
        with self._lock:
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        return None if self._last is None else self._last[0]

    def wait(self, seconds: float) -> None:
        """Wait as long at most for the first one, if that is being made."""
        with self._lock:
            making = self._making if self._last is None else None
        if making is not None:
            making.wait(seconds)

    def when_there(self, tell: Callable[[], object]) -> None:
        """Call `tell` as soon as there is one, in whichever thread made it; now, if there is."""
        with self._lock:
            if self._background is not None and self._last is None:
                self._to_tell.append(tell)
                return
        tell()

    def _work(self) -> None:
        began = self._clock()
        try:
            self._last = (self._make(),)
        except BaseException as error:
            self._fault = error
        finally:
            took = self._clock() - began
            with self._lock:
                self._good_until = self._clock() + max(took * REST, SHORTEST)
                done, self._making = self._making, None
                to_tell: list[Callable[[], object]] = []
                if self._last is not None:
                    to_tell, self._to_tell = self._to_tell, []
            if done is not None:
                done.set()
            for tell in to_tell:
                tell()
