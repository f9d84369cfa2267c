"""Telling hooks of what came: each thing at most once, whichever program comes first.

- Whoever tells holds a lock; another program that has brought something leaves it to them. They look again after they
  have let go of it, so nothing falls between the two.
- How far was told is written down before a hook is run (`thimbl.store.bookmarks`): a program that is killed at that
  very moment has told of a thing once at most. A hook that fails is not run again for the same thing.
- It never stands in the way of what it tells of: that is published, or stored, before.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from thimbl.home.account import Account
from thimbl.home.durable import try_lock
from thimbl.home.hooks.findings import are_kept, may_be_new, new_findings
from thimbl.home.hooks.running import Ran, run
from thimbl.home.hooks.settings import NAME, Hook
from thimbl.home.itemform import item_data
from thimbl.store import bookmarks
from thimbl.store.bookmarks import Arrival, Bookmark, News, Sort
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from thimbl.store.types import Item
from thimbl.store.writer import Writer

MOST_AT_ONCE: Final = 100
"""Things that are told in one go, the newest: after a month away nobody wants three thousand letters."""

HOOKS: Final[Mapping[Sort, Hook]] = {
    Sort.OWN: Hook.ON_POST,
    Sort.MENTION: Hook.ON_MENTION,
    Sort.ANNOUNCEMENT: Hook.ON_ANNOUNCEMENT,
}

_FAILED: Final = "hook-failed:"
"""What the keys of `state` begin with under which the last failure of each hook is kept."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The last time that a hook failed."""

    time: int
    """Unix seconds."""
    words: str


@dataclass(slots=True)
class Delivered:
    """What came of it."""

    told: int = 0
    failed: int = 0
    left: bool = False
    """Whether the time was over before all was told."""


def deliver(
    account: Account,
    say: Callable[[str], None],
    *,
    seconds: float = float("inf"),
    clock: Callable[[], float] = time.monotonic,
) -> Delivered:
    """Run the hooks of `account` for all that came. `say` gets a line for each failure.

    No hook is begun after `seconds`, by `clock`, and with such a limit no books are folded, which may take longer than
    that; what is left is told the next time. Nothing is done where another program is at it, or where this one runs as
    a hook. May raise `StoreError`.
    """
    done = Delivered()
    if account.environ.get(NAME) or not account.settings.hooks.told:
        return done
    until = clock() + seconds
    with account.writer() as writer:
        writer.for_person(account.clock)
        while (lock := try_lock(account.paths.lock.with_name("hooks.lock"))) is not None:
            try:
                _Round(account, writer, say, done, lambda: clock() >= until, folds=seconds == float("inf")).tell()
            finally:
                os.close(lock)
            if done.left or not bookmarks.news(writer):
                break
    return done


def event(hook: Hook, item: Item) -> dict[str, Any]:
    """What a hook is given of an item."""
    return {"hook": str(hook)} | item_data(item)


def finding_event(finding: Mapping[str, Any]) -> dict[str, Any]:
    """What a hook is given of a finding."""
    return {"hook": str(Hook.ON_FINDING), **finding}


def last_failure(reader: Reader, hook: Hook) -> Failure | None:
    """The last time that a hook failed, unless it has succeeded since."""
    text = reader.state(_FAILED + hook)
    return Failure(*json.loads(text)) if text else None


def note_outcome(writer: Writer, hook: Hook, ran: Ran, now: int) -> None:
    """Keep that a hook failed, at `now` (Unix seconds), or that it no longer does."""
    key = _FAILED + hook
    if not ran.is_good:
        writer.set_state(key, json.dumps([now, ran.reason]))
    elif writer.state(key):
        writer.set_state(key, "")


@dataclass(slots=True)
class _Round:
    """All that is there to tell of now, under the lock."""

    account: Account
    writer: Writer
    say: Callable[[str], None]
    done: Delivered
    is_over: Callable[[], bool]
    folds: bool
    said: set[tuple[Hook, str]] = field(default_factory=set)

    def tell(self) -> None:
        commands = self.account.settings.hooks.commands
        for arrival, after in self._ordered(bookmarks.news(self.writer)):
            if arrival is not None:
                if self.is_over():
                    self.done.left = True
                    return
                self._tell(arrival)
            if after is not None:
                bookmarks.keep(self.writer, after)
        if Hook.ON_FINDING in commands and may_be_new(self.writer):
            if self.folds or are_kept(self.writer):
                self._tell_findings()
            else:
                self.done.left = True

    def _ordered(self, found: list[News]) -> Iterator[tuple[Arrival | None, Bookmark | None]]:
        """What to tell, the oldest first, each with the bookmark that belongs behind it, if it is its author's last."""
        commands = self.account.settings.hooks.commands
        ordered: list[tuple[int, Arrival]] = []
        last: dict[int, Arrival] = {}
        for news in found:
            place = bookmarks.LOWEST
            for arrival in news.arrivals:
                if HOOKS[arrival.sort] in commands:
                    place = max(place, arrival.item)  # an edit is later than its post, whose item it shows
                    ordered.append((place, arrival))
                    last[news.after.author] = arrival
        for news in found:
            if news.after.author not in last:
                yield None, news.after
        ordered.sort(key=lambda one: one[0])
        if (left_out := len(ordered) - MOST_AT_ONCE) > 0:
            self.say(f"{left_out} older things that came were not told to hooks: 'thimbl timeline' has them.")
        ends = {id(last[news.after.author]): news.after for news in found if news.after.author in last}
        for number, (_, arrival) in enumerate(ordered):
            if number < left_out:
                yield None, ends.get(id(arrival), arrival.after)
            else:
                yield arrival, ends.get(id(arrival))

    def _tell(self, arrival: Arrival) -> None:
        bookmarks.keep(self.writer, arrival.after)
        items = self.writer.items([arrival.item])
        if not items:
            return
        [item] = items
        if arrival.sort is Sort.OWN or not (item.muted or item.retracted or item.withheld or item.malformed):
            self._run(HOOKS[arrival.sort], event(HOOKS[arrival.sort], item))

    def _tell_findings(self) -> None:
        for told, finding in enumerate(new_findings(self.writer)):
            if told == MOST_AT_ONCE:
                self.say("More findings are new than hooks are told of at once: 'thimbl audit' has them all.")
            if told < MOST_AT_ONCE:
                self._run(Hook.ON_FINDING, finding_event(finding))
            if self.is_over():
                self.done.left = True
                return

    def _run(self, hook: Hook, data: Mapping[str, Any]) -> None:
        ran = run(hook, self.account.settings.hooks.commands[hook], data, self.account.environ)
        self.done.told += 1
        with suppress(StoreError):  # that it failed is said below
            note_outcome(self.writer, hook, ran, self.account.now())
        if not ran.is_good:
            self.done.failed += 1
            if (hook, ran.reason) not in self.said:
                self.said.add((hook, ran.reason))
                self.say(f"The hook {hook} failed: {ran.reason}.")
