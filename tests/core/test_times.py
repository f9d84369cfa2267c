"""Times of plans, times as people say them, and ages (plan-format 1, "Times")."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.times import (
    DAY,
    FIRST,
    HOUR,
    LAST,
    TimeError,
    ago,
    format_date,
    format_time,
    parse_human_time,
    parse_time,
    short_span,
)

NOW = parse_time("2026-11-22T08:30:00Z")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2010-11-14T15:45:23Z", 1_289_749_523),
        ("2024-02-29T12:00:00Z", 1_709_208_000),
        ("2000-02-29T00:00:00Z", 951_782_400),
        ("0001-01-01T00:00:00Z", FIRST),
        ("9999-12-31T23:59:59Z", LAST),
    ],
)
def test_a_time_of_a_plan_is_read_and_written(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds
    assert format_time(seconds) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T08:00:00",
        "2026-11-22 08:00:00Z",
        "2026-11-22t08:00:00z",
        "2026-11-22T08:00:00+00:00",
        "2026-11-22T08:00:00.0Z",
        "2026-11-22T08:00:00Z\n",
        " 2026-11-22T08:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-02-29T08:00:00Z",
        "1900-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-00-01T08:00:00Z",
        "2026-11-31T08:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-W47-7T08:00:00Z",
        "20261122T080000Z",
        "٢٠٢٦-11-22T08:00:00Z",
    ],
)
def test_every_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(TimeError):
        parse_time(text)


@given(st.integers(FIRST, LAST))
def test_times_round_trip_and_agree_with_the_standard_library(seconds: int) -> None:
    text = format_time(seconds)
    assert len(text) == 20
    assert parse_time(text) == seconds
    moment = datetime.fromisoformat(text)
    assert moment - datetime(1970, 1, 1, tzinfo=UTC) == moment.resolution * 1_000_000 * seconds
    assert format_date(seconds) == text[:10]


@pytest.mark.parametrize("seconds", [FIRST - 1, LAST + 1, 10**30, -(10**30)])
def test_a_moment_that_no_stamp_can_write_is_refused(seconds: int) -> None:
    with pytest.raises(TimeError, match="0001 to 9999"):
        format_time(seconds)


@given(st.text() | st.text(alphabet="0123456789-:TZ dhw", max_size=24), st.integers(FIRST + DAY, LAST))
def test_any_text_is_a_time_or_one_typed_refusal(text: str, now: int) -> None:
    with contextlib.suppress(TimeError):
        assert format_time(parse_time(text)) == text
    with contextlib.suppress(TimeError):
        assert FIRST <= parse_human_time(text, now) <= LAST


@pytest.mark.parametrize(
    ("said", "stamp"),
    [
        ("now", "2026-11-22T08:30:00Z"),
        ("45s", "2026-11-22T08:29:15Z"),
        ("30m", "2026-11-22T08:00:00Z"),
        ("3h", "2026-11-22T05:30:00Z"),
        ("2d", "2026-11-20T08:30:00Z"),
        ("2 d ago", "2026-11-20T08:30:00Z"),
        ("1w", "2026-11-15T08:30:00Z"),
        ("today", "2026-11-22T00:00:00Z"),
        (" Yesterday ", "2026-11-21T00:00:00Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01T10:00", "2026-11-01T10:00:00Z"),
        ("2026-11-01 10:00", "2026-11-01T10:00:00Z"),
        ("2026-11-01T10:00:07Z", "2026-11-01T10:00:07Z"),
    ],
)
def test_times_as_people_say_them(said: str, stamp: str) -> None:
    assert format_time(parse_human_time(said, NOW)) == stamp


@pytest.mark.parametrize("said", ["", "2", "d", "-2d", "2y", "2026-02-30", "2026-11-01T25:00", "2026-11", "tomorrow"])
def test_what_nobody_says_is_refused_with_examples(said: str) -> None:
    with pytest.raises(TimeError, match=r"say 30m|not a day of the calendar"):
        parse_human_time(said, NOW)


def test_a_time_before_the_calendar_is_refused() -> None:
    with pytest.raises(TimeError, match="before the year 1"):
        parse_human_time("999999999999w", NOW)


@pytest.mark.parametrize(
    ("distance", "age"),
    [
        (0, "now"),
        (59, "now"),
        (-59, "now"),
        (60, "1m"),
        (HOUR - 1, "59m"),
        (HOUR, "1h"),
        (DAY - 1, "23h"),
        (2 * DAY, "2d"),
        (7 * DAY - 1, "6d"),
        (7 * DAY, "2026-11-15"),
        (-5 * 60, "in 5m"),
        (-7 * DAY, "2026-11-29"),
    ],
)
def test_ages(distance: int, age: str) -> None:
    assert ago(NOW - distance, NOW) == age


def test_spans_are_rounded_down_and_never_negative() -> None:
    assert [short_span(s) for s in (-1, 0, 59, 119, 7199, 12 * DAY + 1)] == ["0s", "0s", "59s", "1m", "1h", "12d"]
