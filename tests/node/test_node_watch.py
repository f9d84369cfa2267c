"""Asking for as long as it runs: when whom, by what is known, and until what."""

import pytest
from twisted.internet.defer import CancelledError

from tests.node.watched import ANA, BO, CY, START, Watched
from thimbl.core.address import Address
from thimbl.core.schedule import JITTER, LONGEST, SHORTEST, Pace
from thimbl.home.errors import SettingsError
from thimbl.node.polling.scheduler import BUSY_PAUSE, FINISH, LOOK
from thimbl.store.errors import StoreBusy
from thimbl.store.scheduling import Standing

HOUR = 3600


def test_each_is_asked_on_a_schedule_of_their_own() -> None:
    """Ana writes every ten minutes all morning; Bo wrote a month ago."""
    watched = Watched(ANA, BO)
    watched.posts = {ANA: [START + 600 * number for number in range(36, -1, -1)], BO: [START - 30 * 86_400]}
    watched.begin().run(6 * HOUR, 10)
    waits = [after - before for before, after in zip(watched.when(ANA), watched.when(ANA)[1:], strict=False)]
    assert len(watched.when(ANA)) > 60
    assert SHORTEST <= min(waits) <= max(waits) < 600
    assert len(watched.when(BO)) == 2
    assert LONGEST / (1 + JITTER) - 10 <= watched.when(BO)[1] <= LONGEST


def test_one_who_is_followed_now_is_asked_within_seconds() -> None:
    watched = Watched(ANA).begin().run(100)
    watched.follow(ANA, BO)
    watched.run(LOOK)
    assert watched.when(BO)[0] <= 100 + LOOK
    watched.follow(ANA)
    watched.run(7 * HOUR, 10)
    assert len(watched.when(BO)) == 1


def test_one_timer_is_all_there_is() -> None:
    watched = Watched(*(Address(f"u{number}", "many.example") for number in range(500)), at_one_host=8).begin()
    assert watched.watch.counts.plans == 500
    for _ in range(50):
        watched.run(60, 7)
        assert len(watched.clock.getDelayedCalls()) == 1


def test_a_restart_keeps_the_schedule() -> None:
    watched = Watched(ANA, BO)
    watched.standings[str(ANA)] = Standing(str(ANA), START + 900, START - 900, None)
    watched.standings[str(BO)] = Standing(str(BO), START - 5, START - LONGEST, None)
    watched.begin().run(1_000)
    assert (watched.when(ANA), watched.when(BO)) == ([900], [0])


def test_who_was_asked_a_moment_ago_by_another_program_is_not_asked_again() -> None:
    """`thimbl follow` and `thimbl fetch` ask too."""
    watched = Watched(ANA)
    watched.standings[str(ANA)] = Standing(str(ANA), None, START - 20, None)
    watched.begin().run(200)
    assert watched.when(ANA) == [100]


def test_what_another_program_has_asked_meanwhile_is_taken_up() -> None:
    watched = Watched(ANA)
    watched.posts[ANA] = [START - 4 * HOUR]
    watched.begin().run(1_000)
    watched.standings[str(ANA)] = Standing(str(ANA), START + 9_000, START + 1_000, None)
    watched.changed = True
    watched.run(9_000, 5)
    assert watched.when(ANA) == [0, 9_000]


def test_what_came_is_kept_together_and_soon() -> None:
    watched = Watched(ANA, BO, CY).begin().run(LOOK)
    assert [sorted(note) for note in watched.notes] == [sorted(map(str, (ANA, BO, CY)))]
    assert all(due > START + SHORTEST for due in watched.notes[0].values())


def test_somebody_whom_one_answers_is_asked_soon() -> None:
    watched = Watched(ANA, BO)
    watched.posts = {ANA: [START - 30 * 86_400], BO: [START - 30 * 86_400]}
    watched.begin().run(HOUR, 5)
    watched.spoken[str(ANA)], watched.changed = START + HOUR, True
    watched.run(HOUR, 5)
    assert watched.when(ANA)[1] <= HOUR + LOOK + 5
    assert len(watched.when(ANA)) > 10
    assert watched.when(BO) == [0]


def test_a_clock_that_is_set_back_stops_nobody() -> None:
    watched = Watched(ANA, BO)
    watched.posts = {ANA: [START]}
    watched.begin().run(600, 5)
    before = len(watched.when(ANA))
    watched.ahead = -365 * 86_400
    watched.run(600, 5)
    assert len(watched.when(ANA)) > before
    watched.run(LONGEST, 60)
    assert len(watched.when(BO)) >= 3


def test_one_with_more_history_to_give_is_asked_again_after_the_shortest_wait() -> None:
    watched = Watched(ANA)
    watched.gaps[ANA] = 900
    watched.begin().run(SHORTEST)
    assert len(watched.when(ANA)) == 2
    watched.run(SHORTEST * 5)  # and the second time it has come no further
    assert len(watched.when(ANA)) == 2


def test_a_fixed_pace() -> None:
    watched = Watched(ANA, BO, pace=Pace.fixed(60))
    watched.posts[ANA] = [START]
    watched.begin().run(300)
    assert watched.when(ANA) == watched.when(BO) == [0, 60, 120, 180, 240, 300]


def test_no_more_is_begun_than_may_be_under_way() -> None:
    many = [Address(f"u{number}", f"h{number % 3}.example") for number in range(300)]
    watched = Watched(*many, at_once=5, at_one_host=2)
    watched.hangs = True
    watched.begin()
    assert len(watched.asked) == len(watched.open) == 5
    assert max(sum(one.host == f"h{host}.example" for one, _, _ in watched.open) for host in range(3)) == 2
    assert watched.counted[-1].under_way == 5
    assert watched.counted[-1].due == 295
    while watched.open:
        watched.answer()
        assert len(watched.open) <= 5
    assert sorted(address for _, address, _ in watched.asked) == sorted(many)


def test_thousands_who_answer_at_once_cost_no_stack() -> None:
    watched = Watched(*(Address(f"u{number}", "h.example") for number in range(3_000))).begin()
    assert len(watched.asked) == 3_000


# What goes wrong


def test_a_busy_store_is_told_and_tried_again() -> None:
    watched = Watched(ANA)
    watched.fault = StoreBusy("The store is busy.")
    watched.begin()
    assert (len(watched.busy), watched.asked) == (1, [])
    watched.run(BUSY_PAUSE - 1)
    assert len(watched.busy) == 1
    watched.fault = None
    watched.run(BUSY_PAUSE)
    assert len(watched.when(ANA)) == 1
    assert not watched.ended


def test_a_fetch_that_could_not_be_stored_is_made_again() -> None:
    watched = Watched(ANA)
    watched.failing = StoreBusy("The store is busy.")
    watched.begin().run(BUSY_PAUSE - 1)
    assert (len(watched.busy), len(watched.asked)) == (1, 1)
    watched.failing = None
    watched.run(BUSY_PAUSE)
    assert len(watched.heard) == 1


@pytest.mark.parametrize("later", [False, True])
def test_a_list_that_can_not_be_read_ends_it(later: bool) -> None:
    """It must not leave a poller that asks nobody and says nothing."""
    watched, fault = Watched(ANA), SettingsError("following.yaml: following must be a list.")
    if later:
        watched.begin().run(10)
    watched.fault = fault
    if later:
        watched.run(LOOK)
    else:
        watched.begin()
    assert watched.error() is fault
    assert watched.clock.getDelayedCalls() == []


def test_a_fault_of_the_program_in_one_fetch_ends_it_and_gives_up_the_others() -> None:
    watched = Watched(ANA, BO)
    watched.hangs = True
    watched.begin()
    cancelled: list[object] = []
    watched.open[1][1].addErrback(cancelled.append)
    watched.open[0][1].errback(ZeroDivisionError())
    assert isinstance(watched.error(), ZeroDivisionError)
    assert watched.open[1][1].called
    assert watched.clock.getDelayedCalls() == []


def test_whoever_listens_and_fails_ends_it() -> None:
    watched = Watched(ANA)

    def fail(_: object) -> None:
        raise BrokenPipeError

    watched.watch.heard = fail
    watched.begin()
    assert isinstance(watched.error(), BrokenPipeError)


# The end


def test_stopping_finishes_what_is_in_hand_and_begins_nothing() -> None:
    watched = Watched(ANA, BO, at_once=1)
    watched.hangs = True
    watched.begin()
    stopped: list[object] = []
    watched.watch.stop().addCallback(stopped.append)
    watched.clock.advance(FINISH / 2)
    assert (stopped, watched.ended) == ([], [])
    watched.answer()
    assert (stopped, watched.ended) == ([None], [None])
    assert len(watched.asked) == 1
    assert list(watched.notes[-1]) == [str(ANA)]
    assert watched.clock.getDelayedCalls() == []


def test_stopping_waits_no_longer_than_it_says() -> None:
    watched = Watched(ANA)
    watched.hangs = True
    watched.begin()
    stopped: list[object] = []
    watched.watch.stop().addCallback(stopped.append)
    watched.clock.advance(FINISH)
    assert (stopped, watched.ended) == ([None], [None])
    assert watched.clock.getDelayedCalls() == []


def test_stopping_when_nothing_is_in_hand() -> None:
    watched = Watched(ANA).begin()
    stopped: list[object] = []
    watched.watch.stop().addCallback(stopped.append)
    assert (stopped, watched.ended) == ([None], [None])
    watched.watch.stop().addCallback(stopped.append)
    assert stopped == [None, None]
    watched.run(LONGEST, 60)
    assert len(watched.asked) == 1


@pytest.mark.parametrize("in_hand", [True, False])
def test_cancelling_gives_all_up(in_hand: bool) -> None:
    watched = Watched(ANA)
    watched.hangs = in_hand
    watched.begin()
    watched.watch.stopped.cancel()
    assert isinstance(watched.error(), CancelledError)
    watched.run(1000, 60)
    assert len(watched.asked) == 1
    assert watched.clock.getDelayedCalls() == []
