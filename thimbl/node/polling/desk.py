"""What all fetches have in common: the clients, the store and the way into it, turns, and what is remembered."""

from collections.abc import Callable
from dataclasses import dataclass

from finger.client import FingerClient
from finger.errors import ConnectionRefused, FingerError, HostUnreachable, TimedOut
from thimbl.node.polling.asking import Asker, NoPlan, Opening, Reply
from thimbl.node.polling.concluding import Concluded, Memory
from thimbl.node.polling.intake import Intake
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.paging import Archive
from thimbl.node.polling.places import Place
from thimbl.node.polling.slots import GivenUp, Slots
from thimbl.store.types import Brief
from thimbl.store.writer import Writer

FAULTS = (FingerError, NoPlan, GivenUp)
"""What may be wrong with a host: another place is asked."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What all fetches have in common."""

    client: FingerClient
    mirrors: FingerClient | None
    """For hosts that a plan names; None: they are not asked."""
    store: Writer
    intake: Intake
    asker: Asker
    slots: Slots
    memory: Memory[Outcome]
    now: Callable[[], int]
    """The clock, in Unix seconds."""
    trusts: Callable[[str], bool] = lambda hostport: True
    """Whether a person named the host at `hostport`; any other is asked by the client for hosts that a plan names."""

    def client_for(self, hostport: str) -> FingerClient:
        """The client that may ask this host. Raises `NoPlan` where there is none."""
        client = self.client if self.trusts(hostport) else self.mirrors
        if client is None:
            raise NoPlan(f"{hostport} is not asked: only a plan names it")
        return client

    def turn(self, place: Place, opening: Opening | None = None) -> "_Turn":
        """A turn at a place, for `async with`; the one of the `opening` goes on. Raises `GivenUp`."""
        return _Turn(self.slots, place.hostport, opening)

    async def newest(
        self,
        place: Place,
        brief: Brief | None,
        remembers: Callable[[bytes], bool],
        opening: Opening | None = None,
    ) -> Reply:
        """The newest that a place has, in one's turn there: see `Asker.newest`. Raises `FingerError` and `NoPlan`."""
        try:
            reply = await self.asker.newest(place, brief, remembers, opening)
        except FingerError as error:
            if _is_out_of_reach(error):
                self.slots.give_up(place.hostport, str(error))
            else:
                self.slots.widen(place.hostport)
            raise
        except NoPlan:
            self.slots.widen(place.hostport)
            raise
        self.slots.widen(place.hostport)
        return reply

    def archive(self, place: Place, floor: int, expected: str | None) -> Archive:
        """What a place has below record `floor`, the newest of which has the id `expected`."""
        return Archive(lambda view: self.asker.plan_text(place, view), self.now, floor, expected)


@dataclass(frozen=True, slots=True)
class _Turn:
    slots: Slots
    hostport: str
    opening: Opening | None

    async def __aenter__(self) -> None:
        if self.opening is None:
            await self.slots.acquire(self.hostport)
        elif self.opening.given_up is not None:
            raise self.opening.given_up

    async def __aexit__(self, *raised: object) -> None:
        self.slots.release(self.hostport)


@dataclass(slots=True)
class Found:
    """An answer from a place: concluded from now, or remembered."""

    place: Place
    reply: Reply
    outcome: Outcome
    concluded: Concluded | None = None
    """None where the outcome is remembered."""
    final: bool = True
    """Whether the same answer would come to the same another time."""

    @property
    def unchanged(self) -> bool:
        """Whether nothing in the answer was new."""
        return self.concluded is None or self.concluded.unchanged


def _is_out_of_reach(error: Exception) -> bool:
    """Whether the next to ask that host would meet the same."""
    if isinstance(error, TimedOut):
        return error.phase == "connecting"
    return isinstance(error, HostUnreachable | ConnectionRefused)
