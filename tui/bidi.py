"""Right-to-left text in a line of cells (UAX #9): it may reorder itself, and never what stands beside it.

- Terminals differ: most draw cells in the order in which they come; some (VTE, mlterm, Konsole, Apple's) reorder each
  line of the screen by UAX #9, taking all of it for one paragraph from left to right. There a Hebrew name would draw
  the number after it to its other side, and two Arabic texts that only blanks and a frame part would change places.
- So each field that holds right-to-left characters stands between two left-to-right marks (U+200E, UAX #9 "implicit
  directional marks"): whatever is neutral or a number outside them then has a strong left neighbour and stays.
- Marks, not isolates (FSI, PDI): where a dialog covers the end of a field, a lost mark matters up to the next letter,
  and the lost end of an isolate up to the end of the line. A mark has had no width in every terminal's table since
  Unicode 1.1; many show the younger isolates as a box.
- An author's own directional characters never get here: `thimbl.core.terminal` shows them by number. What is copied to
  the clipboard has none of ours.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

LRM: Final = "\u200e"
"""LEFT-TO-RIGHT MARK: no cell, and strongly left-to-right."""

RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks whose characters are R, AL or AN, with those that are reserved for more of them (UAX #9, table 4)."""

Kind = TypeVar("Kind")


def is_mixed(text: str) -> bool:
    """Whether a terminal might reorder a line with this text in it."""
    return not text.isascii() and RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str) -> str:
    """One field, which reorders nothing beside it. The same when it is done again."""
    if not is_mixed(text):
        return text
    return f"{LRM}{text.strip(LRM)}{LRM}"


def isolated_pieces(pieces: Sequence[tuple[str, Kind]]) -> tuple[tuple[str, Kind], ...]:
    """A field of several pieces, which may reorder each other: they are one text."""
    if not any(is_mixed(text) for text, _ in pieces):
        return tuple(pieces)
    (first, kind), *rest = pieces
    marked = [(LRM + first.lstrip(LRM), kind), *rest]
    last, kind = marked[-1]
    marked[-1] = (last.rstrip(LRM) + LRM, kind)
    return tuple(marked)
