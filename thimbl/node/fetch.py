"""Fingering whom a person follows, checking what comes, and storing it (plan-format 4 and 6).

Many at once, but only so many in all and at one host. A host's views are used where it has announced them:
`since` brings what is new and nothing else. What goes wrong with one author is that author's outcome, in a
line; it stops nobody else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from twisted.internet.defer import Deferred, DeferredSemaphore, gatherResults

from finger.client import FingerClient
from finger.errors import FingerError
from thimbl.core.address import Address
from thimbl.core.answer import Answer, read_answer, says_no_plan
from thimbl.core.log import Judgement, Known, Verdict, judge, read_answer_plan
from thimbl.core.plan import Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record
from thimbl.store.writer import Writer

AT_ONCE: Final = 64
"""Connections in all: enough to hide slow hosts, few enough for any limit on open files."""

AT_ONE_HOST: Final = 4
"""Connections to one host: a person's worth, as browsers learned (RFC 7230 6.4)."""

MAX_PAGES: Final = 40
"""Pages of the archive that one fetch asks of one author: 2.5 MiB, some 10,000 posts; the rest next time."""


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
    """Asks, judges, stores. One for a run."""

    def __init__(
        self,
        client: FingerClient,
        store: Writer,
        now: Callable[[], int],
        *,
        at_once: int = AT_ONCE,
        at_one_host: int = AT_ONE_HOST,
    ) -> None:
        self.client, self.store, self.now, self.at_one_host = client, store, now, at_one_host
        self._all = DeferredSemaphore(at_once)
        self._hosts: dict[str, DeferredSemaphore] = {}

    def fetch_all(
        self, addresses: Iterable[Address], heard: Callable[[Outcome], None] = lambda outcome: None
    ) -> Deferred[list[Outcome]]:
        """Fetch each; `heard` gets each outcome as it comes. Fires with all of them, in the order asked."""

        def told(outcome: Outcome) -> Outcome:
            heard(outcome)
            return outcome

        return gatherResults([self.fetch(address).addCallback(told) for address in addresses], consumeErrors=True)

    def fetch(self, address: Address) -> "Deferred[Outcome]":
        """Fetch one author. Fires with the outcome; fails only for a fault of this machine (`StoreError`, a bug)."""
        host = self._hosts.setdefault(address.hostport, DeferredSemaphore(self.at_one_host))
        run: Deferred[Outcome] = host.run(
            lambda: self._all.run(lambda: Deferred.fromCoroutine(self._fetch(address)))
        )
        return run

    async def _fetch(self, address: Address) -> Outcome:
        try:
            plan_text, features = await self._newest(address)
            return await self._conclude(address, plan_text, features)
        except (FingerError, _NoPlan) as error:
            self.store.failed(address, str(error), self.now())
            return Outcome(address, reason=str(error))

    async def _ask(self, address: Address, view: str = "") -> tuple[bytes, Answer]:
        query = f"{address.user}{view}\r\n".encode("ascii")
        raw = await self.client.ask(address.host, address.port, query)
        return raw, read_answer(raw)

    async def _newest(self, address: Address) -> tuple[bytes, frozenset[str]]:
        """The newest that the host has beyond what is known; and the views that it announces."""
        views = self.store.features(address.hostport)
        author = self.store.author(address)
        if views and "since" in views and author is not None and author.updated is not None:
            _, answer = await self._ask(address, f"/since/{author.seq}")
            if answer.plan is not None:
                return answer.plan, self._note_features(address, answer)
            # The host has forgotten its views (another program listens there now): it is asked as any other.
        raw, answer = await self._ask(address)
        features = self._note_features(address, answer)
        if answer.plan is None:
            raise _NoPlan(_why_no_plan(raw, address))
        return answer.plan, features

    def _note_features(self, address: Address, answer: Answer) -> frozenset[str]:
        if self.store.features(address.hostport) != answer.features:
            self.store.set_features(address.hostport, answer.features, self.now())
        return answer.features or frozenset()

    async def _conclude(self, address: Address, text: bytes, features: frozenset[str]) -> Outcome:
        try:
            plan = read_answer_plan(decode(text))
        except (PlanTextError, PlanUnreadable) as error:
            judgement = Judgement(Verdict.UNREADABLE, str(error), Known(address))
            return self._take(address, judgement, text)
        if not isinstance(plan, Plan):
            return self._take(address, judge(plan, self.store.known(address, 1, 1), self.now()), text)
        if self._is_unchanged(address, plan):
            return self._unchanged(address, plan)
        plan = self._joined(address, plan)
        judgement = self._judge(address, plan)
        if judgement.wants_older and "before" in features:
            plan = await self._with_older(address, plan, judgement)
            judgement = self._judge(address, plan)
        return self._take(address, judgement, text)

    def _is_unchanged(self, address: Address, plan: Plan) -> bool:
        """Whether this very head was verified before, and nothing is missing below it."""
        author = self.store.author(address)
        if author is None or author.gap_below is not None or author.verdict is not Verdict.VERIFIED:
            return False
        return self.store.head_data(address) == plan.head.data and not plan.records

    def _unchanged(self, address: Address, plan: Plan) -> Outcome:
        known = self.store.known(address, plan.head.seq, plan.head.seq)
        self.store.take(Judgement(Verdict.VERIFIED, "", known, head=plan.head), self.now())
        return Outcome(address, Verdict.VERIFIED, unchanged=True, fingerprint=plan.head.key.fingerprint)

    def _joined(self, address: Address, plan: Plan) -> Plan:
        """The plan with what is stored below it, where a gap is still to be filled further down."""
        author = self.store.author(address)
        if author is None or author.gap_below is None or author.updated is None:
            return plan
        floor = plan.oldest.seq if plan.oldest else plan.head.seq + 1
        if author.gap_below >= floor or floor - 1 > author.seq:
            return plan
        stored = self.store.record_data(address, author.gap_below, floor - 1)
        below = read_stored(plan, stored)
        return plan.continued(below)

    def _judge(self, address: Address, plan: Plan) -> Judgement:
        oldest = plan.oldest.seq if plan.oldest else plan.head.seq
        known = self.store.known(address, max(1, oldest), max(1, plan.head.seq))
        return judge(plan, known, self.now())

    async def _with_older(self, address: Address, plan: Plan, judgement: Judgement) -> Plan:
        """The plan with pages of the archive below it, as far as the verdict or the gap asks for."""
        for _ in range(MAX_PAGES):
            floor = plan.oldest.seq if plan.oldest else plan.head.seq + 1
            if floor <= 1:
                break
            try:
                _, answer = await self._ask(address, f"/before/{floor}")
                page = read_answer_plan(decode(answer.plan)) if answer.plan is not None else None
            except (FingerError, PlanTextError, PlanUnreadable):
                break  # what was read stands by itself; the gap is shown, and asked for again next time
            if not isinstance(page, Plan) or not page.records or page.records[0].seq != floor - 1:
                break
            if plan.oldest is not None and page.records[0].id != plan.oldest.prev:
                break  # not the record that the chain names: the page proves nothing
            plan = plan.continued(page)
            judgement = self._judge(address, plan)
            if not judgement.wants_older:
                break
        return plan

    def _take(self, address: Address, judgement: Judgement, text: bytes) -> Outcome:
        now = self.now()
        new = self.store.take(judgement, now)
        if judgement.verdict in (Verdict.FORGED, Verdict.FORKED, Verdict.NEW_KEY):
            self.store.keep_evidence(address, judgement.verdict, judgement.reason, text, now)
        author = self.store.author(judgement.known.address)
        return Outcome(
            address,
            judgement.verdict,
            judgement.reason,
            new=new,
            fingerprint=judgement.head.key.fingerprint if judgement.head else None,
            gap_below=author.gap_below if author else None,
            moved_to=judgement.moved_to,
        )


def read_stored(plan: Plan, stored: Iterable[dict[str, object]]) -> Plan:
    """Records from the store, oldest first, as a page below `plan`."""
    return Plan(plan.head, tuple(reversed([Record.from_data(data) for data in stored])))


def _why_no_plan(raw: bytes, address: Address) -> str:
    if not raw.strip():
        return f"{address.hostport} answered nothing"
    if says_no_plan(raw):
        return f"{address.user} has no plan at {address.hostport}"
    return f"{address.hostport} answered, and not with a plan: is the name {address.user!r} right?"
