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


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    # SIGKILL leaves the kernel's caches alone, so memory shows the same as a disk, and sooner.
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="thimbl-") as made:
        yield Path(made)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_step_leaves_the_old_plan_or_the_new_one(scenario, folder):
    run = subprocess.run(
        [sys.executable, "-m", "tests.home.killing", scenario, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.split("\n")[:-1]
    assert run.returncode == 0, f"after {len(lines)} steps: {run.stderr}"
    # The plan is replaced at one step, once; and there were steps on both sides of it.
    kills = [line.removeprefix("killed ") for line in lines[:-1]]
    assert lines[-1] == "done new"
    assert kills == sorted(kills, key=["old", "new"].index)
    assert kills.count("old") >= 10
    assert kills.count("new") >= 2
