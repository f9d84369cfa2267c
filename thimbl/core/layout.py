"""Text in columns: how wide it shows, lines broken to fit, tables. All of it is for text that is safe already.

The width of a character is that of Unicode's East Asian Width (UAX #11): wide and fullwidth ones take two columns,
marks and joiners none. An emoji made of several is counted wider than it shows: its line breaks early, never late.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

_PIECES: Final = re.compile(r" +|[^ ]+")
_PLAIN: Final = re.compile(r"[ -~]*")


def width_of(text: str) -> int:
    """Columns that one line takes."""
    return len(text) if _PLAIN.fullmatch(text) else sum(map(_character_width, text))


def wrap(text: str, width: int, *, links: bool = True) -> list[str]:
    """The lines of `text`, each broken at blanks to fit into `width` columns.

    A line that fits stays exactly as it is. A word that does not fit is broken anywhere; a link stays whole, so that it
    can be followed, unless `links` is False and no line may be longer.
    """
    return [line for paragraph in text.split("\n") for line in _wrap_line(paragraph.rstrip(" "), width, links)]


def clip(text: str, width: int) -> str:
    """`text` cut to `width` columns, with ``…`` at its end where something was cut."""
    if width_of(text) <= width:
        return text
    kept, room = [], width - 1
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip(" ") + "…"


def fill(text: str, width: int) -> str:
    """`text` and blanks behind it, `width` columns in all."""
    return text + " " * (width - width_of(text))


def columns(rows: Sequence[Sequence[str]], gap: int = 2) -> list[list[str]]:
    """The cells of `rows`, each but the last of its row filled to the width of its column and `gap` blanks."""
    if not rows:
        return []
    widths = [max(map(width_of, column)) + gap for column in zip(*rows, strict=True)]
    return [[*(fill(cell, width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]] for row in rows]


def _wrap_line(line: str, width: int, links: bool) -> Iterator[str]:
    if width_of(line) <= width:
        yield line
        return
    current, used = "", 0
    blanks = ""
    for piece in _PIECES.findall(line):
        if piece[0] == " ":
            blanks = piece
            continue
        wide = width_of(piece)
        if used and used + len(blanks) + wide > width:
            yield current
            current, used, blanks = "", 0, ""
        # The blanks that a line begins with are its author's, unless they leave no room.
        blanks = blanks if used or len(blanks) + wide <= width else ""
        if wide > width and not (links and "://" in piece):
            *whole, piece = _cut(piece, width)
            yield from whole
            wide = width_of(piece)
        current, used = current + blanks + piece, used + len(blanks) + wide
        blanks = ""
    yield current


def _cut(word: str, width: int) -> Iterator[str]:
    """A word in pieces of at most `width` columns; a mark stays with its letter."""
    start, used = 0, 0
    for index, character in enumerate(word):
        wide = _character_width(character)
        if used + wide > width and index > start:
            yield word[start:index]
            start, used = index, 0
        used += wide
    yield word[start:]


def _character_width(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
