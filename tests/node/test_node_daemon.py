"""The daemon from its start to its end, what systemd hears of it, and what a reload changes."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from finger.errors import ListenFailed
from finger.query import Query
from finger.server import ServerLimits
from thimbl.home.errors import SettingsError
from thimbl.home.serving import LogChoice, ServeSettings
from thimbl.node.serving.assignment import Assignment, Unservable
from thimbl.node.serving.daemon import Bound, Daemon, place, ports_of
from thimbl.node.serving.host import OTHER_DESCRIPTORS, AccountsHost, allow_descriptors, limits_of
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.systemd import Manager, passed_sockets

LOCAL = "tcp:0:interface=127.0.0.1"


class Reactor(Clock):
    """A reactor that runs until it is stopped, or has nothing more to do. `then` are things that happen meanwhile."""

    def __init__(self, *then: Callable[[], object]) -> None:
        super().__init__()
        self.then = list(then)
        self.begin: list[Callable[[], object]] = []
        self.drain: Callable[[], object] = lambda: None
        self.drained: list[object] = []
        self.stopped = False

    def callWhenRunning(self, what: Callable[..., object], *args: object) -> None:
        self.begin.append(lambda: what(*args))

    def callInThread(self, what: Callable[[], object]) -> None:
        what()

    def callFromThread(self, what: Callable[[], object]) -> None:
        what()

    def addSystemEventTrigger(self, phase: str, event: str, what: Callable[[], object]) -> None:
        assert (phase, event) == ("before", "shutdown")
        self.drain = what

    def run(self) -> None:
        for what in self.begin + self.then:
            if not self.stopped:
                what()
        self.drained.append(self.drain())

    def stop(self) -> None:
        self.stopped = True


class Servers:
    """What answers: it notes what becomes of it. `started` is how starting ends."""

    def __init__(self, started: "Deferred[Any] | None" = None) -> None:
        self.started = started or succeed(None)
        self.assigned: list[Assignment] = []
        self.done: list[str] = []

    def start(self, sockets: object) -> "Deferred[Any]":
        self.done.append("start")
        return self.started

    def assign(self, assignment: Assignment) -> None:
        assignment.check()
        self.assigned.append(assignment)

    def stop(self) -> "Deferred[Any]":
        self.done.append("stop")
        return succeed(None)

    def figures(self) -> "Deferred[Any]":
        return succeed([])


class Part:
    """Something beside the answering, which may fail at once."""

    def __init__(self, done: list[str], fault: Exception | None = None) -> None:
        self.done, self.fault = done, fault

    def start(self) -> None:
        self.done.append("part")
        if self.fault is not None:
            raise self.fault

    def stop(self) -> None:
        self.done.append("part stops")


class SystemdEar:
    """The socket that systemd listens on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found


@pytest.fixture
def ear(tmp_path) -> Iterator[SystemdEar]:
    made = SystemdEar(tmp_path / "notify")
    yield made
    made.socket.close()


@pytest.fixture
def bound() -> Iterator[Bound]:
    made = Bound.to([LOCAL], {})
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _hangup_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_it_says_where_it_answers_once_all_of_it_does(bound, ear):
    told: list[str] = []
    servers = Servers(Deferred())
    reactor = Reactor(lambda: told.append("not yet"), lambda: servers.started.callback(None))
    daemon = Daemon(reactor, servers, manager=Manager({"NOTIFY_SOCKET": str(ear.path)}), parts=[Part(servers.done)])
    daemon.run(bound, told.append)
    assert told == ["not yet", place(bound.sockets[0])]
    assert servers.done == ["start", "part", "part stops", "stop"]
    assert ear.heard() == ["READY=1\nSTATUS=Answering", "STOPPING=1"]


def test_a_start_that_fails_is_what_the_daemon_ends_of(bound, ear):
    servers = Servers(fail(Unservable("There is no folder.")))
    daemon = Daemon(Reactor(), servers, manager=Manager({"NOTIFY_SOCKET": str(ear.path)}))
    with pytest.raises(Unservable, match="There is no folder"):
        daemon.run(bound, lambda place: pytest.fail("it answers nobody"))
    assert ear.heard() == ["STOPPING=1"]


def test_a_part_that_fails_ends_it(bound):
    servers = Servers()
    daemon = Daemon(Reactor(), servers, parts=[Part(servers.done, SettingsError("config.yaml is broken."))])
    with pytest.raises(SettingsError):
        daemon.run(bound, lambda place: None)
    assert servers.done == ["start", "part", "part stops", "stop"]


def test_a_reload_by_signal(bound, ear, tmp_path):
    """A hangup reads the settings anew; what can not be read, or served, leaves the old in force and a line."""
    pieces: list[bytes] = []
    log = Log(Clock(), pieces.append)
    first = Assignment(ServeSettings(spool=tmp_path))
    second = Assignment(ServeSettings(spool=tmp_path, aliases={"a": "b"}, workers=2))
    answers: list[Any] = [
        second,
        SettingsError("config.yaml: serve: there is no setting 'alises'."),
        Assignment(ServeSettings(spool=tmp_path / "none")),
        PermissionError(13, "Permission denied"),
    ]

    def load() -> Assignment:
        answer = answers.pop(0)
        if isinstance(answer, Assignment):
            return answer
        raise answer

    servers = Servers()
    reactor = Reactor(*[lambda: os.kill(os.getpid(), signal.SIGHUP)] * 4)
    Daemon(reactor, servers, log=log, manager=Manager({"NOTIFY_SOCKET": str(ear.path)}), load=load).run(
        bound, lambda place: None, first
    )
    log.close(10)
    assert not answers
    assert servers.assigned == [second]
    lines = [json.loads(line) for line in b"".join(pieces).splitlines()]
    assert [line["event"] for line in lines] == ["start", "reload", *["reload-failed"] * 3, "stop"]
    assert lines[1]["needs_restart"] == ["workers"]
    assert "alises" in lines[2]["error"]
    heard = ear.heard()
    assert [text.split("\n")[0] for text in heard] == ["READY=1", *["RELOADING=1", "READY=1"] * 4, "STOPPING=1"]
    assert "MONOTONIC_USEC=" in heard[1]


def test_files_that_it_may_not_read_are_told_of(bound, tmp_path, monkeypatch):
    """At the start and after a reload, by the account that it has become: nobody else would hear of it."""
    spool, message = tmp_path / "spool", tmp_path / "motd"
    spool.mkdir()
    message.write_text("Welcome.\n", encoding="utf-8")
    pieces: list[bytes] = []
    log = Log(Clock(), pieces.append)
    serving = Assignment(ServeSettings(spool=spool, message=message))
    assert list(serving.warnings()) == []
    message.unlink()
    monkeypatch.setattr("thimbl.node.serving.assignment.os.access", lambda path, mode: path != spool)
    reactor = Reactor(lambda: os.kill(os.getpid(), signal.SIGHUP))
    Daemon(reactor, Servers(), log=log, load=lambda: serving).run(bound, lambda place: None, serving)
    log.close(10)
    lines = [json.loads(line) for line in b"".join(pieces).splitlines()]
    assert [line["event"] for line in lines] == ["start", *["warning"] * 2, "reload", *["warning"] * 2, "stop"]
    assert [str(spool) in line["what"] for line in lines[1:3]] == [True, False]
    assert lines[2]["what"] == f"The message of the host, {message}, can not be read: No such file or directory."
    message.mkdir()
    assert list(Assignment(ServeSettings(homes=True, message=message)).warnings())


def test_a_terminal_that_is_closed_ends_it(bound, monkeypatch):
    """Whoever runs it by hand and closes the window leaves no daemon behind."""
    terminal = [True, False]
    ended: list[int] = []
    monkeypatch.setattr("thimbl.node.serving.daemon.os.isatty", lambda number: terminal.pop(0))
    before = signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    try:
        servers = Servers()
        reactor = Reactor(lambda: os.kill(os.getpid(), signal.SIGHUP))
        Daemon(reactor, servers, load=lambda: pytest.fail("it reloads")).run(bound, lambda place: None)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended == [signal.SIGTERM]


def test_signs_of_life(bound, ear):
    """Twice in the time that systemd waits (sd_watchdog_enabled(3))."""
    environ = {"NOTIFY_SOCKET": str(ear.path), "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}
    reactor = Reactor()
    reactor.then = [lambda: reactor.advance(29.9), lambda: reactor.advance(0.1), lambda: reactor.advance(30)]
    Daemon(reactor, Servers(), manager=Manager(environ)).run(bound, lambda place: None)
    assert ear.heard().count("WATCHDOG=1") == 3
    assert Manager({**environ, "WATCHDOG_PID": "1"}).sign_of_life is None
    assert Manager({}).sign_of_life is None


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@no-such-abstract-socket", "x"])
def test_a_manager_that_does_not_listen_is_no_fault(address):
    Manager({"NOTIFY_SOCKET": address}).ready("Answering")


def test_sockets_are_passed_to_one_process(tmp_path):
    mine = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"}
    assert passed_sockets(mine)
    assert not passed_sockets({**mine, "LISTEN_PID": "1"})
    assert not passed_sockets({**mine, "LISTEN_FDS": "0"})
    assert not passed_sockets({"LISTEN_FDS": "2"})
    assert not passed_sockets({})


def test_where_one_can_not_be_had_none_is(tmp_path):
    path = tmp_path / "finger.sock"
    first = Bound.to([LOCAL, f"unix:{path}"], {})
    assert [place(sock) for sock in first.sockets][1] == f"unix:{path}"
    assert len(ports_of(first)) == 1
    other = tmp_path / "other.sock"
    with pytest.raises(ListenFailed):
        Bound.to([f"unix:{other}", f"tcp:{ports_of(first)[0]}:interface=127.0.0.1"], {})
    assert not other.exists()
    first.close()
    assert not path.exists()


def test_limits_in_all_are_shared_by_workers():
    limits = limits_of(ServeSettings(workers=3, connections=100, connections_per_address=7, queries_per_minute=60))
    assert (limits.connections, limits.connections_per_address) == (34, 7)
    assert (limits.queries_per_minute, limits.queries_at_once) == (60, 120)
    assert limits_of(ServeSettings(workers=3, log=LogChoice.OFF)) == ServerLimits()


def test_a_reload_replaces_answers_limits_and_what_is_logged(tmp_path):
    """Without touching the factory: its connections and sockets go on. What can not be served changes nothing."""
    (tmp_path / "ana.plan").write_text("Frost.\n", encoding="utf-8")
    (tmp_path / "ana.plan").chmod(0o644)
    clock = Reactor()
    host = AccountsHost(clock, Assignment(ServeSettings(spool=tmp_path)), Log(clock, lambda data: None), Metrics())

    def answer(name: str) -> bytes:
        peer: Any = IPv4Address("TCP", "192.0.2.7", 4711)
        found = host.factory.answer(Query(name), peer)
        assert isinstance(found, bytes)
        return found

    assert b"no such user" in answer("postmaster")
    changed = ServeSettings(spool=tmp_path, aliases={"postmaster": "ana"}, connections=7, log=LogChoice.PEERS)
    for refused in (ServeSettings(spool=tmp_path / "none"), replace(changed, connections=2**62)):
        with pytest.raises(Unservable):
            host.assign(Assignment(refused))
        assert b"no such user" in answer("postmaster")
    host.assign(Assignment(changed))
    assert b"Frost." in answer("postmaster")
    assert host.factory.limits.connections == 7
    assert host.traffic.choice is LogChoice.PEERS
    told: list[Any] = []
    host.figures().addCallback(told.extend)
    (samples,) = told
    assert samples["thimbl_kept_answers"] == [[[], 1]]
    assert samples["thimbl_connections"] == [[[], 0]]


def test_more_connections_than_a_process_may_have_are_refused():
    allow_descriptors(OTHER_DESCRIPTORS)
    with pytest.raises(Unservable, match="LimitNOFILE"):
        allow_descriptors(2**62)
