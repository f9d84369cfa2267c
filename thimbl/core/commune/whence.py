"""Where a figure of the ledger comes from: the records that it is the sum of, and what was reckoned with them.

- `explain` derives what one record moved. A balance is the sum of what many moved: here each is listed with its record,
  and leads to that record's own derivation.
- What is listed adds up to what the ledger says, in every history (which a test holds).
- Amounts are minor units; an address is canonical. Words are escaped for a terminal.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from thimbl.core.commune.bidding import bids, eligible
from thimbl.core.commune.citing import name_of
from thimbl.core.commune.explain import NothingToExplain, accrual_steps, explain
from thimbl.core.commune.history import cashed, owed, pooled
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import Period, format_balance, format_rate
from thimbl.core.commune.movements import Bought, Issued, Movement, Paid, Passed, Received, Reversed, Shared, Sold
from thimbl.core.commune.standing import FIRST, LAST, Standing
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study

MOST_EXPLAINED: Final = 10
"""Holders whose parts of one record are derived where nobody is named: the others are derived from their own rows."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one record did to a figure."""

    record: str
    """`address#id`."""
    words: str
    amount: int
    """Signed."""
    seq: int | None = None
    """In the commune's log; None for a record of somebody else."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; minor units."""

    name: str
    """By which `thimbl.core.commune.figures` derives it."""
    words: str
    """What it is, as a heading of a row."""
    amount: int


@dataclass(frozen=True, slots=True)
class Whence:
    """One figure: what it is, how it was reckoned, and the records that it is the sum of, in the order of the log."""

    title: str
    steps: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()
    who: str | None = None
    """Whose figure it is, where it is somebody's."""
    parts: tuple[Figure, ...] = ()
    """Other figures that it is the sum of; the steps tell the same."""


@dataclass(frozen=True, slots=True)
class Clew:
    """Whoever asks where the figures of a study come from."""

    study: Study

    def money(self, minor: int) -> str:
        """An amount of either sign."""
        return format_balance(minor, self.study.ledger.state.currency)

    # series

    def outstanding(self, series: Series, until: int | None = None) -> Whence:
        """What is owed to all holders of a series now, or was after the record of the seq `until`."""
        flows = self._flows(lambda moved: owed(moved, series.code))
        if until is None:
            return self._sum(f"outstanding of {series.code}", flows)
        before = (flow for flow in flows if flow.seq is not None and flow.seq <= until)
        return self._sum(f"outstanding of {series.code} after record {until}", before)

    def paid_back(self, series: Series) -> Whence:
        """Principal that the holders of a series were paid. What was written off is no part of it."""
        found = self._sum(f"paid back of {series.code}", self._flows(lambda moved: _repaid(moved, series.code)))
        back = sum(flow.amount for flow in found.flows)
        if series.rate_bp is None:
            return replace(found, steps=("It was not sold: nobody is owed anything.",))
        steps = [f"The face is {self.money(series.terms.face)}; {self.money(series.outstanding)} are outstanding."]
        if lost := series.terms.face - series.outstanding - back:
            steps.append(f"{self.money(lost)} were written off, since its asset is sold.")
        return replace(found, steps=tuple(steps))

    def cash(self, series: Series) -> Whence:
        """What a series has in cash."""
        return self._sum(f"cash of {series.code}", self._flows(lambda moved: cashed(moved, series.code)))

    def held(self, series: Series, who: str) -> Whence:
        """What is owed to one holder."""
        flows = self._flows(lambda moved: owed(moved, series.code, who))
        return self._sum(f"{series.code} held by {who}", flows, who)

    def passed_on(self, series: Series, who: str) -> Whence:
        """Bonds that somebody passed on to others."""
        flows = self._flows(lambda moved: _passed(moved, series.code) if _from(moved) == who else 0)
        return self._sum(f"{series.code} passed on by {who}", flows, who)

    def taken_over(self, series: Series, who: str) -> Whence:
        """Bonds that somebody took over from others."""
        flows = self._flows(lambda moved: _passed(moved, series.code) if _to(moved) == who else 0)
        return self._sum(f"{series.code} taken over by {who}", flows, who)

    def lost(self, series: Series, who: str | None = None) -> Whence:
        """What the holders of a series were owed and never paid, or one of them."""
        flows = self._flows(lambda moved: _lost(moved, series.code, who))
        return self._sum(f"{series.code} written off{'' if who is None else f' for {who}'}", flows, who)

    def due(self, series: Series) -> Whence:
        """Interest that fell due and was not paid."""
        currency = self.study.ledger.state.currency
        steps = [step for accrual in series.accruals for step in accrual_steps(accrual, currency)]
        accrued = sum(accrual.total for accrual in series.accruals)
        if accrued != series.due:
            steps.append(f"{self.money(accrued - series.due)} of that was paid: {self.money(series.due)} are due.")
        steps = steps or ["No interest has fallen due that was not paid."]
        return Whence(f"interest due on {series.code}: {self.money(series.due)}", tuple(steps))

    def sale(self, series: Series, who: str | None = None) -> list[Whence]:
        """The rate of a series and what was allotted, to `who` first where they bid; nothing before it was sold."""
        return self._of(lambda moved: isinstance(moved, Issued) and moved.code == series.code, who)

    def bought(self, series: Series) -> list[Whence]:
        """What the asset cost, and what the face left over; nothing before it was bought."""
        return self._of(lambda moved: isinstance(moved, Bought) and moved.code == series.code)

    def rents(self, series: Series) -> Whence:
        """Rent that came for a series, less what was taken back."""
        flows = self._flows(lambda moved: _rent(moved, None, FIRST, LAST, series.offer))
        return self._sum(f"rent of {series.code}", flows)

    def subscribed(self, series: Series) -> Whence:
        """What is bid for a series that is on sale: of each author the newest bid that counts."""
        flows = []
        for verified, bid in bids(self.study, series):
            rate = f" at {format_rate(bid.rate_bp)} or more" if bid.rate_bp is not None else ""
            flows.append(Flow(name_of(verified), f"{verified.author} bids{rate}", bid.amount))
        total = sum(flow.amount for flow in flows)
        steps = [f"The face is {self.money(series.terms.face)}; of each author the newest bid that counts is counted."]
        if total < series.terms.face:
            steps.append(f"{self.money(series.terms.face - total)} are lacking: below the face the sale lapses.")
        return Whence(f"subscribed of {series.code}: {self.money(total)}", tuple(steps), tuple(flows))

    def bid(self, series: Series, who: str) -> Whence:
        """What somebody bids for a series, or bid when it was sold."""
        sold = next((moved for moved in self._moved() if isinstance(moved, Issued) and moved.code == series.code), None)
        told = eligible(self.study, series, who)
        if sold is not None:
            amount = sold.bids.get(who, (0, 0))[0]
            told = [one for one in told if one[1].amount == amount]
        elif not told or not told[-1][1].amount:
            told = []
        flows = [Flow(name_of(verified), f"{who} bids", said.amount) for verified, said in told[-1:]]
        found = self._sum(f"{series.code} subscribed by {who}", flows, who)
        return replace(found, steps=("Of each author the newest bid counts: it stands in this record.",))

    # the pool

    def pool(self) -> Whence:
        """What the pool holds, with what was carried over."""
        return self._sum("pool and carried over", self._flows(pooled))

    def each(self) -> Whence:
        """What the pool would pay each member today (commune.md 6)."""
        state = self.study.ledger.state
        pool, count = state.pool + state.carried, len(state.members)
        if not count:
            nobody = "There are no members: nobody is there to share the pool."
            return Whence("to each member today: nothing", (nobody,))
        each, carried = divmod(pool, count)
        steps = (
            f"The pool holds {self.money(state.pool)}, and {self.money(state.carried)} were carried over.",
            f"{count} on the members' register: {self.money(pool)} / {count}, rounded down, is {self.money(each)}.",
            f"{count} times that is {self.money(each * count)}: {self.money(carried)} would be carried over.",
        )
        return Whence(f"to each member today: {self.money(each)}", steps, self.pool().flows)

    def month(self, period: Period) -> list[Whence]:
        """What came and was shared for one month."""
        rents = self._flows(lambda moved: _rent(moved, None, period, period))
        shared = [
            (one, moved.each * len(moved.members))
            for one in self.study.folded
            if isinstance(moved := one.movement, Shared) and moved.period == period
        ]
        return [
            self._sum(f"rent of {period}", rents),
            self._sum(f"dividends of {period}", [self._flow(one, amount) for one, amount in shared]),
        ]

    # one's own

    def interest(self, who: str, code: str | None = None) -> Whence:
        """Interest that somebody was paid, of one series or of all."""
        flows = self._flows(lambda moved: _paid(moved, code, who, "interest"))
        return self._sum(f"interest{_on(code)} to {who}", flows, who)

    def principal(self, who: str, code: str | None = None) -> Whence:
        """Principal that somebody was paid back."""
        flows = self._flows(lambda moved: _paid(moved, code, who, "principal"))
        return self._sum(f"principal{_on(code)} to {who}", flows, who)

    def dividends(self, who: str) -> Whence:
        """All that somebody got of the pool."""
        flows = self._flows(lambda moved: moved.each if isinstance(moved, Shared) and who in moved.members else 0)
        return self._sum(f"dividends to {who}", flows, who)

    def shared(self) -> Whence:
        """All that was shared among members."""
        flows = self._flows(lambda moved: moved.each * len(moved.members) if isinstance(moved, Shared) else 0)
        return self._sum("dividends in all", flows)

    def rent(self, who: str) -> Whence:
        """Rent that somebody paid, less what was taken back."""
        return self._sum(f"rent that {who} paid", self._flows(lambda moved: _rent(moved, who, FIRST, LAST)))

    def common(self) -> Whence:
        """Rent that everybody paid."""
        return self._sum("rent that everybody paid", self._flows(lambda moved: _rent(moved, None, FIRST, LAST)))

    def use(self, standing: Standing) -> Whence:
        """A member's part of the rent of the co-op where they work (commune.md 11)."""
        state = self.study.ledger.state
        coop = state.members.get(standing.who)
        title = f"the use of {standing.who}: {self.money(standing.use)}"
        if coop is None:
            return Whence(title, (f"{standing.who} named no co-op where they work, and uses nothing.",))
        count = sum(1 for works in state.members.values() if works == coop)
        paid = self.rent(coop)
        steps = (
            f"{standing.who} works at {coop}, which paid {self.money(sum(flow.amount for flow in paid.flows))}.",
            f"{count} named it: {count} equal parts, and the least units left over go one each by address.",
        )
        return Whence(title, steps, paid.flows)

    def difference(self, standing: Standing) -> Whence:
        """What a member got beyond what they used."""
        got, used = self.money(standing.dividend), self.money(standing.use)
        more = "exactly an equal share" if not standing.difference else "more than an equal share"
        if standing.difference > 0:
            more = "less than an equal share"
        steps = (
            f"They got {got} of dividends, and their part of their co-op's rent is {used}.",
            f"{got} - {used} is {self.money(standing.difference)}: they use {more} of the common property.",
        )
        return Whence(f"the difference of {standing.who}: {self.money(standing.difference)}", steps)

    # deeper

    def deeper(self, seq: int, who: str | None = None) -> list[Whence]:
        """The derivation of what one record moved: the sums, and the part of `who` where they had one; without `who`
        those of a few holders. Of a dividend also what had come into the pool since the last one."""
        folded = next((one for one in self.study.folded if one.verified.record.seq == seq), None)
        if folded is None:
            return []
        currency = self.study.ledger.state.currency
        try:
            found = explain(folded, currency, None, most=MOST_EXPLAINED if who is None else 0)
        except NothingToExplain:
            return []
        if who is not None and not isinstance(folded.movement, Shared):
            with contextlib.suppress(NothingToExplain):
                found = [*explain(folded, currency, who), *found]
        flows = self._since_shared(seq) if isinstance(folded.movement, Shared) else ()
        first, *others = found
        return [
            Whence(first.title, first.steps, flows, who),
            *(Whence(one.title, one.steps, (), who) for one in others),
        ]

    def _since_shared(self, seq: int) -> tuple[Flow, ...]:
        """What was carried over by the dividend before the one of this seq, and what went into the pool since."""
        shared = [
            (one, moved)
            for one in self.study.folded
            if isinstance(moved := one.movement, Shared) and one.verified.record.seq < seq
        ]
        last = shared[-1][0].verified.record.seq if shared else 0
        since = [flow for flow in self.pool().flows if flow.seq is not None and last < flow.seq < seq]
        if shared and shared[-1][1].carried:
            one, moved = shared[-1]
            carried = f"{moved.period}: carried over by that dividend"
            since.insert(0, replace(self._flow(one, moved.carried), words=carried))
        return tuple(since)

    # how

    def _of(self, wanted: Callable[[Movement | None], bool], who: str | None = None) -> list[Whence]:
        found = next((one for one in self.study.folded if wanted(one.movement)), None)
        if found is None:
            return []
        had_part = isinstance(found.movement, Issued) and who in found.movement.bids
        return self.deeper(found.verified.record.seq, who if had_part else None)

    def _sum(self, title: str, flows: Iterable[Flow], who: str | None = None) -> Whence:
        found = tuple(flows)
        return Whence(f"{title}: {self.money(sum(flow.amount for flow in found))}", (), found, who)

    def _moved(self) -> Iterator[Movement]:
        return (one.movement for one in self.study.folded if one.movement is not None)

    def _flows(self, part: Callable[[Movement | None], int]) -> Iterator[Flow]:
        for one in self.study.folded:
            if amount := part(one.movement):
                yield self._flow(one, amount)

    @staticmethod
    def _flow(one: Folded, amount: int) -> Flow:
        assert one.movement is not None, "what moved nothing is no part of a figure"
        record = one.verified.record
        return Flow(f"{one.verified.author}#{record.id}", moved_words(one.movement), amount, record.seq)


def moved_words(moved: Movement) -> str:
    """What a record moved, in few words, with what tells it from others of its kind first."""
    match moved:
        case Issued():
            return f"{moved.code} sold at {format_rate(moved.rate_bp)}"
        case Bought():
            return f"the asset of {moved.code} bought"
        case Received():
            return f"{moved.period}: rent for {moved.code} from {moved.payer}"
        case Reversed():
            return f"{moved.period}: rent for {moved.code} from {moved.payer} taken back"
        case Paid():
            return f"{moved.period}: redemption of {moved.code}"
        case Shared():
            return f"{moved.period}: dividend to {len(moved.members)} members"
        case Passed():
            return f"{moved.code} from {moved.holder} to {moved.to}"
        case Sold():
            return f"the asset of {moved.code} sold"


def _repaid(moved: Movement | None, code: str) -> int:
    return sum(moved.principal.values()) if isinstance(moved, Paid) and moved.code == code else 0


def _lost(moved: Movement | None, code: str, who: str | None) -> int:
    if not isinstance(moved, Paid) or moved.code != code:
        return 0
    return sum(moved.lost.values()) if who is None else moved.lost.get(who, 0)


def _passed(moved: Movement | None, code: str) -> int:
    return moved.amount if isinstance(moved, Passed) and moved.code == code else 0


def _from(moved: Movement | None) -> str | None:
    return moved.holder if isinstance(moved, Passed) else None


def _to(moved: Movement | None) -> str | None:
    return moved.to if isinstance(moved, Passed) else None


def _on(code: str | None) -> str:
    return "" if code is None else f" on {code}"


def _paid(moved: object, code: str | None, who: str, name: str) -> int:
    if not isinstance(moved, Paid) or code not in (None, moved.code):
        return 0
    return (moved.interest if name == "interest" else moved.principal).get(who, 0)


def _rent(moved: object, who: str | None, first: Period, last: Period, offer: str | None = None) -> int:
    if not isinstance(moved, Received | Reversed) or who not in (None, moved.payer) or offer not in (None, moved.offer):
        return 0
    if not first <= moved.period <= last:
        return 0
    return moved.amount if isinstance(moved, Received) else -moved.amount
