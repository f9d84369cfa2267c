"""One feed asked once: from its URL to an outcome, and into the store.

- Its turn is one at its site, among those of all hosts (`thimbl.node.polling.slots`): a site with twenty feeds is asked
  for as many at once as a host with twenty plans.
- What was had before is not sent again: the host is told its ETag and date (RFC 9110 13), but no host is told what
  another gave. The same bytes as before are not read again either.
- Redirects are followed so far, never from ``https`` to ``http``, and each by the rules for a stranger's hosts. Where
  all of the way is for good, that is told; to follow the feed there is for its reader to decide.
- What is wrong with a feed is its outcome, in a line, and nothing that is here of it is lost by that.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from importlib.util import find_spec
from typing import Any, Final, cast

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TookTooLong

from finger.interfaces import Clock
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.web import FeedUrl, UrlError
from thimbl.core.webfeed import Feed, NotAFeed
from thimbl.home.settings import Settings
from thimbl.node import reach
from thimbl.node.guard import WEB
from thimbl.node.polling.desk import Desk
from thimbl.node.polling.intake import Change
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.slots import GivenUp
from thimbl.node.web.getting import Answer, Getter, WebFault, status_words
from thimbl.node.web.process import Read, Readers
from thimbl.store import web
from thimbl.store.web import Standing
from thimbl.store.writer import Writer

MAX_REDIRECTS: Final = 5
"""Redirects that are followed: from http to https, to the name with www, to where it moved, and two to spare."""

SECONDS: Final = 60
"""For all of it, from the first connection to the last byte: 8 MiB at 140 KiB a second."""

SECONDS_BY_PROXY: Final = 150
"""The same by way of a proxy, where each connection may need a circuit first (`thimbl.node.reach.BY_PROXY`)."""

LEAST: Final = 15 * 60
"""Seconds between two askings of a feed: it is a file, asked for as a whole, whose host knows no `since`."""

MOST: Final = 6 * 3600
"""Seconds that a feed can ask to be left alone for: what it says is not to keep its readers away for years."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD: Final = frozenset({301, 308})
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
"""Answers by which a site is left alone as one that does not answer (RFC 9110 15.6, RFC 6585 4)."""

_NEEDED: Final = ("feedparser", "OpenSSL", "service_identity")


def lacking() -> str | None:
    """What to do where this program was installed without what feeds of the web need; None where it is here."""
    if all(find_spec(name) is not None for name in _NEEDED):
        return None
    return "feeds of the web need more than is installed: install it with  pip install 'thimbl-node[web]'"


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of asking for a URL."""

    url: FeedUrl
    """Where the answer came from, after redirects."""
    answer: Answer
    moved: FeedUrl | None
    """Where the URL says that it has moved for good."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A feed that was looked at, before anything is stored."""

    feed: Feed
    looked: Looked

    def standing(self, url: FeedUrl) -> Standing:
        """By what to ask for it the next time, where it is followed as `url`."""
        answer = self.looked.answer
        return Standing(url, str(self.looked.url), answer.etag, answer.modified, hashlib.sha256(answer.body).digest())

    def outcome(self, url: FeedUrl, new: int = 0) -> Outcome:
        """What came of it, where it is followed as `url` and brought so many new entries."""
        moved = None if self.looked.moved in (None, url) else str(self.looked.moved)
        least = _least(self.looked.answer, self.feed.every)
        return Outcome(url.address, Verdict.UNSIGNED, new=new, url=str(url), moved_url=moved, least=least)


class WebFeeds:
    """Asks for feeds. `settings` say how hosts are reached, `reactor` has sockets, processes and time."""

    def __init__(self, reactor: Any, settings: Settings, now: Callable[[], int]) -> None:
        endpoints = reach.Reach(reactor, settings, stranger=True, service=WEB)
        self._asking = Asking(
            Getter(reactor, endpoints.endpoint, now),
            Readers(reactor).read,
            reactor,
            SECONDS if settings.proxy is None else SECONDS_BY_PROXY,
        )

    async def look(self, url: FeedUrl) -> "Seen":
        """What is at a URL that need not be followed. Raises `WebFault` and `NotAFeed`."""
        looked = await self._asking.get(Standing(url))
        return Seen(await self._asking.read(looked), looked)

    async def fetch(self, desk: Desk, address: Address) -> Outcome:
        """Ask for one that is followed, and store what came. Raises `StoreError`."""
        return await self._asking.fetch(desk, address)


@dataclass(slots=True)
class Asking:
    """What all askings have in common."""

    getter: Getter
    reader: Read
    clock: Clock
    seconds: float = SECONDS
    unreadable: dict[str, tuple[bytes | None, str]] = field(default_factory=dict)
    """Of feeds whose newest answer could not be read, its digest and why: it is not tried again until it differs."""

    async def fetch(self, desk: Desk, address: Address) -> Outcome:
        """Ask for the feed that `address` stands for. Raises `StoreError`."""
        standing = web.standing(desk.store, address)
        if standing is None:
            return Outcome(address, reason="it stands for a feed of the web that is not followed here")
        with desk.intake.expecting():  # until it is asked for: whoever waits for it to be stored holds up nobody
            change, outcome = await self._came(desk, address, standing)
            stored = desk.intake.change(change)
        await stored
        return outcome()

    async def _came(self, desk: Desk, address: Address, standing: Standing) -> "tuple[Change, Callable[[], Outcome]]":
        """Ask: what is to be stored, and, when it is, what came of it."""
        try:
            if (without := lacking()) is not None:
                raise WebFault(without)
            return await self._visit(desk, address, standing)
        except (WebFault, NotAFeed, GivenUp) as error:
            reason, now = str(error), desk.now()
            if isinstance(error, NotAFeed):
                reason = f"no feed that can be read: {reason}"
            away = isinstance(error, GivenUp) or (isinstance(error, WebFault) and error.away)
            least = max(LEAST, min(error.least, MOST)) if isinstance(error, WebFault) else LEAST
            failed = Outcome(address, reason=reason, url=str(standing.url), unreachable=away, least=least)
            return lambda store: store.failed(address, reason, now), lambda: failed

    async def _visit(self, desk: Desk, address: Address, standing: Standing) -> "tuple[Change, Callable[[], Outcome]]":
        looked = await self._in_turn(desk, address.hostport, standing)
        answer, now, url = looked.answer, desk.now(), standing.url
        moved = "" if looked.moved is None else str(looked.moved)
        same = answer.status == HTTPStatus.NOT_MODIFIED
        digest = standing.digest if same else hashlib.sha256(answer.body).digest()
        if digest == standing.digest:
            after = None if same else Standing(url, str(looked.url), answer.etag, answer.modified, digest)
            least = _least(answer)
            unchanged = Outcome(
                address, Verdict.UNSIGNED, unchanged=True, url=str(url), moved_url=moved or None, least=least
            )
            return lambda store: web.unchanged(store, address, now, after, moved), lambda: unchanged
        seen = Seen(await self._read(address, looked, digest), looked)
        new: list[int] = []

        def take(store: Writer) -> None:
            new.append(web.take(store, address, seen.feed, now, seen.standing(url), moved))

        return take, lambda: seen.outcome(url, sum(new))

    async def _in_turn(self, desk: Desk, host: str, standing: Standing) -> Looked:
        """Get it in one's turn at its site. Raises `WebFault` and `GivenUp`."""
        await desk.slots.acquire(host)
        try:
            looked = await self.get(standing)
        except WebFault as fault:
            if fault.away:
                desk.slots.give_up(host, str(fault))
            else:
                desk.slots.widen(host)
            raise
        finally:
            desk.slots.release(host)
        desk.slots.widen(host)
        desk.asker.received[host] = desk.asker.received.get(host, 0) + len(looked.answer.body)
        return looked

    async def get(self, standing: Standing) -> Looked:
        """Get what is at a URL, wherever that leads. Raises `WebFault`."""
        getting = Deferred.fromCoroutine(self._get(standing)).addTimeout(self.seconds, cast(Any, self.clock))
        try:
            return await getting
        except TookTooLong:
            raise WebFault(f"it was not complete after {self.seconds:g} seconds", away=True) from None

    async def _get(self, standing: Standing) -> Looked:
        url, been, for_good = standing.url, {standing.url}, True
        moved: FeedUrl | None = None
        while True:
            known = (standing.etag, standing.modified) if standing.location == str(url) else (None, None)
            answer = await self.getter.get(url, *known)
            if answer.status not in _REDIRECTS:
                break
            url = _led_on(url, answer)
            if url in been:
                raise WebFault(f"its redirects lead in a circle, back to {url}")
            if len(been) > MAX_REDIRECTS:
                raise WebFault(f"it leads on and on: more than {MAX_REDIRECTS} redirects, up to {url}")
            been.add(url)
            for_good = for_good and answer.status in _FOR_GOOD
            moved = url if for_good else moved
        if answer.status == HTTPStatus.NOT_MODIFIED and any(known):
            return Looked(url, answer, moved)
        if answer.status == HTTPStatus.GONE:
            raise WebFault("it is gone for good (410), says its host: 'thimbl unfollow' ends that it is asked for")
        if answer.status != HTTPStatus.OK:
            busy = answer.status in _BUSY and not answer.retry_after
            at = "" if url == standing.url else f"; that was at {url}"
            raise WebFault(f"{status_words(answer.status)}{at}", away=busy, least=answer.retry_after)
        return Looked(url, answer, moved)

    async def _read(self, address: Address, looked: Looked, digest: bytes | None) -> Feed:
        """What was got. Raises `NotAFeed`."""
        before, why = self.unreadable.get(str(address), (None, ""))
        if before is not None and before == digest:
            raise NotAFeed(why)
        try:
            feed = await self.read(looked)
        except NotAFeed as fault:
            self.unreadable[str(address)] = digest, str(fault)
            raise
        self.unreadable.pop(str(address), None)
        return feed

    async def read(self, looked: Looked) -> Feed:
        """The feed in an answer. Raises `NotAFeed`."""
        feed = await self.reader(looked.answer.body, looked.url, looked.answer.content_type)
        # Of an answer that may have been cut off somewhere, what is not in it is not gone.
        return feed if looked.answer.complete else replace(feed, whole=False)


def _least(answer: Answer, every: int = 0) -> int:
    """Seconds for which a feed is left alone, by what it and its host say."""
    return max(LEAST, min(MOST, max(every, answer.max_age)))


def _led_on(url: FeedUrl, answer: Answer) -> FeedUrl:
    """Where a redirect leads. Raises `WebFault`."""
    try:
        there = url.join(answer.location) if answer.location else None
    except UrlError as error:
        raise WebFault(f"it leads on to no URL of the web: {str(error).rstrip('.')}") from None
    if there is None:
        raise WebFault(f"{status_words(answer.status)}, and does not say where to")
    if url.scheme == "https" and there.scheme == "http":
        raise WebFault(f"it leads from https to {there}, where anybody on the way could change it")
    return there


