"""Fixtures of the tests of commands."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.reading_room import LOWER, MARK, World
from thimbl.cli.main import main


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ana follows Mark and Lower Field; nobody has written yet."""
    made = World(tmp_path)
    made.set_up()
    made.follow(MARK, "mark")
    made.follow(LOWER, "coop")
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Callable[..., Result]:
    """Runs a command where there is nothing at all."""
    env = {"THIMBL_HOME": str(tmp_path / "nobody")}
    return lambda *args: CliRunner().invoke(main, list(args), env=env)
