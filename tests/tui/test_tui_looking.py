"""Looking closer: what a page names, earlier texts, the record, exact times, folded threads; by key and by mouse."""

import webbrowser
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.running import Session, closed, opened, play
from tests.tui.test_tui_rows import POST
from tests.tui.village import NOW, Village, furnished
from thimbl.core.address import Address
from thimbl.store.types import ThreadItem
from tui.app import ThimblApp
from tui.dialogs import Choice, Confirm
from tui.follow import Follow
from tui.lines import Link, Tag
from tui.opening import copies
from tui.places import Tab
from tui.record import RecordPage

TEXT = "Ask @bo@dairy.example or @ana@fields.example about #frost: https://\u0430pple.com/x"


def named(folder: Path) -> Village:
    """A village whose newest post was edited, and names somebody unknown, somebody known, a tag and a crooked link."""
    village = furnished(folder)
    eve = village.meet("eve@mill.example", "eve", start=NOW - 50)
    post = eve.post("Ask somebody about #frost.")
    eve.edit(post, TEXT)
    village.follow(eve, "eve")
    return village


def lead_of(s: Session) -> object:
    """What is chosen on the page."""
    return s.screen.detail.lead


def test_tab_goes_through_what_a_page_names(tmp_path: Path) -> None:
    """Each is told before it is opened; f follows a mention; after the last comes the list; Esc comes back from all."""

    async def scene(s: Session) -> None:
        detail = s.screen.detail
        await s.selected("Ask @bo@dairy.example")
        await s.press("tab")
        assert detail.has_focus
        assert lead_of(s) is None
        await s.press("tab")
        assert lead_of(s) == Address.parse("bo@dairy.example")
        await s.until(lambda: "bo@dairy.example: enter opens, f follows." in s.screen.status.said)
        await s.press("f")
        await opened(s, Follow)
        follow = s.app.screen
        assert isinstance(follow, Follow)
        assert follow.where.value == "bo@dairy.example"
        await s.press("escape")
        await closed(s)
        await s.press("enter")
        await s.until(lambda: s.screen.spot.place.author == Address.parse("bo@dairy.example"))
        await s.selected("Nothing of theirs is here")
        await s.press("escape")
        await s.selected("Ask @bo@dairy.example")
        await s.press("tab", "tab", "tab")
        await s.until(lambda: "ana@fields.example (ana, followed): enter opens." in s.screen.status.said)
        await s.press("tab")
        assert detail.lead == Tag("frost")
        await s.press("shift+tab", "tab", "enter")
        await s.until(lambda: s.screen.spot.place.words == "#frost" and len(s.screen.timeline.keys) == 2)
        assert s.screen.spot.place.tab is Tab.SEARCH
        assert s.screen.status.said == ""  # what was said of the page is over
        await s.press("escape")
        await s.until(lambda: s.screen.spot.place.tab is Tab.TIMELINE and s.screen.is_listed)
        await s.selected("Ask @bo@dairy.example")
        await s.press("tab", *["tab"] * len(detail.stops), "tab")
        assert s.screen.timeline.has_focus

    play(tmp_path, scene, village=named(tmp_path))


def test_a_crooked_link_is_shown_for_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a click on the page: its host as the network knows it, how it reads, and that form is what is opened."""
    urls: list[str] = []

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            urls.append(url)
            return True

    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(webbrowser, "get", lambda: Browser())

    async def scene(s: Session) -> None:
        async def said_of(browser: str, says: str) -> None:
            monkeypatch.setenv("BROWSER", browser)
            await s.press("o")
            await opened(s, Confirm)
            await s.press("right", "enter")
            await s.until(lambda: says in s.screen.status.said, says)

        await s.selected("Ask @bo@dairy.example")
        stop = next(stop for stop in s.screen.detail.stops if isinstance(stop.lead, Link))
        span = stop.spans[0]
        await s.pilot.click("#detail", offset=(span.start + 5, span.row + 1))
        await opened(s, Confirm)
        told = " ".join(s.shown.split())
        for part in ("This leads to xn--pple-43d.com:", "letters of Cyrillic and Latin", "as forgeries do"):
            assert part in told, part
        await s.press("right", "enter")
        await closed(s)
        await s.until(lambda: urls == ["https://xn--pple-43d.com/x"])
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        await said_of("/nowhere/x", "which is not here")
        await said_of("true", "can not be lent")
        monkeypatch.setattr(ThimblApp, "suspend", lambda self: nullcontext())
        await said_of("true", "Opened xn--")

    play(tmp_path, scene, size=(140, 50), village=named(tmp_path))


def test_the_earlier_text_and_the_record(tmp_path: Path) -> None:
    """H shows what it said before, and hides it; v shows the record, from which its canonical form is copied."""

    async def scene(s: Session) -> None:
        await s.selected("H shows it as it was")
        await s.press("H")
        await s.selected("Ask somebody about #frost.")
        await s.press("H")
        await s.until(lambda: "Ask somebody" not in s.page)
        await s.press("H")
        await s.selected("Ask somebody about #frost.")
        eve = s.village.scribes["eve"]
        eve.edit(eve.records[0], f"{TEXT} !")
        s.village.fetch(eve)
        await s.selected("https://\u0430pple.com/x !")
        assert "Ask somebody" not in s.page  # it is not all that it said before
        await s.press("v")
        await opened(s, RecordPage)
        assert isinstance(s.app.screen, RecordPage)
        sheet = s.app.screen.sheet
        await s.until(lambda: any("computed again: it is" in line.text for line in sheet.lines))
        await s.press("j", "pagedown")
        assert sheet.scroll_offset.y > 1
        await s.press("y")
        await opened(s, Choice)
        await s.press("j")
        await s.until(lambda: s.app.clipboard.startswith('{"kind":"post","salt":'))
        await opened(s, RecordPage)
        await s.press("escape")
        await closed(s)
        await s.press("j", "H")
        await s.until(lambda: "has not been edited" in s.status)

    play(tmp_path, scene, village=named(tmp_path))


def test_what_can_be_copied() -> None:
    """The links that are there, and the time to the second with UTC beside it; nothing holds a key stroke."""
    item = replace(POST, text="See https://a.example/ and https://b.example/\x1b[2J")
    found = {key: (name, copied) for key, name, copied in copies(item)}
    assert list(found) == ["y", "t", "l", "w", "a"]
    assert found["l"] == ("the links", "https://a.example/\nhttps://b.example/")
    assert found["w"][1] == "2026-11-20 11:55:00 +0000 (2026-11-20T11:55:00Z)"
    assert found["a"][1] == "ana@fields.example"
    assert all("\x1b" not in copied for _, copied in found.values())
    assert [key for key, _, _ in copies(replace(POST, kind="payment", text="", body={}))] == ["y", "w", "a"]


def test_a_thread_is_a_tree_that_folds(tmp_path: Path) -> None:
    """Space folds what hangs on a post, or what it hangs on; a click still finds the row; T tells exact times."""

    async def scene(s: Session) -> None:
        await s.find("Ours is white as well")
        await s.press("t")
        await s.until(lambda: s.screen.spot.place.thread is not None and len(s.screen.timeline.keys) == 3)
        assert "└ lower lower@fields.example  ↳ ana" in s.shown
        await s.screen.supply(list(s.screen.timeline.keys))  # which was wanted by the list before, and comes late
        assert isinstance(s.screen.timeline.entry, ThreadItem)
        await s.press("j", "space")  # a leaf: the branch that it is part of is folded
        assert (len(s.screen.timeline.keys), s.screen.timeline.row) == (2, 1)
        await s.pilot.pause()
        assert "▸ 1 folded" in s.shown
        await s.press("space", "g", "space")
        assert len(s.screen.timeline.keys) == 1
        await s.press("space")
        assert len(s.screen.timeline.keys) == 3
        await s.press("T")
        await s.pilot.pause()
        assert "2026-11-20 08:00" in s.shown
        await s.press("T")
        await s.pilot.pause()
        assert "2026-11-20 08:00" not in "".join(s.shown.split("\n")[:12])
        await s.press("escape")
        await s.until(lambda: len(s.screen.timeline.keys) == 8)
        await s.press("space")
        assert len(s.screen.timeline.keys) == 8

    play(tmp_path, scene)
