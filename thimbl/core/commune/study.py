"""A commune as one follower can know it: its ledger, what each record came to, and what is lacking (commune.md 7)."""

from collections.abc import Iterable
from dataclasses import dataclass

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.gather import Gathering, Log
from thimbl.core.commune.ledger import Folded, Ledger
from thimbl.core.commune.notices import Witness, notices
from thimbl.core.commune.state import Finding
from thimbl.core.log import VerifiedRecord
from thimbl.core.records import Record


@dataclass(frozen=True, slots=True)
class Study:
    """A commune's log, folded in."""

    commune: Address
    ledger: Ledger
    folded: tuple[Folded, ...]
    notices: tuple[Finding, ...]

    @property
    def findings(self) -> list[Finding]:
        """All faults, in the order of the log."""
        return self.ledger.state.findings

    @property
    def newest(self) -> Record | None:
        """The commune's record up to which this goes; None where there is none."""
        return self.folded[-1].verified.record if self.folded else None

    def by_seq(self) -> dict[int, Folded]:
        """What came of each of the commune's records, by its seq."""
        return {one.verified.record.seq: one for one in self.folded}

    def code_of(self, offer: str) -> str | None:
        """The code of the series of an offer that was floated."""
        series = self.ledger.state.series.get(offer)
        return None if series is None else series.code

    def wrong_with(self, offer: str) -> list[Finding]:
        """The findings that are about an offer (a reference)."""
        about = {
            one.verified.record.seq
            for one in (self.folded if self.findings else ())
            if one.findings and one.verified.record.body.get("offer") == offer
        }
        return [finding for finding in self.findings if finding.seq in about]

    def lacking(self) -> list[str]:
        """The addresses of participants whose records are cited and are not here, in ascending order."""
        return sorted({reference.partition("#")[0] for reference in self.ledger.state.missing})


def study(
    gathering: Gathering,
    commune: Address,
    evidence: Evidence | None = None,
    *,
    seq: int | None = None,
    time: int | None = None,
) -> Study:
    """What the plans that were gathered make of a commune.

    With `seq`, up to that record; with `time` (Unix seconds), up to the last one of that moment. Raises KeyError for a
    commune whose log is not there. `evidence` is the gathering's, for whoever studies several communes with it.
    """
    log = gathering.logs[commune]
    ledger = Ledger(gathering.evidence() if evidence is None else evidence)
    folded = tuple(map(ledger.fold, _until(log.in_order, log, seq, time)))
    if log.fork is not None and (seq is None or seq >= log.fork[0]) and time is None:
        ledger.fork(*log.fork)
    return _concluded(gathering, commune, ledger, folded)


def _concluded(gathering: Gathering, commune: Address, ledger: Ledger, folded: tuple[Folded, ...]) -> Study:
    ids = {one.verified.record.seq: one.verified.record.id for one in folded}
    return Study(commune, ledger, folded, tuple(notices(ledger, ids, _witnesses(gathering, commune))))


def continued(before: Study, gathering: Gathering, records: Iterable[VerifiedRecord]) -> Study:
    """What a study of the whole log comes to when it goes on with `records`, oldest first; `before` stays as it is.

    What came into the gathering and its evidence meanwhile must change nothing of what was folded: see
    `Ledger.is_outdated`. Notices are as of all that is there now.
    """
    newer = list(records)
    ledger = before.ledger.copy() if newer else before.ledger
    folded = before.folded + tuple(map(ledger.fold, newer))
    return _concluded(gathering, before.commune, ledger, folded)


def _until(records: Iterable[VerifiedRecord], log: Log, seq: int | None, time: int | None) -> Iterable[VerifiedRecord]:
    for verified in records:
        record = verified.record
        if log.fork is not None and record.seq >= log.fork[0]:
            return
        if (seq is not None and record.seq > seq) or (time is not None and record.time > time):
            return
        yield verified


def _witnesses(gathering: Gathering, commune: Address) -> Iterable[Witness]:
    for address, log in sorted(gathering.logs.items()):
        for witness in log.head.witness if log.head else ():
            if witness.address == commune:
                yield Witness(str(address), witness.seq, witness.last)
