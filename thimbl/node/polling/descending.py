"""Down a verified log through its archive, each page judged where it hangs and taken by itself (plan-format 4).

- The newest is there at once, and history follows. What is missing is the store's `gap_below`: after a failure, a bound
  or a restart the descent goes on from there.
- A page that is no part of the log, though its ids are, is its host's lie: nothing of it is taken. A page that
  contradicts what was known is the author's fork.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from thimbl.core.address import Address
from thimbl.core.chain import Forged, Walk, pass_by, walk
from thimbl.core.log import Judgement, Known, Verdict, judge_older
from thimbl.core.plan import Head, Plan
from thimbl.core.records import Record
from thimbl.node.polling.concluding import Concluded
from thimbl.store.reader import Reader
from thimbl.store.types import Brief


@dataclass(slots=True)
class Descent:
    """A verified log, as far down as it is here."""

    store: Reader
    address: Address
    """That was asked for."""
    head: Head
    above: Record | None
    """The lowest record that is here; None where there is none, but the head."""
    state: Walk
    known: Known

    @property
    def floor(self) -> int:
        """Records below this seq are missing."""
        return self.above.seq if self.above else self.head.seq + 1

    @property
    def expected(self) -> str | None:
        """The id of the newest that is missing."""
        return self.above.prev if self.above else self.head.last

    def judge(self, page: Sequence[Record], now: int) -> Judgement:
        """Go on with the next page. Where it is verified, the descent stands at its end."""
        # Of what is known only the records that the page may touch are read; the rest is as it was concluded last.
        seen = self.store.known(self.address, page[-1].seq, page[0].seq).seen
        known = replace(self.known, seen=seen)
        judgement = judge_older(Plan(self.head, tuple(page)), self.state, self.above, known, now)
        if judgement.verdict is Verdict.VERIFIED:
            self.known, self.above = judgement.known, page[-1]
        return judgement


def descent(store: Reader, address: Address, brief: Brief | None, concluded: Concluded) -> Descent | None:
    """Where a descent begins after an answer, or goes on from the last time; None where nothing is missing."""
    plan, judgement = concluded.plan, concluded.judgement
    if plan is None or judgement.verdict is not Verdict.VERIFIED:
        return None
    if not concluded.unchanged and judgement.gap_below is not None:
        return Descent(store, address, plan.head, plan.oldest, walk(plan), judgement.known)
    floor = plan.oldest.seq if plan.oldest else plan.head.seq + 1
    gap = brief.gap_below if brief is not None else None
    if gap is None or gap > floor or judgement.dropped_from is not None:
        return None
    if plan.oldest:
        state = walk(plan)
    else:
        state = Walk(plan.head.key, plan.head.address, addresses={plan.head.address}, moved_to=judgement.moved_to)
    lowest = store.record_data(address, gap, gap)
    if not lowest and gap <= plan.head.seq:
        return None  # a person replaced the pin meanwhile, and what was known is given up
    try:
        pass_by(state, map(Record.from_data, store.turns(address, gap, floor - 1)), plan.head.seq)
    except Forged:
        return None
    above = Record.from_data(lowest[0]) if lowest else None
    return Descent(store, address, plan.head, above, state, judgement.known)
