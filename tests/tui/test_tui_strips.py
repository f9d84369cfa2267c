"""Lines that go to the terminal: the same as Textual's, cell by cell, and each drawn once."""

from pathlib import Path

import pytest
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.running import Session, play
from tui.settings import Comfort
from tui.strips import Bar, Ground, Lines


def cells(strips: list[Strip]) -> list[list[Segment]]:
    """What a terminal would be told, however it is cut up; a blank has no colour of its own that could be seen."""
    return [list(Segment.simplify(strip)) for strip in strips]


def ours(session: Session) -> list[Widget]:
    """All widgets in sight whose lines are drawn here."""
    return [
        widget
        for widget in session.app.screen._compositor.visible_widgets
        if isinstance(widget._styles_cache, Lines) and widget.size.height
    ]


@pytest.mark.parametrize(
    ("size", "comfort", "key"),
    [
        ((80, 24), Comfort(), ""),
        ((100, 30), Comfort(), ""),
        ((160, 50), Comfort(), "4"),
        ((160, 50), Comfort(colour=False), ""),
    ],
    ids=["narrow", "beside", "wide", "without-colour"],
)
def test_lines_are_textuals_to_the_cell(
    tmp_path: Path, size: tuple[int, int], comfort: Comfort, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(s: Session) -> None:
        if key:
            await s.press(key)
        await s.until(lambda: all(any(isinstance(one, kind) for one in ours(s)) for kind in (Bar, Ground)), "all kinds")
        for widget in ours(s):
            whole = widget.region.size.region
            drawn = Lines(alike=isinstance(widget, Ground)).render_widget(widget, whole)
            if isinstance(widget, Bar):
                monkeypatch.setattr(widget, "render_line", super(Bar, widget).render_line)
                widget._render_content()
            theirs = StylesCache().render_widget(widget, whole)
            assert cells(drawn) == cells(theirs), widget
            part = Lines().render_widget(widget, Region(1, 0, whole.width - 1, 1))
            assert cells(part) == cells([theirs[0].crop(1, whole.width)])

    play(tmp_path, scene, size=size, comfort=comfort)


class Counted(Widget):
    """A widget that counts what it draws."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.asked.append(y)
        return Strip([Segment(f"line {y}", self.rich_style)])

    def get_line_filters(self) -> list[LineFilter]:
        return []


def test_a_line_is_drawn_when_it_has_changed_and_not_again(tmp_path: Path) -> None:
    async def scene(s: Session) -> None:
        widget = Counted()
        widget.styles.height, widget.styles.width = 6, 20
        await s.screen.mount(widget)
        await s.until(lambda: widget.region.height, "its place")
        lines, part = Lines(), Region(0, 0, widget.region.width, 4)
        first = lines.render_widget(widget, part)
        assert [strip.text.rstrip() for strip in first] == [f"line {y}" for y in range(4)]
        assert {strip.cell_length for strip in first} == {widget.region.width}
        widget.asked.clear()
        assert lines.render_widget(widget, part) == first
        assert not widget.asked
        lines.set_dirty(Region(0, 2, 5, 1))
        lines.render_widget(widget, part)
        assert widget.asked == [2]
        lines.set_dirty()
        lines.render_widget(widget, part)
        assert widget.asked == [2, 0, 1, 2, 3]
        lines.clear()
        widget.styles.opacity = 0.5  # something shows through: that is Textual's to draw
        assert cells(lines.render_widget(widget, part)) == cells(StylesCache().render_widget(widget, part))

    play(tmp_path, scene)
