"""The seven views: panes beside lists, the way back over both, everyone or the followed, and where one left off."""

import json
from pathlib import Path

import pytest

from tests.tui import placeholders
from tests.tui.placeholders import MADE, Placeholder
from tests.tui.running import Session, closed, opened, play
from tests.tui.village import furnished
from thimbl.store.writer import Writer
from tui.dialogs import Help
from tui.palette import Palette, commands
from tui.pane import Pane
from tui.places import Place, Tab
from tui.ports import PLACE_KEY


@pytest.fixture(autouse=True)
def placeholder_panes(monkeypatch: pytest.MonkeyPatch) -> None:
    MADE.clear()
    monkeypatch.setattr("tui.frame.pane_kind", placeholders.pane_kind)


def pane(s: Session) -> Placeholder:
    """The pane in sight."""
    assert isinstance(s.screen.pane, Placeholder)
    return s.screen.pane


async def at(s: Session, tab: Tab) -> None:
    """Wait until a view is open, list or pane."""
    await s.until(lambda: s.screen.spot.place.tab is tab and s.screen.is_listed, tab)


def test_seven_views_and_no_pane_before_it_is_shown(tmp_path: Path) -> None:
    """By number; the sidebar, the status line and the title say which; what is not in sight is told nothing."""

    async def scene(s: Session) -> None:
        assert MADE == []
        for number, tab in enumerate(Tab, 1):
            await s.press(str(number))
            await at(s, tab)
            if tab is Tab.SEARCH:
                await s.press("escape")  # out of the line that takes the words
            assert s.screen.query_one("#panes").display is not s.screen.spot.place.is_pane
        assert MADE == ["bonds", "commune", "log"]
        await s.press("left")  # who passes by is asked for no words, and goes on by the same key
        await at(s, Tab.SEARCH)
        assert not s.screen.is_searching
        await s.press("h")
        await at(s, Tab.FOLLOWING)
        await s.press("3")
        await at(s, Tab.BONDS)
        assert "The bonds · page 1" in s.status
        assert str(pane(s).border_title) == "The bonds"
        assert (pane(s).opened, MADE) == (2, ["bonds", "commune", "log"])
        assert pane(s).query("Book").first().has_focus
        told = pane(s).told
        log = s.screen.query_one("#log", Placeholder)
        before = (log.told, log.ticked)
        s.village.fetch(s.village.scribes["ana"])
        s.village.scribes["ana"].post("Something new.")
        s.village.fetch(s.village.scribes["ana"])
        await s.screen.look()
        assert pane(s).told == told + 1
        s.screen.tick()
        assert pane(s).ticked == 1
        assert (log.told, log.ticked) == before

    play(tmp_path, scene, size=(140, 30))


def test_a_pane_that_was_left_before_it_stood_takes_nothing(tmp_path: Path) -> None:
    """Whoever goes on while it is being made keeps the keys."""

    async def scene(s: Session) -> None:
        await s.press("3")
        await at(s, Tab.BONDS)
        bonds = pane(s)
        await s.press("1")
        await at(s, Tab.TIMELINE)
        opened_before = bonds.opened
        await s.screen.open_pane(Tab.BONDS)
        await s.press("j")
        assert bonds.opened == opened_before
        assert s.screen.timeline.row == 1

    play(tmp_path, scene)


def test_the_way_back_leads_over_panes(tmp_path: Path) -> None:
    """Out of what lies over the pane, an author or a search over it, and the pane; a list has its row again."""

    async def scene(s: Session) -> None:
        await s.press("j", "j")
        row = s.screen.timeline.key
        await s.press("4")
        await at(s, Tab.COMMUNE)
        commune = pane(s)
        ana = s.village.scribes["ana"].address
        commune.post_message(Pane.Go(Place(Tab.COMMUNE, author=ana)))
        await s.until(lambda: s.screen.is_listed and s.screen.spot.place.author == ana and s.screen.item)
        assert s.screen.timeline.has_focus
        assert s.screen.query_one("#panes").display
        await s.press("t")
        await s.until(lambda: s.screen.is_listed and s.screen.spot.place.thread is not None)
        await s.press("escape", "q")
        await at(s, Tab.COMMUNE)
        assert s.screen.pane is commune
        assert not s.screen.query_one("#panes").display
        await s.press("t")
        assert "page 2" in s.status
        await s.press("escape")
        assert "page 1" in s.status
        await s.press("/")
        await s.until(lambda: s.screen.words.has_focus)
        await s.until(lambda: " enter Search  tab Next  esc Leave  " in s.shown)
        await s.press(*"frost", "enter")
        await s.selected("Frost on the lower field")
        await s.press("escape")
        await at(s, Tab.COMMUNE)
        await s.press("/", "escape", "escape")
        await at(s, Tab.COMMUNE)
        await s.press("escape")
        await at(s, Tab.TIMELINE)
        assert s.screen.timeline.key == row

    play(tmp_path, scene)


def test_keys_of_a_pane_are_told_and_those_of_lists_are_not(tmp_path: Path) -> None:
    """In the help and in the palette; what is about a list of posts does nothing there."""

    async def scene(s: Session) -> None:
        await s.press("3")
        await at(s, Tab.BONDS)
        found = {command.name: command for command in commands(s.app, s.screen)}
        assert {"Sort", "Compose", "Theme", "Quit", "Mentions"} <= found.keys()
        assert not {"Reply", "Thread", "Toggle read", "Everyone"} & found.keys()
        assert (found["Sort"].told, found["Sort"].key) == ("sort by the next column", "s")
        found["Sort"].do()
        await s.until(lambda: "sorted [bold]" in s.status)
        groups = dict(s.screen.bound())
        assert ("s", "sort by the next column") in groups["In Bonds"]
        assert not any(told == "answer the selected post" for _, told in groups["Writing"])
        assert ("^s", "sign and publish it") in [(key.split()[0], told) for key, told in groups["While you write"]]
        marked = len(s.desk.marked)
        for key in ("N", "A", "u", "r", ".", "F", "e"):
            await s.press(key)
            if key != "u":  # which is its author's posts in the pane, too
                assert s.screen.status.said.startswith(f"{key} is about posts, and here are none: "), key
        assert len(s.desk.marked) == marked
        assert s.screen.spot.place == Place(Tab.BONDS)
        await s.press("?")
        await opened(s, Help)
        await s.press("escape")
        await closed(s)
        await s.press(":")
        await opened(s, Palette)

    play(tmp_path, scene)


def test_everyone_or_the_followed(tmp_path: Path) -> None:
    """e adds those whom nobody follows, and takes them away; the title says which, and the count counts which."""
    village = furnished(tmp_path)
    stranger = village.meet("eve@elsewhere.example", "eve")
    stranger.posts(3)
    with Writer.open(village.path) as writer:
        village.take(writer, stranger)

    async def scene(s: Session) -> None:
        counts = s.screen.views.counts
        await s.until(lambda: counts.get(Tab.TIMELINE) == 6 and len(s.desk.marked) == 1, "the first one read")
        assert "Timeline, followed · 1 of 8" in s.status
        at_first = s.screen.timeline.key
        await s.press("e")
        await s.until(lambda: len(s.screen.timeline.keys) == 11)
        assert "Timeline, everyone" in s.screen.status.where
        assert s.screen.timeline.key == at_first
        await s.until(lambda: counts[Tab.TIMELINE] == 9)
        await s.press("2")
        await at(s, Tab.MENTIONS)
        await s.screen.count()
        assert counts[Tab.TIMELINE] == 9
        await s.press("1")
        await s.until(lambda: len(s.screen.timeline.keys) == 11)
        await s.press("F")
        await s.until(lambda: len(s.screen.timeline.keys) < 11)
        assert "Timeline, everyone, unread" in s.screen.status.where

    async def again(s: Session) -> None:
        assert s.screen.spot.place == Place(unread=True, everyone=True)
        await s.press("F", "e")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)

    play(tmp_path, scene, village=village)
    play(tmp_path, again, village=village)


def test_it_opens_in_the_pane_where_the_reader_left_off(tmp_path: Path) -> None:
    """With what the pane keeps; what the panes keep that were not opened stays as it was."""
    village = furnished(tmp_path)
    kept = {"view": "bonds", "spots": {}, "panes": {"bonds": {"turned": True}, "log": {"host": "mill.example"}}}
    with Writer.open(village.path) as writer:
        writer.set_state(PLACE_KEY, json.dumps(kept))

    async def scene(s: Session) -> None:
        assert MADE == ["bonds"]
        assert pane(s).kept == {"turned": True}
        await s.press("t")

    desk = play(tmp_path, scene, village=village)
    assert json.loads(desk.saved[PLACE_KEY])["panes"] == {"bonds": {"turned": True}, "log": {"host": "mill.example"}}
    assert json.loads(desk.saved[PLACE_KEY])["view"] == "bonds"
