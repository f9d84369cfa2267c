"""Turns at asking: so many in all, so many at one host, first come first served.

Whoever gets a turn may be done at once and give it back before the call that gave it returns; turns are handed on in a
loop, so that thousands of those do not stand on each other's stack.
"""

from collections import Counter, defaultdict, deque

from twisted.internet.defer import Deferred


class GivenUp(Exception):
    """The host can not be reached; the message is what whoever tried was told."""


class Slots:
    """Turns, counted by host."""

    def __init__(self, at_once: int, at_one_host: int) -> None:
        self._free, self._at_one_host = at_once, at_one_host
        self._busy: Counter[str] = Counter()
        self._offered: Counter[str] = Counter()
        self._offers: deque[str] = deque()
        self._waiting: defaultdict[str, deque[Deferred[None]]] = defaultdict(deque)
        self._handing_on = False

    def acquire(self, host: str) -> "Deferred[None]":
        """Fires when it is one's turn, which `release` ends; fails with `GivenUp`. Cancel it to wait no longer."""
        waiting = self._waiting[host]
        turn: Deferred[None] = Deferred(waiting.remove)
        waiting.append(turn)
        self._offer(host)
        self._hand_on()
        return turn

    def release(self, host: str) -> None:
        """One's turn is over."""
        self._free += 1
        self._busy[host] -= 1
        self._offer(host)
        self._hand_on()

    def give_up(self, host: str, reason: str) -> None:
        """Fail all who wait for a turn at `host`. Whoever comes later waits as ever."""
        waiting = self._waiting[host]
        for turn in list(waiting):
            waiting.remove(turn)
            turn.errback(GivenUp(reason))

    def _offer(self, host: str) -> None:
        """A place in the line for `host`, if it has somebody to take it and is not at its bound."""
        offered = self._offered[host]
        if len(self._waiting[host]) > offered and self._busy[host] + offered < self._at_one_host:
            self._offered[host] += 1
            self._offers.append(host)

    def _hand_on(self) -> None:
        if self._handing_on:
            return
        self._handing_on = True
        try:
            while self._free and self._offers:
                host = self._offers.popleft()
                self._offered[host] -= 1
                if waiting := self._waiting[host]:
                    turn = waiting.popleft()
                    self._free -= 1
                    self._busy[host] += 1
                    turn.callback(None)
        finally:
            self._handing_on = False
