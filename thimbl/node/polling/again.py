"""Asking somebody again whose last answer is remembered: most of a round, in which nothing is new.

- Who is asked for which view, in which turn, and what is noted, is what a `Visit` would do. Where the answer is another
  one, or there is none, a `Visit` goes on from there, in the same turn.
- Callbacks, where all else here is coroutines: three coroutines deep, each wait costs as much as a question does.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.node.polling import places
from thimbl.node.polling.asking import Opening
from thimbl.node.polling.concluding import digest
from thimbl.node.polling.desk import Desk
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.places import Place
from thimbl.store.types import Brief

Visiting = Callable[[Opening], Coroutine[Any, Any, Outcome]]
"""Goes on from an opening as a visit."""


def is_remembered(desk: Desk, address: Address) -> bool:
    """Whether the same answer of the author's own host would be the end of it."""
    kept = desk.memory.kept(address)
    settled = kept is not None and kept.moved_to is None and kept.verdict is not Verdict.UNREADABLE
    return settled and desk.trusts(address.hostport)


def ask(desk: Desk, address: Address, visit: Visiting) -> "Deferred[Outcome]":
    """Ask them at their own host. As `Fetcher.fetch`: cancel it to give up."""
    return _Again(desk, address, places.home(address, desk.client), visit).ask()


@dataclass(slots=True)
class _Again:
    desk: Desk
    address: Address
    place: Place
    visit: Visiting

    def ask(self) -> "Deferred[Any]":
        self.desk.intake.expect()
        return self.desk.slots.acquire(self.place.hostport).addCallbacks(self._begin, self._no_turn)

    def _begin(self, turn: None) -> "Deferred[Any]":
        desk, place = self.desk, self.place
        try:
            brief = desk.store.brief(self.address)
            here = brief is not None and brief.address == self.address
            view = desk.asker.whole_view(place, brief) if here else None
            if view is None:
                return self._go_on(Opening())
            answer = place.client.ask(place.host, place.port, place.query(view))
        except BaseException:
            self._let_go()
            raise
        return answer.addCallbacks(self._came, self._failed, (brief, view), {}, (view,))

    def _came(self, raw: bytes, brief: Brief, view: str) -> "Deferred[Any]":
        desk, hostport = self.desk, self.place.hostport
        desk.asker.count(self.place, raw)
        outcome = desk.memory.recall(self.address, digest(raw, hostport, brief))
        if outcome is None:
            return self._go_on(Opening(view, raw))
        desk.slots.widen(hostport)
        told = desk.intake.unchanged(self.address, desk.now(), self.place.source)
        self._let_go()
        return told.addCallback(lambda noted: outcome)

    def _failed(self, failure: Failure, view: str) -> "Failure | Deferred[Outcome]":
        error = failure.value
        if isinstance(error, CancelledError) or not isinstance(error, Exception):
            self._let_go()
            return failure
        return self._go_on(Opening(view, error))

    def _no_turn(self, failure: Failure) -> "Failure | Deferred[Outcome]":
        error = failure.value
        if isinstance(error, CancelledError) or not isinstance(error, Exception):
            self.desk.intake.expected()
            return failure
        return self._go_on(Opening(given_up=error))

    def _go_on(self, opening: Opening) -> "Deferred[Outcome]":
        """A visit has the turn from now on."""
        outcome = Deferred.fromCoroutine(self.visit(opening))
        self.desk.intake.expected()
        return outcome

    def _let_go(self) -> None:
        self.desk.slots.release(self.place.hostport)
        self.desk.intake.expected()
