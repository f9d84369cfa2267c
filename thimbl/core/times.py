"""Times as plans write them, and as people say them (plan-format 1, "Times"; experience.md, "From a shell").

- Inside the program a time is an integer of Unix seconds. In a plan it is ``YYYY-MM-DDTHH:MM:SSZ``: a real moment in
  UTC, always 20 characters, years 0001 to 9999. POSIX seconds have no leap second, so ``:60`` is no moment here.
- Nothing here reads a clock: `now` is an argument.
- What people say is UTC too, so that two people who type the same see the same.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
FIRST: Final = (date.min.toordinal() - EPOCH_ORDINAL) * DAY
"""0001-01-01T00:00:00Z: the first moment that the form can write."""

LAST: Final = (date.max.toordinal() - EPOCH_ORDINAL + 1) * DAY - 1
"""9999-12-31T23:59:59Z: the last one."""

AGO_DAYS: Final = 7
"""Ages of a week or more are shown as a date: nobody counts "23d" back on a calendar."""

FIRST_MAIL: Final = (date(1900, 1, 1).toordinal() - EPOCH_ORDINAL) * DAY
"""1900-01-01T00:00:00Z: the first moment that a date of e-mail can write (RFC 5322 3.3), and so one of RSS, and of HTTP
(RFC 9110 5.6.7)."""

CACHED_DAYS: Final = 4_096
"""Days to remember: eleven years of posts; the clock part of a stamp is cheap."""

_UNITS: Final = {"s": 1, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_STAMP: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z")
_SPAN: Final = re.compile(r"([0-9]{1,12}) ?([smhdw])(?: ago)?")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](.+))?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?Z?", re.IGNORECASE)


class TimeError(ValueError):
    """That is not a time. Plans write times as 2026-11-22T08:00:00Z."""


def parse_time(text: str) -> int:
    """Unix seconds of a plan's ``YYYY-MM-DDTHH:MM:SSZ``; raises :class:`TimeError` for anything else."""
    parts = _STAMP.fullmatch(text)
    if parts is None:
        raise TimeError(f"{text[:40]!r} is not a time: write it as 2026-11-22T08:00:00Z.")
    day, hours, minutes, seconds = parts.groups()
    return _midnight(day) + int(hours) * HOUR + int(minutes) * MINUTE + int(seconds)


def format_time(seconds: int) -> str:
    """The 20 characters of a moment given in Unix seconds; raises :class:`TimeError` outside the years 1 to 9999."""
    if not FIRST <= seconds <= LAST:
        raise TimeError(f"{seconds} lies outside the years 0001 to 9999.")
    days, rest = divmod(seconds, DAY)
    return f"{_date(days)}T{rest // HOUR:02}:{rest // MINUTE % 60:02}:{rest % MINUTE:02}Z"


def format_date(seconds: int) -> str:
    """The day of a moment, ``YYYY-MM-DD`` in UTC; raises :class:`TimeError` as :func:`format_time` does."""
    return format_time(seconds)[:10]


def parse_human_time(text: str, now: int) -> int:
    """Unix seconds of a time as people say it to ``--since``, seen from `now` (Unix seconds).

    ``30m`` ``3h`` ``2d`` ``1w`` (that long ago), ``now``, ``today`` and ``yesterday`` (their midnight), ``2026-11-01``,
    ``2026-11-01T10:00``, and a plan's full stamp; all in UTC. Raises :class:`TimeError`.
    """
    said = text.strip().lower()
    if said in ("now", "today", "yesterday"):
        return now if said == "now" else now - now % DAY - (DAY if said == "yesterday" else 0)
    if span := _SPAN.fullmatch(said):
        then = now - int(span[1]) * _UNITS[span[2]]
        if then < FIRST:
            raise TimeError(f"{text[:40]!r} ago is before the year 1: give a shorter time.")
        return then
    if (day := _DATE.fullmatch(said)) is not None:
        midnight = _midnight(day[1])
        if day[2] is None:
            return midnight
        if clock := _CLOCK.fullmatch(day[2]):
            return midnight + int(clock[1]) * HOUR + int(clock[2]) * MINUTE + int(clock[3] or 0)
    raise TimeError(
        f"{text[:40]!r} is not a time: say 30m, 3h, 2d, 1w, today, yesterday, 2026-11-01 or 2026-11-01T10:00 (UTC)."
    )


def parse_span(text: str) -> int:
    """Seconds of a length of time as people say it: ``30m`` ``3h`` ``2d`` ``2w``. Raises :class:`TimeError`."""
    span = _SPAN.fullmatch(text.strip().lower())
    if span is None or span[0].endswith("ago") or not int(span[1]):
        raise TimeError(f"{text[:40]!r} is not a length of time: say 30m, 3h, 2d or 2w.")
    return int(span[1]) * _UNITS[span[2]]


def ago(then: int, now: int) -> str:
    """How long ago `then` was, short enough for a column: ``now``, ``5m``, ``3h``, ``2d``, then the date.

    A moment ahead of `now` (a clock is wrong, or a version 1 plan) reads ``in 5m``. Both in Unix seconds.
    """
    distance = abs(now - then)
    if distance < MINUTE:
        return "now"
    if distance >= AGO_DAYS * DAY:
        return format_date(then)
    return short_span(distance) if then <= now else f"in {short_span(distance)}"


def short_span(seconds: int) -> str:
    """A length of time in its largest whole unit, rounded down: ``45s``, ``5m``, ``3h``, ``12d``. Never negative."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= unit:
            return f"{seconds // unit}{name}"
    return f"{max(seconds, 0)}s"


@lru_cache(CACHED_DAYS)
def _midnight(day: str) -> int:
    """Unix seconds of the midnight that begins `day`, ``YYYY-MM-DD``."""
    try:
        return (date.fromisoformat(day).toordinal() - EPOCH_ORDINAL) * DAY
    except ValueError:
        raise TimeError(f"{day!r} is not a day of the calendar.") from None


@lru_cache(CACHED_DAYS)
def _date(days: int) -> str:
    return date.fromordinal(days + EPOCH_ORDINAL).isoformat()
