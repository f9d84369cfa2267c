"""What `fetch --watch` says: what a person would want to know, and that once."""

import json
import os

import pytest

from thimbl.cli.context import Context
from thimbl.cli.watching import WatchTeller, is_unheard
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.node.polling.fetch import Outcome

ANA, BO = Address.parse("ana@fields.example"), Address.parse("bo@fields.example")
NEW_HOME = Address.parse("ana@dairy.example")

WELL = Outcome(ANA, Verdict.VERIFIED, unchanged=True)
AWAY = Outcome(ANA, reason="nothing listens there", unreachable=True)


def told(
    capsys: pytest.CaptureFixture[str], *outcomes: Outcome, terminal: bool = False, moved: bool = False
) -> list[str]:
    """What a teller says of these."""
    teller = WatchTeller(Context(environ={}, clock=lambda: 0, terminal=terminal), as_json=False)
    for outcome in outcomes:
        teller.told(outcome, moved)
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()


def test_nothing_new_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, WELL, WELL) == []


def test_new_posts_are_a_line_with_the_time_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    several = Outcome(ANA, Verdict.VERIFIED, new=3)
    assert told(capsys, several, Outcome(BO, Verdict.VERIFIED, new=1)) == [f"{ANA}: 3 new.", f"{BO}: 1 new."]
    [line] = told(capsys, several, terminal=True)
    assert line[5:] == f"  {ANA}: 3 new."
    assert line[2] == ":"


def test_a_host_that_is_away_is_told_once_and_once_that_it_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    also = Outcome(BO, reason="another word for it", unreachable=True)
    assert told(capsys, AWAY, also, AWAY, WELL, WELL, AWAY) == [
        f"{ANA}: nothing listens there.",
        "fields.example answers again.",
        f"{ANA}: nothing listens there.",
    ]


def test_a_mirror_that_answers_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    words = "nothing listens there"
    first = Outcome(ANA, Verdict.VERIFIED, source="mirror.example", failure=words, unreachable=True)
    later = Outcome(ANA, Verdict.VERIFIED, source="mirror.example", failure=words, new=1)
    lines = told(capsys, first, later, first, later, WELL)
    assert lines == [
        f"{ANA}: {words}. The mirror mirror.example answered.",
        f"{ANA}: 1 new, by way of mirror.example.",
        f"{ANA}: 1 new, by way of mirror.example.",
        "fields.example answers again.",
    ]


def test_mirrors_that_do_not_answer_either_say_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(told(capsys, AWAY, Outcome(BO, reason="mirror mirror.example: away"), AWAY)) == 1


def test_a_plan_that_is_not_taken_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    forged = Outcome(ANA, Verdict.FORGED, "a signature\nbends")
    lines = told(capsys, forged, forged, Outcome(ANA, Verdict.STALE, "older"), WELL)
    assert lines == [f"{ANA}: forged: a signature bends.", f"{ANA}: stale: older.", f"{ANA} is well again."]


@pytest.mark.parametrize("moved", [False, True])
def test_a_move_is_told_once(capsys: pytest.CaptureFixture[str], moved: bool) -> None:
    outcome = Outcome(ANA, Verdict.VERIFIED, moved_to=NEW_HOME)
    [line] = told(capsys, outcome, outcome, moved=moved)
    assert str(NEW_HOME) in line
    assert ("follow them there now" in line) == moved
    assert ("thimbl follow" in line) != moved


def test_a_program_gets_every_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    teller = WatchTeller(Context(environ={}, clock=lambda: 0), as_json=True)
    for outcome in (WELL, AWAY, AWAY):
        teller.told(outcome, False)
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [data["failure"] for data in objects] == [None, AWAY.reason, AWAY.reason]


def test_a_pipe_that_nobody_reads_any_more_is_told_from_all_else() -> None:
    """Only then does a poller end by itself: not for a file, and not for a descriptor that was never open."""
    reading, writing = os.pipe()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        assert not is_unheard(writing)
        assert not is_unheard(nowhere)
        os.close(reading)
        assert is_unheard(writing)
    finally:
        os.close(writing)
        os.close(nowhere)
    assert not is_unheard(writing)
