"""What fetching does for each verdict of plan-format 4, and with what arrives later: edits, retractions, moves."""

from pathlib import Path

import pytest

from tests.support.scribe import Scribe, fingerprint
from tests.support.world import World
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.plantext import MAX_BYTES

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def world(tmp_path):
    """The reader has heard of nobody yet."""
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def alice(world):
    """Alice's three posts were fetched."""
    alice = Scribe(name="Alice")
    alice.posts(3)
    world.publish(alice)
    assert world.one(alice).new == 3
    return alice


def nothing_taken(world, alice):
    """Whether the store has the three posts, under the key that was pinned first, and nothing else."""
    author = world.store.author(alice.address)
    texts = [item.text for item in world.items(alice)]
    return (author.key, author.seq, author.name, texts) == (
        fingerprint("alice"),
        3,
        "Alice",
        ["Post 1.", "Post 2.", "Post 3."],
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"Plain words.\n", "plain text"),
        (b"thimbl: 2\n", "seq is not a number"),
        (b"thimbl: 2\nname: &a x\n", "anchors"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"thimbl": 2', "not JSON"),
        (b"x" * (MAX_BYTES + 1), "longer than"),
        (b"[" * 100_000, ""),
        (b"", "empty"),
    ],
)
def test_unreadable(world, alice, text, reason):
    world.old_host(alice.address, text)
    outcome = world.one(alice)
    assert outcome.verdict is Verdict.UNREADABLE
    assert reason in outcome.reason
    assert outcome.reason
    assert not outcome.is_good
    assert not outcome.failed
    assert nothing_taken(world, alice)
    author = world.store.author(alice.address)
    assert (author.verdict, author.reason) == (Verdict.UNREADABLE, outcome.reason)
    assert world.store.evidence(alice.address) == []


def test_forged(world, alice):
    text = alice.text().replace("Post 2.", "Post two.")
    world.old_host(alice.address, text)
    outcome = world.one(alice)
    assert outcome.verdict is Verdict.FORGED
    assert nothing_taken(world, alice)
    (kept,) = world.store.evidence(alice.address)
    assert (kept.verdict, kept.reason, kept.time) == (Verdict.FORGED, outcome.reason, world.now)
    assert kept.raw.replace(b"\r\n", b"\n") == text.encode()


def test_forged_by_another_address(world, alice):
    eve = Scribe("eve@fields.example", key="eve")
    eve.post()
    world.old_host(alice.address, eve.text())
    assert world.one(alice).verdict is Verdict.FORGED
    assert nothing_taken(world, alice)


def test_future(world, alice):
    alice.now = world.now + 3 * 86_400
    alice.post("From tomorrow.")
    world.publish(alice)
    assert world.one(alice).verdict is Verdict.FUTURE
    assert nothing_taken(world, alice)
    world.now += 3 * 86_400
    assert world.one(alice).new == 1


def test_new_key_waits_for_a_person(world, alice):
    stranger = Scribe(key="stranger", name="Alice too", start=alice.now)
    stranger.posts(5)
    world.publish(stranger)
    outcome = world.one(alice)
    assert (outcome.verdict, outcome.fingerprint) == (Verdict.NEW_KEY, fingerprint("stranger"))
    assert nothing_taken(world, alice)
    assert [kept.verdict for kept in world.store.evidence(alice.address)] == [Verdict.NEW_KEY]
    assert world.store.author(alice.address).verdict is Verdict.NEW_KEY
    world.store.pin(alice.address, outcome.fingerprint)
    assert world.one(alice).verdict is Verdict.VERIFIED
    assert world.store.author(alice.address).key == fingerprint("stranger")


def test_a_pin_that_is_forgotten_is_made_anew_though_nothing_changed(world, alice):
    world.store.pin(alice.address, None)
    outcome = world.one(alice)
    assert (outcome.verdict, outcome.unchanged) == (Verdict.VERIFIED, False)
    assert world.store.author(alice.address).key == alice.fingerprint


def test_a_key_pinned_beforehand(world):
    alice = Scribe()
    alice.post()
    world.publish(alice)
    world.store.pin(alice.address, fingerprint("another"))
    assert world.one(alice).verdict is Verdict.NEW_KEY
    assert world.items(alice) == []
    world.store.pin(alice.address, alice.fingerprint)
    assert world.one(alice).new == 1


def test_forked_is_marked_until_a_person_looks(world, alice):
    other = alice.rewound(2)
    other.post("Another third.")
    world.publish(other)
    outcome = world.one(alice)
    assert outcome.verdict is Verdict.FORKED
    assert nothing_taken(world, alice)
    assert [kept.verdict for kept in world.store.evidence(alice.address)] == [Verdict.FORKED]
    alice.post()
    world.publish(alice)
    assert world.one(alice).new == 1  # the branch that was known goes on, and is read
    assert world.store.author(alice.address).verdict is Verdict.FORKED
    assert world.one(alice).verdict is Verdict.VERIFIED


def test_stale(world, alice):
    old = alice.copy()
    alice.posts(2)
    world.publish(alice)
    world.one(alice)
    world.publish(old)
    outcome = world.one(alice)
    assert (outcome.verdict, outcome.new) == (Verdict.STALE, 0)
    assert len(world.items(alice)) == 5
    assert world.store.author(alice.address).seq == 5


def test_a_change_of_key(world, alice):
    alice.rotate("alice-2")
    alice.post()
    world.publish(alice)
    outcome = world.one(alice)
    assert (outcome.verdict, outcome.fingerprint) == (Verdict.VERIFIED, fingerprint("alice-2"))
    assert world.has_all(alice)


@pytest.mark.parametrize("name", ["thimbl-2010-plan.json", "thimbl-2011-finger-answer.txt"])
def test_version_1(world, name):
    text = (DATA / name).read_bytes()
    dk = Address.parse("dk@telekommunisten.org")
    world.old_host(dk, text.partition(b"Plan:\n")[2] or text)
    outcome = world.one(dk)
    assert outcome.verdict is Verdict.UNSIGNED, outcome.reason
    assert outcome.is_good
    assert outcome.new == len(world.items(dk)) >= 9
    assert world.store.features("telekommunisten.org") is None
    assert world.one(dk).new == 0
    assert world.asked() == ["dk", "dk"]


def test_version_1_after_version_2(world, alice):
    world.old_host(alice.address, '{"name": "Alice", "messages": []}')
    assert world.one(alice).verdict is Verdict.FORGED
    assert nothing_taken(world, alice)


def test_version_2_after_version_1(world):
    alice = Scribe(name="Alice")
    world.old_host(alice.address, '{"name": "Alice", "messages": [{"text": "Moo.", "time": "20101129060335"}]}')
    assert world.one(alice).new == 1
    alice.post("Signed.")
    world.publish(alice)
    assert world.one(alice).verdict is Verdict.VERIFIED
    assert "Signed." in [item.text for item in world.items(alice)]


def test_edits_and_retractions_arrive(world, alice):
    alice.edit(alice.at(1), "Post one.")
    alice.retract(alice.at(2))
    world.publish(alice, withheld=[2])
    assert world.one(alice).verdict is Verdict.VERIFIED
    first, second, third = world.items(alice)
    assert (first.text, first.edited is not None) == ("Post one.", True)
    assert (second.text, second.retracted) == ("", True)
    assert third.text == "Post 3."
    assert "Post 2." not in str(world.store.record_data(alice.address, 1, 9))
    assert world.one(alice).unchanged


def test_a_move_is_reported_and_followed(world, alice):
    old = alice.address
    alice.move("alice@dairy.example")
    before = alice.last_plan_before_move()
    world.old_host(old, alice.text(address=str(old)))
    assert before.head.address == old
    outcome = world.one(old)
    assert (outcome.verdict, outcome.moved_to) == (Verdict.VERIFIED, alice.address)
    assert world.store.author(old).moved_to == alice.address
    again = world.one(old)
    assert (again.unchanged, again.moved_to) == (True, alice.address)
    assert world.store.author(old).moved_to == alice.address

    alice.post("At the new place.")
    world.publish(alice)
    assert world.one(alice).verdict is Verdict.VERIFIED
    assert world.items(alice)[-1].text == "At the new place."


def test_a_log_that_moved_is_asked_for_by_its_old_name(world, alice):
    """The old host answers with the plan at the new address: the row has the new name, and keeps it."""
    old = alice.address
    alice.move("alice@dairy.example")
    world.old_host(old, alice.text())
    outcome = world.one(old)
    assert (outcome.verdict, outcome.moved_to) == (Verdict.VERIFIED, alice.address)
    assert world.store.author(old).address == alice.address
    again = world.one(old)
    assert (again.verdict, again.unchanged, again.moved_to) == (Verdict.VERIFIED, True, alice.address)
    assert world.store.author(old).address == alice.address
    assert world.has_all(alice)
