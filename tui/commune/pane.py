"""The view Commune: one commune with its chapters, or the choice of one where several are here."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from thimbl.core.address import Address
from thimbl.core.commune.acts import Verb
from thimbl.core.commune.study import Study
from thimbl.core.commune.todo import Task
from thimbl.core.terminal import safe_line
from tui.aside import Pen, Shelf, told
from tui.bonds import board, offer
from tui.book import Chapter, Opened
from tui.bookpane import BookPane
from tui.commune.chapters import COMMUNE, chapters, communes, nothing
from tui.commune.tasks import DESK, desk_chapter
from tui.keys import DEALING
from tui.market import Market
from tui.places import Tab

COMMUNES: Final = "communes"
"""The kind of the page on which one is chosen."""


class CommunePane(BookPane):
    """What a commune's records come to, and its clerk's desk."""

    TAB: ClassVar[Tab] = Tab.COMMUNE
    CALLED: ClassVar[tuple[str, ...]] = ("follow", "deed")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "D", "deed", "State", show=False, id="deed", group=DEALING,
            tooltip="as its clerk: that an asset is sold, and the like",
        )
    ]  # fmt: skip

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(shelf, pen, clock, id=id)
        self.tasks: Sequence[Task] = ()

    def root(self, market: Market) -> Opened:
        if len(market.studies) == 1:
            return Opened(COMMUNE, str(next(iter(market.studies))))
        return Opened(COMMUNES)

    async def learnt(self, market: Market) -> None:
        desk = self.pen.desk
        if self.way and self.way[0].kind == COMMUNES and len(market.studies) == 1 and len(self.way) == 1:
            self.way = []  # the first commune has come
        if desk.commune not in market.studies:
            self.tasks = ()
            if desk.commune != desk.address:
                told_of = f"{desk.commune}, whose desk you keep, is not here: follow it to see what waits."
                self.say(f"{told_of} If it is no commune yet, {self.key_of('deed')} makes it one.")
            return
        try:
            self.tasks = await self.pen.do(lambda desk: desk.todo())
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)

    def chapters(self, market: Market, opened: Opened, now: int) -> Sequence[Chapter]:
        if opened.kind == board.OFFER:
            return offer.chapters(market, now, opened.of, self.keys)
        study = self._study(market, opened)
        if study is None:
            return [Chapter("Communes", communes if market.studies else partial(nothing, called=self.called))]
        kept = self.pen.desk.commune == study.commune
        joining = self.keys.get(Verb.JOIN, "")
        return [
            *chapters(study, joining),
            *([desk_chapter(study, self.tasks, self.called.get("deed", ""))] if kept else []),
        ]

    @staticmethod
    def _study(market: Market, opened: Opened) -> Study | None:
        return next((one for address, one in market.studies.items() if str(address) == opened.of), None)

    def name_of(self, market: Market, opened: Opened) -> str:
        code, study = market.code_of(opened.of), self._study(market, opened)
        if code is not None:
            return f"Commune: {code}"
        charter = None if study is None else study.ledger.state.charter
        return "Commune" if charter is None else f"Commune: {safe_line(charter.name)}"

    def study_at(self, market: Market, offer: str) -> Study | None:
        found = super().study_at(market, offer)
        return found if found is not None or self.opened is None else self._study(market, self.opened)

    @property
    def subject(self) -> tuple[Address | None, str]:
        commune, offer = super().subject
        if commune is None and self.market is not None and self.opened is not None:
            of = self.grid.row.key if self.opened.kind == COMMUNES and self.grid.row else self.opened.of
            commune = next((one for one in self.market.studies if str(one) == of), None)
        return commune, offer

    def action_deed(self) -> None:
        self.do_deed()

    def open_row(self, key: str) -> None:
        if self.chapter != DESK:
            super().open_row(key)
        elif (task := next((one for one in self.tasks if one.command == key), None)) is not None:
            self.do_task(task)
