"""Writing: nothing is sent by accident, and nothing that was typed is lost."""

import asyncio
import threading
from pathlib import Path

import pytest
from textual.widgets import Button

from tests.tui.running import Session, closed, composer, opened, play, running
from tests.tui.village import furnished
from thimbl.core.records import MAX_TEXT
from tui.composer import Composer
from tui.ports import POST_DRAFT, reply_draft
from tui.quoting import Quote


def counter(s: Session) -> str:
    return str(composer(s).counter.render())


def trouble(s: Session) -> str:
    return str(composer(s).trouble.render())


def test_compose_and_send(tmp_path: Path) -> None:
    """Ctrl-S signs; it says 'posted', and the post is there and selected, since the reader was at the top. Enter makes
    a line; an empty text is not sent. The button sends as well, with a subject to fold it under."""

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        await s.press("ctrl+s")
        await s.until(lambda: "nothing to post" in trouble(s))
        await s.press(*"Hé!")
        assert not composer(s).trouble.display  # there is something now
        await s.until(lambda: "3 characters, 4 bytes: 8,188 bytes left" in counter(s))
        await s.press("enter", *"[b]")
        await s.press("ctrl+s")
        await closed(s)
        await s.until(lambda: "Posted #" in s.status)
        await s.selected("Hé!")
        assert len(s.screen.timeline.keys) == 9
        await s.press("c")
        await opened(s, Composer)
        await s.press("x", "shift+tab", *"food", "tab")
        await s.pilot.click("#send")
        await closed(s)

    desk = play(tmp_path, scene)
    assert desk.posted == [("Hé!\n[b]", None), ("x", "food")]
    assert desk.drafted == {}


def test_the_count_has_room_on_a_narrow_screen(tmp_path: Path) -> None:
    """At 60 columns the bytes alone are counted; on few lines the preview takes the place of the text for a while."""

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"Hé!")
        await s.until(lambda: counter(s) == "8,188 bytes left")
        await s.until(lambda: composer(s).counter.size.width >= len(counter(s)), "room for it, once it is laid out")
        await s.pilot.resize_terminal(40, 12)
        await s.until(lambda: composer(s).area.region.height >= 3 and not composer(s).preview.region)
        await s.until(lambda: counter(s) == "8,188")
        await s.press("f2")
        await s.until(lambda: composer(s).preview.region.height >= 3 and not composer(s).area.region)
        await s.press("f2", "!")
        await s.until(lambda: composer(s).text == "Hé!!")

    play(tmp_path, scene, size=(60, 20))


def test_a_post_does_not_move_who_reads_further_down(tmp_path: Path) -> None:
    """The selected row stays where it is."""

    async def scene(s: Session) -> None:
        await s.press("j", "j", "j")
        at, line = s.screen.timeline.key, s.screen.timeline.line
        await s.press("c")
        await opened(s, Composer)
        await s.press("a", "ctrl+s")
        await closed(s)
        await s.until(lambda: len(s.screen.timeline.keys) == 9)
        assert (s.screen.timeline.key, s.screen.timeline.line) == (at, line)

    play(tmp_path, scene)


def test_drafts_survive_escape_and_the_end(tmp_path: Path) -> None:
    """It is written while one types; Esc keeps it; quitting in the middle keeps it; the next time it is there. No key
    sends it but the one that does."""
    village = furnished(tmp_path)
    desk = village.desk()

    async def first(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"half")
        await s.until(lambda: s.desk.drafted.get(POST_DRAFT) == "half")
        await s.press("enter", "q", "backspace", "backspace", *" a ", "escape")
        await closed(s)
        assert s.desk.posted == []
        await s.press("c")
        await opened(s, Composer)
        assert composer(s).text == "half a"
        await s.press(*"line")
        s.app.exit()

    async def second(s: Session) -> None:
        await s.until(lambda: "A draft waits: c goes on with it." in s.status)
        await s.press("c")
        await opened(s, Composer)
        assert composer(s).text == "half a line"

    play(tmp_path, first, village=village, desk=desk)
    assert desk.drafted[POST_DRAFT] == "half a line"
    play(tmp_path, second, village=village, desk=desk)


def test_a_draft_survives_a_crash(tmp_path: Path) -> None:
    """An error in the program itself, before the draft's timer had its turn."""
    village = furnished(tmp_path)
    desk = village.desk()

    async def crash() -> None:
        async with running(village, (80, 24), desk) as s:
            await s.press("c")
            await opened(s, Composer)
            await s.press(*"precious")
            raise RuntimeError("a crash")

    with pytest.raises(RuntimeError, match="a crash"):
        asyncio.run(crash())
    assert desk.drafted[POST_DRAFT] == "precious"


def test_fast_fingers_go_on_where_the_draft_ended(tmp_path: Path) -> None:
    """Keys that come before the draft was read are not lost, and neither is the draft."""
    village = furnished(tmp_path)
    desk = village.desk()
    desk.drafted[POST_DRAFT] = "the draft "
    slow = desk.slow = threading.Event()

    async def scene(s: Session) -> None:
        await s.press("c")
        await s.until(lambda: isinstance(s.app.screen, Composer) and composer(s).area.has_focus)
        await s.press(*"go", "escape")
        assert composer(s).area.text == "go"
        slow.set()
        await s.until(lambda: composer(s).area.text == "the draft go")
        await s.press(*"es", "escape")
        await closed(s)

    assert play(tmp_path, scene, village=village, desk=desk).drafted[POST_DRAFT] == "the draft goes"


def test_what_can_not_be_posted_stays(tmp_path: Path) -> None:
    """The desk's words are shown as they are, and the text is still there."""

    async def scene(s: Session) -> None:
        s.desk.fault = OSError("no key: [red]ssh-agent[/red] has none")
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"kept", "ctrl+s")
        await s.until(lambda: "[red]ssh-agent[/red] has none" in trouble(s))
        assert composer(s).text == "kept"
        s.desk.fault = None
        await s.press("ctrl+s")
        await closed(s)

    assert [text for text, _ in play(tmp_path, scene).posted] == ["kept", "kept"]


def test_the_limit_is_in_bytes(tmp_path: Path) -> None:
    """8,192 bytes can be sent, one more can not."""
    village = furnished(tmp_path)
    desk = village.desk()
    desk.drafted[POST_DRAFT] = "é" * (MAX_TEXT // 2)

    async def scene(s: Session) -> None:
        await s.press("c")
        await opened(s, Composer)
        send = s.app.screen.query_one("#send", Button)
        await s.until(lambda: counter(s) == "0 bytes left")
        before = send.disabled
        await s.press("x")
        await s.until(lambda: "too long by 1" in counter(s))
        assert (before, send.disabled) == (False, True)
        await s.press("ctrl+s")
        assert s.desk.posted == []

    play(tmp_path, scene, village=village, desk=desk)


def test_reply_with_the_parent_in_sight(tmp_path: Path) -> None:
    """r answers the selected post; its text stands over the reply, as text."""

    async def scene(s: Session) -> None:
        await s.find("Frost on the lower field")
        item = s.item
        await s.press("r")
        await opened(s, Composer)
        parent = s.app.screen.query_one("#parent", Quote)
        await s.until(lambda: "Frost on the lower field" in "\n".join(line.text for line in parent.lines))
        assert parent.region.height == len(parent.lines)
        await s.press("a", "escape")
        await closed(s)
        assert s.desk.drafted == {} or reply_draft(item.reference) in s.desk.drafted
        await s.press("r")
        await opened(s, Composer)
        await s.press("b", "ctrl+s")
        await closed(s)
        await s.selected("thread of 4")

    desk = play(tmp_path, scene)
    ((to, text),) = desk.replied
    assert (to.text[:5], text) == ("Frost", "ab")
    assert desk.drafted == {}
