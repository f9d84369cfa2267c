"""A store of one's own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from thimbl.store import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of this test is."""
    return tmp_path / "share" / "store.sqlite3"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    """A new store."""
    with Writer.open(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store to copy, where many are needed: making one takes longer than what is tried in it."""
    place = tmp_path_factory.mktemp("empty") / "store.sqlite3"
    Writer.open(place).close()
    return place
