"""Fingering whom a person follows, checking what comes, and storing it (plan-format 4 and 6).

- Many at once, but only so many in all and at one host. Where a host can not be reached, those who wait for it are told
  so at once: a dead host with a hundred authors costs one time-out.
- A host's views are used where it has announced them: `since` brings what is new and nothing else.
- What goes wrong with one author is that author's outcome, in a line; it stops nobody else.
- All that came is judged together before any of it is stored: a page of the archive may show that the log was forked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.python.failure import Failure

from finger.client import FingerClient
from finger.errors import ConnectionRefused, FingerError, HostUnreachable, TimedOut
from thimbl.core.address import Address
from thimbl.core.answer import Answer, read_answer, says_no_plan
from thimbl.core.log import Judgement, Known, Verdict, judge, read_answer_plan
from thimbl.core.plan import ListDigest, Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record
from thimbl.node.paging import Archive, differs, explains
from thimbl.node.slots import GivenUp, Slots
from thimbl.store.types import Author
from thimbl.store.writer import Writer

AT_ONCE: Final = 64
"""Connections in all: enough to hide slow hosts, few enough for any limit on open files."""

AT_ONE_HOST: Final = 4
"""Connections to one host: a person's worth, as browsers learned (RFC 7230 6.4)."""

_KEPT_AS_EVIDENCE: Final = (Verdict.FORGED, Verdict.FORKED, Verdict.NEW_KEY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for one author."""

    address: Address
    verdict: Verdict | None = None
    """None where no plan came."""
    reason: str = ""
    """Why the verdict is not `verified`, or why no plan came."""
    new: int = 0
    unchanged: bool = False
    fingerprint: str | None = None
    gap_below: int | None = None
    moved_to: Address | None = None

    @property
    def failed(self) -> bool:
        """Whether the host did not answer with a plan."""
        return self.verdict is None

    @property
    def is_good(self) -> bool:
        """Whether what came was taken."""
        return self.verdict in (Verdict.VERIFIED, Verdict.UNSIGNED)


class _NoPlan(Exception):
    """The host answered, and not with a plan."""


class Fetcher:
    """Asks, judges, stores. `now` is the clock, in Unix seconds."""

    def __init__(
        self,
        client: FingerClient,
        store: Writer,
        now: Callable[[], int],
        *,
        at_once: int = AT_ONCE,
        at_one_host: int = AT_ONE_HOST,
    ) -> None:
        self.client, self.store, self.now = client, store, now
        self._slots = Slots(at_once, at_one_host)

    def fetch_all(
        self, addresses: Iterable[Address], heard: Callable[[Outcome], None] = lambda outcome: None
    ) -> "Deferred[list[Outcome]]":
        """Fetch each; `heard` gets each outcome as it comes. Fires with all of them, in the order asked.

        Fails as `fetch` does, and gives up the others then.
        """

        def told(outcome: Outcome) -> Outcome:
            heard(outcome)
            return outcome

        def failed(failure: Failure) -> Failure:
            for each in asked:
                each.cancel()
            return failure.value.subFailure if isinstance(failure.value, FirstError) else failure

        asked = [self.fetch(address).addCallback(told) for address in addresses]
        return gatherResults(asked, consumeErrors=True).addErrback(failed)

    def fetch(self, address: Address) -> "Deferred[Outcome]":
        """Fetch one author. Fires with the outcome; fails only for a fault of this machine (`StoreError`, a bug)."""
        return Deferred.fromCoroutine(self._fetch(address))

    async def _fetch(self, address: Address) -> Outcome:
        host = address.hostport
        try:
            await self._slots.acquire(host)
        except GivenUp as error:
            return self._failed(address, error)
        try:
            author = self.store.author(address)
            text, features = await self._newest(address, author)
            return await self._conclude(address, author, text, features)
        except (FingerError, _NoPlan) as error:
            if _is_out_of_reach(error):
                self._slots.give_up(host, str(error))
            return self._failed(address, error)
        finally:
            self._slots.release(host)

    def _failed(self, address: Address, error: Exception) -> Outcome:
        self.store.failed(address, str(error), self.now())
        return Outcome(address, reason=str(error))

    # asking

    async def _ask(self, address: Address, view: str = "") -> tuple[bytes, Answer]:
        query = f"{address.user}{view}\r\n".encode("ascii")
        raw = await self.client.ask(address.host, address.port, query)
        return raw, read_answer(raw)

    async def _newest(self, address: Address, author: Author | None) -> tuple[bytes, frozenset[str]]:
        """The newest that the host has beyond what is known; and the views that it announces."""
        signed = author is not None and author.updated is not None
        unmet = author is None or author.verdict is None
        # To whom one has not met, `since/0` is the same as no view, in JSON, which costs a tenth to read.
        if (signed or unmet) and "since" in self._features(address):
            _, answer = await self._ask(address, f"/since/{author.seq if author else 0}")
            if answer.plan is not None:
                return answer.plan, self._note_features(address, answer)
            # The host has forgotten its views (another program listens there now): it is asked as any other.
        raw, answer = await self._ask(address)
        if answer.plan is None:
            # Nor is that a word on the host's views, of which others' plans there may profit.
            raise _NoPlan(why_no_plan(raw, address))
        return answer.plan, self._note_features(address, answer)

    def _features(self, address: Address) -> frozenset[str]:
        return self.store.features(address.hostport) or frozenset()

    def _note_features(self, address: Address, answer: Answer) -> frozenset[str]:
        if self.store.features(address.hostport) != answer.features:
            self.store.set_features(address.hostport, answer.features, self.now())
        return answer.features or frozenset()

    # concluding

    async def _conclude(
        self, address: Address, author: Author | None, text: bytes, features: frozenset[str]
    ) -> Outcome:
        try:
            plan = read_answer_plan(decode(text))
        except (PlanTextError, PlanUnreadable) as error:
            return self._take(address, Judgement(Verdict.UNREADABLE, str(error), Known(address)), text)
        if not isinstance(plan, Plan):
            return self._take(address, judge(plan, self.store.known(address, 1, 1), self.now()), text)
        same = author is not None and self._is_unchanged(address, author, plan)
        first = None if same else self._judge(address, plan)
        evidence = [text]
        if "before" in features and (older := await self._with_older(address, author, plan, first)) is not None:
            longer, page = older
            second = self._judge(address, longer)
            if second.verdict is Verdict.FORGED and (first is None or first.verdict is not Verdict.FORGED):
                # The page is what does not hold: an answer of its own, from which nothing is taken.
                self.store.keep_evidence(address, second.verdict, second.reason, page, self.now())
            else:
                if first is None or second.verdict is not first.verdict:
                    evidence.append(page)  # without it the verdict can not be seen
                first = second
        if first is None and author is not None:
            return self._unchanged(address, author, plan)
        assert first is not None, "only what is known can be unchanged"
        outcome = self._take(address, first, *evidence)
        await self._complete_following(address, plan, first, features)
        return outcome

    def _judge(self, address: Address, plan: Plan) -> Judgement:
        oldest = plan.oldest.seq if plan.oldest else plan.head.seq
        known = self.store.known(address, max(1, oldest), max(1, plan.head.seq))
        return judge(plan, known, self.now())

    def _is_unchanged(self, address: Address, author: Author, plan: Plan) -> bool:
        """Whether this very head was verified before, and all that came with it is here."""
        head = plan.head
        if author.verdict is not Verdict.VERIFIED or author.key != head.key.fingerprint:
            return False
        if self.store.head_data(address) != head.data:
            return False
        if not plan.records:
            return True
        known = self.store.known(address, plan.records[-1].seq, head.seq)
        return all(
            known.has(record.seq, record.id) and (record.withheld or not known.seen[record.seq].withheld)
            for record in plan.records
        )

    def _unchanged(self, address: Address, author: Author, plan: Plan) -> Outcome:
        head = plan.head
        known = replace(self.store.known(address, head.seq, head.seq), address=head.address)
        same = Judgement(Verdict.VERIFIED, "", known, head=head, moved_to=author.moved_to)
        return replace(self._take(address, same), unchanged=True)

    async def _with_older(
        self, address: Address, author: Author | None, plan: Plan, judgement: Judgement | None
    ) -> tuple[Plan, bytes] | None:
        """The plan with pages of the archive below it, and the text of the last of them; None where none is wanted, or
        none came. `judgement` is that of the plan alone, None where it is known already."""
        verified = judgement is None or judgement.verdict is Verdict.VERIFIED
        if not (verified or (judgement is not None and judgement.wants_older)):
            return None
        oldest = plan.oldest
        floor, expected = (oldest.seq, oldest.prev) if oldest else (plan.head.seq + 1, plan.head.last)
        above = floor
        if verified and _has(self.store.known(address, floor, floor), floor, expected):
            # It reaches what is known; which may have a gap of its own, further down, from the last time.
            if author is None or author.gap_below is None or author.gap_below >= floor:
                return None
            floor = author.gap_below
            expected = self.store.record_data(address, floor, floor)[0].get("prev")

        async def ask(view: str) -> bytes | None:
            return (await self._ask(address, view))[1].plan

        archive = Archive(ask, self.now, floor, expected)
        while records := await archive.more():
            known = self.store.known(address, archive.floor, records[0].seq)
            if _has(known, archive.floor, archive.expected) or (not verified and explains(records, known)):
                break
            if verified and differs(records, known, judgement.dropped_from if judgement else None):
                break
        if not archive.records:
            return None
        between = [Record.from_data(data) for data in self.store.record_data(address, floor, above - 1)]
        return replace(plan, records=(*plan.records, *reversed(between), *archive.records)), archive.text

    def _take(self, address: Address, judgement: Judgement, *texts: bytes) -> Outcome:
        now = self.now()
        raw = texts[0] if texts else None
        new = self.store.take(judgement, now, asked=address, raw=raw)
        if judgement.verdict in _KEPT_AS_EVIDENCE:
            for text in texts:
                self.store.keep_evidence(address, judgement.verdict, judgement.reason, text, now)
        author = self.store.author(address)
        return Outcome(
            address,
            judgement.verdict,
            judgement.reason,
            new=new,
            fingerprint=judgement.head.key.fingerprint if judgement.head else None,
            gap_below=author.gap_below if author else None,
            moved_to=_moved(address, judgement),
        )

    async def _complete_following(
        self, address: Address, plan: Plan, judgement: Judgement, features: frozenset[str]
    ) -> None:
        """Ask for the list of which the head has only the digest: mentions by nick are resolved by it."""
        stated = plan.head.following
        author = self.store.author(address)
        if judgement.verdict is not Verdict.VERIFIED or not features or not isinstance(stated, ListDigest):
            return
        if author is None or len(author.following) == stated.count:
            return
        try:
            _, answer = await self._ask(address, "/following")
            listed = read_answer_plan(decode(answer.plan)) if answer.plan is not None else None
        except (FingerError, PlanTextError, PlanUnreadable):
            return  # the plan is here; the list is asked for again when the head changes
        if isinstance(listed, Plan) and listed.following_list is not None:
            self.store.keep_following(address, listed.following_list)


def _has(known: Known, floor: int, expected: str | None) -> bool:
    """Whether nothing is missing right below record `floor`, which names `expected` as the one before it."""
    return floor <= 1 or (expected is not None and known.has(floor - 1, expected))


def _moved(address: Address, judgement: Judgement) -> Address | None:
    """Where the log goes on, if that is not where it was asked for."""
    if judgement.verdict is not Verdict.VERIFIED or judgement.head is None:
        return None
    here = judgement.moved_to or judgement.head.address
    return None if here == address else here


def _is_out_of_reach(error: Exception) -> bool:
    """Whether the next to ask that host would meet the same."""
    if isinstance(error, TimedOut):
        return error.phase == "connecting"
    return isinstance(error, HostUnreachable | ConnectionRefused)


def why_no_plan(raw: bytes, address: Address) -> str:
    """What an answer without a plan means, for a person."""
    if not raw.strip():
        return f"{address.hostport} answered nothing"
    if says_no_plan(raw):
        return f"{address.user} has no plan at {address.hostport}"
    return f"{address.hostport} answered, and not with a plan: is the name {address.user!r} right?"
