"""The commands about one record, one conversation, and what counts as read; `rebuild` and `tui`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects, texts
from thimbl.core.address import Address

STRANGER = Address.parse("stranger@elsewhere.example")
DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("args", [["thread", "abcd"], ["show", "abcd"], ["mark", "abcd"]])
def test_no_store(empty: Callable[..., Result], args: list[str]) -> None:
    """What needs a record fails where there is no store."""
    result = empty(*args)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("thimbl: There is no store ")


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
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Made again: 1 item.\n")
    assert texts(world, "timeline") == ["mine"]


def test_tui_off_a_terminal(world: World) -> None:
    """It says what does without one."""
    result = world.run("tui")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "needs a terminal" in result.stderr


def test_tui_on_a_terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the store, which is there by then, and a desk that asks nobody behind the full screen."""
    seen: list[tuple[Path, Any]] = []

    def run(store: Path, desk: Any, _clock: object, _comfort: object) -> int:
        assert store.exists()
        seen.append((store, desk))
        return 0

    monkeypatch.setattr("tui.starting.run", run)
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
