"""Answers that are kept ready, so that a query costs a look at a file's times and a write.

Answers are kept as they go over the wire, and not what they were made from: a plan of 20 KB takes that much, and its
parsed records ten times as much.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from thimbl.node.serving.sources import Source

OVERHEAD: Final = 1_000
"""Bytes that an answer takes beside its own: names, sources, and its place here; measured for short ones."""


FOR_EVER: Final = float("inf")


class Kept(NamedTuple):
    """One answer."""

    answer: bytes
    sources: tuple[Source, ...]
    until: float = FOR_EVER
    """Of the shelf's clock: later the account is looked up anew, whatever its files say."""
    digest: bytes = b""
    """Of what it was made from, where that is to be compared when it was read again."""
    settled: bool = True
    """Whether the sources' times are old enough to tell this state of them from the next."""
    group: str = ""
    """Whose it is: of one group only so many are kept."""


class Shelf:
    """The answers used last, by query; at most `limit` bytes of them, and of one group at most `per_group`."""

    def __init__(self, limit: int, per_group: int | None = None) -> None:
        self.limit, self.per_group = limit, per_group
        self.size = 0
        self.items: OrderedDict[str, Kept] = OrderedDict()
        self._groups: dict[str, deque[str]] = {}
        self.get: Callable[[str], Kept | None] = self.items.get
        self.used: Callable[[str], None] = self.items.move_to_end

    def put(self, query: str, kept: Kept) -> None:
        """Keep an answer, and let go of those that were used longest ago."""
        self.drop(query)
        if self.per_group is not None:
            group = self._groups.setdefault(kept.group, deque())
            while len(group) >= self.per_group:
                self.drop(group[0])
                group = self._groups.setdefault(kept.group, deque())
            group.append(query)
        self.items[query] = kept
        self.size += _weight(kept)
        while self.size > self.limit:
            self.drop(next(iter(self.items)))

    def drop(self, query: str) -> None:
        """Forget an answer, if it is here."""
        kept = self.items.pop(query, None)
        if kept is None:
            return
        self.size -= _weight(kept)
        if self.per_group is not None:
            group = self._groups[kept.group]
            group.remove(query)
            if not group:
                del self._groups[kept.group]

    def clear(self) -> None:
        """Forget all."""
        self.items.clear()
        self._groups.clear()
        self.size = 0


def _weight(kept: Kept) -> int:
    return len(kept.answer) + OVERHEAD
