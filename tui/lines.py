"""Lines of styled text, measured in terminal cells; no widget and no escape sequence is in them.

- A line is made of pieces: a text and its role. What a role looks like is the theme's to say; what it means is also
  told by words or shape, so that nothing depends on colour alone.
- Remote text enters by :func:`words` and :func:`plain` alone, which escape it (architecture.md, rule 6). There is no
  markup anywhere: a ``[`` is a bracket.
- Cells are those of `rich.cells`: wide characters take two, combining marks none, and a grapheme is never cut.
- Where a line may end is `tui.breaking`'s to say, and that right-to-left text stays in its place is `tui.bidi`'s.
- What a text names can be gone to: an anchor says which cells of a line lead where.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.cells import cell_len

from thimbl.core.address import Address, Reference
from thimbl.core.terminal import safe, safe_line
from thimbl.core.text import NO_NICKS, Nicks, Span, SpanKind, spans
from tui.bidi import LRM, is_mixed, isolated, isolated_pieces
from tui.breaking import graphemes, lines_of

ELLIPSIS: Final = "…"

MAX_GRAPHEME: Final = 40
"""Characters that one cell can be made of: the longest emoji has 10, each of them with the marks that `safe` leaves."""

MAX_NAMED: Final = 500
"""Mentions, tags and links of one text that are told apart: more than anybody writes, and a few milliseconds."""


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
class Tag:
    """A tag that a text has, folded and without ``#``: it leads to all that has it."""

    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a text has, as it is written. Not escaped."""

    url: str


Lead = Reference | Address | Tag | Link
"""Where something on a page leads: to a record, to a person, to a tag, out of the program."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Cells `start` to `end` of a line lead somewhere. One that goes on in the next line has an anchor there too."""

    start: int
    end: int
    lead: Lead
    part: int = 0
    """The same in all lines over which one thing goes, and another for the next thing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a screen. `target` is the record that a click on it leads to, where no anchor is."""

    pieces: Pieces = ()
    target: Reference | None = None
    anchors: tuple[Anchor, ...] = ()

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
    return isolated(safe_line(text)), role


def words(text: str, nicks: Mapping[str, Address] | Nicks = NO_NICKS, role: Role = Role.TEXT) -> Pieces:
    """Remote text, escaped, with its mentions, tags and links told apart; line ends are kept as ``\\n``.

    `nicks` are those of the text's author (plan-format 2).
    """
    return tuple(piece for piece, _ in _parts(text, nicks, role))


def flow(text: str, nicks: Mapping[str, Address] | Nicks, width: int) -> list[Line]:
    """Remote text as `words` has it, set in lines of at most `width` cells, with anchors where it names something."""
    parts = _parts(text, nicks, Role.TEXT)
    pieces = [piece for piece, _ in parts]
    return [
        Line(isolated_pieces([part for part, _ in found]), None, tuple(_anchors(found, parts))) if found else BLANK
        for found in _wrapped(pieces, width)
    ]


def _anchors(found: "Sequence[_Part]", parts: Sequence[tuple[Piece, Lead | None]]) -> Iterator[Anchor]:
    at = 0
    for (text, _), index in found:
        cells = cell_len(text)
        if (lead := parts[index][1]) is not None:
            yield Anchor(at, at + cells, lead, index)
        at += cells


def _parts(text: str, nicks: Mapping[str, Address] | Nicks, role: Role) -> list[tuple[Piece, Lead | None]]:
    """The pieces of a text that are not empty, each with where it leads."""
    parts: list[tuple[Piece, Lead | None]] = []
    position = 0
    for span in spans(text, nicks, MAX_NAMED):
        parts.append(((safe(text[position : span.start]), role), None))
        parts.append(((safe(text[span.start : span.end], newlines=False), _ROLES[span.kind]), _lead(span)))
        position = span.end
    parts.append(((safe(text[position:]), role), None))
    return [part for part in parts if part[0][0]]


def _lead(span: Span) -> Lead:
    match span.kind:
        case SpanKind.MENTION:
            return Address.parse(span.value)
        case SpanKind.TAG:
            return Tag(span.value)
        case SpanKind.LINK:
            return Link(span.value)


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
        # No more characters than have room with all their marks, which `safe` bounds.
        for _, stop, wide in graphemes(text[: (room + 1) * MAX_GRAPHEME]):
            if wide > room:
                break
            end, room = stop, room - wide
        left = text[:end].rstrip(f" {LRM}")
        kept.append((f"{left}{ELLIPSIS}{LRM if is_mixed(left) else ''}", role))
        break
    return tuple(kept)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int) -> Pieces:
    """`left` at the left and `right` at the right; where both do not fit, `left` is cut."""
    kept = cut(right, width)
    room = width - width_of(kept)
    shown = cut(left, max(0, room - 1)) if kept else cut(left, room)
    return (*shown, (" " * max(0, room - width_of(shown)), Role.TEXT), *kept)


def wrap(pieces: Sequence[Piece], width: int, limit: int | None = None) -> list[Pieces]:
    """The pieces in lines of at most `width` cells, broken where `tui.breaking` says; ``\n`` ends a line.

    Of more than `limit` lines the last ends in an ellipsis.
    """
    lines: list[Pieces] = []
    for found in _wrapped(pieces, width):
        if limit is not None and len(lines) == limit:
            lines[-1] = cut((*lines[-1], (" " + ELLIPSIS, Role.DIM)), width)
            break
        lines.append(isolated_pieces([part for part, _ in found]))
    return lines


_Part = tuple[Piece, int]
"""A part of a piece, and the number of the piece."""


def _wrapped(pieces: Sequence[Piece], width: int) -> Iterator[list[_Part]]:
    """The lines, one by one as they are asked for."""
    text = "".join(piece for piece, _ in pieces)
    offset = 0
    index = position = 0  # the piece that holds the beginning of a line, and where that piece begins
    for paragraph in text.split("\n"):
        if not paragraph:  # a text of 8 KiB may be nothing else
            yield []
        for start, end in lines_of(paragraph, max(1, width)) if paragraph else ():
            while index < len(pieces) and position + len(pieces[index][0]) <= offset + start:
                position += len(pieces[index][0])
                index += 1
            yield _slice(pieces, index, position, offset + start, offset + end)
        offset += len(paragraph) + 1


def _slice(pieces: Sequence[Piece], index: int, position: int, start: int, end: int) -> list[_Part]:
    """Characters `start` to `end`; the piece at `index` begins at `position`, not after `start`."""
    found: list[_Part] = []
    while index < len(pieces) and position < end:
        text, role = pieces[index]
        if part := text[max(0, start - position) : end - position]:
            found.append(((part, role), index))
        position += len(text)
        index += 1
    return found
