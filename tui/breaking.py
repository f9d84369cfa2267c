"""Where a line of text may end, after UAX #14, and between which characters it may be cut, after UAX #29.

- A line ends after blanks (LB 18), beside ideographs and emoji (ID, LB 31), and after a hyphen between letters (LB 21).
- It never begins with closing punctuation, not even after a blank (LB 13: ``Bonjour !``), nor with the small kana and
  the long sound mark (NS, LB 21), and never ends with an opening bracket (LB 14).
- Mentions, tags and links are not broken at their hyphens while anything else will do.
- What is too long for a line is broken after a stop or a slash of its own, and else between graphemes; two regional
  indicators are one flag and are not cut apart.
- Linear: where a line ends is looked for from its end backwards, and no further than its beginning.

Scripts without blanks that need a dictionary (Thai, Lao, Khmer) are broken between graphemes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Final

from rich.cells import split_graphemes

Grapheme = tuple[int, int, int]
"""Its first character, the one after its last, and its cells."""

_CLOSING: Final = frozenset(
    ")]}!?;:,.%\"'\u00bb\u203a\u2019\u201d\u2026\u2030"
    "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff05\uff09\uff3d\uff5d\uff5e\uff60\uff61\uff63\uff64"
    "\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\u301b\u301e\u301f"
)
_NO_START: Final = frozenset(
    "\u3005\u303b\u30fb\u30fc\u309d\u309e\u30fd\u30fe\u301c\u203c\u2047\u2048\u2049\uff65\uff70\u3000"
    "\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u3095\u3096"
    "\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6"
)
"""Ideographic repeats, dots, the long sound mark, small kana, and the ideographic blank (NS and BA)."""
_OPENING: Final = frozenset(
    "([{\u00ab\u2018\u201c\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a\u301d\uff08\uff3b\uff5b\uff5f\uff62"
)
_HYPHENS: Final = frozenset("-\u2010\u2013\u2014")
_BLANKS: Final = frozenset(" \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f")
"""Not the ones that hold words together: U+00A0, U+2007, U+202F (GL)."""
_TRIMMED: Final = "".join(sorted(_BLANKS))
_HOLDING: Final = frozenset("@#/")
"""A word with one of these is a mention, a tag, a link or a path."""
_STOPS: Final = frozenset("/?&=#.,;:-_@+~")
"""After which a word that is longer than a line is broken."""
_PLACES: Final = re.compile(r"[ /?&=#.,;:_@+~-](?=[^ ])")
"""After what a line of ASCII may end at all."""


class Chance(IntEnum):
    """How well a line may end here."""

    NONE = 0
    POOR = 1
    """Within a word that is too long."""
    GOOD = 2


def graphemes(text: str) -> list[Grapheme]:
    """`text` in the pieces that are never cut."""
    found = split_graphemes(text)[0]
    if text.isascii():
        return found
    joined: list[Grapheme] = []
    half = False  # the last one is a regional indicator that has no other yet
    for start, end, cells in found:
        indicator = "\U0001f1e6" <= text[start] <= "\U0001f1ff"
        if indicator and half:
            joined[-1] = (joined[-1][0], end, joined[-1][2] + cells)
            half = False
        else:
            joined.append((start, end, cells))
            half = indicator
    return joined


def lines_of(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of one paragraph of safe text begin and end, in characters, without the blanks at their ends."""
    if text.isascii():
        return fill(text, range(len(text) + 1), None, width)
    units = graphemes(text)
    return fill(text, [*(start for start, _, _ in units), len(text)], [cells for _, _, cells in units], width)


def fill(text: str, starts: Sequence[int], cells: Sequence[int] | None, width: int) -> Iterator[tuple[int, int]]:
    """The same of a text whose graphemes begin at `starts`, with its length as the last of these.

    `cells` are those of each grapheme; None where each has one.
    """
    count = len(starts) - 1
    first = 0
    while True:
        stop = _reach(first, count, cells, width)
        after = stop  # the blanks at the end of a line hang over its edge
        while after < count and text[starts[after]] in _BLANKS:
            after += 1
        if after == count:
            yield _trimmed(text, starts[first], len(text))
            return
        index = _best(text, starts, cells, first, stop, after)
        yield _trimmed(text, starts[first], starts[index])
        first = index


def _reach(first: int, count: int, cells: Sequence[int] | None, width: int) -> int:
    """The first grapheme that does not stand on the line that begins with `first`; at least one does."""
    if cells is None:
        return min(count, first + max(1, width))
    index, used = first + 1, cells[first] if first < count else 0
    while index < count and used + cells[index] <= width:
        used += cells[index]
        index += 1
    return min(index, count)


def _best(text: str, starts: Sequence[int], cells: Sequence[int] | None, first: int, stop: int, after: int) -> int:
    """With which grapheme the next line begins. `stop` does not fit on this one; `after` is the next to be seen."""
    line = text[starts[first] : starts[after] + 1]
    if line.isascii() and line.isalnum():
        return stop
    # A poor place is worth it only where it leaves more than half of the line.
    half = first + (stop - first) // 2
    poor: int | None = None
    places: Iterable[int] = range(after, first, -1)
    if cells is None:
        places = reversed([first + found.end() for found in _PLACES.finditer(line)])
    for index in places:
        chance = _chance(text, starts, cells, index, starts[first])
        if chance is Chance.GOOD:
            return index
        if chance is Chance.POOR and poor is None and half < index <= stop:
            poor = index
    return stop if poor is None else poor


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    return start, start + len(text[start:end].rstrip(_TRIMMED))


def _chance(text: str, starts: Sequence[int], cells: Sequence[int] | None, index: int, line: int) -> Chance:
    """Whether a line may begin with the grapheme at `index`, where the one before began with the character `line`."""
    start, begin = starts[index], starts[index - 1]
    before, after = text[begin], text[start]
    if after in _BLANKS:
        return Chance.NONE
    closes = after in _CLOSING or after in _NO_START
    if before in _BLANKS:
        beyond = text[start + 1 : start + 2]
        closes = closes and (not beyond or beyond in _BLANKS or beyond in _CLOSING)
        opened = begin > 0 and text[begin - 1] in _OPENING and (begin == 1 or text[begin - 2] in _BLANKS)
        return Chance.NONE if closes or opened else Chance.GOOD
    if closes or before in _OPENING:
        return Chance.NONE
    if cells is not None and (cells[index] > 1 or cells[index - 1] > 1):
        return Chance.GOOD
    if before in _HYPHENS and after.isalpha() and text[begin - 1 : begin].isalpha():
        word = text.rfind(" ", line, begin) + 1 or line
        if not any(character in _HOLDING for character in text[word:begin]):
            return Chance.GOOD
    return Chance.POOR if before in _STOPS and after.isalnum() else Chance.NONE
