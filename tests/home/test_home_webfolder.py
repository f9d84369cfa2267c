"""A folder of pages is written whole or not at all, and nothing of anybody else's is touched."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from thimbl.home.errors import Refused
from thimbl.home.webfolder import LIST, LOCK, NEW, PLAN, FolderDamaged, Written, write_folder

FIRST = {"index.html": b"front", "ana/index.html": b"Ana", "ana/plan.txt": b"plan"}


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (LOCK, LIST)
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "a" / "site"
    write_folder(made, FIRST.items())
    return made


def test_it_is_made_for_others_to_read(folder: Path) -> None:
    assert contents(folder) == FIRST
    assert stat.S_IMODE((folder / "ana" / "index.html").stat().st_mode) == 0o644
    assert stat.S_IMODE((folder / "ana").stat().st_mode) == 0o755


def test_only_what_changed_is_written_and_what_is_gone_is_removed(folder: Path) -> None:
    (folder / "ana" / "picture.png").write_bytes(b"mine")
    before = (folder / "index.html").stat()
    second = {"index.html": b"front", "ana/index.html": b"Anna", "bo/index.html": b"Bo"}
    assert write_folder(folder, second.items()) == Written(files=3, changed=2, removed=1)
    assert contents(folder) == {**second, "ana/picture.png": b"mine"}
    assert (folder / "index.html").stat().st_ino == before.st_ino
    assert write_folder(folder, second.items()) == Written(files=3, changed=0, removed=0)
    assert write_folder(folder, [("index.html", b"front")]) == Written(files=1, changed=0, removed=2)
    assert contents(folder) == {"index.html": b"front", "ana/picture.png": b"mine"}
    assert not (folder / "bo").exists()


def test_what_somebody_changed_by_hand_is_put_right(folder: Path) -> None:
    (folder / "index.html").write_bytes(b"FRONT")
    (folder / "ana" / "plan.txt").unlink()
    assert write_folder(folder, FIRST.items()).changed == 2
    assert contents(folder) == FIRST


def interrupted(after: int) -> Callable[[Path, Path], None]:
    """`os.replace` that works so often, and is then stopped."""
    replace, steps = os.replace, iter(range(after))

    def step(source: Path, target: Path) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        replace(source, target)

    return step


def test_a_fault_on_the_way_leaves_all_as_it_was(folder: Path) -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"other"
        yield "new/index.html", b"new"
        raise RuntimeError("the plan can not be read")

    with pytest.raises(RuntimeError):
        write_folder(folder, broken())
    assert contents(folder) == FIRST
    assert not (folder / NEW).exists()


def test_a_run_that_was_stopped_is_finished_by_the_next(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each step that it does, once it is written down what to do."""
    second = {"index.html": b"other", "bo/index.html": b"Bo", "ana/plan.txt": b"plan"}
    for allowed in range(2):
        shutil.rmtree(folder)
        write_folder(folder, FIRST.items())
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", interrupted(allowed))
            with pytest.raises(KeyboardInterrupt):
                write_folder(folder, second.items())
        assert contents(folder) != second
        assert write_folder(folder, second.items()) == Written(files=3, changed=0, removed=0)
        assert contents(folder) == second


def test_a_run_that_was_stopped_before_is_as_if_it_had_not_begun(folder: Path) -> None:
    (folder / NEW).mkdir()
    (folder / NEW / "0").write_bytes(b"half a page")
    assert write_folder(folder, FIRST.items()) == Written(files=3, changed=0, removed=0)
    (folder / NEW).mkdir()
    (folder / NEW / PLAN).write_bytes(b'{"files": {')
    assert write_folder(folder, FIRST.items()).changed == 0
    assert contents(folder) == FIRST


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_bytes(b"mine")
    with pytest.raises(Refused, match=r"such as thesis\.tex"):
        write_folder(tmp_path, FIRST.items())
    assert contents(tmp_path) == {"thesis.tex": b"mine"}
    with pytest.raises(Refused, match="is no folder"):
        write_folder(tmp_path / "thesis.tex", FIRST.items())


def test_a_file_of_somebody_else_is_not_written_over(folder: Path) -> None:
    (folder / "bo").mkdir()
    (folder / "bo" / "index.html").write_bytes(b"mine")
    with pytest.raises(Refused, match="somebody else's"):
        write_folder(folder, {**FIRST, "bo/index.html": b"Bo"}.items())
    assert contents(folder) == {**FIRST, "bo/index.html": b"mine"}


def test_links_lead_nothing_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_bytes(b"mine")
    shutil.rmtree(folder / "ana")
    (folder / "ana").symlink_to(outside)
    for files in ({**FIRST, "ana/index.html": b"other"}, {"index.html": b"front"}):
        with pytest.raises(Refused, match="is a link"):
            write_folder(folder, files.items())
    (folder / "ana").unlink()
    (folder / "index.html").unlink()
    (folder / "index.html").symlink_to(outside / "index.html")
    write_folder(folder, FIRST.items())
    assert not (folder / "index.html").is_symlink()
    assert contents(outside) == {"index.html": b"mine"}


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a//b", ".thimbl-site", "a/../../b", "", "."])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="no name"):
        write_folder(tmp_path / "site", [(name, b"x")])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2, "files": {}}', '{"version": 1, "files": []}'])
def test_a_list_that_can_not_be_read_stops_it(folder: Path, text: str) -> None:
    (folder / LIST).write_text(text)
    with pytest.raises(FolderDamaged, match="name another one"):
        write_folder(folder, FIRST.items())
    assert contents(folder) == FIRST


def test_a_list_that_names_what_is_outside_removes_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a" / "mine").write_bytes(b"mine")
    data = json.loads((folder / LIST).read_text())
    data["files"]["../mine"] = "0"
    (folder / LIST).write_text(json.dumps(data))
    with pytest.raises(FolderDamaged):
        write_folder(folder, FIRST.items())
    assert (tmp_path / "a" / "mine").read_bytes() == b"mine"
