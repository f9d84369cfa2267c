"""Taking in what a bundle holds, log by log, as an answer over the network is taken (plan-format 4).

- The judge is the one of `thimbl.core.log`; the pins, the verdicts and the evidence are those of the store. A bundle is
  held to what a mirror is: what is verified in it is taken, and a fork, which only its author can have signed; what
  else is wrong with it is no word on its author.
- Nothing goes back: an older plan than is known is said to be stale. What it has of the archive and is missing here is
  taken all the same, where it hangs on what was verified.
- One's own log is taken from nobody: the files at home are the truth of it.
- Nobody is followed by it, and nobody counts as asked.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from thimbl.core.address import Address
from thimbl.core.answer import plan_in
from thimbl.core.log import Judgement, Verdict, judge, read_answer_plan
from thimbl.core.plan import ListDigest, Plan, PlanUnreadable, plan_from_data
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import MOVE, Record
from thimbl.home.bundles.names import Bundle, Log
from thimbl.home.bundles.pages import Pages
from thimbl.store.descent import below_gap, explains
from thimbl.store.take import Take
from thimbl.store.writer import ENOUGH_BYTES, Writer

MAX_SEARCHED: Final = 20_000
"""Records that are looked through at once for the change of key that leads to a plan: a day of them in the busiest log
that there is, and 20 MB of memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one log."""

    name: str
    """Of its plan in the bundle."""
    address: Address | None
    """Whose it is; None of what is no plan."""
    verdict: Verdict
    reason: str = ""
    new: int = 0
    """Items that were not here before."""
    seq: int = 0
    """Records that its head speaks of."""
    unchanged: bool = False
    """Nothing in it was new."""
    fingerprint: str | None = None
    """Of the key that signed it."""
    gap_below: int | None = None
    missing: str = ""
    """Why older records are not here."""
    moved_from: Address | None = None
    """Where the log was known before; None where it is where it was."""
    is_me: bool = False
    followed: bool = False

    @property
    def is_good(self) -> bool:
        """Whether it was taken, or there was no need to: an older one than is here is nobody's fault."""
        return self.verdict in (Verdict.VERIFIED, Verdict.STALE) or (self.is_me and self.verdict is not Verdict.FORKED)


def take_logs(
    bundle: Bundle, logs: Iterable[Log], writer: Writer, now: int, heard: Callable[[Taken], None]
) -> list[Taken]:
    """Take these logs in; `heard` is told of each when it is durable. `now` is in Unix seconds.

    Raises `BundleRefused`, `OSError` and `StoreError`; what `heard` was told of is there then.
    """
    done: list[Taken] = []
    for some in _together(bundle, logs):
        with writer.batch():
            taken = [_Taking(bundle, log, writer, now).take() for log in some]
        done += taken
        for one in taken:
            heard(one)
    return done


def _together(bundle: Bundle, logs: Iterable[Log]) -> Iterator[list[Log]]:
    """The logs in runs that are worth a transaction."""
    sizes, some, size = bundle.sizes(), list[Log](), 0
    for log in logs:
        some.append(log)
        size += sizes[log.plan] + sum(sizes[name] for _, name in log.pages)
        if size >= ENOUGH_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


class _Taking:
    """One log on its way in."""

    def __init__(self, bundle: Bundle, log: Log, writer: Writer, now: int) -> None:
        self.bundle, self.log, self.writer, self.now = bundle, log, writer, now
        self.new = 0
        self.missing = ""

    def take(self) -> Taken:
        raw = self.bundle.read(self.log.plan)
        try:
            self.text = plan_in(raw)
            plan = read_answer_plan(decode(self.text))
        except (PlanTextError, PlanUnreadable) as error:
            return Taken(self.log.plan, None, Verdict.UNREADABLE, str(error))
        if not isinstance(plan, Plan):
            why = (
                "a version 1 plan: nobody signed it, so a copy proves nothing. Their own host has it, if there is one; "
                "if it is your own, 'thimbl init --import' begins a log with it"
            )
            return Taken(self.log.plan, plan.address, Verdict.UNSIGNED, why)
        return self._signed(plan)

    def _signed(self, plan: Plan) -> Taken:
        head = plan.head
        asked = self._known_as(plan)
        before = self.writer.author(asked)
        judgement = self._judge(asked, plan, plan.records)
        if judgement.wants_older and judgement.verdict is not Verdict.VERIFIED:
            judgement = self._search(asked, plan, judgement)
        verdict, reason = judgement.verdict, judgement.reason
        is_me = before is not None and before.is_me
        if is_me:
            if verdict is Verdict.VERIFIED and before is not None and head.seq > before.seq:
                reason = f"it goes to record {head.seq}, and yours here to {before.seq}"
        elif verdict in (Verdict.VERIFIED, Verdict.FORKED):
            self._take(asked, judgement, (self.text,) if verdict is Verdict.FORKED else ())
            self._keep_list(asked, plan)
        elif verdict in (Verdict.FORGED, Verdict.NEW_KEY) and before is not None and before.key is not None:
            self.writer.keep_evidence(asked, verdict, f"in {self.bundle.where}: {reason}", self.text, self.now)
        if not is_me and verdict in (Verdict.VERIFIED, Verdict.STALE):
            verdict, reason = self._older(asked) or (verdict, reason)
        after = self.writer.brief(asked)
        return Taken(
            self.log.plan,
            head.address,
            verdict,
            reason,
            self.new,
            head.seq,
            unchanged=not self.new and before is not None and (before.seq, before.updated) == (head.seq, head.updated),
            fingerprint=head.key.fingerprint,
            gap_below=after.gap_below if after is not None else None,
            missing=self.missing if after is not None and after.gap_below is not None else "",
            moved_from=asked if after is not None and after.address != asked else None,
            is_me=is_me,
            followed=before is not None and before.followed,
        )

    def _known_as(self, plan: Plan) -> Address:
        """Whom to ask for by it: whoever is known by its address, or by one that the log had before."""
        here = plan.head.address
        if self.writer.brief(here) is not None:
            return here
        for record in plan.records:
            if record.kind == MOVE and record.body.get("to") == str(here):
                with suppress(ValueError):
                    here = Address.parse(str(record.body.get("from")))
                    if self.writer.brief(here) is not None:
                        return here
        return plan.head.address

    def _judge(self, asked: Address, plan: Plan, records: Sequence[Record]) -> Judgement:
        oldest = records[-1].seq if records else plan.head.seq
        return judge(plan, self.writer.known(asked, max(1, oldest), max(1, plan.head.seq)), self.now)

    def _search(self, asked: Address, plan: Plan, first: Judgement) -> Judgement:
        """Look through older pages for what leads from the pinned key, or the address, to this plan's; all that was
        read is judged together."""
        floor, expected = (plan.oldest.seq, plan.oldest.prev) if plan.oldest else (plan.head.seq + 1, plan.head.last)
        pages, records = Pages(self.bundle, self.log, floor, expected), list[Record]()
        while len(records) < MAX_SEARCHED and (page := pages.more()):
            records += page
            known = self.writer.known(asked, pages.floor, page[0].seq)
            if explains(page, known) or (pages.expected is not None and known.has(pages.floor - 1, pages.expected)):
                break
        if not records:
            return first
        longer = replace(plan, records=(*plan.records, *records))
        second = self._judge(asked, longer, longer.records)
        return first if second.verdict is Verdict.FORGED and first.verdict is not Verdict.FORGED else second

    def _take(self, asked: Address, judgement: Judgement, evidence: Sequence[bytes] = ()) -> None:
        self.new += self.writer.take_many([Take(judgement, self.now, asked, evidence=evidence, carried=True)])[0]

    def _keep_list(self, asked: Address, plan: Plan) -> None:
        """The list of which the head has only the digest; the store takes it where it is that one."""
        if self.log.following is None or not isinstance(plan.head.following, ListDigest):
            return
        with suppress(ValueError, RecursionError):  # no UTF-8, no JSON, no list of people
            listed = json.loads(self.bundle.read(self.log.following))
            follows = plan_from_data({**plan.head.data, "following_list": listed}).following_list
            if follows is not None:
                self.writer.keep_following(asked, follows)

    def _older(self, asked: Address) -> tuple[Verdict, str] | None:
        """Take what is missing further down, page by page; another verdict, where it comes to one."""
        going = below_gap(self.writer, asked)
        if going is None:
            return None
        pages = Pages(self.bundle, self.log, going.floor, going.expected)
        while page := pages.more():
            judgement = going.judge(page, self.now)
            if judgement.verdict is Verdict.FORGED:
                reason = f"in {self.bundle.where}: {judgement.reason}"
                self.writer.keep_evidence(asked, Verdict.FORGED, reason, pages.text, self.now)
                self.missing = judgement.reason
                return None
            forked = judgement.verdict is Verdict.FORKED
            self._take(asked, judgement, (self.text, pages.text) if forked else ())
            if forked:
                return judgement.verdict, judgement.reason
        self.missing = pages.fault
        return None
