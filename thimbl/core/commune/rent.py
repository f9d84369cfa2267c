"""Rent and redemption: the asset is bought and let, its rent pays interest and principal (commune.md 5).

- Interest falls due month by month from `first_period` on, each month once, when a rent or redemption of that month or
  a later one is folded in, on the principal outstanding at that point.
- A redemption pays interest first, then principal, each as far as the series' cash goes, each split among those who
  hold then by what they hold before it.
- When nothing is outstanding the series is redeemed; what it has and gets goes to the pool from then on.
"""

from dataclasses import replace
from typing import NamedTuple

from thimbl.core.commune.citing import cite, use
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.money import Period, interest, split
from thimbl.core.commune.movements import Accrual, Bought, Paid, Received, Sold
from thimbl.core.commune.participants import FOR_RENT, Payment
from thimbl.core.commune.shares import agrees, listed
from thimbl.core.commune.state import (
    AssetState,
    Finding,
    Payout,
    RentTaken,
    Series,
    State,
    Status,
    Step,
    Stop,
    Tenancy,
)
from thimbl.core.commune.statements import Acquisition, Liquidation, Redemption, Rent


def acquisition(state: State, step: Step, said: Acquisition) -> Bought:
    """The asset is bought and let to the co-op; what the face left over is the series' cash."""
    series = state.in_status(said.offer, Status.CLEARED)
    if said.cost > series.terms.face:
        raise Stop("overspent", said.offer)
    series.status, series.asset, series.cost = Status.ACQUIRED, AssetState.LET, said.cost
    series.receive(series.terms.face - said.cost, month_of(step.time))
    series.accrues_from = said.first_period
    series.tenancies.append(Tenancy(series.coop, series.terms.rent, said.first_period))
    return Bought(series.code, said.cost, series.terms.face)


def rent(state: State, step: Step, said: Rent) -> Received:
    """To the series' cash; to the pool once it is redeemed."""
    series = state.in_status(said.offer, Status.ACQUIRED, Status.LIQUIDATED, Status.REDEEMED)
    if said.payment is not None:

        def pays(author: str, payment: Payment) -> bool:
            return (
                author == said.payer
                and payment.commune in state.addresses
                and payment.purpose == FOR_RENT
                and (payment.offer, payment.period, payment.amount) == (said.offer, said.period, said.amount)
            )

        cite(state, step, said.payment, Payment, pays)
        use(state, said.payment)
    accrual = accrue(series, said.period)
    to_pool = series.status is Status.REDEEMED
    if to_pool:
        state.pool += said.amount
    else:
        series.receive(said.amount, month_of(step.time))
    series.paid_rents[said.period] = series.paid_rents.get(said.period, 0) + said.amount
    state.rents[step.id] = RentTaken(step.seq, said.offer, said.payer, said.period, said.amount, said.payment)
    return Received(said.offer, series.code, said.payer, said.period, said.amount, to_pool, accrual)


def redemption(state: State, step: Step, said: Redemption) -> Paid:
    """What the series' cash can pay; of a liquidated series the last, and the rest is lost."""
    series = state.in_status(said.offer, Status.ACQUIRED, Status.LIQUIDATED)
    accrual, due, interests, principals = payable(series, said.period)
    cash, holdings = series.cash, dict(series.holdings)
    paid, repaid = sum(interests.values()), sum(principals.values())
    _note(series, accrual)
    accruals = tuple(series.accruals)
    for name, stated, computed in (("interest", said.interest, interests), ("principal", said.principal, principals)):
        step.compare(name, stated, listed(computed), agree=agrees(stated, computed, state.currency))
    series.cash -= paid + repaid
    series.due -= paid
    if not series.due:
        series.accruals.clear()
    series.outstanding -= repaid
    series.holdings = {who: held - principals[who] for who, held in holdings.items() if held > principals[who]}
    if paid or repaid:
        series.newest_payment = Payout(step.seq, step.id, tuple(sorted(holdings)))
    if not series.cash:
        series.cash_since = None
    lost: dict[str, int] = {}
    if series.status is Status.LIQUIDATED and series.outstanding:
        lost, series.holdings, series.outstanding = series.holdings, {}, 0
        state.notices.append(Finding(step.seq, "lost", said.offer))
    to_pool = 0 if series.outstanding else state.pass_to_pool(series)
    return Paid(
        said.offer, series.code, said.period, accruals, due, cash, holdings, interests, principals, to_pool, lost
    )


def liquidation(state: State, step: Step, said: Liquidation) -> Sold:
    """The proceeds go where a rent would."""
    series = state.with_asset(said.offer, AssetState.LET, AssetState.VACANT)
    if series.asset is AssetState.LET:
        series.tenancies[-1] = end_of(series.tenancies[-1], step.time)
    series.asset = AssetState.SOLD
    to_pool = series.status is Status.REDEEMED
    if to_pool:
        state.pool += said.proceeds
    else:
        series.status = Status.LIQUIDATED
        series.receive(said.proceeds, month_of(step.time))
        if not series.outstanding:
            state.pass_to_pool(series)
    return Sold(said.offer, series.code, said.proceeds, series.cost, to_pool)


def accrue(series: Series, period: Period) -> Accrual | None:
    """Let interest fall due through `period`; None where none does."""
    accrual = falling_due(series, period)
    _note(series, accrual)
    return accrual


def _note(series: Series, accrual: Accrual | None) -> None:
    if accrual is not None:
        series.due += accrual.total
        series.accruals.append(accrual)
        series.accrues_from = accrual.first.plus(accrual.months)


def falling_due(series: Series, period: Period) -> Accrual | None:
    """The interest that falls due with a rent or redemption of `period`; None where none does."""
    start = series.accrues_from
    if start is None or series.status is Status.REDEEMED or period < start:
        return None
    assert series.rate_bp is not None, "a series that bears interest was cleared"
    each = interest(series.outstanding, series.rate_bp)
    return Accrual(start, period.since(start) + 1, each, series.outstanding, series.rate_bp)


class Payable(NamedTuple):
    """What a redemption comes to: see :func:`payable`."""

    accrual: Accrual | None
    due: int
    """Interest, with what falls due now."""
    interest: dict[str, int]
    principal: dict[str, int]


def payable(series: Series, period: Period) -> Payable:
    """What a redemption of `period` pays of interest and principal, by holder."""
    accrual = falling_due(series, period)
    due = series.due + (accrual.total if accrual else 0)
    paid = min(series.cash, due)
    repaid = min(series.cash - paid, series.outstanding)
    return Payable(accrual, due, split(paid, series.holdings), split(repaid, series.holdings))


def end_of(tenancy: Tenancy, time: int) -> Tenancy:
    """The tenancy, over in the month of `time` (Unix seconds)."""
    return replace(tenancy, last=month_of(time))
