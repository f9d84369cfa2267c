"""Times for people: how long ago, and the day and hour where they are."""

import time

from thimbl.core.times import ago, format_time

_WITH_DATE = 10
"""Characters of a date, which is what `ago` says of what is a week old or more."""


def local(seconds: int) -> str:
    """``2026-11-22 09:00`` by the clock of this machine's zone; in UTC where its calendar does not reach."""
    try:
        here = time.localtime(seconds)
        # %Y has four digits for the year 1 in some C libraries, and one in others.
        return f"{here.tm_year:04}" + time.strftime("-%m-%d %H:%M", here)
    except (OverflowError, OSError, ValueError):
        return format_time(seconds)[:16].replace("T", " ") + " UTC"


def age(seconds: int, now: int) -> str:
    """How long ago, in a sentence: ``5m ago``, ``just now``, ``in 3h``, or the local date of what is older."""
    text = ago(seconds, now)
    if len(text) == _WITH_DATE:
        return local(seconds)[:_WITH_DATE]
    if text == "now":
        return "just now"
    return text if text.startswith("in ") else f"{text} ago"


def since(seconds: int, now: int) -> str:
    """How long ago and when: ``3h ago, 2026-11-22 09:00``; of what is a week old or more only when."""
    text = age(seconds, now)
    exact = local(seconds)
    return exact if exact.startswith(text) else f"{text}, {exact}"
