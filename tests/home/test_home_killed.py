"""Posting is durable and atomic: whenever the writer is killed, the old plan or the new one is there, whole."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.home.killing import SCENARIOS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def killed() -> Iterator[Path]:
    """What all scenarios came to, each in a file. One process forks for all, since its start is half of a short one."""
    # SIGKILL leaves the kernel's caches alone, so memory shows the same as a disk, and sooner.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None, prefix="thimbl-") as made:
        subprocess.run([sys.executable, "-m", "tests.home.killing", made], cwd=ROOT, check=True)
        yield Path(made)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_step_leaves_the_old_plan_or_the_new_one(scenario, killed):
    lines = (killed / scenario).read_text(encoding="utf-8").splitlines()
    # The plan is replaced at one step, once; and there were steps on both sides of it.
    kills = [line.removeprefix("killed ") for line in lines[:-1]]
    assert lines[-1] == "done new", "\n".join(lines)
    assert kills == sorted(kills, key=["old", "new"].index)
    assert kills.count("old") >= 10
    assert kills.count("new") >= 2
