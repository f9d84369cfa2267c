"""Charts in characters: a line of months as an area, two as pairs of columns, a part of a whole as a bar.

- Pure: months and minor units in, lines out, none wider than asked. The shapes are blocks of eighths (Unicode, Block
  Elements), which terminals have; no colour is needed to read them.
- The scale begins at zero, and its amounts are written as the charter writes money. What is not zero is never drawn as
  nothing; what is below zero (rent that was taken back) is drawn as zero, and stands in the table below.
- Where there are more months than cells, a cell of an area shows the last of its months, so that what falls is seen to
  fall; a column of a pair shows their sum, and the line below says of how many months.
"""

from collections.abc import Sequence
from typing import Final

from thimbl.core.commune.money import Currency, Period, format_balance, format_sum
from tui.lines import Line, Piece, Role, cut, line

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
"""Columns that are filled from below, by eighths."""

PARTS: Final = " ▏▎▍▌▋▊▉█"
"""Cells that are filled from the left, by eighths."""

SHADED: Final = " ░░▒▒▒▓▓▓"
"""The second of a pair, by eighths: told from the first by its texture."""

LEAST_PLOT: Final = 8
"""Cells below which there are no columns to look at: a chart is a sentence then."""

LEAST_HEIGHT: Final = 3
"""Lines below which there is none either: one of columns, the axis, the months."""

WIDEST: Final = 6
"""Cells of one column at most: a few months do not make a wall."""

NOTHING: Final = "No months to draw yet."
FLAT: Final = "Nothing but zero in all those months."

Points = Sequence[tuple[Period | str, int]]
"""Months, or what else has a name, and amounts."""

AHEAD: Final = " ░░░░▒▒▒▒"
"""What is to come, by eighths: told from what was by its texture."""


def bar(part: int, whole: int, width: int) -> str:
    """How much of a whole a part is, in exactly `width` cells: ``████▌···``; more than the whole is the whole."""
    if width < 1:
        return ""
    eighths = 0 if whole <= 0 else min(width * 8, max(0, part) * width * 8 // whole)
    if part > 0 and whole > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    drawn = PARTS[8] * full + (PARTS[rest] if rest else "")
    return drawn.ljust(width, "·")


def area(points: Points, currency: Currency, width: int, height: int, title: str = "", *, ahead: int = 0) -> list[Line]:
    """Months and what was there at the end of each, in `width` cells and at most `height` lines, the title's included.

    `points` ascend by month and have no gaps. The last `ahead` of them are to come, which a line below says.
    """
    lines = _title(title, width)
    height -= len(lines)
    if not points:
        return [*lines, *_said(NOTHING, width)][: height + len(lines)]
    top = max([0, *(amount for _, amount in points)])
    if not top:
        return [*lines, *_said(FLAT, width)][: height + len(lines)]
    labels = _labels(top, currency)
    room = width - _margin(labels)
    if room < LEAST_PLOT or height < LEAST_HEIGHT:
        first, last = points[0], points[-1]
        told = f"{first[0]}: {format_balance(first[1], currency)}; {last[0]}: {format_balance(last[1], currency)}."
        return [*lines, *_said(told, width)][: height + len(lines)]
    is_told = ahead > 0 and height > LEAST_HEIGHT
    rows = height - 2 - is_told
    wide = max(1, min(WIDEST, room // len(points)))
    count = min(len(points), room)
    sampled = [(index + 1) * len(points) // count - 1 for index in range(count)]
    heights = [(_eighths(points[at][1], top, rows), at < len(points) - ahead) for at in sampled]
    plot = [
        tuple((_block(EIGHTHS if was else AHEAD, eighths, row) * wide, Role.TAG) for eighths, was in heights)
        for row in reversed(range(rows))
    ]
    lines += _framed(plot, labels, count * wide)
    lines.append(_months(points[0][0], points[-1][0], _margin(labels), count * wide, width))
    if is_told:
        was: tuple[Piece, ...] = (("█ ", Role.TAG), ("so far   ", Role.TEXT)) if ahead < len(points) else ()
        legend = ((" " * _margin(labels), Role.TEXT), *was, ("▒ ", Role.TAG), ("to come", Role.TEXT))
        lines.append(Line(cut(legend, width)))
    return lines


def pairs(
    points: Sequence[tuple[Period, int, int]],
    names: tuple[str, str],
    currency: Currency,
    width: int,
    height: int,
    title: str = "",
) -> list[Line]:
    """Two amounts of each month side by side, on one scale; `names` say what they are. Otherwise as :func:`area`."""
    lines = _title(title, width)
    height -= len(lines)
    if not points:
        return [*lines, *_said(NOTHING, width)][: height + len(lines)]
    per, sums = _summed(points, max(1, _most(points, currency, width)))
    top = max([0, *(max(first, second) for _, first, second in sums)])
    if not top:
        return [*lines, *_said(FLAT, width)][: height + len(lines)]
    labels = _labels(top, currency)
    room = width - _margin(labels)
    if room < LEAST_PLOT or height < LEAST_HEIGHT + 1:
        totals = sum(point[1] for point in points), sum(point[2] for point in points)
        told = "; ".join(
            f"{name} {format_balance(total, currency)} in all" for name, total in zip(names, totals, strict=True)
        )
        return [*lines, *_said(f"{told}.", width)][: height + len(lines)]
    rows = height - 3
    gap = 1 if len(sums) * 3 <= room else 0
    wide = max(1, min(4, (room // len(sums) - gap) // 2))
    plot: list[tuple[Piece, ...]] = []
    for row in reversed(range(rows)):
        drawn: list[Piece] = []
        for _, first, second in sums:
            drawn.append((_block(EIGHTHS, _eighths(first, top, rows), row) * wide, Role.TAG))
            drawn.append((_block(SHADED, _eighths(second, top, rows), row) * wide, Role.MARK))
            drawn.append((" " * gap, Role.TEXT))
        plot.append(tuple(drawn))
    taken = len(sums) * (2 * wide + gap)
    lines += _framed(plot, labels, taken)
    lines.append(_months(points[0][0], points[-1][0], _margin(labels), taken, width))
    of = "" if per == 1 else f"   each of {per} months"
    legend = (("█ ", Role.TAG), (names[0], Role.TEXT), ("   ▓ ", Role.MARK), (names[1], Role.TEXT), (of, Role.DIM))
    return [*lines, Line(cut(((" " * _margin(labels), Role.TEXT), *legend), width))]


def _most(points: Sequence[tuple[Period, int, int]], currency: Currency, width: int) -> int:
    """How many pairs of columns there is room for, by the widest scale that there can be."""
    total = max(sum(max(0, point[1]) for point in points), sum(max(0, point[2]) for point in points))
    return (width - _margin(_labels(total, currency))) // 2


def _summed(points: Sequence[tuple[Period, int, int]], most: int) -> tuple[int, list[tuple[Period, int, int]]]:
    """So many months together, at most `most` sums; and how many months."""
    per = -(-len(points) // most)
    parts = [points[at : at + per] for at in range(0, len(points), per)]
    return per, [(part[0][0], sum(one[1] for one in part), sum(one[2] for one in part)) for part in parts]


def _eighths(amount: int, top: int, rows: int) -> int:
    """How high a column is, in eighths of a line; what is above zero is at least one."""
    if amount <= 0 or top <= 0:
        return 0
    return max(1, amount * rows * 8 // top)


def _block(shapes: str, eighths: int, row: int) -> str:
    """What of a column stands in a row, 0 being the lowest."""
    return shapes[max(0, min(8, eighths - row * 8))]


def _labels(top: int, currency: Currency) -> tuple[str, str]:
    return format_sum(top, currency), format_sum(0, currency)


def _margin(labels: tuple[str, str]) -> int:
    """Cells at the left: the scale, a blank, and the axis."""
    return max(map(len, labels)) + 2


def _framed(plot: Sequence[tuple[Piece, ...]], labels: tuple[str, str], wide: int) -> list[Line]:
    """The plot beside its scale and over its axis."""
    margin = _margin(labels) - 2
    lines = []
    for index, drawn in enumerate(plot):
        label = labels[0] if index == 0 else ""
        lines.append(line((label.rjust(margin), Role.DIM), (" ┤" if label else " │", Role.RULE), *drawn))
    return [*lines, line((labels[1].rjust(margin), Role.DIM), (" └" + "─" * wide, Role.RULE))]


def _months(first: Period | str, last: Period | str, margin: int, taken: int, width: int) -> Line:
    """The first month under the first column, the last under the last."""
    left, right = str(first), str(last) if last != first else ""
    gap = max(1, taken - len(left) - len(right))
    return Line(cut(((" " * margin + left + (" " * gap + right if right else ""), Role.DIM),), width))


def _title(title: str, width: int) -> list[Line]:
    return [Line(cut(((title, Role.HEAD),), width))] if title else []


def _said(text: str, width: int) -> list[Line]:
    return [Line(cut(((text, Role.DIM),), width))]
