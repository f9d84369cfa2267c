"""A reader for tests: what it knows after some plans, and how it refuses one."""

from typing import Any

from tests.support.scribe import START, Scribe
from thimbl.core.address import Address
from thimbl.core.log import Judgement, Known, Verdict, judge
from thimbl.core.plan import Plan

ALICE = Address.parse("alice@fields.example")
BYSTANDER = Known(ALICE)
LATER = START + 30 * 86_400


def scribe_with(posts: int, **options: Any) -> Scribe:
    scribe = Scribe(**options)
    scribe.posts(posts)
    return scribe


def told(*plans: Plan, known: Known = BYSTANDER) -> Known:
    """What is known after these plans, each of which is verified."""
    for plan in plans:
        judgement = judge(plan, known, LATER)
        assert judgement.verdict is Verdict.VERIFIED, judgement.reason
        known = judgement.known
    return known


def seqs(judgement: Judgement) -> list[int]:
    return [item.record.seq for item in judgement.records]


def refused(plan: Plan, known: Known, verdict: Verdict, reason: str, now: int = LATER) -> Judgement:
    judgement = judge(plan, known, now)
    assert judgement.verdict is verdict, judgement.reason
    assert reason in judgement.reason
    assert judgement.known is known
    assert judgement.records == ()
    assert judgement.dropped_from is None
    return judgement
