"""What is read is one thing everywhere: in every view, after a restart, and on the command line."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects, texts
from tests.tui import eyes
from thimbl.home.account import Account
from thimbl.home.desk import Desk
from tui.app import ThimblApp
from tui.places import Tab


@dataclass
class Open:
    """The program, open on Ana's home."""

    app: ThimblApp

    @property
    def unread(self) -> tuple[int, int]:
        """What the sidebar says of the timeline, and of the mentions."""
        counts = self.app.reading.views.counts
        return counts.get(Tab.TIMELINE, 0), counts.get(Tab.MENTIONS, 0)

    async def until(self, unread: tuple[int, int]) -> None:
        """Wait until the sidebar says so."""
        await eyes.until(
            lambda: self.app.reading.begun and self.unread == unread,
            lambda: f"the sidebar says {self.unread}, and not {unread}",
        )


class StillDesk(Desk):
    """Ana's own desk, but that it starts no poller."""

    def watch_command(self) -> list[str] | None:
        return None


def test_read_here_is_read_there(tmp_path: Path) -> None:
    """What was on the screen is read to `thimbl read`, what that printed is read here; and so after a restart."""
    world = World(tmp_path)
    world.set_up()
    world.follow(MARK, "mark")
    world.follow(LOWER, "coop")
    for number in range(3):
        world.post(MARK, f"Mark {number}.")
    world.post(LOWER, f"@{ANA} the flour is here.")

    def program() -> ThimblApp:
        account = Account.find({"THIMBL_HOME": str(world.home)}, world.clock, os.urandom)
        return ThimblApp(world.paths.store, StillDesk(account), world.clock)

    async def first() -> None:
        async with program().run_test(size=(80, 24)) as pilot:
            assert isinstance(pilot.app, ThimblApp)
            here = Open(pilot.app)
            await here.until((3, 0))  # the newest was in sight, and is a mention too
            assert texts(world, "timeline") == ["Mark 0.", "Mark 1.", "Mark 2.", f"@{ANA} the flour is here."]
            assert [item["unread"] for item in objects(world, "timeline")] == [True, True, True, False]
            world.run("mark", "--all", "--author", "mark")
            await here.until((0, 0))
            mentioned = objects(world, "mentions")[0]["id"]
            world.run("mark", "--unread", mentioned)
            await here.until((1, 1))
            await pilot.press("j")
            await pilot.press("N")
            await here.until((2, 1))
            assert texts(world, "read", "--no-fetch") == ["Mark 2.", f"@{ANA} the flour is here."]
            await here.until((0, 0))
            world.post(MARK, "Mark 3.")
            await here.until((1, 0))

    async def second() -> None:
        async with program().run_test(size=(80, 24)) as pilot:
            assert isinstance(pilot.app, ThimblApp)
            here = Open(pilot.app)
            await here.until((1, 0))
            await pilot.press("2")
            await pilot.press("1")
            await pilot.press("A")
            await here.until((0, 0))
        assert texts(world, "read", "--no-fetch") == []

    asyncio.run(first())
    asyncio.run(second())
