"""Pages of the archive judged where they hang: what comes of them together is what the whole log would have come to."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.support.scribe import Scribe, mixed_log
from thimbl.core.chain import Walk, pass_by, walk
from thimbl.core.log import Judgement, Known, Seen, Verdict, judge, judge_older
from thimbl.core.plan import Plan
from thimbl.core.records import KEY, MOVE

FAR = 2_000_000_000


def eventful() -> Scribe:
    """A log with everything that a walk takes with it on its way down."""
    scribe = mixed_log()
    scribe.rotate("alice-2")
    scribe.announce("bond", series=1)
    scribe.move("alice@dairy.example")
    scribe.post()
    scribe.rotate("alice-3")
    scribe.announce("bond", series=2)
    return scribe


def window(scribe: Scribe, newest: int) -> tuple[Plan, Judgement]:
    """The newest records, judged by somebody who knows nobody."""
    plan = scribe.plan(newest)
    return plan, judge(plan, Known(scribe.address), FAR)


def page(scribe: Scribe, plan: Plan, above: int, count: int) -> Plan:
    """The records below `above`."""
    return replace(plan, records=tuple(scribe.records[max(above - 1 - count, 0) : above - 1][::-1]))


def below(scribe: Scribe, plan: Plan, known: Known, lie: Plan) -> Judgement:
    """The judgement of a page right below a window."""
    return judge_older(lie, walk(plan), plan.oldest, known, FAR)


@given(st.integers(1, 11), st.lists(st.integers(1, 4), min_size=11))
def test_page_by_page_comes_to_the_same_as_all_at_once(newest: int, counts: list[int]) -> None:
    scribe = eventful()
    whole = judge(scribe.plan(), Known(scribe.address), FAR)
    plan, judgement = window(scribe, newest)
    state, above, taken = walk(plan), plan.oldest, [*judgement.records]
    while judgement.gap_below is not None:
        assert above is not None
        judgement = judge_older(page(scribe, plan, above.seq, counts.pop()), state, above, judgement.known, FAR)
        assert (judgement.verdict, judgement.reason) == (Verdict.VERIFIED, "")
        taken += judgement.records
        above = judgement.records[-1].record
    assert tuple(taken) == whole.records
    assert judgement.known == whole.known


@given(st.integers(0, 10))
def test_a_walk_goes_on_past_what_was_verified(passed: int) -> None:
    """As after a restart: of the records that are here only those that turn the key or the address are looked at."""
    scribe = eventful()
    head = scribe.plan(0).head
    state = Walk(head.key, head.address, addresses={head.address})
    seen = scribe.records[scribe.seq - passed :][::-1]
    pass_by(state, [record for record in seen if record.kind in (KEY, MOVE)], head.seq)
    begun = walk(scribe.plan(passed))
    assert (state.key, state.address) == (begun.key, begun.address)


def test_a_page_that_was_changed_is_forged() -> None:
    scribe = eventful()
    plan, judgement = window(scribe, 3)
    good = page(scribe, plan, 9, 4)
    for bad in (
        replace(good, records=good.records[1:]),
        replace(good, records=(good.records[0], *good.records[2:])),
        replace(good, records=(good.records[0], good.records[1]._replace(sig=scribe.at(2).sig), *good.records[2:])),
        replace(good, records=(good.records[0], good.records[1]._replace(sig=None), *good.records[2:])),
        replace(good, records=(good.records[0]._replace(time=FAR), *good.records[1:])),
    ):
        assert below(scribe, plan, judgement.known, bad).verdict is Verdict.FORGED
    assert below(scribe, plan, judgement.known, good).verdict is Verdict.VERIFIED


def test_a_page_that_contradicts_what_was_known_is_a_fork() -> None:
    scribe = eventful()
    plan, judgement = window(scribe, 3)
    other = Seen("a" * 52, scribe.at(5).time)
    for seq in (5, 7):
        known = replace(judgement.known, seen={seq: other})
        found = below(scribe, plan, known, page(scribe, plan, 9, 3))
        assert (found.verdict, found.records) == (Verdict.FORKED, ())
        assert f"entry {seq} is" in found.reason


def test_it_ends_where_it_reaches_what_was_known() -> None:
    scribe = eventful()
    plan, judgement = window(scribe, 3)
    known = replace(judgement.known, seen={seq: Seen(scribe.at(seq).id, scribe.at(seq).time) for seq in (4, 5)})
    found = below(scribe, plan, known, page(scribe, plan, 9, 4))
    assert (found.verdict, found.gap_below) == (Verdict.VERIFIED, None)
    assert [verified.record.seq for verified in found.records] == [8, 7, 6]
