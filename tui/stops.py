"""What can be selected on a page: each thing that leads somewhere, once, in reading order.

A mention that goes on in the next line is one stop, and so are the lines that lead to one record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui.lines import Anchor, Lead, Line

_BRANCH: Final = re.compile("[ │├└]*(?:⋮[0-9]+ *)?")
"""The lines of a tree before what hangs on them, and the level where that is not drawn (`tui.branches`)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Cells `start` to `end` of a line of the page."""

    row: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Something that leads somewhere, and where on the page it stands: at least one span, top first."""

    lead: Lead
    spans: tuple[Span, ...]

    def on(self, row: int) -> Span | None:
        """Its cells on one line."""
        return next((span for span in self.spans if span.row == row), None)


def stops(lines: Sequence[Line]) -> list[Stop]:
    """The stops of a page."""
    found: list[Stop] = []
    last: Anchor | None = None  # the last one of the line before, which may go on
    for row, one in enumerate(lines):
        anchors = one.anchors or _whole(one)
        for number, anchor in enumerate(anchors):
            span = Span(row, anchor.start, anchor.end)
            if number == 0 and last is not None and (last.lead, last.part) == (anchor.lead, anchor.part):
                found[-1] = Stop(anchor.lead, (*found[-1].spans, span))
            else:
                found.append(Stop(anchor.lead, (span,)))
        last = anchors[-1] if anchors else None
    return found


def _whole(one: Line) -> tuple[Anchor, ...]:
    """All of a line that leads somewhere as a whole, but for the lines of a tree before it."""
    if one.target is None:
        return ()
    branch = _BRANCH.match(one.text)
    margin = 0 if branch is None else branch.end()
    return (Anchor(margin, one.width, one.target, -1),)


def at(found: Sequence[Stop], row: int, cell: int) -> Stop | None:
    """The stop under a cell."""
    for stop in found:
        if (span := stop.on(row)) is not None and span.start <= cell < span.end:
            return stop
    return None
