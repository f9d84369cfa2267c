"""Notices: what is no fault, and what somebody should look at (commune.md 7; the exact rules are commune.md 12's).

- They are as of the newest record of the commune: its clock says what is past, not the reader's, so that every follower
  who has the same records has the same notices.
- A notice about a record of the commune has its seq; one about anything else has that of the newest record.
- One each: of rents that lack, the first month of each series; of payouts, the newest of each series and of the pool.
  A clerk can not bury a reader in them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.citing import applicants, application, fresh, name_of, read
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period, PeriodError
from thimbl.core.commune.participants import (
    ACKNOWLEDGEMENT,
    FOR_RENT,
    PAYMENT,
    RENT_BID,
    SURRENDER,
    TRANSFER,
    Payment,
    RentBid,
    Surrender,
    Transfer,
)
from thimbl.core.commune.state import AssetState, Finding, Payout, Series, Status
from thimbl.core.log import VerifiedRecord

CODES: Final = (
    "unseen-subscription",
    "unseen-bid",
    "uncorroborated",
    "unreceipted",
    "overdue-rent",
    "overdue-redemption",
    "past-term",
    "lost",
    "unacknowledged",
    "unanswered",
    "witness-disagrees",
)
"""In the order of commune.md 7, which is their order within a seq."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What the head of somebody's plan says of a commune's log (plan-format 2)."""

    by: str
    """Their address."""
    seq: int
    last: str


def notices(ledger: Ledger, ids: Mapping[int, str] | None = None, witnesses: Iterable[Witness] = ()) -> list[Finding]:
    """All notices about a ledger, by seq. `ids` are those of the commune's log, with which witnesses agree or not."""
    if ledger.state.charter is None:
        return []
    found = [
        *ledger.state.notices,
        *_unseen_bids(ledger),
        *_uncorroborated(ledger),
        *_unreceipted(ledger),
        *(notice for series in ledger.state.series.values() for notice in _of_series(ledger, series)),
        *_unacknowledged(ledger),
        *_unanswered(ledger),
        *_disagreeing(ids or {}, witnesses),
    ]
    return sorted(found, key=lambda notice: (notice.seq, CODES.index(notice.code)))


def _unseen_bids(ledger: Ledger) -> Iterator[Finding]:
    """A co-op's newest bid for an asset, made before it was let to somebody for less, that the lease does not cite."""
    state = ledger.state
    for letting in state.lettings:
        for author, records in state.evidence.about(RENT_BID, letting.offer):
            in_time = [one for one in records if one.record.time <= letting.time]
            if author not in state.coops or not in_time:
                continue
            bid, reference = read(state, in_time[-1], RentBid), name_of(in_time[-1])
            known = reference in letting.cited or reference in state.used
            if bid is not None and bid.rent > letting.rent and not known:
                yield Finding(letting.seq, "unseen-bid", reference)


def _uncorroborated(ledger: Ledger) -> Iterator[Finding]:
    """A rent that cites no payment, and was not taken back."""
    for taken in ledger.state.rents.values():
        if taken.payment is None and not taken.reversed:
            yield Finding(taken.seq, "uncorroborated", taken.offer)


def _unreceipted(ledger: Ledger) -> Iterator[Finding]:
    """A payment of rent to this commune, made by now, that no record cites."""
    state = ledger.state
    for offer in state.series:
        for _, records in state.evidence.about(PAYMENT, offer):
            for verified in _open(ledger, records):
                payment = read(state, verified, Payment)
                if payment is not None and payment.purpose == FOR_RENT and payment.commune in state.addresses:
                    yield Finding(ledger.seq, "unreceipted", name_of(verified))


def _of_series(ledger: Ledger, series: Series) -> Iterator[Finding]:
    month = month_of(ledger.time)
    if (lacking := first_month_lacking(series, month)) is not None:
        yield Finding(ledger.seq, "overdue-rent", f"{series.offer} {lacking}")
    if series.status in (Status.ACQUIRED, Status.LIQUIDATED) and series.outstanding:
        if series.cash_since is not None and series.cash_since < month:
            yield Finding(ledger.seq, "overdue-redemption", series.offer)
        if series.tenancies and month.since(series.tenancies[0].first) >= series.terms.term:
            yield Finding(ledger.seq, "past-term", series.offer)


def first_month_lacking(series: Series, month: Period) -> Period | None:
    """The first month before `month` for which less rent came in than was agreed; None where there is none.

    Of a month that two tenancies share, the later one's rent is agreed.
    """
    for index, tenancy in enumerate(series.tenancies):
        end = month if tenancy.last is None else min(month, _after(tenancy.last))
        if index + 1 < len(series.tenancies):
            end = min(end, series.tenancies[index + 1].first)
        period = tenancy.first
        # Ends after as many months as were paid: the first that was not is the one.
        while period < end:
            if series.paid_rents.get(period, 0) < tenancy.rent:
                return period
            period = period.next()
    return None


def _after(period: Period) -> Period:
    try:
        return period.next()
    except PeriodError:
        return period


def _unacknowledged(ledger: Ledger) -> Iterator[Finding]:
    """Whoever got something by the newest redemption of a series, or the newest dividend, and has not said so."""
    state = ledger.state
    for payout in [*(series.newest_payment for series in state.series.values()), state.newest_dividend]:
        if payout is not None:
            yield from (
                Finding(payout.seq, "unacknowledged", who)
                for who in payout.to
                if not _is_acknowledged(state.evidence, state.addresses, payout, who)
            )


def _is_acknowledged(evidence: Evidence, addresses: Iterable[str], payout: Payout, who: str) -> bool:
    return any(evidence.by(who, ACKNOWLEDGEMENT, f"{address}#{payout.id}") for address in addresses)


def _unanswered(ledger: Ledger) -> Iterator[Finding]:
    """A join, leave, transfer or surrender that could be acted on, made by now, and was not."""
    state = ledger.state
    for author in applicants(state):
        if (waiting := application(state, author, ledger.time)) is not None:
            yield Finding(ledger.seq, "unanswered", name_of(waiting))
    for offer, series in state.series.items():
        for author, records in state.evidence.about(TRANSFER, offer):
            for verified in _open(ledger, records):
                transfer = read(state, verified, Transfer)
                if transfer is not None and 0 < transfer.amount <= series.holdings.get(author, 0):
                    yield Finding(ledger.seq, "unanswered", name_of(verified))
        if series.asset is AssetState.LET and series.tenant is not None:
            records = state.evidence.by(series.tenant, SURRENDER, offer)
            for verified in fresh(state, [one for one in records if one.record.time <= ledger.time])[-1:]:
                if read(state, verified, Surrender) is not None:
                    yield Finding(ledger.seq, "unanswered", name_of(verified))


def _disagreeing(ids: Mapping[int, str], witnesses: Iterable[Witness]) -> Iterator[Finding]:
    """Somebody's witness names another id for the same seq: their copy is the proof of a fork."""
    for witness in sorted(witnesses, key=lambda one: (one.seq, one.by)):
        if witness.seq in ids and ids[witness.seq] != witness.last:
            yield Finding(witness.seq, "witness-disagrees", witness.by)


def _open(ledger: Ledger, records: Iterable[VerifiedRecord]) -> list[VerifiedRecord]:
    """Those that were made by the time of the commune's newest record, and not used."""
    used = ledger.state.used
    return [one for one in records if one.record.time <= ledger.time and name_of(one) not in used]
