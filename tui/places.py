"""Where a reader can be: the views, an author's posts, a thread; and which rows stand there.

- A place is a value, so that going back is a stack of them.
- What a place lists is found aside from the UI (`tui.aside`): these functions take a reader of the store, and no
  widget. Some views are no list of posts: those are panes (`tui.pane`), which find for themselves what they show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.store.reader import Reader
from thimbl.store.types import Item, Selection, ThreadItem, View
from tui.order import Descending
from tui.pages import Facts
from tui.remembering import remembered
from tui.rows import Entry

GLANCE: Final = 200
"""Newest rows that are compared to see whether a list has changed, before all of it is read."""

FIRST: Final = 60
"""Keys of a long list that are read before the others: several screens, in a millisecond."""

FIRST_READ: Final = 40
"""Of these, entries that are read with them, around the row that is selected: a screen of a hundred lines."""


class Tab(StrEnum):
    """The views, in the order of their keys."""

    TIMELINE = "timeline"
    MENTIONS = "mentions"
    BONDS = "bonds"
    COMMUNE = "commune"
    FOLLOWING = "following"
    SEARCH = "search"
    LOG = "log"


PANES: Final = frozenset({Tab.BONDS, Tab.COMMUNE, Tab.LOG})
"""The views that are no list of posts."""

VIEWS: Final = {
    Tab.TIMELINE: View.FOLLOWED,
    Tab.MENTIONS: View.MENTIONS,
    Tab.BONDS: View.BONDS,
    Tab.SEARCH: View.SEARCH,
}
"""Which items of the store belong to a view. For Bonds, which is a pane, they are only counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """One list, or one pane. At most one of `author` and `thread` is given, and leads away from its tab."""

    tab: Tab = Tab.TIMELINE
    author: Address | None = None
    thread: Reference | None = None
    words: str = ""
    unread: bool = False
    everyone: bool = False
    """In the timeline: all that this node holds, and not only those who are followed."""

    @property
    def is_view(self) -> bool:
        """Whether it is a view itself, and not an author or a thread over one."""
        return self.author is None and self.thread is None

    @property
    def is_pane(self) -> bool:
        """Whether it is no list of posts."""
        return self.is_view and self.tab in PANES

    @property
    def is_items(self) -> bool:
        """Whether it lists items of the store, newest first, and so may be long."""
        if self.is_view:
            return self.tab in VIEWS and self.tab not in PANES
        return self.author is not None

    @property
    def selection(self) -> Selection:
        """What the store is asked for, where the place lists items."""
        if self.author is not None:
            return Selection(View.AUTHOR, author=self.author, unread=self.unread)
        view = View.EVERYONE if self.everyone and self.tab is Tab.TIMELINE else VIEWS[self.tab]
        return Selection(view, words=self.words, unread=self.unread)

    @property
    def title(self) -> str:
        """What it is called over the list."""
        if self.thread is not None:
            return "Thread"
        if self.author is not None:
            name = str(self.author)
        elif self.words:
            name = f"Search: {self.words}"
        elif self.tab is Tab.TIMELINE:
            name = "Timeline, everyone" if self.everyone else "Timeline, followed"
        else:
            name = self.tab.capitalize()
        return f"{name}, unread" if self.unread else name


@dataclass(slots=True)
class Spot:
    """A place, and where in it the reader is: the selected row, and how far below the top of the list it stands."""

    place: Place
    key: int | None = None
    line: int | None = None
    at: Reference | None = None
    """The selected record, where the row is one: keys do not outlive the store, references do."""
    who: Address | None = None
    """The selected author, where the row is one; likewise."""
    reading: bool = False
    """Whether the page of that row was read, and not the list."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a place by their keys. Of long lists the entries that are seen first come with them, if any: the
    others are read when they come into sight."""

    keys: Sequence[int]
    entries: Mapping[int, Entry] = field(default_factory=dict)
    is_whole: bool = True
    """Whether these are all rows, and not only the first."""


MAX_LEFT: Final = 4
"""Lists that were left whose rows are remembered: 8 bytes a row."""


class Left:
    """The rows of the lists that were left last: whoever comes back to the middle of one sees it at once, and what has
    changed in it meanwhile a moment later."""

    def __init__(self) -> None:
        self._rows: dict[Place, Sequence[int]] = {}

    def note(self, place: Place, keys: Sequence[int]) -> None:
        """A list was left."""
        self._rows.pop(place, None)
        self._rows[place] = keys
        if len(self._rows) > MAX_LEFT:
            del self._rows[next(iter(self._rows))]

    def rows(self, place: Place) -> Sequence[int]:
        """The keys of its rows, top first; none of a list that was not left lately."""
        return self._rows.get(place, ())


def opening(reader: Reader, place: Place, key: int | None = None, known: Sequence[int] = ()) -> Listing:
    """What is shown of `place` at once, where the row of `key` is to be selected: of a long list those rows that were
    `known` when the reader was there last, or its first; all only where it has that row, and in neither."""
    if not place.is_items or _asks_nothing(place):
        return listing(reader, place)
    keys: Sequence[int] = reader.rowids(place.selection, FIRST)
    is_whole = len(keys) < FIRST
    if not is_whole and (key in known or (key is None and list(known[:FIRST]) == keys)):
        keys = known
    elif key is not None and not is_whole and key not in keys and reader.holds(place.selection, key):
        keys, is_whole = listing(reader, place).keys, True
    made = keys if isinstance(keys, Descending) else Descending(keys)
    at = 0 if key is None else max(0, (made.row(key) or 0) - FIRST_READ // 2)
    return Listing(made, as_listed(reader.items(made[at : at + FIRST_READ]), place), is_whole)


def listing(reader: Reader, place: Place) -> Listing:
    """The rows of `place`: rowids of items, ids of authors, and for what a thread names and is not here `absent`."""
    if place.thread is not None:
        entries: dict[int, Entry] = {}
        for found in reader.thread(place.thread):
            entries[found.item.rowid if found.item is not None else absent(found.reference)] = found
        return Listing(list(entries), entries)
    if place.is_pane:
        return Listing([])
    if not place.is_items:
        authors: dict[int, Entry] = {author.id: author for author in remembered(reader, Reader.authors)}
        return Listing(list(authors), authors)
    if _asks_nothing(place):
        return Listing([])
    return Listing(Descending(reader.rowids(place.selection)))


def absent(reference: Reference) -> int:
    """The key of a record that is not here: below all rowids, and the same wherever it stands in its thread."""
    return -1 - int.from_bytes(blake2b(str(reference).encode(), digest_size=7).digest())


def _asks_nothing(place: Place) -> bool:
    return place.author is None and place.tab is Tab.SEARCH and not place.words.strip()


def newcomers(reader: Reader, place: Place, have: Mapping[int, int]) -> int:
    """How many rows a long list has by now that are not among `have`."""
    if not place.is_items or _asks_nothing(place):
        return 0
    newest = reader.rowids(place.selection, GLANCE)
    if all(rowid in have for rowid in newest) and reader.count(place.selection) <= len(have):
        return 0
    return len(set(reader.rowids(place.selection)).difference(have))


def unread_in(reader: Reader, place: Place, have: Iterable[int]) -> list[int]:
    """The unread rows of a long list among `have`, newest first."""
    selection = place.selection
    unread = Selection(selection.view, author=selection.author, words=selection.words, unread=True)
    known = frozenset(have)
    return [rowid for rowid in reader.rowids(unread) if rowid in known]


def counts(reader: Reader, everyone: bool = False) -> dict[Tab, int]:
    """What is unread in each view that counts it; how many are followed, and how many of them did not answer.

    `everyone`: whether the timeline is that of all whom this node holds. Commune is not among them: its findings follow
    from whole ledgers, and are counted by themselves (`tui.noticing`).
    """
    views = {**VIEWS, Tab.TIMELINE: View.EVERYONE} if everyone else VIEWS
    found: dict[Tab, int] = {tab: reader.unread(view) for tab, view in views.items() if tab is not Tab.SEARCH}
    found[Tab.FOLLOWING], found[Tab.LOG] = remembered(reader, _followed)
    return found


def _followed(reader: Reader) -> tuple[int, int]:
    """How many are followed, and how many of them did not answer."""
    followed = [author for author in remembered(reader, Reader.authors) if not author.is_me]
    return len(followed), sum(1 for author in followed if author.failure)


def as_listed(items: Iterable[Item], place: Place) -> dict[int, Entry]:
    """Items as `place` shows them: on an author's own page, which was asked for by name, nothing is muted."""
    if place.author is None:
        return {item.rowid: item for item in items}
    return {item.rowid: replace(item, muted=None) for item in items}


def facts(reader: Reader, entry: Entry) -> Facts:
    """What the page of `entry` is made of, as it is in the store by now; muted where its row is."""
    if isinstance(entry, ThreadItem):
        if entry.item is None:
            return Facts(author=reader.author(entry.reference.address))
        entry = entry.item
    if isinstance(entry, Item):
        item = next(iter(reader.items([entry.rowid])), entry)
        item = item if entry.muted is not None else replace(item, muted=None)
        return Facts(item, reader.author(item.address), tuple(reader.thread(item.reference)))
    return Facts(author=reader.author(entry.address) or entry)


def facts_of(reader: Reader, address: Address) -> Facts:
    """What the page of somebody is made of, of whom there is no post to select."""
    author = reader.author(address)
    return Facts(author=author) if author is not None else Facts(stranger=address)
