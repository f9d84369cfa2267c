"""What the first lines of a plan tell, without reading all of it.

A host needs the author's name for each answer, and for its lists whether and when somebody wrote. To parse a whole
plan for that takes milliseconds where it is YAML, as those for people are; and a host has thousands of them. So the
entries are cut out by their indentation before the rest is parsed. A plan that somebody wrote so that the cut goes
amiss misleads nobody but about itself: nothing here is signed or checked, and what is served is the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.plan import Head, PlanUnreadable, plan_from_data
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.records import Record, RecordFault

LISTED: Final = "listed"
"""The property of a head by which an account agrees to be listed: it says `yes`."""

# A key at the left edge, and all that is indented below it, the dashes of a list included.
_ENTRIES: Final = re.compile(r"^entries:[ ]*\n((?:[ -][^\n]*\n|\n)*)", re.MULTILINE)
_ENTRY: Final = re.compile(r"^-", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Glance:
    """The head of a plan, and its newest records as far as one looked."""

    head: Head
    records: tuple[Record, ...] = ()
    """Newest first."""
    whole: bool = True
    """Whether these are all records of the plan."""

    @property
    def listed(self) -> bool:
        """Whether the account agreed to be listed."""
        return agreed(self.head.properties)


def agreed(properties: Mapping[str, str]) -> bool:
    """Whether the author of a plan with these properties agreed to be listed."""
    return properties.get(LISTED, "").lower() in ("yes", "true")


def glance(raw: bytes, entries: int = 0, *, since: int | None = None) -> Glance | None:
    """The head in the bytes of a plan's file, and at most `entries` records; None where it is no plan of version 2.

    With `since`, as many records as are to be expected above that seq.
    """
    try:
        text = decode(raw)
        rest, block = _cut(text)
        data = read_data(rest)
        if since is not None:
            entries = max(0, seq - since) if type(seq := data.get("seq")) is int else 0
        newest, count = _entries(data, block, entries)
        head = plan_from_data({key: value for key, value in data.items() if key != "entries"}).head
        return Glance(head, tuple([Record.from_data(entry) for entry in newest]), count <= entries)
    except (PlanTextError, PlanUnreadable, RecordFault):
        return None


def _cut(text: str) -> tuple[str, str | None]:
    """A plan's text without its entries, and these; None where they are not to be cut out by a look."""
    if text.startswith("{"):
        return text, None
    text = text if text.endswith("\n") else text + "\n"
    cut = _ENTRIES.search(text)
    return (text, None) if cut is None else (text[: cut.start()] + text[cut.end() :], cut[1])


def _entries(data: dict[str, Any], block: str | None, wanted: int) -> tuple[list[Any], int]:
    """The first so many entries, and how many there are."""
    if block is None:
        found = data.get("entries", [])
        if not isinstance(found, list):
            raise PlanUnreadable("entries is not a list")
        return found[:wanted], len(found)
    if "entries" in data:
        raise PlanUnreadable("entries stand there twice")
    starts = [match.start() for match in _ENTRY.finditer(block)]
    if not wanted or not starts:
        return [], len(starts)
    end = starts[wanted] if wanted < len(starts) else len(block)
    found = read_data("entries:\n" + block[:end]).get("entries")
    if not isinstance(found, list):
        raise PlanUnreadable("entries is not a list")
    return found[:wanted], len(starts)
