"""Where a reader can be: the views, an author's posts, a thread; and which rows stand there.

A place is a value, so that going back is a stack of them. What a place lists is found aside from the UI
(`tui.aside`): these functions take a reader of the store, and no widget.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from thimbl.core.address import Address, AddressError, Reference
from thimbl.store.reader import Reader
from thimbl.store.types import Item, Selection, ThreadItem, View
from tui.pages import Facts
from tui.rows import Entry

GLANCE: Final = 200
"""Newest rows that are compared to see whether a list has changed, before all of it is read."""


class Tab(StrEnum):
    """The views, in the order of their keys."""

    TIMELINE = "timeline"
    MENTIONS = "mentions"
    BONDS = "bonds"
    FOLLOWING = "following"
    SEARCH = "search"


VIEWS: Final = {
    Tab.TIMELINE: View.FOLLOWED,
    Tab.MENTIONS: View.MENTIONS,
    Tab.BONDS: View.BONDS,
    Tab.SEARCH: View.SEARCH,
}


@dataclass(frozen=True, slots=True)
class Place:
    """One list. At most one of `author` and `thread` is given, and leads away from its tab."""

    tab: Tab = Tab.TIMELINE
    author: Address | None = None
    thread: Reference | None = None
    words: str = ""
    unread: bool = False

    @property
    def is_items(self) -> bool:
        """Whether it lists items of the store, newest first, and so may be long."""
        return self.thread is None and (self.author is not None or self.tab is not Tab.FOLLOWING)

    @property
    def selection(self) -> Selection:
        """What the store is asked for, where the place lists items."""
        if self.author is not None:
            return Selection(View.AUTHOR, author=self.author, unread=self.unread)
        return Selection(VIEWS[self.tab], words=self.words, unread=self.unread)

    @property
    def title(self) -> str:
        """What it is called over the list."""
        if self.thread is not None:
            return "Thread"
        if self.author is not None:
            return str(self.author)
        name = f"Search: {self.words}" if self.words else self.tab.capitalize()
        return f"{name}, unread" if self.unread else name


@dataclass(slots=True)
class Spot:
    """A place, and where in it the reader is: the selected row, and how far below the top of the list it stands."""

    place: Place
    key: int | None = None
    line: int | None = None
    at: Reference | None = None
    """The selected record, where the row is one: keys do not outlive the store, references do."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a place by their keys. Long lists bring no entries: they are read when they come into sight."""

    keys: list[int]
    entries: Mapping[int, Entry] = field(default_factory=dict)


def listing(reader: Reader, place: Place) -> Listing:
    """The rows of `place`: rowids of items, ids of authors, and for records of a thread that are not here -1, -2, …"""
    if place.thread is not None:
        entries: dict[int, Entry] = {}
        for index, found in enumerate(reader.thread(place.thread)):
            entries[found.item.rowid if found.item is not None else -1 - index] = found
        return Listing(list(entries), entries)
    if not place.is_items:
        authors: dict[int, Entry] = {author.id: author for author in reader.authors()}
        return Listing(list(authors), authors)
    if place.author is None and place.tab is Tab.SEARCH and not place.words.strip():
        return Listing([])
    return Listing(reader.rowids(place.selection))


def newcomers(reader: Reader, place: Place, have: Mapping[int, int]) -> int:
    """How many rows a long list has by now that are not among `have`."""
    if not place.is_items or (place.tab is Tab.SEARCH and place.author is None and not place.words.strip()):
        return 0
    newest = reader.rowids(place.selection, GLANCE)
    if all(rowid in have for rowid in newest) and reader.count(place.selection) <= len(have):
        return 0
    return sum(1 for rowid in reader.rowids(place.selection) if rowid not in have)


def unread_in(reader: Reader, place: Place, have: Mapping[int, int]) -> list[int]:
    """The unread rows of a long list among `have`, newest first."""
    selection = place.selection
    unread = Selection(selection.view, author=selection.author, words=selection.words, unread=True)
    return [rowid for rowid in reader.rowids(unread) if rowid in have]


def counts(reader: Reader) -> dict[Tab, int]:
    """What is unread in each view that counts it; how many are followed for that view."""
    found: dict[Tab, int] = {tab: reader.unread(view) for tab, view in VIEWS.items() if tab is not Tab.SEARCH}
    found[Tab.FOLLOWING] = sum(1 for author in reader.authors() if not author.is_me)
    return found


def facts(reader: Reader, entry: Entry) -> Facts:
    """What the page of `entry` is made of, as it is in the store by now."""
    if isinstance(entry, ThreadItem):
        if entry.item is None:
            return Facts(author=reader.author(entry.reference.address))
        entry = entry.item
    if isinstance(entry, Item):
        item = next(iter(reader.items([entry.rowid])), entry)
        return Facts(item, reader.author(item.address), tuple(reader.thread(item.reference)))
    return Facts(author=reader.author(entry.address) or entry)


def remember(spot: Spot) -> str:
    """The text from which :func:`recall` finds the way back."""
    return json.dumps({"view": spot.place.tab, "at": str(spot.at) if spot.at else None, "line": spot.line})


def recall(reader: Reader, text: str | None) -> Spot:
    """The spot that :func:`remember` wrote; the top of the timeline where that is no longer to be found."""
    try:
        kept = json.loads(text or "{}")
        tab = Tab(kept["view"])
        line = kept["line"] if isinstance(kept["line"], int) else None
        at = Reference.parse(kept["at"]) if kept["at"] else None
    except (ValueError, KeyError, TypeError, AttributeError, AddressError):
        return Spot(Place())
    if tab is Tab.SEARCH:
        return Spot(Place())
    found = reader.find(str(at)) if at is not None else []
    return Spot(Place(tab), found[0].rowid if found else None, line)
