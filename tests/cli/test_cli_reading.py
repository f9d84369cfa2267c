"""The lists, on a real store: what they show and find, and what they say where there is nothing."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects, texts
from thimbl.core.address import Address
from thimbl.core.terminal import safe

STRANGER = Address.parse("stranger@elsewhere.example")
OFFER = {
    "commune": "commune@fields.example", "series": "TRACTOR-1", "asset": "a small tractor", "face": "12000.00 EUR",
    "unit": "100.00 EUR", "rent": "550.00 EUR", "term": 24, "rate_bp": 400, "closes": "2026-12-01T12:00:00Z",
}


def test_timeline(world: World) -> None:
    """What the followed wrote, and oneself; the newest last; nothing of strangers."""
    world.post(MARK, "first")
    world.post(ANA, "second")
    world.post(STRANGER, "not followed")
    third = world.post(LOWER, "third")
    world.time += 3600
    lines = world.lines("timeline")
    assert lines == [
        "mark  ✓ verified  1h ago, 2026-11-18 09:47  " + lines[0].split()[7] + "  ● new",
        "    first",
        "",
        lines[3],
        "    second",
        "",
        f"coop (Lower)  ✓ verified  1h ago, 2026-11-18 09:50  {third[:8]}  ● new",
        "    third",
    ]
    assert lines[3].startswith("you  1h ago, ")
    assert texts(world, "timeline", "--newest-first") == ["third", "second", "first"]
    assert texts(world, "timeline", "--everyone") == ["first", "second", "not followed", "third"]
    assert texts(world, "timeline", "-n", "2") == ["second", "third"]
    assert texts(world, "timeline", "--author", "coop") == texts(world, "timeline", "-a", "lower@FIELDS.example")
    assert texts(world, "timeline", "-a", str(STRANGER)) == ["not followed"]
    assert texts(world, "timeline", "--unread") == ["first", "third"]


def test_since_and_until(world: World) -> None:
    """As people say times; from the one, up to the other."""
    for text in ("one", "two", "three"):
        world.post(MARK, text)
    assert texts(world, "timeline", "--since", "1m") == ["two", "three"]
    assert texts(world, "timeline", "--until", "2026-11-18T09:49") == ["one", "two"]
    assert texts(world, "timeline", "--since", "2026-11-18T09:48", "--until", "now") == ["two"]
    result = world.run("timeline", "--since", "a while ago")
    assert result.exit_code == 2
    assert "2026-11-01T10:00" in result.stderr


def test_limits(world: World) -> None:
    """Twenty unless said otherwise; 0 is all; the environment may say it."""
    for number in range(25):
        world.post(MARK, str(number))
    assert len(objects(world, "timeline")) == 20
    assert texts(world, "timeline", "-n", "0")[0] == "0"
    assert world.run("timeline", "--json", THIMBL_TIMELINE_LIMIT="3").stdout.count("\n") == 3
    assert world.run("timeline", "-n", "-1").exit_code == 2


def test_lists_that_contradict_each_other(world: World) -> None:
    """One list at a time."""
    result = world.run("timeline", "--everyone", "--bonds")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_follow(world: World) -> None:
    """As `tail -f`: what comes in later follows, once, old news too; Ctrl-C ends it."""
    world.post(MARK, "before")
    acts: list[Callable[[], object]] = [
        lambda: None,
        lambda: world.post(MARK, "while"),
        lambda: world.post(STRANGER, "not followed"),
        lambda: world.post(LOWER, "after"),
    ]

    def sleep(_seconds: float) -> None:
        if not acts:
            raise KeyboardInterrupt
        acts.pop(0)()

    result = world.run("timeline", "--follow", "--json", sleep=sleep)
    assert result.exit_code == 130
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["before", "while", "after"]
    assert world.run("timeline", "-f", "--newest-first").exit_code == 2


def test_bonds(world: World) -> None:
    """Offers, shown as offers."""
    world.post(LOWER, "soon")
    world.time += 60
    world.pen(LOWER).announce("bond-offer", OFFER)
    world.fetch(LOWER)
    assert "    offers bonds TRACTOR-1: a small tractor, 12000.00 EUR at 4 % a year, rent" in world.lines(
        "timeline", "--bonds"
    )
    [offer] = objects(world, "timeline", "--bonds")
    assert offer["kind"] == "bond-offer"
    assert offer["body"]["series"] == "TRACTOR-1"
    assert any("24 months" in line for line in world.lines("show", offer["id"][:8]))


def test_mentions(world: World) -> None:
    """What names one, and what answers one."""
    mine = world.post(ANA, "who has a spare furrow?")
    world.post(MARK, f"@{ANA} I have")
    world.post(LOWER, "we too", re=f"{ANA}#{mine}")
    world.post(LOWER, "something else")
    assert texts(world, "mentions") == [f"@{ANA} I have", "we too"]
    assert f"    answers {ANA} {mine[:8]}" in world.lines("mentions")


def test_search(world: World) -> None:
    """All words; tags."""
    world.post(MARK, "the #tractor is here")
    world.post(LOWER, "a tractor, at last")
    assert texts(world, "search", "tractor") == ["the #tractor is here", "a tractor, at last"]
    assert texts(world, "search", "#Tractor") == ["the #tractor is here"]
    assert texts(world, "search", "tractor", "last") == ["a tractor, at last"]
    assert "has all of these words" in world.run("search", "plough").stderr
    assert world.run("search").exit_code == 2
    assert world.run("search", '"(*', "OR").exit_code == 0


def test_following(world: World) -> None:
    """One row for each, the troubles under it."""
    world.post(MARK, "here")
    with world.writer() as writer:
        writer.failed(LOWER, "nobody answers \x1b[31mat fields.example", world.time)
        writer.follow(STRANGER, "odd", private=True)
    world.time += 7200
    lines = world.lines("following")
    assert lines[1].index(str(LOWER)) == lines[3].index(str(MARK)) == lines[4].index(str(STRANGER))
    assert [line.split()[0] for line in lines[1:]] == ["coop", "could", "mark", "odd"]
    assert "✓ verified" in lines[3]
    assert lines[3].endswith("✓ verified       2h ago   2h ago")
    assert "(private)" in lines[4]
    assert lines[4].endswith("never")
    assert "\x1b" not in "".join(lines)
    mark = objects(world, "following")[1]
    assert list(mark) == [
        "address", "nick", "name", "followed", "private", "verdict", "reason", "fingerprint", "recovery", "seq",
        "updated", "asked", "answered", "failure", "gap_below", "moved_to", "posts", "due", "source",
        "cited_by", "url", "format", "moved_url",
    ]
    assert (mark["address"], mark["seq"], mark["posts"]) == (str(MARK), 1, 1)
    assert mark["fingerprint"].startswith("SHA256:")


def test_hostile_plan(world: World) -> None:
    """Whatever somebody writes, the terminal is told nothing by it."""
    evil = "\x1b]0;x\x07\x9b2J\u202e" + "\x00" * 3
    world.post(MARK, f"look {evil}", subject=f"s{evil}")
    world.pen(MARK).describe({"name": evil})
    world.time += 60
    world.pen(MARK).announce("odd\u202e", {"a": evil})
    world.fetch(MARK)
    odd = objects(world, "timeline")[-1]["id"]
    lists = (["timeline"], ["timeline", "--unfold"], ["following"], ["search", "look"])
    for args in (*lists, ["thread", odd], ["show", odd]):
        shown = world.run(*args)
        assert shown.exit_code == 0
        assert safe(shown.output) == shown.output
        raw = world.run(*args, "--json").output if args[-1] != "--unfold" else ""
        assert safe(raw) == raw


def test_colour_on_a_terminal_alone(world: World) -> None:
    """Off a terminal there is none, and NO_COLOR counts."""
    world.post(MARK, "here")
    assert "\x1b[" in world.run("timeline", terminal=True).stdout
    assert "\x1b" not in world.run("timeline").stdout
    assert "\x1b" not in world.run("timeline", terminal=True, NO_COLOR="1").stdout
    assert "\x1b" not in world.run("timeline", "--json", terminal=True).stdout


# where there is nothing


@pytest.mark.parametrize("args", [["timeline"], ["mentions"], ["search", "x"], ["following"], ["read", "--no-fetch"]])
def test_nothing_at_all(empty: Callable[..., Result], args: list[str]) -> None:
    """It works, shows nothing, and says what to do next; a program is told nothing."""
    result = empty(*args)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "thimbl init" in result.stderr
    quiet = empty(*args, "--json")
    assert (quiet.exit_code, quiet.output) == (0, "")


def test_nobody_followed(world: World) -> None:
    """The next step depends on what is missing."""
    assert "thimbl fetch" in world.run("timeline").stderr
    with world.writer() as writer:
        for address in (MARK, LOWER):
            writer.unfollow(address)
    assert "thimbl follow ADDRESS" in world.run("timeline").stderr
    assert "thimbl follow ADDRESS" in world.run("following").stderr
