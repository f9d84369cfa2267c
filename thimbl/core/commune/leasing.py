"""Leases: an asset comes back, and is let anew to the highest bidder (commune.md 3)."""

from collections.abc import Mapping

from thimbl.core.commune.citing import cite, use
from thimbl.core.commune.participants import RentBid, Surrender
from thimbl.core.commune.rent import end_of
from thimbl.core.commune.sale import tie_break
from thimbl.core.commune.state import AssetState, Letting, State, Step, Stop, Tenancy
from thimbl.core.commune.statements import Lease, Return


def return_(state: State, step: Step, said: Return) -> None:
    """The asset is vacant."""
    series = state.with_asset(said.offer, AssetState.LET)
    if said.surrender is not None:
        tenant = series.tenant
        cite(
            state,
            step,
            said.surrender,
            Surrender,
            lambda author, surrender: author == tenant and surrender.offer == said.offer,
        )
        use(state, said.surrender)
    series.asset = AssetState.VACANT
    series.tenancies[-1] = end_of(series.tenancies[-1], step.time)


def lease(state: State, step: Step, said: Lease) -> None:
    """To the author of the highest bid that is cited, by an admitted co-op; ties as in a sale."""
    series = state.with_asset(said.offer, AssetState.VACANT)
    bids: dict[str, RentBid] = {}
    for reference in said.bids:
        try:
            bid = cite(
                state,
                step,
                reference,
                RentBid,
                lambda author, bid: author in state.coops and bid.offer == said.offer,
            )
            if reference in bids:
                raise Stop("reused", reference)
        except Stop as stop:
            step.find(stop.code, stop.detail)
        else:
            bids[reference] = bid
    if not bids:
        step.find("misstated", "lease")
        return
    best = highest(said.offer, bids)
    tenant, rent = _author(best), bids[best].rent
    step.compare("lease", (said.tenant, said.rent), (tenant, rent))
    use(state, best)
    series.asset = AssetState.LET
    series.tenancies.append(Tenancy(tenant, rent, said.first_period))
    state.lettings.append(Letting(step.seq, step.time, said.offer, rent, frozenset(said.bids)))


def highest(offer: str, bids: Mapping[str, RentBid]) -> str:
    """The reference of the bid that wins."""
    return min(bids, key=lambda one: (-bids[one].rent, tie_break(offer, _author(one))))


def _author(reference: str) -> str:
    return reference.partition("#")[0]
