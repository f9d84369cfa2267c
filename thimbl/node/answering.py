"""From a query to an answer: whose plan, which view, or one polite line (RFC 1288 2.5, plan-format 6).

- Answers are kept: a query for an unchanged plan costs a stat. What is kept is bounded in bytes.
- An edited plan shows in the next answer. A file's times tell two states of it apart only when they lie further apart
  than its file system's clock ticks, so a plan that was changed a moment ago is read again.
- Nothing here knows Twisted, so that inetd can run the same answers.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from finger.query import Query
from finger.wire import to_wire
from thimbl.core.terminal import safe_line
from thimbl.node.accounts import Account, Accounts, Stamp
from thimbl.node.views import LISTED, OF_PLAN_ALONE, NoSuchView, Published, make_published, read_published, view, whole

KEPT_BYTES: Final = 16 * 1024 * 1024
"""Bytes of plans that are kept: 256 full windows. The records made of them take ten times as much."""

SETTLED: Final = 2 * 10**9
"""Nanoseconds after which a change shows in a file's times: those of FAT, the coarsest, tick every two seconds."""

MAX_LISTED: Final = 10_000
"""Accounts in the answer to an empty query: what still fits the size of an answer that clients take."""

SMALL: Final = 4 * 1024
"""Bytes of an answer to `since` or `head` that is kept too: a poll that finds nothing new is what most queries are."""

MAX_SMALL: Final = 8
"""Small answers kept of one plan."""

MAX_ECHO: Final = 80
"""Characters of a query that an answer repeats: one line of a terminal."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A plan and the whole answer for it."""

    published: Published
    answer: bytes
    settled: bool
    """Whether the file's times are old enough to tell this state of it from the next."""
    small: dict[str, bytes] = field(default_factory=dict)
    """Answers to views that follow from the plan alone, by query."""


class Answerer:
    """Answers queries from files. Call it with a `Query`; it gives the bytes to send.

    `clock` is the time in nanoseconds since 1970, as the file system's clock has it.
    """

    def __init__(self, accounts: Accounts, clock: Callable[[], int] = time.time_ns) -> None:
        self.accounts = accounts
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0
        self._listed: dict[str, tuple[Stamp, str | None]] = {}

    def __call__(self, query: Query, peer: object = None) -> bytes:
        """The answer to `query`, in the form of the wire."""
        if query.hosts:
            return to_wire("Finger forwarding service denied: this host answers for its own accounts only.\n")
        if not query.user:
            return to_wire(self._listing())
        name, *words = query.user.split("/")
        account = self.accounts.find(name)
        # An account without a plan is not told from none: what its owner did not publish is not ours to tell.
        kept = self._current(account) if account is not None else None
        if kept is None:
            return _no_such_user(query.user)
        if not words:
            return kept.answer
        if (small := kept.small.get(query.user)) is not None:
            return small
        try:
            answer = to_wire(view(kept.published, words))
        except NoSuchView:
            return _no_such_user(query.user)
        if words[0] in OF_PLAN_ALONE and len(answer) <= SMALL:
            if len(kept.small) >= MAX_SMALL:
                kept.small.clear()
            kept.small[query.user] = answer
        return answer

    def _current(self, account: Account) -> _Kept | None:
        """What the account has published, from memory where its file is as it was."""
        kept = self._kept.get(account.name)
        if kept is not None and kept.settled and self._is_same(kept.published, account):
            self._kept.move_to_end(account.name)
            return kept
        before = None if kept is None else kept.published
        published = read_published(account, before)
        self._forget(account.name)
        if published is None:
            return None
        answer = kept.answer if kept and published.raw is kept.published.raw else to_wire(whole(published))
        fresh = _Kept(published, answer, self._is_settled(published.stamp))
        self._keep(account.name, fresh)
        return fresh

    @staticmethod
    def _is_same(published: Published, account: Account) -> bool:
        return account.stamp(account.plan) == published.stamp and published.account == account

    def _is_settled(self, stamp: Stamp) -> bool:
        return self._clock() - stamp.changed > SETTLED

    def _keep(self, name: str, kept: _Kept) -> None:
        self._kept[name] = kept
        self._size += len(kept.published.raw)
        while self._size > KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, name: str) -> None:
        if (gone := self._kept.pop(name, None)) is not None:
            self._size -= len(gone.published.raw)

    def _listing(self) -> str:
        listed: dict[str, tuple[Stamp, str | None]] = {}
        lines = []
        for account in self.accounts.all():
            known = self._listed.get(account.name)
            if known is None or account.stamp(account.plan) != known[0]:
                known = _listed_as(account)
            if known is None:
                continue
            if self._is_settled(known[0]):
                listed[account.name] = known
            if known[1] is not None:
                lines.append(f"{account.name:<20} {known[1]}".rstrip())
            if len(lines) == MAX_LISTED:
                break
        self._listed = listed
        if not lines:
            return "Nobody here has asked to be listed. Ask for an account by its name.\n"
        return "\n".join([f"{'Login':<20} Name", *lines, ""])


def _listed_as(account: Account) -> tuple[Stamp, str | None] | None:
    """The state of the account's plan, and the name to list it under: None where it did not agree.

    Kept apart from the answers: a host has more accounts than anybody asks for, and one empty query must neither read
    every plan again nor push those out of memory that people do ask for.
    """
    found = account.read(account.plan)
    if found is None:
        return None
    raw, stamp = found
    if LISTED.encode() not in raw:  # spares most plans the parser
        return stamp, None
    published = make_published(account, raw, stamp)
    return stamp, safe_line(published.name) if published.listed else None


def _no_such_user(asked: str) -> bytes:
    return to_wire(f"finger: {safe_line(asked)[:MAX_ECHO]}: no such user.\n")
