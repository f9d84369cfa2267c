"""Reading: views, places, threads, search, keys and mouse; with a real store under it."""

from pathlib import Path

from textual import events

from tests.tui.running import Session, play
from tui.places import Tab


def test_moving_keys(tmp_path: Path) -> None:
    """j k arrows, g G Home End, pages; the ends hold."""

    async def scene(s: Session) -> None:
        timeline = s.screen.timeline
        rows = []
        for key in ("k", "j", "down", "up", "G", "j", "home", "end", "g", "pagedown", "pageup"):
            await s.press(key)
            rows.append(timeline.row)
        assert rows == [0, 1, 2, 1, 7, 7, 0, 7, 0, 4, 0]
        assert "1 of 8" in s.status

    play(tmp_path, scene)


def test_views_by_number_letter_and_turn(tmp_path: Path) -> None:
    """Numbers, B, h and l; a view is found where it was left."""

    async def scene(s: Session) -> None:
        await s.press("j", "j")
        at = s.screen.timeline.key
        await s.press("2")
        await s.until(lambda: len(s.screen.timeline.keys) == 2 and s.screen.spot.place.tab is Tab.MENTIONS)
        await s.press("B")
        await s.until(lambda: s.screen.spot.place.tab is Tab.BONDS and s.screen.is_listed)
        await s.press("5")
        await s.selected("Vegetables, and a dog")
        await s.until(lambda: s.screen.is_listed)
        assert s.screen.item is None
        await s.press("l")
        await s.until(lambda: s.screen.spot.place.tab is Tab.SEARCH)
        assert not s.screen.is_searching  # who only passes by is asked for no words
        await s.press("6")
        assert s.screen.words.has_focus
        await s.press("escape", "1")
        await s.until(lambda: s.screen.timeline.key == at)
        await s.press("l")
        await s.until(lambda: s.screen.spot.place.tab is Tab.MENTIONS)
        await s.press("h")
        await s.until(lambda: s.screen.spot.place.tab is Tab.TIMELINE)
        await s.press("3", "escape")
        await s.until(lambda: s.screen.spot.place.tab is Tab.TIMELINE)

    play(tmp_path, scene)


def test_an_author_and_back(tmp_path: Path) -> None:
    """u lists all of theirs; Esc comes back to the same row; Enter does it in Following."""

    async def scene(s: Session) -> None:
        await s.find("B-2026-1")
        at = s.screen.timeline.key
        await s.press("u")
        await s.until(lambda: len(s.screen.timeline.keys) == 3)
        assert "lower@fields.example" in s.status
        await s.press("escape")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)
        assert s.screen.timeline.key == at
        await s.press("5")
        await s.selected("Vegetables, and a dog")
        await s.press("enter")
        await s.until(lambda: s.screen.spot.place.author is not None and len(s.screen.timeline.keys) > 2)
        await s.press("q")
        await s.until(lambda: s.screen.spot.place.author is None)

    play(tmp_path, scene)


def test_a_thread_as_a_list(tmp_path: Path) -> None:
    """t opens the thread with the post selected; depth is indented; the page shows the thread too."""

    async def scene(s: Session) -> None:
        await s.find("Ours is white as well")
        assert "thread of 3" in s.page
        await s.press("t")
        await s.until(lambda: s.screen.spot.place.thread is not None and len(s.screen.timeline.keys) == 3)
        assert s.screen.timeline.row == 1
        await s.selected("Ours is white as well")
        await s.press("j")
        await s.selected("The school wrote this one")
        assert s.screen.item is not None
        await s.press("escape")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)
        await s.selected("Ours is white as well")

    play(tmp_path, scene)


def test_a_click_on_a_thread_opens_the_record(tmp_path: Path) -> None:
    """The line of the post that is answered leads to it."""

    async def scene(s: Session) -> None:
        await s.find("Ours is white as well")
        row = next(i for i, line in enumerate(s.screen.detail.lines) if "answers ana ana@fields.example" in line.text)
        await s.pilot.click("#detail", offset=(3, row + 1))
        await s.until(lambda: s.screen.spot.place.thread is not None)
        await s.selected("Frost on the lower field")

    play(tmp_path, scene, size=(100, 40))


def test_filter_shows_the_unread(tmp_path: Path) -> None:
    """F, and F again; Esc leaves it too."""

    async def scene(s: Session) -> None:
        await s.until(lambda: len(s.desk.marked) == 1)
        await s.press("F")
        await s.until(lambda: 0 < len(s.screen.timeline.keys) < 8)
        assert "unread" in s.status
        await s.press("escape")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)
        await s.press("5", "F")
        await s.until(lambda: "Only lists of posts" in s.status)

    play(tmp_path, scene)


def test_search(tmp_path: Path) -> None:
    """/ asks for words; what was found is a list; Esc leaves the line, then the list."""

    async def scene(s: Session) -> None:
        await s.press("/")
        assert s.screen.words.has_focus
        await s.press(*"frost", "enter")
        await s.until(lambda: len(s.screen.timeline.keys) == 1)
        await s.selected("Frost on the lower field")
        assert "Search: frost" in s.status
        await s.press("/", "escape")
        assert s.screen.timeline.has_focus
        await s.press("escape")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)
        await s.press("/", "home", *["delete"] * 5, *"nothinglikethat", "enter")
        await s.until(lambda: s.screen.spot.place.tab is Tab.SEARCH and not s.screen.timeline.keys)
        await s.until(lambda: "Nothing has all of these words" in s.shown)

    play(tmp_path, scene)


def test_folded_text_is_shown_by_z(tmp_path: Path) -> None:
    """And folded again."""

    async def scene(s: Session) -> None:
        await s.find("▸ animals")
        assert "hedgehog" not in s.page
        await s.press("z")
        await s.selected("hedgehog")
        await s.press("z")
        await s.until(lambda: "hedgehog" not in s.page)

    play(tmp_path, scene)


def test_tab_changes_the_pane_and_enter_reads(tmp_path: Path) -> None:
    """In the page j and k scroll; where the screen is narrow Enter gives the page all of it, and Esc back. What the
    page leads to is a list again, and Esc from there comes back to the page; a view is its list."""

    async def scene(s: Session) -> None:
        await s.until(lambda: s.screen.detail.max_scroll_y > 2)  # the page is whole: its author is read after it
        await s.press("tab")
        assert s.screen.detail.has_focus
        await s.press("j", "j")
        assert s.screen.detail.scroll_offset.y == 2
        assert s.screen.timeline.row == 0
        await s.press("G", "k", "g")
        assert s.screen.detail.scroll_offset.y == 0
        await s.press("escape", "enter")
        assert s.screen.detail.has_focus
        await s.until(lambda: s.screen.detail.size.height > 18)
        await s.press("right_square_bracket")
        await s.page_of(s.screen.timeline.keys[1])
        await s.press("left_square_bracket", "left_square_bracket")
        await s.page_of(s.screen.timeline.keys[0])
        assert (s.screen.timeline.row, s.screen.detail.has_focus) == (0, True)
        await s.press("u")
        await s.until(lambda: s.screen.spot.place.author is not None and s.screen.timeline.size.height > 5)
        assert s.screen.timeline.has_focus
        await s.press("escape")
        await s.until(lambda: s.screen.detail.size.height > 18 and s.screen.detail.has_focus)
        await s.press("2")
        await s.until(lambda: s.screen.spot.place.tab is Tab.MENTIONS and s.screen.timeline.size.height > 5)
        await s.press("1")
        await s.until(lambda: s.screen.spot.place.tab is Tab.TIMELINE and s.screen.is_listed)
        await s.press("enter", "escape")
        await s.until(lambda: s.screen.timeline.size.height > 5)
        assert s.screen.timeline.has_focus
        assert s.screen.timeline.row == 0

    play(tmp_path, scene)


def test_clicks_and_wheel(tmp_path: Path) -> None:
    """A click selects, the wheel scrolls and selects nothing, a click on a view opens it."""

    async def scene(s: Session) -> None:
        await s.pilot.click("#timeline", offset=(10, 5))
        assert s.screen.timeline.row == 2
        await s.pilot._post_mouse_events([events.MouseScrollDown], "#timeline", (5, 5))
        await s.until(lambda: s.screen.timeline.scroll_offset.y > 0)
        assert s.screen.timeline.row == 2
        await s.pilot.click("#views", offset=(22, 0))
        await s.until(lambda: s.screen.spot.place.tab is Tab.MENTIONS)

    play(tmp_path, scene)


def test_clicks_on_the_sidebar(tmp_path: Path) -> None:
    """In its wide form."""

    async def scene(s: Session) -> None:
        assert s.screen.views.is_column
        await s.pilot.click("#views", offset=(5, 1 + 3 + 2))
        await s.until(lambda: s.screen.spot.place.tab is Tab.BONDS)

    play(tmp_path, scene, size=(160, 40))
