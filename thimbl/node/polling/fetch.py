"""Fingering whom a person follows, checking what comes, and storing it (plan-format 4 and 6).

- Many at once, but only so many in all and at one host. Where a host can not be reached, those who wait for it are told
  so at once: a dead host with a hundred authors costs one connection.
- First what is new, of everybody; then what is missing of their history, page by page.
- An author's own host is what counts. Where it has no plan to give, their mirrors are asked; what those have is taken
  if it is verified, and what is wrong with it is no word on the author; but for a fork, which only they can sign.
- A log that moved is followed where it went, once it is verified there to be the same log.
- What goes wrong with one author is that author's outcome, in a line; it stops nobody else. An outcome is told when
  what it tells is durable, and what was judged is stored, however the program ends.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.python.failure import Failure

from finger.client import FingerClient
from thimbl.core.address import Address
from thimbl.node.polling import again, witnesses
from thimbl.node.polling.asking import Asker, Opening
from thimbl.node.polling.concluding import Memory
from thimbl.node.polling.desk import Desk
from thimbl.node.polling.intake import Intake
from thimbl.node.polling.outcome import Outcome
from thimbl.node.polling.slots import Slots
from thimbl.node.polling.visit import Visit
from thimbl.node.polling.witnesses import Settled
from thimbl.store.writer import Writer

__all__ = ["AT_ONCE", "AT_ONE_HOST", "Fetcher", "Outcome"]

AT_ONCE: Final = 64
"""Connections in all: enough to hide slow hosts, few enough for any limit on open files."""

AT_ONE_HOST: Final = 4
"""Connections to one host: a person's worth, as browsers learned (RFC 7230 6.4)."""


class Feeds(Protocol):
    """Asks for feeds of the web: `thimbl.node.web.visit.WebFeeds`, which needs more than asking for plans does."""

    async def fetch(self, desk: Desk, address: Address) -> Outcome:
        """Ask for one that is followed, and store what came. Raises `StoreError`."""


class Fetcher:
    """Asks, judges, stores. `now` is the clock, in Unix seconds."""

    def __init__(
        self,
        client: FingerClient,
        store: Writer,
        now: Callable[[], int],
        *,
        at_once: int = AT_ONCE,
        at_one_host: int = AT_ONE_HOST,
        mirrors: FingerClient | None = None,
        trusts: Callable[[str], bool] = lambda hostport: True,
        feeds: Callable[[], Feeds] | None = None,
    ) -> None:
        """`mirrors` is the client for hosts that a plan names, mirrors and where people move; None: they are not asked.

        `trusts` says of a `host[:port]` whether a person named it; whoever is asked for at another one is asked by
        `mirrors` as well. Both clients share one clock, by which answers wait for others to be stored with. `feeds`
        makes what asks for feeds of the web, when the first one is asked; None: none is.
        """
        intake = Intake(store, client.clock)
        asker = Asker(store, intake, now)
        slots = Slots(at_once, at_one_host, asker.knows)
        self._make_feeds = feeds
        self._feeds: Feeds | None = None
        self._desk = Desk(client, mirrors, store, intake, asker, slots, Memory(), now, trusts)

    def fetch_all(
        self, addresses: Iterable[Address], heard: Callable[[Outcome], None] = lambda outcome: None
    ) -> "Deferred[list[Outcome]]":
        """Fetch each; `heard` gets each outcome as it comes. Fires with all of them, in the order asked.

        Fails as `fetch` does, and gives up the others then.
        """

        def told(outcome: Outcome) -> Outcome:
            heard(outcome)
            return outcome

        def failed(failure: Failure) -> Failure:
            for each in asked:
                each.cancel()
            return failure.value.subFailure if isinstance(failure.value, FirstError) else failure

        asked = [self.fetch(address).addCallback(told) for address in addresses]
        return gatherResults(asked, consumeErrors=True).addErrback(failed)

    def fetch(self, address: Address, *, at_home: bool = True) -> "Deferred[Outcome]":
        """Fetch one author. Fires with the outcome; fails only for a fault of this machine (`StoreError`, a bug).

        Without `at_home` their own host is left in peace, as one that was found to be down, and their mirrors are
        asked. Cancel it to give up; what was judged already is stored then.
        """
        if address.is_web:
            return Deferred.fromCoroutine(self._fetch_feed(address, at_home))
        if at_home and again.is_remembered(self._desk, address):
            return again.ask(self._desk, address, lambda opening: self._fetch(address, opening=opening))
        return Deferred.fromCoroutine(self._fetch(address, at_home))

    @property
    def received(self) -> dict[str, int]:
        """Bytes that came from each `host[:port]`; a `Journal` takes them out."""
        return self._desk.asker.received

    def settle(self, heard: Callable[[Settled], None] = lambda settled: None) -> "Deferred[list[Settled]]":
        """Ask those for their copies who have seen another record of a log than is here: see `witnesses`."""
        return witnesses.settle(self._desk, heard)

    def flush(self) -> None:
        """Store what was judged, now."""
        self._desk.intake.flush()

    async def _fetch_feed(self, address: Address, at_home: bool) -> Outcome:
        if self._feeds is None and self._make_feeds is not None:
            self._feeds = self._make_feeds()
        if self._feeds is None or not at_home:
            return Outcome(address, reason=f"{address.place} is not asked at present")
        return await self._feeds.fetch(self._desk, address)

    async def _fetch(self, address: Address, at_home: bool = True, opening: Opening | None = None) -> Outcome:
        visit = Visit(self._desk, address, opening)
        try:
            with self._desk.intake.expecting():
                await visit.run(at_home)
        except BaseException:
            visit.harvest.let_go()
            raise
        return await visit.outcome()
