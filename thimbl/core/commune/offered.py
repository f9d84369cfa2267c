"""Where a figure comes from that is the sum of nothing: it stands in one record, as its author signed it.

- The terms of an offer need no ledger: they are there before the commune has floated it, and where its log is not
  here (commune.md 2).
- Each names the one record in which it stands. Amounts are minor units; an offer is named by its reference.
"""

from thimbl.core.commune.citing import name_of
from thimbl.core.commune.money import format_amount, format_rate
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.participants import Subscription
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Flow, Whence
from thimbl.core.log import VerifiedRecord

_STANDS = "It stands in the offer, as its co-op signed it, and can not be changed."


def face(offer: str, terms: BondOffer) -> Whence:
    """What a series is to raise."""
    return _term(offer, terms, "face", terms.face)


def rent(offer: str, terms: BondOffer) -> Whence:
    """What the co-op pays a month, by its offer."""
    return _term(offer, terms, "rent a month", terms.rent)


def rate(offer: str, terms: BondOffer) -> Whence:
    """What is offered a year: a fixed rate, or the highest that the bids can come to."""
    if terms.is_auction:
        words = f"rate of {terms.series}: up to {format_rate(terms.ceiling_bp)}"
        told = f"{_STANDS} The bids decide: the rate at which the face is reached is that of all bonds."
    else:
        words, told = f"rate of {terms.series}: {format_rate(terms.ceiling_bp)}", _STANDS
    return Whence(words, (told,), (_offered(offer, terms),))


def bid(verified: VerifiedRecord, said: Subscription, terms: BondOffer) -> Whence:
    """What somebody bids, and at what rate."""
    who = str(verified.author)
    amount = format_amount(said.amount, terms.currency)
    at = f" at {format_rate(said.rate_bp)} or more" if said.rate_bp is not None else ""
    flow = Flow(name_of(verified), f"{who} bids{at}", said.amount)
    return Whence(f"{terms.series} subscribed by {who}: {amount}", ("It stands in their record.",), (flow,))


def agreed(study: Study, series: Series) -> Whence:
    """The rent of a month that is agreed now: what the co-op offered, or what was bid for the asset when it was let
    anew. The series has been let."""
    tenancy, terms = series.tenancies[-1], series.terms
    amount = format_amount(tenancy.rent, terms.currency)
    title = f"rent a month of {series.code}: {amount}"
    if len(series.tenancies) == 1:
        return Whence(title, (_STANDS,), (Flow(series.offer, f"{series.coop} offers that", tenancy.rent),))
    newest = max(letting.seq for letting in study.ledger.state.lettings if letting.offer == series.offer)
    lease = study.by_seq()[newest].verified
    told = f"The asset was let anew, and {tenancy.tenant} bid most for it."
    return Whence(title, (told,), (Flow(name_of(lease), f"let to {tenancy.tenant}", tenancy.rent),))


def _term(offer: str, terms: BondOffer, what: str, minor: int) -> Whence:
    amount = format_amount(minor, terms.currency)
    flow = Flow(offer, f"{offer.partition('#')[0]} offers {terms.series}", minor)
    return Whence(f"{what} of {terms.series}: {amount}", (_STANDS,), (flow,))


def _offered(offer: str, terms: BondOffer) -> Flow:
    return Flow(offer, f"{offer.partition('#')[0]} offers {terms.series}", terms.face)
