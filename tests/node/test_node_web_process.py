"""Feeds are read in a process of their own, with little time, little room and nothing open."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from thimbl.core.web import FeedUrl
from thimbl.core.webfeed import Feed, Kind, NotAFeed
from thimbl.node.web import process, reader
from thimbl.node.web.process import Readers

URL = FeedUrl.parse("https://cathy.example/twtxt.txt")
FILE = b"2026-01-01T00:00:00Z\tGr\xc3\xbc\xc3\x9fe.\n"
SAID = reader.answer(FILE, str(URL), "").encode()


class Reactor(Clock):
    """Starts nothing, and remembers what it was to start."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[tuple[Any, list[str], dict[str, str]]] = []
        self.given: list[bytes] = []
        self.signals: list[str] = []
        self.pid = 7

    def spawnProcess(self, protocol: Any, program: str, command: list[str], env: dict[str, str], childFDs: Any) -> None:
        assert childFDs == {0: "w", 1: "r", 2: "r"}
        self.begun.append((protocol, command, env))
        protocol.makeConnection(self)

    # as the transport of each

    def write(self, data: bytes) -> None:
        self.given.append(data)

    def closeStdin(self) -> None:
        self.given.append(b"END")

    def signalProcess(self, signal: str) -> None:
        self.signals.append(signal)


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


@pytest.fixture
def read(reactor) -> Callable[[], tuple[list[object], Any]]:
    """Begins to read: what came of it, and the process."""
    readers = Readers(reactor)

    def begin() -> tuple[list[object], Any]:
        came: list[object] = []
        deferred = readers.read(FILE, URL, "text/plain")
        deferred.addBoth(came.append)
        return came, deferred

    return begin


def end(protocol: Any, error: Exception | None = None) -> None:
    protocol.processEnded(Failure(error or ProcessDone(0)))


def fault(came: list[object]) -> str:
    [failure] = came
    assert isinstance(failure, Failure)
    assert failure.check(NotAFeed)
    return failure.getErrorMessage()


def test_a_process_is_told_and_says(reactor, read):
    came, _ = read()
    [(protocol, command, environ)] = reactor.begun
    assert command == [sys.executable, "-P", "-m", "thimbl.node.web.reader"]
    assert environ.keys() <= set(process._KEPT)
    about, body = b"".join(reactor.given).removesuffix(b"END").split(b"\n", 1)
    assert (json.loads(about), body) == ({"url": str(URL), "type": "text/plain"}, FILE)
    for at in range(0, len(SAID), 100):
        protocol.outReceived(SAID[at : at + 100])
    assert came == []
    end(protocol)
    [found] = came
    assert isinstance(found, Feed)
    assert (found.kind, [entry.text for entry in found.entries]) == (Kind.TWTXT, ["Grüße."])
    assert reactor.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("said", "error", "why"),
    [
        (b'{"fault": "nothing at all"}', None, "nothing at all"),
        (b"", ProcessTerminated(1), "more time or memory"),
        (SAID, ProcessTerminated(signal=9), "more time or memory"),
        (SAID[:-5], None, "more time or memory"),
        (b'{"feed": {"entries": 3}}', None, "more time or memory"),
        (b"[]", None, "more time or memory"),
    ],
)
def test_what_else_may_come_of_it(reactor, read, said, error, why):
    came, _ = read()
    protocol = reactor.begun[0][0]
    protocol.outReceived(said)
    protocol.errReceived(b"Traceback")
    end(protocol, error)
    assert why in fault(came)


def test_it_is_ended_when_it_takes_too_long(reactor, read):
    came, _ = read()
    reactor.advance(process.SECONDS)
    assert reactor.signals == ["KILL"]
    end(reactor.begun[0][0], ProcessTerminated(signal=9))
    assert "more time" in fault(came)


def test_it_is_ended_when_it_says_too_much_or_nobody_listens(reactor, read, monkeypatch):
    monkeypatch.setattr(process, "MOST_SAID", 10)
    read()
    reactor.begun[0][0].outReceived(b"x" * 11)
    assert reactor.signals == ["KILL"]
    came, deferred = read()
    deferred.cancel()
    assert reactor.signals == ["KILL", "KILL"]
    end(reactor.begun[1][0], ProcessTerminated(signal=9))
    assert len(came) == 1


def test_so_many_at_once(reactor, read):
    all_ = [read()[0] for _ in range(process.AT_ONCE + 2)]
    assert len(reactor.begun) == process.AT_ONCE
    reactor.begun[0][0].outReceived(SAID)
    end(reactor.begun[0][0])
    assert len(reactor.begun) == process.AT_ONCE + 1
    assert [len(came) for came in all_] == [1, 0, 0, 0]


def test_the_process_itself():
    """As it is started: it has its bounds, and says what it read."""
    code = (
        "import resource, sys; from thimbl.node.web import reader; reader.main();"
        "print(*(resource.getrlimit(what)[0] for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS,"
        "resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)), 'twisted' in sys.modules, 'sqlite3' in sys.modules,"
        "file=sys.stderr)"
    )
    given = json.dumps({"url": str(URL), "type": ""}).encode() + b"\n" + FILE
    done = subprocess.run([sys.executable, "-P", "-c", code], input=given, capture_output=True, check=True)
    assert done.stdout == SAID
    assert done.stderr.split() == [b"20", b"1073741824", b"0", b"0", b"False", b"False"]
