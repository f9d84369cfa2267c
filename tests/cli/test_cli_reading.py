"""The commands that read, on a real store: what they show, find, mark, and say where there is nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.world import ANA, LOWER, MARK, World
from thimbl.core.address import Address
from thimbl.core.terminal import safe

STRANGER = Address.parse("stranger@elsewhere.example")
DATA = Path(__file__).resolve().parents[1] / "data"
OFFER = {
    "commune": "commune@fields.example", "series": "TRACTOR-1", "asset": "a small tractor", "face": "12000.00 EUR",
    "unit": "100.00 EUR", "rent": "550.00 EUR", "term": 24, "rate_bp": 400, "closes": "2026-12-01T12:00:00Z",
}


def objects(world: World, *args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.lines(*args, "--json")]


def texts(world: World, *args: str) -> list[str]:
    return [item["text"] for item in objects(world, *args)]


# lists


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
        "updated", "asked", "answered", "failure", "gap_below", "moved_to", "posts",
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


@pytest.mark.parametrize("args", [["thread", "abcd"], ["show", "abcd"], ["mark", "abcd"]])
def test_no_store_for_one(empty: Callable[..., Result], args: list[str]) -> None:
    """What needs a record fails where there is no store."""
    result = empty(*args)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("thimbl: There is no store ")


def test_nobody_followed(world: World) -> None:
    """The next step depends on what is missing."""
    assert "thimbl fetch" in world.run("timeline").stderr
    with world.writer() as writer:
        for address in (MARK, LOWER):
            writer.unfollow(address)
    assert "thimbl follow ADDRESS" in world.run("timeline").stderr
    assert "thimbl follow ADDRESS" in world.run("following").stderr


# one record


def test_thread(world: World) -> None:
    """From any of its records: the tree; the retracted and the missing in their places."""
    root = world.post(ANA, "root")
    one = world.post(MARK, "one", re=f"{ANA}#{root}")
    two = world.post(LOWER, "two", re=f"{MARK}#{one}")
    world.post(LOWER, "three", re=f"{ANA}#{root}")

    def bodies(ref: str) -> list[str]:
        heads = ("you", "  mark", "  coop", "    coop", "mark")
        return [line for line in world.lines("thread", ref) if line and not line.startswith(heads)]

    assert bodies(root) == bodies(two[:8]) == ["    root", "      one", "        two", "      three"]
    places = objects(world, "thread", one)
    assert [place["depth"] for place in places] == [0, 1, 2, 1]
    assert list(places[0])[:3] == ["depth", "missing", "reference"]
    world.time += 60
    world.pen(MARK).retract(one)
    world.fetch(MARK)
    # With its body went what it answered.
    assert bodies(two) == ["    [retracted by its author]", "      two"]
    lost = "a" * 52
    last = world.post(MARK, "what you said", re=f"{STRANGER}#{lost}")
    assert world.lines("thread", last[:8])[0] == f"[{STRANGER} wrote aaaaaaaa, which is not here]"
    assert objects(world, "thread", last)[0] == {
        "depth": 0, "missing": True, "reference": f"{STRANGER}#{lost}", "id": lost, "address": str(STRANGER),
    }


def test_show(world: World) -> None:
    """In full: the text, what is known, and the record as it came."""
    made = world.post(MARK, "see https://mill.example/x", subject="bread", lang="en")
    lines = world.lines("show", made[:8])
    assert lines[1:3] == ["    bread", "    see https://mill.example/x"]
    assert f"  record   {MARK}#{made}" in lines
    assert "  number   1 of 1, kind post" in lines
    assert "  verdict  ✓ verified" in lines
    assert "  link     https://mill.example/x" in lines
    assert any(line.startswith("  key      SHA256:") for line in lines)
    assert any(line.split() == ["lang", "en"] for line in lines)
    [told] = objects(world, "show", f"{MARK}#{made}")
    assert list(told)[-5:] == ["fingerprint", "reason", "head_seq", "head_updated", "earlier"]
    assert told["earlier"] is None
    [raw] = world.lines("show", made, "--raw")
    record = json.loads(raw)
    assert (record["text"], record["seq"], record["kind"]) == ("see https://mill.example/x", 1, "post")
    assert world.run("show", made, "--raw", "--json").exit_code == 2


def test_edited(world: World) -> None:
    """What it says now, that it was changed, and what it said before."""
    made = world.post(MARK, "helo")
    world.time += 60
    world.pen(MARK).edit(made, "hello")
    world.fetch(MARK)
    assert "  edited" in world.lines("timeline")[0]
    assert "    helo" not in world.lines("show", made[:8])
    assert "    helo" in world.lines("show", made[:8], "--earlier")
    assert [old["text"] for old in objects(world, "show", made, "--earlier")[0]["earlier"]] == ["helo"]


def test_names_of_records(world: World) -> None:
    """Any unambiguous beginning of an id, with or without its author; ambiguity lists what it may be."""
    ids = [world.post(MARK, f"post {number}") for number in range(3)]
    for ref in (ids[0], ids[0][:8], ids[0][:8].upper(), f"#{ids[0][:8]}", f"{MARK}#{ids[0][:10]}…", f"{MARK}#{ids[0]}"):
        assert objects(world, "show", ref)[0]["id"] == ids[0]
    for code, refs in ((2, ("abc", "no such", "x@y", "", "@#abcd")), (1, (f"{LOWER}#{ids[0]}", "aaaa"))):
        for ref in refs:
            result = world.run("show", ref)
            assert (ref, result.exit_code, result.stdout, result.stderr.count("\n")) == (ref, code, "", 1)


def test_ambiguous_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one letter asked for, a few posts are enough to have two of a kind."""
    monkeypatch.setattr("thimbl.cli.names.LEAST", 1)
    ids = [world.post(MARK, f"post {number}") for number in range(33)]
    first = next(letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if sum(id[0] == letter for id in ids) > 1)
    result = world.run("show", first)
    assert result.exit_code == 1
    assert f"thimbl: '{first}' is the beginning of " in result.stderr
    assert "  mark  post " in result.stderr


def test_nobody_of_that_name(world: World) -> None:
    """It says where the names are."""
    result = world.run("timeline", "-a", "nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "thimbl following" in result.stderr
    assert world.run("timeline", "-a", "no@body@at").exit_code == 2


def test_message_of_2010(world: World) -> None:
    """No record, but shown like the rest."""
    old = Address.parse("dk@telekommunisten.org")
    world.follow(old, "dk")
    assert world.take(old, (DATA / "thimbl-2010-plan.json").read_text(encoding="utf-8")) == "unsigned"
    items = objects(world, "timeline", "-a", "dk", "-n", "0")
    assert items
    assert all(item["seq"] is None and item["verdict"] == "unsigned" for item in items)
    lines = world.lines("show", items[0]["id"])
    assert "  number   none: a message of version 1 has no place in a log" in lines
    assert "  key      none: nobody signs this plan" in lines
    assert world.run("show", items[0]["id"], "--raw").exit_code == 1


# read and mark


def test_read_without_fetching(world: World) -> None:
    """What is new, once; and how much is left."""
    for number in range(4):
        world.post(MARK, str(number))
    first = world.run("read", "--no-fetch", "-n", "3", "--json")
    assert [json.loads(line)["text"] for line in first.stdout.splitlines()] == ["1", "2", "3"]
    assert first.stderr.startswith("1 more is unread")
    assert texts(world, "read", "--no-fetch") == ["0"]
    again = world.run("read", "--no-fetch")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr.startswith("Nothing is new.")


def test_read_fetches_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exit code is the fetch's; what came is shown."""

    def fetch_now(_context: object) -> int:
        world.post(MARK, "fresh")
        return 3

    monkeypatch.setattr("thimbl.cli.network.fetch_now", fetch_now)
    result = world.run("read")
    assert result.exit_code == 3
    assert "    fresh" in result.stdout


def test_mark(world: World) -> None:
    """One, several, all; and back."""
    ids = [world.post(MARK, str(number)) for number in range(3)]
    world.post(LOWER, "other")
    assert world.run("mark", ids[0][:8], ids[1], ids[1]).stderr == "Marked 2 as read.\n"
    assert texts(world, "timeline", "--unread") == ["2", "other"]
    assert world.run("mark", "--unread", ids[0]).exit_code == 0
    assert texts(world, "timeline", "--unread") == ["0", "2", "other"]
    assert world.run("mark", "--all", "--author", "coop").stderr == "Marked 1 as read.\n"
    assert texts(world, "timeline", "--unread") == ["0", "2"]
    assert world.run("mark", "--all").exit_code == 0
    assert texts(world, "timeline", "--unread") == []
    for wrong in (["mark"], ["mark", "--all", ids[0]], ["mark", ids[0], "--author", "coop"]):
        assert world.run(*wrong).exit_code == 2


# upkeep


def test_rebuild(world: World) -> None:
    """The same again, what was read and what was not."""
    with_file(world)
    world.post(ANA, "mine")
    ids = [world.post(MARK, text) for text in ("his", "his too")]
    assert world.run("mark", ids[0]).exit_code == 0
    before = world.lines("timeline", "--json"), world.lines("following", "--json")
    result = world.run("rebuild")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (world.lines("timeline", "--json"), world.lines("following", "--json")) == before


def with_file(world: World) -> None:
    """Write the following file that `thimbl follow` would have written."""
    world.paths.following.write_text(
        f"following:\n- nick: mark\n  address: {MARK}\n- nick: coop\n  address: {LOWER}\n", encoding="utf-8"
    )


def test_rebuild_of_what_is_gone(world: World) -> None:
    """One's own come back; others after a fetch."""
    world.post(ANA, "mine")
    for path in world.paths.store.parent.glob("store.sqlite3*"):
        path.unlink()
    result = world.run("rebuild")
    assert (result.exit_code, result.stdout) == (0, "")
    assert texts(world, "timeline") == ["mine"]


def test_tui_off_a_terminal(world: World) -> None:
    """It says what does without one."""
    result = world.run("tui")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "needs a terminal" in result.stderr


def test_tui_on_a_terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the store, which is there by then, and a desk that asks nobody behind the full screen."""
    seen: list[tuple[Path, Any]] = []

    def run(store: Path, desk: Any, _clock: object) -> int:
        assert store.exists()
        seen.append((store, desk))
        return 0

    monkeypatch.setattr("tui.app.run", run)
    world.paths.store.unlink()
    assert world.run("tui", terminal=True).exit_code == 0
    [(store, desk)] = seen
    assert (store, desk.address, desk.account.ask) == (world.paths.store, ANA, None)


def test_tui_without_textual(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how to get it."""
    monkeypatch.setattr("thimbl.cli.upkeep.find_spec", lambda _name: None)
    result = world.run("tui", terminal=True)
    assert result.exit_code == 1
    assert "pip install 'thimbl-node[tui]'" in result.stderr
