"""From a query to an answer: whose plan, which view or page, or one polite line (RFC 1288 2.5 and 3.2, plan-format 6).

- Answers are kept: a query for an unchanged plan, or a view of it, costs a look at the times of what it was made from.
- An edited plan shows in the next answer, however fast one asks after saving it.
- The order is: a reserved name, the table of aliases, an account. So no account takes a page's place, and an alias
  leads to an account and never to another alias.
- Nothing is forwarded (RFC 1288 3.2.1). What looks like it, `alice@her.host`, is answered from a copy or refused in one
  line, which does not tell why: neither whom this host follows nor what it has heard of.
- Nothing here knows Twisted, so that inetd can run the same answers.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from finger.query import Query
from finger.wire import MAX_ANSWER, to_wire
from thimbl.core.address import Address, AddressError
from thimbl.core.terminal import safe_line
from thimbl.node.serving.accounts import Account, Accounts, File
from thimbl.node.serving.frontdoor import FrontDoor, project_of
from thimbl.node.serving.glance import glance
from thimbl.node.serving.kept import FOR_EVER, Kept, Shelf
from thimbl.node.serving.parsed import ParsedPlans, digest_of
from thimbl.node.serving.reserved import Registry
from thimbl.node.serving.sources import settled, unchanged
from thimbl.node.serving.views import VIEWS, FileArchive, NoSuchView, quick_view, view, whole

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies

KEPT_BYTES: Final = 256 * 1024 * 1024
"""Bytes of answers with whole plans that are kept: 5,000 accounts with plans of 20 KB are 100 MB, and the largest shell
hosts twice that. A host takes what the plans that people ask for take, and no more than this."""

VIEW_BYTES: Final = 128 * 1024 * 1024
"""Bytes of answers with views that are kept: as much as half of that, since who asks for views asks for what is new."""

VIEWS_EACH: Final = 16
"""Answers with views that are kept of one account: followers come a few at a time from the same few numbers, and
whoever asks for one number after the other pushes out nobody else's."""

MAX_ECHO: Final = 80
"""Characters of a query that an answer repeats: one line of a terminal."""

REFUSED: Final = to_wire("Finger forwarding service denied: this host answers for its own accounts only.\n")
"""The same line whatever was asked for, and why ever it is not given."""


class Answerer:
    """Answers queries from files. Call it with a `Query`; it gives the bytes to send.

    `clock` is the time in nanoseconds since 1970, as the file system's clock has it. `copies` are those of a mirror.
    `door` answers for the host as a whole, and `reserved` for names that no account can have.
    """

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], int] = time.time_ns,
        *,
        aliases: Mapping[str, str] | None = None,
        copies: "Copies | None" = None,
        door: FrontDoor | None = None,
        reserved: Registry | None = None,
    ) -> None:
        self.accounts, self.aliases, self.copies = accounts, dict(aliases or {}), copies
        self.door = FrontDoor(accounts, clock, copies=copies) if door is None else door
        self.plans = ParsedPlans()
        self.reserved = Registry.of(accounts, self.door, copies, self.plans) if reserved is None else reserved
        self._clock = clock
        self._plans = Shelf(KEPT_BYTES)
        self._views = Shelf(VIEW_BYTES, VIEWS_EACH)

    def __call__(self, query: Query, peer: object = None) -> bytes:
        """The answer to `query`, in the form of the wire."""
        user = query.user
        if query.hosts:
            return self._forwarded(query)
        shelf = self._plans
        if (kept := shelf.get(user)) is None:
            shelf = self._views
            kept = shelf.get(user)
        if (
            kept is not None
            and kept.settled
            and (kept.until == FOR_EVER or time.monotonic() < kept.until)
            and unchanged(kept.sources)
        ):
            shelf.used(user)
            return kept.answer
        return self._made(user) if user else self.door.listing(verbose=query.verbose)

    @property
    def kept(self) -> int:
        """How many answers are kept ready."""
        return len(self._plans.items) + len(self._views.items)

    def reload(self) -> None:
        """Forget all that is kept, as when the settings were read anew."""
        self._plans.clear()
        self._views.clear()
        self.plans.clear()
        if self.copies is not None:
            self.copies.reload()

    def _made(self, user: str) -> bytes:
        """The answer to `user`, made anew."""
        name, *words = user.split("/")
        page = self.reserved.pages.get(name)
        if page is not None and not page.yields:
            return _no_such_user(user) if words else to_wire(page.make())
        target = self.aliases.get(name, name)
        account = self.accounts.find(target)
        if not words:
            answer = None if account is None else self._plan(user, account)
            if answer is None and page is not None:
                return to_wire(page.make())
            return answer or self._person(user, account)
        file = None if account is None else account.read(account.plan)
        # An account without a plan is not told from none: what its owner did not publish is not ours to tell.
        if account is None or file is None:
            self._views.drop(user)
            return _no_such_user(user)
        return self._view(user, account, file, words)

    def _plan(self, user: str, account: Account) -> bytes | None:
        now = self._clock()
        file = account.read(account.plan)
        if file is None:
            self._plans.drop(user)
            return None
        project, beside = project_of(account)
        digest = digest_of(account, file.raw, project)
        before = self._plans.get(user)
        if before is not None and before.digest == digest:
            answer = before.answer
        else:
            found = glance(file.raw)
            name = (found.head.name if found else "") or account.full_name
            answer = _bounded(user, to_wire(whole(account.name, name, file.raw, project)))
        sources = (*file.sources, *beside)
        until = time.monotonic() + self.accounts.seconds()
        self._plans.put(user, Kept(answer, sources, until, digest, settled(sources, now)))
        return answer

    def _person(self, asked: str, account: Account | None) -> bytes:
        """Somebody without a plan, or whoever else may be meant (RFC 1288 2.5.4), where the host tells of people."""
        if account is None:
            found = self.door.called(asked)
            if len(found) > 1:
                return self.door.table(found)
            account = self.accounts.find(found[0][0]) if found else None
            answer = None if account is None else self._plan(found[0][0], account)
            if answer is not None:
                return answer
        return (None if account is None else self.door.person(account)) or _no_such_user(asked)

    def _view(self, user: str, account: Account, file: File, words: list[str]) -> bytes:
        now = self._clock()
        if (page := self.reserved.views.get(words[0])) is not None:
            return _bounded(user, to_wire(page.make(account, words[1:])))
        archive = FileArchive(account)
        text = quick_view(account, file.raw, words)
        if text is None:
            plan = self.plans.of(account, file)
            try:
                text = view(plan, archive, words)
            except NoSuchView:
                return self._no_such_view(user, has_views=plan.plan is not None)
        answer = _bounded(user, to_wire(text))
        sources = (*file.sources, *archive.sources)
        until = time.monotonic() + self.accounts.seconds()
        self._views.put(user, Kept(answer, sources, until, b"", settled(sources, now), account.name))
        return answer

    def _forwarded(self, query: Query) -> bytes:
        """RFC 1288 2.3, {Q2}: never a connection of our own, since a stranger would choose where to (3.2.1)."""
        if self.copies is None or not query.user or len(query.hosts) > 1:
            return REFUSED
        name, *words = query.user.split("/")
        try:
            address = Address.parse(f"{name}@{query.hosts[0]}")
            page = self.reserved.views.get(words[0]) if words else None
            if page is not None and page.copy is not None:
                text = page.copy(address, words[1:])
                answer = None if text is None else to_wire(text)
            else:
                answer = self.copies.answer(address, words)
        except AddressError:
            return REFUSED
        except NoSuchView:
            return self._no_such_view(f"{query.user}@{query.hosts[0]}", has_views=True)
        return REFUSED if answer is None else _bounded(query.user, answer)

    def _no_such_view(self, user: str, *, has_views: bool) -> bytes:
        shown = safe_line(user)[:MAX_ECHO]
        there = ", ".join([*VIEWS, *(page.shown for page in self.reserved.views.values())]) if has_views else ""
        hint = f"After the / may stand {there}." if there else "This plan is plain words: ask for the name alone."
        return to_wire(f"finger: {shown}: no such page. {hint}\n")


def _bounded(asked: str, answer: bytes) -> bytes:
    if len(answer) <= MAX_ANSWER:
        return answer
    return to_wire(f"finger: {safe_line(asked)[:MAX_ECHO]}: this is too long to be sent: {len(answer):,} bytes.\n")


def _no_such_user(asked: str) -> bytes:
    return to_wire(f"finger: {safe_line(asked)[:MAX_ECHO]}: no such user.\n")
