"""Parts of a page: rules, paragraphs, tables of names and values; each a list of lines for a width.

Whatever is remote is safe already when it gets here (`tui.lines`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.text import links
from tui.lines import Anchor, Lead, Line, Link, Piece, Pieces, Role, cut, line, width_of, wrap

MEASURE: Final = 84
"""Cells of a line of text at most: eyes lose longer ones on the way back."""


def rule(title: str, width: int) -> Line:
    """A heading with a line to the edge."""
    (head,) = cut(((f"{title} ", Role.HEAD),), max(1, width))
    return line(head, ("─" * max(0, width - width_of((head,))), Role.RULE))


def paragraph(text: str, width: int, role: Role = Role.TEXT) -> list[Line]:
    """A text in one role."""
    return [line(*pieces) for pieces in wrap(((text, role),), width)]


def fields(rows: Sequence[tuple[str, str]], width: int, role: Role = Role.TEXT) -> list[Line]:
    """A table of names and values, the values wrapped under themselves. A value that is an address leads there."""
    label = min(max((len(name) for name, _ in rows), default=0), max(4, width // 3)) + 2
    lines: list[Line] = []
    for number, (name, value) in enumerate(rows):
        lead = lead_of(value)
        first = cut(((name, Role.DIM),), label - 1)
        for pieces in wrap(((value, role if lead is None else Role.MENTION),), width - label):
            gap: Piece = (" " * (label - width_of(first)), Role.TEXT)
            anchors = () if lead is None else (Anchor(label, label + width_of(pieces), lead, number),)
            lines.append(Line((*first, gap, *pieces), None, anchors))
            first = ()
    return lines


def lead_of(value: str) -> Lead | None:
    """Where a value leads that is the reference of a record, somebody's address, or a link."""
    if links(value) == (value,):
        return Link(value)
    if "@" not in value or " " in value:
        return None
    try:
        return Reference.parse(value) if "#" in value else Address.parse(value)
    except AddressError:
        return None


def named(parts: Iterable[tuple[Piece, Lead | None]]) -> Line:
    """A line of pieces, some of which lead somewhere."""
    pieces: list[Piece] = []
    anchors: list[Anchor] = []
    at = 0
    for piece, lead in parts:
        cells = width_of((piece,))
        if lead is not None:
            anchors.append(Anchor(at, at + cells, lead))
        pieces.append(piece)
        at += cells
    return Line(tuple(pieces), None, tuple(anchors))


def shifted(under: Line, before: Pieces) -> Line:
    """A line with something before it; what it leads to moves along."""
    at = width_of(before)
    anchors = tuple(replace(one, start=one.start + at, end=one.end + at) for one in under.anchors)
    return Line((*before, *under.pieces), under.target, anchors)
