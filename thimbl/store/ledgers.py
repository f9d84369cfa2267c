"""The communes of a store, folded once and brought up to date from then on: for whoever looks more than once.

- :class:`Ledgers` is the one seam between the store and the arithmetic of communes: for commands, which use one for one
  moment, and for the terminal UI and the daemon, which keep one as long as they keep their `Reader`. `Reader.ledgers`
  makes one. `thimbl ledger` and `thimbl audit` need not even that where nothing has changed: see `thimbl.store.kept`.
- :meth:`Ledgers.refresh` asks the store; everything else works with what was read then, and asks nothing. A refresh
  reads what came since, and the next :meth:`Ledgers.study` of a commune folds that and no more: where nothing changed
  both cost next to nothing.
- Folded anew is only what must be: a commune something of which came that would have changed what was folded
  (`Ledger.is_outdated`), and all of them where a log lost records, moved, forked or got some in between.
- One thread at a time. A `Study` that was given out stays as it is, and may be read by another thread; but for its
  evidence, which grows.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.gather import Gathering, Log
from thimbl.core.commune.study import Study, continued, study
from thimbl.core.log import VerifiedRecord
from thimbl.store import kept, logs, revisions
from thimbl.store.database import Database

Choice = Callable[[Address], bool]


class Ledgers:
    """What the logs in a store come to. Every method that takes to the store may raise `StoreError`."""

    def __init__(self, database: Database, choice: Choice | None = None) -> None:
        """Reads nothing yet. `choice` says whose logs count, by their present address; None: all that are there."""
        self._db, self._choice = database, choice
        self._all: dict[Address, Log] = {}
        self._addresses: dict[int, Address] = {}
        self._communes: list[Address] | None = None
        self._studies: dict[Address, Study] = {}
        self._waiting: dict[Address, list[VerifiedRecord]] = {}
        """Of each commune that was studied, what came since, be it nothing of its own."""
        self.revision: int | None = None
        """The store's, as of the last refresh (`thimbl.store.revisions`); None before the first."""
        self.gathering = Gathering()
        """The logs as of the last refresh."""
        self.evidence = Evidence()
        """All that may be cited of them."""

    def refresh(self) -> bool:
        """Take in what the store has by now; whether anything is different."""
        # None until all is done: whom an error interrupts begins again.
        since, self.revision = self.revision, None
        with self._db.snapshot(), _uncollected():
            newest = revisions.newest(self._db)
            if since is None:
                arrived = None
                self._read_all()
            else:
                arrived = self._read_again(revisions.authors(self._db, since)) if since != newest else {}
            chosen = self._chosen()
            before, now = self.gathering.logs.keys(), chosen.keys()
            if arrived is None or before - now or now - before - arrived.keys():
                self._begin_again(chosen)
                changed = True
            else:
                changed = self._take_in({address: records for address, records in arrived.items() if address in now})
        self.revision = newest
        return changed

    def communes(self) -> list[Address]:
        """Whose charters are here, by address."""
        if self._communes is None:
            self._communes = self.gathering.communes()
        return self._communes

    def study(self, commune: Address) -> Study | None:
        """A commune, folded in as far as its log is here; None where it has no log or no charter."""
        found, waiting = self._studies.get(commune), self._waiting.pop(commune, None)
        with _uncollected():
            if found is None:
                log = self.gathering.logs.get(commune)
                if log is None or not log.is_commune:
                    return None
                found = study(self.gathering, commune, self.evidence)
            elif waiting is not None:
                found = continued(found, self.gathering, waiting)
        self._studies[commune] = found
        return found

    def studies(self) -> list[Study]:
        """All communes, by address."""
        return [found for commune in self.communes() if (found := self.study(commune)) is not None]

    def keep(self, studies: Iterable[Study]) -> bool:
        """Keep what these come to, as the last refresh found them, for `thimbl.store.kept`; whether that was done."""
        if self.revision is None or self._choice is not None:
            return False
        return kept.keep(self._db.path, studies, self.revision, len(self.communes()))

    # reading

    def _read_all(self) -> None:
        self._all, self._addresses = {}, {}
        for one in logs.announcers(self._db):
            self._read(one)

    def _read(self, one: logs.Announcer) -> Log:
        address = self._addresses[one.id] = Address.parse(one.address)
        log = self._all[address] = logs.read_log(self._db, one)
        return log

    def _read_again(self, authors: Iterable[int]) -> dict[Address, list[VerifiedRecord]] | None:
        """Read the logs of these authors; what came on top of each, oldest first. None where anything else changed."""
        arrived: dict[Address, list[VerifiedRecord]] | None = {}
        for author in authors:
            one, before = logs.announcer(self._db, author), self._addresses.get(author)
            if before is None:
                if one is not None:
                    log = self._read(one)
                    if arrived is not None:
                        arrived[self._addresses[author]] = log.in_order
                continue
            newer = None
            if one is not None and one.address == str(before):
                log = self._all[before]
                newer = logs.read_newer(self._db, one, log)
            if newer is None:
                arrived = None
                self._forget(author, before)
                if one is not None:
                    self._read(one)
                continue
            log.head = logs.read_head(self._db, author)
            log.records |= {verified.record.seq: verified for verified in newer}
            if arrived is not None:
                arrived[before] = newer
        return arrived

    def _forget(self, author: int, address: Address) -> None:
        del self._addresses[author]
        # Where two authors became one, the other may have the address by now.
        if address not in self._addresses.values():
            self._all.pop(address, None)

    # what follows

    def _chosen(self) -> dict[Address, Log]:
        choice = self._choice
        return self._all if choice is None else {who: log for who, log in self._all.items() if choice(who)}

    def _begin_again(self, chosen: Mapping[Address, Log]) -> None:
        self.gathering = Gathering(dict(chosen))
        self.evidence = self.gathering.evidence()
        self._communes = None
        self._studies.clear()
        self._waiting.clear()

    def _take_in(self, arrived: Mapping[Address, list[VerifiedRecord]]) -> bool:
        """Add to evidence and gathering what came on top of logs, and let go of the studies that it makes outdated.
        Whether there is any."""
        if not arrived:
            return False
        self._communes = None
        for address, records in arrived.items():
            log = self.gathering.logs[address] = self._all[address]
            for verified in records:
                if log.fork is None or verified.record.seq < log.fork[0]:
                    self.evidence.add(verified)
                    for commune in [one for one, known in self._studies.items() if known.ledger.is_outdated(verified)]:
                        del self._studies[commune]
        for commune in self._studies:
            # Of any change, its notices may be others.
            self._waiting.setdefault(commune, []).extend(arrived.get(commune, ()))
        return True


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage meanwhile: hundreds of thousands of records are made here, none of them in a cycle,
    and the collector would go through all that there are time and again. It saves a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
