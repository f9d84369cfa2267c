"""Many answers in one transaction: told when they are durable, all or nothing, and however the program ends."""

import pytest
from twisted.internet.defer import CancelledError

from finger.testing import Silent
from tests.support.scribe import Scribe
from tests.support.world import World
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.node.polling import concluding, intake
from thimbl.node.polling.fetch import Outcome
from thimbl.node.polling.intake import LATEST
from thimbl.store.errors import StoreBusy, StoreFull
from thimbl.store.reader import Reader

SLOW = Address.parse("bo@slow.example")


@pytest.fixture
def world(tmp_path):
    """A reader, and a host that takes questions and never answers."""
    world = World(tmp_path)
    world.put(SLOW, Silent())
    yield world
    world.internet.advance(100)  # the slow host is given up
    world.store.close()


@pytest.fixture
def batches(world, monkeypatch):
    """How many answers each transaction took, as they come."""
    take_many, sizes = world.store.take_many, []

    def counted(takes):
        sizes.append(len(takes))
        return take_many(takes)

    monkeypatch.setattr(world.store, "take_many", counted)
    return sizes


def authors(world, count, posts=1):
    """As many authors of one host, published."""
    many = [Scribe(f"u{number}@fields.example", key="u") for number in range(count)]
    for scribe in many:
        scribe.posts(posts)
        world.publish(scribe)
    return many


def begin(world, *whom):
    """Begin to fetch these: the outcomes as they come, and the whole."""
    heard: list[Outcome] = []
    whole = world.fetcher.fetch_all([getattr(who, "address", who) for who in whom], heard.append)
    world.internet.flush()
    return heard, whole


def stored(world):
    """How many authors another process finds verified in the store."""
    with Reader.open(world.folder / "store" / "store.sqlite3") as reader:
        return sum(author.verdict is Verdict.VERIFIED for author in reader.authors(followed_only=False))


def test_a_round_is_one_transaction(world, batches):
    many = authors(world, 30)
    assert all(outcome.new == 1 for outcome in world.fetch(*many))
    assert batches == [30]
    assert all(outcome.unchanged for outcome in world.fetch(*many))
    assert batches == [30, 0]


def test_an_answer_waits_for_others_but_not_for_long_and_is_told_when_it_is_durable(world):
    heard, _ = begin(world, *authors(world, 5), SLOW)
    assert (heard, stored(world)) == ([], 0)
    world.internet.advance(LATEST)
    assert (len(heard), stored(world)) == (5, 5)


def test_enough_is_stored_at_once(world, batches, monkeypatch):
    monkeypatch.setattr(intake, "ENOUGH", 4)
    heard, _ = begin(world, *authors(world, 9), SLOW)
    # The first of them brings what the host announces, too.
    assert (len(heard), batches) == (7, [3, 4])


def test_enough_bytes_too(world, batches, monkeypatch):
    monkeypatch.setattr(intake, "ENOUGH_BYTES", 9_000)
    heard, _ = begin(world, *authors(world, 8, posts=20), SLOW)
    assert heard
    assert max(batches) == 3


@pytest.mark.parametrize("error", [StoreBusy("busy"), StoreFull("full")])
def test_what_can_not_be_stored_fails_whole(world, monkeypatch, error):
    many = authors(world, 3)
    keep_features = world.store.set_features

    def fails(*arguments):
        keep_features(*arguments)
        raise error

    monkeypatch.setattr(world.store, "set_features", fails)  # the last that is written of the first batch
    failed = []
    for scribe in many:
        world.fetcher.fetch(scribe.address).addErrback(lambda failure: failed.append(failure.value))
    world.internet.flush()
    assert failed == [error] * 3
    assert world.store.authors(followed_only=False) == []
    monkeypatch.undo()
    assert [outcome.new for outcome in world.fetch(*many)] == [1, 1, 1]
    assert "since" in world.store.features("fields.example")


def test_what_was_judged_is_kept_when_the_program_ends(world):
    many = authors(world, 5)
    heard, whole = begin(world, *many, SLOW)
    failed = []
    whole.addErrback(lambda failure: failed.append(failure.value))
    assert stored(world) == 0
    whole.cancel()
    assert stored(world) == len(heard) == 5
    assert [type(error) for error in failed] == [CancelledError]
    world.internet.flush()
    assert world.internet.open == 0


def test_the_newest_is_kept_when_the_program_ends_before_history_came(world):
    alice = Scribe()
    alice.posts(200)
    world.publish(alice, 4096)
    world.silent_about(alice, "/before/")
    _, whole = begin(world, alice)
    whole.addErrback(lambda failure: failure.trap(CancelledError))
    whole.cancel()
    author = world.store.author(alice.address)
    assert author.seq == 200
    assert author.gap_below > 150
    world.internet.flush()
    assert world.internet.open == 0


def test_a_flush_stores_what_is_here(world):
    heard, _ = begin(world, *authors(world, 2), SLOW)
    world.fetcher.flush()
    assert len(heard) == stored(world) == 2


class TestNothingNew:
    @pytest.fixture
    def alice(self, world):
        """An author with an announcement, met and asked once since."""
        alice = Scribe()
        alice.announce("bond", series=1)
        alice.posts(3)
        world.publish(alice)
        world.one(alice)
        world.one(alice)
        return alice

    def test_what_was_concluded_once_is_not_even_read_again(self, world, alice, monkeypatch):
        monkeypatch.setattr(concluding, "read_answer_plan", lambda text: pytest.fail("a plan was read"))
        monkeypatch.setattr(world.store, "known", lambda *arguments: pytest.fail("the store was asked"))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.unchanged, outcome.fingerprint) == (
            Verdict.VERIFIED,
            True,
            alice.fingerprint,
        )
        author = world.store.author(alice.address)
        assert (author.asked, author.answered) == (world.now, world.now)

    def test_a_program_that_begins_anew_reads_and_does_not_judge(self, world, alice, monkeypatch):
        world.begin_anew()
        monkeypatch.setattr("thimbl.node.polling.concluding.judge", lambda *arguments: pytest.fail("a plan was judged"))
        assert world.one(alice).unchanged

    def test_a_pin_that_another_replaced_makes_it_new(self, world, alice):
        world.store.pin(alice.address, Scribe(key="another").fingerprint)
        assert world.one(alice).verdict is Verdict.NEW_KEY
        world.store.pin(alice.address, alice.fingerprint)
        assert world.one(alice).verdict is Verdict.VERIFIED

    def test_a_refused_plan_is_refused_again_without_reading(self, world, alice, monkeypatch):
        world.old_host(alice.address, alice.text().replace("Post 2.", "Post two."))
        first = world.one(alice)
        monkeypatch.setattr(concluding, "read_answer_plan", lambda text: pytest.fail("a plan was read"))
        again = world.one(alice)
        assert (again.verdict, again.reason) == (Verdict.FORGED, first.reason)
        assert len(world.store.evidence(alice.address)) == 1

    def test_a_plan_of_2010_costs_nothing_twice(self, world, monkeypatch):
        ana = Address.parse("ana@telekommunisten.org")
        world.old_host(ana, '{"name": "Ana", "messages": [{"text": "Moo.", "time": "20101129060335"}]}')
        assert world.one(ana).new == 1
        monkeypatch.setattr(concluding, "read_answer_plan", lambda text: pytest.fail("a plan was read"))
        assert world.one(ana).unchanged

    def test_what_lay_in_the_future_is_judged_again(self, world, alice):
        alice.now = world.now + 3 * 86_400
        alice.post("From tomorrow.")
        world.publish(alice)
        assert world.one(alice).verdict is Verdict.FUTURE
        world.now += 3 * 86_400
        assert world.one(alice).new == 1
