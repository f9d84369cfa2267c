"""The statement of one member, holder or co-op: what they subscribed, were allotted, were paid, paid, and hold.

- Made from the movements that the ledger folded: no figure here is computed in another way than the ledger's own.
- A sale, a redemption and a transfer count for the month of the commune's record of it; rent and dividends for the
  month that they are for, as in the per-capita statement (commune.md 11). What is held is what is held now.
"""

from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.fields import month_of
from thimbl.core.commune.money import MAX_YEAR, Period
from thimbl.core.commune.movements import Issued, Paid, Passed, Received, Reversed, Shared
from thimbl.core.commune.percapita import per_capita
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.study import Study
from thimbl.core.commune.wishes import View

FIRST: Final = Period(1, 1)
LAST: Final = Period(MAX_YEAR, 12)


@dataclass(slots=True)
class Part:
    """Somebody's part in one series; minor units."""

    code: str
    offer: str
    subscribed: int = 0
    """In a sale that is over, the bid that counted; before that, the one that counts now."""
    allotted: int = 0
    taken_over: int = 0
    passed_on: int = 0
    interest: int = 0
    principal: int = 0
    lost: int = 0
    """Written off."""
    holds: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether they have nothing to do with it."""
        return not any(
            (self.subscribed, self.allotted, self.taken_over, self.passed_on, self.interest, self.principal, self.lost,
             self.holds)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands with a commune over a span of months; minor units."""

    who: str
    is_member: bool
    is_coop: bool
    parts: tuple[Part, ...]
    rent: int
    """That they paid, less what was taken back."""
    common_rent: int
    """That everybody paid."""
    use: int
    """Of the rent that the co-op paid which they named as where they work, their part."""
    dividend: int

    @property
    def difference(self) -> int:
        """What they got beyond what they used; negative where they used more."""
        return self.dividend - self.use


def standing(study: Study, who: str, first: Period = FIRST, last: Period = LAST) -> Standing:
    """How `who` (a canonical address) stands with a commune, over the months `first` to `last`."""
    state = study.ledger.state
    parts = {series.code: _begin(study, series, who) for series in state.series.values()}
    rent = dividend = 0
    for one in study.folded:
        in_span = first <= month_of(one.verified.record.time) <= last
        match one.movement:
            case Issued() as issued if in_span:
                part = parts[issued.code]
                part.subscribed = issued.bids.get(who, (0, 0))[0]
                part.allotted = issued.allotments.get(who, 0)
            case Paid() as paid if in_span:
                part = parts[paid.code]
                part.interest += paid.interest.get(who, 0)
                part.principal += paid.principal.get(who, 0)
                part.lost += paid.lost.get(who, 0)
            case Passed() as passed if in_span:
                parts[passed.code].passed_on += passed.amount if passed.holder == who else 0
                parts[passed.code].taken_over += passed.amount if passed.to == who else 0
            case Received() as received if received.payer == who and first <= received.period <= last:
                rent += received.amount
            case Reversed() as reversed_ if reversed_.payer == who and first <= reversed_.period <= last:
                rent -= reversed_.amount
            case Shared() as shared if who in shared.members and first <= shared.period <= last:
                dividend += shared.each
    common, members = per_capita(study.folded, state.members, first, last)
    use = next((one.use for one in members if one.member == who), 0)
    found = tuple(part for part in parts.values() if not part.is_nothing)
    return Standing(who, who in state.members, who in state.coops, found, rent, common, use, dividend)


def _begin(study: Study, series: Series, who: str) -> Part:
    part = Part(series.code, series.offer, holds=series.holdings.get(who, 0))
    if series.status is Status.FLOATED:
        bid = View(who, study.ledger.time, study.ledger.state.evidence).standing(series.offer, series.terms)
        part.subscribed = 0 if bid is None else bid.amount
    return part
