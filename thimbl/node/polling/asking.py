"""Asking one place for one author: which view, and what the place has announced that it knows (plan-format 6).

- A host's views are used where it has announced them: `since` brings what is new and nothing else.
- What a host announces is remembered for the host, and for a mirror by the mirror's own name. An answer without a plan
  is no word on the host's views, of which others' plans there may profit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.answer import Answer, read_answer, says_no_plan
from thimbl.core.log import read_answer_plan
from thimbl.core.plan import Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.node.polling.intake import Intake
from thimbl.node.polling.places import Place
from thimbl.store.types import Brief
from thimbl.store.writer import Writer

NONE: Final[frozenset[str]] = frozenset()


class NoPlan(Exception):
    """The host answered, and not with a plan."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a plan in it."""

    raw: bytes
    """All of it."""
    text: bytes = b""
    """Of the plan, as it came."""
    features: frozenset[str] = NONE
    """The views that the place announces."""
    remembered: bool = False
    """It was met before, and not taken apart again."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of a turn and a first question before anybody knew that there is more to do: see `again`."""

    view: str = ""
    answer: bytes | Exception | None = None
    """None: there was no question yet."""
    given_up: Exception | None = None
    """There was no turn: the host can not be reached."""


class Asker:
    """Asks places, and remembers what they announce. `now` is in Unix seconds."""

    def __init__(self, store: Writer, intake: Intake, now: Callable[[], int]) -> None:
        self._store, self._intake, self._now = store, intake, now
        self._features: dict[str, frozenset[str] | None] = {}
        self.received: dict[str, int] = {}
        """Bytes that came from each `host[:port]`, until somebody takes note of them."""

    def knows(self, hostport: str) -> bool:
        """Whether the host at `hostport` has announced views."""
        return self._known(hostport) is not None

    async def plan_text(self, place: Place, view: str) -> bytes | None:
        """The text of the plan in the answer to a view; None where it has none. Raises `FingerError`."""
        return read_answer(await self._raw(place, view)).plan

    def whole_view(self, place: Place, brief: Brief | None) -> str | None:
        """The view to ask a place for, whose answer may be remembered as a whole; None where `head` will do."""
        views = self._known(place.hostport) or NONE
        signed = brief is not None and brief.updated is not None
        if "since" in views and (signed or brief is None or brief.verdict is None):
            # Of whom one has not met, `since/0` is the same as no view, in JSON, which costs a tenth to read.
            return f"/since/{brief.seq if brief else 0}"
        return None if "head" in views and signed else ""

    async def newest(
        self,
        place: Place,
        brief: Brief | None,
        remembers: Callable[[bytes], bool] = lambda raw: False,
        opening: Opening | None = None,
    ) -> Reply:
        """The newest that a place has beyond what is known; `remembers` says whether a whole answer was met before.
        What was asked as an `opening` is not asked again.

        Raises `FingerError` and `NoPlan`.
        """
        view = self.whole_view(place, brief)
        if view:
            raw = await self._raw(place, view, opening)
            if remembers(raw):
                return Reply(raw, remembered=True)
            if (answer := read_answer(raw)).plan is not None:
                return self._reply(place, raw, answer)
            # The host has forgotten its views (another program listens there now): it is asked as any other.
        elif view is None:
            assert brief is not None, "else there is no head to compare"
            raw = await self._raw(place, "/head")
            answer = read_answer(raw)
            if answer.plan is not None and _is_known(answer.plan, brief):
                return self._reply(place, raw, answer)
        raw = await self._raw(place, opening=opening)
        if remembers(raw):
            return Reply(raw, remembered=True)
        answer = read_answer(raw)
        if answer.plan is None:
            raise NoPlan(why_no_plan(raw, place.address, place.source))
        return self._reply(place, raw, answer)

    def count(self, place: Place, raw: bytes) -> None:
        """Note how much came from a place."""
        self.received[place.hostport] = self.received.get(place.hostport, 0) + len(raw)

    async def _raw(self, place: Place, view: str = "", opening: Opening | None = None) -> bytes:
        if opening is not None and opening.answer is not None and opening.view == view:
            if isinstance(opening.answer, Exception):
                raise opening.answer
            return opening.answer
        raw = await place.client.ask(place.host, place.port, place.query(view))
        self.count(place, raw)
        return raw

    def _reply(self, place: Place, raw: bytes, answer: Answer) -> Reply:
        hostport, features, now = place.hostport, answer.features, self._now()
        if hostport not in self._features or self._features[hostport] != features:
            if self._store.features(hostport) != features:
                noted = self._intake.change(lambda store: store.set_features(hostport, features, now))
                noted.addErrback(lambda failure: self._features.pop(hostport, None))  # noted with the next answer
            self._features[hostport] = features
        return Reply(raw, answer.plan or b"", features or NONE)

    def _known(self, hostport: str) -> frozenset[str] | None:
        if hostport not in self._features:
            features = self._store.features(hostport)
            if features is None:
                return None
            self._features[hostport] = features
        return self._features[hostport]


def _is_known(text: bytes, brief: Brief) -> bool:
    try:
        plan = read_answer_plan(decode(text))
    except (PlanTextError, PlanUnreadable):
        return False
    return isinstance(plan, Plan) and brief.has(plan.head)


def why_no_plan(raw: bytes, address: Address, mirror: str | None = None) -> str:
    """What an answer without a plan means, for a person. `mirror` is who answered in place of the address's host."""
    host = mirror or address.hostport
    if not raw.strip():
        return f"{host} answered nothing"
    if says_no_plan(raw):
        return f"{address.user} has no plan at {host}"
    return f"{host} answered, and not with a plan: is the name {address.user!r} right?"
