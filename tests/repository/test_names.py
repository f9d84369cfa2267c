"""What holds of every file of the repository: its size, its name, and words that have no place in it."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A file that grows past this has two subjects.
MOST_LINES = 400

SOURCES = ("thimbl", "finger", "tui", "feeds", "tests", "bench")
# Not ours to edit: plans and answers as they were found.
FOUND = (ROOT / "tests" / "vectors", ROOT / "tests" / "data")
# Put together here, so that this file does not hold what it looks for.
FORBIDDEN = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "/".join(["", "work", ""]))


def files(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    """The files of these folders that people write, by the ends of their names."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and path.is_file() and not any(path.is_relative_to(found) for found in FOUND)
    ]


def texts() -> list[Path]:
    """All that is read or run: sources, pages, and what builds them."""
    suffixes = (".py", ".sql", ".tcss", ".md", ".sh", ".c", ".yaml", ".service")
    tops = [path for path in ROOT.iterdir() if path.name in {"pyproject.toml", "Makefile"} or path.suffix == ".md"]
    return [*files(*SOURCES, "docs", suffixes=suffixes), *tops, ROOT / ".ci" / "run"]


def test_no_source_file_is_too_long() -> None:
    """See `MOST_LINES`."""
    sources = files(*SOURCES, suffixes=(".py", ".sql", ".tcss"))
    assert len(sources) > 10
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in sources}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_word_that_has_no_place(word: str) -> None:
    """Neither promises to finish later, nor paths of one machine."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if word in line
    ]
    assert found == []


def test_tests_are_no_package_and_their_names_are_their_own() -> None:
    """pytest imports by path, and a failure is named by its file: two of one name could not be told apart."""
    tests = files("tests", suffixes=(".py",))
    assert [path for path in tests if path.name == "__init__.py"] == []
    names = Counter(path.name for path in tests if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_test_is_unittests() -> None:
    """pytest's half for those is switched off (pyproject.toml), so they would be passed over."""
    pattern = re.compile(r"^class \w+\([^)]*\bTestCase\b", re.MULTILINE)
    tests = files("tests", suffixes=(".py",))
    assert [path for path in tests if pattern.search(path.read_text(encoding="utf-8"))] == []
