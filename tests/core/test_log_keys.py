"""Changes of key, lost and stolen keys, recovery, and moves: what a reader concludes (plan-format 3 and 4)."""

from dataclasses import replace

import pytest

from tests.support.reader import ALICE, BYSTANDER, LATER, refused, scribe_with, seqs, told
from tests.support.scribe import Scribe, continued, fingerprint, private_key
from thimbl.core.address import Address
from thimbl.core.chain import KeyLink
from thimbl.core.log import Known, Verdict, judge
from thimbl.core.plan import plan_from_data
from thimbl.core.times import format_time

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
    judgement = judge(continued(window, scribe.page(5, 9)), known, LATER)
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
    refused(scribe.plan(1), known, Verdict.FORGED, "retired")


def test_a_change_from_a_key_that_was_not_in_force_is_forged() -> None:
    """The thief signs a change from a key of their own; the reader knows better which key was in force."""
    scribe = scribe_with(3)
    known = told(scribe.plan())
    thief = scribe.copy()
    thief.keys[-1] = private_key("thief")
    thief.rotate("thief-2")
    refused(thief.plan(1), known, Verdict.FORGED, "which was in force (entry 4)")


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
    refused(owner.plan(), known, Verdict.NEW_KEY, "pinned")


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
    assert judge(continued(scribe.plan(2), scribe.page(5, 9)), known, LATER).verdict is Verdict.VERIFIED
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
