"""Down a verified log page by page, each judged where it hangs (plan-format 4), whoever the pages come from.

- The newest is judged first, as an answer is; what lies below it follows, so that no log has to fit into memory.
- A page that is no part of the log, though its ids are, is the lie of whoever gave it: nothing of it is taken. A page
  that contradicts what was known is the author's fork.
- Where the key or the address of the newest is not the one that is known, an older page may say why: `explains` tells
  of a page whether it is worth while to judge with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from thimbl.core.address import Address
from thimbl.core.chain import Forged, Walk, pass_by
from thimbl.core.keys import KeyFault, PublicKey
from thimbl.core.log import Judgement, Known, Verdict, judge_older
from thimbl.core.plan import Head, Plan, head_from_data
from thimbl.core.records import KEY, MOVE, Record
from thimbl.store.reader import Reader


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


def below_gap(store: Reader, address: Address) -> Descent | None:
    """Where what is missing of a log begins, for whoever has older records of it; None where nothing is missing."""
    author, data = store.brief(address), store.head_data(address)
    if author is None or author.gap_below is None or data is None:
        return None
    head, gap = head_from_data(data), author.gap_below
    state = Walk(head.key, head.address, addresses={head.address}, moved_to=author.moved_to)
    lowest = store.record_data(address, gap, gap)
    if not lowest and gap <= head.seq:
        return None  # a person replaced the pin meanwhile, and what was known is given up
    try:
        pass_by(state, map(Record.from_data, store.turns(address, gap, head.seq)), head.seq)
    except Forged:
        return None
    known = replace(store.known(address, gap, gap), address=head.address)
    return Descent(store, address, head, Record.from_data(lowest[0]) if lowest else None, state, known)


def explains(records: Iterable[Record], known: Known) -> bool:
    """Whether a record may lead from the pinned key to another, or on from the address that was asked for."""
    return any(
        (record.kind == MOVE and record.body.get("from") == str(known.address))
        or (
            record.kind == KEY
            and (
                (known.pinned is not None and _fingerprint(record.body.get("from")) == known.pinned)
                or (known.recovery is not None and _fingerprint(record.body.get("recovered")) == known.recovery)
            )
        )
        for record in records
    )


def _fingerprint(line: object) -> str | None:
    try:
        return PublicKey.parse(line).fingerprint if isinstance(line, str) else None
    except KeyFault:
        return None
