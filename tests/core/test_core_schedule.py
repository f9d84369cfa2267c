"""When to ask whom next."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.schedule import (
    AWAY,
    JITTER,
    LONGEST,
    RECENT,
    RETURN_SPREAD,
    SHARE,
    SHORTEST,
    USUAL,
    WELL,
    Pace,
    away,
    believed,
    chance,
    gap,
    interval,
    next_due,
    on_return,
    urgency,
    wait,
)

NOW = 1_793_000_000
HOUR = 3600
DAY = 86_400

MOMENTS = st.integers(min_value=-(2**40), max_value=2**40)
TIMES = st.lists(MOMENTS, max_size=2 * RECENT).map(lambda times: sorted(times, reverse=True))
CHANCES = st.floats(min_value=0, max_value=1, exclude_max=True)
PACES = st.builds(
    lambda shortest, more: Pace(shortest, shortest + more, max(DAY, shortest)),
    st.integers(1, 10_000),
    st.integers(0, 100_000),
)


def daily(days: int) -> list[int]:
    """Who wrote at this hour on each of the last days, today excepted."""
    return [NOW - day * DAY for day in range(1, days + 1)]


# What it is like


def test_who_has_just_written_is_asked_soon_and_then_ever_more_seldom() -> None:
    """Each wait is a quarter of the time since the post, so a quiet day costs some two dozen askings."""
    asked, now = [], NOW
    while now < NOW + 3 * DAY:
        now += interval([NOW], now)
        asked.append(now - NOW)
    waits = [after - before for before, after in zip([0, *asked], asked, strict=False)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (SHORTEST, LONGEST)
    assert sum(moment <= DAY for moment in asked) == 27


def test_the_pace_is_that_of_a_habit_and_not_of_the_last_post_alone() -> None:
    """Ten posts an hour apart, the last of them nine hours ago: still somebody who writes often."""
    burst = [NOW - 9 * HOUR - number * HOUR for number in range(RECENT)]
    assert gap(burst, NOW) == 1.8 * HOUR
    assert gap(burst[:1], NOW) == 9 * HOUR
    assert interval(burst, NOW) == int(1.8 * HOUR / SHARE)


def test_somebody_who_writes_daily_or_never_is_asked_four_times_a_day() -> None:
    assert interval(daily(10), NOW) == LONGEST
    assert interval([NOW - 400 * DAY], NOW) == LONGEST
    assert interval([], NOW) == LONGEST


def test_what_oneself_says_to_somebody_counts_as_a_post_of_theirs() -> None:
    silent = [NOW - 40 * DAY]
    assert interval(silent, NOW) == LONGEST
    assert interval([NOW - 600, *silent], NOW) == 600 / SHARE


def test_a_time_from_the_future_counts_as_now() -> None:
    assert gap([NOW + 10 * DAY], NOW) == 0
    assert interval([NOW + 10 * DAY], NOW) == SHORTEST


def test_a_fixed_pace_is_the_same_for_all() -> None:
    pace = Pace.fixed(300)
    assert {next_due(who, times, NOW, pace) for who in "abc" for times in ([], [NOW], daily(3))} == {NOW + 300}
    assert Pace.fixed(3 * DAY).away == 3 * DAY


# What always holds


@given(TIMES, MOMENTS, CHANCES, PACES)
def test_a_wait_lies_within_its_bounds(times: list[int], now: int, luck: float, pace: Pace) -> None:
    seconds = interval(times, now, pace)
    assert pace.shortest <= seconds <= pace.longest
    assert pace.shortest <= wait(seconds, luck, pace) <= pace.longest
    assert wait(seconds, luck, pace) <= seconds * (1 + JITTER)


@given(TIMES, MOMENTS, MOMENTS)
def test_one_post_more_never_makes_a_wait_longer(times: list[int], more: int, now: int) -> None:
    assert interval(sorted([*times, more], reverse=True), now) <= interval(times, now)


@given(st.lists(st.tuples(MOMENTS, st.integers(0, 2**30)), max_size=RECENT), MOMENTS)
def test_later_posts_never_make_a_wait_longer(posts: list[tuple[int, int]], now: int) -> None:
    before = sorted((time for time, _ in posts), reverse=True)
    after = sorted((time + later for time, later in posts), reverse=True)
    assert interval(after, now) <= interval(before, now)


@given(TIMES, MOMENTS, st.integers(0, 2**30))
def test_silence_never_makes_a_wait_shorter(times: list[int], now: int, later: int) -> None:
    past = [time for time in times if time <= now]
    assert interval(past, now) <= interval(past, now + later)


@given(st.text(max_size=30), MOMENTS)
def test_chance_is_a_part_of_one_and_always_the_same(who: str, now: int) -> None:
    assert 0 <= chance(who, now) < 1
    assert chance(who, now) == chance(who, now)


def test_chance_spreads_evenly() -> None:
    """Of a thousand alike, about a hundred fall into each tenth."""
    tenths = [0] * 10
    for number in range(1_000):
        tenths[int(10 * chance(f"u{number}@host.example", NOW))] += 1
    assert min(tenths) > 70
    assert max(tenths) < 130


# Hosts


def test_a_host_that_is_away_is_tried_after_twice_as_long_each_time_up_to_a_day() -> None:
    waits = [away(failures, 0) for failures in range(1, 14)]
    assert waits[:4] == [120, 240, 480, 960]
    assert waits[9:] == [61_440, AWAY, AWAY, AWAY]
    assert all(after in (2 * before, AWAY) for before, after in pairwise(waits))


@given(st.integers(1, 2**62), CHANCES, PACES)
def test_the_back_off_has_bounds(failures: int, luck: float, pace: Pace) -> None:
    assert pace.shortest <= away(failures, luck, pace) <= pace.away


def test_of_several_who_failed_together_one_counts() -> None:
    first = WELL.failed("a.example", NOW)
    assert (first.failures, first.failing_since) == (1, NOW)
    assert first.due is not None
    assert NOW + SHORTEST <= first.due <= NOW + SHORTEST * (1 + JITTER)
    assert first.failed("a.example", NOW + 5) is first
    second = first.failed("a.example", first.due)
    assert (second.failures, second.failing_since, second.is_failing) == (2, NOW, True)
    assert not WELL.is_failing


def test_a_host_is_found_again_before_it_was_away_for_twice_as_long() -> None:
    """Whenever it comes back, within the first day and a half."""
    state, tries = WELL.failed("a.example", 0), [0]
    while state.due is not None and tries[-1] < 36 * HOUR:
        tries.append(state.due)
        state = state.failed("a.example", state.due)
    for back in range(600, 24 * HOUR, 600):
        found = next(moment for moment in tries if moment >= back)
        assert found <= 2.4 * back


def test_those_of_a_host_that_is_back_are_spread() -> None:
    moments = {on_return(f"u{number}@a.example", NOW) for number in range(500)}
    assert (min(moments), max(moments)) == (NOW, NOW + RETURN_SPREAD - 1)


# Clocks and order


@given(st.none() | MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_a_moment_beyond_the_rule_is_not_believed(due: int | None, asked: int | None, now: int) -> None:
    found = believed(due, asked, now, USUAL.longest, USUAL.shortest)
    assert found <= now + USUAL.longest
    if asked is not None and asked <= now:
        assert found >= asked + USUAL.shortest
    if due is not None and due <= now + USUAL.longest:
        assert found >= due


def test_a_clock_that_was_set_back_stops_nobody() -> None:
    a_year_ahead = NOW + 365 * DAY
    assert believed(a_year_ahead, a_year_ahead - LONGEST, NOW, LONGEST, SHORTEST) == NOW
    assert believed(None, None, NOW, LONGEST, SHORTEST) == NOW
    assert believed(None, NOW - 10, NOW, LONGEST, SHORTEST) == NOW - 10 + SHORTEST


def test_to_be_late_weighs_by_the_interval() -> None:
    """An hour late: more for who is asked every two minutes. Yet whoever has missed a whole turn goes before."""
    assert urgency(NOW - HOUR, SHORTEST) < urgency(NOW - HOUR, LONGEST)
    assert urgency(NOW - 7 * HOUR, LONGEST) < urgency(NOW - 60, SHORTEST)
