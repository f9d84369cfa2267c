"""A site of files leads back: all that those signed who are shown in it, from the folder, or as wget(1) brings it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.reading_room import World
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from thimbl.core.archive import write_page
from thimbl.core.planwriter import write_plan
from thimbl.store.reader import Reader

LISTED = {"listed": "yes", "license": "CC-BY-SA-4.0"}


def long_log(address: str, mine: str, edits: int) -> Scribe:
    """Pages of which a plan shows a part of the newest: with edits, a retraction, and licences. Few of them are
    posts, each of which has a page in the site."""
    scribe = Scribe(address, key=mine, name=mine, properties=LISTED)
    scribe.post(f"{mine} begins.", license="PPL")
    scribe.posts(2)
    for number in range(edits):
        scribe.edit(scribe.at(2), f"Better, the {number}th time.")
    scribe.post("Later.")
    scribe.retract(scribe.at(3))
    return scribe


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scribe, Scribe, int]:
    """A site with the log of Alice, who has an account there, and a copy of Bob's; and when it was made."""
    folder = tmp_path_factory.mktemp("site")
    world = World(folder)
    world.set_up()
    alice, bob = long_log("alice@fields.example", "alice", 199), long_log("bob@mill.example:7979", "bob", 1)
    (folder / "spool").mkdir()
    spool(folder / "spool", alice, window_bytes=2_000, withheld=(3,))
    world.time = alice.now + 3_600
    world.follow(bob.address, "bob")
    world.take(bob.address, write_plan(bob.data()))
    done = world.run("site", str(folder / "www"), "--spool", str(folder / "spool"))
    assert done.exit_code == 0, done.output
    return folder / "www", alice, bob, world.time


@pytest.fixture
def reader(tmp_path: Path, made: tuple[Path, Scribe, Scribe, int]) -> World:
    """Somebody on another machine, without an account."""
    world = World(tmp_path / "reader")
    world.time = made[3]
    return world


def has_all(world: World, *scribes: Scribe) -> None:
    """Every record is here, and of what was taken back the digest."""
    with Reader.open(world.paths.store) as reader:
        for scribe in scribes:
            wanted = [(record.withhold() if record.seq == 3 else record).data for record in scribe.records]
            assert reader.record_data(scribe.address, 1, scribe.seq) == wanted
            author = reader.author(scribe.address)
            assert author is not None
            assert author.gap_below is None


def test_all_that_was_signed_comes_back(made: tuple[Path, Scribe, Scribe, int], reader: World) -> None:
    www, alice, bob, _ = made
    assert (www / "alice" / "plan.d" / "00000001.json").is_file()
    taken = reader.run("import", str(www))
    assert taken.stdout.splitlines() == [
        "alice@fields.example: verified, 4 new of 204.",
        "bob@mill.example:7979: verified, 4 new of 6.",
    ]
    assert "Left alone" not in taken.stderr
    has_all(reader, alice, bob)
    shown = [json.loads(line) for line in reader.lines("timeline", "--everyone", "--limit", "500", "--json")]
    assert {item["verdict"] for item in shown} == {"verified"}
    assert {"Better, the 198th time.", "Better, the 0th time.", "alice begins."} <= {item["text"] for item in shown}
    assert {item["licence"] for item in shown if item["text"] == "bob begins."} == {"PPL"}
    assert "2 as they were here" in reader.run("import", str(www)).stderr


@pytest.mark.parametrize("host", [False, True])
def test_from_the_folder_of_one_account(
    made: tuple[Path, Scribe, Scribe, int], reader: World, tmp_path: Path, host: bool
) -> None:
    """Also as wget(1) brings it from a host, where the plan has no suffix."""
    www, alice, *_ = made
    folder = shutil.copytree(www / "alice", tmp_path / "alice")
    if host:
        (folder / "plan.txt").rename(folder / "plan")
    assert reader.run("import", str(folder)).stdout == "alice@fields.example: verified, 4 new of 204.\n"
    has_all(reader, alice)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("another's", "alice/plan.d/00000001.json is no part of the log below record 101"),
        ("changed", "alice/plan.d/00000001.json is no part of the log below record 101"),
        ("missing", "records below 101 are not in it"),
        ("no page", "its archive is damaged: 00000001.json: "),
    ],
)
def test_an_archive_that_is_not_the_author_s(
    made: tuple[Path, Scribe, Scribe, int], reader: World, tmp_path: Path, what: str, said: str
) -> None:
    """What holds is taken, and what is wrong is said in a line."""
    www = made[0]
    folder = tmp_path / "www" / "alice"
    shutil.copytree(www / "alice", folder)
    page = folder / "plan.d" / "00000001.json"
    if what == "another's":
        eve = Scribe("eve@fields.example", key="eve")
        eve.posts(100)
        page.write_text(write_page(eve.records))
    elif what == "changed":
        page.write_text(page.read_text().replace("Better, the 96th time.", "Better, the 69th time."))
    elif what == "missing":
        page.unlink()
    else:
        page.write_text("<!DOCTYPE html>")
    taken = reader.run("import", str(tmp_path / "www"))
    first, second = taken.stdout.splitlines()
    assert first == "alice@fields.example: verified, 1 new of 204."
    assert second.startswith(f"alice@fields.example: records below 101 are missing: {said}")
    assert "Traceback" not in taken.output
