"""What the store comes to about communes: their ledgers, all offers, and whose eyes look at them.

- It is read and folded in the thread of the reader (`tui.aside.Shelf`), and again only when a log that is signed
  has changed: marks and states cost nothing. Whoever asks in one thread shares what was folded there.
- A market is a value of one moment; the next one takes its place. What is drawn of it is found in the reader's thread.
"""

import gc
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.money import format_balance
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study
from thimbl.core.commune.wishes import View, offers
from thimbl.store.ledgers import Ledgers
from thimbl.store.reader import Reader


@dataclass(frozen=True, slots=True)
class Market:
    """All communes and offers that are here."""

    me: str = ""
    """The reader's own address."""
    studies: Mapping[Address, Study] = field(default_factory=dict)
    """Of all whose charters are here, by address."""
    evidence: Evidence = field(default_factory=Evidence)
    """Grows with the store: it is looked at in the reader's thread alone."""
    offers: Mapping[str, BondOffer] = field(default_factory=dict)
    """All sound offers, by reference."""

    def study_of(self, offer: str) -> Study | None:
        """The commune that an offer is made to; None where its log is not here."""
        terms = self.offers.get(offer)
        return None if terms is None else self.studies.get(terms.commune)

    def series(self, offer: str) -> Series | None:
        """The series of an offer; None where it is not floated, as far as is known here."""
        found = self.study_of(offer)
        return None if found is None else found.ledger.state.series.get(offer)

    def floated(self, offer: str) -> tuple[Study, Series]:
        """The commune and the series of an offer that was floated. Raises KeyError for any other."""
        found = self.studies[self.offers[offer].commune]
        return found, found.ledger.state.series[offer]

    def view(self, commune: Address, now: int) -> View:
        """What the reader knows of a commune."""
        found = self.studies.get(commune)
        return View(self.me, now, self.evidence, None if found is None else found.ledger)

    def code_of(self, offer: str) -> str | None:
        """The code of an offer's series."""
        terms = self.offers.get(offer)
        return None if terms is None else terms.series


@dataclass(slots=True)
class _Kept:
    """What is kept of one reader: all views that it reads for look at one market."""

    ledgers: Ledgers
    market: Market | None = None


LARGE: Final = 1_000
"""Records of communes from which on Python's collector leaves their books alone: to look through them for garbage holds
up a key by a twentieth of a second and more. There is none in them: they go when the last who looks at them lets go."""

_KEPT: Final[WeakKeyDictionary[Reader, _Kept]] = WeakKeyDictionary()
"""By reader: it goes when the reader goes. Used in the readers' own threads alone."""


def read_market(reader: Reader, me: str) -> Market:
    """The market as the store has it; the same one where no log has changed since."""
    kept = _refreshed(reader)
    if kept.market is None:
        evidence = kept.ledgers.evidence
        studies = {study.commune: study for study in kept.ledgers.studies()}
        kept.market = Market(me, studies, evidence, dict(offers(evidence)))
        if sum(study.ledger.seq for study in studies.values()) >= LARGE:
            gc.freeze()
    return kept.market


def count_findings(reader: Reader) -> int:
    """How many findings the books of all communes have (commune 7).

    As long as nobody in this thread has folded the books, an audit that a command kept answers it, where it still
    holds: to fold the books of a large commune takes half a minute.
    """
    if reader not in _KEPT and (audits := reader.kept_ledgers("audit")):
        return sum(finding["fault"] for audit in audits for finding in json.loads(audit)["found"])
    return sum(len(study.findings) for study in _refreshed(reader).ledgers.studies())


def _refreshed(reader: Reader) -> _Kept:
    """What is kept of a reader, with its ledgers as the store is now, and no market but one of these."""
    kept = _KEPT.get(reader)
    if kept is None:
        kept = _KEPT[reader] = _Kept(reader.ledgers())
    if kept.ledgers.refresh():
        kept.market = None
    return kept


money: Final = format_balance
"""An amount of either sign."""
