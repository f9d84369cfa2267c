"""The first page: nothing is made before it was shown, and what goes wrong is said where it was typed."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.tui.eyes import send, until
from tests.tui.running import Session, closed, composer, opened, play
from tests.tui.village import Village, VillageDesk
from thimbl.core.address import Address
from tui.composer import Composer
from tui.firstrun import FirstPage, FirstRun
from tui.follow import Follow
from tui.ports import Desk
from tui.settings import Comfort


class Founder:
    """A beginning that notes what it was asked."""

    def __init__(self, desk: VillageDesk) -> None:
        self.desk = desk
        self.made: list[tuple[str, str]] = []
        self.fault: Exception | None = None

    def guess(self) -> str:
        return "cy@localhost"

    def outlook(self, address: Address) -> list[str]:
        return [f"A key for {address} will be made."]

    def make(self, address: Address, name: str) -> Desk:
        if self.fault is not None:
            raise self.fault
        self.made.append((str(address), name))
        return self.desk


def first(folder: Path, scene: Callable[[FirstRun, Founder], Awaitable[None]], desk: VillageDesk) -> Desk | None:
    """Run a scene on the first page; what the page gave."""
    founder = Founder(desk)

    async def whole() -> Desk | None:
        app = FirstRun(founder, Comfort())
        async with app.run_test(size=(80, 24)) as pilot:
            await scene(app, founder)
            await pilot.pause()
        return app.return_value

    return asyncio.run(whole())


def said(page: FirstPage) -> str:
    return str(page.outlook.render())


def test_from_nothing_to_a_desk(tmp_path: Path) -> None:
    """The guess is replaced by typing; Enter shows what will be made, and Ctrl-S makes it; a fault loses nothing."""
    mine = Village(tmp_path).desk()

    async def scene(app: FirstRun, founder: Founder) -> None:
        page = app.page
        await until(lambda: page.address.value == "cy@localhost")
        await app._press_keys(["n", "o", "enter"])
        await until(lambda: "not an address" in said(page).lower() or "ana@" in said(page))
        assert page.address.has_focus
        assert founder.made == []
        send(app, *"@mill.example", "tab", *"Cy", "ctrl+s")
        await until(lambda: page.called.value == "Cy")
        assert founder.made == []
        await app._press_keys(["enter"])
        await until(lambda: page.shown is not None)
        assert "You will be no@mill.example." in said(page)
        assert "A key for no@mill.example will be made." in said(page)
        await app._press_keys(["enter", "escape"])
        await until(lambda: page.address.has_focus)
        assert page.shown is None
        founder.fault = OSError("the disk is full")
        await app._press_keys(["enter"])
        await until(lambda: page.shown is not None)
        await app._press_keys(["ctrl+s"])
        await until(lambda: "the disk is full" in said(page))
        assert page.address.value == "no@mill.example"
        founder.fault = None
        await app._press_keys(["enter"])
        await until(lambda: page.shown is not None)
        await app._press_keys(["ctrl+s"])
        await until(lambda: founder.made == [("no@mill.example", "Cy")])

    assert first(tmp_path, scene, mine) is mine


@pytest.mark.parametrize("number", [None, signal.SIGTERM, signal.SIGHUP])
def test_whoever_leaves_has_made_nothing(tmp_path: Path, number: signal.Signals | None) -> None:
    """By a key, or since somebody ends the program or closes the terminal: that is left as it was found."""

    async def scene(app: FirstRun, founder: Founder) -> None:
        await until(lambda: app.page.address.value)
        if number is None:
            await app._press_keys(["escape"])
        else:
            os.kill(os.getpid(), number)
        await until(lambda: app._exit)
        assert founder.made == []

    assert first(tmp_path, scene, Village(tmp_path).desk()) is None


def test_from_the_first_page_to_the_first_follow_and_post(tmp_path: Path) -> None:
    """Pressing only keys that the empty page shows."""
    village = Village(tmp_path)

    async def scene(s: Session) -> None:
        await s.until(lambda: "Welcome to thimbl" in s.shown)
        assert "f   follow somebody" in s.shown
        assert "c   write your first post" in s.shown
        await s.press("f")
        await opened(s, Follow)
        await s.press("escape")
        await closed(s)
        await s.press("c")
        await opened(s, Composer)
        await s.press(*"Hello.")
        assert composer(s).area.text == "Hello."
        await s.press("ctrl+s")
        await s.until(lambda: s.desk.posted == [("Hello.", None)])
        await s.selected("Hello.")

    play(tmp_path, scene, village=village)
