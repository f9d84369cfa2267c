"""The view Bonds: the board, and one offer over it."""

from collections.abc import Sequence
from typing import ClassVar, Final

from thimbl.core.commune.acts import Verb
from thimbl.store.reader import Reader
from thimbl.store.types import Selection, View
from tui.aside import told
from tui.bonds import board, offer
from tui.book import Chapter, Opened
from tui.bookpane import BookPane
from tui.market import Market
from tui.places import Tab

BOARD: Final = "board"
"""The kind of the first page."""

MAX_UNREAD: Final = 500
"""Unread offers that are marked as such: more than anybody looks through."""


class BondsPane(BookPane):
    """Offers and series of all communes that are here."""

    TAB: ClassVar[Tab] = Tab.BONDS

    unread: frozenset[str] = frozenset()
    """Offers that the reader has not looked at, by reference."""

    def look(self, reader: Reader, me: str) -> Market:
        self.unread = frozenset(_unread(reader))
        return super().look(reader, me)

    async def shown(self, opened: Opened) -> None:
        """An offer that is looked at is read, here and everywhere."""
        if opened.kind != board.OFFER or opened.of not in self.unread:
            return
        rowid = await self.ask(lambda reader: _unread(reader).get(opened.of))
        if rowid is None:
            return
        self.unread -= {opened.of}
        try:
            await self.pen.keep(lambda desk: desk.mark([rowid], True))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)

    def root(self, market: Market) -> Opened:
        return Opened(BOARD)

    def chapters(self, market: Market, opened: Opened, now: int) -> Sequence[Chapter]:
        if opened.kind == board.OFFER:
            return offer.chapters(market, now, opened.of, self.keys)
        return board.chapters(market, now, self.unread, self.keys.get(Verb.OFFER, ""))

    def name_of(self, market: Market, opened: Opened) -> str:
        code = market.code_of(opened.of)
        return f"Bonds: {code}" if code is not None else "Bonds"


def _unread(reader: Reader) -> dict[str, int]:
    """Unread offers with their rowids, the newest `MAX_UNREAD`."""
    found = reader.timeline(Selection(View.BONDS, unread=True), MAX_UNREAD)
    return {str(item.reference): item.rowid for item in found}
