"""A handful of whole screens, as they are drawn: SVG files in `snapshots/`, which a browser shows.

They hold for one Python and one Textual, whose every release may draw a little differently; elsewhere they are left
out. Who has changed a screen on purpose looks at the new one, and keeps it by ``SNAPSHOTS=keep make test``.
"""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.tui.running import Session, opened, play
from tui.composer import Composer
from tui.dialogs import Help
from tui.places import Tab

PINNED = ((3, 11), "8.2.8")

pytestmark = pytest.mark.skipif(
    (sys.version_info[:2], version("textual")) != PINNED,
    reason="The kept screens are those of another Python or Textual",
)

HERE = Path(__file__).parent / "snapshots"

KEEPING = os.environ.get("SNAPSHOTS") == "keep"

REST = 2.0
"""Seconds until nothing on a screen that is to be kept is still on its way."""

LOOKS = 100
"""How often a screen is drawn until it counts as another one."""


def drawn(session: Session) -> str:
    """The screen as SVG, without what Textual makes anew each time: a number that names its styles."""
    picture = session.app.export_screenshot(title="thimbl")
    picture = re.sub(r"terminal-\d+", "terminal", picture)
    return re.sub(r"(?m)[ \t]+$", "", picture)


async def all_read(session: Session) -> None:
    """Mark everything as read: what one passes over is read or not, by how long it was in sight."""
    await session.until(lambda: not session.item.unread, "the newest is read")
    await session.press("A")
    await session.until(lambda: "6 marked as read" in session.status)
    # What is covered by a dialog is not painted until that is: what is still to come has to be there before.
    views = session.screen.views
    await session.until(lambda: views.counts.get(Tab.TIMELINE) == 0, "the count")
    await session.settle()


async def timeline(session: Session) -> None:
    """The newest post, with its page, when it has been looked at."""
    await session.selected("flour")
    await session.until(lambda: not session.item.unread, "the newest is read")


async def offer(session: Session) -> None:
    """A bond offer, on a light ground."""
    session.app.theme = "thimbl-light"
    await all_read(session)
    await session.find("tractor, 60 hp")


async def thread(session: Session) -> None:
    """A thread as a tree, without any colour."""
    session.app.theme = "thimbl-mono"
    await all_read(session)
    await session.find("Ours is white as well")
    await session.press("t")
    await session.until(lambda: "Thread" in session.status, "the thread")


async def composing(session: Session) -> None:
    """A post that is being written."""
    await all_read(session)
    await session.press("c")
    await opened(session, Composer)
    await session.press(*"Frost. #frost")


async def keys(session: Session) -> None:
    """All keys, in the theme of high contrast."""
    session.app.theme = "thimbl-contrast"
    await all_read(session)
    await session.press("?")
    await opened(session, Help)


@pytest.mark.parametrize(
    ("scene", "size"),
    [(timeline, (80, 24)), (offer, (140, 40)), (thread, (100, 30)), (composing, (80, 24)), (keys, (80, 24))],
)
def test_the_screen_is_drawn_as_it_was_kept(
    scene: Callable[[Session], Awaitable[None]], size: tuple[int, int], tmp_path: Path
) -> None:
    """To the character and its colours, once all has come that is on its way: counts, marks, what is dimmed."""
    kept = HERE / f"{scene.__name__}.svg"
    found: list[str] = []

    async def whole(session: Session) -> None:
        await scene(session)
        if KEEPING:
            await asyncio.sleep(REST)
            kept.write_text(drawn(session), encoding="utf-8")
        wanted = kept.read_text(encoding="utf-8")
        for _ in range(LOOKS):
            await session.settle()
            found[:] = [drawn(session)]
            if found == [wanted]:
                return
            await asyncio.sleep(0.05)

    play(tmp_path, whole, size=size)
    assert found[0] == kept.read_text(encoding="utf-8"), f"it is not as in {kept.name}"
