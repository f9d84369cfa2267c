"""Where each row of a list stands, by its key.

A list of items holds a hundred thousand keys, newest first, and a key is found among them by halving: that takes eight
bytes a row, and no map from keys to rows, which takes ten times as much and longer to make than all else in a list.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import neg
from typing import overload


class Descending(Sequence[int]):
    """Keys of which each is smaller than the one before."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[int]) -> None:
        self._keys = array("q", keys)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> "Descending": ...

    def __getitem__(self, at: int | slice) -> "int | Descending":
        return Descending(self._keys[at]) if isinstance(at, slice) else self._keys[at]

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and self.row(key) is not None

    def row(self, key: int) -> int | None:
        """Where a key stands; None where it does not."""
        row = bisect_left(self._keys, -key, key=neg)
        return row if row < len(self._keys) and self._keys[row] == key else None


class Rows(Mapping[int, int]):
    """The row of each of these keys."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Descending) -> None:
        self._keys = keys

    def __getitem__(self, key: int) -> int:
        if (row := self._keys.row(key)) is None:
            raise KeyError(key)
        return row

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)


def rows_of(keys: Sequence[int]) -> Mapping[int, int]:
    """From keys, which are all different, to rows."""
    return Rows(keys) if isinstance(keys, Descending) else {key: row for row, key in enumerate(keys)}
