"""What the program looks like: the contrast of its own themes, greys alone, no colour at all, and which theme it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style
from textual.color import Color as Paint

from tests.tui.running import Session, play
from tests.tui.village import NOW, furnished
from tui.app import ThimblApp
from tui.lines import Role
from tui.paint import CURSOR, CURSOR_BLURRED, Painted
from tui.ports import THEME_KEY
from tui.settings import Comfort
from tui.themes import CONTRAST, DARK, LIGHT, MONO, THEMES, contrast, readable

AA, AAA = 4.5, 7.0
"""WCAG 2.2, 1.4.3 and 1.4.6: the least ratio of a text to its ground."""

BACK = {Role.RULE: 1.2}
"""A rule may have less; but not in high contrast."""

PALE = ("atom-one-light", "gruvbox")
"""Themes of Textual's of which some colours are not to be read on their own ground."""


def luminance(colour: Color | None) -> float:
    """WCAG 2.2, relative luminance."""
    assert colour is not None
    shares = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(style: Style) -> float:
    """WCAG 2.2, contrast ratio."""
    high, low = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def pairs(painted: Painted) -> dict[tuple[Role, str], Style]:
    """The style of each role on each ground."""
    return {(role, ground): painted._style(role, ground) for role in Role for ground in ("", CURSOR, CURSOR_BLURRED)}


def test_the_scale_itself() -> None:
    assert ratio(Style(color="#ffffff", bgcolor="#000000")) == pytest.approx(21)
    assert ratio(Style(color="#777777", bgcolor="#ffffff")) == pytest.approx(4.48, abs=0.01)


PARTS = st.integers(0, 255)


@given(st.tuples(PARTS, PARTS, PARTS), st.tuples(PARTS, PARTS, PARTS))
def test_any_colour_is_made_readable_and_no_more(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    """On any ground: black or white always can be; what can be read already stays as it is."""
    found = readable(Paint(*colour), Paint(*ground))
    assert contrast(found, Paint(*ground)) >= AA
    assert contrast(found, Paint(*ground)) == pytest.approx(ratio(Style(color=found.hex, bgcolor=Paint(*ground).hex)))
    if contrast(Paint(*colour), Paint(*ground)) >= AA:
        assert found == Paint(*colour)


def test_the_terminal_s_own_colours_are_left_to_it() -> None:
    green, black = Paint.parse("ansi_green"), Paint.parse("ansi_default")
    assert readable(green, black) is green


def test_each_role_can_be_read_on_each_ground(tmp_path: Path) -> None:
    """As it is painted: 7 to 1 everywhere in high contrast, 4.5 to 1 elsewhere, also in themes that are not ours; greys
    are greys."""

    async def scene(s: Session) -> None:
        for theme in (*THEMES, *(s.app.available_themes[name] for name in PALE)):
            s.app.theme = theme.name
            await s.settle()
            await s.pilot.pause()
            for widget in (s.screen.timeline, s.screen.detail, s.screen.views, s.screen.status):
                for (role, ground), style in pairs(widget).items():
                    least = AAA if theme is CONTRAST else BACK.get(role, AA)
                    if role is Role.RULE and theme not in THEMES:
                        continue
                    assert ratio(style) >= least, (theme.name, widget.id, role, ground, ratio(style))
                    if theme is MONO:
                        for colour in (style.color, style.bgcolor):
                            assert colour is not None
                            assert len(set(colour.get_truecolor())) == 1
        assert {DARK.name, LIGHT.name, MONO.name, CONTRAST.name} <= s.app.available_themes.keys()
        assert {"dracula", "nord", "textual-light"} <= s.app.available_themes.keys()

    play(tmp_path, scene)


def test_without_colour_there_is_none_and_focus_is_seen(tmp_path: Path) -> None:
    """Nothing but bold, underline and reverse; the selected row is turned round in the list that has the focus. And
    nothing moves where nothing is to move."""

    def coloured(s: Session) -> list[str]:
        strips = s.app.screen._compositor.render_strips()
        styles = ((part.text, part.style) for strip in strips for part in strip if part.style is not None)
        return [text for text, style in styles for one in (style.color, style.bgcolor) if one and not one.is_default]

    def turned(s: Session) -> str:
        strips = s.app.screen._compositor.render_strips()
        return "".join(part.text for strip in strips for part in strip if part.style is not None and part.style.reverse)

    async def scene(s: Session) -> None:
        await s.selected("bakery")
        assert coloured(s) == []
        assert "▌● ana ana@" in turned(s)
        await s.press("escape", "enter")
        await s.until(lambda: s.screen.detail.has_focus)
        await s.until(lambda: "bakery" not in turned(s))
        assert coloured(s) == []
        await s.press("escape", "y")
        await s.until(lambda: s.app.screen is not s.screen)
        await s.pilot.pause()
        assert coloured(s) == []
        assert turned(s).strip()
        await s.press("escape", "/")
        await s.until(lambda: not s.screen.words.cursor_blink)
        assert s.app.animation_level == "none"

    play(tmp_path, scene, size=(100, 30), comfort=Comfort(colour=False, motion=False))


def test_a_theme_that_was_chosen_is_kept(tmp_path: Path) -> None:
    """The next start begins with it; but the configuration goes before it."""
    village = furnished(tmp_path)

    async def choose(s: Session) -> None:
        assert s.app.theme == DARK.name
        await s.until(lambda: s.app.theme_changed_signal._subscriptions)
        s.app.theme = "nord"
        await s.until(lambda: s.desk.saved.get(THEME_KEY) == "nord")

    async def come_back(s: Session) -> None:
        await s.until(lambda: s.app.theme == "nord")

    play(tmp_path, choose, village=village)
    play(tmp_path, come_back, village=village)
    app = ThimblApp(village.path, village.desk(), lambda: NOW, Comfort(theme=CONTRAST.name))
    assert app.theme == CONTRAST.name
    app.close()
