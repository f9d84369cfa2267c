"""Where the reader left off, as text from one run to the next.

- Every view is found again as it was left: its row, by the reference of the record or the address of the author, since
  keys do not outlive the store; its filter; what was searched for. What a pane keeps is its own business.
- So is the author's page or the thread that lay over the view: the last one, if there were several.
- Nothing in the text is relied on: it may be of another version, or damaged. What can not be read is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thimbl.core.address import Address, AddressError, Reference
from thimbl.store.reader import Reader
from tui.places import Place, Spot, Tab


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the reader was in each view, and which of them was open."""

    tab: Tab = Tab.TIMELINE
    spots: Mapping[Tab, Spot] = field(default_factory=dict)
    panes: Mapping[Tab, Mapping[str, object]] = field(default_factory=dict)
    over: Spot | None = None
    """The author or the thread that lay over that view."""

    @property
    def spot(self) -> Spot:
        """The view to begin with."""
        return self.spots.get(self.tab) or Spot(Place(self.tab))


def remember(kept: Kept) -> str:
    """The text from which :func:`recall` finds the way back."""
    spots = {tab: _data(spot) for tab, spot in kept.spots.items()}
    over = None if kept.over is None else _data(kept.over)
    return json.dumps({"view": kept.tab, "spots": spots, "panes": kept.panes, "over": over}, ensure_ascii=False)


def _data(spot: Spot) -> dict[str, object]:
    place = spot.place
    data = {
        "author": str(place.author) if place.author else None,
        "thread": str(place.thread) if place.thread else None,
        "at": str(spot.at) if spot.at else None,
        "who": str(spot.who) if spot.who else None,
        "line": spot.line,
        "words": place.words,
        "unread": place.unread,
        "everyone": place.everyone,
    }
    return {name: value for name, value in data.items() if value is not None and value is not False and value != ""}


def recall(reader: Reader, text: str | None) -> Kept:
    """What :func:`remember` wrote, with the rows as they are in the store by now."""
    try:
        data = json.loads(text or "{}")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return Kept()
    spots = {tab: _spot(reader, tab, kept) for tab, kept in _maps(data.get("spots")).items()}
    # A search without words is nowhere to begin.
    tab = _tab(data.get("view")) or Tab.TIMELINE
    if tab is Tab.SEARCH and not (tab in spots and spots[tab].place.words):
        tab = Tab.TIMELINE
    return Kept(tab, spots, _maps(data.get("panes")), _over(reader, tab, data.get("over")))


def _tab(value: object) -> Tab | None:
    return Tab(value) if isinstance(value, str) and value in list(Tab) else None


def _maps(value: object) -> dict[Tab, dict[str, Any]]:
    """The maps by view that `value` is one of."""
    pairs = value.items() if isinstance(value, dict) else ()
    found = ((_tab(name), kept) for name, kept in pairs)
    return {tab: kept for tab, kept in found if tab is not None and isinstance(kept, dict)}


def _spot(reader: Reader, tab: Tab, data: Mapping[str, object]) -> Spot:
    words, line = data.get("words"), data.get("line")
    place = Place(
        tab,
        words=words if isinstance(words, str) and tab is Tab.SEARCH else "",
        unread=data.get("unread") is True and tab is not Tab.FOLLOWING,
        everyone=data.get("everyone") is True and tab is Tab.TIMELINE,
    )
    return Spot(place, _key(reader, data), line if type(line) is int else None)


def _over(reader: Reader, tab: Tab, data: object) -> Spot | None:
    """The author's page or the thread that `data` is of, as far as anything of it is here."""
    if not isinstance(data, dict):
        return None
    author, thread, line = data.get("author"), data.get("thread"), data.get("line")
    try:
        if isinstance(thread, str) and reader.find(thread):
            place = Place(tab, thread=Reference.parse(thread))
        elif isinstance(author, str) and reader.author(Address.parse(author)) is not None:
            place = Place(tab, author=Address.parse(author), unread=data.get("unread") is True)
        else:
            return None
    except AddressError:
        return None
    return Spot(place, _key(reader, data), line if type(line) is int else None)


def _key(reader: Reader, data: Mapping[str, object]) -> int | None:
    """The row of the record, or of the author, that was selected; None where neither is here any more."""
    at, who = data.get("at"), data.get("who")
    try:
        if isinstance(at, str):
            found = reader.find(str(Reference.parse(at)))
            return found[0].rowid if found else None
        author = reader.author(Address.parse(who)) if isinstance(who, str) else None
    except AddressError:
        return None
    return None if author is None else author.id
