"""Somebody with an account, whose poller lives in an internet in memory."""

from typing import Any

import pytest

from finger.client import FingerClient
from tests.support.world import World
from thimbl.core.address import Address
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.following import Followed
from thimbl.node import reach
from thimbl.node.polling import watch
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.scheduler import LOOK
from thimbl.node.polling.watch import Poller
from thimbl.store.types import Selection, View


class Reader:
    """An account in a folder of its own, beside a `World`. `heard` is what its poller told."""

    def __init__(self, folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World(folder / "world")
        self.home = folder / "home"
        self.clock = self.world.internet.clock
        self.start = self.world.now
        self.account = Account.find({"THIMBL_HOME": str(self.home)}, self.now, lambda count: bytes(count))
        self.heard: list[tuple[Outcome, bool]] = []
        self.ended: list[object] = []
        monkeypatch.setattr(reach, "client", self.client)

    def client(self, _reactor: object, _settings: object, *, stranger: bool = False) -> FingerClient:
        return FingerClient(self.world.internet.endpoint, self.clock)

    def now(self) -> float:
        return self.start + self.clock.seconds()

    def follow(self, *addresses: Address, private: bool = False) -> None:
        for address in addresses:
            following.add(self.account.paths, Followed(address.user, address, private))

    def poller(self, **how: Any) -> Poller:
        made = watch.poller(self.clock, self.account, heard=lambda *told: self.heard.append(told), **how)
        made.start().addBoth(self.ended.append)
        self.run(LOOK)
        return made

    def run(self, seconds: float, step: float = 1.0) -> None:
        self.world.internet.advance(seconds, step)

    def stop(self, poller: Poller) -> None:
        stopped: list[object] = []
        poller.stop().addCallback(stopped.append)
        self.run(3)
        assert stopped == [None]
        self.run(60, 10)  # the hosts of this internet have deadlines of their own
        assert self.clock.getDelayedCalls() == []

    def texts(self, view: View) -> list[str]:
        with self.account.writer() as store:
            return [item.text for item in store.timeline(Selection(view), 10_000)]
