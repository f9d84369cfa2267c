"""Transfers: bonds go from one holder to another, and the register of holders says so (commune.md 3)."""

from thimbl.core.commune.citing import cite, use
from thimbl.core.commune.movements import Passed
from thimbl.core.commune.participants import Transfer
from thimbl.core.commune.state import State, Status, Step, Stop
from thimbl.core.commune.statements import Registration


def registration(state: State, step: Step, said: Registration) -> Passed:
    """The evidence first: the series is the one that the transfer names."""
    transfer = cite(state, step, said.transfer, Transfer, lambda _, one: True)
    series = state.in_status(transfer.offer, Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED)
    holder = said.transfer.partition("#")[0]
    held = series.holdings.get(holder, 0)
    if not 0 < transfer.amount <= held:
        raise Stop("overdrawn-holding", holder)
    use(state, said.transfer)
    if held > transfer.amount:
        series.holdings[holder] = held - transfer.amount
    else:
        del series.holdings[holder]
    series.holdings[transfer.to] = series.holdings.get(transfer.to, 0) + transfer.amount
    return Passed(transfer.offer, series.code, holder, transfer.to, transfer.amount)
