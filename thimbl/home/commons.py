"""All communes of the store as whoever runs the program knows them, and how people name an offer or a commune.

- An offer is named by its series' code, by the beginning of its id, or by its reference; a commune may be left out
  where only one is here.
- The command line and the terminal UI ask this alike; a :class:`Commons` is of one moment, and is made anew for the
  next.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.gather import Gathering
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.study import Study
from thimbl.core.commune.wishes import View, offers
from thimbl.home.account import Account
from thimbl.home.errors import Refused
from thimbl.store.ledgers import Ledgers
from thimbl.store.reader import Reader


class Commons:
    """All communes of the store, and whoever runs the program."""

    def __init__(self, account: Account, ledgers: Ledgers | None = None) -> None:
        """`ledgers` are those of the store, of whoever looks more than once; they are refreshed here."""
        self._account, self._known = account, ledgers

    def _reader(self) -> Reader:
        return Reader.open(self._account.paths.store)

    @cached_property
    def _ledgers(self) -> Ledgers:
        """What the store comes to, one's own log as it was published last. Raises `StoreMissing`."""
        if self._account.settings.address is not None:
            with self._account.writer() as writer:
                self._account.catch_up(writer)
        if self._known is not None:
            self._known.refresh()
            return self._known
        with self._reader() as reader:
            found = reader.ledgers()
            found.refresh()
            return found

    @property
    def gathering(self) -> Gathering:
        """The logs."""
        return self._ledgers.gathering

    @cached_property
    def communes(self) -> list[Address]:
        """Whose charters are here, by address."""
        return self._ledgers.communes()

    @property
    def evidence(self) -> Evidence:
        """All that may be cited."""
        return self._ledgers.evidence

    def study(self, commune: Address) -> Study | None:
        """A commune, folded in; None where its log, or its charter, is not here."""
        return self._ledgers.study(commune)

    def ledger(self, commune: Address) -> Ledger | None:
        """The same without what came of each record."""
        found = self.study(commune)
        return None if found is None else found.ledger

    def one(self, commune: Address | None) -> Address:
        """The commune that is meant. Raises `Refused`."""
        if commune is not None:
            return commune
        found = self.communes
        if len(found) == 1:
            return found[0]
        if not found:
            raise Refused("No commune is here: 'thimbl follow ADDRESS' fetches one.")
        raise Refused(f"More than one commune is here: name one of {', '.join(map(str, found))}.")

    def view(self, commune: Address) -> View:
        """What the person knows who wishes something of a commune."""
        author = str(self._account.address)
        return View(author, self._account.now(), self.evidence, self.ledger(commune))

    def witness(self, commune: Address) -> list[dict[str, Any]]:
        """The newest verified head of `commune` and of each other that one takes part in, as one's own head has them
        (plan-format 2). What one told before stays where nothing newer is known, or the log forked since."""
        account = self._account
        head, mine = account.files.load().head, str(account.address)
        told = {one.address: (one.seq, one.last) for one in (head.witness if head else ())}
        for address in self.communes:
            log, study = self.gathering.logs[address], self.study(address)
            if (
                study is None
                or log.head is None
                or log.head.last is None
                or log.fork is not None
                or str(address) == mine
            ):
                continue
            state = study.ledger.state
            holds = any(mine in series.holdings for series in state.series.values())
            takes_part = address == commune or mine in state.members or mine in state.coops or holds
            if takes_part and log.head.seq >= told.get(address, (0, ""))[0]:
                told[address] = log.head.seq, log.head.last
        return [{"address": str(address), "seq": seq, "last": last} for address, (seq, last) in sorted(told.items())]

    @cached_property
    def offers(self) -> dict[str, BondOffer]:
        """All sound offers, by reference."""
        return dict(offers(self.evidence))

    def offer(self, name: str, commune: Address | None = None) -> tuple[str, Address]:
        """The offer of that name, of one commune or of any: its reference, and its commune. Raises `Refused`."""
        place, hash_, prefix = name.rpartition("#")
        found = [
            reference
            for reference, terms in self.offers.items()
            if commune in (None, terms.commune)
            and (
                terms.series == name
                or (reference.partition("#")[2].startswith(prefix) and reference.startswith(place + hash_))
            )
        ]
        floated = [reference for reference in found if self._is_floated(reference)]
        if len(floated or found) != 1:
            raise Refused(
                f"There is no offer {name!r} here: 'thimbl bond list --all' lists those that are."
                if not found
                else f"More than one offer is called {name!r}: name one of {', '.join(floated or found)}."
            )
        [reference] = floated or found
        return reference, self.offers[reference].commune

    def _is_floated(self, reference: str) -> bool:
        ledger = self.ledger(self.offers[reference].commune)
        return ledger is not None and reference in ledger.state.series

    def code_of(self, reference: str) -> str | None:
        """An offer's series."""
        terms = self.offers.get(reference)
        return None if terms is None else terms.series

    def read_to(self, authors: Iterable[str]) -> dict[str, int]:
        """How far the logs of these have been read, of which nothing is lacking."""
        with self._reader() as reader:
            found = ((author, reader.author(Address.parse(author))) for author in authors)
            return {author: row.seq for author, row in found if row is not None and row.gap_below is None}
