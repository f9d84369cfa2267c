"""The ledger of a commune: a fold over its log (commune.md 3). What is computed counts, not what is stated.

- :meth:`Ledger.fold` takes one `VerifiedRecord` of the commune after the other and never raises: what is wrong with one
  is a finding, and stops nothing else.
- Folding a record costs that record. What it cites is looked up in the evidence of that moment; where evidence comes
  late, :meth:`Ledger.is_outdated` says so, and the fold is done again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.commune import dividend, leasing, register, rent, reversal, sale, transfer
from thimbl.core.commune.evidence import Evidence, subject_of
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.movements import Movement
from thimbl.core.commune.participants import SUBSCRIPTION
from thimbl.core.commune.state import Finding, State, Status, Step, Stop
from thimbl.core.commune.statements import (
    Acquisition,
    Admission,
    Charter,
    Clearing,
    Departure,
    Dividend,
    Float,
    Lapse,
    Lease,
    Liquidation,
    Redemption,
    Registration,
    Rent,
    Return,
    Reversal,
    Statement,
    read_statement,
)
from thimbl.core.log import VerifiedRecord

# Each rule takes the state, the step and its own kind of statement; the table pairs them, which types can not say.
_RULES: Final[Mapping[type[Any], Callable[[State, Step, Any], Movement | None]]] = {
    Charter: register.charter,
    Admission: register.admission,
    Departure: register.departure,
    Float: sale.float_,
    Clearing: sale.clearing,
    Lapse: sale.lapse,
    Acquisition: rent.acquisition,
    Rent: rent.rent,
    Reversal: reversal.reversal,
    Redemption: rent.redemption,
    Dividend: dividend.dividend,
    Registration: transfer.registration,
    Return: leasing.return_,
    Lease: leasing.lease,
    Liquidation: rent.liquidation,
}


@dataclass(frozen=True, slots=True)
class Folded:
    """What came of one record."""

    verified: VerifiedRecord
    statement: Statement | None
    """None where it is malformed, or none of the commune's kinds."""
    findings: tuple[Finding, ...]
    movement: Movement | None
    """None where it moved nothing, or had no effect."""


class Ledger:
    """A commune as its log tells it, as far as it was folded in."""

    def __init__(self, evidence: Evidence) -> None:
        self.state = State(evidence)
        self.seq = 0
        """Of the newest record folded in."""
        self.time = 0
        """Of that record, in Unix seconds."""
        self.address = ""
        """The commune's newest."""
        self._author: Address | None = None
        self.whole = True
        """Whether the log had no gap and no fork so far."""
        self.forked = False

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: no evidence, and nothing of the log (commune.md 7)."""
        return self.whole and not self.state.missing

    def copy(self) -> "Ledger":
        """Another one that stands where this one does: what is folded into it leaves this one as it is."""
        made = Ledger(self.state.evidence)
        made.state = self.state.copy()
        made.seq, made.time, made.address = self.seq, self.time, self.address
        made.whole, made.forked = self.whole, self.forked
        return made

    def fold_all(self, records: Iterable[VerifiedRecord]) -> "Ledger":
        """Fold in a log, or the next part of one, oldest first; itself."""
        for verified in records:
            self.fold(verified)
        return self

    def fold(self, verified: VerifiedRecord) -> Folded:
        """Fold in the next record of the commune's log."""
        record, state = verified.record, self.state
        if self.forked:
            return Folded(verified, None, (), None)
        if record.seq != self.seq + 1:
            self.whole = False
        self.seq, self.time = record.seq, record.time
        if verified.author is not self._author:
            self._author, self.address = verified.author, str(verified.author)
            state.addresses.add(self.address)
        step = Step(record.seq, record.id, record.time, [])
        statement, movement = None, None
        try:
            statement = read_statement(record, state.charter.currency if state.charter else None)
            if statement is not None:
                if state.charter is None and not isinstance(statement, Charter):
                    raise Stop("wrong-status", _named(statement, record.kind))
                movement = _RULES[type(statement)](state, step, statement)
        except Malformed as error:
            step.findings[:] = [Finding(record.seq, "malformed", error.field)]
        except Stop as stop:
            step.findings[:] = [Finding(record.seq, stop.code, stop.detail)]
        state.findings += step.findings
        return Folded(verified, statement, tuple(step.findings), movement)

    def fork(self, seq: int, record_id: str) -> None:
        """The log has two records of this `seq`: the fold stops there (commune.md 7)."""
        if not self.forked:
            self.forked, self.whole = True, False
            self.state.findings.append(Finding(seq, "forked", record_id))

    def is_outdated(self, verified: VerifiedRecord) -> bool:
        """Whether evidence that came after the fold would have changed it: something cited that was missing, or a
        subscription to a sale that is over."""
        state = self.state
        if f"{verified.author}#{verified.record.id}" in state.missing:
            return True
        if verified.record.kind != SUBSCRIPTION:
            return False
        series = state.series.get(subject_of(verified) or "")
        return series is not None and series.status is not Status.FLOATED


def _named(statement: Statement, kind: str) -> str:
    """What a finding about a record without a series names: the offer, or the address or id in it, or its kind."""
    for attribute in ("offer", "who", "of", "transfer"):
        if (value := getattr(statement, attribute, None)) is not None:
            return str(value)
    return kind
