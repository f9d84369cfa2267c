"""Round after round of asking, and where a client connects."""

from collections.abc import Sequence
from typing import cast

import pytest
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from thimbl.core.address import Address
from thimbl.home.errors import SettingsError
from thimbl.home.settings import Settings
from thimbl.node import polling
from thimbl.node.fetch import Outcome
from thimbl.node.polling import Reactor, Watch, client
from thimbl.store.errors import StoreBusy

ANA = Address.parse("ana@fields.example")


class Rounds:
    """Whom each round asked; `whom` fails while there is a fault."""

    def __init__(self) -> None:
        self.asked: list[list[Address]] = []
        self.fault: Exception | None = None
        self.busy: list[StoreBusy] = []
        self.waiting: Deferred[list[Outcome]] | None = None

    def whom(self) -> Sequence[Address]:
        if self.fault is not None:
            raise self.fault
        return [ANA]

    def fetch_all(self, addresses: Sequence[Address]) -> "Deferred[list[Outcome]]":
        self.asked.append(list(addresses))
        return self.waiting or succeed([])


def watch(clock: Clock, rounds: Rounds) -> "Deferred[None]":
    """Begin to ask every two minutes."""
    return Watch(cast("Reactor", clock), rounds.whom, rounds.fetch_all, 120, rounds.busy.append).start()


def test_a_round_begins_so_long_after_the_last_one_ended() -> None:
    rounds, clock = Rounds(), Clock()
    rounds.waiting = Deferred()
    watch(clock, rounds)
    clock.advance(500)
    assert rounds.asked == [[ANA]]
    waiting, rounds.waiting = rounds.waiting, None
    waiting.callback([])
    clock.advance(119)
    assert len(rounds.asked) == 1
    clock.advance(1)
    assert len(rounds.asked) == 2


def test_who_can_not_be_asked_for_ends_it_in_any_round() -> None:
    """A list of following that was broken meanwhile must not leave a poller that asks nobody and says nothing."""
    rounds, clock = Rounds(), Clock()
    failed: list[Failure] = []
    watch(clock, rounds).addErrback(failed.append)
    rounds.fault = SettingsError("following.yaml: following must be a list.")
    clock.advance(120)
    assert [failure.value for failure in failed] == [rounds.fault]
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("in_a_round", [True, False])
def test_cancelling_stops_it(in_a_round: bool) -> None:
    rounds, clock = Rounds(), Clock()
    rounds.waiting = Deferred() if in_a_round else None
    stopped = watch(clock, rounds)
    ended: list[Failure] = []
    stopped.addErrback(ended.append)
    stopped.cancel()
    clock.advance(1000)
    assert [type(failure.value) for failure in ended] == [CancelledError]
    assert len(rounds.asked) == 1
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("asked", "port", "connected"),
    [
        ("fields.example", 79, ("127.0.0.1", 7979)),
        ("Fields.EXAMPLE", 79, ("127.0.0.1", 7979)),
        ("fields.example", 80, ("fields.example", 80)),
        ("[2001:DB8::1]", 79, ("::1", 7980)),
        ("2001:db8::1", 79, ("::1", 7980)),
        ("::1", 79, ("::1", 79)),
    ],
)
def test_a_client_connects_where_the_settings_send_it(
    asked: str, port: int, connected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, int]] = []

    def endpoints(_reactor: object) -> object:
        def endpoint_for(host: str, port: int) -> object:
            tried.append((host, port))
            raise OSError("no network here")

        return endpoint_for

    monkeypatch.setattr(polling, "default_endpoints", endpoints)
    routes = {("fields.example", 79): ("127.0.0.1", 7979), ("[2001:db8::1]", 79): ("[::1]", 7980)}
    failed: list[object] = []
    client(Clock(), Settings(routes=routes)).ask(asked, port, b"ana\r\n").addErrback(failed.append)
    assert tried == [connected]
    assert len(failed) == 1


def test_a_busy_store_costs_one_round() -> None:
    clock, rounds = Clock(), Rounds()
    rounds.fault = StoreBusy("The store is busy.")
    stopped = watch(clock, rounds)
    assert (len(rounds.busy), rounds.asked) == (1, [])
    rounds.fault = None
    clock.advance(120)
    assert rounds.asked == [[ANA]]
    assert not stopped.called
