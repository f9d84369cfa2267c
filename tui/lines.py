"""Lines of styled text, measured in terminal cells; no widget and no escape sequence is in them.

- A line is made of pieces: a text and its role. What a role looks like is the theme's to say; what it means is also
  told by words or shape, so that nothing depends on colour alone.
- Remote text enters by :func:`words` and :func:`plain` alone, which escape it (architecture.md, rule 6). There is no
  markup anywhere: a ``[`` is a bracket.
- Cells are those of `rich.cells`: wide characters take two, combining marks none, and a grapheme is never cut.
- Wrapping is linear in the text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.cells import cell_len, split_graphemes

from thimbl.core.address import Address, Reference
from thimbl.core.terminal import safe, safe_line
from thimbl.core.text import NO_NICKS, SpanKind, spans

ELLIPSIS: Final = "…"


class Role(StrEnum):
    """What a piece of a line is."""

    TEXT = "text"
    DIM = "dim"
    """What stands back: ages, ids, labels."""
    STRONG = "strong"
    NAME = "name"
    """Who speaks."""
    MARK = "mark"
    """The unread mark and the name beside it."""
    HEAD = "head"
    """The heading of a part of a page."""
    RULE = "rule"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MENTION = "mention"
    TAG = "tag"
    LINK = "link"
    OFFER = "offer"
    """A bond offer."""
    KEY = "key"
    """A key to press."""


Piece = tuple[str, Role]
Pieces = tuple[Piece, ...]

_ROLES: Final = {SpanKind.MENTION: Role.MENTION, SpanKind.TAG: Role.TAG, SpanKind.LINK: Role.LINK}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a screen. `target` is the record that a click on it leads to."""

    pieces: Pieces = ()
    target: Reference | None = None

    @property
    def text(self) -> str:
        """The characters without their roles."""
        return "".join(text for text, _ in self.pieces)

    @property
    def width(self) -> int:
        """Cells."""
        return width_of(self.pieces)


BLANK: Final = Line()


def width_of(pieces: Iterable[Piece]) -> int:
    """Cells that the pieces take."""
    return sum(cell_len(text) for text, _ in pieces)


def line(*pieces: Piece, target: Reference | None = None) -> Line:
    """A line of these pieces, without empty ones."""
    return Line(tuple(piece for piece in pieces if piece[0]), target)


def plain(text: str, role: Role = Role.TEXT) -> Piece:
    """Remote text as one safe line."""
    return safe_line(text), role


def words(text: str, nicks: Mapping[str, Address] = NO_NICKS, role: Role = Role.TEXT) -> Pieces:
    """Remote text, escaped, with its mentions, tags and links told apart; line ends are kept as ``\\n``.

    `nicks` are those of the text's author (plan-format 2).
    """
    pieces: list[Piece] = []
    position = 0
    for span in spans(text, nicks):
        pieces.append((safe(text[position : span.start]), role))
        pieces.append((safe(text[span.start : span.end], newlines=False), _ROLES[span.kind]))
        position = span.end
    pieces.append((safe(text[position:]), role))
    return tuple(piece for piece in pieces if piece[0])


def cut(pieces: Sequence[Piece], width: int) -> Pieces:
    """The pieces in at most `width` cells, with an ellipsis where something is left out."""
    if width_of(pieces) <= width:
        return tuple(pieces)
    if width < 1:
        return ()
    kept: list[Piece] = []
    room = width - 1
    for text, role in pieces:
        if (cells := cell_len(text)) <= room:
            kept.append((text, role))
            room -= cells
            continue
        end = 0
        for _, stop, wide in split_graphemes(text)[0]:
            if wide > room:
                break
            end, room = stop, room - wide
        kept.append((text[:end].rstrip(" ") + ELLIPSIS, role))
        break
    return tuple(kept)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int) -> Pieces:
    """`left` at the left and `right` at the right; where both do not fit, `left` is cut."""
    kept = cut(right, width)
    room = width - width_of(kept)
    shown = cut(left, max(0, room - 1)) if kept else cut(left, room)
    return (*shown, (" " * max(0, room - width_of(shown)), Role.TEXT), *kept)


def wrap(pieces: Sequence[Piece], width: int, limit: int | None = None) -> list[Pieces]:
    """The pieces in lines of at most `width` cells, at spaces and beside wide characters; ``\\n`` ends a line.

    A word that is wider than a line is broken between graphemes. Of more than `limit` lines the last ends in an
    ellipsis.
    """
    text = "".join(piece for piece, _ in pieces)
    lines: list[Pieces] = []
    offset = 0
    index = position = 0  # the piece that holds the beginning of a line, and where that piece begins
    for paragraph in text.split("\n"):
        for start, end in _breaks(paragraph, max(1, width)):
            if limit is not None and len(lines) == limit:
                lines[-1] = cut((*lines[-1], (" " + ELLIPSIS, Role.DIM)), width)
                return lines
            while index < len(pieces) and position + len(pieces[index][0]) <= offset + start:
                position += len(pieces[index][0])
                index += 1
            lines.append(_slice(pieces, index, position, offset + start, offset + end))
        offset += len(paragraph) + 1
    return lines


def _breaks(text: str, width: int) -> list[tuple[int, int]]:
    """Where the lines of one paragraph begin and end, in characters."""
    if len(text) <= width and text.isascii():
        return [(0, len(text))]
    graphemes = split_graphemes(text)[0]
    lines: list[tuple[int, int]] = []
    first = index = used = 0
    chance: int | None = None  # a line may end before this grapheme
    while index < len(graphemes):
        start, end, cells = graphemes[index]
        blank = text[start:end] == " "
        if used + cells > width and index > first and not blank:
            stop = index if chance is None or chance <= first else chance
            lines.append((graphemes[first][0], graphemes[stop][0]))
            first = index = stop
            used, chance = 0, None
            continue
        used += cells
        index += 1
        if blank or cells > 1:
            chance = index
    lines.append((graphemes[first][0] if graphemes else 0, len(text)))
    return [(start, start + len(text[start:end].rstrip(" "))) for start, end in lines]


def _slice(pieces: Sequence[Piece], index: int, position: int, start: int, end: int) -> Pieces:
    """Characters `start` to `end`; the piece at `index` begins at `position`, not after `start`."""
    found: list[Piece] = []
    while index < len(pieces) and position < end:
        text, role = pieces[index]
        if part := text[max(0, start - position) : end - position]:
            found.append((part, role))
        position += len(text)
        index += 1
    return tuple(found)
