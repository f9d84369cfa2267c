"""Going about: views, an author's posts, threads, and back.

- A place is left as it was and found again so; `back` works everywhere, over lists and panes alike.
- Listing a place is a worker, and a newer one cancels it: holding a key down costs no queue.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Final

from textual import on
from textual.timer import Timer

from thimbl.core.address import Address
from thimbl.store.types import Author, Item, ThreadItem
from tui import kept, places
from tui.aside import Pen, Shelf
from tui.bars import Views
from tui.detail import Detail
from tui.frame import Frame
from tui.keys import of_lists
from tui.marks import Marks
from tui.pane import Pane
from tui.places import Left, Listing, Place, Spot, Tab
from tui.resting import Rest
from tui.resuming import Resumed, resume
from tui.rows import Entry
from tui.timeline import AHEAD, Timeline
from tui.warming import warm
from tui.welcome import empty
from tui.workers import begin

HELD: Final = 0.1
"""Seconds for which nothing is painted after a key that opens a place, until that is read: it mostly is after a few
milliseconds, and to paint the frame of it around what was there before takes longer."""

MAX_TRAIL: Final = 50
"""Steps that can be gone back."""


class GoingScreen(Frame):
    """The frame, and the ways between the places that it shows."""

    begun = False
    """Whether the place where the reader left off is open."""

    is_reading = False
    """Whether the page is read, and not the list."""

    version: int | None = None
    """That of the store when it was looked at last."""

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float], books: Shelf | None = None) -> None:
        super().__init__(shelf, pen, clock, books)
        self.trail: list[Spot] = []
        self.marks = Marks()
        self._listed: Spot | None = None
        self._arrived = asyncio.Event()
        self._spots: dict[Tab, Spot] = {}
        self._left = Left()
        self._available: object = None
        self.resuming: Future[Resumed] | None = None
        """Where the reader left off, once that is asked for."""
        self._all_known = asyncio.Event()
        self.rest = Rest()
        self.timeline.moved = self._passed
        self._impatience: Timer | None = None

    def prepare(self) -> Future[Resumed]:
        """Ask for where the reader left off, where nobody has yet."""
        if self.resuming is None:
            self.resuming = self.shelf.begin(partial(resume, me=self.pen.desk.address))
        return self.resuming

    def on_mount(self) -> None:
        self.status.take_key = self.key("take-new")
        self.timeline.focus()
        asked, before = self.prepare(), self.spot
        if asked.done() and asked.exception() is None:
            self._resume(asked.result())  # so it is there when the screen is painted first
        begin(self, partial(self._start, asked, before), "start")

    def _resume(self, found: Resumed) -> None:
        """Show where the reader left off, as far as that is a list."""
        self._recall(found.kept)
        self.version = found.version
        self.spot = found.spot
        if found.kept.over is not None:
            self.trail = [found.kept.spot]
        if found.listing is not None:
            self.timeline.manner = replace(self.timeline.manner, names=found.names)
            self._bring(self.spot)
            self._list(self.spot, found.listing)
            self.detail.show(found.facts)

    def _recall(self, found: kept.Kept) -> None:
        """Remember how the views were left."""
        self._spots = {**found.spots, **self._spots}
        self.recall_panes(found.panes)

    async def _start(self, asked: Future[Resumed], before: Spot) -> None:
        found = await self.answer(asked)
        if found is not None:
            if self.spot is before:  # it came too late for `on_mount`, and nobody has gone elsewhere
                self._resume(found)
            elif self.spot is not found.spot:
                self._recall(found.kept)
        if self.is_listed:
            await self.painted()
            begin(self, partial(self._complete_at_rest, self.spot), "place", exclusive=True)
        elif found is None or self.spot is found.spot:
            await self.open_place(self.spot)
        self.call_after_refresh(self.settle_in)

    def settle_in(self) -> None:
        """The first screen stands: begin what could wait until then."""
        self.begun = True
        begin(self, self.count, "count")
        begin(self, partial(warm, self.meet, self.made_ready()), "warm")

    @property
    def item(self) -> Item | None:
        """The selected item, where one is in sight. A list that is about to be another one has none."""
        entry = self._entry
        return entry.item if isinstance(entry, ThreadItem) else entry if isinstance(entry, Item) else None

    @property
    def _entry(self) -> Entry | None:
        return self.timeline.entry if self.is_listed and not self.spot.place.is_pane else None

    @property
    def address(self) -> Address | None:
        """Whom the selected row is about."""
        entry = self._entry
        if isinstance(entry, ThreadItem):
            return entry.reference.address
        return entry.address if entry is not None else None

    # Opening and leaving

    def go(self, place: Place, key: int | None = None) -> None:
        """Open another place over this one; `back` comes back."""
        self._leave()
        self.trail = [*self.trail, self.spot][-MAX_TRAIL:]
        self._open_soon(Spot(place, key))

    def _leave(self) -> None:
        place = self.spot.place
        if not self.is_listed:
            return
        if not place.is_pane:
            entry = self.timeline.entry
            self.spot.key, self.spot.line = self.timeline.key, self.timeline.line
            self.spot.at = self.item.reference if self.item is not None else None
            self.spot.who = entry.address if isinstance(entry, Author) else None
            self.spot.reading = self.is_reading
            if place.is_items:
                self._left.note(place, self.timeline.keys)
        if place.is_view:
            self._spots[place.tab] = self.spot

    @property
    def is_listed(self) -> bool:
        """Whether what is shown is the place where the reader is, and not still the one before."""
        return self._listed is self.spot

    def _arrive(self, spot: Spot) -> None:
        self._listed = spot
        self._arrived.set()

    async def arrival(self) -> None:
        """Wait until the place stands where the reader is going, or has gone instead."""
        await self._arrived.wait()

    def _open_soon(self, spot: Spot) -> None:
        self.spot = spot  # at once, so that the next key is about this place
        self._arrived.clear()
        self.status.offer(0)
        self.status.leave()
        if self._impatience is not None:
            self._impatience.stop()
        self._impatience = self.set_timer(HELD, self.release)
        self.hold()
        self._bring(spot)
        if not spot.place.is_pane:
            self._look_at(self.detail if spot.reading else self.timeline)
        begin(self, partial(self.open_place, spot), "place", exclusive=True)

    def _look_at(self, part: Detail | Timeline) -> None:
        """Read the page or the list; the page takes all of a narrow screen."""
        self.is_reading = part is self.detail
        self.query_one("#panes").set_class(self.is_reading, "-reading")
        self.set_focus(part)

    def _bring(self, spot: Spot) -> None:
        place = spot.place
        self.bring(place)
        if place.is_pane or place.tab is not Tab.SEARCH:
            self.put_words_away()
        if not place.is_pane and (self.focused is None or self.query_one("#panes") not in self.focused.ancestors):
            self.set_focus(self.timeline)
        self.show_where()
        if self._available != (available := (place.is_pane, place.tab, place.is_view)):
            self._available = available
            self.refresh_bindings()

    async def open_place(self, spot: Spot) -> None:
        """Show a place: list it, or open its pane."""
        self.spot = spot
        self._bring(spot)
        if spot.place.is_pane:
            await self.open_pane(spot.place.tab)
            if self.spot is spot:
                self._arrive(spot)
                self.show_where()
            self.call_after_refresh(self.release)
            await self._count_at_rest(spot)
            return
        known = self._left.rows(spot.place)
        listing = await self.ask(partial(places.opening, place=spot.place, key=spot.key, known=known))
        if listing is None or self.spot is not spot:
            return
        self._list(spot, listing)
        self.timeline.call_after_refresh(self.release)
        await self.painted()
        await self._complete_at_rest(spot)
        await self._count_at_rest(spot)

    def _list(self, spot: Spot, listing: Listing) -> None:
        """Show the rows of a place, or the first of them."""
        self._all_known.clear()
        key = spot.key
        if key is None and spot.place.thread is not None:
            found = ((key, one.reference) for key, one in listing.entries.items() if isinstance(one, ThreadItem))
            key = next((key for key, reference in found if reference == spot.place.thread), None)
        self._arrive(spot)
        self.timeline.show_blank(partial(empty, spot.place, str(self.pen.desk.address), self.key))
        entries = self.marks.apply(listing.entries)
        self.timeline.show(listing.keys, entries, key, spot.line, is_whole=listing.is_whole)
        self.status.offer(0)
        self.show_where()

    def _passed(self) -> None:
        """Another row is selected."""
        self.show_where()
        self.rest.moved()
        if not self.timeline.is_whole and self.timeline.row + AHEAD >= len(self.timeline.keys):
            self.rest.hurry()

    async def _complete_at_rest(self, spot: Spot) -> None:
        """Likewise, when the reader rests, or comes near the last row that is known."""
        if not self.timeline.is_whole:
            await self.rest.come()
        if self.spot is spot:
            await self._complete(spot)

    async def _complete(self, spot: Spot) -> None:
        """Bring the other rows of a long list."""
        if not self.timeline.is_whole:
            listing = await self.ask(partial(places.listing, place=spot.place))
            if listing is None or self.spot is not spot:
                return
            self.timeline.merge(listing.keys, {})
            self.show_where()
        self._all_known.set()

    async def all_known(self) -> None:
        """Wait until all rows of this list are known, which is not put off any more."""
        self.rest.hurry()
        await self._all_known.wait()

    async def _count_at_rest(self, spot: Spot) -> None:
        """Count when the reader rests: to go somewhere changes none of it but whose timeline is counted, and to count
        takes as long as all that a key needs."""
        await self.rest.come()
        if self.spot is spot:
            await self.count()

    async def count(self) -> None:
        """Show how much is unread in each view."""
        counts = await self.ask(partial(places.counts, everyone=self.everyone))
        if counts is not None:
            self.views.show(self.spot.place.tab, counts)

    @property
    def everyone(self) -> bool:
        """Whether the timeline is that of all whom this node holds."""
        place = self.spot.place
        if place.tab is not Tab.TIMELINE or not place.is_view:
            place = self._spots[Tab.TIMELINE].place if Tab.TIMELINE in self._spots else Place()
        return place.everyone

    @property
    def remembered(self) -> str:
        """The text of `PLACE_KEY`: the last view that was opened, under whatever lies over it, and all others."""
        self._leave()
        over = (spot.place.tab for spot in reversed([*self.trail, self.spot]) if spot.place.is_view)
        lying = None if self.spot.place.is_view else self.spot
        return kept.remember(kept.Kept(next(over, Tab.TIMELINE), self._spots, self.kept_panes, lying))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about a list has no key where there is none; and only the timeline is of everyone."""
        place = self.spot.place
        if place.is_pane and of_lists(action):
            return False
        if action == "everyone" and not (place.is_view and place.tab is Tab.TIMELINE):
            return False
        return super().check_action(action, parameters)

    def action_view(self, name: str) -> None:
        """Another view, where it was left."""
        tab = Tab(name)
        self._leave()
        self.trail = []
        spot = self._spots.get(tab, Spot(Place(tab)))
        spot.reading = False  # a view is its list
        self._open_soon(spot)

    def action_turn_view(self, step: int) -> None:
        tabs = list(Tab)
        GoingScreen.action_view(self, tabs[(tabs.index(self.spot.place.tab) + step) % len(tabs)])

    @property
    def leads_back(self) -> bool:
        """Whether there is somewhere to go back to; from the plain timeline there is not."""
        over = self.is_searching or self.detail.has_focus or self.is_reading
        place = self.spot.place
        return bool(over or self.trail or place.unread or place.tab is not Tab.TIMELINE)

    def action_back(self, may_quit: bool = False) -> None:
        """Out of what lies over a pane, out of the page, out of an author or a thread, to the timeline; or out
        altogether."""
        if self.pane is not None and self.pane.back():
            self.show_where()
        elif not self.spot.place.is_pane and self.is_reading:
            self._look_at(self.timeline)
        elif self.detail.has_focus:
            self.set_focus(self.timeline)
        elif self.trail:
            self._open_soon(self.trail.pop())
        elif self.spot.place.unread:
            self.action_filter()
        elif self.spot.place.tab is not Tab.TIMELINE:
            self.action_view(Tab.TIMELINE)
        elif may_quit:
            self.app.exit()
        else:
            self.say(f"This is the timeline. {self.key('quit')} quits.")

    def action_filter(self) -> None:
        """Only what is unread, or all."""
        place = self.spot.place
        if not place.is_items:
            self.say("Only lists of posts can be filtered.")
            return
        self._open_soon(Spot(replace(place, unread=not place.unread), self.timeline.key, self.timeline.line))

    def action_everyone(self) -> None:
        """The timeline of all that this node holds, or of whom one follows."""
        place = self.spot.place
        self._open_soon(Spot(replace(place, everyone=not place.everyone), self.timeline.key, self.timeline.line))
        what = "Everyone whom this node holds" if not place.everyone else "Whom you follow"
        other = "whom you follow" if not place.everyone else "everyone"
        self.say(f"{what}; {self.key('everyone')} shows {other}.")

    def action_thread(self) -> None:
        if self.item is None:
            self.say("Select a post to see its thread.")
        elif self.spot.place.thread is None:
            self.go(Place(self.spot.place.tab, thread=self.item.reference), self.timeline.key)
        else:
            self.say("This is the whole thread.")

    def action_author(self) -> None:
        if self.address is not None and self.address != self.spot.place.author:
            self.go(Place(self.spot.place.tab, author=self.address))
        else:
            self.say("Select somebody's post." if self.address is None else "These are all that are here.")

    @on(Views.Chosen)
    def _chosen(self, message: Views.Chosen) -> None:
        self.action_view(message.tab)

    @on(Pane.Go)
    def _sent(self, message: Pane.Go) -> None:
        self.go(message.place, message.key)

    @on(Timeline.Opened)
    def _opened(self) -> None:
        if isinstance(self.timeline.entry, Author):
            self.action_author()
        else:
            self._look_at(self.detail)
