"""Having a feed read in a process of its own (`reader`), from within the reactor.

- Only so many at once: each takes a processor for as long as it reads.
- The process gets no more of this one than its two pipes: no descriptors, and of the environment only what Python needs
  to find the same program.
- It is ended when it takes too long by the clock, and when nobody waits for it any more.
"""

import json
import os
import sys
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from thimbl.core.web import FeedUrl
from thimbl.core.webfeed import MAX_ALL, Feed, NotAFeed

AT_ONCE: Final = 2
"""Feeds that are read at once: what is read is polled in the background, on a machine with other things to do."""

SECONDS: Final = 60
"""By the clock, on a machine that is busy: twice what it may take of a processor."""

MOST_SAID: Final = 8 * MAX_ALL
"""Bytes that a reader says at most: all the text that a feed may have, each character of it escaped."""

_GAVE_UP: Final = "it takes more time or memory to read than any feed should"
_KEPT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


class Read(Protocol):
    """Reads a feed: `Readers.read`, or in tests something that does it at once."""

    def __call__(self, body: bytes, url: FeedUrl, content_type: str) -> "Deferred[Feed]":
        """Fires with the feed in `body`, which came from `url`; fails with `NotAFeed`."""


class Readers:
    """Runs readers in a reactor."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._turns = DeferredSemaphore(AT_ONCE)

    def read(self, body: bytes, url: FeedUrl, content_type: str) -> "Deferred[Feed]":
        """Have a feed read. Cancel it to end that."""
        return self._turns.run(self._read, body, url, content_type)

    def _read(self, body: bytes, url: FeedUrl, content_type: str) -> "Deferred[Feed]":
        reading = _Reading(body, json.dumps({"url": str(url), "type": content_type}))
        command = [sys.executable, "-P", "-m", "thimbl.node.web.reader"]
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._reactor.spawnProcess(
            reading, sys.executable, command, env=environ, childFDs={0: "w", 1: "r", 2: "r"}
        )
        reading.limit = self._reactor.callLater(SECONDS, reading.give_up)
        return reading.done


class _Reading(ProcessProtocol):
    """One process: what it is given, and what it says."""

    def __init__(self, body: bytes, about: str) -> None:
        self.done: Deferred[Feed] = Deferred(lambda done: self.give_up())
        self.limit: Any = None
        self._given = about.encode("ascii") + b"\n" + body
        self._said = bytearray()

    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.write(self._given)
        transport.closeStdin()

    def outReceived(self, data: bytes) -> None:
        self._said += data
        if len(self._said) > MOST_SAID:
            self.give_up()

    def errReceived(self, data: bytes) -> None:
        """What the interpreter prints as it fails is for whoever runs it by hand."""

    def give_up(self) -> None:
        """End it."""
        transport: Any = self.transport
        if transport is not None and transport.pid is not None:
            transport.signalProcess("KILL")

    def processEnded(self, reason: Failure) -> None:
        if self.limit is not None and self.limit.active():
            self.limit.cancel()
        if self.done.called:
            return
        if isinstance(reason.value, ProcessTerminated):
            self.done.errback(NotAFeed(_GAVE_UP))
            return
        try:
            self.done.callback(_heard(bytes(self._said)))
        except NotAFeed as fault:
            self.done.errback(fault)


def _heard(said: bytes) -> Feed:
    """What a reader said. Raises `NotAFeed`."""
    try:
        data = json.loads(said)
        if "fault" in data:
            raise NotAFeed(str(data["fault"]))
        return Feed.from_data(data["feed"])
    except NotAFeed:
        raise
    except (ValueError, KeyError, TypeError):
        raise NotAFeed(_GAVE_UP) from None
