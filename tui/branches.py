"""A thread as a tree: lines that say who answers whom (`thimbl.store.threads` finds the tree and its order).

- A record hangs on what it answers by ``├`` or ``└``; ``│`` leads past it to the next answer to the same. Two cells a
  level, and no more levels than have room: deeper ones stand under the last, after ``⋮`` and the number of their level.
- A branch can be folded: what answers it, and what answers that, is then only counted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from thimbl.store.types import ThreadItem

CELLS: Final = 2
"""Of one level."""

MAX_LEVELS: Final = 8
"""Levels that are drawn: deeper ones would leave no room for words."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Where one record of a thread hangs."""

    goes_on: tuple[bool, ...] = ()
    """For each level from 1 down to its own: whether another answer at that level follows."""
    to: ThreadItem | None = None
    """What it answers; None for the root."""
    under: int = 0
    """How many records answer it, and each other."""
    folded: bool = False

    @property
    def depth(self) -> int:
        """Its level; 0 is the root."""
        return len(self.goes_on)

    def lead(self, levels: int) -> str:
        """What stands before its first line, of at most `levels` levels."""
        return self._past(levels) + self._mark(levels)

    def margin(self, levels: int) -> str:
        """What stands before its other lines: one level more, where its own answers begin."""
        mark = self._mark(levels)
        own = "" if not mark else "│ " if mark.startswith("├") else " " * len(mark)
        below = "│ " if self.under and not self.folded and self.depth < levels else " " * CELLS
        if self.depth > levels:
            below = ""
        return self._past(levels) + own + below

    def _past(self, levels: int) -> str:
        drawn = min(self.depth, levels) - 1
        return "".join("│ " if on else "  " for on in self.goes_on[: max(0, drawn)])

    def _mark(self, levels: int) -> str:
        if self.depth == 0:
            return ""
        if self.depth > levels:
            return f"⋮{self.depth} "
        return "├ " if self.goes_on[-1] else "└ "


def levels_in(width: int) -> int:
    """How many levels are drawn in so many cells: no more than a third of them goes to lines."""
    return max(0, min(MAX_LEVELS, width // 3 // CELLS))


def branches(places: Sequence[ThreadItem]) -> list[Branch]:
    """Where each record of a thread in reading order hangs."""
    found: list[Branch] = []
    later: list[bool] = []  # by level: whether an answer follows there that hangs on the same
    under = _under(places)
    for index in range(len(places) - 1, -1, -1):
        depth = places[index].depth
        later += [False] * (depth + 1 - len(later))
        found.append(Branch(tuple(later[1 : depth + 1]), None, under[index]))
        later[depth:] = [True]
    found.reverse()
    above: list[ThreadItem] = []
    for index, place in enumerate(places):
        del above[place.depth :]
        if above:
            found[index] = replace(found[index], to=above[-1])
        above.append(place)
    return found


def _under(places: Sequence[ThreadItem]) -> list[int]:
    """How many records stand under each."""
    counts = [0] * len(places)
    open_: list[int] = []
    for index, place in enumerate(places):
        while open_ and places[open_[-1]].depth >= place.depth:
            last = open_.pop()
            counts[last] = index - last - 1
        open_.append(index)
    for last in open_:
        counts[last] = len(places) - last - 1
    return counts


def by_key(keys: Sequence[int], entries: Mapping[int, object]) -> dict[int, Branch]:
    """The branches of a list of rows; nothing where it is no thread."""
    if not keys or not isinstance(entries.get(keys[0]), ThreadItem):
        return {}
    places = [entry for key in keys if isinstance(entry := entries.get(key), ThreadItem)]
    return dict(zip(keys, branches(places), strict=True)) if places and len(places) == len(keys) else {}


def above(keys: Sequence[int], row: int, tree: Mapping[int, Branch]) -> int | None:
    """The key of the branch that the one in this row is part of; None for the root."""
    depth = tree[keys[row]].depth
    return next((key for key in reversed(keys[:row]) if tree[key].depth < depth), None)


def unfolded(keys: Iterable[int], tree: Mapping[int, Branch], folded: Collection[int]) -> list[int]:
    """The rows that are left to see where some are folded."""
    shown: list[int] = []
    hidden = 0
    for key in keys:
        if hidden:
            hidden -= 1
            continue
        shown.append(key)
        if key in folded and key in tree:
            hidden = tree[key].under
    return shown
