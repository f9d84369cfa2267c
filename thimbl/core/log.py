"""What a reader concludes from an answer (plan-format 4): the gate between what came and what counts.

`judge` takes a plan and what is known of its author, and returns the first verdict that fits, in the
order of the specification's table, with its reason. Only here are `VerifiedRecord`s made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from thimbl.core.address import Address
from thimbl.core.chain import Forged, KeyLink, Walk, descend, walk
from thimbl.core.plan import Head, Plan, PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record
from thimbl.core.times import format_time

if TYPE_CHECKING:
    from thimbl.core.classic import ClassicPlan

AHEAD: Final = 86_400
"""Seconds that an author's clock may lie ahead of the reader's: a time zone mistaken for UTC is at most 14 hours."""


class Verdict(StrEnum):
    """What a reader concludes from one answer."""

    UNREADABLE = "unreadable"
    FORGED = "forged"
    FUTURE = "future"
    UNSIGNED = "unsigned"
    NEW_KEY = "new-key"
    FORKED = "forked"
    STALE = "stale"
    VERIFIED = "verified"


class VerifiedRecord(NamedTuple):
    """A record that its author is known to have published. Made in this module only."""

    author: Address
    """The author's address when they wrote it."""
    key: str
    """Fingerprint of the key that was in force."""
    record: Record


class Seen(NamedTuple):
    """What is remembered of a record."""

    id: str
    time: int | None = None
    """None where only the id is known, from the record after it."""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows of an author before an answer: the pins, and the log as far as it was verified."""

    address: Address
    """Whom the reader asked."""
    pinned: str | None = None
    recovery: str | None = None
    seq: int = 0
    """Of the newest verified head; 0 where there was none, or it had no record."""
    updated: int | None = None
    """Of the newest verified head; None where there was none."""
    seen: Mapping[int, Seen] = field(default_factory=dict)
    """Records by seq: at least those that an answer may touch."""
    links: tuple[KeyLink, ...] = ()
    """Changes of key that were verified, oldest first."""
    retired: Mapping[str, int] = field(default_factory=dict)
    """Of each retired key the seq of the record that retired it."""

    def has(self, seq: int, record_id: str) -> bool:
        """Whether record `seq` was verified, and is this one."""
        seen = self.seen.get(seq)
        return seen is not None and seen.id == record_id and seen.time is not None

    def key_after(self, seq: int) -> str | None:
        """The fingerprint in force after record `seq`; None where what is not known may hide a change of key."""
        if self.updated is None or seq > self.seq:
            return None
        above = next((link for link in self.links if link.seq > seq), None)
        key, end = (above.old, above.seq) if above else (self.pinned, self.seq + 1)
        if self._has_all(seq + 1, end):
            return key
        below = next((link for link in reversed(self.links) if link.seq <= seq), None)
        return below.new if below and self._has_all(below.seq + 1, seq + 1) else None

    def _has_all(self, start: int, end: int) -> bool:
        return all((seen := self.seen.get(seq)) is not None and seen.time is not None for seq in range(start, end))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, its reason, and what is to be taken."""

    verdict: Verdict
    reason: str
    known: Known
    """What is known from now on; the same as before unless the verdict is `verified`."""
    head: Head | None = None
    records: tuple[VerifiedRecord, ...] = ()
    """New records, newest first, and those known as withheld whose body is here."""
    dropped_from: int | None = None
    """Known records from this seq on that are not in the plan are overridden by a recovery (section 4); None where
    there are none."""
    gap_below: int | None = None
    """The oldest seq taken, where it does not reach what was known or the log's beginning."""
    moved_to: Address | None = None
    classic: "ClassicPlan | None" = None
    wants_older: bool = False
    """Older pages may show the way from the pinned key to this one, or close a gap."""


def recall(author: Address, key: str, record: Record) -> VerifiedRecord:
    """A record that was verified before and kept as it came: for a store that takes in nothing else, and knows whose it
    is and the fingerprint that was in force."""
    return VerifiedRecord(author, key, record)


def read_answer_plan(text: str) -> "Plan | ClassicPlan":
    """The plan, of either version, that stands in `text`. Raises `PlanUnreadable`."""
    try:
        return read_plan(text)
    except PlanUnreadable as error:
        from thimbl.core.classic import NotClassic, read_classic  # only here: few are left

        try:
            return read_classic(text)
        except NotClassic as not_classic:
            if text.lstrip().startswith("{") and str(not_classic) != "it is not of version 1":
                raise PlanUnreadable(f"{error}; nor a plan of version 1: {not_classic}") from None
            raise error from None


def judge_bytes(raw: bytes, known: Known, now: int) -> Judgement:
    """Conclude from the bytes of a plan's text. `now` is the reader's clock in Unix seconds."""
    try:
        plan = read_answer_plan(decode(raw))
    except (PlanTextError, PlanUnreadable) as error:
        return Judgement(Verdict.UNREADABLE, str(error), known)
    return judge(plan, known, now)


def judge(plan: "Plan | ClassicPlan", known: Known, now: int) -> Judgement:
    """Conclude from a plan. `now` is the reader's clock in Unix seconds."""
    if isinstance(plan, Plan):
        return _Judge(plan, known, now).verdict()
    return _judge_classic(plan, known)


def judge_older(plan: Plan, state: Walk, above: Record | None, known: Known, now: int) -> Judgement:
    """Conclude from a page of the archive: the head of a log that was verified, and in `plan.records` what lies below.

    `state` is how far that log was walked down, and goes on with the page; `above` is the record it stands at, None for
    the head itself. `known` has what was concluded so far. The verdict is `verified`, `forked` or `forged`.
    """
    return _Judge(plan, known, now).verdict_below(state, above)


def _judge_classic(plan: "ClassicPlan", known: Known) -> Judgement:
    if known.pinned is not None:
        return Judgement(Verdict.FORGED, "a version 1 plan, from an address whose key is pinned", known, classic=plan)
    if plan.stated_address and plan.address != known.address:
        return Judgement(Verdict.FORGED, _other_address(plan.stated_address, known), known, classic=plan)
    return Judgement(Verdict.UNSIGNED, "a version 1 plan: nobody has signed it", known, classic=plan)


def _other_address(stated: object, known: Known) -> str:
    return f"its address is {str(stated)[:120]}, not {known.address}, which was asked for"


class _Judge:
    """The table of section 4, row by row. A row returns a judgement, or None where it does not fit."""

    def __init__(self, plan: Plan, known: Known, now: int) -> None:
        self.plan, self.known, self.now = plan, known, now
        self.head = plan.head
        self.signer = plan.head.key.fingerprint
        self.recovery = known.recovery
        self.override: int | None = None
        self.named = self._named_ids()

    def verdict(self) -> Judgement:
        try:
            self.walk: Walk = walk(self.plan)
            self._check_against_known()
        except Forged as error:
            return self._nothing(Verdict.FORGED, str(error))
        for row in (self._elsewhere, self._future, self._new_key, self._forked, self._stale):
            if (judgement := row()) is not None:
                return judgement
        return self._verified()

    def verdict_below(self, state: Walk, above: Record | None) -> Judgement:
        """As `verdict`, for records further down: of the rows only those are left that the head has not settled."""
        seq, expected = (above.seq - 1, above.prev) if above else (self.head.seq, self.head.last)
        state.authors, state.links = [], []  # of the records above, these were concluded from
        self.walk = state
        try:
            descend(state, self.plan.records, seq, expected, above)
            self._check_against_known()
        except Forged as error:
            return self._nothing(Verdict.FORGED, str(error))
        return self._forked() or self._verified()

    def _nothing(self, verdict: Verdict, reason: str, *, wants_older: bool = False) -> Judgement:
        return Judgement(verdict, reason, self.known, head=self.head, wants_older=wants_older)

    # forged: what only shows beside what is known

    def _check_against_known(self) -> None:
        known, links = self.known, self.walk.links
        retired = dict(known.retired)
        for link in links:
            retired[link.old] = min(link.seq, retired.get(link.old, link.seq))
        if self.signer in retired and self.head.seq >= retired[self.signer]:
            raise Forged(f"signed by a key that was retired at entry {retired[self.signer]}")
        # Of the changes that are news, the walk has checked all but the lowest against the one below.
        if (news := next((link for link in reversed(links) if not self._goes_through(link)), None)) is not None:
            in_force = known.key_after(news.seq - 1)
            if in_force not in (None, news.old):
                raise Forged(f"a change from another key than {in_force}, which was in force (entry {news.seq})")
        oldest = self.plan.oldest
        before = known.seen.get(oldest.seq - 1) if oldest else None
        if oldest and before and before.id == oldest.prev and before.time is not None and before.time > oldest.time:
            raise Forged(f"entry {oldest.seq} is earlier than entry {oldest.seq - 1}")

    def _goes_through(self, link: KeyLink) -> bool:
        """Whether the known log has this change of key in it, be it in a gap below what was seen."""
        if self.known.pinned in [later.new for later in self.walk.links if later.seq >= link.seq]:
            return True
        known = self.known.seen
        return any(known[seq].id == name for seq, name in self.named if seq >= link.seq and seq in known)

    def _elsewhere(self) -> Judgement | None:
        if self.known.address in self.walk.addresses:
            return None
        # The move that explains it may lie below this window, also for whoever first comes by the old address.
        older = self.known.pinned in (None, self.signer) and self._begins_late()
        return self._nothing(Verdict.FORGED, _other_address(self.head.address, self.known), wants_older=older)

    # the other rows

    def _future(self) -> Judgement | None:
        newest = max([self.head.updated, *(record.time for record in self.plan.records[:1])])
        if newest <= self.now + AHEAD:
            return None
        return self._nothing(Verdict.FUTURE, f"it speaks of {format_time(newest)}, more than a day ahead")

    def _new_key(self) -> Judgement | None:
        if self._reached() or self.signer in self.known.retired:
            return None
        reason = f"signed by {self.signer}, not by the pinned {self.known.pinned}"
        return self._nothing(Verdict.NEW_KEY, reason, wants_older=self._begins_late())

    def _begins_late(self) -> bool:
        """Whether the log has records below those that came."""
        oldest = self.plan.oldest
        return oldest.seq > 1 if oldest else self.head.seq > 0

    def _reached(self) -> bool:
        """Whether the pinned key, or the pinned recovery key, leads to the one that signed the head.

        Goes up the changes of key, oldest first. On the way it learns which recovery key is pinned
        afterwards, and from where on a recovery overrides what was known.
        """
        pinned = self.known.pinned
        trusted = pinned is None or self.walk.key.fingerprint == pinned
        for link in reversed(self.walk.links):
            if link.recovered_by is None:
                trusted = trusted or link.new == pinned
            elif self.recovery is not None and link.recovered_by == self.recovery:
                trusted = True
                self.recovery = link.next_recovery or self.recovery
                if self.override is None and not self._goes_through(link):
                    self.override = link.seq
            else:
                # A recovery by a key that is not pinned: for somebody who has no pins it is as good as the rest.
                trusted = pinned is None or link.new == pinned
                if pinned is None:
                    self.recovery = link.next_recovery or self.recovery
        return trusted

    def _named_ids(self) -> list[tuple[int, str]]:
        """Each seq with its id, those named by `prev` and `last` among them."""
        head, oldest = self.head, self.plan.oldest
        ids = [(head.seq, head.last)] if head.last else []
        ids += [(record.seq, record.id) for record in self.plan.records]
        if oldest and oldest.prev:
            ids.append((oldest.seq - 1, oldest.prev))
        return ids

    def _forked(self) -> Judgement | None:
        for seq, record_id in self.named:
            seen = self.known.seen.get(seq)
            if seen and seen.id != record_id and (self.override is None or seq < self.override):
                reason = f"entry {seq} is {record_id[:8]} here and was {seen.id[:8]} before: a log of two minds"
                return self._nothing(Verdict.FORKED, reason)
        return None

    def _stale(self) -> Judgement | None:
        if self.signer in self.known.retired:
            return self._nothing(Verdict.STALE, "by a retired key, from before its retirement")
        if self.override is not None or self.known.updated is None:
            return None
        if self.head.seq < self.known.seq:
            return self._nothing(Verdict.STALE, f"it ends at entry {self.head.seq}; {self.known.seq} was seen before")
        if self.head.updated < self.known.updated:
            before, here = format_time(self.known.updated), format_time(self.head.updated)
            return self._nothing(Verdict.STALE, f"its head is of {here}; one of {before} was seen before")
        return None

    def _verified(self) -> Judgement:
        known = self.known.seen
        taken = []
        for record, (author, key) in zip(self.plan.records, self.walk.authors, strict=True):
            seen = known.get(record.seq)
            if seen and seen.id == record.id and seen.time is not None and (record.withheld or not seen.withheld):
                continue
            taken.append(VerifiedRecord(author, key, record))
        gap = self._gap()
        return Judgement(
            Verdict.VERIFIED,
            "",
            self._now_known(),
            head=self.head,
            records=tuple(taken),
            dropped_from=self.override if self.override is not None and self.override <= self.known.seq else None,
            gap_below=gap,
            moved_to=self.walk.moved_to,
            wants_older=gap is not None,
        )

    def _gap(self) -> int | None:
        """The lowest seq that came, where neither it nor the one below was known before."""
        oldest = self.plan.oldest
        floor = oldest.seq if oldest else self.head.seq + 1
        lowest = [item for item in self.named if item[0] <= floor]
        return None if floor == 1 or any(self.known.has(*item) for item in lowest) else floor

    def _now_known(self) -> Known:
        known, head = self.known, self.head
        seen = {seq: item for seq, item in known.seen.items() if self.override is None or seq < self.override}
        for record in self.plan.records:
            before = seen.get(record.seq)
            # A body that is known stays known when another answer withholds it.
            withheld = record.withheld and (before is None or before.time is None or before.withheld)
            seen[record.seq] = Seen(record.id, record.time, withheld)
        for seq, record_id in self.named:
            if seq not in seen:
                seen[seq] = Seen(record_id)
        kept = [link for link in known.links if self.override is None or link.seq < self.override]
        have = {link.seq for link in kept}
        links = sorted([*kept, *(link for link in self.walk.links if link.seq not in have)], key=lambda link: link.seq)
        return replace(
            known,
            address=head.address,
            pinned=self.signer,
            # The first recovery is pinned whenever it comes; another counts only when a recovery brings it.
            recovery=self.recovery or head.recovery,
            seq=head.seq,
            updated=head.updated,
            seen=seen,
            links=tuple(links),
            retired=self._now_retired(links),
        )

    def _now_retired(self, links: list[KeyLink]) -> dict[str, int]:
        retired = dict(self.known.retired)
        if (override := self.override) is not None:
            came_in = [link.new for link in self.known.links if link.seq >= override]
            retired = {key: min(seq, override) for key, seq in retired.items()}
            retired |= {key: min(retired.get(key, override), override) for key in came_in}
        for link in links:
            retired.setdefault(link.old, link.seq)
        retired.pop(self.signer, None)
        return retired
