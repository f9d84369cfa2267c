"""Workers: started, told, counted, started again; and what becomes of the daemon where they can not be."""

import json
import socket
from typing import Any

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from thimbl.home.serving import LogChoice, ServeSettings
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.assignment import MAX_MESSAGE, Assignment, Lines, Unservable, to_line
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.workers import (
    FIGURES_SECONDS,
    FIRST_SOCKET,
    FROM_WORKER,
    LONGEST_PAUSE,
    STEADY_SECONDS,
    STOP_SECONDS,
    TO_WORKER,
    Worker,
    Workers,
    environment,
)

KILLED = ProcessTerminated(signal=9)


class Process:
    """A worker's process, as the parent sees it: what it was told, and what it may say."""

    def __init__(self, worker: Worker, how: dict[str, Any]) -> None:
        self.worker, self.how = worker, how
        self.pid = 4711
        self.pipes = {TO_WORKER: None, FROM_WORKER: None}
        self.told: list[dict[str, Any]] = []
        self.signals: list[str] = []
        worker.makeConnection(self)

    def writeToChild(self, number: int, data: bytes) -> None:
        assert number == TO_WORKER
        self.told += Lines().receive(data)

    def signalProcess(self, name: str) -> None:
        self.signals.append(name)

    def says(self, **message: Any) -> None:
        self.worker.childDataReceived(FROM_WORKER, to_line(message))

    def ends(self, how: Exception = KILLED) -> None:
        self.pipes.clear()
        self.worker.processEnded(Failure(how))

    def doings(self) -> list[str]:
        return [message["do"] for message in self.told]


class Crew(Clock):
    """Two workers of a spool, in a reactor that starts `Process`es. `fault` is what starting meets."""

    def __init__(self, spool) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.fault: OSError | None = None
        self.pieces: list[bytes] = []
        self.log = Log(self, self.pieces.append)
        self.metrics = Metrics()
        self.metrics.counter("thimbl_queries_total", "Queries.", ["outcome"])
        self.assignment = Assignment(ServeSettings(spool=spool, workers=2))
        self.workers = Workers(self, self.assignment, self.log, self.metrics, {"NOTIFY_SOCKET": "/x", "HOME": "/h"})
        self.socket = socket.socket()
        self.refusals: list[BaseException | None] = []
        self.started = self.workers.start([self.socket])
        self.started.addErrback(self._refused)

    def _refused(self, failure: Failure) -> None:
        self.refusals.append(failure.value)

    def spawnProcess(self, worker, program, command, **how):
        if self.fault is not None:
            raise self.fault
        self.processes.append(Process(worker, {"command": command, **how}))

    def begin(self) -> "Crew":
        for process in self.processes:
            process.says(**{"is": "ready"})
        assert self.started.called
        return self

    def events(self) -> list[dict[str, Any]]:
        self.log.close(10)
        return [json.loads(line) for line in b"".join(self.pieces).splitlines()]


@pytest.fixture
def crew(tmp_path):
    made = Crew(tmp_path)
    yield made
    made.log.close(10)
    made.socket.close()


def test_all_inherit_the_socket_and_are_told_what_to_do(crew):
    assert len(crew.processes) == 2
    for process in crew.processes:
        assert process.how["command"][-3:] == ["-m", "thimbl.node.serving.worker", "1"]
        assert process.how["childFDs"][FIRST_SOCKET] == crew.socket.fileno()
        assert process.how["env"]["HOME"] == "/h"
        assert Assignment.from_data(process.told[0]["assignment"]) == crew.assignment
    crew.processes[0].says(**{"is": "ready"})
    assert not crew.started.called, "one of two is not all"
    crew.begin()


def test_one_that_dies_is_started_again_at_once(crew):
    crew.begin()
    crew.advance(STEADY_SECONDS)
    crew.processes[0].ends()
    crew.advance(0)
    assert len(crew.processes) == 3
    crew.processes[2].says(**{"is": "ready"})
    assert [(line["event"], line.get("how")) for line in crew.events()] == [
        ("worker-died", "signal SIGKILL"),
        ("worker-started", None),
    ]
    assert b"thimbl_worker_deaths_total 1" in crew.metrics.render()
    assert not crew.processes[1].signals


def test_one_that_dies_again_and_again_is_started_later_and_later(crew):
    crew.begin()
    pauses = []
    for _ in range(14):
        began, number = crew.seconds(), len(crew.processes)
        crew.processes[-1].ends()
        while len(crew.processes) == number:
            assert crew.getDelayedCalls(), "it is not started again"
            crew.advance(min(call.getTime() for call in crew.getDelayedCalls()) - crew.seconds())
        pauses.append(round(crew.seconds() - began, 6))
    assert pauses[:4] == [0, 0.1, 0.2, 0.4]
    assert pauses[-1] == LONGEST_PAUSE
    # One that has lived for a while is forgiven.
    crew.advance(STEADY_SECONDS)
    number = len(crew.processes)
    crew.processes[-1].ends()
    crew.advance(0)
    assert len(crew.processes) == number + 1


def test_a_machine_without_room_for_a_process_is_tried_again(crew):
    crew.begin()
    crew.fault = OSError(11, "Resource temporarily unavailable")
    crew.processes[0].ends()
    crew.advance(0)
    crew.fault = None
    crew.advance(LONGEST_PAUSE)
    assert len(crew.processes) == 3


def test_one_that_can_not_begin_ends_the_daemon_with_its_own_words(crew):
    crew.processes[0].says(**{"is": "unservable", "why": "There is no folder."})
    crew.processes[0].ends(ProcessDone(0))
    assert [(type(fault), str(fault)) for fault in crew.refusals] == [(Unservable, "There is no folder.")]
    crew.processes[1].ends()
    crew.workers.stop()
    assert len(crew.processes) == 2


def test_one_that_ends_without_a_word_ends_the_daemon_too(crew):
    crew.processes[1].ends(ProcessTerminated(exitCode=1))
    assert [str(fault) for fault in crew.refusals] == ["A worker ended before it answered (status 1)."]


def test_a_program_that_the_account_may_not_run(crew):
    """Root may have started it from a folder of its own, and become somebody else since."""
    crew.fault = PermissionError(13, "Permission denied", "/root/venv/bin/python")
    workers = Workers(crew, crew.assignment, crew.log, Metrics(), {})
    workers.start([crew.socket]).addErrback(crew._refused)
    (told,) = crew.refusals
    assert str(told) == (
        "A worker can not be started (/root/venv/bin/python: Permission denied): "
        "the account that the daemon becomes must be able to run this program."
    )


def test_a_reload_reaches_all_and_those_started_later(crew, tmp_path):
    crew.begin()
    changed = Assignment(ServeSettings(spool=tmp_path, workers=2, aliases={"postmaster": "ana"}))
    crew.workers.assign(changed)
    crew.processes[0].ends()
    crew.advance(0)
    for process in crew.processes[1:]:
        assert Assignment.from_data(process.told[-1]["assignment"]) == changed
    with pytest.raises(Unservable, match="There is no folder"):
        crew.workers.assign(Assignment(ServeSettings(spool=tmp_path / "none")))
    assert crew.workers.assignment == changed


def test_figures_are_those_of_all_the_dead_included(crew):
    crew.begin()
    told = {"thimbl_queries_total": [[["answered"], 5]]}

    def text() -> bytes:
        found: list[bytes] = []
        crew.workers.figures().addCallback(crew.metrics.render).addCallback(found.append)
        for process in crew.processes:
            if process.pipes and process.told[-1]["do"] == "figures":
                process.says(**{"is": "figures", "figures": told})
        assert len(found) == 1
        return found[0]

    assert b'thimbl_queries_total{outcome="answered"} 10\n' in text()
    crew.processes[0].ends()
    crew.advance(0)
    crew.processes[2].says(**{"is": "ready"})
    assert b'thimbl_queries_total{outcome="answered"} 15\n' in text()
    assert b"thimbl_workers 2\n" in text()


def test_a_worker_that_is_stuck_does_not_hold_up_a_scrape(crew):
    crew.begin()
    found: list[object] = []
    crew.workers.figures().addCallback(found.append)
    crew.processes[0].says(**{"is": "figures", "figures": {}})
    assert not found
    crew.advance(FIGURES_SECONDS)
    assert len(found) == 1


def test_all_are_told_to_stop_and_whoever_does_not_is_killed(crew):
    crew.begin()
    stopped = crew.workers.stop()
    assert [process.doings()[-1] for process in crew.processes] == ["stop", "stop"]
    crew.processes[0].ends(ProcessDone(0))
    crew.advance(STOP_SECONDS)
    assert [process.signals for process in crew.processes] == [[], ["KILL"]]
    assert not stopped.called
    crew.processes[1].ends()
    assert stopped.called
    crew.advance(LONGEST_PAUSE)
    assert len(crew.processes) == 2, "none is started again"
    assert "worker-died" not in [line["event"] for line in crew.events()]


def test_what_systemd_says_is_for_the_parent():
    ours = environment({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "LISTEN_FDS": "1", "PYTHONPATH": "/p", "A": "b"})
    assert set(ours) == {"PYTHONPATH", "A"}
    assert ours["PYTHONPATH"].endswith(":/p")


def test_an_assignment_survives_the_pipe(tmp_path):
    whole = Assignment(
        ServeSettings(
            listen=("tcp:79",), aliases={"a": "b"}, message=tmp_path / "m\udcff", mirror=("@a.example",), workers=3,
            log=LogChoice.PEERS, queries_per_minute=9,
        ),
        Account("ana", "", tmp_path / ".plan"),
        tmp_path / "store",
    )  # fmt: skip
    for one in (whole, Assignment(ServeSettings())):
        line = to_line({"assignment": one.to_data()})
        for size in (1, 7, len(line)):
            lines, found = Lines(), []
            for start in range(0, len(line), size):
                found += lines.receive(line[start : start + size])
            assert [Assignment.from_data(message["assignment"]) for message in found] == [one]


def test_a_message_without_end_is_no_message():
    lines = Lines()
    with pytest.raises(ValueError, match="too long"):
        lines.receive(b"x" * (MAX_MESSAGE + 1))
