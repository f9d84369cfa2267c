"""What is said of the logs that communes cite, and of those who have seen another record."""

import json
from dataclasses import replace

import pytest

from tests.cli.reading_room import MARK, World, objects
from thimbl.cli.citing import cited_line, commune_line, gathered_lines, settled_line
from thimbl.cli.context import Context
from thimbl.cli.network import outcome_data, troubles
from thimbl.cli.watching import WatchTeller
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.witnesses import Settled
from thimbl.store.citations import Commune, Gathered, Lacking
from thimbl.store.disputes import Dispute
from tui.reports import Report

COMMUNE, ANA, ZOE = (Address.parse(f"{name}.example") for name in ("commune@fields", "ana@hill", "zoe@dairy"))
NAME = str(COMMUNE)
DISPUTE = Dispute(COMMUNE, 12, "b" * 52, "a" * 52, ANA)


@pytest.mark.parametrize(
    ("gathered", "lines"),
    [
        (Gathered(NAME, 1, 0, ()), [f"{NAME} cites 1 log besides those you follow: it is here."]),
        (
            Gathered(NAME, 7, 2, (Lacking("a@x.example", "nothing\x1b[31m listens"), Lacking("b@x.example", None))),
            [
                f"{NAME} cites 7 logs besides those you follow: 5 are here, 2 lacking.",
                "    a@x.example: nothing^[[31m listens.",
                "    b@x.example: nothing that holds came yet.",
                "    2 logs that only older records cite are not asked for.",
            ],
        ),
        (
            Gathered(NAME, 6, 0, tuple(Lacking(f"{name}@x.example", "away") for name in "abcde")),
            [
                f"{NAME} cites 6 logs besides those you follow: 1 is here, 5 lacking.",
                *(f"    {name}@x.example: away." for name in "abc"),
                "    And 2 more: 'thimbl following --cited' lists all.",
            ],
        ),
    ],
)
def test_how_the_logs_of_a_commune_stand(gathered: Gathered, lines: list[str]) -> None:
    assert list(gathered_lines([gathered])) == lines


def test_that_somebody_is_a_commune() -> None:
    assert "and cites 2 logs besides those you follow: 'thimbl fetch'" in commune_line(Commune(NAME, ("a", "b")))
    assert cited_line(Commune(NAME, ("a",))) == f"{NAME}: 1 log that it cites is asked for too."


def test_a_witness_who_shows_nothing() -> None:
    line = settled_line(Settled(DISPUTE, None, "nobody\nlistens"))
    assert line == (
        f"{ANA} has seen another record 12 of {COMMUNE} than is here (bbbbbbbb, not aaaaaaaa), "
        "and does not show it: nobody listens."
    )


def test_of_whom_a_commune_cites_only_what_is_wrong_is_told() -> None:
    away = Outcome(ZOE, reason="away", unreachable=True, cited_by=(NAME,))
    forged = Outcome(ZOE, Verdict.FORGED, "bent", cited_by=(NAME,))
    by_mirror = Outcome(ZOE, Verdict.VERIFIED, source="m.example", failure="away", cited_by=(NAME,))
    assert [list(troubles(one)) for one in (away, forged, by_mirror)] == [[], [f"{ZOE}: forged: bent."], []]
    assert outcome_data(away)["cited_by"] == [NAME]


def test_the_terminal_program_counts_no_failure_of_theirs_either() -> None:
    away = Outcome(ZOE, reason="away", unreachable=True)
    cited = replace(away, cited_by=(NAME,))
    reports = [Report.read(json.dumps(outcome_data(one)).encode()) for one in (away, cited)]
    assert [report and report.failure for report in reports] == ["away", ""]


def test_a_watch_tells_it_once(capsys: pytest.CaptureFixture[str]) -> None:
    teller = WatchTeller(Context(environ={}, clock=lambda: 0, terminal=False), as_json=False)
    teller.citing([Commune(NAME, ("a", "b")), Commune("quiet@x.example", ())])
    teller.citing([Commune(NAME, ("a", "b"))])
    teller.told(Outcome(ZOE, reason="away", unreachable=True, cited_by=(NAME,)), False)
    teller.told(Outcome(ZOE, Verdict.VERIFIED, new=2, cited_by=(NAME,), moved_to=ANA), False)
    teller.settled(Settled(DISPUTE, None, "away"))
    teller.settled(Settled(DISPUTE, None, "away"))
    fork = Outcome(COMMUNE, Verdict.FORKED, "two minds", source="hill.example")
    teller.told(fork, False)
    teller.settled(Settled(DISPUTE, fork))
    teller.told(Outcome(COMMUNE, Verdict.VERIFIED), False)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"{NAME}: 2 logs that it cites are asked for too.",
        f"{ZOE}: 2 new, cited by {NAME}.",
        settled_line(Settled(DISPUTE, None, "away")),
        f"{COMMUNE}: forked: two minds.",
    ]


def test_the_list_of_the_followed_says_whose_logs_are_asked_for_too(world: World) -> None:
    pen = world.pen(MARK)
    pen.announce("charter", {"name": "The Fields", "currency": "EUR", "digits": 2, "period": "month", "rules": 1})
    assert world.run("following", "--cited").stderr.startswith("Nobody is asked for a commune's sake")
    for who in (ANA, ZOE):
        body = {"who": str(who), "as": "member", "application": f"{who}#{'a' * 52}"}
        pen.announce("admission", body)
    world.fetch(MARK)
    world.pen(ANA).post("Here.")
    world.fetch(ANA)
    shown = world.run("following")
    assert shown.stderr == (
        f"{MARK} cites 2 logs besides those you follow: 1 is here, 1 lacking.\n"
        f"    {ZOE}: nothing that holds came yet.\n"
    )
    assert str(ANA) not in shown.stdout
    title, zoe, ana = world.lines("following", "--cited")
    assert title.split()[:3] == ["cited", "by", "address"]
    assert zoe.split()[:3] == [str(MARK), str(ZOE), "-"]
    assert ana.split()[:4] == [str(MARK), str(ANA), "✓", "verified"]
    listed = objects(world, "following", "--cited")
    assert [(one["address"], one["followed"], one["cited_by"]) for one in listed] == [
        (str(ZOE), False, [str(MARK)]),
        (str(ANA), False, [str(MARK)]),
    ]
