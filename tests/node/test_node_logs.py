"""The log: a JSON object a line, whatever a stranger sends, and no answer waits for it."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from finger.query import Query, QueryError
from finger.served import Outcome, Served
from thimbl.home.serving import LogChoice
from thimbl.node.serving.logs import BACKLOG, FLUSH_SECONDS, MAX_SHOWN, PIECE, Log, fault_fields
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.traffic import Traffic, kind_of

NOON = 1_795_348_800.9
PEER = IPv4Address("TCP", "192.0.2.7", 4711)


class Paper:
    """What a log is written on; `clock` is the reactor's."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.clock = Clock()
        self.log = Log(self.clock, self.pieces.append, lambda: NOON)

    def lines(self) -> list[dict[str, object]]:
        """All that was logged; nothing may be after it."""
        self.log.close(10)
        return [json.loads(line) for line in b"".join(self.pieces).decode("ascii").splitlines()]


def served(query: Query | None = None, outcome: Outcome = Outcome.ANSWERED, peer: Any = PEER) -> Served:
    return Served(query, peer, outcome, 812, 0.00123)


def traffic(paper: Paper, choice: LogChoice = LogChoice.QUERIES) -> Traffic:
    return Traffic(Metrics(), paper.log, choice)


def test_a_line_a_query_without_who_asked():
    paper = Paper()
    traffic(paper).heard(served(Query("alice/head")))
    traffic(paper).heard(served(None, Outcome.REFUSED))
    both = {"time": "2026-11-22T12:00:00Z", "event": "query", "bytes": 812, "ms": 1.2}
    assert paper.lines() == [
        {**both, "query": "alice/head", "outcome": "answered"},
        {**both, "query": None, "outcome": "refused"},
    ]


@pytest.mark.parametrize(("peer", "shown"), [(PEER, "192.0.2.7"), (UNIXAddress(b"/x"), ""), (None, "")])
def test_who_asked_where_the_administrator_wants_it(peer, shown):
    paper = Paper()
    traffic(paper, LogChoice.PEERS).heard(served(Query("alice"), peer=peer))
    assert paper.lines()[0]["peer"] == shown


def test_off_is_off_for_queries_alone():
    paper = Paper()
    traffic(paper, LogChoice.OFF).heard(served(Query("alice")))
    paper.log.event("start", pid=1)
    assert [line["event"] for line in paper.lines()] == ["start"]


@given(st.text(max_size=200))
def test_whatever_is_asked_for_stays_in_its_line(text):
    try:
        query = Query(text)
    except QueryError:
        return
    paper = Paper()
    traffic(paper).heard(served(query))
    (line,) = paper.lines()
    assert str(query).startswith(str(line["query"]).removesuffix("…"))
    assert len(str(line["query"])) <= MAX_SHOWN


def test_an_event_says_whatever_it_has():
    paper = Paper()
    paper.log.event("reload", needs_restart=["listen"], text="\x1b[2J\u202e\n", none=None)
    (line,) = paper.lines()
    assert line["text"] == "\x1b[2J\u202e\n"
    assert b"\x1b" not in b"".join(paper.pieces)


def test_lines_are_written_together_and_soon():
    paper = Paper()
    for number in range(20):
        paper.log.event("query", number=number)
    assert len(paper.clock.getDelayedCalls()) == 1
    paper.clock.advance(FLUSH_SECONDS)
    paper.log.event("stop")
    lines = paper.lines()
    assert [line.get("number") for line in lines] == [*range(20), None]
    assert len(paper.pieces) == 2


def test_no_piece_is_longer_than_what_the_kernel_writes_in_one():
    paper = Paper()
    for number in range(1000):
        paper.log.event("query", number=number, query="x" * (number % 97))
    assert [line["number"] for line in paper.lines()] == list(range(1000))
    assert max(map(len, paper.pieces)) <= PIECE
    assert all(piece.endswith(b"}\n") for piece in paper.pieces)


def test_a_reader_that_falls_behind_loses_lines_and_is_told():
    """The pipe is full: lines are left out, nothing waits, and how many they were stands in the log."""
    clock, may_go_on, pieces = Clock(), threading.Event(), []

    def write(data: bytes) -> None:
        may_go_on.wait(30)
        pieces.append(data)

    log = Log(clock, write, lambda: NOON)
    sent = 0
    while not log.lost:
        log.event("query", text="x" * 2000)
        log.flush()
        sent += 1
        assert sent < 2 * BACKLOG / 2000, "it grew without bound"
    may_go_on.set()
    log.close(30)
    assert len(pieces) == sent - log.lost
    again = Log(clock, pieces.append, lambda: NOON)
    again._untold = 3
    again.event("query")
    again.close(30)
    assert b'"event": "log-behind", "lines_left_out": 3' in pieces[-1]


def test_a_disk_that_is_full_ends_nothing():
    def write(data: bytes) -> None:
        raise OSError("No space left on device")

    log = Log(Clock(), write)
    for _ in range(3):
        log.event("query")
        log.flush()
    log.close(30)
    assert not log._thread.is_alive()


def test_a_writer_that_is_stuck_does_not_hold_up_the_end():
    stuck = threading.Event()

    def write(data: bytes) -> None:
        stuck.wait(30)

    log = Log(Clock(), write)
    log.event("query")
    log.close(0)
    stuck.set()


def test_a_fault_has_no_traceback_unless_it_is_looked_for():
    try:
        raise ValueError("no\nsuch")
    except ValueError:
        event = {"log_format": "A query could not be answered", "log_failure": Failure()}
    assert fault_fields(event, debug=False) == {
        "what": "A query could not be answered",
        "error": "ValueError: no\nsuch",
    }
    assert "test_node_logs.py" in str(fault_fields(event, debug=True)["traceback"])


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (Query("alice"), "plan"),
        (Query("alice/since/41"), "since"),
        (Query("alice/thread/x/y"), "thread"),
        (Query("alice/nonsense"), "other"),
        (Query("timeline"), "page"),
        (Query(""), "list"),
        (Query("alice", ("a.example",)), "forward"),
    ],
)
def test_labels_are_of_a_fixed_number(query, kind):
    assert kind_of(query) == kind
