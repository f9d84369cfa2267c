"""Turns at asking: so many in all, so many at one host, first come first served.

- A place in the line is for a host, and a host has no more places than it may have turns: whoever has five thousand
  accounts waits beside whoever has one, and neither starves.
- A host that was never met, or that could not be reached the last time, gets one turn alone. When it has answered, the
  others know what it understands; and a dead host costs one connection, however many accounts it has.
- Whoever gets a turn may be done at once and give it back before the call that gave it returns; turns are handed on in
  a loop, so that thousands of those do not stand on each other's stack.
"""

from collections import Counter, deque
from collections.abc import Callable

from twisted.internet.defer import Deferred


class GivenUp(Exception):
    """The host can not be reached; the message is what whoever tried was told."""


class Slots:
    """Turns, counted by host."""

    def __init__(self, at_once: int, at_one_host: int, met: Callable[[str], bool] = lambda host: True) -> None:
        """`met` says of a host that is new here whether it has answered before."""
        self._free, self._at_one_host, self._met = at_once, at_one_host, met
        self._bounds: dict[str, int] = {}
        self._busy: Counter[str] = Counter()
        self._offered: Counter[str] = Counter()
        self._offers: deque[str] = deque()
        self._waiting: dict[str, deque[Deferred[None]]] = {}
        self._handing_on = False

    def acquire(self, host: str) -> "Deferred[None]":
        """Fires when it is one's turn, which `release` ends; fails with `GivenUp`. Cancel it to wait no longer."""
        if host not in self._bounds:
            self._bounds[host] = self._at_one_host if self._met(host) else 1
        waiting = self._waiting.setdefault(host, deque())
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

    def widen(self, host: str) -> None:
        """The host has answered: it may have as many turns as any other."""
        if self._bounds.get(host) != self._at_one_host:
            self._bounds[host] = self._at_one_host
            self._offer(host)
            self._hand_on()

    def give_up(self, host: str, reason: str) -> None:
        """Fail all who wait for a turn at `host`. Whoever comes later waits as ever."""
        self._bounds[host] = 1
        waiting = self._waiting.get(host, deque())
        for _ in range(len(waiting)):
            if waiting:  # whoever is told may make others stop waiting
                waiting.popleft().errback(GivenUp(reason))

    def _offer(self, host: str) -> None:
        """Places in the line for `host`, while it has somebody to take them and is not at its bound."""
        waiting = self._waiting.get(host)
        if not waiting:
            if not self._busy[host] and not self._offered[host]:  # of a host that nobody waits for nothing stays
                self._waiting.pop(host, None)
                del self._busy[host], self._offered[host]
            return
        while len(waiting) > self._offered[host] and self._busy[host] + self._offered[host] < self._bounds[host]:
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
                if waiting := self._waiting.get(host):
                    turn = waiting.popleft()
                    self._free -= 1
                    self._busy[host] += 1
                    turn.callback(None)
                else:
                    self._offer(host)
        finally:
            self._handing_on = False
