"""Charts: whatever the amounts are, every number in a picture is one, and within its view box."""

import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.web.charts import BAR, EDGE, HEIGHT, MOST_COLUMNS, NOTHING, WIDTH, Words, bar, ceiling, falling, pairs
from feeds.web.html import Element, render
from tests.feeds.web.showing import Reading, Seen, read
from thimbl.core.commune.money import MAX_AMOUNT, Currency, Period, format_balance

EUR = Currency("EUR", 2)
WORDS = Words("test", "The <pool> & more", "so far", "to come")
AMOUNTS = st.integers(-MAX_AMOUNT * 1000, MAX_AMOUNT * 1000) | st.sampled_from([0, 1, -1, MAX_AMOUNT])
FIRST = Period(2026, 1)


def labelled(amounts: list[int], start: int = 0) -> list[tuple[str, int]]:
    return [(str(FIRST.plus(start + number)), amount) for number, amount in enumerate(amounts)]


def drawn(element: Element) -> Reading:
    """The picture, after it was seen that all of it is within its box."""
    page = read(render(element))
    _, _, width, height = map(float, (page.one("svg").attributes["viewbox"] or "").split())
    for one in page.elements:
        for x, y in within(one):
            assert math.isfinite(x)
            assert math.isfinite(y)
            assert -0.05 <= x <= width + 0.05, one
            assert -0.05 <= y <= height + 0.05, one
    assert "nan" not in render(element).lower().replace("unanswered", "")
    return page


def within(one: Seen) -> list[tuple[float, float]]:
    """The corners of a shape."""
    given = {name: value or "" for name, value in one.attributes.items()}
    match one.tag:
        case "polyline" | "polygon":
            return [(float(x), float(y)) for x, y in (point.split(",") for point in given["points"].split())]
        case "rect":
            x, y, width, height = (float(given[name]) for name in ("x", "y", "width", "height"))
            assert width > 0
            assert height > 0
            return [(x, y), (x + width, y + height)]
        case "line":
            return [(float(given["x1"]), float(given["y1"])), (float(given["x2"]), float(given["y2"]))]
    return []


@given(st.lists(AMOUNTS, max_size=70), st.lists(AMOUNTS, max_size=30))
@settings(max_examples=25, deadline=None)
def test_a_line_of_any_amounts_stays_in_its_box(so_far: list[int], to_come: list[int]) -> None:
    if not so_far and not to_come:
        return
    page = drawn(falling(WORDS, labelled(so_far), labelled(to_come, len(so_far)), EUR))
    figures = [one.text for one in page.all("td", class_="number")]
    assert figures == [format_balance(amount, EUR) for amount in [*so_far, *to_come]]
    # Of one month, which others follow, there is a point alone.
    assert len(page.all("polyline")) == (len(so_far) > 1 or not to_come) + bool(to_come)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=200))
@settings(max_examples=25, deadline=None)
def test_columns_of_any_amounts_stay_in_their_box(amounts: list[tuple[int, int]]) -> None:
    points = [(str(FIRST.plus(number)), *both) for number, both in enumerate(amounts)]
    page = drawn(pairs(WORDS, points, EUR))
    rows = page.all("th", scope="row")
    assert len(rows) <= MOST_COLUMNS
    columns = [one for one in page.all("rect") if "second" not in (one.attributes["class"] or "")]
    per = -(-len(points) // MOST_COLUMNS)
    sums = [sum(one for one, _ in amounts[at : at + per]) for at in range(0, len(amounts), per)]
    assert len(columns) == sum(1 for one in sums if one > 0)


@given(AMOUNTS, AMOUNTS)
def test_a_bar_is_never_longer_than_the_whole(part: int, whole: int) -> None:
    page = drawn(bar("x", part, whole, "of it"))
    [*parts] = page.all("rect", class_="part")
    assert len(parts) == (part > 0 and whole > 0)
    if parts:
        width = float(parts[0].attributes["width"] or "")
        assert width == BAR if part >= whole else 1 <= width < BAR


def test_what_falls_to_zero_is_drawn_falling_to_zero() -> None:
    page = drawn(falling(WORDS, labelled([100, 75, 50]), labelled([25, 0], 3), EUR))
    so_far, to_come = page.all("polyline")
    assert so_far.attributes["points"] == f"{EDGE},{EDGE} 152,47 300,90"
    assert to_come.attributes["points"] == f"300,90 448,133 {WIDTH - EDGE},{HEIGHT - EDGE}"
    assert "to-come" in (to_come.attributes["class"] or "")


@given(st.integers(1, MAX_AMOUNT * 1000))
@settings(max_examples=60)
def test_a_scale_ends_at_an_amount_of_few_digits_and_so_does_its_half(amount: int) -> None:
    top = ceiling(amount)
    assert amount <= top <= max(2, 2 * amount)
    assert len(str(top // 2).rstrip("0")) <= 2
    assert top == 2 * (top // 2)


def test_a_scale_names_what_its_lines_are() -> None:
    page = drawn(falling(WORDS, labelled([110_03, 75_00, 50_00, 25_00, 0]), [], EUR))
    beside = [one.attributes["data-label"] for one in page.all("span") if "data-label" in one.attributes]
    assert beside == ["120.00 EUR", "60.00 EUR", "0.00 EUR", "2026-01", "2026-03", "2026-05"]


def test_who_does_not_see_it_is_told() -> None:
    page = drawn(falling(WORDS, labelled([100, 0]), [], EUR))
    picture = page.one("svg")
    assert picture.attributes["role"] == "img"
    assert picture.attributes["aria-labelledby"] == "test-title test-desc"
    assert page.one("title", id="test-title").text == "The <pool> & more"
    assert page.one("desc").text == "The <pool> & more: from 1.00 EUR in 2026-01 to 0.00 EUR in 2026-02."
    assert [one.text for one in page.all("th", scope="row")] == ["2026-01", "2026-02"]


def test_one_month_is_a_level_line_and_none_is_a_sentence() -> None:
    page = drawn(falling(WORDS, labelled([50]), [], EUR))
    assert page.one("polyline").attributes["points"] == f"{EDGE},{EDGE} {WIDTH - EDGE},{EDGE}"
    for nothing in (falling(WORDS, [], [], EUR), pairs(WORDS, [], EUR)):
        assert NOTHING in render(nothing)
        assert "<svg" not in render(nothing)


def test_nothing_in_a_chart_has_a_style_of_its_own() -> None:
    """The policy of these pages would not let it count."""
    made = render(falling(WORDS, labelled([3, 2]), labelled([1], 2), EUR)) + render(bar("x", 1, 2, "of it"))
    assert re.search(r"style=|fill=|<style", made) is None
