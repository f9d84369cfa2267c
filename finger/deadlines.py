"""Time-outs of very many, by one timer.

A timer for each connection costs more than its query does. But of one kind of wait all have the same length, so whoever
began first is due first: a queue for each kind is in order by itself, and one timer, set for the earliest of all, is
enough. It is not moved when that one goes: it fires, finds what is due, and is set anew.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Protocol

from finger.interfaces import Clock, DelayedCall


class Waiting(Protocol):
    """What waits. It is in one queue at most."""

    def overdue(self) -> None:
        """Its time is up, and it is in no queue any more."""


class Deadlines:
    """The queues of one clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._queues: list[Queue] = []
        self._timer: DelayedCall | None = None
        self._timer_at = 0.0

    def queue(self, seconds: float) -> "Queue":
        """A new kind of wait."""
        queue = Queue(self, seconds)
        self._queues.append(queue)
        return queue

    def arm(self, at: float) -> None:
        """Something is due then."""
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = self.clock.callLater(max(0.0, at - self.clock.seconds()), self._time_is_up)

    def rest(self) -> None:
        """Let the timer go if nobody waits: who asks but now and then leaves none behind."""
        if self._timer is not None and not any(map(len, self._queues)):
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        self._timer = None
        now = self.clock.seconds()
        try:
            for queue in self._queues:
                for waiting in queue.due(now):
                    waiting.overdue()
        finally:
            for queue in self._queues:
                first = queue.first_deadline()
                if first is not None:
                    self.arm(first)


class Queue:
    """All that wait for the same length of time, the first of them first."""

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self.seconds = seconds
        self._deadlines = deadlines
        self._items: OrderedDict[Waiting, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._items)

    def add(self, waiting: Waiting) -> None:
        """It waits from now on; from now on anew if it did already."""
        deadlines = self._deadlines
        at = deadlines.clock.seconds() + self.seconds
        items = self._items
        items[waiting] = at
        items.move_to_end(waiting)
        if len(items) == 1:
            deadlines.arm(at)

    def discard(self, waiting: Waiting) -> None:
        """It waits no more."""
        self._items.pop(waiting, None)

    def due(self, now: float) -> Iterator[Waiting]:
        """Take out, one by one, whose time is up."""
        items = self._items
        while items:
            first = next(iter(items))
            if items[first] > now:
                return
            del items[first]
            yield first

    def first_deadline(self) -> float | None:
        """When the first of them is due."""
        return next(iter(self._items.values()), None)
