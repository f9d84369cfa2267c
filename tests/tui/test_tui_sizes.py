"""Terminals from 20x5 to 300x60, and a clock that is set back: nothing ends, and nothing that was typed is lost."""

from pathlib import Path

from rich.cells import cell_len

from tests.tui.running import Session, closed, composer, opened, play
from tests.tui.village import NOW
from thimbl.core.times import DAY
from tui.composer import Composer
from tui.dialogs import Confirm, Help
from tui.small import LEAST, TooSmall


def test_every_size_has_its_form(tmp_path: Path) -> None:
    """Views in a line or a column, page under or beside the list; where nothing would be readable, a sentence."""
    clock = [float(NOW)]

    async def size(s: Session, width: int, height: int) -> str:
        await s.pilot.resize_terminal(width, height)
        await s.until(lambda: s.app.size == (width, height) and s.app.screen.size == (width, height))
        await s.settle()
        lines = s.shown.split("\n")
        assert len(lines) == height
        assert {cell_len(line) for line in lines} == {width}
        return s.shown

    async def scene(s: Session) -> None:
        await s.selected("bakery")
        shown = await size(s, 60, 20)
        for part in ("Timeline", "2 Men", "6 Sea", "@cy the bakery", "verified", "Help", "1 of 8"):
            assert part in shown, part
        assert s.screen.timeline.size.height >= 6
        assert s.screen.detail.size.height >= 6
        for width, height in ((LEAST.width, LEAST.height), (80, 24), (100, 20), (130, LEAST.height), (300, 60)):
            shown = await size(s, width, height)
            assert "Timeline" in shown
            assert "ana" in shown
            beside = s.screen.detail.region.x > s.screen.timeline.region.x
            assert beside == (width >= 100)
        assert s.screen.views.is_column
        shown = await size(s, 200, 50)
        assert all(f"{number} {name}" in shown for number, name in ((4, "Commune"), (7, "Log")))
        clock[0] = NOW - 400 * DAY
        s.screen.tick()
        assert "bakery" in await size(s, 80, 24)
        await s.press("j", "c")
        await opened(s, Composer)
        await s.press(*"half a thought")
        shown = await size(s, 20, 5)
        assert "too small" in " ".join(shown.split())
        assert isinstance(s.app.screen, TooSmall)
        await s.press("x", "enter", "escape", "ctrl+s", "ctrl+p")
        assert isinstance(s.app.screen, TooSmall)  # and no palette over it
        question = Confirm("A question", ["that a worker asks just now"], "Yes")
        await s.app.push_screen(question)
        await size(s, 1, 1)
        await size(s, 20, 5)
        await size(s, 80, 24)
        question.dismiss(False)
        await opened(s, Composer)
        assert composer(s).area.text == "half a thought"
        assert s.desk.posted == []
        await s.press("escape")
        await closed(s)
        assert s.screen.timeline.row == 1
        await s.press("?")
        await opened(s, Help)
        for width, height in ((60, 20), (20, 5), (300, 60), (LEAST.width, LEAST.height)):
            await size(s, width, height)
        await opened(s, Help)

    play(tmp_path, scene, clock=lambda: clock[0])


def test_it_may_begin_where_nothing_is_readable(tmp_path: Path) -> None:
    """And goes on when there is room."""

    async def scene(s: Session) -> None:
        await s.until(lambda: isinstance(s.app.screen, TooSmall))
        assert "20x5 is too small for thimbl" in " ".join(s.shown.split())
        await s.pilot.resize_terminal(80, 24)
        await closed(s)
        await s.selected("bakery")

    play(tmp_path, scene, size=(20, 5))
