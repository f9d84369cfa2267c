"""Who has seen another record of a log than is here is asked for their copy: it is the proof of a fork (plan-format 2).

- The copy is asked of the witness's own host, by forwarding as of a mirror, and judged as any answer is. Where it is by
  the author's own key and contradicts what is here, the author signed two logs: they are marked as forked, and the copy
  is kept beside the head that is here.
- Else the witness was wrong, or lied, or has nothing to show. That is no word on the author, and nothing is taken: not
  even what is new in such a copy, which comes from whoever is followed for it.
- Bounded: so many are asked in one go, so many of them about one log, and none about the same twice a day
  (`thimbl.store.disputes`). A host that nobody but a plan names is asked as mirrors are (`Desk.client_for`).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred, gatherResults, maybeDeferred
from twisted.python.failure import Failure

from finger.interfaces import Clock, DelayedCall
from thimbl.core.address import Address
from thimbl.core.log import Judgement, Verdict, judge
from thimbl.core.plan import Plan
from thimbl.core.records import Record
from thimbl.node.polling.asking import Reply
from thimbl.node.polling.concluding import Concluded, conclude
from thimbl.node.polling.desk import FAULTS, Desk
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.places import MAX_MIRRORS, Place
from thimbl.node.running import cause
from thimbl.store.disputes import Dispute, disputes, note_asked
from thimbl.store.errors import StoreError
from thimbl.store.take import Take

MAX_ASKED: Final = 20
"""Witnesses that are asked in one go. Whoever invents a thousand of them gains a few questions a round."""

MAX_ABOUT_ONE: Final = MAX_MIRRORS
"""Of these, about one log: one good copy is enough, and the others are asked the next time."""


BEFORE_FIRST: Final = 60.0
"""Seconds from the start of a poller to the first look at what is in dispute: it asks those first whom it follows."""

BETWEEN: Final = 600.0
"""Seconds between two looks: a witness is no news, and a look goes through the heads of all who are known."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of asking a witness."""

    dispute: Dispute
    outcome: Outcome | None
    """The fork, where there is one."""
    reason: str = ""
    """Why there is none, as far as this copy tells."""


def some_of(found: Iterable[Dispute]) -> list[Dispute]:
    """Those that are brought up now."""
    about: Counter[Address] = Counter()
    chosen: list[Dispute] = []
    for dispute in found:
        if about[dispute.author] < MAX_ABOUT_ONE and len(chosen) < MAX_ASKED:
            about[dispute.author] += 1
            chosen.append(dispute)
    return chosen


def settle(desk: Desk, heard: Callable[[Settled], None] = lambda settled: None) -> "Deferred[list[Settled]]":
    """Ask those witnesses who may be asked now; `heard` gets what comes of each. Fires when all of it is durable.

    Fails only for a fault of this machine. May raise `StoreError`.
    """
    now = desk.now()
    chosen = some_of(disputes(desk.store, now))
    if chosen:  # noted before they are asked: a program that ends meanwhile does not ask without end
        note_asked(desk.store, chosen, now)

    def told(settled: Settled) -> Settled:
        heard(settled)
        return settled

    def failed(failure: Failure) -> Failure:
        for each in asking:
            each.cancel()
        return cause(failure)

    asking = [Deferred.fromCoroutine(_ask(desk, dispute)).addCallback(told) for dispute in chosen]
    return gatherResults(asking, consumeErrors=True).addErrback(failed)


async def _ask(desk: Desk, dispute: Dispute) -> Settled:
    witness, author = dispute.witness, dispute.author
    try:
        place = Place(witness.host, witness.port, author, desk.client_for(witness.hostport), forwards=True)
        async with desk.turn(place):
            reply = await desk.newest(place, None, lambda raw: False)
            concluded = await _conclude(desk, dispute, place, reply)
    except FAULTS as error:
        return Settled(dispute, None, str(error))
    judgement = concluded.judgement
    if judgement.verdict is Verdict.VERIFIED:
        reaches = concluded.plan is not None and any(one.seq <= dispute.seq for one in concluded.plan.records)
        why = "its copy has no other record than is here" if reaches else "its copy does not go back so far"
        return Settled(dispute, None, why)
    if judgement.verdict is not Verdict.FORKED:
        return Settled(dispute, None, f"its copy is {judgement.verdict}: {judgement.reason}")
    with desk.intake.expecting():
        ours = desk.store.head_data(author)
        evidence = (concluded.text, *concluded.pages, *([] if ours is None else [json.dumps(ours).encode("utf-8")]))
        take = Take(judgement, desk.now(), author, source=place.source, evidence=evidence)
        kept = desk.intake.take(take, len(concluded.text))
    await kept
    key = judgement.head.key.fingerprint if judgement.head else None
    return Settled(dispute, Outcome(author, Verdict.FORKED, judgement.reason, fingerprint=key, source=place.source))


async def _conclude(desk: Desk, dispute: Dispute, place: Place, reply: Reply) -> Concluded:
    """Judge a copy, and as much of its archive with it as it takes to see the record that is in dispute."""
    # Without what is known of the author: a copy of the very head that is here is judged like any other.
    concluded = conclude(desk.store, dispute.author, None, reply.text, desk.now())
    plan = concluded.plan
    if plan is None or concluded.verdict in (Verdict.FORKED, Verdict.FORGED) or "before" not in reply.features:
        return concluded
    floor, expected = (plan.oldest.seq, plan.oldest.prev) if plan.oldest else (plan.head.seq + 1, plan.head.last)
    archive, records = desk.archive(place, floor, expected), list[Record]()
    while archive.floor > dispute.seq and (page := await archive.more()):
        records += page
    if not records:
        return concluded
    longer = replace(plan, records=(*plan.records, *records))
    return Concluded(concluded.text, _judged(desk, dispute.author, longer), longer, pages=(archive.text,))


def _judged(desk: Desk, author: Address, plan: Plan) -> Judgement:
    known = desk.store.known(author, max(1, plan.records[-1].seq), max(1, plan.head.seq))
    return judge(plan, known, desk.now())


class Rounds:
    """Settles what is in dispute, for as long as a poller runs. `clock` is Twisted's."""

    def __init__(
        self,
        clock: Clock,
        settle: "Callable[[], Deferred[Any]]",
        failed: Callable[[Failure], None],
    ) -> None:
        """`failed` is told of a fault of this machine, but for one of the store: others meet that, and tell it."""
        self._clock, self._settle, self._failed = clock, settle, failed
        self._timer: DelayedCall | None = None
        self._under_way: Deferred[Any] | None = None

    def start(self) -> None:
        """Begin, in a while."""
        self._timer = self._clock.callLater(BEFORE_FIRST, self._go)

    def stop(self) -> None:
        """Ask no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._under_way is not None:
            self._under_way.cancel()

    def _go(self) -> None:
        self._timer = self._clock.callLater(BETWEEN, self._go)
        if self._under_way is None:
            self._under_way = under_way = maybeDeferred(self._settle)
            under_way.addBoth(self._done)

    def _done(self, result: object) -> None:
        self._under_way = None
        if isinstance(result, Failure) and not cause(result).check(StoreError, CancelledError):
            self._failed(cause(result))
