"""What is unread, what has come meanwhile, and where one left off; with a real store under it."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.tui.running import Session, play
from tests.tui.village import NOW, Village, furnished
from thimbl.core.times import MINUTE
from thimbl.store.reader import Reader
from thimbl.store.types import Item
from thimbl.store.writer import Writer
from tui.ports import PLACE_KEY


def test_the_newest_post_is_shown_and_read_once(tmp_path: Path) -> None:
    """It opens at the newest; showing a post marks it, exactly once, also when it is shown again."""

    async def scene(s: Session) -> None:
        assert len(s.screen.timeline.keys) == 8
        await s.selected("@cy the bakery asks")
        assert "SHA256:" in s.page
        first = s.screen.timeline.key
        await s.until(lambda: s.desk.marked == [([first], True)])
        await s.press("j")
        await s.selected("Retracted")
        await s.press("k")
        await s.selected("@cy the bakery asks")
        await s.screen.look()
        await s.press("G")
        await s.selected("Frost on the lower field")
        await s.until(lambda: len(s.desk.marked) >= 2)
        rowids = [rowid for marked, _ in s.desk.marked for rowid in marked]
        assert len(rowids) == len(set(rowids))
        await s.press("g")
        await s.until(lambda: s.screen.item is not None and not s.screen.item.unread, "the first one, read")

    play(tmp_path, scene)


def unread_of(s: Session) -> list[Item]:
    """Those of the list that the store still has as unread."""
    with Reader.open(s.village.path) as reader:
        return [item for item in reader.items(s.screen.timeline.keys) if item.unread]


def test_next_unread_toggle_and_all(tmp_path: Path) -> None:
    """n goes down and around; N keeps one unread while it stays selected; A reads the rest."""

    async def scene(s: Session) -> None:
        timeline = s.screen.timeline
        await s.until(lambda: len(s.desk.marked) == 1)
        await s.press("n")
        await s.selected("The school wrote")
        await s.until(lambda: len(s.desk.marked) == 2)
        await s.press("N")
        await s.until(lambda: s.desk.marked[-1] == ([timeline.key], False))
        assert s.item.unread
        await s.screen.look()
        await s.until(lambda: s.item.unread)
        await s.press("g", "A")
        await s.until(lambda: "marked as read" in s.status)
        await s.until(lambda: len(s.desk.marked[-1][0]) >= 5)
        await s.press("n")
        await s.until(lambda: "Nothing unread here" in s.status)
        await s.until(lambda: not unread_of(s), "all of it read in the store")

    play(tmp_path, scene)


def test_a_mark_that_fails_is_taken_back(tmp_path: Path) -> None:
    """The person is told, and the post is unread again."""
    village = furnished(tmp_path)
    desk = village.desk()
    desk.fault = OSError("the disk is full")

    async def scene(s: Session) -> None:
        await s.until(lambda: "the disk is full" in s.status)
        assert s.item.unread

    play(tmp_path, scene, village=village, desk=desk)


def test_what_is_new_is_offered_and_not_pushed(tmp_path: Path) -> None:
    """The selected row keeps its place on the screen when new ones are taken in; old ones in between count too."""

    async def scene(s: Session) -> None:
        timeline = s.screen.timeline
        await s.press("j", "j", "j")
        key, line = timeline.key, timeline.line
        before = list(timeline.keys)
        ana = s.village.scribes["ana"]
        ana.now = NOW
        ana.post("Something new.")
        bo = s.village.meet("bo@dairy.example", "bo", start=NOW - 60 * 4 * MINUTE)
        bo.posts(5)
        s.village.fetch(ana)
        s.village.follow(bo, "bo")
        await s.screen.look()
        await s.until(lambda: s.screen.status.offered == 6)
        assert list(timeline.keys) == before
        assert "6 new . shows them" in s.status
        await s.press(".")
        await s.until(lambda: len(timeline.keys) == 14)
        assert timeline.key == key
        assert timeline.line == line
        assert s.screen.status.offered == 0
        await s.press("g")
        await s.selected("Something new.")

    play(tmp_path, scene)


def test_the_offer_is_taken_by_a_click(tmp_path: Path) -> None:
    """The mouse works."""

    async def scene(s: Session) -> None:
        ana = s.village.scribes["ana"]
        ana.now = NOW
        ana.post("Something new.")
        s.village.fetch(ana)
        await s.until(lambda: s.screen.status.offered == 1, "the look of the timer")
        await s.pilot.click("#status", offset=(3, 0))
        await s.until(lambda: len(s.screen.timeline.keys) == 9)

    play(tmp_path, scene)


def test_a_retraction_shows_at_once(tmp_path: Path) -> None:
    """Readers drop the text at once, in the list and on the page, and nothing moves."""

    async def scene(s: Session) -> None:
        await s.selected("@cy the bakery asks")
        ana = s.village.scribes["ana"]
        ana.now = NOW
        ana.retract(ana.records[-1])
        s.village.fetch(ana)
        await s.selected("Retracted by its author")
        await s.until(lambda: s.item.retracted)
        assert s.screen.timeline.row == 0

    play(tmp_path, scene)


def test_it_opens_where_the_reader_left_off(tmp_path: Path) -> None:
    """The same post, on the same line of the screen; what came meanwhile is above it."""
    village = furnished(tmp_path)
    left: list[object] = []

    async def leave(s: Session) -> None:
        await s.press("j", "j", "j", "j")
        await s.selected("bond offer")
        left.extend([s.screen.timeline.key, s.screen.timeline.line])
        s.app.keep_place()  # as it does now and then: nothing is kept on the way out where there is none
        await s.until(lambda: '"at"' in s.desk.saved.get(PLACE_KEY, ""))
        s.desk.saved.clear()
        s.app.keep_place()
        await s.settle()
        assert s.desk.saved == {}  # it is the same place
        await s.press("q")

    async def come_back(s: Session) -> None:
        assert len(s.screen.timeline.keys) == 9
        assert [s.screen.timeline.key, s.screen.timeline.line] == left
        await s.selected("bond offer")

    desk = play(tmp_path, leave, village=village)
    assert json.loads(desk.saved[PLACE_KEY])["view"] == "timeline"
    ana = village.scribes["ana"]
    ana.now = NOW
    ana.post("Meanwhile.")
    village.fetch(ana)
    play(tmp_path, come_back, village=village)


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"view": "nowhere"}', '{"view": "timeline", "at": "x", "line": 1}',
                                  '{"view": "mentions", "at": null, "line": null}'])  # fmt: skip
def test_a_place_that_can_not_be_found_is_the_top(tmp_path: Path, kept: str) -> None:
    """Whatever stands there."""
    village = furnished(tmp_path)
    with Writer.open(village.path) as writer:
        writer.set_state(PLACE_KEY, kept)

    async def scene(s: Session) -> None:
        assert s.screen.timeline.row == 0
        assert s.screen.timeline.keys

    play(tmp_path, scene, village=village)


def test_an_empty_store_says_what_to_press(tmp_path: Path) -> None:
    """The first page; the first posts come in by themselves, since there is nothing to be moved."""
    village = Village(tmp_path)

    async def scene(s: Session) -> None:
        await s.until(lambda: "Welcome to thimbl" in s.shown)
        for told in ("follow somebody", "write your first post", "see every key"):
            assert told in s.shown
        for key in ("j", "G", "n", "A", "N", "r", "t", "u", "o", "z", "y", "enter", ".", "x"):
            await s.press(key)
        await s.until(lambda: "Select somebody" in s.status)
        ana = village.meet("ana@fields.example", "ana")
        ana.post("Hello.")
        village.follow(ana, "ana")
        await s.selected("Hello.")

    play(tmp_path, scene, village=village)


def test_a_missing_store_is_said_and_waited_for(tmp_path: Path) -> None:
    """No traceback; when it comes it is read."""
    village = furnished(tmp_path)
    hidden = village.path.with_name("hidden")
    names = [path for path in village.path.parent.iterdir() if path.name.startswith(village.path.name)]
    for path in names:
        path.rename(path.with_name(path.name.replace(village.path.name, hidden.name)))

    async def scene(s: Session) -> None:
        await s.until(lambda: s.screen.status.trouble)
        for path in list(village.path.parent.iterdir()):
            if path.name.startswith("hidden"):
                path.rename(path.with_name(path.name.replace("hidden", village.path.name)))
        await s.selected("@cy the bakery asks")

    play(tmp_path, scene, village=village)


def test_nothing_is_marked_in_a_list_that_was_left_before_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(s: Session) -> None:
        await s.until(lambda: len(s.desk.marked) == 1, "the first one read")
        arrived = asyncio.Event()
        monkeypatch.setattr(s.screen, "arrival", arrived.wait)
        await s.press("A", "2")
        arrived.set()
        await s.until(lambda: "Nothing unread here" in s.status, "the answer")
        assert len(s.desk.marked) == 1

    play(tmp_path, scene)
