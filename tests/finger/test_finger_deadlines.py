"""Many waits, one timer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from finger.deadlines import Deadlines, Queue


class Wait:
    def __init__(self, clock):
        self.clock, self.ended = clock, None

    def overdue(self):
        assert self.ended is None
        self.ended = self.clock.seconds()


@given(
    st.lists(
        st.tuples(st.sampled_from(["wait", "leave", "again", "time"]), st.integers(0, 9), st.integers(0, 1)),
        max_size=60,
    )
)
def test_each_is_due_when_its_own_timer_would_fire(steps):
    clock = Clock()
    deadlines = Deadlines(clock)
    queues = [deadlines.queue(5), deadlines.queue(2)]
    waiting: dict[int, tuple[Wait, Queue, float]] = {}
    for what, number, which in steps:
        if what == "time":
            for _ in range(number):
                clock.advance(1)
                for key, (wait, _, due) in list(waiting.items()):
                    assert (wait.ended is not None) == (clock.seconds() >= due)
                    if wait.ended is not None:
                        del waiting[key]
        elif what == "leave" and number in waiting:
            wait, queue, _ = waiting.pop(number)
            queue.discard(wait)
        elif what == "wait" and number not in waiting:
            waiting[number] = (Wait(clock), queues[which], clock.seconds() + queues[which].seconds)
            queues[which].add(waiting[number][0])
        elif what == "again" and number in waiting:
            wait, queue, _ = waiting[number]
            queue.add(wait)
            waiting[number] = (wait, queue, clock.seconds() + queue.seconds)
        assert len(clock.getDelayedCalls()) <= 1
        assert sum(map(len, queues)) == len(waiting)
    clock.advance(20)
    clock.advance(20)
    assert clock.getDelayedCalls() == []


def test_timer_is_not_touched_by_those_who_come_and_go():
    clock = Clock()
    queue = Deadlines(clock).queue(30)
    first = Wait(clock)
    queue.add(first)
    [timer] = clock.getDelayedCalls()
    for _ in range(100):
        clock.advance(0.01)
        wait = Wait(clock)
        queue.add(wait)
        queue.discard(wait)
    assert clock.getDelayedCalls() == [timer]
    queue.discard(first)
    clock.advance(30)
    assert clock.getDelayedCalls() == []


def test_one_that_fails_does_not_stop_the_others():
    clock = Clock()
    queue = Deadlines(clock).queue(1)

    class Fails(Wait):
        def overdue(self):
            raise RuntimeError("the secret reason")

    bad, good = Fails(clock), Wait(clock)
    queue.add(bad)
    queue.add(good)
    with pytest.raises(RuntimeError):
        clock.advance(1)
    clock.advance(0)
    assert good.ended == 1
