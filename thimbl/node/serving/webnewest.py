"""The newest of all who agreed to be listed, for the timeline and the tags of the web (plan-format 4 and 8.18).

- Of those here whom Finger lists, and of those whose copy is shown and whose plan says `listed` as well: a person who
  did not agree on their own host does not become part of a list on another.
- Made in the background, once it is known who agreed, and not again at once (`thimbl.node.serving.refreshed`); of an
  account whose plan is as it was, nothing is read again. It is handed out whole, and nobody changes it any more.
- A post from the future, by more than a day, is nobody's yet; one from today's is of now.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, Final

from thimbl.core.log import Verdict
from thimbl.core.records import POST
from thimbl.core.text import tags
from thimbl.home.shown import Listing
from thimbl.node.serving.census import DAY, Census, Entry
from thimbl.node.serving.views import published
from thimbl.node.serving.weblog import WrittenBy, is_shown, public

if TYPE_CHECKING:
    from thimbl.core.plan import Plan
    from thimbl.node.serving.copies import Copies
    from thimbl.store.types import Item

WRITERS: Final = 200
"""Of those here, and as many of those whose copies are shown: whose newest posts are looked through. To read the plan
of one takes some milliseconds, once for each change of it."""

EACH: Final = 50
"""Items of one writer: what a plan shows of its log is about as much."""

KEPT: Final = 1_000
"""Items in all: thirty pages, some 3 MB. Who looks for more than that looks for somebody, and finds them there."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Items, newest first."""

    items: tuple["Item", ...] = ()
    by_tag: Mapping[str, tuple["Item", ...]] = field(default_factory=dict)
    """The posts with each tag, folded and without ``#``, newest first."""
    changed: int = 0
    """Since when they are these, in Unix seconds: no two states have the same."""


def page_of(items: Sequence["Item"], before: str, limit: int, changed: int | None = None) -> Listing:
    """At most `limit` of `items` from behind the one that `before` names. Raises `LookupError` for what is none.

    `before` is `SECONDS.ID`, the place of an item in the order, so that a list goes on where it was left though others
    have posted since, or the item itself is gone.
    """
    rest = items
    if before:
        place = _place(before)
        rest = [item for item in items if order(item) < place]
    shown = tuple(rest[:limit])
    return Listing(shown, f"{shown[-1].time}.{shown[-1].id}" if shown and len(rest) > limit else None, changed)


def order(item: "Item") -> tuple[int, str]:
    """What items are sorted by, newest first: the largest of it first."""
    return item.time, item.id


def _place(before: str) -> tuple[int, str]:
    seconds, _, id_ = before.partition(".")
    if not (seconds.lstrip("-").isdecimal() and seconds.isascii() and len(seconds) <= 16 and id_):
        raise LookupError(before)
    return int(seconds), id_


class Gatherer:
    """Gathers them. `census` tells who agreed, `judge` what is concluded of a plan; `now` is Unix seconds."""

    def __init__(
        self,
        census: Callable[[], Census | None],
        copies: "Copies | None",
        judge: Callable[["Plan"], Verdict],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._census, self._copies, self._judge, self._now = census, copies, judge, now
        self._known: dict[str, tuple[Entry, list[Item]]] = {}
        self._last: tuple[list[Item], Newest] | None = None

    def gather(self) -> Newest | None:
        """The newest; None while it is not known who agreed."""
        census = self._census()
        if census is None:
            return None
        writers = nlargest(WRITERS, census.listed, key=_newest)
        known = {entry.account.name: self._items_of(entry) for entry in writers}
        self._known = known
        here = [item for _, items in known.values() for item in items]
        elsewhere = [] if self._copies is None else map(public, self._copies.newest(WRITERS, EACH))
        found = list({item.id: item for item in (*elsewhere, *here)}.values())
        return self._sorted([item for item in found if is_shown(item)])

    def _sorted(self, found: "list[Item]") -> Newest:
        now = int(self._now())
        until = now + DAY
        items = nlargest(KEPT, (item for item in found if item.time <= until), key=order)
        if self._last is None or self._last[0] != items:
            changed = now if self._last is None else max(now, self._last[1].changed + 1)
            self._last = items, Newest(tuple(items), _by_tag(items), changed)
        return self._last[1]

    def _items_of(self, entry: Entry) -> "tuple[Entry, list[Item]]":
        before = self._known.get(entry.account.name)
        if before is not None and before[0] is entry:
            return before
        time.sleep(0)  # where this runs beside the answers, they come first
        file = entry.account.read(entry.account.plan)
        plan = None if file is None else published(entry.account, file.raw).plan
        if plan is None:
            return entry, []
        by = WrittenBy(
            plan.head.address, plan.head.name or entry.account.full_name, self._judge(plan), lambda offer: None
        )
        return entry, [item for item in by.items(plan.records) if is_shown(item)][:EACH]


def _newest(entry: Entry) -> int:
    return entry.newest or 0


def _by_tag(items: "Iterable[Item]") -> dict[str, tuple["Item", ...]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        for tag in tags(item.text) if item.kind == POST else ():
            found.setdefault(tag, []).append(item)
    return {tag: tuple(some) for tag, some in found.items()}
