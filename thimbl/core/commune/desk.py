"""The clerk's desk: statements that follow from the records, computed to be shown and signed (commune.md 3 to 6).

- What these say, the ledger computes too: a statement that was signed as it stands here has no finding, as long as the
  clerk has read what the others have. Bodies are those of records, in the order of commune.md 3's table.
- What a statement cites is looked up: the application, the payment, the surrender. The newest that took no effect yet.
- :func:`rehearse` folds a statement into a copy of the ledger before it is signed: what it finds, everybody would.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.commune.citing import fresh, name_of, read
from thimbl.core.commune.dividend import share
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.leasing import highest
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency, Period, format_amount
from thimbl.core.commune.participants import (
    FOR_RENT,
    JOIN,
    LEAVE,
    PAYMENT,
    RENT_BID,
    SUBSCRIPTION,
    SURRENDER,
    Join,
    Leave,
    Participant,
    Payment,
    RentBid,
    Subscription,
    Surrender,
    read_participant,
)
from thimbl.core.commune.rent import payable
from thimbl.core.commune.sale import is_eligible, settle
from thimbl.core.commune.shares import MAX_LISTED, digest_of, listed
from thimbl.core.commune.state import Finding
from thimbl.core.commune.statements import RULES
from thimbl.core.log import VerifiedRecord
from thimbl.core.records import Record, make_data
from thimbl.core.times import format_time

Body = dict[str, Any]

_SOME_ID: Final = "a" * 52
"""Stands for the id of the record before, which a rehearsal does not look at."""


def rehearse(ledger: Ledger, kind: str, body: Mapping[str, Any], now: int) -> list[Finding]:
    """What the protocol would find fault with if the clerk signed this at `now` (Unix seconds); the ledger stays as it
    is. `ledger.address` is the commune's, even where its log is empty."""
    copy = ledger.copy()
    data = make_data(ledger.seq + 1, _SOME_ID if ledger.seq else None, format_time(max(now, ledger.time)), kind, body)
    return list(copy.fold(VerifiedRecord(Address.parse(ledger.address), "", Record.from_data(data))).findings)


def charter(name: str, currency: Currency) -> Body:
    """What the commune calls itself, and its money."""
    return {"name": name, "currency": currency.code, "digits": currency.digits, "period": "month", "rules": RULES}


def admission(ledger: Ledger, who: str, role: str) -> Body | None:
    """Onto a register, on the newest application; None where there is none."""
    application = _newest_to_commune(ledger, who, JOIN, lambda said: isinstance(said, Join) and said.role == role)
    return None if application is None else {"who": who, "as": role, "application": application}


def departure(ledger: Ledger, who: str, role: str) -> Body:
    """Off a register; without an application of theirs it is an expulsion."""
    application = _newest_to_commune(ledger, who, LEAVE, lambda said: isinstance(said, Leave))
    return {"who": who, "as": role} | ({} if application is None else {"application": application})


def acquisition(ledger: Ledger, offer: str, cost: int, first_period: Period) -> Body:
    """The asset is bought for `cost` minor units; rent and interest begin with `first_period`."""
    return {
        "offer": offer,
        "cost": format_amount(cost, ledger.state.currency),
        "first_period": str(first_period),
    }


def rent(ledger: Ledger, offer: str, payer: str, period: Period, amount: int) -> Body:
    """Rent came in, with the payer's own word for it where there is one."""
    body = {
        "offer": offer,
        "from": payer,
        "period": str(period),
        "amount": format_amount(amount, ledger.state.currency),
    }
    for verified in ledger.state.evidence.by(payer, PAYMENT, offer):
        said, reference = read(ledger.state, verified, Payment), f"{payer}#{verified.record.id}"
        if (
            said is not None
            and said.commune in ledger.state.addresses
            and (said.purpose, said.period, said.amount) == (FOR_RENT, period, amount)
            and reference not in ledger.state.used
        ):
            return body | {"payment": reference}
    return body


def reversal(of: str, reason: str) -> Body:
    """A rent is taken back; `of` is its id."""
    return {"of": of, "reason": reason}


def return_(ledger: Ledger, offer: str, reason: str) -> Body:
    """The asset comes back, on the tenant's surrender where there is one."""
    tenant = ledger.state.series[offer].tenant
    given = [
        name_of(verified)
        for verified in fresh(ledger.state, ledger.state.evidence.by(tenant or "", SURRENDER, offer))
        if read(ledger.state, verified, Surrender) is not None
    ]
    return {"offer": offer} | ({"surrender": given[-1]} if given else {}) | {"reason": reason}


def liquidation(ledger: Ledger, offer: str, proceeds: int) -> Body:
    """The asset is sold for `proceeds` minor units."""
    return {"offer": offer, "proceeds": format_amount(proceeds, ledger.state.currency)}


def conclude_sale(ledger: Ledger, offer: str, read_to: Mapping[str, int]) -> tuple[str, Body]:
    """`clearing` or `lapse`, whichever the subscriptions come to, and its body.

    `read_to` is how far the clerk has read each log, by address; of those who subscribed it becomes `seen`.
    """
    state = ledger.state
    series = state.series[offer]
    cited, bids, seen = list[str](), dict[str, tuple[int, int]](), list[Body]()
    for author, records in state.evidence.about(SUBSCRIPTION, offer):
        eligible = [
            (verified.record.id, said)
            for verified in records
            if (said := read(state, verified, Subscription)) is not None
            and is_eligible(series.terms, said, verified.record.time)
        ]
        seen.append({"address": author, "seq": max(read_to.get(author, 0), records[-1].record.seq)})
        if eligible and eligible[-1][1].amount:
            record_id, said = eligible[-1]
            cited.append(f"{author}#{record_id}")
            fixed = series.terms.rate_bp
            bids[author] = (said.amount, fixed if fixed is not None else said.rate_bp or 0)
    sale = settle(offer, series.terms, bids)
    if sale is None:
        return "lapse", {"offer": offer, "subscriptions": cited, "seen": seen}
    return "clearing", {
        "offer": offer,
        "subscriptions": cited,
        "rate_bp": sale.rate_bp,
        "allotments": stated(sale.allotments, state.currency),
        "seen": seen,
    }


def redemption(ledger: Ledger, offer: str, period: Period) -> Body:
    """What the series' cash can pay now."""
    currency = ledger.state.currency
    payout = payable(ledger.state.series[offer], period)
    return {
        "offer": offer,
        "period": str(period),
        "interest": stated(payout.interest, currency),
        "principal": stated(payout.principal, currency),
    }


def dividend(ledger: Ledger, period: Period) -> Body:
    """What the pool comes to for each member. Raises `ZeroDivisionError` where there is none."""
    currency = ledger.state.currency
    pool, each, carried = share(ledger.state)
    return {
        "period": str(period),
        "pool": format_amount(pool, currency),
        "members": len(ledger.state.members),
        "each": format_amount(each, currency),
        "carried": format_amount(carried, currency),
    }


def lease(ledger: Ledger, offer: str, first_period: Period) -> Body | None:
    """The asset to the highest bidder of all whose newest bid is known; None where no admitted co-op bids."""
    state = ledger.state
    bids: dict[str, RentBid] = {}
    for author, records in state.evidence.about(RENT_BID, offer):
        bid, reference = read(state, records[-1], RentBid), f"{author}#{records[-1].record.id}"
        if author in state.coops and bid is not None and reference not in state.used:
            bids[reference] = bid
    if not bids:
        return None
    best = highest(offer, bids)
    return {
        "offer": offer,
        "bids": list(bids),
        "tenant": best.partition("#")[0],
        "rent": format_amount(bids[best].rent, state.currency),
        "first_period": str(first_period),
    }


def stated(shares: Mapping[str, int], currency: Currency) -> list[Body] | Body:
    """Shares as a statement gives them; a long list by its digest."""
    computed = listed(shares)
    if len(computed) > MAX_LISTED:
        digest = digest_of(computed, currency)
        return {"count": digest.count, "total": format_amount(digest.total, currency), "digest": digest.digest}
    return [{"holder": who, "amount": format_amount(amount, currency)} for who, amount in computed]


def _newest_to_commune(ledger: Ledger, who: str, kind: str, fits: Callable[[Participant], bool]) -> str | None:
    """The newest record of this kind that somebody addressed to the commune, and that took no effect yet."""
    state = ledger.state
    open_ = [
        verified
        for address in state.addresses
        for verified in fresh(state, state.evidence.by(who, kind, address))
        if (said := _read_any(ledger, verified)) is not None and fits(said)
    ]
    return name_of(max(open_, key=lambda one: one.record.seq)) if open_ else None


def _read_any(ledger: Ledger, verified: VerifiedRecord) -> Participant | None:
    """What a participant's record says in the money of this commune; None where it is malformed."""
    try:
        return read_participant(verified.record, ledger.state.currency)
    except Malformed:
        return None
