"""The charter and the registers of members and co-ops (commune.md 3)."""

from thimbl.core.commune.citing import cite, use
from thimbl.core.commune.participants import MEMBER, Join, Leave
from thimbl.core.commune.state import State, Step, Stop
from thimbl.core.commune.statements import Admission, Charter, Departure


def charter(state: State, step: Step, said: Charter) -> None:
    """Once; a second is `wrong-status`."""
    if state.charter is not None:
        raise Stop("wrong-status", "charter")
    state.charter = said


def admission(state: State, step: Step, said: Admission) -> None:
    """Onto a register, on the application of whoever it is."""
    if said.who in state.register(said.role):
        raise Stop("wrong-status", said.who)

    def applies(author: str, join: Join) -> bool:
        return author == said.who and join.commune in state.addresses and join.role == said.role

    join = cite(state, step, said.application, Join, applies)
    use(state, said.application)
    if said.role == MEMBER:
        state.members[said.who] = join.coop
    else:
        state.coops[said.who] = None


def departure(state: State, step: Step, said: Departure) -> None:
    """Off a register; `expelled` where they did not ask for it, which does not stop the effect."""
    register = state.register(said.role)
    if said.who not in register:
        raise Stop("wrong-status", said.who)
    if said.application is None:
        step.find("expelled", said.who)
    else:
        cite(
            state,
            step,
            said.application,
            Leave,
            lambda author, leave: author == said.who and leave.commune in state.addresses,
        )
        use(state, said.application)
    del register[said.who]
