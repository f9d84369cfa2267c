"""All accounts of a host at once: who agreed to be listed, when they last wrote, what they answer; and who people are.

A walk over all of them looks at each plan's times and reads what has changed, most of that at a glance. It may run in a
thread beside the answers: it shares nothing with them, and hands out what nobody changes any more.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from thimbl.core.terminal import safe_line
from thimbl.node.serving.accounts import Account, Accounts
from thimbl.node.serving.glance import LISTED, Glance, glance
from thimbl.node.serving.posts import Post, posts_now
from thimbl.node.serving.sources import Source, settled, unchanged

DAY: Final = 86_400

MAX_LISTED: Final = 10_000
"""Accounts in a list: what still fits the size of an answer that clients take."""

GLANCED: Final = 4
"""Records that are read to find somebody's newest post: mostly it is the newest or the one below an edit."""

NEWEST: Final = 20
"""Posts on the page `timeline`: what fits three screens of 24 lines when they are short."""

MAX_ANSWERS: Final = 50_000
"""References in the index of who answers what; some 10 MB."""

# `re` in YAML, at the left of its line or beside the dash of its entry, and in JSON. A text that looks so too costs a
# look in vain, no more.
_RE: Final = re.compile(
    rb"""(?:^[ ]*(?:-[ ]+)?|["{,])re["']?\s*:\s*["']?[^\s"'#]{3,400}#([a-z2-7]{52})""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of one account that has a plan."""

    account: Account
    sources: tuple[Source, ...]
    settled: bool
    name: str | None = None
    """To list it under; None where the account did not agree to be listed."""
    newest: int | None = None
    """When the newest of its posts that can be seen was written, in Unix seconds."""
    answers: tuple[str, ...] = ()
    """Ids of the records that its posts answer."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A post and who of this host wrote it."""

    account: Account
    name: str
    post: Post


@dataclass(frozen=True, slots=True)
class Census:
    """What one walk found."""

    listed: tuple[Entry, ...] = ()
    """Those who agreed, by name."""
    people: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By each word of a name, in lower case: login and full name of whoever has it."""
    answers: Mapping[str, tuple[Account, ...]] = field(default_factory=dict)
    """By the id of a record, listed accounts with posts that answer it."""


class Surveyor:
    """Walks over `accounts`. `clock` is in nanoseconds, as that of files; `people`: index all accounts by name."""

    def __init__(self, accounts: Accounts, clock: Callable[[], int] = time.time_ns, *, people: bool = False) -> None:
        self._accounts, self._clock, self._people = accounts, clock, people
        self._known: dict[str, Entry] = {}
        self._posts: dict[str, tuple[Entry, list[Post]]] = {}
        self._lock = threading.Lock()

    def walk(self) -> Census:
        """Look at all accounts."""
        with self._lock:
            return self._walk()

    def newest(self) -> list[Signed]:
        """The newest posts of those who agreed to be listed, newest first.

        A post from the future, by more than a day, is nobody's yet (plan-format 4); one from today's is of now.
        """
        with self._lock:
            found = self._walk()
            now = self._clock() // 10**9
            writers = [entry for entry in found.listed if entry.newest is not None]
            # Whoever wrote one of the newest posts is among those whose newest post is newest.
            writers.sort(key=lambda entry: -min(entry.newest or 0, now))
            posts = {entry.account.name: self._posts_of(entry, now) for entry in writers[:NEWEST]}
            self._posts = {entry.account.name: (entry, posts[entry.account.name]) for entry in writers[:NEWEST]}
        signed = [
            Signed(entry.account, entry.name or "", post)
            for entry in writers[:NEWEST]
            for post in posts[entry.account.name]
        ]
        return sorted(signed, key=lambda one: -min(one.post.time, now))[:NEWEST]

    def _walk(self) -> Census:
        known: dict[str, Entry] = {}
        people: dict[str, list[tuple[str, str]]] = {}
        answers: dict[str, list[Account]] = {}
        listed: list[Entry] = []
        for account in self._accounts.all():
            if self._people:
                for word in _words(account):
                    people.setdefault(word, []).append((account.name, account.full_name))
            entry = self._entry(account)
            if entry is None:
                continue
            known[account.name] = entry
            if entry.name is None or len(listed) == MAX_LISTED:
                continue
            listed.append(entry)
            for id_ in entry.answers:
                if id_ in answers or len(answers) < MAX_ANSWERS:
                    answers.setdefault(id_, []).append(account)
        self._known = known
        return Census(
            tuple(listed),
            {word: tuple(found) for word, found in people.items()},
            {id_: tuple(found) for id_, found in answers.items()},
        )

    def _entry(self, account: Account) -> Entry | None:
        known = self._known.get(account.name)
        if known is not None and known.settled and known.account == account and unchanged(known.sources):
            return known
        time.sleep(0)  # where this runs beside the answers, they come first
        now = self._clock()
        file = account.read(account.plan)
        if file is None:
            return None
        entry = Entry(account, file.sources, settled(file.sources, now))
        if LISTED.encode() not in file.raw:  # spares most plans the parser
            return entry
        found = glance(file.raw, GLANCED)
        if found is None or not found.listed:
            return entry
        return Entry(
            account,
            file.sources,
            entry.settled,
            safe_line(found.head.name or account.full_name),
            self._newest_time(file.raw, found, now // 10**9),
            tuple(dict.fromkeys(match[1].decode() for match in _RE.finditer(file.raw))),
        )

    @staticmethod
    def _newest_time(raw: bytes, found: Glance, now: int) -> int | None:
        while True:
            times = [post.time for post in posts_now(found.records) if post.time <= now + DAY]
            more = None if times or found.whole else glance(raw, 4 * len(found.records) + GLANCED)
            if more is None:
                return max(times, default=None)
            found = more

    def _posts_of(self, entry: Entry, now: int) -> list[Post]:
        before = self._posts.get(entry.account.name)
        if before is not None and before[0] is entry:
            return before[1]
        file = entry.account.read(entry.account.plan)
        found = None if file is None else glance(file.raw, 10**6)
        posts = [] if found is None else posts_now(found.records)
        return [post for post in posts if post.time <= now + DAY][:NEWEST]


def _words(account: Account) -> Iterator[str]:
    """What a person may be asked for by: login, and each part of the name (RFC 1288 2.5.4)."""
    yield from dict.fromkeys([account.name.lower(), *account.full_name.lower().split()])
