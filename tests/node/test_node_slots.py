"""Turns at asking."""

import pytest
from twisted.internet.defer import CancelledError

from thimbl.node.polling.slots import GivenUp, Slots


def take(slots, host, order, name):
    """Wait for a turn; `order` gets `name` when it comes."""
    return slots.acquire(host).addCallback(lambda _: order.append(name))


def test_first_come_first_served_within_the_bounds():
    order: list[str] = []
    slots = Slots(3, 2)
    for number in range(4):
        take(slots, "a", order, f"a{number}")
    take(slots, "b", order, "b0")
    take(slots, "c", order, "c0")
    assert order == ["a0", "a1", "b0"]
    slots.release("b")
    assert order == ["a0", "a1", "b0", "c0"]
    slots.release("a")
    slots.release("a")
    assert order == ["a0", "a1", "b0", "c0", "a2", "a3"]


def test_a_turn_that_is_over_at_once_costs_no_stack():
    order: list[int] = []
    slots = Slots(1, 1)

    def over(result, host):
        slots.release(host)

    first = slots.acquire("first")
    for number in range(5_000):
        host = f"h{number % 7}"
        take(slots, host, order, number).addCallback(over, host)
    assert first.called
    assert order == []
    slots.release("first")
    assert sorted(order) == list(range(5_000))


def test_giving_up_a_host_fails_those_who_wait_there_and_nobody_else():
    order: list[str] = []
    slots = Slots(2, 1)
    take(slots, "a", order, "a0")
    waiting = [take(slots, "a", order, "never") for _ in range(3)]
    take(slots, "b", order, "b0")
    slots.give_up("a", "it is down")
    for turn in waiting:
        errors: list[Exception] = []
        turn.addErrback(lambda failure, errors=errors: errors.append(failure.value))
        assert [(type(error), str(error)) for error in errors] == [(GivenUp, "it is down")]
    slots.release("a")
    take(slots, "a", order, "a1")
    assert order == ["a0", "b0", "a1"]


def test_a_host_with_thousands_lets_the_others_pass():
    order: list[str] = []
    slots = Slots(2, 4)
    for number in range(5_000):
        take(slots, "big", order, f"big{number}")
    for host in "abc":
        take(slots, host, order, host)
    for _ in range(5):  # each turn ends before the next begins, whoever has it
        slots.release("big")
    assert order == ["big0", "big1", "big2", "big3", "a", "b", "c"]


def test_a_host_that_was_never_met_is_met_by_one():
    order: list[str] = []
    slots = Slots(10, 3, met=lambda host: host == "old")
    for number in range(4):
        take(slots, "new", order, f"new{number}")
        take(slots, "old", order, f"old{number}")
    assert order == ["new0", "old0", "old1", "old2"]
    slots.widen("new")
    assert order[4:] == ["new1", "new2"]
    slots.release("new")
    assert order[6:] == ["new3"]


def test_a_host_that_was_given_up_is_tried_by_one_until_it_answers():
    order: list[str] = []
    slots = Slots(10, 3)
    take(slots, "a", order, "a0")
    slots.give_up("a", "it is down")
    slots.release("a")
    for number in range(1, 4):
        take(slots, "a", order, f"a{number}")
    assert order == ["a0", "a1"]
    slots.widen("a")
    assert order == ["a0", "a1", "a2", "a3"]


def test_of_hosts_that_nobody_waits_for_little_stays():
    slots = Slots(4, 2)
    for number in range(1_000):
        slots.acquire(f"h{number}")
        slots.release(f"h{number}")
    assert not slots._waiting
    assert not slots._busy
    assert not slots._offered


@pytest.mark.parametrize("at_once", [1, 5])
def test_whoever_is_cancelled_takes_no_turn(at_once):
    order: list[str] = []
    slots = Slots(at_once, 1)
    take(slots, "a", order, "a0")
    waiting = take(slots, "a", order, "cancelled")
    take(slots, "a", order, "a1")
    waiting.addErrback(lambda failure: failure.trap(CancelledError))
    waiting.cancel()
    slots.release("a")
    assert order == ["a0", "a1"]
    slots.release("a")
    take(slots, "a", order, "a2")
    assert order == ["a0", "a1", "a2"]
