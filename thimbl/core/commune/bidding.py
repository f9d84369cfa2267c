"""Which bids for a series count, as everybody reads them (commune.md 4): of each author the newest that can."""

from collections.abc import Iterable, Iterator

from thimbl.core.commune.citing import read
from thimbl.core.commune.participants import SUBSCRIPTION, Subscription
from thimbl.core.commune.sale import is_eligible
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study
from thimbl.core.log import VerifiedRecord

Bid = tuple[VerifiedRecord, Subscription]
"""A subscription as it was signed, and what it says."""


def eligible(study: Study, series: Series, who: str) -> list[Bid]:
    """The subscriptions of somebody that can count, in the order made; those that withdraw are among them."""
    return _eligible(study, series, study.ledger.state.evidence.by(who, SUBSCRIPTION, series.offer))


def _eligible(study: Study, series: Series, records: Iterable[VerifiedRecord]) -> list[Bid]:
    told = ((verified, read(study.ledger.state, verified, Subscription)) for verified in records)
    return [
        (verified, said)
        for verified, said in told
        if said is not None and is_eligible(series.terms, said, verified.record.time)
    ]


def bids(study: Study, series: Series) -> Iterator[Bid]:
    """Of each author the newest eligible subscription to a series, unless it withdrew; by address."""
    for _, records in study.ledger.state.evidence.about(SUBSCRIPTION, series.offer):
        found = _eligible(study, series, records)
        if found and found[-1][1].amount:
            yield found[-1]
