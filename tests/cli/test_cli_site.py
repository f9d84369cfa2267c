"""`thimbl site`: the pages of an account as files, written whole or not at all."""

import json
from pathlib import Path

import pytest

from tests.cli.reading_room import ANA, MARK, World
from tests.repository.test_documented_json import documented
from thimbl.store.writer import Writer


@pytest.fixture
def wrote(world: World) -> World:
    """Ana has written, and so has Mark, whom she follows."""
    world.post(ANA, "Good morning. #leeks")
    world.post(MARK, "The mill turns.")
    return world


def pages(folder: Path) -> set[str]:
    return {str(path.relative_to(folder).parent) for path in folder.rglob("index.html")}


def test_her_pages_and_those_of_whom_she_follows(wrote: World, tmp_path: Path) -> None:
    """Then without them; then Mark is followed in private, and is on no page."""
    folder = tmp_path / "www"
    result = wrote.run("site", str(folder))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "files;" in result.stderr
    assert {"ana", "mark@mill.example", "bonds", "timeline", "."} <= pages(folder)
    assert "Good morning." in (folder / "ana" / "index.html").read_text()
    assert 'href="ana/index.html"' in (folder / "index.html").read_text()
    assert not (folder / ".well-known").exists()
    assert "removed" in wrote.run("site", str(folder), "--no-copies").stderr
    assert not any("mark" in page for page in pages(folder))
    assert not (folder / "mark@mill.example").exists()
    with Writer.open(wrote.paths.store) as writer:
        writer.follow(MARK, "mark", private=True)
    assert wrote.run("site", str(folder)).exit_code == 0
    assert not any(str(MARK) in path.read_text() for path in folder.rglob("*") if path.is_file())


def test_only_what_changed_is_written(wrote: World, tmp_path: Path) -> None:
    folder = str(tmp_path / "www")
    first = json.loads(wrote.run("site", folder, "--json").stdout)
    assert list(first) == documented()["site"]
    assert first["files"] == first["changed"]
    wrote.time += 3600
    again = json.loads(wrote.run("site", folder, "--json").stdout)
    assert (again["files"], again["changed"], again["removed"]) == (first["files"], 0, 0)
    wrote.post(ANA, "Frost again.")
    more = json.loads(wrote.run("site", folder, "--json").stdout)
    assert more["files"] == first["files"] + 1
    assert 0 < more["changed"] < more["files"]


def test_with_a_base_below_a_path(wrote: World, tmp_path: Path) -> None:
    folder = tmp_path / "www"
    assert wrote.run("site", str(folder), "--base", "https://shell.example/~ana/").exit_code == 0
    found = json.loads((folder / ".well-known" / "webfinger").read_text())
    assert found["subject"] == "acct:ana@fields.example"
    assert "https://shell.example/~ana/ana/" in found["aliases"]
    assert 'content="https://shell.example/~ana/ana/"' in (folder / "ana" / "index.html").read_text()


def test_a_base_that_is_none(world: World, tmp_path: Path) -> None:
    for base in ("fields.example", "ftp://a.example", "https://", "https://a.example/?x", "http://[", "https://a b"):
        result = world.run("site", str(tmp_path / "www"), "--base", base)
        assert result.exit_code == 2
        assert "--base is where the pages will be" in result.stderr
    assert not (tmp_path / "www").exists()


def test_a_spool_of_plans(wrote: World, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "ana.plan").write_bytes(wrote.paths.plan.read_bytes())
    folder = tmp_path / "www"
    result = wrote.run("site", str(folder), "--spool", str(spool))
    assert result.exit_code == 0
    assert "ana" not in pages(folder), "she did not agree to be listed, and files can be looked through"


def test_a_folder_of_somebody_else_stays_as_it_is(wrote: World, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "one.tex").write_text("mine")
    result = wrote.run("site", str(tmp_path / "thesis"))
    assert result.exit_code == 1
    assert "such as one.tex" in result.stderr
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["one.tex"]


def test_where_nobody_is(tmp_path: Path, empty: object) -> None:
    assert callable(empty)
    result = empty("site", str(tmp_path / "www"))
    assert result.exit_code == 1
    assert "thimbl init" in result.stderr
    assert not (tmp_path / "www" / "index.html").exists()
