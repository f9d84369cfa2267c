"""The dividend: what the pool holds is shared by all members, one share each (commune.md 6)."""

from thimbl.core.commune.movements import Shared
from thimbl.core.commune.state import Payout, State, Step, Stop
from thimbl.core.commune.statements import Dividend


def dividend(state: State, step: Step, said: Dividend) -> Shared:
    """Each gets the same, rounded down; the rest is carried over."""
    if not state.members:
        raise Stop("no-members", str(said.period))
    pool, each, carried = share(state)
    members = tuple(state.members)
    step.compare("pool", said.pool, pool)
    step.compare("members", said.members, len(members))
    step.compare("each", said.each, each)
    step.compare("carried", said.carried, carried)
    state.pool, state.carried = 0, carried
    if each:
        state.newest_dividend = Payout(step.seq, step.id, tuple(sorted(members)))
        got = state.dividends
        for member in members:
            got[member] = got.get(member, 0) + each
    return Shared(said.period, pool, each, carried, members)


def share(state: State) -> tuple[int, int, int]:
    """Of a commune that has members: what the pool holds with what was carried over, what each gets, what remains."""
    pool = state.pool + state.carried
    return (pool, *divmod(pool, len(state.members)))
