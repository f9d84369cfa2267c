"""What an account here wrote, as items of a timeline, from its plan and its archive (plan-format 3 and 7).

- An item says what the post says now: edits in place, by the same rules as the store's (`thimbl.store.derive`).
- A list may be asked for from any seq down. What lies above it is looked through for edits and retractions only: pages
  of the archive as bytes, and parsed where they have any.
- As with Finger's `before`, what is shown hangs together down to the first gap.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from thimbl.core.address import Address, Reference
from thimbl.core.archive import PAGE, page_name, page_start
from thimbl.core.log import Verdict
from thimbl.core.plan import Plan
from thimbl.core.records import EDIT, POST, RETRACT, Record
from thimbl.home.shown import Listing
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.views import FileArchive
from thimbl.store.changes import is_change
from thimbl.store.derive import Shown, counts, is_item, line_of, target_of
from thimbl.store.types import Item

MAX_PAGES: Final = 100
"""Pages of the archive, newest first, that a list reaches down to: 10,000 records, some 6 MB that are read to make it.
What lies deeper, Finger gives (`before/N`)."""

SeriesOf = Callable[[str], str | None]
"""From the reference of an offer to the code of its series, where that is known."""


class WrittenBy:
    """Makes items of the records of one author."""

    def __init__(self, address: Address, name: str, verdict: Verdict | None, series_of: SeriesOf) -> None:
        self._address, self._name, self._verdict, self._series_of = address, name, verdict, series_of

    def items(self, records: Sequence[Record], changes: Iterable[Record] = ()) -> list[Item]:
        """The posts and announcements among `records`, newest first, as they read now.

        `records` are of one log, newest first, and so are `changes`: edits and retractions from above them.
        """
        shown = settled([*changes, *records])
        return [self._item(record, shown.get(record.id, Shown())) for record in records if is_item(record.kind)]

    def _item(self, record: Record, shown: Shown) -> Item:
        line = line_of(record, shown)
        offer = record.body.get("offer")
        return Item(
            rowid=0,
            address=self._address,
            name=self._name,
            nick=None,
            is_me=False,
            verdict=self._verdict,
            id=line.id,
            seq=line.seq,
            time=line.time,
            kind=line.kind,
            text=line.words if line.kind == POST else "",
            subject=line.subject,
            re=None if line.re is None else Reference.parse(line.re),
            to=None,
            edited=line.edited,
            retracted=line.retracted,
            withheld=line.withheld,
            unread=False,
            malformed=line.malformed,
            body={} if record.withheld else record.body,
            series=self._series_of(offer) if isinstance(offer, str) else None,
        )


def settled(records: Sequence[Record]) -> dict[str, Shown]:
    """What the edits and retractions among `records` (newest first) come to, by the id of the post."""
    gone = {target_of(record) for record in records if record.kind == RETRACT}
    roots = {record.id: record.id for record in records if record.kind == POST}
    shown = {root: Shown(retracted=True) for root in roots if root in gone}
    for record in reversed(records):
        root = roots.get(target_of(record) or "") if record.kind == EDIT else None
        if root is None:
            continue
        roots[record.id] = root  # an edit may be of an edit
        if counts(record) and record.id not in gone and root not in gone:
            shown[root] = Shown(record.text, record.time)
    return shown


def is_shown(item: Item) -> bool:
    """Whether a list has it: not what is no longer to be read, or never was."""
    return not (item.retracted or item.withheld or item.malformed)


def public(item: Item) -> Item:
    """An item without what is the business of the store's owner: their own name for its author, and what they read."""
    return replace(item, nick=None, is_me=False, unread=False, muted=None)


class FileLog:
    """The records of an account here, from its published plan and the pages of its archive."""

    def __init__(self, account: Account, plan: Plan) -> None:
        self._account, self._plan = account, plan
        self._archive = FileArchive(account)
        self._window = {record.seq: record for record in plan.records}
        self._pages: dict[int, Mapping[int, Record]] = {}
        top = page_start(max(plan.head.seq, 1))
        self._deepest = max(1, top - (MAX_PAGES - 1) * PAGE)

    def list(self, by: WrittenBy, before: int | None, limit: int) -> Listing:
        """At most `limit` items below the record `before`; from the newest on where that is None."""
        if before is not None and before <= self._deepest and before - 1 not in self._window:
            return Listing()  # to look through all above it for changes would be to read the whole archive for nothing
        changes = [] if before is None else list(self._changes_from(before))
        taken: list[Record] = []
        items: list[Item] = []
        count = 0
        for record in self._down(self._plan.head.seq if before is None else before - 1):
            if count == limit:
                return Listing(tuple(items[:limit]), str(taken[-1].seq))
            taken.append(record)
            # To settle them anew for each would be quadratic: what was taken back shows when a page is full.
            count += is_item(record.kind)
            if count == limit:
                items = [item for item in by.items(taken, changes) if is_shown(item)]
                count = len(items)
        return Listing(tuple(item for item in by.items(taken, changes) if is_shown(item)))

    def records(self) -> Iterator[Record]:
        """All that hang together with the published head, newest first."""
        return self._down(self._plan.head.seq)

    def _down(self, newest: int) -> Iterator[Record]:
        expected = self._plan.head.last if newest >= self._plan.head.seq else None
        for seq in range(min(newest, self._plan.head.seq), 0, -1):
            record = self._at(seq)
            if record is None or (expected is not None and record.id != expected):
                return
            yield record
            expected = record.prev

    def _at(self, seq: int) -> Record | None:
        if (record := self._window.get(seq)) is not None:
            return record
        start = page_start(seq)
        if start < self._deepest:
            return None
        if start not in self._pages:
            self._pages[start] = self._archive.page(start)
        return self._pages[start].get(seq)

    def _changes_from(self, seq: int) -> Iterator[Record]:
        """The edits and retractions from `seq` on, newest first."""
        in_window = min(self._window, default=self._plan.head.seq + 1)
        yield from (record for record in self._plan.records if record.seq >= seq and is_change(record.kind))
        for start in range(page_start(max(in_window - 1, 1)), page_start(max(seq, 1)) - 1, -PAGE):
            file = self._account.read(self._account.archive / page_name(start))
            if file is None or not any(kind in file.raw for kind in (b'"edit"', b'"retract"')):
                continue
            page = self._pages.setdefault(start, self._archive.page(start))
            below = (page[at] for at in sorted(page, reverse=True) if seq <= at < in_window)
            yield from (record for record in below if is_change(record.kind))
