"""Whose turn it is."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.schedule import WELL, HostState
from thimbl.node.polling.backlog import Backlog, Plan

HOSTS = ("a", "b", "c")


def backlog(*plans: tuple[str, int, int], at_once: int = 100, at_one_host: int = 2) -> Backlog:
    """One in which these are: `user@host`, when they are due, and their interval."""
    made = Backlog(at_once, at_one_host)
    for text, due, interval in plans:
        address = Address.parse(text)
        made.add(Plan(address, due, interval), address.hostport)
    return made


def order(made: Backlog, now: int) -> list[str]:
    """All whose turn it is now, as they come."""
    found = []
    while (plan := made.take(now)) is not None:
        found.append(plan.address.user)
    return found


def test_nobody_before_their_time() -> None:
    made = backlog(("ana@a", 10, 120), ("bo@b", 20, 120))
    assert (order(made, 9), made.next_at()) == ([], 10)
    assert (order(made, 10), made.next_at()) == (["ana"], 20)
    assert made.under_way == 1


def test_the_most_urgent_first() -> None:
    made = backlog(("slow@a", 0, 21_600), ("quick@b", 0, 120), ("late@c", -30_000, 21_600))
    assert order(made, 5) == ["late", "quick", "slow"]


def test_a_host_gets_its_second_when_nobody_waits_for_a_first() -> None:
    made = backlog(*((f"u{number}@big", -1000, 120) for number in range(9)), ("ana@a", 0, 9000), ("bo@b", 0, 9000))
    assert order(made, 0) == ["u0", "ana", "bo", "u1"]


def test_the_bound_in_all_goes_before_every_other() -> None:
    made = backlog(*((f"u{number}@h{number}", 0, 120) for number in range(9)), at_once=4)
    assert len(order(made, 0)) == 4
    assert made.due == 5


def test_whoever_is_removed_has_no_turn() -> None:
    made = Backlog(9, 2)
    plans = [Plan(Address(f"u{number}", "a"), 0, 120) for number in range(3)]
    for plan in plans:
        made.add(plan, "a")
    assert made.take(0) is plans[0]
    made.remove(plans[0])
    made.remove(plans[1])
    made.remove(plans[1])
    assert len(made) == 1
    assert made.take(0) is plans[2]
    made.done(plans[0], 50, 120)
    made.done(plans[2], 60, 120)
    assert (made.next_at(), made.under_way, made.take(59)) == (60, 0, None)


def test_a_failing_host_lets_one_through_when_it_is_time() -> None:
    made = backlog(*((f"u{number}@a", 0, 120) for number in range(5)))
    made.set_state("a", HostState(1, 0, 100))
    assert (order(made, 99), made.next_at()) == ([], 100)
    assert order(made, 100) == ["u0"]
    made.set_state("a", WELL)
    assert order(made, 100) == ["u1"]
    assert made.failing == {}


def test_a_lane_remembers_its_state_without_anybody_in_it() -> None:
    made = Backlog(9, 2)
    made.set_state("a", HostState(1, 0, 100))
    made.add(Plan(Address("ana", "a"), 0, 120), "a")
    assert order(made, 50) == []
    assert order(made, 100) == ["ana"]


def test_another_lane() -> None:
    made = Backlog(9, 2)
    plan = Plan(Address("ana", "a"), 0, 120)
    made.add(plan, "a")
    made.set_state("a", HostState(1, 0, 100))
    made.shift(plan, "elsewhere")
    assert (made.plans_of("a"), made.plans_of("elsewhere")) == ([], [plan])
    assert "a" not in made.lanes
    assert order(made, 0) == ["ana"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "move", "take", "done", "fail", "well", "shift", "time"]),
        st.integers(0, 9),
        st.integers(0, 40),
    ),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(ACTS, st.integers(1, 4), st.integers(1, 3))
def test_whatever_happens_the_bounds_hold_and_nobody_is_lost(
    acts: list[tuple[str, int, int]], at_once: int, at_one_host: int
) -> None:
    """In the end, when all hosts answer and time has passed, everybody has a turn, and each one."""
    made, now = Backlog(at_once, at_one_host), 0
    plans = [Plan(Address(f"u{number}", HOSTS[number % 3]), 0, 120) for number in range(10)]
    inside: set[int] = set()
    under_way: list[Plan] = []
    for act, which, amount in acts:
        plan = plans[which]
        if act == "add" and which not in inside and plan not in under_way:
            plan.due = now + amount
            made.add(plan, plan.address.host)
            inside.add(which)
        elif act == "remove":
            made.remove(plan)
            inside.discard(which)
        elif act == "move":
            made.move(plan, now + amount)
        elif act == "take" and (turn := made.take(now)) is not None:
            assert turn.due <= now
            under_way.append(turn)
        elif act == "done" and under_way:
            made.done(under_way.pop(which % len(under_way)), now + amount, 120)
        elif act == "fail":
            made.set_state(HOSTS[which % 3], HostState(1, now, now + amount))
        elif act == "well":
            made.set_state(HOSTS[which % 3], WELL)
        elif act == "shift":
            made.shift(plan, plan.address.host if amount % 2 else f"{plan.address.host} elsewhere")
        elif act == "time":
            now += amount
        assert len(made) == len(inside)
        assert made.under_way == len(under_way) <= at_once
        lanes = Counter(one.lane.name for one in under_way if one.lane is not None)
        assert max(lanes.values(), default=0) <= at_one_host
    for host in HOSTS:
        made.set_state(host, WELL)
    while under_way:
        made.done(under_way.pop(), now, 120)
    now, turns = now + 100, []
    while (turn := made.take(now)) is not None:
        turns.append(turn)
        made.done(turn, now + 1_000, 120)
    assert sorted(plans.index(turn) for turn in turns) == sorted(inside)
    assert made.due == 0
    for number in inside:
        made.remove(plans[number])
    assert (made.next_at(), made.lanes) == (None, {})


def test_heaps_stay_small_however_often_somebody_is_moved() -> None:
    made = backlog(*((f"u{number}@h{number % 5}", 0, 120) for number in range(20)))
    plans = [plan for lane in range(5) for plan in made.plans_of(f"h{lane}")]
    sizes = []
    for step in range(5_000):
        made.move(plans[step % 20], step % 7)
        if step % 3 == 0 and (turn := made.take(3)) is not None:
            made.done(turn, step % 11, 120)
        sizes.append(
            len(made._later) + sum(map(len, made._offers)) + sum(len(lane.due) for lane in made.lanes.values())
        )
    assert max(sizes) < 600
    assert any(after < before for before, after in pairwise(sizes))
