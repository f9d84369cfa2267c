"""What was found at a place, on its way into the store: the answer, the list of follows, and history page by page.

Each part is put into the intake as it comes, so that the newest is there while history is still on its way.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from twisted.internet.defer import Deferred

from thimbl.core.address import Address
from thimbl.core.log import Judgement, Verdict, read_answer_plan
from thimbl.core.plan import ListDigest, Plan, PlanUnreadable, list_digest
from thimbl.core.plantext import PlanTextError, decode
from thimbl.node.polling.concluding import Concluded
from thimbl.node.polling.descending import descent
from thimbl.node.polling.desk import FAULTS, Desk, Found
from thimbl.node.polling.intake import Change
from thimbl.store.descent import Descent
from thimbl.store.take import Take
from thimbl.store.types import Brief

KEPT_AS_EVIDENCE: Final = (Verdict.FORGED, Verdict.FORKED, Verdict.NEW_KEY)
"""The verdicts by which an answer is kept, for a person to look at and to show to others."""


@dataclass(slots=True)
class Harvest:
    """What one fetch of an address brings in."""

    desk: Desk
    address: Address
    paged: bool = False
    """Whether pages of the archive were taken too."""
    _told: list["Deferred[Any]"] = field(default_factory=list)

    async def stored(self) -> int:
        """Wait until all of it is durable; the number of new items. Raises `StoreError`."""
        try:
            return sum([await told or 0 for told in self._told])
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Wait for nothing any more. Where it could not be stored, whoever waits for the same batch hears of it."""
        for told in self._told:
            told.addErrback(lambda failure: None)

    async def bring_in(self, found: Found, brief: Brief | None) -> None:
        """Take what was found, and then what is missing. `brief` is what was known before."""
        self.put(found)
        concluded = found.concluded
        if concluded is None or concluded.verdict is not Verdict.VERIFIED:
            return
        if not concluded.unchanged:
            await self._complete_following(found, concluded.judgement)
        if "before" in found.reply.features:
            going = descent(self.desk.store, self.address, brief, concluded)
            if going is not None:
                await self._descend(found, concluded, going)

    def put(self, found: Found) -> None:
        """Take an answer by itself."""
        intake, now, source = self.desk.intake, self.desk.now(), found.place.source
        concluded = found.concluded
        if concluded is None or concluded.unchanged:
            self._told.append(intake.unchanged(self.address, now, source))
            return
        evidence = (concluded.text, *concluded.pages) if concluded.verdict in KEPT_AS_EVIDENCE else ()
        take = Take(concluded.judgement, now, self.address, concluded.text, source=source, evidence=evidence)
        self._told.append(intake.take(take, len(concluded.text)))
        if concluded.lie is not None:
            self.keep_forged(concluded.lie.reason, concluded.lie.text)

    def keep_forged(self, reason: str, text: bytes) -> None:
        """Keep what forges, without a word on the author, who did not."""
        address, now = self.address, self.desk.now()
        self.change(lambda store: store.keep_evidence(address, Verdict.FORGED, reason, text, now))

    def change(self, change: Change) -> None:
        """Make another change to the store along with what was taken."""
        self._told.append(self.desk.intake.change(change))

    async def _complete_following(self, found: Found, judgement: Judgement) -> None:
        """Ask for the list of which the head has only the digest: mentions by nick are resolved by it."""
        desk, stated = self.desk, judgement.head.following if judgement.head else None
        if not isinstance(stated, ListDigest) or not found.reply.features:
            return
        author = desk.store.author(self.address)
        if author is not None and list_digest(author.following) == {"count": stated.count, "digest": stated.digest}:
            return
        try:
            async with desk.turn(found.place):
                text = await desk.asker.plan_text(found.place, "/following")
            listed = read_answer_plan(decode(text)) if text is not None else None
        except (*FAULTS, PlanTextError, PlanUnreadable):
            return  # the plan is here; the list is asked for again when the head changes
        if isinstance(listed, Plan) and (follows := listed.following_list) is not None:
            self.change(lambda store: store.keep_following(self.address, follows))

    async def _descend(self, found: Found, concluded: Concluded, going: Descent) -> None:
        """Take what is missing further down, page by page."""
        desk, source = self.desk, found.place.source
        archive = desk.archive(found.place, going.floor, going.expected)
        try:
            async with desk.turn(found.place):
                while page := await archive.more():
                    judgement = going.judge(page, desk.now())
                    if judgement.verdict is Verdict.FORGED:
                        self.keep_forged(judgement.reason, archive.text)
                        return
                    forked = judgement.verdict is Verdict.FORKED
                    evidence = (concluded.text, archive.text) if forked else ()
                    take = Take(judgement, desk.now(), self.address, source=source, evidence=evidence)
                    self._told.append(desk.intake.take(take, len(archive.text)))
                    self.paged = True
                    if forked:
                        found.outcome = replace(found.outcome, verdict=judgement.verdict, reason=judgement.reason)
                    if forked or judgement.gap_below is None:
                        return
        except FAULTS:
            return  # what is missing is asked for again
