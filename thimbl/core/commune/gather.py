"""Logs and evidence from plans alone: an auditor needs a folder of them and nothing else (commune.md 7).

- Each plan is judged by itself, with no key pinned beforehand: the first key of an address is the one that counts.
- Several plans of one address are judged one after the other, so that a later one continues an earlier one and two that
  contradict each other are a fork.
- No plan is taken for `future`: an old folder is as good as a new one, and a wrong clock changes no figure.
"""

from dataclasses import dataclass, field
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.log import Known, Verdict, VerifiedRecord, judge
from thimbl.core.plan import Head, Plan

NEVER_FUTURE: Final = 2**53
"""A clock later than any time that a plan can state, in Unix seconds."""

CHARTER: Final = "charter"


@dataclass(slots=True)
class Log:
    """What is verified of one author."""

    known: Known
    head: Head | None = None
    """The newest that was verified."""
    records: dict[int, VerifiedRecord] = field(default_factory=dict)
    fork: tuple[int, str] | None = None
    """Seq and id of the record that has a rival, where there are two."""

    @property
    def in_order(self) -> list[VerifiedRecord]:
        """Oldest first."""
        return [self.records[seq] for seq in sorted(self.records)]


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A plan that counts for nothing."""

    name: str
    verdict: Verdict
    reason: str


@dataclass(slots=True)
class Gathering:
    """The logs that plans come to."""

    logs: dict[Address, Log] = field(default_factory=dict)
    not_taken: list[NotTaken] = field(default_factory=list)

    def take(self, name: str, plan: Plan) -> None:
        """Judge a plan that came as `name`, such as the name of its file."""
        address = plan.head.address
        log = self.logs.get(address) or Log(Known(address))
        judgement = judge(plan, log.known, NEVER_FUTURE)
        if judgement.verdict is Verdict.FORKED:
            log.fork = _fork(plan, log.known)
        if judgement.verdict is not Verdict.VERIFIED:
            self.not_taken.append(NotTaken(name, judgement.verdict, judgement.reason))
            return
        log.known, log.head = judgement.known, judgement.head
        log.records |= {verified.record.seq: verified for verified in judgement.records}
        self.logs[address] = log

    def evidence(self) -> Evidence:
        """All that participants may be cited for; of a forked log nothing is (plan-format 4)."""
        return Evidence(
            verified
            for log in self.logs.values()
            for verified in log.records.values()
            if log.fork is None or verified.record.seq < log.fork[0]
        )

    def communes(self) -> list[Address]:
        """Whose logs hold a charter, by address."""
        return sorted(
            address
            for address, log in self.logs.items()
            if any(verified.record.kind == CHARTER for verified in log.records.values())
        )


def _fork(plan: Plan, known: Known) -> tuple[int, str] | None:
    for record in reversed(plan.records):
        seen = known.seen.get(record.seq)
        if seen is not None and seen.id != record.id:
            return record.seq, record.id
    return None
