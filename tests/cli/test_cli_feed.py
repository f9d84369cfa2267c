"""`thimbl feed` on a real store: which items, which format, and where it goes."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result

from tests.cli.reading_room import ANA, LOWER, MARK, World
from thimbl.core.address import Address
from thimbl.core.terminal import safe

ATOM = "{http://www.w3.org/2005/Atom}"
STRANGER = Address.parse("stranger@elsewhere.example")


def feed(world: World, *args: str) -> dict[str, Any]:
    """A JSON Feed, read back."""
    result = world.run("feed", *args, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def told(world: World, *args: str) -> list[str]:
    """The texts of a feed."""
    return [one["content_text"] for one in feed(world, *args)["items"]]


def test_which_items(world: World) -> None:
    """One's timeline, or what one account wrote, by address or by one's own name for it; newest first."""
    world.post(MARK, "one #leeks")
    world.post(ANA, "two")
    world.post(STRANGER, "three")
    world.post(LOWER, "four #Leeks")
    assert told(world) == ["four #Leeks", "two", "one #leeks"]
    assert told(world, "mark") == told(world, str(MARK)) == ["one #leeks"]
    assert told(world, str(ANA)) == ["two"]
    assert told(world, str(STRANGER)) == ["three"]
    assert told(world, "--tag", "leeks") == told(world, "--tag", "#LEEKS") == ["four #Leeks", "one #leeks"]
    assert told(world, "coop", "--tag", "leeks") == ["four #Leeks"]
    assert told(world, "--tag", "plough") == []
    assert feed(world)["title"] == "Timeline of Ana (ana@fields.example)"
    assert feed(world, "mark", "--tag", "Leeks")["title"] == "Mark (mark@mill.example) #leeks"


def test_limits(world: World) -> None:
    """So many entries as were asked for, though some items are left out; 0 is all."""
    for number in range(55):  # all of them are fetched below, at once
        world.time += 60
        world.pen(MARK).post(str(number))
    world.time += 60
    record = world.pen(MARK).post("a slip").records[-1]
    world.pen(MARK).retract(record.id)
    world.fetch(MARK)
    assert told(world, "-n", "2") == ["54", "53"]
    assert len(told(world)) == 50
    assert len(told(world, "-n", "0")) == 55
    assert world.run("feed", "-n", "-1").exit_code == 2


def test_formats(world: World) -> None:
    """Atom unless said otherwise, RSS, and both are XML; the environment may say it."""
    world.post(MARK, "ü <b>")
    root = ElementTree.fromstring(world.run("feed").stdout_bytes)
    assert root.findtext(f"{ATOM}entry/{ATOM}content") == "ü &lt;b&gt;"
    root = ElementTree.fromstring(world.run("feed", "--format", "rss").stdout_bytes)
    assert root.findtext("channel/item/description") == "ü &lt;b&gt;"
    assert b"<rss" in world.run("feed", THIMBL_FEED_FORMAT="rss").stdout_bytes
    assert world.run("feed", "--format", "html").exit_code == 2


def test_an_edit_is_an_update(world: World) -> None:
    """The same id, another text and time."""
    id_ = world.post(MARK, "a spare furow")
    before = feed(world)["items"][0]
    world.time += 60
    world.pen(MARK).edit(id_, "a spare furrow")
    world.fetch(MARK)
    after = feed(world)["items"][0]
    assert after["id"] == before["id"] == f"finger://mill.example/mark#{id_}"
    assert after["content_text"] == "a spare furrow"
    assert after["date_published"] == before["date_modified"] < after["date_modified"]


def test_into_a_file(world: World, tmp_path: Path) -> None:
    """Whole, the same bytes as on stdout, nothing beside it; a mode that somebody set stays."""
    world.post(MARK, "here")
    folder = tmp_path / "www"
    folder.mkdir()
    path = folder / "mark.atom"
    result = world.run("feed", "mark", "--output", str(path))
    assert (result.exit_code, result.output) == (0, "")
    assert path.read_bytes() == world.run("feed", "mark", "-o", "-").stdout_bytes
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o600)
    world.post(MARK, "again")
    assert world.run("feed", "mark", "-o", str(path)).exit_code == 0
    assert b"again" in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


def test_where_no_file_can_be(world: World, tmp_path: Path) -> None:
    """A folder, a device, a folder that is missing: said before anything is made, and all stays as it was."""
    for path, code in ((tmp_path, 2), (Path("/dev/null"), 2), (tmp_path / "missing" / "feed.xml", 1)):
        result = world.run("feed", "--output", str(path))
        assert (result.exit_code, result.stdout) == (code, "")
        assert str(path.parent) in result.stderr
    assert Path("/dev/null").is_char_device()
    assert not (tmp_path / "missing").exists()


def test_a_failure_leaves_the_old_file(world: World, tmp_path: Path) -> None:
    """A name that is wrong makes no empty feed."""
    path = tmp_path / "feed.xml"
    path.write_text("old")
    assert world.run("feed", "nobody", "-o", str(path)).exit_code == 1
    assert path.read_text() == "old"


def test_on_a_terminal(world: World) -> None:
    """To look at, and harmless; a program gets the text as it was written."""
    world.post(MARK, "look \u202eback \x1b[2J")
    for form in ("atom", "rss", "json"):
        shown = world.run("feed", "--format", form, terminal=True)
        assert (shown.exit_code, safe(shown.stdout)) == (0, shown.stdout)
        assert "\\u{202e}back" in shown.stdout
    assert told(world) == ["look \u202eback [2J"]


def test_nothing_at_all(empty: Callable[..., Result], world: World) -> None:
    """Without a store it fails and says why; an account that has read nothing yet has an empty feed."""
    assert empty("feed").exit_code == 1
    assert "thimbl init" in empty("feed").stderr
    assert told(world) == []
    assert ElementTree.fromstring(world.run("feed").stdout_bytes).find(f"{ATOM}entry") is None


def test_without_an_account(tmp_path: Path) -> None:
    """There is no timeline without whose it is; that of others there is."""
    world = World(tmp_path)
    world.post(MARK, "here")
    result = world.run("feed", "--format", "json")
    assert result.exit_code == 1
    assert "thimbl init" in result.stderr
    assert told(world, str(MARK)) == ["here"]


@pytest.mark.parametrize("who", ["nobody", str(STRANGER)])
def test_nobody(world: World, who: str) -> None:
    """An empty feed would only look as if it worked."""
    result = world.run("feed", who)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("tag", ["", "#", "123", "two words", "a#b"])
def test_no_tag(world: World, tag: str) -> None:
    """What no text can have as a tag."""
    result = world.run("feed", "--tag", tag)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--tag" in result.stderr


def test_without_feedgen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; JSON Feed does without."""
    world.post(MARK, "here")
    monkeypatch.setitem(sys.modules, "feedgen", None)
    for form in ("atom", "rss"):
        result = world.run("feed", "--format", form)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "pip install 'thimbl-node[feeds]'" in result.stderr
    assert told(world) == ["here"]


def test_help_loads_no_feedgen() -> None:
    """Nor the store."""
    code = (
        "import sys\nfrom thimbl.cli.main import run\nsys.argv = ['thimbl', 'feed', '--help']\n"
        "try:\n    status = run()\nexcept SystemExit as end:\n    status = end.code\nassert not status\n"
        "found = {'feedgen', 'lxml', 'feeds.entries', 'sqlite3', 'thimbl.store.types'} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
