"""Tables: what is shown of them, and the widget that shows ten thousand rows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.grid import Grid
from tui.lines import Line, Role, line
from tui.paint import STYLES
from tui.tables import (
    GUTTER,
    LEAST,
    Cell,
    Column,
    Order,
    Row,
    arranged,
    column_at,
    draw_head,
    draw_row,
    lines_told,
    natural,
    naturally,
    told,
    widths,
)

COLUMNS = (
    Column("Who", needed=0),
    Column("Why", grows=True, needed=2),
    Column("Amount", right=True, needed=0, figure=True),
    Column("Due", right=True, needed=1, figure=True),
)


def row(key: str, why: str, amount: int, due: int = 0) -> Row:
    return Row(key, (Cell(key), Cell(why), Cell(f"{amount}.00", amount), Cell(str(due) if due else "", due)))


ROWS = [row("cy", "Bonds", 1000), row("ana", "bonds and bread", 9, 3), row("Bo", "霜が降りた", 200)]


def keys(rows: Sequence[Row]) -> list[str]:
    return [row.key for row in rows]


def test_numbers_are_sorted_as_numbers_and_words_without_case() -> None:
    """9 before 200 before 1000; ana, Bo, cy."""
    assert keys(arranged(ROWS, Order(2))) == ["ana", "Bo", "cy"]
    assert keys(arranged(ROWS, natural(COLUMNS, 2))) == ["cy", "Bo", "ana"]
    assert keys(arranged(ROWS, natural(COLUMNS, 0))) == ["ana", "Bo", "cy"]
    assert keys(arranged(ROWS, None)) == ["cy", "ana", "Bo"]


def test_rows_that_are_alike_keep_their_order() -> None:
    """Both ways."""
    alike = [row(name, "", 1) for name in ("b", "c", "a")]
    assert keys(arranged(alike, Order(2))) == ["b", "c", "a"]
    assert keys(arranged(alike, Order(2, True))) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("BONDS", ["cy", "ana"]),
        ("bread ana", ["ana"]),
        ("200", ["Bo"]),
        ("降", ["Bo"]),
        ("nothing", []),
        ("  ", ["cy", "ana", "Bo"]),
    ],
)
def test_a_filter_wants_all_words_anywhere(words: str, found: list[str]) -> None:
    """In any case, in any cell, as parts of words."""
    assert keys(arranged(ROWS, None, words)) == found


@given(st.integers(0, 120), st.lists(st.integers(1, 60), min_size=4, max_size=4))
def test_columns_fit(width: int, liked: list[int]) -> None:
    """Never wider than the widget, wide enough for what one always needs where there is room for it."""
    wide = widths(COLUMNS, liked, width)
    taken = GUTTER + sum(one + 2 for one in wide if one)
    assert taken <= max(width, GUTTER + 2 * len([one for one in wide if one]))
    if width >= GUTTER + liked[0] + liked[2] + 4:
        assert (wide[0], wide[2]) == (liked[0], liked[2])
    assert wide[1] in (0, *range(min(liked[1], LEAST), liked[1] + 1))


def test_the_least_needed_column_goes_first() -> None:
    """The words before the amounts."""
    liked = naturally(COLUMNS, ROWS)
    assert widths(COLUMNS, liked, 80) == liked
    narrow = widths(COLUMNS, liked, GUTTER + liked[0] + liked[2] + liked[3] + 6)
    assert narrow == [liked[0], 0, liked[2], liked[3]]
    assert widths(COLUMNS, liked, GUTTER + liked[0] + liked[2] + 4)[3] == 0


def test_a_line_stands_under_its_head() -> None:
    """Amounts at the right; the order by its mark; the cursor and the chosen figure by shapes."""
    wide = widths(COLUMNS, naturally(COLUMNS, ROWS), 60)
    head = draw_head(COLUMNS, wide, Order(2, True)).text
    drawn = draw_row(COLUMNS, wide, ROWS[0], selected=True, figure=2).text
    assert head.index("Amount ▼") + len("Amount ▼") == drawn.index("1000.00") + len("1000.00")
    assert drawn.startswith("▌ cy ")
    assert "[1000.00]" in drawn
    assert "[–]" in draw_row(COLUMNS, wide, ROWS[0], selected=True, figure=3).text
    assert "[" not in draw_row(COLUMNS, wide, ROWS[0], figure=2).text
    assert column_at(COLUMNS, wide, drawn.index("1000.00")) == 2
    assert column_at(COLUMNS, wide, 0) is None
    assert column_at(COLUMNS, wide, 59) is None


def test_what_has_no_room_is_told() -> None:
    """What is left out with its title, what is cut whole; where all has room there is nothing to tell."""
    liked = naturally(COLUMNS, ROWS)
    assert lines_told(COLUMNS, liked, widths(COLUMNS, liked, 80), 80) == 0
    wide = widths(COLUMNS, liked, GUTTER + liked[0] + liked[2] + 4)
    assert lines_told(COLUMNS, liked, wide, 30) == 2
    assert "".join(text for text, _ in told(COLUMNS, wide, ROWS[1])) == "Why bonds and bread   Due 3"
    assert "".join(text for text, _ in told(COLUMNS, wide, ROWS[0])) == "Why Bonds"
    cut = widths(COLUMNS, liked, sum(liked) + GUTTER + 2 * len(liked) - 4)
    assert "".join(text for text, _ in told(COLUMNS, cut, ROWS[1])) == "bonds and bread"


def test_right_to_left_text_moves_nothing_beside_it() -> None:
    """A cell of it stands between marks (UAX #9), and takes no more cells for it."""
    rows = [row("שלום", "عربي", 5)]
    wide = widths(COLUMNS, naturally(COLUMNS, rows), 60)
    drawn = draw_row(COLUMNS, wide, rows[0])
    assert drawn.text.count("\u200e") == 4
    assert drawn.width == GUTTER + sum(wide) + 2 * len(wide)


class Listed(App[None]):
    """A table and nothing else."""

    CSS = "Grid { overflow-x: hidden; overflow-y: scroll; }"

    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES}

    def __init__(self) -> None:
        super().__init__()
        self.grid = Grid()

    def compose(self) -> ComposeResult:
        yield self.grid


def play(scene: Callable[[Grid, Pilot[None]], Awaitable[None]]) -> None:
    async def whole() -> None:
        app = Listed()
        async with app.run_test(size=(60, 20)) as pilot:
            app.grid.focus()
            await scene(app.grid, pilot)

    asyncio.run(whole())


def heading(width: int) -> list[Line]:
    return [line((f"line {number}", Role.TEXT)) for number in range(25)]


def test_keys_and_mouse() -> None:
    """Sorting by key and by a click on a head; the selected row stays selected; figures are chosen in the row."""

    async def scene(grid: Grid, pilot: Pilot[None]) -> None:
        grid.show(COLUMNS, ROWS, key="ana")
        assert (grid.row, grid.figure) == (ROWS[1], 2)
        await pilot.press("s")
        assert (grid.order, keys(grid.rows)) == (Order(0), ["ana", "Bo", "cy"])
        await pilot.press("i")
        assert keys(grid.rows) == ["cy", "Bo", "ana"]
        assert grid.row == ROWS[1]
        await pilot.press(">")
        assert grid.figure == 3
        await pilot.press("<", "k")
        assert (grid.figure, grid.row) == (2, ROWS[2])
        await pilot.click(Grid, offset=(3, 0))
        assert grid.order == Order(0)
        at = grid.text.split("\n")[0].index("Amount")
        await pilot.click(Grid, offset=(at, 0))
        assert grid.order == Order(2, True)
        await pilot.click(Grid, offset=(at, 0))
        assert (grid.order, keys(grid.rows)) == (Order(2), ["ana", "Bo", "cy"])
        await pilot.click(Grid, offset=(3, 3))
        assert grid.row == ROWS[0]
        await pilot.press("s")
        assert grid.order == Order(3, True)
        await pilot.press("s")
        assert grid.order is None

    play(scene)


def test_what_stands_above_the_rows_is_scrolled_through() -> None:
    """Down through it to the rows, and up again; the titles stay in sight."""

    async def scene(grid: Grid, pilot: Pilot[None]) -> None:
        rows = [row(f"r{number:02}", "", number) for number in range(40)]
        grid.show(COLUMNS, rows, heading)
        assert grid.scroll_offset.y == 0
        await pilot.press("j")
        assert (grid.scroll_offset.y, grid.at) == (1, 0)
        for _ in range(10):
            await pilot.press("j")
        assert grid.at > 0
        await pilot.press("G")
        assert grid.row == rows[-1]
        assert "Who" in "".join(segment.text for segment in grid.render_line(0))
        await pilot.press("g")
        assert (grid.scroll_offset.y, grid.at) == (0, 0)
        grid.show(COLUMNS, [], heading)
        await pilot.press("j", "pagedown", "enter")
        assert grid.row is None

    play(scene)


def test_what_is_cut_stands_under_the_rows() -> None:
    """Of the selected row, at the end of the widget; the last row stands over it, and a click on it selects nothing."""

    async def scene(grid: Grid, pilot: Pilot[None]) -> None:
        rows = [row(f"r{number:02}", f"{number} " + "long " * 12, number) for number in range(40)]
        grid.show(COLUMNS, rows)
        await pilot.press("G")
        lines = ["".join(segment.text for segment in grid.render_line(y)).rstrip() for y in range(20)]
        [rule] = [y for y, text in enumerate(lines) if text.startswith("──")]
        assert lines[rule - 1].startswith("▌ r39")
        assert " ".join(" ".join(lines[rule + 1 :]).split()) == f"39 {'long ' * 12}".strip()
        await pilot.click(Grid, offset=(3, rule + 1))
        assert grid.at == 39
        await pilot.press("pageup")
        assert grid.at == 39 - (rule - 2)
        await pilot.resize_terminal(120, 20)
        await pilot.pause()
        assert not any("──" in "".join(one.text for one in grid.render_line(y)) for y in range(20))
        await pilot.resize_terminal(16, 20)
        await pilot.pause()
        assert grid.figure == 2

    play(scene)


def test_rows_that_come_leave_the_selected_one_where_it_is() -> None:
    """By its key; where it has gone, the one in its place."""

    async def scene(grid: Grid, pilot: Pilot[None]) -> None:
        rows = [row(f"r{number:03}", "", number) for number in range(100)]
        grid.show(COLUMNS, rows, key="r050")
        before = grid.at - grid.scroll_offset.y
        grid.renew([row(f"new{number}", "", 0) for number in range(7)] + rows, lambda width: [])
        assert grid.row == rows[50]
        assert grid.at - grid.scroll_offset.y == before
        grid.filter("r05")
        assert (grid.total, len(grid.rows), grid.row) == (107, 10, rows[50])
        grid.filter("")
        grid.renew(rows[:50], lambda width: [])
        assert grid.at == 49

    play(scene)


def test_ten_thousand_rows_are_drawn_as_they_come_into_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is what is in sight, however many there are."""
    drawn: list[str] = []

    def counted(columns: Sequence[Column], wide: Sequence[int], row: Row, **chosen: object) -> Line:
        drawn.append(row.key)
        return line((row.key, Role.TEXT))

    monkeypatch.setattr("tui.grid.draw_row", counted)

    async def scene(grid: Grid, pilot: Pilot[None]) -> None:
        grid.show(COLUMNS, [row(f"r{number}", "", number) for number in range(10_000)])
        await pilot.pause()
        drawn.clear()
        await pilot.press("G")
        await pilot.pause()
        assert grid.at == 9_999
        assert "r9999" in drawn
        assert len(drawn) <= 4 * 20

    play(scene)
