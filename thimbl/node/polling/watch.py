"""The poller of an account: the one `Watch` that `thimbl fetch --watch` and `thimbl serve --poll` run.

One account has one poller: it holds the account's lock for as long as it lives, whichever program runs it. What it
needs is opened before it begins, so that a fault is told where the program starts.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.schedule import USUAL, Pace
from thimbl.home.account import Account
from thimbl.home.durable import try_lock
from thimbl.home.errors import Refused
from thimbl.node import reach, web
from thimbl.node.polling.book import Counts, StoreBook
from thimbl.node.polling.cited import Cited
from thimbl.node.polling.fetch import Fetcher, Outcome
from thimbl.node.polling.hooking import Hooking
from thimbl.node.polling.journal import Journal
from thimbl.node.polling.mirroring import Mirroring
from thimbl.node.polling.scheduler import Watch
from thimbl.node.polling.witnesses import Rounds, Settled
from thimbl.store import askings, citations
from thimbl.store.citations import Commune
from thimbl.store.errors import StoreBusy, StoreError
from thimbl.store.writer import Writer

__all__ = ["AlreadyPolling", "Counts", "Poller", "Watch", "poller"]


class AlreadyPolling(Refused):
    """Another poller is at work for this account already."""


def poller(
    reactor: Any,
    account: Account,
    *,
    who: Sequence[Address] = (),
    mirror: Sequence[str] = (),
    pace: Pace = USUAL,
    heard: Callable[[Outcome, bool], None] = lambda outcome, moved: None,
    held_up: Callable[[StoreBusy], None] = lambda busy: None,
    observe: Callable[[Counts], None] | None = None,
    citing: Callable[[Sequence[Commune]], None] = lambda communes: None,
    settled: Callable[[Settled], None] = lambda settled: None,
) -> "Poller":
    """The poller of an account, holding its lock and its store; `start` begins.

    It asks whom the account follows (or `who` alone), whom `mirror` means (addresses and `@host`s, as
    `ServeSettings.mirror` has them), and whom the communes among these cite. `heard` gets each outcome, and whether its
    author is now followed at another address, to which they moved; `held_up` each time that another process holds the
    store for long, `observe` how the poller stands, every two seconds at least; `citing` the communes, each time that
    whom they cite is another than before; `settled` what came of asking somebody who has seen another record than is
    here, a fork as an outcome before. Raises `AlreadyPolling`, `SettingsError` and `StoreError`.
    """
    lock = try_lock(account.paths.lock)
    if lock is None:
        raise AlreadyPolling("Another 'thimbl fetch --watch' or 'serve --poll' is at work for this account already.")
    try:
        writer = account.writer()
    except BaseException:
        os.close(lock)
        raise
    try:
        return Poller(reactor, account, writer, lock, who, mirror, pace, heard, held_up, observe, citing, settled)
    except BaseException:
        writer.close()
        os.close(lock)
        raise


class Poller:
    """A `Watch` over an account's files and store. `poller` makes it."""

    def __init__(
        self,
        reactor: Any,
        account: Account,
        writer: Writer,
        lock: int,
        who: Sequence[Address],
        mirror: Sequence[str],
        pace: Pace,
        heard: Callable[[Outcome, bool], None],
        held_up: Callable[[StoreBusy], None],
        observe: Callable[[Counts], None] | None,
        citing: Callable[[Sequence[Commune]], None],
        settled: Callable[[Settled], None],
    ) -> None:
        self._account, self._writer, self._lock, self._heard = account, writer, lock, heard
        self._citing, self._settled = citing, settled
        client = reach.client(reactor, account.settings)
        strangers = reach.client(reactor, account.settings, stranger=True)
        self._mirroring = Mirroring(reactor, account.clock, client, writer, mirror, self._lists_changed)
        self._cited = Cited(writer, who, self._mirroring.addresses)
        self._communes: tuple[Commune, ...] = ()
        self._fetcher = Fetcher(
            client, writer, account.now, mirrors=strangers, trusts=self._cited.trusts,
            feeds=web.feeds(reactor, account.settings, account.now),
        )
        self._journal = Journal(self._fetcher.received)
        self._hooking = Hooking(reactor, account)
        self._book = StoreBook(
            account, writer, who, self._mirroring.addresses, self._look_cited, self._journal, self._hooking.look
        )
        self._watch = Watch(
            reactor,
            account.clock,
            self._fetcher.fetch,
            self._book,
            pace=pace,
            heard=self._came,
            held_up=held_up,
            observe=observe,
        )
        self._rounds = Rounds(reactor, lambda: self._fetcher.settle(self._told), self._watch.fail)

    @property
    def counts(self) -> Counts:
        """How it stands."""
        return self._watch.counts

    def start(self) -> "Deferred[None]":
        """Begin. Fires when it has been stopped; fails where this machine is at fault: it is over then."""
        with suppress(StoreError):  # the watch meets the same, and tells it
            askings.forget(self._writer, self._account.now())
        stopped = self._watch.start()
        stopped.addBoth(self._close)
        if not stopped.called:
            self._mirroring.start()
            self._rounds.start()
            self._hooking.wake()  # of what came before it began
        return stopped

    def stop(self) -> "Deferred[None]":
        """Ask nobody more; fires when what was in hand is done and kept, within two seconds."""
        self._mirroring.stop()
        self._rounds.stop()
        self._hooking.stop()
        return self._watch.stop()

    def _came(self, outcome: Outcome) -> None:
        self._journal.heard(outcome, self._account.now())
        moved = False
        if outcome.settled and outcome.moved_to is not None:
            moved = self._account.follow_move(outcome.address, outcome.moved_to, self._writer)
        if outcome.new and citations.cites(self._writer, outcome.address):
            self._book.forget()  # a commune: whom it cites may be others now
        if outcome.new or (outcome.verdict is Verdict.VERIFIED and not outcome.unchanged):
            self._hooking.wake()  # with an empty log, too: what comes after it is no first answer any more
        self._heard(self._cited.marked(outcome), moved)

    def _told(self, settled: Settled) -> None:
        if settled.outcome is not None:
            self._heard(settled.outcome, False)
        self._settled(settled)

    def _look_cited(self) -> list[Address]:
        found = self._cited.look()
        if self._cited.communes != self._communes:
            self._communes = self._cited.communes
            self._citing(self._communes)
        return found

    def _lists_changed(self) -> None:
        self._book.forget()
        self._watch.look_again()

    def _close(self, result: Any) -> Any:
        self._mirroring.stop()
        self._rounds.stop()
        self._hooking.stop()
        with suppress(StoreError):  # of what is not stored now the next run fetches again
            self._fetcher.flush()
            self._journal.write(self._writer)
        self._writer.close()
        os.close(self._lock)
        return result
