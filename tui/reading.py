"""Reading: the entries of the list, the page of the selected one, and marking it as read.

- Everything that is read is asked for aside (`tui.aside`) by a worker; a worker that a newer one overtakes is
  cancelled, so that holding a key down costs no queue.
- A row that was shown for a moment is marked as read, once.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final

from textual import on

from thimbl.core.address import Address, Reference
from tui import places
from tui.aside import told
from tui.marks import marked
from tui.pages import Facts
from tui.places import Place
from tui.rows import Entry
from tui.searching import SearchingScreen
from tui.timeline import Timeline
from tui.workers import begin

AGES_EVERY: Final = 30.0
"""Seconds between drawings of the ages, whose smallest unit is a minute."""

READ_AFTER: Final = 0.3
"""Seconds that a post is on the screen until it counts as read: longer than passing over it takes."""


class ReadingScreen(SearchingScreen):
    """Views, list and page."""

    _kept_unread: int | None = None
    """The selected row, where the reader has marked it as unread."""
    _seen: int | None = None
    """The selected row, where it counts as read by now."""

    def on_mount(self) -> None:
        self.set_interval(AGES_EVERY, self.tick)

    def tick(self) -> None:
        """Time has passed: the ages in sight are drawn anew."""
        if self.spot.place.is_pane:
            if self.pane is not None:
                self.pane.tick()
            return
        self.timeline.tick()
        self.detail.tick()

    def go_to(self, reference: Reference) -> None:
        """Open a record where it stands in its thread."""
        begin(self, partial(self._go_to, reference), "place", exclusive=True)

    async def _go_to(self, reference: Reference) -> None:
        found = await self.ask(lambda reader: reader.find(str(reference)))
        if not found:
            self.say("That record is not here: follow its author to read it.")
        elif found[0].rowid in self.timeline.row_of and not self.spot.place.is_items:
            self.timeline.select_key(found[0].rowid)
        else:
            self.go(Place(self.spot.place.tab, thread=reference), found[0].rowid)

    # Entries and the page

    @on(Timeline.Wanted)
    async def _wanted(self, message: Timeline.Wanted) -> None:
        begin(self, partial(self.supply, message.keys), "supply")

    async def supply(self, keys: list[int]) -> None:
        """Read entries for a long list. Those of others come with their keys, which are none of items."""
        spot = self.spot
        items = await self.ask(lambda reader: reader.items(keys)) if spot.place.is_items and self.is_listed else None
        if items is None or self.spot is not spot:
            self.timeline.unsupplied(keys)
        else:
            self.timeline.supply(self.marks.apply(places.as_listed(items, spot.place)))

    @on(Timeline.Moved)
    def _moved(self, message: Timeline.Moved) -> None:
        self.show_where()
        if message.key != self._kept_unread:
            self._kept_unread = None
        if message.key != self._seen:
            self._seen = None
        if message.key is None:
            whom = self.spot.place.author
            self.detail.show(Facts())
            if whom is not None:  # somebody of whom no post is here, and perhaps nothing at all
                begin(self, partial(self._show_author, whom), "page", exclusive=True)
        else:
            # The list first: whoever holds a key down sees it move, and no page of what is only passed over.
            self.call_after_refresh(self._page_soon, message.key)

    def _page_soon(self, key: int) -> None:
        if key == self.timeline.key and self.timeline.entry is not None:
            begin(self, partial(self._show_page, self.timeline.entry, key), "page", exclusive=True)

    async def _show_author(self, address: Address) -> None:
        facts = await self.ask(partial(places.facts_of, address=address))
        if facts is not None and self.spot.place.author == address and self.timeline.key is None:
            self.detail.show(facts)

    async def _show_page(self, entry: Entry, key: int) -> None:
        facts = await self.ask(partial(places.facts, entry=entry))
        if facts is None or key != self.timeline.key:
            return
        self.detail.show(facts)
        item = facts.item
        if item is None or item.rowid == self._kept_unread:
            return
        if not self.marks.is_unread(item):
            self._seen = key
        elif self._seen == key:
            self._kept_unread = item.rowid  # it was marked elsewhere, as on the command line: so it is meant
        else:
            await asyncio.sleep(READ_AFTER)
            if key == self.timeline.key and item.rowid != self._kept_unread and not self.spot.place.is_pane:
                self._seen = key
                self.mark([item.rowid], True)

    def action_unfold(self) -> None:
        if self.item is None or (not self.item.subject and self.item.muted is None):
            self.say("Nothing is folded here.")
        else:
            self.detail.unfold()

    # What is read

    def mark(self, rowids: Iterable[int], read: bool) -> None:
        """Mark items here at once, and in the store aside."""
        begin(self, partial(self._mark, list(rowids), read), "mark")

    async def _mark(self, rowids: list[int], read: bool) -> None:
        self.marks.note(rowids, read)
        self._show_marked(rowids, read)
        try:
            await self.pen.keep(lambda desk: desk.mark(rowids, read))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            self.marks.settle(rowids)
            self._show_marked(rowids, not read)
        else:
            self.marks.settle(rowids)
        await self.count()

    def _show_marked(self, rowids: Iterable[int], read: bool) -> None:
        """Show them so, but for those that have been marked otherwise since."""
        for rowid in rowids:
            if (entry := self.timeline.entry_of(rowid)) is not None:
                self.timeline.replace(rowid, self.marks.one(marked(entry, read)))

    def action_toggle_read(self) -> None:
        if (item := self.item) is not None:
            self._kept_unread = None if self.marks.is_unread(item) else item.rowid
            self.mark([item.rowid], self.marks.is_unread(item))
