"""Dialogs that wait mounted: what is shown is the one that waited, about what was asked; then the next one waits."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.widgets import Input

from tests.tui.fair import Stroll, held, stroll
from tests.tui.running import Session, closed, opened, play
from tests.tui.test_tui_bonds import on
from tests.tui.village import NOW
from thimbl.store.pins import SeenKey
from tui.commune.pane import CommunePane
from tui.comparing import Keys
from tui.over import Over
from tui.palette import Palette
from tui.waiting import Waiting
from tui.why import Why


def palettes(s: Session) -> Waiting[Any]:
    return s.app.palettes


def keys(s: Session) -> Waiting[Any]:
    return s.screen.keys


CASES = (
    pytest.param(palettes, Palette, ":", "Commands", id="palette"),
    pytest.param(keys, Keys, "K", "The key of lower@fields.example", id="keys"),
)


@pytest.mark.parametrize(("of", "kind", "key", "told"), CASES)
def test_it_waits_mounted(
    tmp_path: Path, of: Callable[[Session], Waiting[Any]], kind: type[Over[Any]], key: str, told: str
) -> None:
    """In the theme and the size of the moment when it is shown. What is typed at once is in its line, though nobody
    has waited for it to open."""

    async def scene(s: Session) -> None:
        await s.find("We have looked at a tractor")
        waiting = of(s)
        await waiting.prepare(s.app)
        one = waiting.one
        await waiting.prepare(s.app)
        assert isinstance(one, kind)
        assert waiting.one is one
        assert one not in s.app.screen_stack
        s.app.theme = "thimbl-contrast"
        await s.pilot.resize_terminal(140, 40)
        await s.settle()
        await s.press(key)
        await opened(s, kind)
        await s.press("a", "b")
        assert s.app.screen is one
        assert one.query_one(Input).value == "ab"
        await s.until(lambda: told in s.shown, told)
        ground = Color.parse(s.app.theme_variables["surface"])
        await s.until(lambda: one.query_one(".dialog").styles.background == ground, "the theme")
        await s.until(lambda: one.size == s.app.size, "the size")
        await s.press("escape")
        await closed(s)
        await s.until(lambda: waiting.one not in (None, one), "the next one")
        await s.until(lambda: not one.is_running, "the end of the first")
        await s.press(key)
        await opened(s, kind)
        await s.until(lambda: told in s.shown, told)
        assert s.app.screen.query_one(Input).value == ""

    play(tmp_path, scene)


def test_it_is_shown_while_it_is_being_mounted(tmp_path: Path) -> None:
    """Whoever is quicker than that sees the same."""

    async def scene(s: Session) -> None:
        await s.find("We have looked at a tractor")
        item, preparing = s.item, []
        for waiting in (s.app.palettes, s.screen.keys):
            preparing.append(asyncio.ensure_future(waiting.prepare(s.app)))
            await asyncio.sleep(0)
            assert waiting.one is not None
            assert not waiting.one.is_mounted
        begun = s.app.palettes.one
        s.app.action_palette()
        await s.press("x")
        assert s.app.screen is begun
        await s.until(lambda: "Commands" in s.shown and begun.query_one(Input).value == "x", "the focus")
        await s.press("escape")
        await closed(s)
        author = await s.screen.ask(lambda reader: reader.author(item.address))
        assert author is not None
        shown = s.screen.keys.take(s.app)
        s.app.push_screen(shown.about(author, SeenKey("SHA256:" + "a" * 43, NOW, 3, ""), NOW))
        await opened(s, Keys)
        await s.until(lambda: "Pin the key seen" in s.shown and "The key of lower@fields.example" in s.shown)
        await asyncio.gather(*preparing)

    play(tmp_path, scene)


def test_one_that_is_taken_while_it_is_laid_out_is_left_alone(tmp_path: Path) -> None:
    """What it is told may have to be laid out, which is still to be done."""

    async def scene(s: Session) -> None:
        waiting = s.screen.keys
        preparing = asyncio.ensure_future(waiting.prepare(s.app))
        await s.until(lambda: waiting.one is not None and waiting.one.is_mounted, "one that waits")
        taken = waiting.take(s.app)
        taken._layout_required = True
        await preparing
        assert taken._layout_required
        assert waiting.one is None
        author = await s.screen.ask(lambda reader: reader.author(s.item.address))
        assert author is not None
        s.app.push_screen(taken.about(author, None, NOW))
        await opened(s, Keys)
        await s.until(lambda: str(author.key) in s.shown, "the key")

    play(tmp_path, scene)


def test_a_derivation_waits_in_the_view_that_it_is_of(tmp_path: Path) -> None:
    """From when the view is open; the next one is about another figure."""

    async def waiting(s: Stroll) -> Why:
        whys = s.pane.whys
        await s.until(lambda: whys.one is not None and whys.one.is_mounted, "one that waits")
        assert whys.one is not None
        return whys.one

    async def told(s: Stroll, why: Why, title: str) -> None:
        await s.until(lambda: why.grid.has_focus and title in why.grid.text, title)

    async def scene(s: Stroll) -> None:
        await s.sees("The Fields")
        for row in (0, 1):
            one = await waiting(s)
            s.pane.grid.select(row)
            reason = s.pane.leaf.whence(s.pane.grid.rows[row].key, s.pane.grid.figure or 0)[0]
            await s.press("w")
            assert await on(s, Why) is one
            await told(s, one, reason.title)
            await s.press("escape")
            await s.until(lambda: not isinstance(s.app.screen, Why), "the view")

    stroll(held(tmp_path), CommunePane, scene)
