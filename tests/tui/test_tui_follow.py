"""Following: what is looked at first, what of that leads on, and what is said where it can not be done."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Button

from tests.support.scribe import Scribe
from tests.tui.eyes import send
from tests.tui.running import Session, closed, opened, play
from tests.tui.test_tui_web import BLOG
from tests.tui.village import ME, NOW, furnished
from thimbl.core.address import Address
from thimbl.core.answer import write_answer
from thimbl.core.log import Known
from thimbl.core.web import FeedUrl
from thimbl.store.reader import Reader
from tui.follow import Follow, meant
from tui.lookup import Acquaintance, Found, acquainted, feed_found, nothing_found, plan_found
from tui.scrolling import Told

BO = Address.parse("bo@dairy.example")
NOBODY = Acquaintance(None, Known(BO))


def dairy(key: str = "bo") -> Scribe:
    bo = Scribe(str(BO), key=key, start=NOW - 60, name="Bo [b]", bio="Milk.\x1b[2J")
    bo.post("Cheese.")
    return bo


def answer(bo: Scribe) -> bytes:
    return write_answer("bo", "Bo", "", bo.text()).encode()


def text(found: Found) -> str:
    shown = " ".join(line.text for line in found.lines)
    assert "\x1b" not in shown
    return " ".join(shown.split())


def test_a_plan_is_shown_with_its_key() -> None:
    bo = dairy()
    found = plan_found(answer(bo), BO, NOBODY, NOW)
    for part in ("✓ verified", "Bo [b]", "Milk.^[[2J", bo.fingerprint, "record 1", "it will be pinned", "in private"):
        assert part in text(found)
    assert (found.speaks_for, found.nick, found.in_private) == (True, "bo", False)


@pytest.mark.parametrize("raw", ["Login: bo\nNo Plan.\n", "\x1b[2Jhello [red]\n", "Plan:\nthimbl: 2\n"])
def test_a_look_at_something_else_speaks_for_nothing(raw: str) -> None:
    """No plan, a page of anything, a crooked plan: shown escaped."""
    found = plan_found(raw.encode(), BO, NOBODY, NOW)
    assert "no plan" in text(found)
    assert "asked again at each fetch" in text(found)
    assert not found.speaks_for


def test_whom_one_knows_is_judged_by_that(tmp_path: Path) -> None:
    """Who is followed in private is said to be, and another key than the pinned one is no first key."""
    village = furnished(tmp_path)
    village.follow(dairy(), "the dairy")
    with Reader.open(village.path) as reader:
        known = acquainted(reader, BO)
        stranger = acquainted(reader, Address.parse("x@y.example"))
    assert stranger == Acquaintance(None, Known(Address.parse("x@y.example")))
    same = plan_found(answer(dairy()), BO, known, NOW)
    assert "You follow them already, as the dairy. ✓ verified" in text(same)
    assert "pinned for this address" in text(same)
    assert same.nick == "the dairy"
    assert known.author is not None
    private = Acquaintance(replace(known.author, private=True), known.known)
    other = plan_found(answer(dairy("impostor")), BO, private, NOW)
    assert "? new key" in text(other)
    assert "the dairy, in private" in text(other)
    assert (other.speaks_for, other.in_private) == (False, True)
    assert nothing_found(BO, "nobody\x1b lives there", private).in_private


def test_a_feed_and_the_plan_in_it() -> None:
    """Where it is by now, what it would be called, and whose signed plan it has; nothing of it is believed to be well
    formed."""
    said = {"url": "https://new.example/f", "nick": "new.example", "name": "Frost\x1b[2J", "format": "Atom"}
    found = feed_found(json.dumps({**said, "entries": 1, "plan": str(BO)}).encode(), BLOG)
    for part in ("Frost^[[2J", "Atom, 1 entry", "for good to https://new.example/f", f"plan of {BO}", "nobody signs"):
        assert part in text(found)
    assert (found.whom, found.nick, found.plan) == (FeedUrl.parse("https://new.example/f"), "new.example", BO)
    odd = feed_found(b'{"url": "nowhere", "entries": "7", "plan": "x", "followed": true}', BLOG)
    assert (odd.whom, odd.plan) == (BLOG, None)
    assert "You follow it already" in text(odd)
    for raw in (b"[]", b"{", b"\xff"):
        with pytest.raises(ValueError, match=r"\w"):
            feed_found(raw, BLOG)


def test_what_is_typed_right_after_tab_is_the_name(tmp_path: Path) -> None:
    async def scene(s: Session) -> None:
        await s.press("f")
        await opened(s, Follow)
        dialog = s.app.screen
        assert isinstance(dialog, Follow)
        await s.until(lambda: dialog.where.has_focus)
        send(s.app, "b", "tab", "B", "shift+tab", "o")  # in the place of what was there, as whenever one comes back
        await s.until(lambda: (dialog.where.value, dialog.nick.value) == ("o", "B"))

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (ME, "That is you"), ("bo", "has no '@'"), (str(BLOG.address), "type its URL"),
        ("https://a.example:0/", "no port"),
    ],
)  # fmt: skip
def test_whom_nobody_can_follow(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        meant(typed, Address.parse(ME))


def shown(s: Session) -> set[str]:
    """The buttons that are there."""
    return {str(one.id) for one in s.app.screen.query(Button) if one.display}


def words_of(told: Told) -> str:
    return " ".join(one.text.strip() for one in told.lines)


def focused(s: Session) -> str | None:
    return s.app.screen.focused.id if s.app.screen.focused is not None else None


def test_a_look_first_and_then_a_yes(tmp_path: Path) -> None:
    """What was found belongs to the address that was looked at, also where the answer is still to come; what can not be
    done is said where it was asked for, and what was typed stays."""

    async def scene(s: Session) -> None:
        await s.press("f")
        await opened(s, Follow)
        dialog = s.app.screen
        assert isinstance(dialog, Follow)

        def said() -> str:
            return words_of(dialog.told)

        await s.press(*"bo", "enter")
        await s.until(lambda: "has no '@'" in said())
        s.desk.look = [sys.executable, "-c", "import time; time.sleep(600)"]
        await s.press(*"@dairy.example", "enter")
        await s.until(lambda: "Asking bo@dairy.example" in said())
        await s.press("x")
        await s.until(lambda: not any(one.group == "look" for one in s.app.workers if one.is_running))
        assert shown(s) == {"look", "no"}
        s.desk.look = None
        await s.press("backspace", "enter")
        await s.until(lambda: "nobody lives there" in said())
        assert focused(s) == "address"  # who follows all the same has to mean it
        assert shown(s) == {"yes", "private", "no"}
        await s.press("x")
        await s.until(lambda: shown(s) == {"look", "no"})
        s.desk.answer = answer(dairy()).decode()
        await s.press("backspace", "enter")
        await s.until(lambda: focused(s) == "yes")
        assert dialog.nick.placeholder == "your name for them: bo"
        assert s.desk.followed == []
        s.desk.fault = OSError("the disk is full")
        await s.press("enter")
        await s.until(lambda: "the disk is full" in said())
        assert dialog.where.value == str(BO)
        s.desk.fault = None
        s.desk.reports = [{"address": str(BO), "verdict": "verified", "new": 1}]
        await s.press(*"bobo", "enter")
        await s.until(lambda: focused(s) == "yes")
        await s.press("tab", "enter")
        await closed(s)
        await s.until(lambda: "Fetched: 1 new, 1 asked." in s.status)
        assert s.desk.followed == [(BO, "bobo")]
        with Reader.open(s.village.path) as reader:
            author = reader.author(BO)
        assert author is not None
        assert author.private

    play(tmp_path, scene)


def test_a_feed_leads_to_the_plan_in_it(tmp_path: Path) -> None:
    """And is followed itself, by what it calls itself, where that is wanted."""

    async def scene(s: Session) -> None:
        s.desk.found = {"url": str(BLOG), "nick": "frost", "format": "RSS", "entries": 2, "plan": str(BO)}
        s.desk.answer = answer(dairy()).decode()

        async def look() -> Follow:
            await s.press("f")
            await opened(s, Follow)
            dialog = s.app.screen
            assert isinstance(dialog, Follow)
            dialog.where.value = str(BLOG)
            await s.press("enter")
            await s.until(lambda: focused(s) == "yes")
            assert shown(s) == {"yes", "plan", "no"}
            assert "which nobody signs" in words_of(dialog.told)
            return dialog

        await look()
        s.desk.reports = [{"address": str(BLOG.address), "verdict": "unsigned", "new": 3, "url": str(BLOG)}]
        await s.press("enter")
        await closed(s)
        await s.until(lambda: "Fetched: 3 new" in s.status)
        assert s.desk.followed == [(BLOG.address, "frost")]
        dialog = await look()
        await s.press("shift+tab", "enter")
        await s.until(lambda: shown(s) == {"yes", "private", "no"})
        assert dialog.where.value == str(BO)
        await s.until(lambda: focused(s) == "yes")
        box = dialog.told
        await s.until(lambda: box.max_scroll_y > 2 and "In private" in s.shown)
        await s.press("down", "down")
        await s.until(lambda: box.scroll_y == 2)
        await s.press("pagedown")
        await s.until(lambda: box.scroll_y == box.max_scroll_y)
        await s.press("pageup")
        await s.until(lambda: box.scroll_y == 0)

    play(tmp_path, scene, size=(80, 14))
