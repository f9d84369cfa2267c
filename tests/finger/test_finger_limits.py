"""The server over its limits: what it says, to whom, and that others do not notice."""

from dataclasses import replace
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost

from finger.server import Outcome, Served, ServerLimits
from tests.support.finger_world import LIMITS, THERE, PatientPerson, World

BUSY = b"This host is busy. Please try again in a minute.\r\n"
TOO_MANY = b"Too many connections from your address. Please close some, or try again in a minute.\r\n"
TOO_OFTEN = b"Too many queries from your address. Please try again in a minute.\r\n"


def peer(number: int) -> Any:
    return IPv4Address("TCP", f"192.0.{number // 256}.{number % 256}", 40_000)


def settle(world: World) -> None:
    world.advance(200)
    assert world.factory.connections == 0
    assert world.clock.getDelayedCalls() == []


def answers_later(world: World) -> list[Deferred[bytes]]:
    pending: list[Deferred[bytes]] = []

    def later() -> Deferred[bytes]:
        pending.append(Deferred())
        return pending[-1]

    world.answer = later
    return pending


def outcomes(world: World) -> list[str]:
    return [each.outcome.value for each in world.served]


def test_too_many_connections_that_are_being_answered():
    world = World()
    pending = answers_later(world)
    for number in range(LIMITS.connections):
        world.send(world.connect(peer=peer(number)), b"ana\r\n")
    refused = [world.connect(PatientPerson(), peer=peer(number)) for number in range(10, 10 + LIMITS.refusals)]
    for person in refused:
        assert person.heard == BUSY
        world.send(person, b"ana\r\n")
        assert person.connected, "a reset would have destroyed the reply"
    assert world.connect() is None, "beyond the refusals it is closed without a word"
    for answer in pending:
        answer.callback(b"moo\r\n")
    world.clock.advance(0)
    world.answer = b"moo\r\n"
    again = world.connect()
    world.send(again, b"ana\r\n")
    assert again.heard == b"moo\r\n"
    settle(world)
    assert outcomes(world) == ["busy", "answered", "answered", "answered", "answered", "busy", "busy"]


def test_whoever_waits_longest_makes_room():
    world = World()
    people = [world.connect(PatientPerson(), peer=peer(number)) for number in range(LIMITS.connections)]
    world.send(people[0], b"an")
    asking = world.connect()
    assert people[0].heard == BUSY
    assert [person.heard for person in people[1:]] == [b"", b""]
    world.send(asking, b"ana\r\n")
    assert asking.heard == b"moo\r\n"
    world.send(people[1], b"ana\r\n")
    assert people[1].heard == b"moo\r\n"
    settle(world)


def test_two_thousand_idle_connections_a_trickle_and_one_that_never_reads_keep_nobody_out():
    world = World(replace(ServerLimits(), connections=200))
    world.answer = b"m" * 300_000
    never_reads = world.connect(peer=peer(1))
    never_reads.socket.pauseProducing()
    world.send(never_reads, b"ana\r\n")
    for number in range(2000):
        world.connect(peer=peer(number))
    dribbler = world.connect(peer=peer(2))
    for second in range(5):
        dribbler.socket.write(b"a")
        world.advance(1)
        asking = world.connect(peer=peer(3000 + second))
        before = world.clock.seconds()
        world.send(asking, b"ana\r\n")
        assert asking.heard == world.answer
        assert world.clock.seconds() == before
    assert world.factory.connections <= 200 + world.factory.limits.refusals
    settle(world)
    assert outcomes(world).count("answered") == 5
    assert "slow" in outcomes(world)


def test_too_many_of_one_address():
    world = World(replace(LIMITS, connections=100, connections_per_address=2))
    answers_later(world)
    for _ in range(2):
        world.send(world.connect(), b"ana\r\n")
    refused = world.connect()
    assert refused.heard == TOO_MANY
    other = world.connect(peer=peer(1))
    world.answer = b"moo\r\n"
    world.send(other, b"ana\r\n")
    assert other.heard == b"moo\r\n"
    settle(world)
    assert sorted(outcomes(world)) == ["answered", "limited", "slow", "slow"]


def test_an_address_makes_room_for_itself_and_for_no_other():
    world = World(replace(LIMITS, connections=100, connections_per_address=2))
    other = world.connect(peer=peer(1))
    first, second, third = (world.connect() for _ in range(3))
    assert (first.heard, second.heard, third.heard, other.heard) == (TOO_MANY, b"", b"", b"")
    settle(world)


def test_one_address_does_not_take_all_the_refusals():
    world = World(replace(LIMITS, connections_per_address=1, connections=100, refusals=10, refusals_per_address=2))
    world.answer = Deferred()
    world.send(world.connect(), b"ana\r\n")
    heard = [getattr(world.connect(PatientPerson()), "heard", None) for _ in range(4)]
    assert heard == [TOO_MANY, TOO_MANY, None, None]
    world.send(world.connect(peer=peer(1)), b"ana\r\n")
    assert world.connect(PatientPerson(), peer=peer(1)).heard == TOO_MANY
    settle(world)


def test_too_many_queries_of_one_address():
    world = World(replace(LIMITS, queries_per_minute=60, queries_at_once=3))
    for _ in range(3):
        person = world.connect()
        world.send(person, b"ana\r\n")
        assert person.heard == b"moo\r\n"
    assert world.connect().heard == TOO_OFTEN
    other = world.connect(peer=peer(1))
    world.send(other, b"ana\r\n")
    assert other.heard == b"moo\r\n"
    world.advance(1)
    again = world.connect()
    world.send(again, b"ana\r\n")
    assert again.heard == b"moo\r\n"
    settle(world)


@pytest.mark.parametrize(
    ("addresses", "limited"),
    [
        ([IPv6Address("TCP", f"2001:db8:1:2::{number}", 4) for number in range(3)], True),
        ([IPv6Address("TCP", f"2001:db8:1:{number}::1", 4) for number in range(3)], False),
        ([IPv4Address("TCP", "192.0.2.1", number) for number in range(3)], True),
        ([UNIXAddress(None)] * 3, False),
        ([None] * 3, False),
    ],
)
def test_what_counts_as_one_address(addresses, limited):
    world = World(replace(LIMITS, queries_per_minute=1, queries_at_once=2))
    people = [world.connect(peer=address) for address in addresses]
    assert (people[-1].heard == TOO_OFTEN) is limited
    settle(world)


def test_answer_too_large():
    world = World(replace(LIMITS, answer_bytes=4))
    person = world.connect()
    world.send(person, b"ana\r\n")
    assert person.heard == b"The answer is larger than this host sends. Please ask for less.\r\n"
    assert isinstance(person.ended, ConnectionDone)
    settle(world)
    assert outcomes(world) == ["failed"]


def test_new_limits_hold_from_then_on():
    world = World()
    world.factory.limit(replace(LIMITS, queries_per_minute=1, queries_at_once=1))
    world.connect()
    assert world.connect().heard == TOO_OFTEN
    settle(world)


def test_what_is_told_of_an_answer():
    world = World()
    person = world.connect()
    world.advance(2)
    world.send(person, b"/W ana\r\n")
    [served] = world.served
    assert (str(served.query), served.peer, served.outcome) == ("/W ana", THERE, Outcome.ANSWERED)
    assert (served.size, served.seconds) == (5, 2.0)


def leaves(world: World, person: Any) -> None:
    person.socket.abortConnection()


def leaves_before_the_answer(world: World, person: Any) -> None:
    world.answer = Deferred()
    world.send(person, b"ana\r\n")
    person.socket.abortConnection()


def leaves_in_the_answer(world: World, person: Any) -> None:
    world.answer = b"m" * 1_000_000
    person.socket.pauseProducing()
    world.send(person, b"ana\r\n")
    person.socket.abortConnection()


def never_reads(world: World, person: Any) -> None:
    world.answer = b"m" * 1_000_000
    person.socket.pauseProducing()
    world.send(person, b"ana\r\n")
    world.advance(30)


def fails(world: World, person: Any) -> None:
    world.answer = b"m" * (5 << 20)
    world.send(person, b"ana\r\n")


def stops(world, person):
    world.factory.stop()
    world.advance(1)


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (lambda world, person: world.send(person, b"ana\r\nand more"), "answered"),
        (lambda world, person: world.send(person, b"a@\r\n"), "refused"),
        (lambda world, person: world.advance(31), "slow"),
        (leaves, "left"),
        (leaves_before_the_answer, "left"),
        (leaves_in_the_answer, "left"),
        (never_reads, "slow"),
        (fails, "failed"),
        (stops, "left"),
    ],
)
def test_each_connection_is_told_of_once(act, outcome):
    world = World()
    act(world, world.connect())
    settle(world)
    assert outcomes(world) == [outcome]


def test_fault_of_who_is_told_is_not_the_clients():
    world = World()

    def fault(served: Served) -> None:
        raise RuntimeError("the secret reason")

    world.factory._heard = fault
    person = world.connect()
    world.send(person, b"ana\r\n")
    assert person.heard == b"moo\r\n"
    assert isinstance(person.ended, ConnectionDone)


def test_stopping_under_load():
    world = World(replace(LIMITS, connections_per_address=2, connections=100))
    later: Deferred[bytes] = Deferred()
    world.answer = later
    answered, idle, slow = (world.connect(peer=peer(number)) for number in range(3))
    world.send(answered, b"ana\r\n")
    world.answer = b"m" * 1_000_000
    slow.socket.pauseProducing()
    world.send(slow, b"ana\r\n")
    world.connect(peer=peer(0))
    refused = world.connect(PatientPerson(), peer=peer(0))
    world.advance(1)
    stopped: list[None] = []
    world.factory.stop(within=3).addCallback(stopped.append)
    world.clock.advance(0)
    assert isinstance(idle.ended, ConnectionDone)
    assert not refused.connected or refused.heard in (b"", TOO_MANY)
    late = world.connect(PatientPerson(), peer=peer(9))
    assert late.heard == BUSY
    later.callback(b"still\r\n")
    world.clock.advance(0)
    assert answered.heard == b"still\r\n"
    world.advance(3)
    assert stopped == [None]
    assert isinstance(slow.ended, ConnectionLost)
    assert cast("Any", world.factory).connections == 0
