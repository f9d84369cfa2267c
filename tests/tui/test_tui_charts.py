"""Charts in characters: never wider or higher than asked, readable without colour, and true to what they draw."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.commune.money import Currency, Period, percent
from tui.charts import EIGHTHS, FLAT, NOTHING, Points, area, bar, pairs
from tui.lines import Line

EUR = Currency("EUR", 2)
FIRST = Period(2026, 11)

amounts = st.integers(0, 10**9)
lines_of = st.lists(amounts, max_size=80)
widths = st.integers(1, 160)
heights = st.integers(1, 20)


def months(found: list[int]) -> Points:
    return [(FIRST.plus(index), amount) for index, amount in enumerate(found)]


def text(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def columns(lines: list[Line]) -> list[int]:
    """How high each cell of the plot is, in eighths."""
    plot = [line.text.split("┤" if "┤" in line.text else "│", 1)[1] for line in lines if {"┤", "│"} & set(line.text)]
    width = max(map(len, plot))
    return [sum(EIGHTHS.index(row.ljust(width)[at]) for row in plot) for at in range(width)]


@given(lines_of, widths, heights)
def test_an_area_stays_in_its_frame(found: list[int], width: int, height: int) -> None:
    """Whatever is asked of it."""
    lines = area(months(found), EUR, width, height, "Outstanding")
    assert all(line.width <= width for line in lines)
    assert len(lines) <= max(1, height)


@given(st.lists(st.tuples(amounts, amounts), max_size=80), widths, heights)
def test_pairs_stay_in_their_frame(found: list[tuple[int, int]], width: int, height: int) -> None:
    """Likewise."""
    points = [(FIRST.plus(index), *both) for index, both in enumerate(found)]
    lines = pairs(points, ("rent", "dividends"), EUR, width, height, "Rent against dividends")
    assert all(line.width <= width for line in lines)
    assert len(lines) <= max(1, height)


@given(st.lists(amounts, min_size=1, max_size=200), st.integers(30, 160), st.integers(4, 20))
def test_what_falls_is_seen_to_fall(found: list[int], width: int, height: int) -> None:
    """Also where several months share a cell."""
    falling = sorted(found, reverse=True)
    if falling[0]:
        drawn = columns(area(months(falling), EUR, width, height))
        assert all(left >= right for left, right in pairwise(drawn))
        rising = columns(area(months(falling[::-1]), EUR, width, height))
        assert all(left <= right for left, right in pairwise(rising))


def test_the_worked_example_falls_to_zero() -> None:
    """TRACTOR-1: its scale in the charter's form, its first and last month, and nothing left at the end."""
    found = months([max(0, 2400_00 - step * 192_00) for step in range(14)])
    lines = area(found, EUR, 60, 9, "Outstanding of TRACTOR-1")
    assert len(lines) == 9
    assert text(lines)[0] == "Outstanding of TRACTOR-1"
    assert text(lines)[1].startswith("2400.00 EUR ┤███")
    assert "   0.00 EUR └" in text(lines)[-2]
    assert text(lines)[-1].split() == ["2026-11", "2027-12"]
    assert columns(lines)[0] == 6 * 8
    assert columns(lines)[-1] == 0


def test_what_is_to_come_has_another_texture() -> None:
    """And a line below says so; what has no months yet has other names, and room that is too low has the line alone."""
    points = months([300, 200])
    lines = text(area([*points, ("2027-01", 100), ("2027-02", 0)], EUR, 60, 9, ahead=2))
    assert lines[-1].strip() == "█ so far   ▒ to come"
    assert lines[-2].split() == ["2026-11", "2027-02"]
    assert lines[-4].endswith("████████████▒▒▒▒▒▒      ")
    assert len(lines) == 9
    lines = text(area([("the sale", 300), ("month 1", 0)], EUR, 60, 3, ahead=2))
    assert [lines[-1].split(), len(lines)] == [["the", "sale", "month", "1"], 3]
    assert text(area([("the sale", 300), ("month 1", 0)], EUR, 60, 4, ahead=2))[-1].strip() == "▒ to come"


def test_what_is_not_zero_is_drawn() -> None:
    """A cent beside a million is one eighth; what was taken back is none."""
    assert columns(area(months([10**8, 1, 0, -5]), EUR, 60, 6))[::6] == [32, 1, 0, 0]


def test_nothing_and_zero_are_said() -> None:
    """In words, and no scale of nothing."""
    assert text(area([], EUR, 60, 9)) == [NOTHING]
    assert text(area(months([0, 0]), EUR, 60, 9)) == [FLAT]
    assert text(pairs([], ("rent", "dividends"), EUR, 60, 9, "T")) == ["T", NOTHING]
    assert text(pairs([(FIRST, 0, 0)], ("rent", "dividends"), EUR, 60, 9)) == [FLAT]


def test_where_there_is_no_room_it_is_a_sentence() -> None:
    """The figures that matter, cut at the end of the line."""
    assert text(area(months([2400_00, 100]), EUR, 60, 2)) == ["2026-11: 2400.00 EUR; 2026-12: 1.00 EUR."]
    assert text(area(months([2400_00, 100]), EUR, 12, 9)) == ["2026-11: 24…"]
    [told] = text(pairs([(FIRST, 300, 200)], ("rent", "dividends"), EUR, 60, 3))
    assert told == "rent 3.00 EUR in all; dividends 2.00 EUR in all."


def test_pairs_are_told_apart_without_colour() -> None:
    """By texture, which the last line explains; many months stand together, and it says so."""
    lines = text(pairs([(FIRST, 200, 100), (FIRST.next(), 0, 200)], ("rent", "dividends"), EUR, 60, 9))
    assert lines[0].count("█") == 4
    assert lines[0].count("▓") == 4
    assert lines[-1].strip() == "█ rent   ▓ dividends"
    many = [(FIRST.plus(step), 100, 100) for step in range(200)]
    assert "each of 9 months" in text(pairs(many, ("rent", "dividends"), EUR, 60, 9))[-1]


@given(st.integers(-5, 300), st.integers(0, 100), st.integers(0, 40))
def test_a_bar_is_as_wide_as_asked(part: int, whole: int, width: int) -> None:
    """Full only where the whole is reached, empty only where there is nothing."""
    drawn = bar(part, whole, width)
    assert len(drawn) == width
    if width and whole:
        assert (drawn == "█" * width) == (part >= whole)
        assert (drawn == "·" * width) == (part <= 0)


@pytest.mark.parametrize(("part", "whole", "told"), [(0, 9, "0 %"), (599, 600, "99 %"), (6, 6, "100 %"), (0, 0, "–")])
def test_percent_is_rounded_down(part: int, whole: int, told: str) -> None:
    """Nothing is sold out before it is."""
    assert percent(part, whole) == told
