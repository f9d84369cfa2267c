"""Hooks beside a poller: one program at a time, begun in a while, and none where nobody is to be told."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from tests.support.scribe import Scribe
from thimbl.home.account import Account
from thimbl.node.polling.hooking import GATHER, Hooking
from thimbl.node.polling.scheduler import LOOK


class Spawning(Clock):
    """A clock that starts programs: they are kept, and end when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[ProcessProtocol] = []
        self.started: list[list[str]] = []
        self.full = False

    def spawnProcess(
        self, protocol: ProcessProtocol, executable: str, args: list[str], env: Mapping[str, str], childFDs: Any
    ) -> None:
        if self.full:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        assert executable == sys.executable
        assert childFDs[2] == 2
        self.running.append(protocol)
        self.started.append(args)

    def end(self) -> None:
        """The program that runs has ended."""
        self.running.pop(0).processEnded(Failure(ProcessDone(0)))


@pytest.fixture
def account(tmp_path):
    """Somebody who is to be told of mentions."""
    (tmp_path / "config.yaml").write_text("hooks:\n  on_mention: 'true'\n")
    return Account.find({"THIMBL_HOME": str(tmp_path)}, lambda: 0.0, bytes)


def test_what_comes_at_once_is_told_by_one_program(account):
    reactor = Spawning()
    hooking = Hooking(reactor, account)
    for _ in range(5):
        hooking.wake()
    assert reactor.started == []
    reactor.advance(GATHER)
    assert reactor.started == [[sys.executable, "-m", "thimbl", "hook", "run", "--apart"]]
    reactor.end()
    reactor.advance(60)
    assert len(reactor.started) == 1


def test_what_comes_while_it_runs_is_told_by_the_next(account):
    reactor = Spawning()
    hooking = Hooking(reactor, account)
    hooking.wake()
    reactor.advance(GATHER)
    hooking.wake()
    hooking.wake()
    reactor.advance(60)
    assert len(reactor.started) == 1
    reactor.end()
    reactor.advance(GATHER)
    assert len(reactor.started) == 2


def test_a_stop_begins_nothing_more(account):
    reactor = Spawning()
    hooking = Hooking(reactor, account)
    hooking.wake()
    hooking.stop()
    hooking.wake()
    assert (reactor.getDelayedCalls(), reactor.started) == ([], [])


def test_a_machine_without_room_for_a_program(account):
    reactor = Spawning()
    hooking = Hooking(reactor, account)
    reactor.full = True
    hooking.wake()
    reactor.advance(GATHER)
    reactor.full = False
    hooking.wake()
    reactor.advance(GATHER)
    assert len(reactor.started) == 1


def test_without_hooks_and_within_one_nothing_is_begun(tmp_path, account):
    reactor = Spawning()
    inside = Account.find({**account.environ, "THIMBL_HOOK": "on_mention"}, lambda: 0.0, bytes)
    bare = Account.find({"THIMBL_HOME": str(tmp_path / "other")}, lambda: 0.0, bytes)
    for one in (inside, bare):
        Hooking(reactor, one).wake()
    assert reactor.getDelayedCalls() == []


def test_the_first_hook_of_somebody_whose_poller_runs(tmp_path, account):
    """What came before it counts as told, so a program is begun at once. An unreadable file changes nothing."""
    reactor, config = Spawning(), tmp_path / "config.yaml"
    with_hook = config.read_text(encoding="utf-8")
    config.unlink()
    hooking = Hooking(reactor, Account.find(account.environ, account.clock, account.random))
    hooking.look()
    config.write_text("hooks: [on", encoding="utf-8")
    hooking.look()
    hooking.wake()
    assert reactor.getDelayedCalls() == []
    config.write_text(with_hook, encoding="utf-8")
    hooking.look()
    reactor.advance(GATHER)
    assert len(reactor.started) == 1
    reactor.end()
    hooking.look()
    assert reactor.getDelayedCalls() == []
    config.write_text("hooks: [on", encoding="utf-8")
    hooking.look()
    hooking.wake()
    reactor.advance(GATHER)
    assert len(reactor.started) == 2
    config.unlink()
    hooking.look()
    hooking.wake()
    reactor.end()
    assert reactor.getDelayedCalls() == []


def test_a_poller_wakes_it_with_what_is_new(reader, monkeypatch):
    """Once when it begins, and then with what came; the program that it starts tells it."""
    alice, home = Scribe(), reader.home
    alice.post("Before, @carl@x.example.")
    reader.world.publish(alice)
    home.mkdir()
    told = ["sh", "-c", f"cat >>{home}/told"]
    (home / "config.yaml").write_text(
        f"address: carl@x.example\nhooks: {json.dumps({'on_mention': told})}\n", encoding="utf-8"
    )
    reader.account = Account.find({"THIMBL_HOME": str(home)}, reader.now, bytes)
    reader.follow(alice.address)
    looked: list[Hooking] = []
    look = Hooking.look

    def seen(hooking: Hooking) -> None:
        looked.append(hooking)
        look(hooking)

    monkeypatch.setattr(Hooking, "look", seen)
    started: list[list[str]] = []
    monkeypatch.setattr(
        type(reader.clock), "spawnProcess", lambda self, protocol, *rest, **how: started.append(rest[1]), raising=False
    )
    poller = reader.poller()
    reader.run(LOOK)
    assert len(started) == 1
    assert looked
    reader.stop(poller)
    again = reader.poller()
    reader.run(LOOK)
    alice.post("Good morning, @carl@x.example.")
    reader.world.publish(alice)
    reader.run(6 * 3600, 60)
    assert len(started) == 2  # the second poller's first: that program has not ended
    reader.stop(again)
    subprocess.run(started[0], env={"THIMBL_HOME": str(home)}, check=True)
    [found] = (home / "told").read_text(encoding="utf-8").splitlines()
    assert json.loads(found)["text"] == "Good morning, @carl@x.example."
