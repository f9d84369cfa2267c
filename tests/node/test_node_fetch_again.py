"""Asking again those whose last answer is remembered: as short as it can be, and no other in what comes of it."""

import pytest
from twisted.internet.defer import CancelledError

from finger.testing import Honest, Refusing, Silent
from tests.support.scribe import Scribe
from tests.support.world import World
from thimbl.core.log import Verdict
from thimbl.node.polling import fetch
from thimbl.node.polling.visit import Visit
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.store.errors import StoreFull


@pytest.fixture
def world(tmp_path):
    """A reader."""
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def alice(world):
    """An author who was asked twice: what she last answered is remembered."""
    alice = Scribe("alice@fields.example", key="alice")
    alice.posts(3)
    world.publish(alice)
    world.one(alice)
    assert world.one(alice).unchanged
    world.asked()
    return alice


@pytest.fixture
def visits(monkeypatch):
    """The openings of the visits that are made from now on."""
    made = []

    def visit(desk, address, opening=None):
        made.append(opening)
        return Visit(desk, address, opening)

    monkeypatch.setattr(fetch, "Visit", visit)
    return made


def test_what_is_remembered_needs_no_visit(world, alice, visits):
    world.now += 60
    outcome = world.one(alice)
    assert (outcome.unchanged, outcome.verdict, outcome.new) == (True, Verdict.VERIFIED, 0)
    assert world.asked() == ["alice/since/3"]
    assert visits == []
    author = world.store.author(alice.address)
    assert (author.asked, author.answered, author.failure) == (world.now, world.now, None)


def test_what_is_new_is_taken_from_the_answer_that_came(world, alice, visits):
    alice.posts(2)
    world.publish(alice)
    assert world.one(alice).new == 2
    assert world.asked() == ["alice/since/3"]
    assert len(visits) == 1
    assert world.has_all(alice)


def test_a_host_that_is_gone_is_told_as_ever(world, alice, visits):
    world.put(alice.address, Refusing())
    outcome = world.one(alice)
    assert outcome.failed
    assert outcome.unreachable
    assert len(visits) == 1
    assert world.store.author(alice.address).failure == outcome.reason
    again = world.one(alice)
    assert (again.reason, again.unreachable) == (outcome.reason, True)


def test_those_who_wait_for_a_host_that_is_gone_are_told_so_at_once(world, alice):
    others = [Scribe(f"u{number}@fields.example", key="u") for number in range(6)]
    for other in others:
        other.posts(1)
        world.publish(other)
    for _ in range(2):
        world.fetch(alice, *others)
    world.put(alice.address, Refusing())
    world.asked()
    outcomes = world.fetch(alice, *others)
    assert len(outcomes) == 7
    assert all(outcome.failed for outcome in outcomes)
    assert len({outcome.reason for outcome in outcomes}) == 1


def test_whose_key_a_person_replaced_is_judged_anew(world, alice, visits):
    world.store.pin(alice.address, "SHA256:" + "A" * 43)
    assert world.one(alice).verdict is Verdict.NEW_KEY
    assert len(visits) == 1


def test_giving_up_gives_the_turn_back(world, alice):
    world.put(alice.address, Silent())
    asked = [world.fetcher.fetch(alice.address) for _ in range(fetch.AT_ONE_HOST + 1)]
    world.internet.flush()
    for one in asked:
        one.cancel()
        assert isinstance(one.result.value, CancelledError)
        one.addErrback(lambda failure: None)
    world.put(alice.address, Honest(Answerer(Spool(world.host(alice.address.host)))))
    assert world.one(alice).unchanged


def test_what_can_not_be_noted_fails(world, alice, monkeypatch):
    def full(*arguments):
        raise StoreFull("The disk is full.")

    monkeypatch.setattr(world.store, "note_many", full)
    asked = world.fetcher.fetch(alice.address)
    world.internet.flush()
    assert isinstance(asked.result.value, StoreFull)
    asked.addErrback(lambda failure: None)
