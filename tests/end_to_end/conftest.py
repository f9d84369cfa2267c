"""Fixtures of the end-to-end tests: people, and an account that is set up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.stage import Person


@pytest.fixture
def person(tmp_path: Path) -> Callable[..., Person]:
    """Makes people with a home of their own, without an account as yet."""

    def make(name: str, **environ: str) -> Person:
        return Person(tmp_path / name, **environ)

    return make


@pytest.fixture
def ana(tmp_path: Path) -> Person:
    """Ana, who has an account."""
    return Person(tmp_path / "ana").settle("ana@fields.example")
