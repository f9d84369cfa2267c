"""The one screen, as far as it is for reading: views, list, page, search, and marking as read.

- Everything that is read is asked for aside (`tui.aside`) by a worker; a worker that a newer one overtakes is
  cancelled, so that holding a key down costs no queue.
- A place is left as it was and found again so; `back` works everywhere.
- A row that was shown for a moment is marked as read, once.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input

from thimbl.core.address import Address, Reference
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item, ThreadItem
from tui import places
from tui.aside import Pen, Shelf, told
from tui.bars import Status, Views
from tui.detail import Detail
from tui.marks import Marks
from tui.pages import Facts
from tui.places import Place, Spot, Tab
from tui.ports import PLACE_KEY
from tui.rows import Entry
from tui.timeline import Timeline
from tui.welcome import empty
from tui.workers import begin

T = TypeVar("T")

AGES_EVERY: Final = 30.0
"""Seconds between drawings of the ages, whose smallest unit is a minute."""

READ_AFTER: Final = 0.3
"""Seconds that a post is on the screen until it counts as read: longer than passing over it takes."""

MAX_TRAIL: Final = 50
"""Steps that can be gone back."""


class ReadingScreen(Screen[None]):
    """Views, list and page."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-beside"), (130, "-wide")]

    def __init__(self, shelf: Shelf, pen: Pen, clock: Callable[[], float]) -> None:
        super().__init__()
        self.shelf, self.pen, self.clock = shelf, pen, clock
        self.spot = Spot(Place())
        self.trail: list[Spot] = []
        self._listed: Spot | None = None
        self._spots: dict[Tab, Spot] = {}
        self.marks = Marks()
        self._kept_unread: int | None = None
        self._titled = ""
        self.begun = False
        self.views = Views(str(pen.desk.address), id="views")
        self.timeline = Timeline(clock, id="timeline")
        self.detail = Detail(clock, id="detail")
        self.status = Status(id="status")
        self.words = Input(placeholder="words, or #tag", id="search", compact=True)

    def compose(self) -> ComposeResult:
        with Container(id="body"):
            yield self.views
            with Container(id="panes"):
                with Vertical(id="list"):
                    yield self.words
                    yield self.timeline
                yield self.detail
        yield self.status
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.words.display = False
        self.timeline.focus()
        begin(self, self._start, "place")
        self.set_interval(AGES_EVERY, self._tick)

    async def _start(self) -> None:
        kept = await self.ask(lambda reader: places.recall(reader, reader.state(PLACE_KEY)))
        await self.open_place(kept or Spot(Place()))
        self.begun = True

    def _tick(self) -> None:
        self.timeline.tick()
        self.detail.tick()

    # Asking and telling

    async def ask(self, question: Callable[[Reader], T]) -> T | None:
        """What the store says; None where it can not be read, which the status line tells."""
        try:
            return await self.shelf.ask(question)
        except StoreError as error:
            self.status.say(told(error), trouble=True)
            return None

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Tell the person something, in the status line; escaped there."""
        self.status.say(text, trouble=trouble)

    @property
    def item(self) -> Item | None:
        """The selected item, where one is."""
        entry = self.timeline.entry
        return entry.item if isinstance(entry, ThreadItem) else entry if isinstance(entry, Item) else None

    @property
    def address(self) -> Address | None:
        """Whom the selected row is about."""
        entry = self.timeline.entry
        if isinstance(entry, ThreadItem):
            return entry.reference.address
        return entry.address if entry is not None else None

    # Going to places

    def go(self, place: Place, key: int | None = None) -> None:
        """Open another place over this one; `back` comes back."""
        self._leave()
        self.trail = [*self.trail, self.spot][-MAX_TRAIL:]
        self._open_soon(Spot(place, key))

    def _leave(self) -> None:
        if not self.is_listed:
            return
        self.spot.key, self.spot.line = self.timeline.key, self.timeline.line
        self.spot.at = self.item.reference if self.item is not None else None
        if not self.trail:
            self._spots[self.spot.place.tab] = self.spot

    @property
    def is_listed(self) -> bool:
        """Whether the list is that of the place where the reader is, and not still of the one before."""
        return self._listed is self.spot

    def _open_soon(self, spot: Spot) -> None:
        self.spot = spot  # at once, so that the next key is about this place
        self.status.offer(0)
        self.show_where()
        begin(self, partial(self.open_place, spot), "place", exclusive=True)

    async def open_place(self, spot: Spot) -> None:
        """List a place."""
        self.spot = spot
        listing = await self.ask(partial(places.listing, place=spot.place))
        if listing is None or self.spot is not spot:
            return
        self._listed = spot
        self.timeline.show_blank(empty(spot.place, str(self.pen.desk.address)))
        self.timeline.show(listing.keys, self.marks.apply(listing.entries), spot.key, spot.line)
        self.status.offer(0)
        self.show_where()
        await self.count()

    def show_where(self) -> None:
        """Say which list this is, and which row of it is selected."""
        place = self.spot.place
        self.views.show(place.tab)
        total = len(self.timeline.keys)
        position = f"{self.timeline.row + 1:,} of {total:,}" if total else "nothing here"
        self.status.set_where(f"{place.title} · {position}")
        if self._titled != place.title:  # setting it lays out and styles anew
            self._titled = place.title
            self.query_one("#list").border_title = Text(place.title)

    def action_view(self, name: str) -> None:
        """Another view, where it was left."""
        tab = Tab(name)
        self._leave()
        self.trail = []
        self._open_soon(self._spots.get(tab, Spot(Place(tab))))
        if tab is Tab.SEARCH and not self._spots.get(tab, Spot(Place(tab))).place.words:
            self.action_search()
        else:
            self._hide_search()

    def action_turn_view(self, step: int) -> None:
        tabs = list(Tab)
        self.action_view(tabs[(tabs.index(self.spot.place.tab) + step) % len(tabs)])

    def action_back(self, may_quit: bool = False) -> None:
        """Out of the search line, out of the page, out of an author or a thread, to the timeline; or out altogether."""
        if self.words.has_focus:
            self._hide_search()
        elif self.has_class("-reading"):
            self.remove_class("-reading")
            self.timeline.focus()
        elif self.detail.has_focus:
            self.timeline.focus()
        elif self.trail:
            self._open_soon(self.trail.pop())
        elif self.spot.place.unread:
            self.action_filter()
        elif self.spot.place.tab is not Tab.TIMELINE:
            self.action_view(Tab.TIMELINE)
        elif may_quit:
            self.app.exit()
        else:
            self.say("This is the timeline. q quits.")

    def action_filter(self) -> None:
        if not self.spot.place.is_items:
            self.say("Only lists of posts can be filtered.")
            return
        place = replace(self.spot.place, unread=not self.spot.place.unread)
        self._open_soon(Spot(place, self.timeline.key, self.timeline.line))

    def action_thread(self) -> None:
        if self.item is None:
            self.say("Select a post to see its thread.")
        elif self.spot.place.thread is None:
            self.go(Place(self.spot.place.tab, thread=self.item.reference), self.timeline.key)

    def action_author(self) -> None:
        if self.address is not None and self.address != self.spot.place.author:
            self.go(Place(self.spot.place.tab, author=self.address))

    @on(Views.Chosen)
    def _chosen(self, message: Views.Chosen) -> None:
        self.action_view(message.tab)

    @on(Timeline.Opened)
    def _opened(self) -> None:
        if isinstance(self.timeline.entry, Author):
            self.action_author()
        else:
            self.add_class("-reading")  # where the screen is narrow, the page takes all of it
            self.detail.focus()

    @on(Detail.Followed)
    def _followed(self, message: Detail.Followed) -> None:
        begin(self, partial(self._go_to, message.reference), "place", exclusive=True)

    async def _go_to(self, reference: Reference) -> None:
        found = await self.ask(lambda reader: reader.find(str(reference)))
        if not found:
            self.say("That record is not here: follow its author to read it.")
        elif found[0].rowid in self.timeline.row_of and not self.spot.place.is_items:
            self.timeline.select_key(found[0].rowid)
        else:
            self.go(Place(self.spot.place.tab, thread=reference), found[0].rowid)

    # Searching

    def action_search(self) -> None:
        self.words.display = True
        self.words.focus()

    def _hide_search(self) -> None:
        self.words.display = False
        self.timeline.focus()

    @on(Input.Submitted, "#search")
    def _searched(self, message: Input.Submitted) -> None:
        words = message.value.strip()
        if words:
            self._leave()
            self.trail = []
            self._open_soon(Spot(Place(Tab.SEARCH, words=words)))
        self._hide_search()

    # Entries and the page

    @on(Timeline.Wanted)
    async def _wanted(self, message: Timeline.Wanted) -> None:
        begin(self, partial(self.supply, message.keys), "supply")

    async def supply(self, keys: list[int]) -> None:
        """Read entries for the list."""
        items = await self.ask(lambda reader: reader.items(keys))
        if items is None:
            self.timeline.unsupplied(keys)
        else:
            self.timeline.supply(self.marks.apply({item.rowid: item for item in items}))

    @on(Timeline.Moved)
    def _moved(self, message: Timeline.Moved) -> None:
        self.show_where()
        if message.key != self._kept_unread:
            self._kept_unread = None
        if message.key is None:
            self.detail.show(Facts())
        elif self.timeline.entry is not None:
            begin(self, partial(self._show_page, self.timeline.entry, message.key), "page", exclusive=True)

    async def _show_page(self, entry: Entry, key: int) -> None:
        facts = await self.ask(partial(places.facts, entry=entry))
        if facts is None or key != self.timeline.key:
            return
        self.detail.show(facts)
        item = facts.item
        if item is not None and self.marks.is_unread(item) and item.rowid != self._kept_unread:
            await asyncio.sleep(READ_AFTER)
            if key == self.timeline.key and item.rowid != self._kept_unread:
                self.mark([item.rowid], True)

    def action_unfold(self) -> None:
        self.detail.unfold()

    # What is read

    def mark(self, rowids: Iterable[int], read: bool) -> None:
        """Mark items here at once, and in the store aside."""
        begin(self, partial(self._mark, list(rowids), read), "mark")

    async def _mark(self, rowids: list[int], read: bool) -> None:
        self._show_marked(rowids, read)
        try:
            await self.pen.do(lambda desk: desk.mark(rowids, read))
        except Exception as error:  # a desk may raise anything; the person is told
            self.say(told(error), trouble=True)
            self._show_marked(rowids, not read)
        self.marks.settle(rowids)
        await self.count()

    def _show_marked(self, rowids: Iterable[int], read: bool) -> None:
        self.marks.note(rowids, read)
        for rowid in rowids:
            if (entry := self.timeline.entry_of(rowid)) is not None:
                self.timeline.replace(rowid, self.marks.one(entry))

    def action_toggle_read(self) -> None:
        if (item := self.item) is not None:
            self._kept_unread = None if self.marks.is_unread(item) else item.rowid
            self.mark([item.rowid], self.marks.is_unread(item))

    async def count(self) -> None:
        """Show how much is unread in each view."""
        counts = await self.ask(places.counts)
        if counts is not None:
            self.views.show(self.spot.place.tab, counts)

    @property
    def remembered(self) -> str:
        """The text of `PLACE_KEY`: the place at the bottom of the trail, since that is where one reads."""
        self._leave()
        return places.remember(self.trail[0] if self.trail else self.spot)
