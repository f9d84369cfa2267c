"""The archive of an account as the web has it: the files of plan-format 7, with what Finger's views tell and no more.

- A page has what ``before/N`` gives: the records as they were published, those of the plan in place of those beside it,
  and nothing above the head. What its author withheld is there by its digest.
- A page that is not whole, or on which the record above it does not stand, is left out (plan-format 8.20): nobody is to
  take a damaged disk for a forgery.
- An answer reads one page. The one above it is looked through as bytes for a single id, and is not parsed.
"""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Protocol

from thimbl.core.archive import PAGE, page_name, page_start, start_of, write_page
from thimbl.core.plan import Plan
from thimbl.core.records import Record
from thimbl.home.planfiles import FOLLOWING_FILE
from thimbl.node.serving.copies import StoreArchive
from thimbl.node.serving.views import Archive, FileArchive, escaped, following_list


class Beside(Archive, Protocol):
    """What lies beside a plan, and what may be asked of it without reading it all."""

    def has(self, start: int) -> bool:
        """Whether the page that begins with `start` is there, as far as a look from outside tells."""

    def stands_on(self, start: int, id_: str) -> bool:
        """Whether the page that begins with `start` names this id as the one before its first record."""


class FilesBeside(FileArchive):
    """Of an account here."""

    def has(self, start: int) -> bool:
        """See `Beside`."""
        return self.account.publishes(self.account.archive / page_name(start))

    def stands_on(self, start: int, id_: str) -> bool:
        """See `Beside`."""
        raw = self._read(page_name(start))
        return raw is not None and re.search(rb'"prev"\s*:\s*"%s"' % id_.encode("ascii"), raw) is not None


class StoreBeside(StoreArchive):
    """Of a copy."""

    def has(self, start: int) -> bool:
        """See `Beside`."""
        return start >= self._copy.floor

    def stands_on(self, start: int, id_: str) -> bool:
        """See `Beside`."""
        above = self._reader.record_data(self._copy.author.address, start, start)
        return [data.get("prev") for data in above] == [id_]


class LogFiles:
    """A `thimbl.home.shown.Archive` of one log. `plan` is what is published of it; it may be the head alone."""

    def __init__(self, plan: Plan, beside: Beside) -> None:
        self._plan, self._beside = plan, beside
        self._shown = {record.seq: record for record in plan.records}
        self._lowest = min(self._shown, default=plan.head.seq + 1)

    def names(self) -> Iterator[str]:
        """See `thimbl.home.shown.Archive`."""
        if self._list() is not None:
            yield FOLLOWING_FILE
        for start in range(page_start(self._plan.head.seq), 0, -PAGE) if self._plan.head.seq else ():
            if self._lowest > start and not self._beside.has(start):
                return
            yield page_name(start)

    def read(self, name: str) -> str | None:
        """See `thimbl.home.shown.Archive`."""
        if name == FOLLOWING_FILE:
            listed = self._list()
            return None if listed is None else escaped(_line(listed))
        start = start_of(name)
        records = [] if start is None or start > self._plan.head.seq else self._page(start)
        return escaped(write_page(records)) if records else None

    def _list(self) -> Any:
        return following_list(self._beside, self._plan)

    def _page(self, start: int) -> list[Record]:
        """The records of a page, oldest first; none where it is not whole, or not of this log."""
        end = min(start + PAGE - 1, self._plan.head.seq)
        found = self._shown if self._lowest <= start else {**self._beside.page(start), **self._shown}
        records = [found[seq] for seq in range(start, end + 1) if seq in found]
        if len(records) <= end - start or any(above.prev != below.id for below, above in pairwise(records)):
            return []
        return records if self._hangs(records[-1]) else []

    def _hangs(self, newest: Record) -> bool:
        """Whether the newest record of a page is the one that the plan, or the page above, stands on."""
        if newest.seq == self._plan.head.seq:
            return newest.id == self._plan.head.last
        if (above := self._shown.get(newest.seq + 1)) is not None:
            return above.prev == newest.id
        return self._beside.stands_on(newest.seq + 1, newest.id)


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
