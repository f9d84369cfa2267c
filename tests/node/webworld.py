"""Somebody who follows feeds of the web: a world of hosts in memory, with sites among them."""

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred

from tests.support.website import Site
from tests.support.world import World
from thimbl.core.web import FeedUrl
from thimbl.core.webfeed import Feed
from thimbl.node.polling.fetch import Fetcher
from thimbl.node.polling.outcome import Outcome
from thimbl.node.web.getting import Getter
from thimbl.node.web.reading import read_feed
from thimbl.node.web.visit import Asking
from thimbl.store import web


class WebWorld(World):
    """A `World` whose fetcher asks for feeds too."""

    def __init__(self, folder: Path) -> None:
        self.read: list[str] = []
        """The URLs whose answers were read, in order."""
        self.trust: Any = None
        """The certificates to trust."""
        super().__init__(folder)

    def begin_anew(self) -> None:
        getter = Getter(self.internet.clock, self.internet.endpoint, lambda: self.now, self.trust)
        self.asking = Asking(getter, self._read, self.internet.clock)
        self.fetcher = Fetcher(self.client, self.store, lambda: self.now, feeds=lambda: self.asking)

    def _read(self, body: bytes, url: FeedUrl, content_type: str) -> "Deferred[Feed]":
        self.read.append(str(url))
        return maybeDeferred(read_feed, body, url, content_type)

    def site(self, hostport: str = "blog.example:80", **pages: Any) -> Site:
        """A site that is up from now on."""
        site = Site(**pages)
        host, _, port = hostport.rpartition(":")
        self.internet.add(host, int(port), site)
        return site

    def follow(self, url: str) -> FeedUrl:
        """Follow a feed."""
        made = FeedUrl.parse(url)
        self.store.follow(made.address, "blog", private=True)
        web.know(self.store, [made])
        return made

    def ask(self, url: FeedUrl, seconds: float = 0) -> Outcome:
        """What comes of asking for a feed."""
        return self.one(url.address, seconds)

    def texts(self, url: FeedUrl) -> list[str]:
        """What the store shows of it, oldest first."""
        return [item.text for item in self.items(url.address)]
