"""Charts as inline SVG: a line of months that falls, columns side by side, a part of a whole as a bar.

- Pure: months and minor units in, elements out. Every number in a picture is finite and within its view box, whatever
  the amounts are; what is not zero is never drawn as nothing, and what is below zero is drawn as zero.
- A picture has no words in it, so that it may be stretched to any width: its scale and its months stand beside it, by
  the style sheet. Shapes have classes alone, to which the style sheet gives colours, and a second shape differs from
  the first by its form too (WCAG 1.4.1).
- Who does not see it is told the same by `title` and `desc` (SVG 2, 5.7), and finds all figures in a table below it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feeds.web.html import Element, Node, el
from feeds.web.tables import Column, table
from thimbl.core.commune.money import Currency, format_balance, percent

WIDTH: Final = 600
HEIGHT: Final = 180
"""Units of the view box of a chart: about the pixels that it has on a wide page."""

EDGE: Final = 4
"""Units at each side that stay free, so that no stroke is cut off."""

LEAST: Final = 2
"""Units of height of the smallest amount above zero."""

MOST_COLUMNS: Final = 60
"""Pairs of columns that are told apart at 320 pixels; where there are more months, several share one."""

BAR: Final = 100
BAR_HEIGHT: Final = 8
"""Units of the view box of a bar."""

STEPS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
"""What half of a scale may be, but for zeros behind it: read at a glance, and not far above any amount."""

ROOM_BETWEEN: Final = 5
"""Months from which on the one in the middle is named as well."""

NOTHING: Final = "There are no months to draw yet."

Point = tuple[str, int]
"""What it is of, mostly a month, and minor units."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a chart."""

    key: str
    """Tells its parts from those of other charts of the page: small letters and `-`."""
    title: str
    first: str
    """What its points are: a heading of the table."""
    second: str = ""
    """The same of the second line or column."""


def falling(words: Words, so_far: Sequence[Point], to_come: Sequence[Point], currency: Currency) -> Element:
    """What was outstanding at the end of each month as an area, and after it what is to come as a dashed line."""
    points = [*so_far, *to_come]
    if not points:
        return _empty(words)
    top = ceiling(max(1, *(amount for _, amount in points)))
    places = _places([amount for _, amount in points], top)
    known = len(so_far) if len(points) > 1 else 2 * len(so_far)
    shapes: list[Node] = []
    if known > 1:
        shapes += [_area(places[:known]), _line("line", places[:known])]
    if to_come:
        shapes.append(_line("line to-come", places[max(0, known - 1) :]))
    told = f"{words.title}: {_told(points, currency)}"
    rows = [(label, _money(amount, currency), words.first) for label, amount in so_far]
    rows += [(label, _money(amount, currency), words.second) for label, amount in to_come]
    columns = [Column("Month", short=True), Column("Amount", number=True)]
    if to_come:
        columns.append(Column("Which is", short=True))
    legend = [("line", words.first), ("to-come", words.second)] if so_far and to_come else []
    return _figure(
        words, told, shapes, (top, currency), [label for label, _ in points], legend,
        table(columns, [row[: len(columns)] for row in rows], words.title),
    )  # fmt: skip


def pairs(
    words: Words,
    points: Sequence[tuple[str, int, int]],
    currency: Currency,
    figure: Callable[[str, str, int], Node] | None = None,
) -> Element:
    """Two amounts of each month as columns side by side; of many months several together.

    `figure` makes what stands in the table for an amount, of its month and of what it is: a link to why it is so.
    """
    if not points:
        return _empty(words)
    per = -(-len(points) // MOST_COLUMNS)
    sums = list(_summed(points, per))
    top = ceiling(max(1, *(max(first, second) for _, first, second in sums)))
    wide = (WIDTH - 2 * EDGE) / len(sums)
    shapes: list[Node] = []
    for index, (_, first, second) in enumerate(sums):
        left = EDGE + index * wide
        for style, amount, place in (("column", first, 0.08), ("column second", second, 0.5)):
            height = (HEIGHT - EDGE) - _height(amount, top)
            if amount > 0:
                shapes.append(_column(style, left + place * wide, wide * 0.42, height))
    of = "" if per == 1 else f", {per} months together"
    totals = sum(point[1] for point in points), sum(point[2] for point in points)
    told = (
        f"{words.title}, from {points[0][0]} to {points[-1][0]}{of}: {words.first} {_money(totals[0], currency)} in "
        f"all, {words.second} {_money(totals[1], currency)}."
    )
    columns = [Column("Month", short=True), Column(words.first.capitalize(), number=True)]
    columns.append(Column(words.second.capitalize(), number=True))

    def cell(label: str, what: str, amount: int) -> Node:
        return _money(amount, currency) if figure is None or per > 1 else figure(label, what, amount)

    rows = [
        (label, cell(label, words.first, first), cell(label, words.second, second)) for label, first, second in sums
    ]
    legend = [("column", words.first), ("second", words.second)]
    return _figure(
        words, told, shapes, (top, currency), [one[0] for one in points], legend, table(columns, rows, words.title)
    )


def bar(key: str, part: int, whole: int, what: str) -> Element:
    """How much of a whole a part is; `what` says of what: ``of the face is subscribed``."""
    width = _share(part, whole)
    shapes = [el("rect", class_="whole", x=0, y=0, width=BAR, height=BAR_HEIGHT)]
    if width:
        shapes.append(el("rect", class_="part", x=0, y=0, width=_number(width), height=BAR_HEIGHT))
    told = f"{percent(part, whole)} {what}"
    return el(
        "div",
        el(
            "svg", el("title", told, id=f"{key}-bar"), *shapes, viewBox=f"0 0 {BAR} {BAR_HEIGHT}",
            preserveAspectRatio="none", role="img", aria_labelledby=f"{key}-bar",
        ),
        el("span", told, aria_hidden="true"),
        class_="bar",
    )  # fmt: skip


# geometry


def _places(amounts: Sequence[int], top: int) -> list[tuple[float, float]]:
    """Where points stand, from left to right; a single one is a level line from edge to edge."""
    if len(amounts) == 1:
        amounts = [amounts[0], amounts[0]]
    step = (WIDTH - 2 * EDGE) / (len(amounts) - 1)
    return [(EDGE + step * index, _height(amount, top)) for index, amount in enumerate(amounts)]


def _height(amount: int, top: int) -> float:
    """How far from the upper edge an amount stands. Whole numbers are divided: no amount is too large for that."""
    if amount <= 0:
        return HEIGHT - EDGE
    room = HEIGHT - 2 * EDGE
    return HEIGHT - EDGE - max(LEAST, min(room, room * 1000 * amount // top / 1000))


def ceiling(amount: int) -> int:
    """The upper end of a scale: the next amount of few digits whose half is one, too. Minor units, above zero."""
    half, unit = -(-amount // 2), 1
    while half > STEPS[-1] * unit:
        unit *= 10
    return 2 * unit * next(step for step in STEPS if step * unit >= half)


def _share(part: int, whole: int) -> float:
    if part <= 0 or whole <= 0:
        return 0.0
    return max(1.0, min(BAR * 10, part * BAR * 10 // whole) / 10)


def _summed(points: Sequence[tuple[str, int, int]], per: int) -> Iterator[tuple[str, int, int]]:
    for at in range(0, len(points), per):
        part = points[at : at + per]
        label = part[0][0] if len(part) == 1 else f"{part[0][0]} to {part[-1][0]}"
        yield label, sum(one[1] for one in part), sum(one[2] for one in part)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in places)


def _line(style: str, places: Sequence[tuple[float, float]]) -> Element:
    return el("polyline", class_=style, points=_points(places), vector_effect="non-scaling-stroke")


def _column(style: str, left: float, width: float, height: float) -> Element:
    top = HEIGHT - EDGE - height
    return el("rect", class_=style, x=_number(left), y=_number(top), width=_number(width), height=_number(height))


def _area(places: Sequence[tuple[float, float]]) -> Element:
    base = HEIGHT - EDGE
    return el("polygon", class_="area", points=_points([*places, (places[-1][0], base), (places[0][0], base)]))


# what is around it


def _figure(
    words: Words,
    told: str,
    shapes: Sequence[Node],
    scale: tuple[int, Currency],
    months: Sequence[str],
    legend: Sequence[tuple[str, str]],
    figures: Element,
) -> Element:
    base = HEIGHT - EDGE
    top, currency = scale
    grid = [
        el("line", class_="grid", x1=0, x2=WIDTH, y1=_number(y), y2=_number(y), vector_effect="non-scaling-stroke")
        for y in (EDGE, HEIGHT / 2, base)
    ]
    picture = el(
        "svg",
        el("title", words.title, id=f"{words.key}-title"),
        el("desc", told, id=f"{words.key}-desc"),
        *grid,
        *shapes,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_labelledby=f"{words.key}-title {words.key}-desc",
    )
    return el(
        "figure",
        el("figcaption", words.title),
        el(
            "div",
            _scale("scale", [_money(amount, currency) for amount in (top, top // 2, 0)]),
            picture,
            _scale("months", _few(months)),
            class_="plot",
        ),
        el(
            "p",
            *(el("span", el("i", class_=f"swatch {style}", aria_hidden="true"), f" {name}") for style, name in legend),
            class_="legend",
        )
        if legend
        else None,
        el("details", el("summary", "These figures as a table"), figures),
        class_="chart",
    )


def _scale(style: str, labels: Sequence[str]) -> Element:
    """What stands beside a picture: the style sheet shows it, and `desc` says it to who does not see it."""
    return el("p", *(el("span", data_label=label) for label in labels), class_=style, aria_hidden="true")


def _few(months: Sequence[str]) -> Sequence[str]:
    """The first and the last, and the one in the middle where there is one and room between."""
    if len(months) >= ROOM_BETWEEN and len(months) % 2:
        return months[0], months[len(months) // 2], months[-1]
    return (months[0], months[-1]) if len(months) > 1 else months


def _empty(words: Words) -> Element:
    return el("figure", el("figcaption", words.title), el("p", NOTHING, class_="faint"), class_="chart")


def _told(points: Sequence[Point], currency: Currency) -> str:
    (first, start), (last, end) = points[0], points[-1]
    if first == last:
        return f"{_money(start, currency)} in {first}."
    return f"from {_money(start, currency)} in {first} to {_money(end, currency)} in {last}."


def _money(minor: int, currency: Currency) -> str:
    return format_balance(minor, currency)
