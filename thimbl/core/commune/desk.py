"""The clerk's desk: statements that follow from the records, computed to be shown and signed (commune.md 4 to 6).

What these say, the ledger computes too: a statement that was signed as it stands here has no finding, as long as the
clerk has read what the others have. Bodies are those of records, in the order of commune.md 3's table.
"""

from collections.abc import Mapping
from typing import Any

from thimbl.core.commune.citing import read
from thimbl.core.commune.dividend import share
from thimbl.core.commune.leasing import highest
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency, Period, format_amount
from thimbl.core.commune.participants import RENT_BID, SUBSCRIPTION, RentBid, Subscription
from thimbl.core.commune.rent import payable
from thimbl.core.commune.sale import is_eligible, settle
from thimbl.core.commune.shares import MAX_LISTED, digest_of, listed

Body = dict[str, Any]


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
