"""The sale: an offer is floated, subscribed, and clears or lapses (commune.md 3 and 4).

- Of the subscriptions cited, of each author the latest eligible one counts; an amount of zero withdraws.
- Rates ascend until the face is reached: that rate is all bonds'. Lower bids are allotted in full; those at the rate
  share what is left in units by amount, ties by b32(SHA-256(`offer` LF address)).
- A sale that computes to the other kind takes the computed effect, is `misstated`, and nothing else of it is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from thimbl.core.canonical import id_of
from thimbl.core.commune.citing import WRONG, cite, read, use
from thimbl.core.commune.money import split
from thimbl.core.commune.movements import Issued
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.participants import SUBSCRIPTION, Subscription
from thimbl.core.commune.shares import agrees, listed
from thimbl.core.commune.state import Finding, Series, State, Status, Step, Stop
from thimbl.core.commune.statements import Clearing, Float, Lapse


@dataclass(frozen=True, slots=True)
class Sale:
    """How a sale came out."""

    rate_bp: int
    allotments: Mapping[str, int]


def float_(state: State, step: Step, said: Float) -> None:
    """An admitted co-op's sound offer to this commune is open for subscription."""
    if said.offer in state.series:
        raise Stop("wrong-status", said.offer)
    terms = cite(state, step, said.offer, BondOffer, lambda _, offer: str(offer.commune) in state.addresses)
    coop = said.offer.partition("#")[0]
    if coop not in state.coops:
        raise Stop("not-a-coop", coop)
    if terms.series in state.codes:
        raise Stop(WRONG, said.offer)
    use(state, said.offer)
    state.codes.add(terms.series)
    state.series[said.offer] = Series(said.offer, coop, terms)


def clearing(state: State, step: Step, said: Clearing) -> Issued | None:
    """The clerk says that the face was reached."""
    series, bids = _conclude(state, step, said.offer, said.subscriptions, said.seen)
    sale = settle(series.offer, series.terms, bids)
    if sale is None:
        step.find("misstated", "clearing")
        series.status = Status.LAPSED
        return None
    step.compare("rate_bp", said.rate_bp, sale.rate_bp)
    agree = agrees(said.allotments, sale.allotments, state.currency)
    step.compare("allotments", said.allotments, listed(sale.allotments), agree=agree)
    return _issue(series, bids, sale)


def lapse(state: State, step: Step, said: Lapse) -> Issued | None:
    """The clerk says that it was not."""
    series, bids = _conclude(state, step, said.offer, said.subscriptions, said.seen)
    sale = settle(series.offer, series.terms, bids)
    if sale is None:
        series.status = Status.LAPSED
        return None
    step.find("misstated", "lapse")
    return _issue(series, bids, sale)


def is_eligible(terms: BondOffer, said: Subscription, time: int) -> bool:
    """Whether a subscription made at `time` (Unix seconds) may count (commune.md 4)."""
    if time > terms.closes or said.amount % terms.unit or said.amount > terms.face:
        return False
    if terms.max_rate_bp is None or said.amount == 0:
        return True
    return said.rate_bp is not None and 0 <= said.rate_bp <= terms.max_rate_bp


def settle(offer: str, terms: BondOffer, bids: Mapping[str, tuple[int, int]]) -> Sale | None:
    """How a sale comes out for these bids, an amount and a rate by author; None where it lapses."""
    if sum(amount for amount, _ in bids.values()) < terms.face:
        return None
    left, allotments = terms.face, dict[str, int]()
    for rate, group in groupby(sorted(bids, key=lambda who: bids[who][1]), key=lambda who: bids[who][1]):
        amounts = {who: bids[who][0] for who in group}
        if sum(amounts.values()) < left:
            allotments |= amounts
            left -= sum(amounts.values())
            continue
        units = split(left // terms.unit, amounts, tie=lambda who: tie_break(offer, who))
        return Sale(rate, allotments | {who: count * terms.unit for who, count in units.items() if count})
    raise AssertionError("the bids together reach the face")


def tie_break(offer: str, address: str) -> str:
    """What breaks a tie between bids: whoever's is less goes first (commune.md 4)."""
    return id_of(f"{offer}\n{address}".encode())


def _conclude(
    state: State, step: Step, offer: str, cited: Sequence[str], seen: Mapping[str, int]
) -> tuple[Series, dict[str, tuple[int, int]]]:
    """The series, and the bids that count, after all that is to be said of the citations."""
    series = state.in_status(offer, Status.FLOATED)
    terms = series.terms
    if step.time < terms.closes:
        step.find("early", offer)
    latest: dict[str, tuple[int, Subscription]] = {}
    for reference in cited:
        try:
            said = cite(state, step, reference, Subscription, lambda _, one: one.offer == offer)
        except Stop as stop:
            step.find(stop.code, stop.detail)
            continue
        verified = state.evidence.get(reference)
        assert verified is not None, "it was cited a moment ago"
        if not is_eligible(terms, said, verified.record.time):
            step.find("ineligible-subscription", reference)
            continue
        use(state, reference)
        author, seq = str(verified.author), verified.record.seq
        if author not in latest or latest[author][0] < seq:
            latest[author] = (seq, said)
    _look_for_others(state, step, series, cited, seen)
    fixed = terms.rate_bp
    return series, {
        who: (said.amount, fixed if fixed is not None else said.rate_bp or 0)
        for who, (_, said) in latest.items()
        if said.amount
    }


def _look_for_others(state: State, step: Step, series: Series, cited: Sequence[str], seen: Mapping[str, int]) -> None:
    """Subscriptions that the clerk had read and does not cite, and those that came after."""
    named = set(cited)
    for author, records in state.evidence.about(SUBSCRIPTION, series.offer):
        eligible = [
            (record.record.seq, f"{author}#{record.record.id}", said)
            for record in records
            if (said := read(state, record, Subscription)) is not None
            and is_eligible(series.terms, said, record.record.time)
        ]
        if not eligible:
            continue
        cited_seqs = [record.record.seq for record in records if f"{author}#{record.record.id}" in named]
        read_to = max([seen[author], *cited_seqs]) if author in seen else eligible[-1][0]
        before = [one for one in eligible if one[0] <= read_to]
        if before:
            seq, reference, said = before[-1]
            if reference not in named and (said.amount or any(earlier < seq for earlier in cited_seqs)):
                step.find("omitted-subscription", reference)
        seq, reference, said = eligible[-1]
        if seq > read_to and (said.amount or cited_seqs):
            state.notices.append(Finding(step.seq, "unseen-subscription", reference))


def _issue(series: Series, bids: Mapping[str, tuple[int, int]], sale: Sale) -> Issued:
    series.status, series.rate_bp = Status.CLEARED, sale.rate_bp
    series.holdings = dict(sale.allotments)
    series.outstanding = series.terms.face
    return Issued(series.offer, series.code, sale.rate_bp, bids, sale.allotments, series.terms.unit)
