"""From the text of a plan to a judgement, with what the store knows of its author (plan-format 4).

Reading and judging are spared where there is nothing new: this very answer was concluded from while the store was as it
is now, or its head is the one that was verified and everything that came along is here.
"""

import gc
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from thimbl.core.address import Address
from thimbl.core.log import Judgement, Known, Verdict, judge, read_answer_plan
from thimbl.core.plan import Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record
from thimbl.node.polling.paging import Archive
from thimbl.store.descent import explains
from thimbl.store.reader import Reader
from thimbl.store.types import Brief

REMEMBERED: Final = 50_000
"""Conclusions that are remembered, at some 500 bytes each: more plans than one program polls."""

SETTLES: Final = 256
"""Answers that are remembered when the collector is first told to leave them alone: fewer cost it nothing."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lie:
    """A page of the archive that is no part of the log that it hangs on, and why."""

    text: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """What one answer comes to."""

    text: bytes
    judgement: Judgement
    plan: Plan | None = None
    """None for version 1, and for what is no plan."""
    unchanged: bool = False
    """Nothing in it is new."""
    pages: tuple[bytes, ...] = ()
    """Texts of pages that the verdict can not be seen without."""
    lie: Lie | None = None
    """A page that came with it and does not hold; nothing is taken from that."""
    broke: bool = False
    """Older pages may say otherwise, and were not to be had."""

    @property
    def verdict(self) -> Verdict:
        """The judgement's."""
        return self.judgement.verdict


def conclude(store: Reader, address: Address, brief: Brief | None, text: bytes, now: int) -> Concluded:
    """Judge the `text` of a plan that was asked for at `address`. `now` is in Unix seconds."""
    try:
        plan = read_answer_plan(decode(text))
    except (PlanTextError, PlanUnreadable) as error:
        return Concluded(text, Judgement(Verdict.UNREADABLE, str(error), Known(address)))
    if not isinstance(plan, Plan):
        return Concluded(text, judge(plan, store.known(address, 1, 1), now))
    if brief is not None and _is_here(store, address, brief, plan):
        # A second judgement would come to the same: what was verified stays so, and the log is where it was.
        known = replace(store.known(address, plan.head.seq, plan.head.seq), address=plan.head.address)
        same = Judgement(Verdict.VERIFIED, "", known, head=plan.head, moved_to=brief.moved_to)
        return Concluded(text, same, plan, unchanged=True)
    judgement = _judge(store, address, plan, plan.records, now)
    if _stays_moved(brief, plan):
        assert brief is not None
        judgement = replace(judgement, moved_to=brief.moved_to)
    return Concluded(text, judgement, plan)


def _judge(store: Reader, address: Address, plan: Plan, records: Sequence[Record], now: int) -> Judgement:
    oldest = records[-1].seq if records else plan.head.seq
    return judge(plan, store.known(address, max(1, oldest), max(1, plan.head.seq)), now)


def _is_here(store: Reader, address: Address, brief: Brief, plan: Plan) -> bool:
    """Whether this very head was verified before, and all that came with it is here."""
    head, records = plan.head, plan.records
    if brief.verdict is not Verdict.VERIFIED or brief.key != head.key.fingerprint or not brief.has(head):
        return False
    if not records:
        return True
    known = store.known(address, records[-1].seq, head.seq)
    return all(
        known.has(record.seq, record.id) and (record.withheld or not known.seen[record.seq].withheld)
        for record in records
    )


def _stays_moved(brief: Brief | None, plan: Plan) -> bool:
    """Whether this is another head at the end of a log that moved away: the `move` itself is not sent twice."""
    head = plan.head
    return brief is not None and not plan.records and (brief.seq, brief.address) == (head.seq, head.address)


async def search(store: Reader, address: Address, first: Concluded, archive: Archive, now: int) -> Concluded:
    """Look through older pages for the record that leads from the pinned key, or the address, to this plan's.

    All that was read is judged together: until the way is found nothing of it may be taken.
    """
    plan, records = first.plan, list[Record]()
    assert plan is not None, "what is no plan has no older pages"
    while page := await archive.more():
        records += page
        known = store.known(address, archive.floor, page[0].seq)
        if explains(page, known) or (archive.expected is not None and known.has(archive.floor - 1, archive.expected)):
            break
    if not records:
        return replace(first, broke=archive.broke)
    longer = replace(plan, records=(*plan.records, *records))
    second = _judge(store, address, longer, longer.records, now)
    if second.verdict is Verdict.FORGED and first.verdict is not Verdict.FORGED:
        return replace(first, broke=archive.broke, lie=Lie(archive.text, second.reason))
    pages = (archive.text,) if second.verdict is not first.verdict else ()
    return Concluded(first.text, second, longer, pages=pages, broke=archive.broke)


class Memory(Generic[T]):
    """What the newest answer of each author came to, by the digest of that answer and of what it was held against.

    What is remembered stays for long, and holds no cycles: Python's collector of cycles is told to leave it alone, each
    time that it has grown by a quarter. A third of a round in which nothing is new went into walking through it. The
    collector knows no part of a process alone: what else is alive then is left alone, too. That is what was imported,
    and the few questions that are in hand, as often as there are quarters between the first answers and the last.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._settles = SETTLES
        self._kept: OrderedDict[str, tuple[bytes, T]] = OrderedDict()

    def recall(self, address: Address, digest: bytes) -> T | None:
        """What it came to, if nothing is new."""
        kept = self._kept.get(str(address))
        return kept[1] if kept is not None and kept[0] == digest else None

    def kept(self, address: Address) -> T | None:
        """What their newest answer came to, whether that is so still or not."""
        kept = self._kept.get(str(address))
        return None if kept is None else kept[1]

    def keep(self, address: Address, digest: bytes, result: T) -> None:
        """Remember it; of too many, the oldest is forgotten."""
        self._kept[str(address)] = digest, result
        self._kept.move_to_end(str(address))
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        if len(self._kept) >= self._settles:
            self._settles += self._settles // 4
            gc.collect()
            gc.freeze()

    def forget(self, address: Address) -> None:
        """What the next answer comes to is found out anew."""
        self._kept.pop(str(address), None)


def digest(raw: bytes, hostport: str, brief: Brief | None) -> bytes:
    """Of a whole answer, where it came from, and all that a judgement of it depends on but the clock."""
    standing = hostport
    if brief is not None:
        standing += f" {brief.id} {brief.verdict} {brief.key} {brief.seq} {brief.updated} {brief.gap_below}"
        standing += f" {brief.moved_to} "
    held = hashlib.blake2b(standing.encode(), digest_size=16)
    held.update(raw)
    return held.digest()
