"""An empty store is made by its SQL once in each process of a run of tests, and copied where another one is made.

The tests make thousands, and the statements of the tables take two thirds of each. What comes of them is the same every
time, and all else is done as ever: the draft and its name, the modes, the opening and the look at its version. Tests of
how a store is made have each made by its SQL: the fixture `made_by_sql`.
"""

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from thimbl.store.database import Database

_open = Database._open


@functools.cache
def _empty() -> bytes:
    """The file of a store that holds nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "store.db")
        path.touch()
        _open(path).close()
        assert os.listdir(folder) == [path.name], "all of it is in the one file"
        return path.read_bytes()


def _open_copy(path: Path, patience: float | None = None) -> Database:
    if path.parent.name.startswith(".store-") and path.stat().st_size == 0:  # the draft of a new one
        path.write_bytes(_empty())
    return _open(path, patience)


@contextmanager
def copied() -> Iterator[None]:
    """Copy empty stores from here on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_open", staticmethod(_open_copy))
        yield


@contextmanager
def made_by_sql() -> Iterator[None]:
    """Within `copied`: make them by their SQL after all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_open", staticmethod(_open))
        yield
