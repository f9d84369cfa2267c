"""What every application of ours has: here, that it sees when its terminal has gone, and how it ends."""

import asyncio
import os
import pty
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input, Label, TextArea
from textual.worker import WorkerFailed

from tests.tui.eyes import send
from tests.tui.running import Session, closed, opened, play
from tui.acting import ThimblScreen
from tui.comparing import Keys
from tui.composer import Composer
from tui.follow import Follow
from tui.palette import Palette
from tui.places import Spot, Tab
from tui.program import has_gone, has_shell
from tui.workers import begin


def test_a_terminal_that_has_gone_is_seen() -> None:
    """One that is there, with and without something typed, has not."""
    ours, theirs = pty.openpty()
    try:
        assert not has_gone(theirs)
        os.write(ours, b"j")
        assert not has_gone(theirs)
        os.close(ours)
        assert has_gone(theirs)
    finally:
        os.close(theirs)
    assert has_gone(theirs)


@pytest.mark.parametrize(
    ("sessions", "groups", "is_there"),
    [({0: 7, 9: 7}, {0: 8, 9: 9}, True), ({0: 7, 9: 7}, {0: 8, 9: 8}, False), ({0: 8, 9: 7}, {0: 8, 9: 9}, False)],
)
def test_who_can_wake_it_again(
    monkeypatch: pytest.MonkeyPatch, sessions: dict[int, int], groups: dict[int, int], is_there: bool
) -> None:
    """A shell with job control: not a program that runs this one, and not a terminal that was opened for it."""
    monkeypatch.setattr(os, "getppid", lambda: 9)
    monkeypatch.setattr(os, "getsid", sessions.__getitem__)
    monkeypatch.setattr(os, "getpgid", groups.__getitem__)
    assert has_shell() is is_there


@pytest.mark.parametrize("key", ["/", ":", "c", "4", "f"])
def test_what_is_typed_after_the_key_that_leaves_does_nothing(tmp_path: Path, key: str) -> None:
    """Both were read at once. Nothing can be mounted any more by then, which is no fault."""

    async def scene(s: Session) -> None:
        send(s.app, "q", key)
        await s.until(lambda: not s.app.is_running, "the end")
        assert s.app.return_code == 0

    play(tmp_path, scene)


def test_what_is_being_mounted_as_the_program_ends_is_no_fault(tmp_path: Path) -> None:
    """Nobody is told of it."""

    async def scene(s: Session) -> None:
        begin(s.screen, partial(s.screen.meet, Label("nobody sees it")), "late")
        begin(s.app, partial(s.app.palettes.prepare, s.app), "later")
        s.app.exit()
        await s.until(lambda: not s.app.is_running, "the end")
        assert s.app.return_code == 0

    play(tmp_path, scene)


def test_any_other_fault_as_the_program_ends_is_told(tmp_path: Path) -> None:
    async def scene(s: Session) -> None:
        async def work() -> None:
            s.app.exit()
            raise OSError("the disk is full")

        begin(s.app, work, "fault")
        await s.until(lambda: not s.app.is_running, "the end")
        assert s.app.return_code == 1

    with pytest.raises(WorkerFailed, match="the disk is full"):
        play(tmp_path, scene)


@pytest.mark.parametrize(
    ("keys", "kind", "line"),
    [
        (":", Palette, "#wanted"),
        ("c", Composer, "#text"),
        ("r", Composer, "#text"),
        ("f", Follow, "#address"),
        ("/", ThimblScreen, "#search"),
    ],
)
def test_what_is_typed_with_a_key_is_in_what_it_opens(tmp_path: Path, keys: str, kind: type, line: str) -> None:
    """Not even a key that comes with it acts on what was there before: a line that had stalled brings many at once."""

    async def scene(s: Session) -> None:
        for waiting in (s.app.palettes, s.screen.composers):
            await waiting.prepare(s.app)
        at = s.screen.timeline.key
        send(s.app, keys, "2", "j", "x")
        await opened(s, kind)
        await s.until(lambda: s.app.screen.query(line), "a line to type in")
        field = s.app.screen.query_one(line)
        assert isinstance(field, Input | TextArea)
        await s.until(lambda: (field.value if isinstance(field, Input) else field.text) == "2jx", "what was typed")
        assert s.screen.timeline.key == at
        assert s.screen.spot.place.tab is Tab.TIMELINE

    play(tmp_path, scene)


def test_what_is_typed_with_the_key_of_a_view_is_about_that_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits until the view is there: a moment, and where that does not come, once."""

    async def scene(s: Session) -> None:
        send(s.app, "5", "j", "K")
        await opened(s, Keys)
        await s.until(lambda: "The key of lower@fields.example" in s.shown)
        await s.press("escape")
        await closed(s)
        before = len(s.desk.marked)
        send(s.app, "1", "2", "A")
        await s.until(lambda: "marked as read" in s.status)
        await s.until(lambda: s.screen.is_listed and s.screen.spot.place.tab is Tab.MENTIONS)
        mentions = set(s.screen.timeline.keys)
        assert mentions
        assert {rowid for rowids, _ in s.desk.marked[before:] for rowid in rowids} <= mentions

        waited: list[object] = []

        async def never() -> None:
            waited.append(s.screen.spot)
            await asyncio.Event().wait()

        async def nowhere(spot: Spot) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(s.screen, "arrival", never)
        monkeypatch.setattr(s.screen, "open_place", nowhere)
        send(s.app, "1", "j", "k", "T", "ctrl+q")
        await s.until(lambda: not s.app.is_running, "the end")
        assert len(waited) == 1

    play(tmp_path, scene)
