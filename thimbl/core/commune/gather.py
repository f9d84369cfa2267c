"""Logs and evidence from plans alone: an auditor needs a folder of them and nothing else (commune.md 7).

- Each plan is judged by itself, with no key pinned beforehand: the first key of an address is the one that counts.
- Several plans of one address are judged one after the other, so that a later one continues an earlier one and two that
  contradict each other are a fork.
- No plan is taken for `future`: an old folder is as good as a new one, and a wrong clock changes no figure.
"""

from collections.abc import Iterator, Mapping
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

    @property
    def evidence(self) -> Iterator[VerifiedRecord]:
        """What may be cited; of a forked log what lies below the fork (plan-format 4)."""
        fork = self.fork
        return (one for one in self.records.values() if fork is None or one.record.seq < fork[0])

    @property
    def is_commune(self) -> bool:
        """Whether a charter is in it."""
        return any(one.record.kind == CHARTER for one in self.records.values())


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
            log.fork = fork_of(plan, {seq: seen.id for seq, seen in log.known.seen.items()})
        if judgement.verdict is not Verdict.VERIFIED:
            self.not_taken.append(NotTaken(name, judgement.verdict, judgement.reason))
            return
        log.known, log.head = judgement.known, judgement.head
        log.records |= {verified.record.seq: verified for verified in judgement.records}
        self.logs[address] = log

    def evidence(self) -> Evidence:
        """All that participants may be cited for; of a forked log nothing is (plan-format 4)."""
        return Evidence(verified for log in self.logs.values() for verified in log.evidence)

    def communes(self) -> list[Address]:
        """Whose logs hold a charter, by address."""
        return sorted(address for address, log in self.logs.items() if log.is_commune)


def fork_of(plan: Plan, ids: Mapping[int, str]) -> tuple[int, str] | None:
    """Seq and id of the oldest record that has another id in a plan than the one known by its seq; None where there is
    none. What the head and the oldest record name counts."""
    named = [(plan.head.seq, plan.head.last), *((record.seq, record.id) for record in plan.records)]
    if plan.oldest is not None:
        named.append((plan.oldest.seq - 1, plan.oldest.prev))
    rivals = [(seq, name) for seq, name in named if name is not None and ids.get(seq, name) != name]
    return min(rivals) if rivals else None
