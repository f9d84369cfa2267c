"""A log that moved: followed where it went once it is there, and not before; and never to somebody else."""

import pytest

from finger.testing import Honest, NeverConnects, Refusing
from tests.support.scribe import Scribe
from tests.support.world import FEW, World
from thimbl.core.log import Verdict
from thimbl.node.polling.visit import MAX_MOVES
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer

NEW = "alice@dairy.example"


@pytest.fixture
def world(tmp_path):
    """The reader has heard of nobody yet."""
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def alice(world):
    """Alice's three posts were fetched; then she moved, and her last plan at the old address says so."""
    alice = Scribe()
    alice.posts(3)
    world.publish(alice)
    world.one(alice)
    old = alice.address
    alice.move(NEW)
    world.old_host(old, alice.text(address=str(old)))
    return alice


def old_address(alice):
    """Where she was before."""
    return alice.addresses[0]


def test_the_log_is_taken_where_it_goes_on(world, alice):
    alice.post("At the new place.")
    world.publish(alice)
    world.asked()
    outcome = world.one(old_address(alice))
    assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, alice.address, True)
    assert outcome.new == 2
    assert world.store.author(old_address(alice)).address == alice.address
    assert len(world.store.authors(followed_only=False)) == 1
    assert world.has_all(alice)


def test_then_it_is_asked_for_there(world, alice):
    alice.post()
    world.publish(alice)
    world.one(old_address(alice))
    world.put(old_address(alice), Refusing())
    alice.post()
    world.publish(alice)
    world.asked()
    outcome = world.one(old_address(alice))
    assert (outcome.new, outcome.moved_to, outcome.settled) == (1, alice.address, True)
    assert world.asked() == ["alice/since/5"]
    assert world.one(alice).unchanged
    assert world.has_all(alice)


def test_though_the_old_host_is_dead_and_others_wait_for_it(world, alice):
    world.publish(alice)
    world.one(old_address(alice))
    world.put(old_address(alice), NeverConnects())
    others = [Scribe(f"u{number}@fields.example").address for number in range(5)]
    *failed, outcome = world.fetch(*others, old_address(alice), seconds=20)
    assert (outcome.verdict, outcome.settled) == (Verdict.VERIFIED, True)
    assert all(other.failed for other in failed)


def test_where_the_new_place_does_not_answer_nothing_is_settled(world, alice):
    for _ in range(2):
        outcome = world.one(old_address(alice))
        assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, alice.address, False)
        assert world.store.author(old_address(alice)).address == old_address(alice)
    alice.posts(2)
    world.publish(alice)
    outcome = world.one(old_address(alice))
    assert (outcome.new, outcome.settled) == (2, True)
    assert world.has_all(alice)


def test_the_move_may_lie_far_back_when_the_new_place_answers(world, alice):
    world.one(old_address(alice))
    alice.posts(200)
    world.publish(alice, FEW)
    outcome = world.one(old_address(alice))
    assert (outcome.verdict, outcome.settled) == (Verdict.VERIFIED, True)
    world.one(old_address(alice))
    assert world.has_all(alice)


def test_an_old_host_that_serves_the_new_plan_settles_nothing(world, alice):
    world.old_host(old_address(alice), alice.text())
    for _ in range(2):
        outcome = world.one(old_address(alice))
        assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, alice.address, False)
    world.publish(alice)
    assert world.one(old_address(alice)).settled


def test_whoever_else_is_at_the_new_place_is_not_taken_for_the_author(world, alice):
    stranger = Scribe(NEW, key="stranger")
    stranger.posts(9)
    world.publish(stranger)
    outcome = world.one(old_address(alice))
    assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, alice.address, False)
    author = world.store.author(old_address(alice))
    assert (author.key, author.seq, author.verdict) == (alice.fingerprint, 4, Verdict.VERIFIED)
    assert world.store.author(alice.address) is None


def test_the_new_address_is_another_authors_here(world, alice):
    """Whoever has it in the store by another key is not replaced by a plan that says so."""
    stranger = Scribe(NEW, key="stranger")
    stranger.post()
    world.publish(stranger)
    world.one(stranger)
    world.publish(alice)  # she has taken it over since
    outcome = world.one(old_address(alice))
    assert (outcome.moved_to, outcome.settled) == (alice.address, False)
    assert world.store.author(alice.address).key == stranger.fingerprint
    assert world.store.author(old_address(alice)).key == alice.fingerprint


def test_one_who_is_followed_by_both_addresses_becomes_one(world, alice):
    alice.post()
    world.publish(alice)
    world.store.follow(alice.address, "ali", private=False)
    world.store.follow(old_address(alice), "alice", private=True)
    world.one(alice)
    assert len(world.store.authors()) == 2
    outcome = world.one(old_address(alice))
    assert outcome.settled
    assert [author.address for author in world.store.authors()] == [alice.address]
    world.one(alice)
    assert world.has_all(alice)


def test_moved_and_moved_on(world):
    alice = Scribe()
    alice.post()
    world.publish(alice)
    first = alice.address
    world.one(first)
    for host in ("b.example", "c.example"):
        before = alice.address
        alice.move(f"alice@{host}")
        world.old_host(before, alice.text(address=str(before)))
    alice.post()
    world.publish(alice)
    outcome = world.one(first)
    assert (outcome.verdict, outcome.moved_to, outcome.settled) == (Verdict.VERIFIED, alice.address, True)
    assert world.store.author(first).address == alice.address
    assert world.has_all(alice)


def test_hosts_that_send_one_to_and_fro_end_somewhere(world):
    alice = Scribe("alice@h0.example")
    alice.post()
    world.publish(alice)
    first = alice.address
    world.one(first)
    for number in range(1, 9):  # nobody is at home anywhere
        before = alice.address
        alice.move(f"alice@h{number % 3}.example" if number > 5 else f"alice@h{number}.example")
        world.old_host(before, alice.text(address=str(before)))
    tried = len(world.internet.attempts)
    outcome = world.one(first)
    assert outcome.verdict is not None
    assert len(world.internet.attempts) - tried <= 2 + MAX_MOVES


def test_without_a_client_for_strangers_a_move_is_only_told(tmp_path):
    world = World(tmp_path, mirrors=False)
    alice = Scribe()
    alice.post()
    world.publish(alice)
    old = alice.address
    world.one(old)
    alice.move(NEW)
    world.publish(alice)
    world.old_host(old, alice.text(address=str(old)))
    outcome = world.one(old)
    assert (outcome.moved_to, outcome.settled) == (alice.address, False)
    assert ("dairy.example", 79) not in world.internet.attempts
    world.store.close()


def test_a_new_head_at_the_old_place_still_says_where_it_moved(world, alice):
    """The `move` itself is not sent again to those who have it."""
    old = old_address(alice)
    folder = world.host("old.example")
    world.one(old)
    alice.now += 60
    alice.head_data["bio"] = "I have moved."
    (folder / "alice.plan").write_text(alice.text(address=str(old)))
    world.put(old, Honest(Answerer(Spool(folder))))
    world.one(old)
    alice.now += 60
    alice.head_data["bio"] = "I have moved to the dairy."
    (folder / "alice.plan").write_text(alice.text(address=str(old)))
    world.asked()
    outcome = world.one(old)
    assert world.asked() == ["alice/since/4"]
    assert (outcome.unchanged, outcome.moved_to) == (False, alice.address)
    assert world.store.author(old).bio == "I have moved to the dairy."
    assert world.store.author(old).moved_to == alice.address
