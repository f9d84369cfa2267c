"""What is unread, and what has come while the reader was reading.

- The store is looked at once a second by `PRAGMA data_version`, which costs nothing; what is in sight is read again
  only when somebody has written.
- New rows are offered and taken in on a key, and the selected row stays where it stands on the screen.
"""

import asyncio
from functools import partial
from typing import Final

from textual import on

from thimbl.store.reader import Reader
from thimbl.store.types import ThreadItem
from tui import places
from tui.bars import Status
from tui.reading import ReadingScreen
from tui.workers import begin

LOOK_EVERY: Final = 1.0
"""Seconds between looks at whether the store has changed."""


class LivingScreen(ReadingScreen):
    """The reading screen, kept up with the store."""

    def on_mount(self) -> None:
        self._looking = asyncio.Lock()
        self.set_interval(LOOK_EVERY, self._glance)

    def _glance(self) -> None:
        if self.begun and not self._looking.locked():
            begin(self, self.look, "look")

    async def look(self) -> None:
        """Whether somebody has written to the store since the last look, and what; after one that is going on. Where
        it could not be read, all that is in sight is."""
        async with self._looking:
            refused = self.refused
            version = await self.ask(Reader.data_version)
            before, self.version = self.version, version
            if version is not None and (version != before or self.unreadable):
                await self.store_changed()
            if self.unreadable and self.refused == refused:
                self.readable_again()

    async def store_changed(self) -> None:
        """Somebody has written: bring up to date what is in sight."""
        spot = self.spot
        if spot.place.is_pane:
            if self.pane is not None and self.is_listed:
                await self.pane.changed()
                self.show_where()
        elif not self.is_listed:  # the store could not be read until now, or it is being listed this moment
            await self.open_place(spot)
        elif not spot.place.is_items:
            await self.reload()
        else:
            await self.supply(self.timeline.stale())
            await self._complete(spot)
            new = await self.ask(partial(places.newcomers, place=spot.place, have=self.timeline.row_of))
            if new is not None and self.spot is spot:
                self.status.offer(new)
                if new and not self.timeline.keys:
                    await self._take_new()
        await self.count()

    async def reload(self) -> bool:
        """List the same place as it is by now; whether the reader still was there."""
        spot = self.spot
        if not self.is_listed or spot.place.is_pane:
            return False
        listing = await self.ask(partial(places.listing, place=spot.place))
        if listing is None or self.spot is not spot:
            return False
        self.timeline.merge(listing.keys, self.marks.apply(listing.entries))
        self._all_known.set()
        self.status.offer(0)
        self.show_where()
        return True

    @on(Status.Pressed)
    def _offer_pressed(self) -> None:
        if self.status.offered:
            self.action_take_new()

    def action_take_new(self) -> None:
        """Take in what is new; the selected row stays where it is."""
        if self.status.offered:
            begin(self, self._take_new, "place", exclusive=True)
        else:
            self.say("Nothing new has come.")

    async def _take_new(self) -> None:
        offered, was_empty = self.status.offered, not self.timeline.keys
        if await self.reload() and not was_empty:
            next_one, top = self.key("next-unread"), self.key("top")
            self.say(f"{offered} new taken in: {next_one} goes to the next unread, {top} to the newest.")

    # What is unread

    async def _unread_here(self) -> list[int]:
        """The unread rows of this list, top first; none where the reader has gone on before it stood."""
        timeline, spot = self.timeline, self.spot
        await self.arrival()
        if self.spot is not spot:
            return []
        place = spot.place
        if place.is_items:
            await self.all_known()
            found = await self.ask(partial(places.unread_in, place=place, have=timeline.row_of))
            return [key for key in found or () if not self.marks.is_marked_read(key)]
        entries = ((key, timeline.entry_of(key)) for key in timeline.keys)
        return [k for k, e in entries if isinstance(e, ThreadItem) and e.item is not None and e.item.unread]

    def action_next_unread(self) -> None:
        begin(self, self._next_unread, "next", exclusive=True)

    async def _next_unread(self) -> None:
        row_of = self.timeline.row_of
        unread = [key for key in await self._unread_here() if key != self.timeline.key and key in row_of]
        if unread:
            self.timeline.select_key(next((key for key in unread if row_of[key] > self.timeline.row), unread[0]))
        elif self.status.offered:
            self.say("All read. The new ones are not shown yet.")
        else:
            self.say("Nothing unread here.")

    def action_all_read(self) -> None:
        begin(self, self._all_read, "next", exclusive=True)

    async def _all_read(self) -> None:
        if unread := await self._unread_here():
            self.mark(unread, True)
        self.say(f"{len(unread)} marked as read." if unread else "Nothing unread here.")
