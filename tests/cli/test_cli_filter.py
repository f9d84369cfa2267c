"""`filter`: a feed for newsboat, and one that it reads."""

import re
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.reading_room import ANA, LOWER, MARK, World
from tests.support.warm import warm_thimbl
from thimbl.cli import network
from thimbl.cli.context import Context
from thimbl.cli.filter import DIFFERENT, FRESH, UNCHECKED
from thimbl.cli.main import main
from thimbl.cli.output import note
from thimbl.core.address import Address


def sift(world: World, feed: bytes) -> Result:
    """What comes of a feed on standard input."""
    env = {"THIMBL_HOME": str(world.home)}
    context = Context(environ=env, clock=world.clock, terminal=False)
    return CliRunner().invoke(main, ["filter"], env=env, obj=context, input=feed)


def titles(feed: bytes) -> list[str]:
    """Those of its entries, and not of the feeds that these are said to come from."""
    text = re.sub(r"<source>.*?</source>", "", feed.decode(), flags=re.DOTALL)
    return [part.partition("</title>")[0] for part in text.split("<title>")[2:]]


@pytest.fixture
def feed(world: World) -> bytes:
    """Of Mark and Lower Field, as their posts stood at first: the newest first."""
    world.post(MARK, "The river\nis up. #mill")
    world.post(LOWER, "We sow < rye & spelt.")
    world.post(MARK, "Frost, says @ana@fields.example.")
    made = world.run("feed")
    assert made.exit_code == 0
    return made.stdout_bytes


def test_a_sound_feed_stays_as_it_is(world: World, feed: bytes) -> None:
    """To the byte; RSS too."""
    for one in (feed, world.run("feed", "--format", "rss").stdout_bytes):
        assert len(titles(one)) == 3
        assert sift(world, one).stdout_bytes == one


def test_what_is_muted_or_taken_back_is_left_out(world: World, feed: bytes) -> None:
    """By word, by tag, by author; and by its author."""
    for name, left in (("frost", 2), ("#mill", 2), (str(LOWER), 2)):
        world.run("mute", name)
        assert len(titles(sift(world, feed).stdout_bytes)) == left
        world.run("unmute", name)
    world.pen(LOWER).retract(world.pen(LOWER).files.load().window[0].id)
    world.fetch(LOWER)
    assert [title[:5] for title in titles(sift(world, feed).stdout_bytes)] == ["Frost", "The r"]


def test_posts_are_compared_with_what_was_signed(world: World, feed: bytes) -> None:
    """One that says something else, one that is not here; an edit since is no lie, and neither is what stood before."""
    forged = feed.replace(b"river", b"brook").replace(b"finger://fields.example/lower#", b"finger://fields.example/eva#")
    assert titles(sift(world, forged).stdout_bytes) == [
        "Frost, says @ana@fields.example.", f"{UNCHECKED} We sow &lt; rye &amp; spelt.", f"{DIFFERENT} The brook",
    ]  # fmt: skip
    log = world.pen(MARK).files.load()
    world.pen(MARK).edit(log.window[0].id, "Thaw.")
    world.fetch(MARK)
    assert sift(world, feed).stdout_bytes == feed
    assert sift(world, world.run("feed").stdout_bytes).stdout_bytes == world.run("feed").stdout_bytes


def test_a_title_is_compared_too(world: World, feed: bytes) -> None:
    """It is what a list shows; and an id that is only like one of ours is no way round."""
    lying = feed.replace(b"<title>Frost, says", b"<title>Thaw, says").replace(b"example/lower#", b"example/lower##")
    assert [title[:16] for title in titles(sift(world, lying).stdout_bytes)] == [
        f"{DIFFERENT} ", "[unchecked] We s", "The river",
    ]  # fmt: skip
    bare = re.sub(rb"(?s)<content.*?</content>", b"", feed)
    assert sift(world, bare).stdout_bytes == bare
    assert titles(sift(world, bare.replace(b"The river", b"The")).stdout_bytes)[2] == "The"
    assert titles(sift(world, bare.replace(b"The river", b"The brook")).stdout_bytes)[2] == f"{DIFFERENT} The brook"


def test_a_verdict_stands_before_the_title(world: World, feed: bytes) -> None:
    """Where there is something wrong with the author."""
    with sqlite3.connect(world.paths.store) as store:
        store.execute("UPDATE author SET verdict = 'forked' WHERE address = ?", (str(MARK),))
    store.close()
    assert [title[:8] for title in titles(sift(world, feed).stdout_bytes)] == ["[forked]", "We sow &", "[forked]"]


def test_what_is_no_feed(world: World, tmp_path: Path) -> None:
    """One line, and nothing on stdout; where nothing is here at all a feed passes, unchecked."""
    bad = sift(world, b"<html/>")
    assert (bad.exit_code, bad.stdout, bad.stderr.count("\n")) == (1, "", 1)
    assert world.run("filter", terminal=True).exit_code == 2
    feed = b"<rss><item><guid>finger://mill.example/mark#" + b"a" * 52 + b"</guid><title>x</title></item></rss>"
    assert b"[unchecked] x" in sift(World(tmp_path / "nobody"), feed).stdout_bytes


def test_an_account_is_asked_and_its_feed_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not again within minutes, not with --no-fetch; who does not answer is told, and what is here is written."""
    asked: list[Address] = []
    code = 0

    def fetch(context: Context, who: Sequence[Address]) -> int:
        asked.extend(who)
        note("mill.example: no answer.")
        return code

    monkeypatch.setattr(network, "fetch_now", fetch)
    world.post(MARK, "The river is up.")
    run = ("filter", "mark")
    fresh = world.run(*run)
    assert (titles(fresh.stdout_bytes), asked, fresh.stderr) == (["The river is up."], [], "")
    world.time += FRESH
    assert (titles(world.run(*run, "--no-fetch", "--format", "rss").stdout_bytes), asked) == (["The river is up."], [])
    assert (world.run(*run).stderr, asked) == ("", [MARK])
    code = 3
    told = world.run(*run)
    assert (told.exit_code, told.stderr, titles(told.stdout_bytes)) == (
        0, "mill.example: no answer.\n", ["The river is up."],
    )  # fmt: skip
    nothing = world.run("filter", "zoe@mill.example")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (1, "", "thimbl: mill.example: no answer.\n")


def test_newsboat(world: World, feed: bytes, tmp_path: Path) -> None:
    """By `exec:` and by `filter:`; of one id it keeps one entry, so each has its own."""
    world.run("mute", "frost")
    world.post(ANA, "First furrow.")
    source = tmp_path / "timeline.atom"
    source.write_bytes(feed.replace(b"rye", b"wheat"))
    (tmp_path / "urls").write_text(f'"exec:thimbl filter ana@fields.example --no-fetch"\n"filter:thimbl filter:file://{source}"\n')
    (tmp_path / "config").touch()
    log = tmp_path / "log"
    paths = [f"{option}{tmp_path / name}" for option, name in (("-C", "config"), ("-u", "urls"), ("-c", "cache.db"))]
    done = subprocess.run(
        ["newsboat", *paths, f"-d{log}", "-l3", "-x", "reload"],
        env={"HOME": str(tmp_path), "THIMBL_HOME": str(world.home), "PATH": f"{warm_thimbl().parent}:/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, log.read_text() if log.exists() else "") == (0, "", "")
    with sqlite3.connect(tmp_path / "cache.db") as cache:
        found = cache.execute("SELECT feedurl, title FROM rss_item ORDER BY feedurl, title").fetchall()
    cache.close()
    assert [(url.partition(":")[0], title) for url, title in found] == [
        ("exec", "First furrow."),
        ("filter", "The river"),
        ("filter", "[not as signed] We sow < wheat & spelt."),
    ]
