"""Times as a reader likes them: local, and as ages while they are young.

- ``now``, ``5m``, ``3h`` up to a day; ``Tue 14:02`` up to a week; the date after that, and for what claims to be more
  than a week ahead.
- The zone is this machine's. What no calendar of this machine can write is given in UTC.
"""

from datetime import datetime

from thimbl.core.times import DAY, MINUTE, WEEK, TimeError, format_date, format_time, short_span


def _local(then: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(then).astimezone()
    except (OverflowError, OSError, ValueError):
        return None


def moment(then: int, now: float) -> str:
    """A time as it stands in a list; both in Unix seconds."""
    distance = int(now) - then
    if abs(distance) < MINUTE:
        return "now"
    if 0 < distance < DAY:
        return short_span(distance)
    if -WEEK < distance < 0:
        return f"in {short_span(-distance)}"
    local = _local(then)
    if local is None:
        return _utc_date(then)
    return local.strftime("%a %H:%M") if 0 < distance < WEEK else local.strftime("%Y-%m-%d")


def precise(then: int) -> str:
    """A time to the minute as it stands in a list where exact times are asked for, ``2026-11-22 08:00``."""
    local = _local(then)
    return _utc_date(then) if local is None else local.strftime("%Y-%m-%d %H:%M")


def exactly(then: int) -> str:
    """A time to the second with its zone, ``2026-11-22 08:00:00 +0100``."""
    local = _local(then)
    return in_utc(then) if local is None else local.strftime("%Y-%m-%d %H:%M:%S %z")


def in_utc(then: int) -> str:
    """A time as a plan states it, ``2026-11-22T07:00:00Z``."""
    try:
        return format_time(then)
    except TimeError:
        return f"second {then}"


def old(then: int, now: float) -> str:
    """How old something is: ``3h old``, ``12d old``; ``brand new`` in its first minute."""
    distance = int(now) - then
    return "brand new" if distance < MINUTE else f"{short_span(distance)} old"


def since(then: int, now: float) -> str:
    """How long ago something happened here: ``3h ago``, ``just now``."""
    distance = int(now) - then
    return "just now" if distance < MINUTE else f"{short_span(distance)} ago"


def ahead(then: int | None, now: float) -> str:
    """When something is to happen: ``in 20m``; ``now`` where its time has come, or it has none."""
    distance = 0 if then is None else then - int(now)
    return f"in {short_span(distance)}" if distance > 0 else "now"


def _utc_date(then: int) -> str:
    try:
        return format_date(then)
    except TimeError:
        return "long ago" if then < 0 else "far ahead"
