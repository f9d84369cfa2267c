"""What is noticed while the reader is elsewhere: the findings of communes, and what they are to be told of.

- How many findings there are follows from whole ledgers. That is asked in the thread of the books, not before the first
  list stands, and seldom; what was folded there is brought up to date, and never folded anew for this (`tui.market`).
- Nobody is told of what was there when the program began, and of nothing twice.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from thimbl.core.counting import counted
from thimbl.core.text import folded
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from thimbl.store.types import Selection, View
from tui.living import LivingScreen
from tui.places import Tab
from tui.workers import begin

STUDY_EVERY: Final = 10.0
"""Seconds between looks at whether the books have changed: nobody acts on a finding sooner."""

MAX_NAMED: Final = 1
"""New mentions that are told one by one; of more at once their number is told."""


def findings(reader: Reader) -> int:
    """How many findings the books of all communes have."""
    from tui.market import count_findings  # only here: the first list needs no rules of communes

    return count_findings(reader)


class NoticingScreen(LivingScreen):
    """The living screen, which notices what is not in sight."""

    ring: Callable[[str], None] | None = None
    """What tells somebody who looks elsewhere; None where they do not want that."""

    _seen_version: int | None = None
    _findings: int | None = None
    _mentions: frozenset[int] | None = None

    def on_mount(self) -> None:
        self._studying = asyncio.Lock()
        self.set_interval(STUDY_EVERY, self._study_soon)

    def settle_in(self) -> None:
        """Know what is there already, too."""
        super().settle_in()
        self._study_soon()
        if self.ring is not None:
            begin(self, partial(self._tell_of_mentions, self.ring), "mentions")

    async def store_changed(self) -> None:
        """What is in sight first, and then what is not."""
        await super().store_changed()
        if self._findings is None:
            self._study_soon()
        if self.ring is not None:
            await self._tell_of_mentions(self.ring)

    # Findings

    def _study_soon(self) -> None:
        if self.version not in (None, self._seen_version) and not self._studying.locked():
            begin(self, self.study, "study")

    async def study(self) -> None:
        """Count the findings anew, where the books have changed."""
        async with self._studying:
            version = self.version
            try:
                found = await self.books.ask(findings)
            except StoreError:
                return  # the look at what is in sight meets the same, and says so
            self._seen_version = version
            self._told_findings(found)

    def _told_findings(self, found: int) -> None:
        before, self._findings = self._findings, found
        self.views.show(self.spot.place.tab, {Tab.COMMUNE: found})
        if self.ring is not None and before is not None and found > before:
            self.ring(f"{counted(found - before, 'new finding')} in the books of a commune.")

    # Mentions

    async def _tell_of_mentions(self, ring: Callable[[str], None]) -> None:
        all_of_them = await self.ask(lambda reader: reader.rowids(Selection(View.MENTIONS)))
        if all_of_them is None:
            return
        before, self._mentions = self._mentions, frozenset(all_of_them)
        new = [] if before is None else [rowid for rowid in all_of_them if rowid not in before]
        items = await self.ask(partial(Reader.items, rowids=new[: MAX_NAMED + 1])) if new else None
        if not items:
            return
        if len(new) > MAX_NAMED:
            ring(f"{len(new)} new mentions.")
            return
        [item] = items
        called = item.nick or item.name.strip() or item.address.place
        # Who folds a text under a subject does not want it read over somebody's shoulder.
        ring(f"{called} ({item.address.place}): {folded(item.subject, item.text)}")
