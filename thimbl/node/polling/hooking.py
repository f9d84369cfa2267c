"""Hooks beside a poller: told in a process of its own, so that neither a slow hook nor the books of a large commune
keep it from asking.

One such process at a time; what comes while it runs is told by the next. It has a session of its own: a poller that is
stopped does not end the hooks that are under way, and what they were not told yet the next run of anything tells.

A poller runs for months, and whether there is anybody to tell is looked up again whenever the settings have changed.
"""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol, cast

from twisted.internet.protocol import ProcessProtocol

from finger.interfaces import Clock, DelayedCall
from thimbl.home.account import Account
from thimbl.home.errors import SettingsError
from thimbl.home.hooks import background
from thimbl.node.polling.book import stamp

GATHER: Final = 1.0
"""Seconds from the first thing that came to the beginning of telling, so that a hundred answers of one minute do not
start a hundred programs."""

_STDERR: Final = 2


class Spawner(Protocol):
    """What is used of Twisted's reactor."""

    def callLater(
        self, delay: float, callable: Callable[..., object], *args: object, **kwargs: object
    ) -> DelayedCall: ...

    def spawnProcess(
        self,
        processProtocol: ProcessProtocol,
        executable: str,
        args: list[str],
        env: Mapping[str, str],
        childFDs: Mapping[int, int],
    ) -> object: ...


class Hooking:
    """Tells the hooks of an account, whenever it is woken."""

    def __init__(self, reactor: Clock, account: Account) -> None:
        self._reactor = cast(Spawner, reactor)
        self._account = account
        self._stamp = stamp(account.paths.config)
        self._wanted = background.wanted(account)
        self._timer: DelayedCall | None = None
        self._running = self._again = self._stopped = False

    def wake(self) -> None:
        """Something may have come."""
        if not self._wanted or self._stopped:
            return
        if self._running:
            self._again = True
        elif self._timer is None:
            self._timer = self._reactor.callLater(GATHER, self._start)

    def look(self) -> None:
        """Read the settings again if they have changed: with the first hook in them, what comes from now on is told."""
        seen = stamp(self._account.paths.config)
        if seen == self._stamp:
            return
        self._stamp = seen
        with suppress(SettingsError, OSError):  # half-way through an edit, say: whoever has work with them tells it
            found = Account.find(self._account.environ, self._account.clock, self._account.random)
            before, self._wanted = self._wanted, background.wanted(found)
            if self._wanted and not before:
                self.wake()  # the program takes what is here for told

    def stop(self) -> None:
        """Begin no more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        self._timer, self._running, self._again = None, True, False
        nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._reactor.spawnProcess(
                _Told(self._ended),
                sys.executable,
                # `--apart`: a Ctrl-C at the poller's terminal is not for the hooks.
                [sys.executable, *background.ARGUMENTS, "--apart"],
                env=dict(self._account.environ),
                childFDs={0: nowhere, 1: nowhere, 2: _STDERR},  # its complaints stand among the poller's
            )
        except OSError:  # no more processes for this user: the next that comes tries again
            self._running = False
        finally:
            os.close(nowhere)

    def _ended(self) -> None:
        self._running = False
        if self._again:
            self.wake()


class _Told(ProcessProtocol):
    """Says when the process has ended."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended

    def processEnded(self, reason: Any) -> None:
        """Whether it went well it has said itself."""
        self._ended()
