"""What lies over the screen: dimmed once, painted when it stands, styled when it is mounted and not before."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor
from textual.color import Color
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.geometry import Size
from textual.renderables.background_screen import BackgroundScreen
from textual.widgets import Button

from tests.tui.running import Session, closed, opened, play
from tui.composer import Composer
from tui.dialogs import Confirm, Help, keys_page
from tui.over import Over, dimmed

VEIL = Color(10, 20, 30, 0.6)


@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(bold=True),
        Style(color="#ff8800"),
        Style(bgcolor="#112233"),
        Style.parse("reverse #ffffff on #000000"),
    ],
)
def test_it_is_dimmed_as_textual_dims(style: Style) -> None:
    """Text, colours and what stands out are the same; what could be clicked is not any more."""
    clickable = style + Style(meta={"@click": "app.quit"}, link="https://example.org")
    [theirs] = BackgroundScreen.process_segments([Segment("a", clickable)], VEIL)
    assert dimmed(clickable, VEIL) == theirs.style
    assert not dimmed(clickable, VEIL).meta


def test_a_dialog_is_painted_once_and_styled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: what Textual would paint before all stands, and style before anything is mounted."""
    painted: list[str] = []
    styled: list[str] = []
    paint, style = Compositor.render_full_update, Stylesheet.apply

    def count_paint(self: Compositor, simplify: bool = False) -> object:
        painted.append("full")
        return paint(self, simplify)

    def count_style(
        self: Stylesheet,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[object, ...], RulesMap] | None = None,
    ) -> None:
        if isinstance(node, Button):
            styled.append(str(node.id))
        style(self, node, animate=animate, cache=cache)

    async def scene(s: Session) -> None:
        await s.selected("SHA256")
        await s.press("x")  # imported, and its widgets met
        await opened(s, Confirm)
        await s.press("escape")
        await closed(s)
        await s.settle()
        with monkeypatch.context() as patch:
            patch.setattr(Compositor, "render_full_update", count_paint)
            patch.setattr(Stylesheet, "apply", count_style)
            await s.press("x")
            await opened(s, Confirm)
            await s.until(lambda: "Back" in s.shown and "Unfollow" in s.shown)
            await s.settle()
        assert styled.count("yes") == 1
        assert styled.count("no") <= 2  # and once more for the focus that it gets
        assert len(painted) <= 2
        with monkeypatch.context() as patch:
            asked: list[object] = []  # whether all is to be laid out since a screen has gone
            patch.setattr(s.app, "refresh", lambda **how: asked.append(how))
            await s.press("escape")
            await closed(s)
            await s.settle()
        assert not asked

    play(tmp_path, scene)


def test_a_frame_shows_the_focus_and_what_is_in_it_is_not_styled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frame of what the focus leaves, and of what it goes to; nothing else looks different for that."""
    styled: list[str | None] = []
    update = Stylesheet.update_nodes

    def counted(self: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        found = list(nodes)
        styled.extend(node.id for node in found)
        update(self, found, animate)

    async def scene(s: Session) -> None:
        around = s.screen.query_one("#list")
        await s.press("4")
        pane = s.screen.query_one("#commune")
        await s.until(lambda: pane.styles.border_top[0] == "heavy" and around.styles.border_top[0] == "solid")
        with monkeypatch.context() as patch:
            patch.setattr(Stylesheet, "update_nodes", counted)
            await s.press("1")
            await s.until(lambda: pane.styles.border_top[0] == "solid" and around.styles.border_top[0] == "heavy")
        assert sorted(map(str, styled)) == ["commune", "list"]

    play(tmp_path, scene, size=(110, 30))


def test_what_is_behind_is_seen_through_several(tmp_path: Path) -> None:
    """The list behind the page of a record, behind the question what to copy of it."""

    async def scene(s: Session) -> None:
        await s.selected("SHA256")
        first = s.shown.split("\n")[0]
        await s.press("v")
        await s.until(lambda: "The record, as it was signed" in s.shown)
        await s.press("y")
        await s.until(lambda: "the reference" in s.shown)
        assert "The record, as it was signed" in s.shown
        assert s.shown.split("\n")[0] == first
        await s.press("escape", "escape")
        await closed(s)

    play(tmp_path, scene, size=(140, 40))


def test_the_composer_waits_to_be_written_in(tmp_path: Path) -> None:
    """It is mounted before `c`, and in the theme and the size of the moment when it is shown; what is typed at once is
    in it; the next one waits when it is left."""

    async def scene(s: Session) -> None:
        await s.screen.composers.prepare(s.app)
        waiting = s.screen.composers.one
        assert waiting is not None
        assert waiting.is_mounted
        s.app.theme = "thimbl-contrast"
        await s.pilot.resize_terminal(140, 40)
        await s.settle()
        await s.press("c", "h", "i")
        await opened(s, Composer)
        assert s.app.screen is waiting
        await s.until(lambda: waiting.loaded)
        assert waiting.area.text == "hi"
        ground = Color.parse(s.app.theme_variables["surface"])
        await s.until(lambda: waiting.query_one("#sheet").styles.background == ground, "the theme")
        await s.until(lambda: waiting.has_class("-wide") and not waiting.has_class("-narrow"), "the size")
        await s.until(lambda: waiting.preview.region.x > waiting.area.region.x, "what is beside it")
        await s.press("escape")
        await closed(s)
        await s.until(lambda: s.screen.composers.one not in (None, waiting), "the next one")
        await s.until(lambda: not waiting.is_running, "the end of the first")

    play(tmp_path, scene)


def test_what_is_covered_is_painted_with_what_covers_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whole when it comes to the front again."""

    async def scene(s: Session) -> None:
        await s.press("question_mark")
        await opened(s, Help)
        await s.settle()
        painted: list[object] = []
        with monkeypatch.context() as patch:  # and nothing else is done meanwhile
            patch.setattr(s.app.screen, "refresh", lambda *regions, **how: painted.append(regions))
            s.screen.say("It was said behind.")
            s.screen._compositor.update_widgets({s.screen.status})
            assert s.screen._compositor._dirty_regions
            s.screen._compositor_refresh()
        assert not painted
        assert not s.screen._compositor._dirty_regions
        await s.press("escape")
        await closed(s)
        await s.until(lambda: "It was said behind." in s.shown)

    play(tmp_path, scene)


def test_the_sheet_begins_in_the_classes_of_its_size(tmp_path: Path) -> None:
    """Before it is laid out, so that it is not styled twice."""

    async def scene(s: Session) -> None:
        for width, height, classes in ((80, 24, {"-narrow", "-high"}), (140, 19, {"-wide", "-low"})):
            sheet = Over[None]()
            sheet.HORIZONTAL_BREAKPOINTS = Composer.HORIZONTAL_BREAKPOINTS
            sheet.VERTICAL_BREAKPOINTS = Composer.VERTICAL_BREAKPOINTS
            sheet.fit(Size(width, height))
            assert sheet.classes == classes

    play(tmp_path, scene)


def test_the_page_of_keys_fits() -> None:
    """In any width, in as many columns as have room; nothing of a key is lost, and no group is torn apart."""
    rows = [("c", "write a post"), ("pageup ^b", "a page up, wherever that leads to in the end")]
    groups = [("Reading", rows), ("Writing", [*rows, *rows, *rows]), ("People", rows)]
    for width in (20, 40, 72, 115, 190):
        lines = keys_page(groups, width)
        assert all(line.width <= width for line in lines)
        assert sum(line.text.count("c  ") for line in lines) == 5
    assert "wherever that" in " ".join(line.text.strip() for line in keys_page(groups, 40))
    assert " c              write a post" in [line.text for line in keys_page(groups, 72)]
    two, three = (keys_page(groups, width) for width in (115, 190))
    assert two[0].text.startswith("Reading ──")
    assert "  People ──" in two[0].text
    assert three[0].text.index("People ──") > three[0].text.index("Writing ──") > 60
    assert Help(groups).groups is groups
