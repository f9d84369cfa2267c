"""Down a verified log through its archive, each page judged where it hangs and taken by itself (plan-format 4).

- The newest is there at once, and history follows. What is missing is the store's `gap_below`: after a failure, a bound
  or a restart the descent goes on from there.
- A page that is no part of the log, though its ids are, is its host's lie: nothing of it is taken. A page that
  contradicts what was known is the author's fork.
"""

from thimbl.core.address import Address
from thimbl.core.chain import Forged, Walk, pass_by, walk
from thimbl.core.log import Verdict
from thimbl.core.records import Record
from thimbl.node.polling.concluding import Concluded
from thimbl.store.descent import Descent
from thimbl.store.reader import Reader
from thimbl.store.types import Brief


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
