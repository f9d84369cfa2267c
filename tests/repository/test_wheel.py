"""What is built is what is used: the source archive is complete, and the wheel made from it holds the four packages."""

import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from thimbl.cli.table import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("thimbl", "finger", "tui", "feeds")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it (so nothing of it was missing)."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, str]:
    """The names in the wheel; contents of its metadata."""
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {
            name: archive.read(name).decode() if ".dist-info/" in name else "" for name in archive.namelist()
        }


def sources() -> set[str]:
    """The files of the four packages as they lie here."""
    return {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_top_level_is_the_four_packages(wheel: dict[str, str]) -> None:
    """And nothing else but what goes into share/: no tests, no second name."""
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == {*PACKAGES, "thimbl_node-0.1.0.dist-info", "thimbl_node-0.1.0.data"}


def test_man_pages_and_completions_come_along(wheel: dict[str, str]) -> None:
    """A page for each command, made at build time, and what the shells look for."""
    shared = {name.partition(".data/data/share/")[2] for name in wheel if ".data/" in name}
    assert {name for name in shared if not name.startswith("man/")} == {
        "bash-completion/completions/thimbl",
        "zsh/site-functions/_thimbl",
        "fish/vendor_completions.d/thimbl.fish",
    }
    commands = {"thimbl", *(f"thimbl-{name}" for name in COMMANDS)}
    formats = {f"man/man5/{name}.5" for name in ("plan", "thimbl-config", "thimbl-plan")}
    assert {name for name in shared if name.startswith("man/")} == {
        *(f"man/man1/{name}.1" for name in commands), *formats
    }


def test_everything_in_the_packages_is_in_the_wheel(wheel: dict[str, str]) -> None:
    """Schema files, styles and type markers too, not only modules."""
    names = {name for name in wheel if ".dist-info/" not in name and ".data/" not in name}
    assert names == sources()
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert {"thimbl/store/schema-3.sql", "thimbl/store/upgrade-1-2.sql", "thimbl/store/upgrade-2-3.sql"} <= names


def test_one_script(wheel: dict[str, str]) -> None:
    """`thimbl`, and no other."""
    entries = ConfigParser()
    entries.read_string(wheel["thimbl_node-0.1.0.dist-info/entry_points.txt"])
    assert {section: dict(entries[section]) for section in entries.sections()} == {
        "console_scripts": {"thimbl": "thimbl.cli.main:run"}
    }


def test_metadata(wheel: dict[str, str]) -> None:
    """The version is the one that the program knows; the licence comes along."""
    import thimbl

    metadata = wheel["thimbl_node-0.1.0.dist-info/METADATA"].splitlines()
    assert f"Version: {thimbl.__version__}" in metadata
    assert "License-Expression: GPL-3.0-or-later" in metadata
    assert {f"Provides-Extra: {extra}" for extra in ("tui", "feeds", "all", "dev")} <= set(metadata)
    assert "thimbl_node-0.1.0.dist-info/licenses/LICENSE" in wheel


def test_source_archive_can_be_tested(built: Path) -> None:
    """It holds the tests with what they read, and nothing that was made on this machine."""
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "Makefile", "README.md", "LICENSE", ".ci/run", "tests/conftest.py"} <= names
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")} <= names
    assert [name for name in names if ".venv" in name or "__pycache__" in name] == []
