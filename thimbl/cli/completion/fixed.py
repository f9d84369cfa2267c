"""What a word may be whatever is in the store: times, months and licences."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

Candidate = tuple[str, str]
"""A value, and what it is."""

MONTHS: Final = 12
"""Months back from this one: of most, the rent came and the dividend was paid."""

_TIMES: Final = (
    ("1h", "an hour ago"), ("1d", "a day ago"), ("1w", "a week ago"), ("today", "its midnight, in UTC"),
    ("yesterday", "likewise"),
)  # fmt: skip

_LICENCES: Final = (
    ("PPL", "Peer Production License"),
    ("CC-BY-SA-4.0", "Creative Commons Attribution Share Alike"),
    ("CC-BY-4.0", "Creative Commons Attribution"),
    ("CC0-1.0", "Creative Commons Zero: no rights reserved"),
)
"""Those that texts are under most often; all others of SPDX once they are begun."""


def since(_begins: str, _now: int) -> Iterator[Candidate]:
    """Some of the ways to say a time that has passed (`thimbl.core.times.parse_human_time`)."""
    return iter(_TIMES)


def months(_begins: str, now: int) -> Iterator[Candidate]:
    """This calendar month and those before it, in UTC."""
    from thimbl.core.times import format_time

    year, month = map(int, format_time(now)[:7].split("-"))
    for back in range(MONTHS):
        years, index = divmod(month - 1 - back, 12)
        yield f"{year + years:04}-{index + 1:02}", ""


def licences(begins: str, _now: int) -> Iterator[Candidate]:
    """SPDX identifiers."""
    yield from _LICENCES
    if begins:
        from thimbl.core.spdx import IDS

        yield from ((id_, "") for id_ in IDS.split())


FIXED: Final[Mapping[str, Callable[[str, int], Iterator[Candidate]]]] = MappingProxyType({
    "ID": licences,
    "MONTH": months,
    "SINCE": since,
})
"""By what parameters are called in `--help`; SINCE is a TIME of that name."""
