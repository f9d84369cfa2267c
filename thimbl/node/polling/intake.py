"""What was concluded, on its way into the store: many answers in one transaction.

- A transaction costs as much as ten posts, and one for each plan is what a round would spend most of its time on. So
  what comes is collected until it is enough, or has waited long enough, or nothing more is on its way.
- Whoever put something in is told when it is durable, and not before. Where the store fails, all of that transaction
  fail with its error and none of it is there: what was fetched is fetched again.
- Within a transaction, answers are taken in the order in which they came: a page of the archive follows its window.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from twisted.internet.defer import Deferred

from finger.interfaces import Clock, DelayedCall
from thimbl.core.address import Address
from thimbl.store.take import Take
from thimbl.store.writer import ENOUGH_BYTES, Writer

ENOUGH: Final = 200
"""Answers in one transaction: of those without news, some milliseconds' worth. More would not be quicker."""

LATEST: Final = 0.5
"""Seconds that an answer waits for others: nobody who reads notices, and a crash loses no more than that."""

Change = Callable[[Writer], object]


@dataclass(slots=True)
class _Batch:
    """What goes into one transaction, each part with whom to tell."""

    takes: list[tuple[Take, "Deferred[int]"]] = field(default_factory=list)
    unchanged: dict[str | None, list[tuple[Address, int]]] = field(default_factory=lambda: defaultdict(list))
    changes: list[Change] = field(default_factory=list)
    told: list["Deferred[None]"] = field(default_factory=list)
    size: int = 0

    @property
    def count(self) -> int:
        return len(self.takes) + len(self.told)

    def waiting(self) -> "list[Deferred[Any]]":
        return [*(told for _, told in self.takes), *self.told]

    def store(self, store: Writer) -> list[int]:
        """All of it, or nothing; the numbers of new items. May raise `StoreError`."""
        with store.batch():
            news = store.take_many([take for take, _ in self.takes])
            for source, asked in self.unchanged.items():
                store.note_many(asked, source)
            for change in self.changes:
                change(store)
        return news


class Intake:
    """Collects, and stores at once what was collected. `clock` is Twisted's."""

    def __init__(self, store: Writer, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._batch = _Batch()
        self._expected = 0
        self._later: DelayedCall | None = None

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Something may come in this block. When nobody is in one, what came waits no longer."""
        self.expect()
        try:
            yield
        finally:
            self.expected()

    def expect(self) -> None:
        """As the beginning of such a block; `expected` is its end."""
        self._expected += 1

    def expected(self) -> None:
        """What was expected has come, or will not."""
        self._expected -= 1
        if not self._expected:
            self.flush()

    def take(self, take: Take, size: int) -> "Deferred[int]":
        """Take an answer of `size` bytes. Fires with the number of new items."""
        told: Deferred[int] = self._ticket()
        self._batch.takes.append((take, told))
        self._batch.size += size
        self._put()
        return told

    def unchanged(self, address: Address, now: int, source: str | None) -> "Deferred[None]":
        """Note that `address` was asked at `now`, and that nothing was new. `source`: as in `Take`."""
        self._batch.unchanged[source].append((address, now))
        return self._tell()

    def change(self, change: Change) -> "Deferred[None]":
        """Make another change, after the answers of the same transaction."""
        self._batch.changes.append(change)
        return self._tell()

    def flush(self) -> None:
        """Store what is here now. Whatever goes wrong is told to those who put it in."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        batch, self._batch = self._batch, _Batch()
        if not batch.count:
            return
        # Whoever is told may make others stop waiting: those are told by then.
        try:
            news = batch.store(self._store)
        except Exception as error:
            for told in batch.waiting():
                if not told.called:
                    told.errback(error)
            return
        for (_, taken), new in zip(batch.takes, news, strict=True):
            if not taken.called:
                taken.callback(new)
        for noted in batch.told:
            if not noted.called:
                noted.callback(None)

    def _tell(self) -> "Deferred[None]":
        told: Deferred[None] = self._ticket()
        self._batch.told.append(told)
        self._put()
        return told

    def _ticket(self) -> "Deferred[Any]":
        # Who gives up waiting is told at once: what was judged is kept, however a program ends.
        return Deferred(lambda told: self.flush())

    def _put(self) -> None:
        if self._batch.count >= ENOUGH or self._batch.size >= ENOUGH_BYTES:
            self.flush()
        elif self._later is None:
            self._later = self._clock.callLater(LATEST, self._time_is_up)

    def _time_is_up(self) -> None:
        self._later = None
        self.flush()
