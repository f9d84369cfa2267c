"""Opening where the reader left off, at once: what the first screen shows, asked for in one go before there is one.

It is on the screen when that is painted first. What takes longer comes after it: the other rows of a long list, what is
unread in all views, the poller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thimbl.core.address import Address
from thimbl.store.reader import Reader
from tui import kept, places
from tui.kept import Kept
from tui.pages import Facts
from tui.places import Listing, Spot
from tui.ports import PLACE_KEY
from tui.remembering import remembered


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where to begin, and what is to be seen there."""

    kept: Kept
    spot: Spot
    """Of what was kept, where to begin: the view, or what lay over it."""
    listing: Listing | None = None
    """None where it begins in a pane, which finds for itself what it shows."""
    names: Mapping[Address, str] = field(default_factory=dict)
    """What the reader calls people."""
    facts: Facts = field(default_factory=Facts)
    """What the page of the selected row is made of."""
    version: int | None = None
    """That of the store."""


def resume(reader: Reader, me: Address) -> Resumed:
    """All of it; `me` is the reader's own address."""
    version = reader.data_version()
    found = kept.recall(reader, reader.state(PLACE_KEY))
    spot = found.over or found.spot
    if spot.place.is_pane:
        return Resumed(found, spot, version=version)
    listing = places.opening(reader, spot.place, spot.key)
    key = spot.key if spot.key in listing.entries else next(iter(listing.keys), None)
    entry = None if key is None else listing.entries.get(key)
    facts = Facts() if entry is None else places.facts(reader, entry)
    return Resumed(found, spot, listing, names(reader, me), facts, version)


def names(reader: Reader, me: Address) -> dict[Address, str]:
    """What the reader calls those whom they follow, and themselves."""
    return {**remembered(reader, Reader.nicks), me: "you"}
