"""What commands know of communes: the ledgers that the store comes to, and how people name an offer or a commune.

An offer is named by its series' code, by the beginning of its id, or by its reference; a commune may be left out where
only one is here.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thimbl.cli.context import Context
from thimbl.cli.errors import Failure

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.evidence import Evidence
    from thimbl.core.commune.gather import Gathering
    from thimbl.core.commune.ledger import Ledger
    from thimbl.core.commune.money import Currency, Period
    from thimbl.core.commune.offer import BondOffer
    from thimbl.core.commune.study import Study
    from thimbl.core.commune.wishes import View


class Commons:
    """All communes of the store, and whoever runs the program."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._studies: dict[Address, Study | None] = {}

    @cached_property
    def gathering(self) -> "Gathering":
        """The logs, one's own as it was published last. Raises `StoreMissing`."""
        if self._context.settings.address is not None:
            with self._context.writer() as writer:
                self._context.account.catch_up(writer)
        with self._context.reader() as reader:
            return reader.gather()

    @cached_property
    def communes(self) -> "list[Address]":
        """Whose charters are here, by address."""
        return self.gathering.communes()

    @cached_property
    def evidence(self) -> "Evidence":
        """All that may be cited."""
        return self.gathering.evidence()

    def study(self, commune: "Address") -> "Study | None":
        """A commune, folded in; None where its log, or its charter, is not here."""
        from thimbl.core.commune.study import study

        if commune not in self._studies:
            known = commune in self.communes
            self._studies[commune] = study(self.gathering, commune, self.evidence) if known else None
        return self._studies[commune]

    def ledger(self, commune: "Address") -> "Ledger | None":
        """The same without what came of each record."""
        found = self.study(commune)
        return None if found is None else found.ledger

    def one(self, commune: "Address | None") -> "Address":
        """The commune that is meant. Raises `Failure`."""
        if commune is not None:
            return commune
        found = self.communes
        if len(found) == 1:
            return found[0]
        if not found:
            raise Failure("No commune is here: 'thimbl follow ADDRESS' fetches one.")
        raise Failure(f"More than one commune is here: name one of {', '.join(map(str, found))}.")

    def view(self, commune: "Address") -> "View":
        """What the person knows who wishes something of a commune."""
        from thimbl.core.commune.wishes import View

        author = str(self._context.account.address)
        return View(author, self._context.now(), self.evidence, self.ledger(commune))

    def witness(self, commune: "Address") -> list[dict[str, Any]]:
        """The newest verified head of `commune` and of each other that one takes part in, as one's own head has them
        (plan-format 2). What one told before stays where nothing newer is known, or the log forked since."""
        account = self._context.account
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
    def offers(self) -> "dict[str, BondOffer]":
        """All sound offers, by reference."""
        from thimbl.core.commune.wishes import offers

        return dict(offers(self.evidence))

    def offer(self, name: str, commune: "Address | None" = None) -> "tuple[str, Address]":
        """The offer of that name, of one commune or of any: its reference, and its commune. Raises `Failure`."""
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
            raise Failure(
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

    def read_to(self, authors: "Iterable[str]") -> dict[str, int]:
        """How far the logs of these have been read, of which nothing is lacking."""
        from thimbl.core.address import Address

        with self._context.reader() as reader:
            found = ((author, reader.author(Address.parse(author))) for author in authors)
            return {author: row.seq for author, row in found if row is not None and row.gap_below is None}


def month(text: str) -> "Period":
    """For ``type=``: a calendar month."""
    import click

    from thimbl.core.commune.money import Period, PeriodError

    try:
        return Period.parse(text)
    except PeriodError as error:
        raise click.BadParameter(str(error)) from None


def basis_points(percent: str | None) -> int | None:
    """Basis points of a rate in percent: `4`, `4.5`, `4.25 %`. Raises `Failure`."""
    import re

    from thimbl.cli.errors import USAGE

    if percent is None:
        return None
    match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?", percent.strip())
    if match is None or (value := int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))) > 10_000:
        raise Failure(f"{percent!r} is no rate: give percent a year, such as 4 or 4.25.", code=USAGE)
    return value


def money(minor: int, currency: "Currency") -> str:
    """An amount for people."""
    from thimbl.core.commune.money import format_sum

    return format_sum(minor, currency)
