"""Sizes, hostile texts on a real screen, and lists of ten and a hundred thousand rows: counted, not timed."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult

from tests.tui.running import Session, play
from tests.tui.test_tui_rows import POST
from tests.tui.village import NOW, Village, furnished
from thimbl.core.times import DAY
from tui.entries import ENTRIES_KEPT, ROWS_KEPT
from tui.paint import STYLES
from tui.timeline import AHEAD, Timeline


def test_a_resize_keeps_the_place(tmp_path: Path) -> None:
    """From wide to narrow to tiny and back."""

    async def scene(s: Session) -> None:
        await s.press("j", "j", "j", "j")
        for size in ((60, 20), (20, 5), (200, 50), (80, 24)):
            await s.pilot.resize_terminal(*size)
            await s.pilot.pause()
            timeline = s.screen.timeline
            assert timeline.row == 4
            assert timeline.size.height == 0 or 0 <= timeline.line < max(1, timeline.size.height)

    play(tmp_path, scene)


EVIL = {
    "markup": "[red]not red[/red] [@click=app.quit]no link[/] [/",
    "escapes": "\x1b[2J\x1b]0;title\x07\x9b31m\x7f",
    "bidi": "abc\u202edef\u2066ghi",
    "long": "x" * 8192,
    "wide": "霜" * 2730,
    "marks": "e" + "\u0301" * 10_000,
    "zero": "\u200b\u200d\ufeff" * 500,
    "lines": "\n" * 3000,
    "right to left": "שלום 12 (עולם) مرحبا " * 40,
    "joined": "👩\u200d" * 1_000,
}


def test_hostile_texts_on_a_real_screen(tmp_path: Path) -> None:
    """Each is a post; the screen holds, in its size, with nothing that a terminal would act on."""
    village = Village(tmp_path)
    eve = village.meet("eve@evil.example", "eve", name=EVIL["markup"] + EVIL["bidi"], bio=EVIL["escapes"])
    for text in EVIL.values():
        eve.post(text[:8000])
    village.follow(eve, EVIL["markup"][:40])

    async def scene(s: Session) -> None:
        for _ in EVIL:
            await s.until(lambda: s.screen.detail.facts.item is not None)
            key = s.screen.timeline.key
            await s.page_of(key)
            await s.pilot.pause()
            lines = s.shown.split("\n")
            assert {cell_len(line) for line in lines} == {80}
            assert not any(bad in s.shown for bad in "\x1b\x07\x9b\x7f\u202e\u2066\u200b\ufeff")
            await s.press("j")
        await s.find("[red]not red[/red] [@click=app.quit]no link[/] [/")

    play(tmp_path, scene, village=village)


class Listed(App[None]):
    """A list of many rows without a store: every entry that is asked for is counted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*STYLES}

    def __init__(self, count: int) -> None:
        super().__init__()
        self.timeline = Timeline(lambda: NOW)
        self.count = count
        self.asked: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.timeline

    def on_mount(self) -> None:
        self.timeline.show(range(1, self.count + 1), {})
        self.timeline.focus()

    @on(Timeline.Wanted)
    def _wanted(self, message: Timeline.Wanted) -> None:
        self.asked += message.keys
        self.timeline.supply({key: replace(POST, rowid=key) for key in message.keys})


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_only_what_is_shown_is_read(count: int) -> None:
    """First paint reads a screen and what lies around it; 200 keys read 200 rows more; each row is read once."""

    async def scene() -> None:
        app = Listed(count)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            screen = 24 // 2 + 2
            assert 12 <= len(app.asked) <= screen + AHEAD
            for _ in range(200):
                app.timeline.action_step(1)
            await pilot.pause()
            assert app.timeline.row == 200
            assert len(app.asked) <= 200 + 2 * (screen + 2 * AHEAD)
            assert len(app.asked) == len(set(app.asked))
            await pilot.press("G")
            await pilot.pause()
            assert app.timeline.row == count - 1
            assert app.asked[-1] == count
            assert len(app.asked) <= 200 + 4 * (screen + 2 * AHEAD)
            assert app.timeline.entry is not None

    asyncio.run(scene())


def test_the_caches_are_bounded() -> None:
    """However far one scrolls."""

    async def scene() -> None:
        app = Listed(100_000)
        async with app.run_test(size=(80, 24)) as pilot:
            for page in range(20):
                app.timeline.select_row(page * 500)
                await pilot.pause()
            assert len(app.asked) > ENTRIES_KEPT
            assert len(app.timeline._entries) <= ENTRIES_KEPT
            assert 0 < app.timeline._entries.painted <= ROWS_KEPT

    asyncio.run(scene())


def test_ten_thousand_posts_in_a_real_store(tmp_path: Path) -> None:
    """The list knows all of them, and has read a few."""
    village = furnished(tmp_path)
    many = village.meet("many@mill.example", "many", start=NOW - 11 * DAY)
    many.posts(10_000)
    village.follow(many, "many")

    async def scene(s: Session) -> None:
        await s.until(lambda: len(s.screen.timeline.keys) == 10_008, "all rows")
        for _ in range(200):
            s.screen.timeline.action_step(1)
        await s.until(lambda: s.is_shown(s.screen.timeline.key))
        assert s.screen.timeline.row == 200
        assert len(s.screen.timeline._entries) < 400
        await s.press("G")
        await s.selected("Post 1.")
        assert len(s.screen.timeline._entries) < 500

    play(tmp_path, scene, village=village)
