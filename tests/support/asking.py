"""Asking a host's answers as a program does, and holding each to what a reader would say of it."""

from finger.query import Query
from tests.support.scribe import START
from thimbl.core.answer import FEATURES, read_answer
from thimbl.core.log import Known, Verdict, judge, read_answer_plan
from thimbl.core.plan import Plan
from thimbl.core.plantext import decode
from thimbl.node.serving.answering import Answerer

NOW = START + 10**7
"""Unix seconds: later than what any scribe writes in a test."""

LATER = 4 * 10**18
"""Nanoseconds: a clock by which every file is old."""


def ask(host: Answerer, user: str, hosts: tuple[str, ...] = (), verbose: bool = False) -> bytes:
    """The answer of `host`, whose every line must end in CRLF."""
    raw = host(Query(user, hosts, verbose))
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.endswith(b"\r\n")
    return raw


def plan_of(host: Answerer, user: str) -> Plan:
    """The version 2 plan in an answer."""
    answer = read_answer(ask(host, user))
    assert answer.plan is not None, f"no plan at {user}"
    assert answer.features == frozenset(FEATURES)
    plan = read_answer_plan(decode(answer.plan))
    assert isinstance(plan, Plan)
    return plan


def verified_plan(host: Answerer, user: str) -> Plan:
    """The plan in an answer, which by itself stands any reader's judgement."""
    plan = plan_of(host, user)
    judgement = judge(plan, Known(plan.head.address), NOW)
    assert (judgement.verdict, judgement.reason) == (Verdict.VERIFIED, "")
    return plan


def seqs(plan: Plan) -> list[int]:
    """The numbers of the plan's records, newest first."""
    return [record.seq for record in plan.records]


def refused(raw: bytes) -> str:
    """The one line of an answer that tells nothing."""
    assert raw.count(b"\n") == 1
    assert b"Plan:" not in raw
    return raw.decode("utf-8").strip()
