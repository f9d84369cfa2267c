"""Finding one post of an account by the beginning of its id, in its plan and its archive.

A record does not hold its own id, but the one after it names it as `prev`. So a page of the archive is searched as
bytes, and parsed only where something was found: to parse all of a long archive would take seconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import begins_id
from thimbl.core.archive import PAGE, page_name, page_start
from thimbl.core.plan import Plan
from thimbl.core.records import Record
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.posts import Post, posts_now
from thimbl.node.serving.views import FileArchive

MAX_PAGES: Final = 50
"""Pages of the archive that are searched, newest first: 5,000 records, in some milliseconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record."""

    record: Record
    post: Post | None
    """What it says now; None where it is no post, or its author retracted it."""
    run: tuple[Record, ...] = ()
    """The record, and of those above it the ones that change it, newest first; others may be among them."""


def find_post(account: Account, plan: Plan, prefix: str) -> Found | tuple[str, ...]:
    """The record of this log whose id begins so; the ids that fit where they are several, empty where there is none."""
    if not begins_id(prefix):
        return ()
    by_id = {record.id: record for record in plan.records}
    pages = _Pages(account, plan)
    ids = {id_ for id_ in (*by_id, *pages.named(prefix)) if id_.startswith(prefix)}
    if len(ids) != 1:
        return tuple(sorted(ids))
    found = ids.pop()
    if found in by_id:
        return _found(by_id[found], plan.records)
    record = pages.record(found)
    return () if record is None else _found(record, pages.above(record))


def _found(record: Record, run: tuple[Record, ...]) -> Found:
    return Found(record, next((post for post in posts_now(run) if post.id == record.id), None), run)


class _Pages:
    """The archive below a plan's window, newest page first, as bytes."""

    def __init__(self, account: Account, plan: Plan) -> None:
        self._plan = plan
        self._archive = FileArchive(account)
        self._raw: dict[int, bytes] = {}
        oldest = plan.oldest
        below = plan.head.seq if oldest is None else oldest.seq - 1
        for start in range(page_start(max(below, 1)), 0, -PAGE)[:MAX_PAGES]:
            file = account.read(account.archive / page_name(start))
            if file is None:
                break
            self._raw[start] = file.raw

    def named(self, prefix: str) -> set[str]:
        """The ids that begin so, of records that another one names as the one before it."""
        wanted = re.compile(rb'"prev"\s*:\s*"(' + prefix.encode("ascii") + rb'[a-z2-7]*)"')
        found = {match.decode("ascii") for raw in self._raw.values() for match in wanted.findall(raw)}
        oldest = self._plan.oldest
        return found if oldest is None or oldest.prev is None else found | {oldest.prev}

    def record(self, id_: str) -> Record | None:
        """The record of this id."""
        for start, raw in self._raw.items():
            # It is on the page that names it, or the newest of the page below that.
            if id_.encode("ascii") in raw or start == max(self._raw):
                for page in (self._page(start), self._page(start - PAGE)):
                    for record in page.values():
                        if record.id == id_ and record.seq <= self._plan.head.seq:
                            return record
        return None

    def above(self, record: Record) -> tuple[Record, ...]:
        """`record` and those of the records above it that edit or retract it, newest first."""
        targets, taken = {record.id}, [record]
        for start in sorted(self._raw):
            if start + PAGE <= record.seq:
                continue
            if any(target.encode("ascii") in self._raw[start] for target in targets):
                for other in sorted(self._page(start).values(), key=lambda other: other.seq):
                    if other.seq > record.seq and other.body.get("of") in targets:
                        targets.add(other.id)
                        taken.append(other)
        seen = {other.seq for other in taken}
        for other in reversed(self._plan.records):
            if other.seq not in seen and other.body.get("of") in targets:
                targets.add(other.id)
                taken.append(other)
        return tuple(reversed(taken))

    def _page(self, start: int) -> Mapping[int, Record]:
        return self._archive.page(start) if start in self._raw else {}
