"""One author asked once: at their own host, where they moved to, at their mirrors. What to ask whom is decided here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from finger.errors import AnswerTooLarge
from thimbl.core.address import Address
from thimbl.core.log import Judgement, Verdict
from thimbl.node.polling import places
from thimbl.node.polling.asking import NoPlan, Opening, Reply
from thimbl.node.polling.concluding import Concluded, conclude, digest, search
from thimbl.node.polling.desk import FAULTS, Desk, Found
from thimbl.node.polling.harvest import Harvest
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.places import Place
from thimbl.node.polling.slots import GivenUp
from thimbl.store.types import Brief

MAX_MOVES: Final = 3
"""Moves that one fetch follows: people move seldom, and two hosts that each send the reader to the other end there."""

_OF_MIRROR: Final = "; mirror "
"""What begins each mirror's part of a failure, after that of the author's own host."""


@dataclass(slots=True)
class Visit:
    """One fetch of one address."""

    desk: Desk
    address: Address
    opening: Opening | None = None
    """What was asked already at their own host."""
    harvest: Harvest = field(init=False)
    brief: Brief | None = None
    """What was known of the author when they were asked."""
    _recalled: Outcome | None = None
    """What the answer that came last is remembered to come to."""
    _taken: Found | None = None
    _failure: str = ""
    _unreachable: bool = False

    def __post_init__(self) -> None:
        self.harvest = Harvest(self.desk, self.address)

    async def run(self, at_home: bool = True) -> None:
        """Ask, and put what came into the intake. `at_home`: their own host is asked, and not only the mirrors."""
        unreadable: Found | None = None
        if at_home:
            try:
                found = await self._home()
                if found.outcome.verdict is not Verdict.UNREADABLE:
                    await self._take(found)
                    return
                unreadable, self._failure = found, f"unreadable: {found.outcome.reason}"
            except FAULTS as error:
                self._failure, self._unreachable = str(error), not isinstance(error, NoPlan | AnswerTooLarge)
        else:
            author = self.desk.store.author(self.address)
            known = author.failure if author is not None and author.failure else ""
            self._failure = known.partition(_OF_MIRROR)[0] or f"{self.address.hostport} is not asked at present"
        if self.brief is None:  # no turn came
            self.brief = self.desk.store.brief(self.address)
        if (mirrored := await self._mirrored()) is not None:
            await self._take(mirrored)
        elif unreadable is not None:
            self._failure = ""
            await self._take(unreadable)
        if self._failure and (at_home or self._taken is not None):
            reason, now = self._failure, self.desk.now()
            self.harvest.change(lambda store: store.failed(self.address, reason, now))

    async def outcome(self) -> Outcome:
        """What came of it, when it is durable. Raises `StoreError` where it could not be stored."""
        new = await self.harvest.stored()
        found = self._taken
        if found is None:
            return Outcome(self.address, reason=self._failure, unreachable=self._unreachable)
        if found.concluded is None and not self._failure:
            return found.outcome
        same = found.unchanged and not self.harvest.paged
        brief = self.brief if same else self.desk.store.brief(self.address)
        where = found.outcome.moved_to
        outcome = replace(
            found.outcome,
            new=new,
            unchanged=same,
            gap_below=brief.gap_below if brief else None,
            settled=brief is not None and brief.address == where == found.place.address and not found.place.forwards,
            source=found.place.source,
            failure=self._failure,
            unreachable=self._unreachable,
        )
        if found.concluded is not None and found.final and not self._goes_on(found, outcome):
            key = digest(found.reply.raw, found.place.hostport, brief)
            kept = replace(outcome, new=0, unchanged=True, failure="", unreachable=False)
            self.desk.memory.keep(self.address, key, kept)
        return outcome

    @staticmethod
    def _goes_on(found: Found, outcome: Outcome) -> bool:
        """Whether there is more to ask that place for, though it answers the same."""
        missing = outcome.verdict is Verdict.VERIFIED and outcome.gap_below is not None
        return missing and "before" in found.reply.features

    async def _take(self, found: Found) -> None:
        self._taken = found
        await self.harvest.bring_in(found, self.brief)

    # where to ask

    async def _home(self) -> Found:
        """The answer of the author's own host; the old one's, where they moved and the new one has none."""
        desk = self.desk
        here = places.home(self.address, desk.client_for(self.address.hostport))
        reply: Reply | None = None
        try:
            async with desk.turn(here, self.opening):
                # Not before: while thousands wait for their turn, what is known of them waits in the store.
                self.brief = desk.store.brief(self.address)
                there = self._elsewhere(self.brief.address if self.brief else None)
                if there is None:
                    reply = await desk.newest(here, self.brief, self._remembers(here), self.opening)
        except GivenUp:
            self.brief = desk.store.brief(self.address)
            if (there := self._elsewhere(self.brief.address if self.brief else None)) is None:
                raise
        if reply is not None:
            return await self._moved_on(await self._conclude(here, reply))
        assert there is not None, "either here is asked, or there"
        found: Found | None = None
        try:
            found = await self._at(there)
            if found.outcome.verdict is Verdict.VERIFIED:
                return found
            old = await self._at(here)
        except FAULTS:
            return found or await self._at(here)
        return old if old.outcome.verdict is Verdict.VERIFIED else found

    def _elsewhere(self, address: Address | None) -> Place | None:
        """The place of another address than the one that was asked for; None where it is the same, or may not be asked:
        it was not a person who named it."""
        if address is None or address == self.address or self.desk.mirrors is None:
            return None
        return places.home(address, self.desk.mirrors)

    async def _moved_on(self, found: Found) -> Found:
        """Where the log says that it goes on elsewhere: what is there, if it is this log. What came first is taken."""
        been = {self.address}
        while found.outcome.verdict is Verdict.VERIFIED and len(been) <= MAX_MOVES:
            there = self._elsewhere(found.outcome.moved_to)
            if there is None or there.address in been:
                break
            been.add(there.address)
            try:
                further = await self._at(there)
            except FAULTS:
                break
            if further.outcome.verdict is not Verdict.VERIFIED:
                break  # whoever is there is not this author, as far as anyone can tell
            self.harvest.put(found)
            found = further
        return found

    async def _mirrored(self) -> Found | None:
        """What a mirror has, if it is verified. What is wrong with it otherwise is the mirror's fault."""
        for place in places.mirrors(self.brief, self.desk.mirrors):
            try:
                found = await self._at(place)
            except FAULTS as error:
                self._failure += f"{_OF_MIRROR}{place.hostport}: {error}"
                continue
            verdict, reason = found.outcome.verdict, found.outcome.reason
            if verdict in (Verdict.VERIFIED, Verdict.FORKED):  # only the author can have signed a fork
                return found
            # That a copy is older is no word on its author: `stale` is one (plan-format 4).
            what = "older" if verdict is Verdict.STALE else verdict
            self._failure += f"{_OF_MIRROR}{place.hostport}: {what}: {reason}"
            if verdict is Verdict.FORGED and found.concluded is not None:
                self.harvest.keep_forged(f"by the mirror {place.hostport}: {reason}", found.concluded.text)
        return None

    # asking and concluding

    def _remembers(self, place: Place) -> Callable[[bytes], bool]:
        def remembers(raw: bytes) -> bool:
            if self.desk.memory.kept(self.address) is None:
                return False
            self._recalled = self.desk.memory.recall(self.address, digest(raw, place.hostport, self.brief))
            return self._recalled is not None

        return remembers

    async def _at(self, place: Place) -> Found:
        """The answer of a place. Raises one of `FAULTS`."""
        async with self.desk.turn(place):
            reply = await self.desk.newest(place, self.brief, self._remembers(place))
        return await self._conclude(place, reply)

    async def _conclude(self, place: Place, reply: Reply) -> Found:
        desk, brief, paged = self.desk, self.brief, "before" in reply.features
        if reply.remembered:
            assert self._recalled is not None, "else it would have been taken apart"
            return Found(place, reply, self._recalled)
        concluded = conclude(desk.store, self._known_as(place), brief, reply.text, desk.now())
        if paged and concluded.judgement.wants_older and concluded.verdict is not Verdict.VERIFIED:
            concluded = await self._search(place, concluded)
        judgement = concluded.judgement
        outcome = Outcome(
            self.address,
            judgement.verdict,
            judgement.reason,
            unchanged=concluded.unchanged,
            fingerprint=judgement.head.key.fingerprint if judgement.head else None,
            moved_to=_moved(self.address, judgement),
        )
        final = not concluded.broke and judgement.verdict is not Verdict.FUTURE
        return Found(place, reply, outcome, concluded, final)

    def _known_as(self, place: Place) -> Address:
        """Whom the plan of a place must be of: whoever is known by the address that it is asked for, or else by the one
        from which the log must lead there."""
        return place.address if self.brief is not None and self.brief.address == place.address else self.address

    async def _search(self, place: Place, concluded: Concluded) -> Concluded:
        plan = concluded.plan
        assert plan is not None, "what is no plan wants no older pages"
        floor, expected = (plan.oldest.seq, plan.oldest.prev) if plan.oldest else (plan.head.seq + 1, plan.head.last)
        archive = self.desk.archive(place, floor, expected)
        try:
            async with self.desk.turn(place):
                return await search(self.desk.store, self._known_as(place), concluded, archive, self.desk.now())
        except GivenUp:
            return replace(concluded, broke=True)


def _moved(address: Address, judgement: Judgement) -> Address | None:
    """Where the log goes on, if that is not where it was asked for."""
    if judgement.verdict is not Verdict.VERIFIED or judgement.head is None:
        return None
    here = judgement.moved_to or judgement.head.address
    return None if here == address else here
