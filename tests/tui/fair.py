"""A fair: a commune with a past in a real store, and panes of the terminal UI that show it without a frame.

The Fields let a tractor that Cy and Ana paid for, got four months of rent, and paid it back as far. A press is
redeemed, and its rent was shared. An oven's bonds are on sale.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from copy import copy
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.pilot import Pilot

from tests.support.scribe import Scribe
from tests.tui import eyes
from tests.tui.village import ME, NOW, Village, VillageDesk
from thimbl.core.commune import desk
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.log import VerifiedRecord
from thimbl.core.times import DAY, format_time
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer
from tui.aside import Pen, Shelf
from tui.book import Opened
from tui.bookpane import BookPane
from tui.pane import Pane
from tui.program import Program
from tui.settings import Comfort

COMMUNE = "commune@fields.example"
FARM = "farm@fields.example"
MONTH = 30 * DAY


class Fair(Village):
    """A village with a commune, whose clerk reads all at once. The reader is Cy, or whoever `reader` is."""

    def __init__(self, folder: Path, reader: str = "cy") -> None:
        self.path = folder / "thimbl" / "store.db"
        self.scribes: dict[str, Scribe] = {}
        self.now = NOW - 11 * MONTH
        people = {"clerk": COMMUNE, "farm": FARM, "ana": "ana@fields.example", "bo": "bo@dairy.example", "cy": ME}
        for name, address in people.items():
            self.meet(address, name, start=self.now)
        self.me = self.scribes[reader]
        with Writer.open(self.path) as writer:
            writer.set_me(self.me.address)

    def say(self, who: str, kind: str, /, **body: Any) -> str:
        """Somebody announces something, and all fetch it; its reference."""
        self.now += 60
        scribe = self.scribes[who]
        scribe.now = self.now
        record = scribe.announce(kind, **{name.rstrip("_"): value for name, value in body.items()})
        return f"{scribe.address}#{record.id}"

    def state(self, kind: str, body: dict[str, Any]) -> str:
        """The clerk says it."""
        return self.say("clerk", kind, **body)

    def fetch_all(self) -> None:
        """All logs into the store."""
        with Writer.open(self.path) as writer:
            for scribe in self.scribes.values():
                if scribe.seq:
                    writer.follow(scribe.address, scribe.address.user) if scribe is not self.me else None
                    self.take(writer, scribe, NOW, me=scribe is self.me)

    @property
    def ledger(self) -> Ledger:
        """The commune as the clerk knows it."""
        logs = {
            name: [VerifiedRecord(one.address, "", record) for record in one.records]
            for name, one in self.scribes.items()
        }
        evidence = Evidence(verified for log in logs.values() for verified in log)
        return Ledger(evidence).fold_all(logs["clerk"])

    # what happens

    def found(self) -> None:
        """The charter, a co-op and three members."""
        self.say("clerk", "charter", name="The Fields", currency="EUR", digits=2, period="month", rules=1)
        for who, role in (("farm", "coop"), ("ana", "member"), ("bo", "member"), ("cy", "member")):
            works = {"coop": FARM} if who == "ana" else {}
            application = self.say(who, "join", commune=COMMUNE, as_=role, **works)
            self.say("clerk", "admission", who=str(self.scribes[who].address), as_=role, application=application)

    def offer(self, series: str, face: str, rent: str, closes: int, **terms: Any) -> str:
        """The farm offers bonds, and they are floated."""
        rate = terms or {"rate_bp": 400}
        offer = self.say(
            "farm", "bond-offer", commune=COMMUNE, series=series, asset=f"What {series} buys", face=face,
            unit="100.00 EUR", rent=rent, term=24, closes=format_time(closes), **rate,
        )  # fmt: skip
        self.say("clerk", "float", offer=offer)
        return offer

    def sold(self, series: str, face: str, rent: str, bids: dict[str, str]) -> str:
        """The same, subscribed, cleared and let from the next month on."""
        offer = self.offer(series, face, rent, self.now + DAY)
        for who, amount in bids.items():
            self.say(who, "subscription", offer=offer, amount=amount)
        self.now += 2 * DAY
        self.state(*desk.conclude_sale(self.ledger, offer, {}))
        self.say("clerk", "acquisition", offer=offer, cost=face, first_period=str(self.month))
        return offer

    @property
    def month(self) -> Period:
        """Of now."""
        year, month = format_time(self.now)[:7].split("-")
        return Period(int(year), int(month))

    def rent(self, offer: str, amount: str) -> None:
        """The farm pays, and the holders are paid, a month later."""
        payment = self.say(
            "farm", "payment", commune=COMMUNE, offer=offer, for_="rent", amount=amount, period=str(self.month)
        )
        body = {"offer": offer, "from": FARM, "period": str(self.month), "amount": amount, "payment": payment}
        self.state("rent", body)

    def redeem(self, offer: str) -> None:
        """The holders are paid."""
        self.state("redemption", desk.redemption(self.ledger, offer, self.month))

    def dividend(self) -> None:
        """The pool is shared."""
        self.state("dividend", desk.dividend(self.ledger, self.month))


def held(folder: Path, reader: str = "cy") -> Fair:
    """The fair, up to now: PRESS-1 redeemed and shared, TRACTOR-1 running, OVEN-1 on sale. It is made once a run."""
    past, store = _past(reader)
    fair = copy(past)
    fair.path = folder / "thimbl" / "store.db"
    fair.path.parent.mkdir()
    fair.path.write_bytes(store)
    fair.scribes = {name: scribe.copy() for name, scribe in past.scribes.items()}
    fair.me = fair.scribes[reader]
    return fair


@cache
def _past(reader: str) -> tuple[Fair, bytes]:
    with TemporaryDirectory() as folder:
        fair = _made(Path(folder), reader)
        return fair, fair.path.read_bytes()


def _made(folder: Path, reader: str) -> Fair:
    fair = Fair(folder, reader)
    fair.found()
    press = fair.sold("PRESS-1", "300.00 EUR", "155.00 EUR", {"ana": "100.00 EUR", "cy": "200.00 EUR"})
    tractor = fair.sold("TRACTOR-1", "2400.00 EUR", "200.00 EUR", {"ana": "1400.00 EUR", "cy": "1000.00 EUR"})
    for number in range(4):
        fair.rent(press, "155.00 EUR")
        if number < 2:
            fair.redeem(press)
        fair.rent(tractor, "200.00 EUR")
        fair.redeem(tractor)
        fair.now += MONTH
    fair.dividend()
    fair.now = NOW - DAY
    oven = fair.offer("OVEN-1", "900.00 EUR", "80.00 EUR", NOW + 9 * DAY, max_rate_bp=500)
    fair.say("ana", "subscription", offer=oven, amount="500.00 EUR", rate_bp=300)
    fair.fetch_all()
    return fair


class Shown(Program[None]):
    """One pane, and what it says."""

    CSS_PATH = "../../tui/styles.tcss"

    def __init__(self, fair: Village, kind: Callable[..., BookPane], desk: VillageDesk) -> None:
        super().__init__(Comfort())
        self.shelf, self.pen = Shelf(lambda: Reader.open(fair.path)), Pen(desk)
        self.pane = kind(self.shelf, self.pen, lambda: float(NOW), id="pane")
        self.went: list[Pane.Go] = []
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    async def on_mount(self) -> None:
        await self.pane.open()

    @on(Pane.Go)
    def _go(self, message: Pane.Go) -> None:
        self.went.append(message)

    @on(Pane.Said)
    def _said(self, message: Pane.Said) -> None:
        self.said.append(message.text)

    async def on_unmount(self) -> None:
        self.pen.close()
        self.shelf.close()


class Stroll:
    """A pane in a test, with the keys of a person and the eyes of a test."""

    def __init__(self, app: Shown, pilot: Pilot[None], fair: Village, desk: VillageDesk) -> None:
        self.app, self.pilot, self.fair, self.desk, self.pane = app, pilot, fair, desk, app.pane

    @property
    def text(self) -> str:
        """The whole of the table with what stands above it."""
        return self.pane.grid.text

    @property
    def shown(self) -> str:
        """Everything on the screen, line by line."""
        return eyes.shown(self.app)

    @property
    def opened(self) -> Opened:
        found = self.pane.opened
        assert found is not None
        return found

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has gone through."""
        await eyes.press(self.app, *keys)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for a condition."""
        await eyes.until(condition, lambda: f"{what or condition}; said: {self.app.said}; shown:\n{self.shown}")

    async def sees(self, *texts: str) -> None:
        """Wait until all of these stand on the page."""
        for text in texts:
            await self.until(partial(self._has, text), f"{text!r} in\n{self.text}")

    def _has(self, text: str) -> bool:
        return text in self.text


def stroll(
    fair: Village,
    kind: Callable[..., BookPane],
    scene: Callable[[Stroll], Awaitable[None]],
    *,
    size: tuple[int, int] = (100, 30),
    desk: VillageDesk | None = None,
) -> VillageDesk:
    """Run one scene on one pane; the desk, for what it signed."""
    used = desk or VillageDesk(fair)
    used.now = NOW

    async def whole() -> None:
        app = Shown(fair, kind, used)
        async with app.run_test(size=size) as pilot:
            await scene(Stroll(app, pilot, fair, used))

    coroutine: Coroutine[Any, Any, None] = whole()
    asyncio.run(coroutine)
    return used
