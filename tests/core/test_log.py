"""What a reader concludes (plan-format 4): every row of the table and every sentence below it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scribe import START, Scribe, fingerprint, private_key

from thimbl.core.address import Address
from thimbl.core.chain import KeyLink
from thimbl.core.log import AHEAD, Judgement, Known, Verdict, judge, judge_bytes, read_answer_plan
from thimbl.core.plan import Plan, plan_from_data
from thimbl.core.times import format_time

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
    plan = scribe.plan(3).continued(scribe.page(8, 3))
    second = judge(plan, first.known, LATER)
    assert (seqs(second), second.gap_below) == ([7, 6, 5], 5)
    third = judge(plan.continued(scribe.page(5, 3)), second.known, LATER)
    assert (seqs(third), third.gap_below, third.wants_older) == ([4, 3], None, False)
    assert third.known.seen.keys() == set(range(1, 11))


def test_older_pages_that_overlap_are_joined_once() -> None:
    scribe = scribe_with(9)
    plan = scribe.plan(4).continued(scribe.page(8, 7))
    assert [record.seq for record in plan.records] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert judge(plan, BYSTANDER, LATER).verdict is Verdict.VERIFIED


def test_a_page_that_does_not_fit_below_is_forged() -> None:
    scribe = scribe_with(9)
    plan = scribe.plan(3)
    refused(plan.continued(scribe.page(5, 3)), BYSTANDER, Verdict.FORGED, "not contiguous")
    other = scribe_with(5)
    other.post("another")
    refused(plan.continued(other.page(7, 3)), BYSTANDER, Verdict.FORGED, "does not have the id")


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
    assert [(r.author, r.key, r.record.id) for r in first.records] == [(r.author, r.key, r.record.id) for r in second.records]


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


# new keys, and changes of them


def test_an_unknown_key() -> None:
    known = told(scribe_with(2).plan())
    assert not refused(scribe_with(3, key="thief").plan(), known, Verdict.NEW_KEY, fingerprint("thief")).wants_older
    assert refused(scribe_with(3, key="thief").plan(1), known, Verdict.NEW_KEY, "pinned").wants_older
    assert refused(scribe_with(3, key="thief").plan(0), known, Verdict.NEW_KEY, "pinned").wants_older
    assert not refused(Scribe(key="thief").plan(), known, Verdict.NEW_KEY, "pinned").wants_older


def test_a_key_that_a_person_pinned_beforehand() -> None:
    known = replace(BYSTANDER, pinned=fingerprint("alice"))
    assert told(scribe_with(1).plan(), known=known).pinned == fingerprint("alice")
    refused(scribe_with(1, key="thief").plan(), known, Verdict.NEW_KEY, "pinned")


@pytest.mark.parametrize("posts", [0, 2])
def test_a_pin_beforehand_holds_whenever_the_key_was_in_force(posts: int) -> None:
    scribe = scribe_with(posts)
    scribe.rotate("second")
    scribe.rotate("third")
    for name in ("alice", "second", "third"):
        known = told(scribe.plan(), known=replace(BYSTANDER, pinned=fingerprint(name)))
        assert known.pinned == fingerprint("third")
        assert known.retired == {fingerprint("alice"): posts + 1, fingerprint("second"): posts + 2}


def test_a_change_of_key() -> None:
    scribe = scribe_with(2)
    known = told(scribe.plan())
    turn = scribe.rotate("second")
    scribe.posts(1)
    judgement = judge(scribe.plan(), known, LATER)
    assert [(item.record.seq, item.key) for item in judgement.records] == [
        (4, fingerprint("second")),
        (3, fingerprint("alice")),
    ]
    assert judgement.known.pinned == fingerprint("second")
    assert judgement.known.retired == {fingerprint("alice"): 3}
    assert judgement.known.links == (KeyLink(3, turn.id, fingerprint("alice"), fingerprint("second"), None, None),)
    assert [judgement.known.key_after(seq) for seq in (0, 1, 2, 3, 4, 5)] == [
        *[fingerprint("alice")] * 3,
        *[fingerprint("second")] * 2,
        None,
    ]


def test_a_change_of_key_below_the_window_is_found_by_paging_back() -> None:
    scribe = scribe_with(2)
    known = told(scribe.plan())
    scribe.rotate("second")
    scribe.posts(3)
    window = scribe.plan(2)
    assert refused(window, known, Verdict.NEW_KEY, "pinned").wants_older
    judgement = judge(window.continued(scribe.page(5, 9)), known, LATER)
    assert judgement.verdict is Verdict.VERIFIED
    assert seqs(judgement) == [6, 5, 4, 3]


def test_older_changes_of_key_may_come_late() -> None:
    """A reader who began with a window pages back past changes that lie below what it knows."""
    scribe = scribe_with(2, recovery="safe")
    scribe.rotate("second")
    scribe.recover("third", by="safe")
    scribe.posts(2)
    scribe.rotate("fourth")
    scribe.posts(3)
    known = told(scribe.plan(2))
    assert known.key_after(scribe.seq - 4) is None
    for newest in range(3, scribe.seq + 1):
        judgement = judge(scribe.plan(newest), known, LATER)
        assert judgement.verdict is Verdict.VERIFIED, judgement.reason
        assert judgement.dropped_from is None
    assert judgement.known.retired == {
        fingerprint("alice"): 3,
        fingerprint("second"): 4,
        fingerprint("third"): 7,
    }
    assert told(scribe.plan(), known=judgement.known) == judgement.known
    assert judgement.known == told(scribe.plan())


def test_a_retired_key_before_and_after() -> None:
    scribe = scribe_with(2)
    before = scribe.copy()
    scribe.rotate("second")
    known = told(scribe.plan())
    refused(before.plan(), known, Verdict.STALE, "retired")
    refused(before.plan(updated=format_time(LATER)), known, Verdict.STALE, "retired")
    before.posts(1)
    refused(before.plan(), known, Verdict.FORGED, "retired at entry 3")
    before.posts(5)
    refused(before.plan(), known, Verdict.FORGED, "retired at entry 3")


def test_a_retired_key_that_tells_another_past_is_a_fork() -> None:
    scribe = scribe_with(2)
    scribe.rotate("second")
    known = told(scribe.plan())
    other = Scribe()
    other.post("another past")
    refused(other.plan(), known, Verdict.FORKED, "entry 1")


def test_a_key_that_comes_back_is_forged() -> None:
    scribe = scribe_with(1)
    scribe.rotate("second")
    known = told(scribe.plan())
    scribe.rotate("alice")
    for before in (BYSTANDER, known):
        refused(scribe.plan(), before, Verdict.FORGED, "retired")
        refused(scribe.plan(1), before, Verdict.FORGED if before is known else Verdict.VERIFIED, "") if before is known else None


def test_a_change_from_a_key_that_was_not_in_force_is_forged() -> None:
    """The thief signs a change from a key of their own; the reader knows better which key was in force."""
    scribe = scribe_with(3)
    known = told(scribe.plan())
    thief = scribe.copy()
    thief.keys[-1] = private_key("thief")
    thief.rotate("thief-2")
    refused(thief.plan(1), known, Verdict.FORGED, "which was in force (entry 4)")
    # Of the same log with the records below, the announcement's signature does not fit either.
    unknown = replace(known, seen={})
    assert unknown.key_after(3) == fingerprint("alice")


def test_what_is_not_known_of_the_keys_is_not_held_against_anybody() -> None:
    scribe = scribe_with(6)
    known = told(scribe.plan(2))
    assert known.key_after(6) == fingerprint("alice")
    assert known.key_after(4) == fingerprint("alice")
    assert known.key_after(3) is None
    assert BYSTANDER.key_after(0) is None
    assert told(Scribe().plan()).key_after(0) == fingerprint("alice")


# recovery


def stolen() -> tuple[Scribe, Scribe, Known]:
    """An owner, a thief who went on with the owner's key after record 3, and a reader who saw the thief's plan."""
    owner = scribe_with(3, recovery="safe")
    thief = owner.copy()
    thief.now += 5 * 3600
    thief.post("I am Alice")
    thief.rotate("thief")
    thief.posts(2)
    return owner, thief, told(owner.plan(), thief.plan())


def test_recovery_overrides_the_thief() -> None:
    owner, thief, known = stolen()
    owner.recover("second", by="safe")
    owner.posts(1)
    plan = owner.plan()
    assert plan.head.updated < (known.updated or 0)
    assert plan.head.seq < known.seq
    judgement = judge(plan, known, LATER)
    assert judgement.verdict is Verdict.VERIFIED, judgement.reason
    assert judgement.dropped_from == 4
    assert seqs(judgement) == [5, 4]
    after = judgement.known
    assert after.pinned == fingerprint("second")
    assert (after.seq, after.updated) == (5, owner.now)
    assert after.retired == {fingerprint("alice"): 4, fingerprint("thief"): 4}
    assert {seq: seen.id for seq, seen in after.seen.items()} == {r.seq: r.id for r in owner.records}
    assert [link.recovered_by for link in after.links] == [fingerprint("safe")]
    # The thief is heard no more, from either key.
    refused(thief.plan(), after, Verdict.FORGED, "retired at entry 4")
    thief.posts(3)
    refused(thief.plan(), after, Verdict.FORGED, "retired at entry 4")
    # And the owner is.
    again = judge(plan, after, LATER)
    assert (again.verdict, again.records, again.dropped_from, again.known) == (Verdict.VERIFIED, (), None, after)
    owner.posts(1)
    assert seqs(judge(owner.plan(), after, LATER)) == [6]


def test_recovery_in_a_window_overrides_too() -> None:
    owner, _, known = stolen()
    owner.recover("second", by="safe")
    owner.posts(2)
    assert judge(owner.plan(3), known, LATER).dropped_from == 4
    assert refused(owner.plan(2), known, Verdict.NEW_KEY, "pinned").wants_older


def test_recovery_that_drops_nothing_is_not_held_up_by_an_updated_seen_before() -> None:
    """The thief only made a head with a clock that goes ahead, or one record that the owner builds on."""
    owner = scribe_with(3, recovery="safe")
    known = told(owner.plan(updated=format_time(owner.now + 20 * 3600)))
    refused(owner.plan(), known, Verdict.STALE, "seen before")
    owner.recover("second", by="safe")
    judgement = judge(owner.plan(), known, LATER)
    assert (judgement.verdict, judgement.dropped_from) == (Verdict.VERIFIED, None)
    assert judgement.known.updated == owner.now
    assert judgement.known.retired == {fingerprint("alice"): 4}


def test_what_lies_below_a_recovery_must_be_the_same() -> None:
    owner, _, known = stolen()
    owner.posts(1)
    owner.recover("second", by="safe")
    refused(owner.plan(), known, Verdict.FORKED, "entry 4")


def test_recovery_from_a_key_that_was_not_in_force_is_forged() -> None:
    owner = scribe_with(3, recovery="safe")
    known = told(owner.plan())
    owner.keys[-1] = private_key("never")
    owner.recover("second", by="safe")
    refused(owner.plan(1), known, Verdict.FORGED, "in force (entry 4)")


def test_recovery_by_a_key_that_is_not_pinned_is_a_new_key() -> None:
    owner, _, known = stolen()
    owner.recover("second", by="another-safe")
    refused(owner.plan(), known, Verdict.NEW_KEY, "pinned")
    nobody = told(scribe_with(3).plan())
    refused(owner.plan(), nobody, Verdict.NEW_KEY, "pinned")


def test_recovery_seen_first_is_as_good_as_any_first_sight() -> None:
    owner = scribe_with(1, recovery="safe")
    owner.recover("second", by="safe", next_recovery="safer")
    known = told(owner.plan())
    assert (known.pinned, known.recovery) == (fingerprint("second"), fingerprint("safer"))
    assert known.retired == {fingerprint("alice"): 2}


def test_the_first_recovery_is_pinned_whenever_it_comes() -> None:
    scribe = scribe_with(1)
    known = told(scribe.plan())
    assert known.recovery is None
    scribe.recovery = fingerprint("safe")
    known = told(scribe.plan(), known=known)
    assert known.recovery == fingerprint("safe")
    # The key in force can not bring another one: the thief has it.
    scribe.recovery = fingerprint("thief")
    assert told(scribe.plan(), known=known).recovery == fingerprint("safe")
    scribe.announce("key-ring", recovery=fingerprint("thief"))
    assert told(scribe.plan(), known=known).recovery == fingerprint("safe")


def test_a_second_recovery_by_the_key_that_the_first_one_names() -> None:
    owner, thief, known = stolen()
    owner.recover("second", by="safe", next_recovery="safer")
    known = told(owner.plan(), known=known)
    assert known.recovery == fingerprint("safer")
    # The first recovery key counts no more.
    late = owner.copy()
    late.recover("third", by="safe")
    refused(late.plan(), known, Verdict.NEW_KEY, "pinned")
    second_thief = owner.copy()
    second_thief.now += 3600
    second_thief.posts(2)
    known = told(second_thief.plan(), known=known)
    owner.recover("third", by="safer", next_recovery="safest")
    judgement = judge(owner.plan(), known, LATER)
    assert (judgement.verdict, judgement.dropped_from) == (Verdict.VERIFIED, 5)
    assert judgement.known.recovery == fingerprint("safest")
    refused(thief.plan(), judgement.known, Verdict.FORGED, "retired at entry 4")
    # Both at once, for a reader who saw neither.
    both = judge(owner.plan(), told(thief.plan()), LATER)
    assert (both.verdict, both.dropped_from, both.known.recovery) == (Verdict.VERIFIED, 4, fingerprint("safest"))


def test_a_change_of_key_by_the_key_itself_brings_no_recovery() -> None:
    owner = scribe_with(1, recovery="safe")
    known = told(owner.plan())
    body = {"recovery": fingerprint("thief")}
    owner._turn("second", owner.key, body)  # as a thief's program might
    assert told(owner.plan(), known=known).recovery == fingerprint("safe")


def test_an_old_recovery_replayed_is_no_override() -> None:
    """An old mirror serves the plan of just after the recovery, to one who knows only what came much later."""
    owner = scribe_with(3, recovery="safe")
    owner.recover("second", by="safe")
    owner.posts(1)
    old = owner.plan()
    owner.posts(6)
    known = told(owner.plan(2))
    refused(old, known, Verdict.STALE, "ends at entry 5")


def test_a_normal_change_is_no_override() -> None:
    owner, thief, _ = stolen()
    known = told(thief.plan())
    owner.rotate("second")
    refused(owner.plan(), known, Verdict.FORGED, "retired")
    owner.keys[-1] = private_key("third")
    assert judge(owner.plan(), known, LATER).verdict is Verdict.FORGED


# moves

NEW = Address.parse("alice@new.example")


def moved() -> Scribe:
    scribe = scribe_with(2)
    scribe.move(str(NEW))
    return scribe


def test_the_last_plan_at_the_old_address_names_the_new_one() -> None:
    scribe = moved()
    judgement = judge(scribe.last_plan_before_move(), BYSTANDER, LATER)
    assert (judgement.verdict, judgement.moved_to) == (Verdict.VERIFIED, NEW)
    assert {item.author for item in judgement.records} == {ALICE}
    # Then the reader asks there.
    known = replace(judgement.known, address=NEW)
    scribe.posts(1)
    there = judge(scribe.plan(), known, LATER)
    assert (there.verdict, there.moved_to, seqs(there)) == (Verdict.VERIFIED, None, [4])
    assert there.records[0].author == NEW


@pytest.mark.parametrize("asked", [ALICE, NEW])
def test_a_moved_log_holds_for_who_asks_at_either_address(asked: Address) -> None:
    scribe = moved()
    scribe.posts(2)
    judgement = judge(scribe.plan(), Known(asked), LATER)
    assert judgement.verdict is Verdict.VERIFIED
    assert [item.author for item in judgement.records] == [NEW, NEW, ALICE, ALICE, ALICE]
    assert judgement.known.address == NEW


def test_a_log_that_moved_twice() -> None:
    scribe = moved()
    scribe.announce("join", commune="c@c.example")
    scribe.move("alice@third.example:7979")
    scribe.announce("join", commune="d@c.example")
    judgement = judge(scribe.plan(), BYSTANDER, LATER)
    assert judgement.verdict is Verdict.VERIFIED
    third = Address.parse("alice@third.example:7979")
    assert [item.author for item in judgement.records] == [third, NEW, NEW, ALICE, ALICE, ALICE]


def test_a_move_below_the_window_is_looked_for() -> None:
    scribe = moved()
    known = told(scribe.rewound(2).plan())
    scribe.posts(3)
    assert refused(scribe.plan(2), known, Verdict.FORGED, "asked for").wants_older
    assert judge(scribe.plan(2).continued(scribe.page(5, 9)), known, LATER).verdict is Verdict.VERIFIED
    # One who does not have the key has no older pages that could help.
    stranger = scribe_with(3, address="alice@new.example", key="thief")
    assert not refused(stranger.plan(1), known, Verdict.FORGED, "asked for").wants_older


def test_a_move_to_elsewhere_in_the_middle_of_a_log_is_forged() -> None:
    scribe = moved()
    scribe.posts(1)
    data = scribe.data(address=str(ALICE))
    refused(plan_from_data(data), BYSTANDER, Verdict.FORGED, "does not lead to this address")


def test_a_move_from_elsewhere_is_forged() -> None:
    scribe = scribe_with(1)
    scribe._announce("move", {"from": "bob@b.example", "to": "carol@c.example"}, scribe.key)
    refused(scribe.plan(), BYSTANDER, Verdict.FORGED, "does not lead to this address")


def test_a_malformed_move_moves_nothing() -> None:
    scribe = scribe_with(1)
    scribe.announce("move", **{"from": "nowhere", "to": "alice@new.example"})
    scribe.announce("move", to="alice@new.example")
    judgement = judge(scribe.plan(), BYSTANDER, LATER)
    assert (judgement.verdict, judgement.moved_to) == (Verdict.VERIFIED, None)
    assert {item.author for item in judgement.records} == {ALICE}


# order


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
            plan = plan.continued(scribe.page(oldest, data.draw(st.integers(1, 3))))
        assert judgement.verdict is Verdict.VERIFIED, judgement.reason
        assert judgement.dropped_from is None
        known, have = judgement.known, have | set(seqs(judgement))
    assert have == set(range(1, scribe.seq + 1))
    assert known == told(scribe.plan())


def test_reading_text_and_data_is_the_same() -> None:
    scribe = scribe_with(2)
    assert read_answer_plan(scribe.text()) == read_answer_plan(scribe.line()) == scribe.plan()
