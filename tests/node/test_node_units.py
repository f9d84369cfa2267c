"""The units as systemd itself judges them, installed where they point."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from thimbl.node.serving.units import PROGRAM, UNITS, this_program, unit_texts, write_units

THRESHOLD = 25
"""Tenths of the exposure that `systemd-analyze security` may find: 2.5 of 10, which it calls OK."""


@pytest.fixture(scope="module")
def systemd_analyze() -> str:
    if (found := which("systemd-analyze")) is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail("systemd-analyze is needed, and CI is set.")
    pytest.skip("systemd-analyze is not here")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("systemd")
    program = this_program()
    assert program is not None, "the tests run from an installation"
    written = write_units(folder, str(program))
    assert sorted(str(path.relative_to(folder)) for path in written) == sorted(UNITS)
    return folder


def judged(tmp_path: Path, *words: str) -> str:
    """What a command says; it must succeed."""
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "SYSTEMD_COLORS": "0"}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_finds_no_fault_with_them(systemd_analyze, installed, tmp_path):
    system = [str(installed / place) for place in UNITS if place.startswith("system/")]
    assert judged(tmp_path, systemd_analyze, "verify", *system) == ""
    user = [str(installed / place) for place in UNITS if place.startswith("user/")]
    assert judged(tmp_path, systemd_analyze, "--user", "verify", *user) == ""


@pytest.mark.parametrize("place", [place for place in UNITS if place.endswith(".service")])
def test_what_they_may_do_is_little(systemd_analyze, installed, tmp_path, place):
    words = ["security", "--offline=true", f"--threshold={THRESHOLD}", "--no-pager"]
    assert "Overall exposure level" in judged(tmp_path, systemd_analyze, *words, str(installed / place))


def test_they_name_the_program_that_writes_them():
    for place, text in unit_texts().items():
        assert (PROGRAM in text) == place.endswith(".service")
    text = unit_texts("/home/a na/100%/thimbl")["system/thimbl.service"]
    assert '\nExecStart="/home/a na/100%%/thimbl" serve\n' in text
    assert PROGRAM not in text


def test_this_program_is_beside_the_interpreter(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py"])
    assert this_program() == Path(sys.executable).parent / "thimbl"
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert this_program() is None
