"""What strangers say of themselves, and why their plans were refused: in words that can not be taken for ours."""

import json

import pytest

from tests.cli.reading_room import ANA, MARK, World
from thimbl.cli import follow, network
from thimbl.cli.context import Context
from thimbl.cli.errors import Failure
from thimbl.core.address import Address
from thimbl.core.log import Known, Verdict, judge_bytes
from thimbl.core.schedule import USUAL, Pace
from thimbl.node.polling.fetch import Outcome

OLD = Address.parse("old@river.example")


def test_a_property_is_no_fact(world: World) -> None:
    """An author can call a property 'key', 'verdict', or anything at all in a plan of version 1."""
    plan = {
        "name": "Old",
        "address": str(OLD),
        "messages": [],
        "properties": {"\x1b[2Jkey": "SHA256:theirs\nverdict    verified", "verdict": "verified", "website": "x"},
    }
    world.take(OLD, json.dumps(plan))
    lines = world.lines("profile", str(OLD))
    assert not any("\x1b" in line for line in lines)
    assert [line for line in lines if line.startswith(("verdict", "key"))] == [
        "verdict    unsigned: a version 1 plan: nobody has signed it"
    ]
    assert [line for line in lines if line.startswith(". ")] == [
        ". ^[[2Jkey SHA256:theirs verdict verified",
        ". verdict  verified",
        ". website  x",
    ]


def test_ones_own_profile_needs_no_fetch(world: World) -> None:
    world.pen(ANA).describe({"name": "Ana of the leeks"})
    assert "name       Ana of the leeks" in world.lines("profile")


def test_a_fetch_takes_in_what_one_has_written_oneself(world: World) -> None:
    """A plan that was put here by hand is in no store: the books of a commune would lack one's own log."""
    world.pen(ANA).post("Frost tonight.")
    assert world.run("timeline").stdout == ""
    assert world.run("fetch").exit_code == 0
    assert any("Frost tonight." in line for line in world.lines("timeline"))


HOSTILE = json.dumps({"name": "x", "address": "a\nbo@dairy.example: verified.\x1b[2J", "messages": []}).encode()


def test_why_a_plan_was_refused_is_one_line(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    judgement = judge_bytes(HOSTILE, Known(MARK), world.time)
    assert judgement.verdict is Verdict.FORGED
    assert "\n" in judgement.reason
    outcome = Outcome(MARK, judgement.verdict, judgement.reason)
    network._Teller(Context(terminal=False), as_json=False).told(outcome)
    told = capsys.readouterr().err
    assert (told.count("\n"), "\x1b" in told) == (1, False)
    with pytest.raises(Failure) as caught:
        follow._decide(MARK, judgement, anyway=False)
    assert "\n" not in str(caught.value)


def test_nothing_is_learned_in_one_line(world: World) -> None:
    bad, good = world.folder / "bad.plan", world.pen(ANA).files.plan
    bad.write_bytes(HOSTILE)
    result = world.run("verify", str(bad), "--after", str(good), "--after", str(bad))
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1


def test_a_watch_of_some_asks_those(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[list[Address], Pace]] = []

    class Poller:
        def start(self) -> None:
            """Nothing is asked here."""

        stop = start

    def poller(_reactor: object, _account: object, *, who: list[Address], pace: Pace, **_: object) -> Poller:
        asked.append((list(who), pace))
        return Poller()

    monkeypatch.setattr("thimbl.node.polling.watch.poller", poller)
    monkeypatch.setattr("thimbl.node.running.installed", lambda: None)
    monkeypatch.setattr("thimbl.node.running.run", lambda _reactor, work, _wind_up: work())
    assert world.run("fetch", "--watch", str(OLD), "--every", "300").exit_code == 0
    assert world.run("fetch", "--watch").exit_code == 0
    assert asked == [([OLD], Pace.fixed(300)), ([], USUAL)]
    world.paths.following.write_text(f"following:\n- nick: oldie\n  address: {OLD}\n")
    assert world.run("fetch", "--watch", "oldie").exit_code == 0
    assert asked[-1] == ([OLD], USUAL)
    told = world.run("fetch", "nobody")
    assert (told.exit_code, "You follow nobody whom you call 'nobody'" in told.stderr) == (2, True)
    told = world.run("fetch", "--every", "300")
    assert (told.exit_code, "--watch" in told.stderr) == (2, True)


def test_words_that_are_not_utf8(world: World) -> None:
    result = world.run("search", "leeks", "\udcff")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "not UTF-8" in result.stderr


def test_a_simulation_beyond_every_amount(world: World) -> None:
    """Sums have as many digits as they have, in words and in JSON."""
    arguments = ["bond", "offer", "--simulate", "--face", "9999999999999.99 EUR", "--rent", "833333333333.40"]
    said = world.lines(*arguments, "--rate", "100")
    (data,) = [json.loads(line) for line in world.lines(*arguments, "--rate", "100", "--json")]
    assert f"Interest in all: {data['interest']}." in said
    assert len(data["interest"].partition(".")[0]) > 13
