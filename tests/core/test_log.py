"""What a reader concludes (plan-format 4), row by row of the table; changes of key and address have their own files."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.reader import ALICE, BYSTANDER, LATER, refused, scribe_with, seqs, told
from tests.support.scribe import START, Scribe, continued, fingerprint
from thimbl.core.log import AHEAD, Known, Verdict, judge, judge_bytes, read_answer_plan
from thimbl.core.plan import plan_from_data
from thimbl.core.times import format_time

# unreadable, unsigned: what is no plan of version 2


@pytest.mark.parametrize("known", [BYSTANDER, replace(BYSTANDER, pinned=fingerprint("alice"))])
@pytest.mark.parametrize("raw", [b"", b"gone fishing\n", b"\xff", b"{}", b"thimbl: 3\n", b'{"thimbl":2}', b"a: ~"])
def test_unreadable(raw: bytes, known: Known) -> None:
    judgement = judge_bytes(raw, known, LATER)
    assert judgement.verdict is Verdict.UNREADABLE
    assert judgement.reason
    assert judgement.known is known


CLASSIC = b'{"name":"Alice","address":"%s","messages":[{"text":"hi","time":"20101105124412"}]}'


def test_version_1_of_somebody_without_a_key_is_unsigned() -> None:
    for address in (b"alice@fields.example", b"alice@FIELDS.example:79"):
        judgement = judge_bytes(CLASSIC % address, BYSTANDER, LATER)
        assert judgement.verdict is Verdict.UNSIGNED
        assert judgement.classic is not None
        assert judgement.known is BYSTANDER
    assert judge_bytes(b'{"messages":[]}', BYSTANDER, LATER).verdict is Verdict.UNSIGNED


def test_version_1_of_somebody_with_a_key_is_forged() -> None:
    known = replace(BYSTANDER, pinned=fingerprint("alice"))
    assert judge_bytes(CLASSIC % b"alice@fields.example", known, LATER).verdict is Verdict.FORGED


@pytest.mark.parametrize("address", [b"bob@fields.example", b"no address"])
def test_version_1_with_another_address_is_forged(address: bytes) -> None:
    assert judge_bytes(CLASSIC % address, BYSTANDER, LATER).verdict is Verdict.FORGED


def test_an_old_reader_is_not_led_astray_by_a_broken_version_2() -> None:
    text = scribe_with(2).line()
    judgement = judge_bytes(text.replace('"seq":2', '"seq":2,"seq":2').encode(), BYSTANDER, LATER)
    assert judgement.verdict is Verdict.UNREADABLE
    assert "duplicate key" in judgement.reason


# verified


def test_the_first_answer_pins() -> None:
    scribe = scribe_with(3, recovery="safe")
    judgement = judge(scribe.plan(), BYSTANDER, LATER)
    assert seqs(judgement) == [3, 2, 1]
    assert {(item.author, item.key) for item in judgement.records} == {(ALICE, scribe.fingerprint)}
    known = judgement.known
    assert (known.pinned, known.recovery) == (scribe.fingerprint, fingerprint("safe"))
    assert (known.seq, known.updated) == (3, scribe.now)
    assert {seq: seen.id for seq, seen in known.seen.items()} == {r.seq: r.id for r in scribe.records}
    assert judgement.gap_below is None
    assert not judgement.wants_older


def test_a_log_without_records() -> None:
    scribe = Scribe()
    judgement = judge(scribe.plan(), BYSTANDER, LATER)
    assert judgement.verdict is Verdict.VERIFIED
    assert (judgement.records, judgement.gap_below, judgement.wants_older) == ((), None, False)
    known = judgement.known
    scribe.posts(1)
    assert seqs(judge(scribe.plan(), known, LATER)) == [1]


def test_an_equal_head_again_brings_nothing_new() -> None:
    scribe = scribe_with(6)
    for newest in (0, 1, 3, 6):
        known = told(scribe.plan(newest))
        again = judge(scribe.plan(newest), known, LATER)
        assert again.verdict is Verdict.VERIFIED
        assert again.records == ()
        assert again.known == known
        # What is missing below was missing before, and was said then; but a head alone brings no record at all.
        assert again.wants_older == (newest == 0)


def test_what_is_new_is_taken() -> None:
    scribe = scribe_with(3)
    known = told(scribe.plan())
    scribe.posts(2)
    judgement = judge(scribe.plan(), known, LATER)
    assert seqs(judgement) == [5, 4]
    assert not judgement.wants_older
    since = judge(scribe.plan(2), known, LATER)
    assert (seqs(since), since.wants_older) == ([5, 4], False)


def test_a_gap_is_named_and_closed_by_older_pages() -> None:
    scribe = scribe_with(2)
    known = told(scribe.plan())
    scribe.posts(8)
    first = judge(scribe.plan(3), known, LATER)
    assert (seqs(first), first.gap_below, first.wants_older) == ([10, 9, 8], 8, True)
    plan = continued(scribe.plan(3), scribe.page(8, 3))
    second = judge(plan, first.known, LATER)
    assert (seqs(second), second.gap_below) == ([7, 6, 5], 5)
    third = judge(continued(plan, scribe.page(5, 3)), second.known, LATER)
    assert (seqs(third), third.gap_below, third.wants_older) == ([4, 3], None, False)
    assert third.known.seen.keys() == set(range(1, 11))


def test_older_pages_that_overlap_are_joined_once() -> None:
    scribe = scribe_with(9)
    plan = continued(scribe.plan(4), scribe.page(8, 7))
    assert [record.seq for record in plan.records] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert judge(plan, BYSTANDER, LATER).verdict is Verdict.VERIFIED


def test_a_page_that_does_not_fit_below_is_forged() -> None:
    scribe = scribe_with(9)
    plan = scribe.plan(3)
    refused(continued(plan, scribe.page(5, 3)), BYSTANDER, Verdict.FORGED, "not contiguous")
    other = scribe_with(5)
    other.post("another")
    refused(continued(plan, other.page(7, 3)), BYSTANDER, Verdict.FORGED, "does not have the id")


def test_the_head_alone_says_how_far_the_log_goes() -> None:
    scribe = scribe_with(4)
    judgement = judge(scribe.plan(0), BYSTANDER, LATER)
    assert (judgement.verdict, judgement.gap_below) == (Verdict.VERIFIED, 5)
    assert judgement.known.seen[4].id == scribe.at(4).id
    full = judge(scribe.plan(), judgement.known, LATER)
    assert seqs(full) == [4, 3, 2, 1]


def test_unknown_keys_of_the_head_are_signed_and_kept() -> None:
    scribe = scribe_with(1, pronouns="she", tree={"deep": [1, True]})
    head = scribe.plan().head
    assert head.data["tree"] == {"deep": [1, True]}
    told(scribe.plan())
    refused(plan_from_data(scribe.data() | {"pronouns": "he"}), BYSTANDER, Verdict.FORGED, "head signature")
    refused(plan_from_data(scribe.data() | {"more": 1}), BYSTANDER, Verdict.FORGED, "head signature")


def test_unknown_kinds_are_taken_as_announcements() -> None:
    scribe = Scribe()
    scribe.announce("harvest-festival", when="soon", nested={"a": [1]})
    assert seqs(judge(scribe.plan(), BYSTANDER, LATER)) == [1]


def test_the_address_may_be_spelled_otherwise() -> None:
    told(scribe_with(1).plan(address="alice@FIELDS.Example:79"))


# withheld


def test_a_withheld_record_known_with_its_body_stays_known() -> None:
    scribe = scribe_with(3)
    known = told(scribe.plan())
    scribe.retract(scribe.at(2))
    judgement = judge(scribe.plan(withheld={2}), known, LATER)
    assert seqs(judgement) == [4]
    assert not judgement.known.seen[2].withheld


def test_a_body_that_was_withheld_before_is_taken_when_it_comes() -> None:
    scribe = scribe_with(3)
    first = judge(scribe.plan(withheld={2}), BYSTANDER, LATER)
    assert [(item.record.seq, item.record.withheld) for item in first.records] == [(3, False), (2, True), (1, False)]
    assert first.known.seen[2].withheld
    second = judge(scribe.plan(), first.known, LATER)
    assert [(item.record.seq, item.record.withheld) for item in second.records] == [(2, False)]
    assert not second.known.seen[2].withheld
    assert judge(scribe.plan(withheld={2}), second.known, LATER).known == second.known


def test_withheld_or_not_the_author_is_the_same() -> None:
    scribe = scribe_with(3)
    first, second = (judge(scribe.plan(withheld=away), BYSTANDER, LATER) for away in ((), (1, 2, 3)))
    named = [[(item.author, item.key, item.record.id) for item in one.records] for one in (first, second)]
    assert named[0] == named[1]


# forged, beside what is known


def test_another_address_than_the_one_asked_for_is_forged() -> None:
    refused(scribe_with(1, address="bob@fields.example").plan(), BYSTANDER, Verdict.FORGED, "bob@fields.example")
    refused(scribe_with(1, address="alice@fields.example:7979").plan(), BYSTANDER, Verdict.FORGED, "asked for")


def test_the_order_of_times_holds_across_answers() -> None:
    scribe = scribe_with(2)
    known = told(scribe.plan())
    scribe.now = START
    scribe.post()
    refused(scribe.plan(1), known, Verdict.FORGED, "entry 3 is earlier than entry 2")


def test_times_before_1970_are_times() -> None:
    scribe = scribe_with(2, start=-86_400 * 365)
    known = told(scribe.plan(0))
    scribe.posts(1)
    assert judge(scribe.plan(1), known, LATER).verdict is Verdict.VERIFIED


# future


@pytest.mark.parametrize(("ahead", "verdict"), [(AHEAD, Verdict.VERIFIED), (AHEAD + 1, Verdict.FUTURE)])
def test_the_future_by_updated(ahead: int, verdict: Verdict) -> None:
    scribe = scribe_with(2)
    plan = scribe.plan(updated=format_time(LATER + ahead))
    assert judge(plan, BYSTANDER, LATER).verdict is verdict


@pytest.mark.parametrize(("ahead", "verdict"), [(AHEAD, Verdict.VERIFIED), (AHEAD + 1, Verdict.FUTURE)])
def test_the_future_by_a_record(ahead: int, verdict: Verdict) -> None:
    """A head may be older than its newest record: no rule forbids it."""
    scribe = scribe_with(1)
    scribe.now = LATER + ahead
    scribe.post()
    plan = scribe.plan(updated=format_time(LATER))
    assert judge(plan, BYSTANDER, LATER).verdict is verdict
    assert judge(plan, BYSTANDER, LATER + 1).verdict is Verdict.VERIFIED


def test_the_future_comes_before_a_new_key_and_after_forged() -> None:
    scribe = scribe_with(1)
    known = replace(BYSTANDER, pinned=fingerprint("other"))
    refused(scribe.plan(updated=format_time(LATER * 2)), known, Verdict.FUTURE, "a day ahead")
    crooked = plan_from_data(scribe.data(updated=format_time(LATER * 2)) | {"name": "x"})
    refused(crooked, known, Verdict.FORGED, "head signature")


# stale


def test_stale_by_seq_and_by_updated() -> None:
    scribe = scribe_with(2)
    old = scribe.plan()
    scribe.posts(1)
    known = told(scribe.plan())
    refused(old, known, Verdict.STALE, "ends at entry 2")
    refused(scribe.plan(updated=format_time(scribe.now - 1)), known, Verdict.STALE, "was seen before")
    assert judge(scribe.plan(updated=format_time(scribe.now)), known, LATER).verdict is Verdict.VERIFIED
    scribe.posts(1)
    refused(scribe.plan(updated=format_time(START)), known, Verdict.STALE, "was seen before")


def test_an_older_head_is_stale_even_where_a_longer_log_has_a_gap() -> None:
    scribe = scribe_with(9)
    known = told(scribe.plan(2))
    refused(scribe.rewound(3).plan(), known, Verdict.STALE, "ends at entry 3")


# forked


def two_minds() -> tuple[Scribe, Scribe]:
    one = scribe_with(3)
    other = one.copy()
    one.post("to you")
    other.post("to others")
    return one, other


def test_forked_by_a_record() -> None:
    one, other = two_minds()
    refused(other.plan(), told(one.plan()), Verdict.FORKED, "entry 4")


def test_forked_by_the_last_that_a_head_names() -> None:
    one, other = two_minds()
    refused(other.plan(0), told(one.plan()), Verdict.FORKED, "entry 4")
    refused(other.plan(), told(one.plan(0)), Verdict.FORKED, "entry 4")


def test_forked_by_the_prev_that_a_record_names() -> None:
    one, other = two_minds()
    other.posts(1)
    refused(other.plan(1), told(one.plan()), Verdict.FORKED, "entry 4")
    one.posts(1)
    refused(other.rewound(4).plan(), told(one.plan(1)), Verdict.FORKED, "entry 4")


def test_forked_comes_before_stale() -> None:
    one, other = two_minds()
    one.posts(3)
    refused(other.plan(), told(one.plan()), Verdict.FORKED, "entry 4")


def test_the_branch_that_a_reader_has_is_read_on() -> None:
    one, other = two_minds()
    known = told(one.plan())
    refused(other.plan(), known, Verdict.FORKED, "entry 4")
    one.posts(1)
    assert judge(one.plan(), known, LATER).verdict is Verdict.VERIFIED


# order


@settings(max_examples=30)
@given(st.data())
def test_the_order_and_size_of_windows_changes_nothing_in_the_end(data: st.DataObject) -> None:
    """Windows of growing heads, with paging back as the reader asks for it, lead to what the whole plan leads to."""
    scribe = Scribe(recovery="safe")
    known, have = BYSTANDER, set[int]()
    steps = st.sampled_from(["post", "announce", "rotate", "recover"])
    turns = 0
    for step in data.draw(st.lists(st.lists(steps, min_size=1, max_size=3), min_size=1, max_size=4)):
        for act in step:
            turns += 1
            if act == "rotate":
                scribe.rotate(f"key {turns}")
            elif act == "recover":
                scribe.recover(f"key {turns}", by="safe")
            elif act == "announce":
                scribe.announce("join", commune="c@c.example")
            else:
                scribe.post()
        plan = scribe.plan(data.draw(st.integers(0, scribe.seq)))
        while (judgement := judge(plan, known, LATER)).wants_older:
            oldest = plan.oldest.seq if plan.oldest else scribe.seq + 1
            plan = continued(plan, scribe.page(oldest, data.draw(st.integers(1, 3))))
        assert judgement.verdict is Verdict.VERIFIED, judgement.reason
        assert judgement.dropped_from is None
        known, have = judgement.known, have | set(seqs(judgement))
    assert have == set(range(1, scribe.seq + 1))
    assert known == told(scribe.plan())


def test_reading_text_and_data_is_the_same() -> None:
    scribe = scribe_with(2)
    assert read_answer_plan(scribe.text()) == read_answer_plan(scribe.line()) == scribe.plan()
