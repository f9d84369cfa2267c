"""Reversal: a rent is taken back; nothing is ever edited (commune.md 3)."""

from thimbl.core.commune.citing import REUSED, WRONG
from thimbl.core.commune.movements import Reversed
from thimbl.core.commune.state import State, Status, Step, Stop
from thimbl.core.commune.statements import Reversal


def reversal(state: State, step: Step, said: Reversal) -> Reversed:
    """Once, out of the series' cash, or the pool when it is redeemed. Interest that fell due stays due."""
    taken = state.rents.get(said.of)
    if taken is None:
        raise Stop(WRONG, said.of)
    if taken.reversed:
        raise Stop(REUSED, said.of)
    series = state.series[taken.offer]
    from_pool = series.status is Status.REDEEMED
    if (state.pool if from_pool else series.cash) < taken.amount:
        raise Stop("overdrawn", said.of)
    if from_pool:
        state.pool -= taken.amount
    else:
        series.cash -= taken.amount
        if not series.cash:
            series.cash_since = None
    taken.reversed = True
    series.paid_rents[taken.period] -= taken.amount
    return Reversed(taken.offer, series.code, taken.payer, taken.period, taken.amount, from_pool)
