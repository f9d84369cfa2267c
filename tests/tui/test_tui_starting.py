"""Starting: what is imported before the first screen, and what comes at once, of short lists and of long ones."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tui.running import Session, play
from tests.tui.test_tui_scale import Listed
from tests.tui.village import NOW, Village, furnished
from thimbl.core.times import DAY
from thimbl.store.reader import Reader
from thimbl.store.types import Selection, View
from thimbl.store.writer import Writer
from tui import places
from tui.kept import Kept, remember
from tui.order import Descending
from tui.places import FIRST, FIRST_READ, Place, Spot, Tab
from tui.ports import PLACE_KEY
from tui.resuming import resume
from tui.starting import YOUNG, let_go
from tui.warming import OPENED, imported


def loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after this."""
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split())


def test_the_first_screen_needs_little() -> None:
    """No rules of communes, no editor, no dialog, no pane; and the store is asked before Textual is there."""
    modules = loaded("import tui.starting, thimbl.home.desk")
    assert "textual" not in modules
    assert "thimbl.core.commune" not in modules
    modules = loaded("import tui.app, thimbl.home.desk")
    late = {*OPENED, "thimbl.core.commune", "textual.widgets._text_area", "tui.children", "webbrowser", "tui.market"}
    assert not late & modules


def test_what_is_opened_later_is_there_to_be_imported() -> None:
    assert all(find_spec(name) for name in OPENED)
    assert not imported(["tui.nowhere"])
    assert imported()
    assert set(OPENED) <= set(sys.modules)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Garbage is collected afterwards as before."""
    threshold = gc.get_threshold()
    try:
        gc.disable()
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.enable()


def test_garbage_is_collected_again(uncollected: None) -> None:
    """What was there is left out from then on; where it was collected all the time, nothing happens."""
    let_go()
    assert gc.isenabled()
    frozen = gc.get_freeze_count()
    assert frozen > 0
    assert gc.get_threshold()[0] == YOUNG
    let_go()
    assert gc.get_freeze_count() <= frozen  # what was there may end meanwhile


# A long list


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """With more posts than are shown at first."""
    place = furnished(tmp_path_factory.mktemp("village"))
    many = place.meet("many@mill.example", "many", start=NOW - 11 * DAY)
    many.posts(2 * FIRST)
    place.follow(many, "many")
    return place


def test_the_first_rows_come_with_their_entries(village: Village) -> None:
    with Reader.open(village.path) as reader:
        rowids = reader.rowids(Selection(View.FOLLOWED))
        found = places.opening(reader, Place())
        near = places.opening(reader, Place(), rowids[FIRST_READ])
    assert not found.is_whole
    assert list(found.keys) == list(near.keys) == rowids[:FIRST]
    assert list(found.entries) == rowids[:FIRST_READ]
    assert rowids[FIRST_READ] in near.entries


def test_a_row_further_down_brings_all_of_them(village: Village) -> None:
    """With the entries around it, and not those at the top."""
    with Reader.open(village.path) as reader:
        rowids = reader.rowids(Selection(View.FOLLOWED))
        found = places.opening(reader, Place(), rowids[FIRST + 20])
    assert found.is_whole
    assert isinstance(found.keys, Descending)
    assert list(found.keys) == rowids
    assert rowids[FIRST + 20] in found.entries
    assert rowids[0] not in found.entries
    assert len(found.entries) == FIRST_READ


def test_a_short_list_is_whole_at_once(village: Village) -> None:
    with Reader.open(village.path) as reader:
        for place in (Place(Tab.MENTIONS), Place(Tab.FOLLOWING), Place(Tab.SEARCH), Place(Tab.SEARCH, words="flour")):
            found = places.opening(reader, place)
            assert found.is_whole
            assert list(found.keys) == list(places.listing(reader, place).keys)
            assert list(found.entries) == list(found.keys)


def test_all_that_the_first_screen_shows_is_asked_for_at_once(village: Village) -> None:
    """The rows, the page of the selected one, and what its people are called."""
    with Reader.open(village.path) as reader:
        rowids = reader.rowids(Selection(View.FOLLOWED))
        found = resume(reader, village.me.address)
        assert found.listing is not None
        assert found.facts.item is not None
        assert found.facts.item.rowid == rowids[0]
        assert found.names[village.me.address] == "you"
        assert found.version == reader.data_version()


def test_a_pane_finds_for_itself_what_it_shows(tmp_path: Path) -> None:
    place = furnished(tmp_path)
    with Writer.open(place.path) as writer:
        writer.set_state(PLACE_KEY, remember(Kept(Tab.LOG, {Tab.LOG: Spot(Place(Tab.LOG))})))
    with Reader.open(place.path) as reader:
        found = resume(reader, place.me.address)
    assert (found.spot.place, found.listing) == (Place(Tab.LOG), None)


def test_the_rest_of_a_long_list_follows(village: Village) -> None:
    """And what is done with a whole list is done with all of it."""

    async def scene(s: Session) -> None:
        await s.until(lambda: s.screen.timeline.is_whole, "all rows")
        assert len(s.screen.timeline.keys) == 2 * FIRST + 8
        assert f"1 of {2 * FIRST + 8}" in s.status
        await s.press("G")
        await s.until(lambda: s.screen.timeline.row == 2 * FIRST + 7, "the end of all")
        await s.press("g", "A")
        await s.until(lambda: "marked as read" in s.status)
        await s.until(lambda: s.screen.views.counts[Tab.TIMELINE] == 0, "nothing unread")

    play(Path(), scene, village=village)


def test_it_opens_in_what_lay_over_a_view(tmp_path: Path) -> None:
    """A thread that was left open is open, on its row; and from there the way back is as it was."""
    place = furnished(tmp_path)

    async def leave(s: Session) -> None:
        await s.find("Ours is white as well")
        await s.press("t")
        await s.until(lambda: "Thread · 2 of 3" in s.status, "the thread")
        await s.press("j")

    async def again(s: Session) -> None:
        await s.until(lambda: "Thread · 3 of 3" in s.status, "the thread again")
        await s.press("q")
        under = "Ours is white as well"
        await s.until(lambda: "Timeline, followed" in s.status and under in s.row, "the view under it")

    play(tmp_path, leave, village=place)
    play(tmp_path, again, village=place)


def test_the_end_is_that_of_all() -> None:
    """Whoever goes to the end of the first rows is at the end of the list when it is known; who moves on, stays."""

    async def scene(*keys: str) -> int:
        app = Listed(10)
        async with app.run_test(size=(80, 24)) as pilot:
            app.timeline.show(range(20), {}, is_whole=False)
            await pilot.press(*keys)
            app.timeline.merge(range(100), {})
            await pilot.pause()
            assert app.timeline.is_whole
            return app.timeline.row

    assert asyncio.run(scene("G")) == 99
    assert asyncio.run(scene("G", "k")) == 18


def test_a_place_is_kept_until_there_is_room() -> None:
    """The line on which the selected row stood is known before the list has a size."""

    async def scene() -> None:
        app = Listed(100)
        async with app.run_test(size=(80, 24)) as pilot:
            app.timeline.display = False
            await pilot.pause()
            app.timeline.show(range(1, 101), {}, 50, 7)
            app.timeline.display = True
            await pilot.pause()
            assert (app.timeline.row, app.timeline.line) == (49, 7)

    asyncio.run(scene())


def test_where_the_reader_is_is_said_with_the_move(tmp_path: Path) -> None:
    """In the same frame, and not when the screen hears of it."""

    async def scene(s: Session) -> None:
        s.screen.timeline.action_step(1)
        assert "2 of 8" in s.status

    play(tmp_path, scene)


def test_a_page_that_says_the_same_is_not_set_anew(tmp_path: Path) -> None:
    """What changed on it is."""

    async def scene(s: Session) -> None:
        await s.selected("flour")
        detail = s.screen.detail
        await s.until(lambda: not s.item.unread and detail.facts.item is not None and not detail.facts.item.unread)
        lines, item = detail.lines, detail.facts.item
        assert item is not None
        detail.show(replace(detail.facts))
        assert detail.lines is lines
        detail.show(replace(detail.facts, item=replace(item, text="Something else.")))
        await s.until(lambda: "Something else." in s.shown)

    play(tmp_path, scene)
