"""Running the terminal UI in a test: without a terminal, on a village's store, waiting for conditions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.tui import eyes
from tests.tui.village import NOW, Village, VillageDesk, furnished
from thimbl.store.types import Item
from tui.acting import ThimblScreen
from tui.app import ThimblApp
from tui.composer import Composer
from tui.rows import draw
from tui.settings import Comfort


class Session:
    """An application in a test, with the keys of a person and the eyes of a test."""

    def __init__(self, app: ThimblApp, pilot: Pilot[None], desk: VillageDesk) -> None:
        self.app, self.pilot, self.desk = app, pilot, desk
        self.village = desk.village

    @property
    def screen(self) -> ThimblScreen:
        """The reading screen, whatever lies over it."""
        return self.app.reading

    @property
    def item(self) -> Item:
        """The selected item."""
        item = self.screen.item
        assert item is not None
        return item

    @property
    def page(self) -> str:
        """The text of the page of what is selected."""
        return "\n".join(line.text for line in self.screen.detail.lines)

    @property
    def status(self) -> str:
        """The text of the status line."""
        return self.screen.status.text

    @property
    def shown(self) -> str:
        """Everything on the screen, line by line."""
        return eyes.shown(self.app)

    @property
    def row(self) -> str:
        """The text of the selected row, at its full length."""
        return "\n".join(line.text for line in draw(self.screen.timeline.entry, 400, 3, NOW))

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has gone through."""
        await eyes.press(self.app, *keys)

    async def settle(self) -> None:
        """Wait until all has been done that was sent."""
        await eyes.settle(self.app)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for a condition."""
        await eyes.until(condition, lambda: f"{what or condition}; status: {self.status!r}; page: {self.page!r}")

    async def selected(self, text: str) -> None:
        """Wait until the page of what is selected has this text."""
        await self.until(lambda: text in self.page, f"a page with {text!r}")

    async def find(self, text: str) -> None:
        """Go down the list from its top to the row that has this text, and wait for its page."""
        await self.press("g")
        for _ in self.screen.timeline.keys:
            key = self.screen.timeline.key
            await self.page_of(key)
            if text in self.row:
                return
            await self.press("j")
        raise AssertionError(f"no row with {text!r}")

    async def page_of(self, key: int | None) -> None:
        """Wait for the page of a row."""
        await self.until(lambda: self.screen.timeline.entry is not None and self.is_shown(key), f"the page of {key}")

    def is_shown(self, key: int | None) -> bool:
        facts = self.screen.detail.facts
        if facts.item is not None:
            return facts.item.rowid == key
        return facts.author is not None and facts.author.id == key


@asynccontextmanager
async def running(
    village: Village,
    size: tuple[int, int] = (80, 24),
    desk: VillageDesk | None = None,
    comfort: Comfort | None = None,
    clock: Callable[[], float] = lambda: NOW,
) -> AsyncIterator[Session]:
    """The application on the store of a village, up to where the reader can begin."""
    desk = desk or village.desk()
    app = ThimblApp(village.path, desk, clock, comfort)
    async with app.run_test(size=size) as pilot:
        session = Session(app, pilot, desk)
        await session.until(lambda: app.reading.begun, "the start")
        if app.reading.timeline.keys:
            await session.until(lambda: app.reading.timeline.entry is not None, "the first entry")
        yield session


def play(
    folder: Path,
    scene: Callable[[Session], Awaitable[None]],
    *,
    size: tuple[int, int] = (80, 24),
    village: Village | None = None,
    desk: VillageDesk | None = None,
    comfort: Comfort | None = None,
    clock: Callable[[], float] = lambda: NOW,
) -> VillageDesk:
    """Run one scene in a furnished village, or in the one that is given; the desk, for what it was asked."""
    place = village or furnished(folder)
    used = desk or place.desk()

    async def whole() -> None:
        async with running(place, size, used, comfort, clock) as session:
            await scene(session)

    coroutine: Coroutine[Any, Any, None] = whole()
    asyncio.run(coroutine)
    return used


async def opened(s: Session, kind: type) -> None:
    """Wait for a screen of this kind, ready for keys."""
    await s.until(lambda: isinstance(s.app.screen, kind), kind.__name__)
    if kind is Composer:
        await s.until(lambda: composer(s).loaded and composer(s).area.has_focus, "the text area")


def composer(s: Session) -> Composer:
    assert isinstance(s.app.screen, Composer)
    return s.app.screen


async def closed(s: Session) -> None:
    await s.until(lambda: s.app.screen is s.screen, "the reading screen")
