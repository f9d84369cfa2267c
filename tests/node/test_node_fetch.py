"""Fetching: who is asked what, how many at once, and what becomes of hosts that are no good."""

import json
import time
from collections import Counter
from typing import Any

import pytest
from twisted.internet.defer import CancelledError

from finger.testing import Honest, Lying, NeverConnects, Oversized, Refusing, Resetting, Silent, Slow, Unresolvable
from tests.support.scribe import Scribe
from tests.support.world import World
from thimbl.core import keys
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow, following_data, list_digest
from thimbl.node.polling.fetch import Outcome
from thimbl.node.polling.intake import LATEST
from thimbl.store.errors import StoreError

ANA = Address.parse("ana@fields.example")


@pytest.fixture
def world(tmp_path):
    """The reader has heard of nobody yet."""
    world = World(tmp_path)
    yield world
    world.store.close()


def author_on(world, address="alice@fields.example", posts=3, **head: Any):
    """An author with some posts, published on their host."""
    scribe = Scribe(address, key=address, **head)
    scribe.posts(posts)
    world.publish(scribe)
    return scribe


class TestAsking:
    def test_first_contact_pins_and_takes(self, world):
        alice = author_on(world)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.reason, outcome.new) == (Verdict.VERIFIED, "", 3)
        assert outcome.fingerprint == alice.fingerprint
        assert outcome.is_good
        assert not outcome.failed
        assert world.asked() == ["alice"]
        assert [item.text for item in world.items(alice)] == ["Post 1.", "Post 2.", "Post 3."]
        assert world.has_all(alice)
        assert world.store.author(alice.address).key == alice.fingerprint

    def test_then_only_what_is_new_is_asked_for(self, world):
        alice = author_on(world)
        world.one(alice)
        alice.posts(2)
        world.publish(alice)
        world.asked()
        assert world.one(alice).new == 2
        assert world.asked() == ["alice/since/3"]
        assert world.has_all(alice)

    def test_nothing_new_costs_no_item_and_no_signature(self, world, monkeypatch):
        alice = author_on(world)
        world.one(alice)
        monkeypatch.setattr(keys, "verify", lambda *arguments: pytest.fail("a signature was checked"))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.new, outcome.unchanged) == (Verdict.VERIFIED, 0, True)
        assert outcome.fingerprint == alice.fingerprint
        assert world.asked() == ["alice", "alice/since/3"]
        author = world.store.author(alice.address)
        assert (author.asked, author.answered) == (world.now, world.now)

    def test_an_unchanged_plan_of_an_old_host_costs_no_signature(self, world, monkeypatch):
        """Not even where it has announcements, each with a signature of its own."""
        alice = Scribe()
        for number in range(5):
            alice.announce("bond", series=number)
        world.old_host(alice.address, alice.text())
        world.one(alice)
        monkeypatch.setattr(keys, "verify", lambda *arguments: pytest.fail("a signature was checked"))
        assert world.one(alice).unchanged
        assert world.asked() == ["alice", "alice"]

    def test_a_changed_profile_is_taken(self, world):
        alice = author_on(world, name="Alice")
        world.one(alice)
        alice.head_data["name"] = "Alice Field"
        alice.now += 1
        world.publish(alice)
        outcome = world.one(alice)
        assert (outcome.new, outcome.unchanged) == (0, False)
        assert world.store.author(alice.address).name == "Alice Field"

    def test_features_are_remembered_by_host_and_port(self, world):
        alice, bo = author_on(world), author_on(world, "bo@fields.example:7979")
        world.old_host(ANA, "Words.")
        world.fetch(alice, bo)
        assert "since" in world.store.features("fields.example:7979")
        world.one(ANA)
        assert world.store.features("fields.example") is None

    def test_a_host_that_has_forgotten_its_views(self, world):
        alice = author_on(world)
        world.one(alice)
        alice.post("From an old machine.")
        world.old_host(alice.address, alice.text())
        world.asked()
        assert world.one(alice).new == 1
        assert world.asked() == ["alice/since/3", "alice"]
        assert world.store.features("fields.example") is None
        assert world.one(alice).unchanged
        assert world.asked() == ["alice"]

    def test_a_host_that_learns_views(self, world):
        alice = Scribe()
        alice.post()
        world.old_host(alice.address, alice.text())
        world.one(alice)
        world.put(alice.address, Honest(b""))
        author_on(world, "bo@fields.example")  # the host is made anew here
        world.publish(alice)
        world.one(alice)
        assert world.one(alice).unchanged
        assert world.asked() == ["alice", "alice", "alice/since/1"]

    def test_somebody_new_on_a_known_host_is_asked_for_in_json(self, world):
        alice, bo = author_on(world), author_on(world, "bo@fields.example")
        world.one(alice)
        assert world.one(bo).new == 3
        assert world.asked() == ["alice", "bo/since/0"]
        assert world.has_all(bo)

    def test_words_on_a_known_host_cost_one_question_more_and_only_once(self, world):
        author_on(world)
        (world.host("fields.example") / "ana.plan").write_text('{"name": "Ana", "messages": []}')
        world.store.set_features("fields.example", frozenset({"since"}), 0)
        for _ in range(2):
            assert world.one(ANA).verdict is Verdict.UNSIGNED
        assert world.asked() == ["ana/since/0", "ana", "ana"]

    def test_a_host_that_has_heads_alone_is_asked_for_those_first(self, world):
        alice = Scribe()
        alice.post()

        def answer(query):
            text = alice.line(0) if query.user.endswith("/head") else alice.text()
            return b"Thimbl: 2 head\r\nPlan:\r\n" + text.encode().replace(b"\n", b"\r\n")

        world.put(alice.address, Lying(answer))
        world.one(alice)
        assert world.one(alice).unchanged
        assert world.asked() == ["alice", "alice/head"]
        alice.post()
        assert world.one(alice).new == 1
        assert world.asked() == ["alice/head", "alice"]

    def test_of_an_unmet_host_one_is_asked_for_alone(self, world):
        """The others wait until it is known what the host understands, and are asked for in JSON."""
        many = [author_on(world, f"u{number}@fields.example") for number in range(6)]
        assert all(outcome.new == 3 for outcome in world.fetch(*many))
        assert world.asked() == ["u0", *(f"u{number}/since/0" for number in range(1, 6))]

    def test_no_such_user_says_nothing_of_the_host(self, world):
        alice = author_on(world)
        world.one(alice)
        outcome = world.one(ANA)
        assert outcome.failed
        assert outcome.reason == "fields.example answered, and not with a plan: is the name 'ana' right?"
        assert "since" in world.store.features("fields.example")

    def test_plain_words_beside_signed_plans_do_not_cost_the_host_its_views(self, world):
        alice = author_on(world)
        (world.host("fields.example") / "ana.plan").write_text("Plain words.")
        world.fetch(alice, ANA)
        world.fetch(alice, ANA)
        assert world.asked() == ["alice", "ana/since/0", "ana", "alice/since/3", "ana"]

    def test_whom_one_follows_beyond_the_head(self, world):
        follows = [Follow(f"n{number}", Address.parse(f"u{number}@dairy.example")) for number in range(250)]
        alice = author_on(world, following=list_digest(follows))
        file = world.host("fields.example") / "alice.plan.d" / "following.json"
        file.write_text(json.dumps(following_data(follows)))
        world.one(alice)
        assert world.store.author(alice.address).following == tuple(follows)
        alice.post("Hear, @n7!")
        world.publish(alice)
        world.one(alice)
        assert world.asked() == ["alice", "alice/following", "alice/since/3"]


class TestFailures:
    BAD = (
        ("refusing", Refusing(), "nothing listens for Finger there"),
        ("unresolvable", Unresolvable(), "its name is not known"),
        ("unconnected", NeverConnects(), "no connection within 15 seconds"),
        ("silent", Silent(), "not a byte for 35 seconds"),
        ("slow", Slow(b"x" * 10_000, 10), "the answer was not complete after 90 seconds"),
        ("oversized", Oversized(), "the answer is larger than 4,194,304 bytes"),
        ("resetting", Resetting(100), "the connection broke after"),
        ("empty", Lying(b""), "empty.example answered nothing"),
        ("planless", Lying(b"Login: ana\r\nNo Plan.\r\n"), "ana has no plan at planless.example"),
        ("gibberish", Lying(b"\x00\xff" * 500), "answered, and not with a plan"),
    )

    def test_each_is_one_outcome_in_words_and_the_others_are_fetched(self, world):
        good = [author_on(world, f"alice@good{number}.example") for number in range(5)]
        bad = [Address.parse(f"ana@{name}.example") for name, _, _ in self.BAD]
        for address, (_, behaviour, _) in zip(bad, self.BAD, strict=True):
            world.put(address, behaviour)
        heard: list[Outcome] = []
        fetching = world.fetcher.fetch_all([*bad, *(who.address for who in good)], heard.append)
        world.internet.advance(LATEST)  # that is how long an answer waits for others to be stored with
        assert {str(outcome.address) for outcome in heard if outcome.is_good} == {str(who.address) for who in good}
        world.internet.advance(100)
        outcomes = world.fetch(*bad, *good, seconds=100)
        assert fetching.called
        assert [outcome.address for outcome in outcomes] == [*bad, *(who.address for who in good)]
        assert all(outcome.is_good for outcome in outcomes[len(bad) :])
        for (name, _, words), outcome in zip(self.BAD, outcomes, strict=False):
            assert words in outcome.reason, name
            assert outcome.failed
            assert outcome.new == 0
            author = world.store.author(outcome.address)
            assert (author.failure, author.asked is not None) == (outcome.reason, True)
            assert author.answered is None
        assert len(heard) == len(outcomes)

    def test_a_failure_is_forgotten_when_an_answer_comes(self, world):
        alice = author_on(world)
        world.internet.remove("fields.example", 79)
        assert world.one(alice).failed
        world.folder.joinpath("fields.example-79").rename(world.folder / "elsewhere")
        world.publish(alice)
        assert world.one(alice).is_good
        assert world.store.author(alice.address).failure is None

    def test_a_failure_leaves_what_is_here(self, world):
        alice = author_on(world)
        world.one(alice)
        world.internet.remove("fields.example", 79)
        assert world.one(alice).failed
        assert len(world.items(alice)) == 3
        assert world.store.author(alice.address).verdict is Verdict.VERIFIED

    @pytest.mark.parametrize("behaviour", [NeverConnects(), Refusing(), Unresolvable()])
    def test_a_dead_host_of_many_costs_one_time_out(self, world, behaviour):
        many = [Address.parse(f"u{number}@dead.example") for number in range(500)]
        world.put(many[0], behaviour)
        outcomes = world.fetch(*many, seconds=16)
        assert all(outcome.failed and outcome.reason for outcome in outcomes)
        assert len(world.internet.attempts) == 1
        assert len(world.fetch(*many, seconds=16)) == 500  # it is tried again next time
        assert len(world.internet.attempts) == 2

    def test_a_host_that_is_slow_with_one_is_still_asked_for_the_others(self, world):
        many = [Address.parse(f"u{number}@dead.example") for number in range(6)]
        world.put(many[0], Silent())
        assert all("not a byte" in outcome.reason for outcome in world.fetch(*many, seconds=110))
        assert len(world.internet.attempts) == 6


class TestBounds:
    def test_connections_in_all_and_at_one_host(self, tmp_path, monkeypatch):
        world = World(tmp_path, at_once=20, at_one_host=3)
        many = [author_on(world, f"u{n}@host{n % 8}.example", posts=1) for n in range(80)]
        asking: Counter[str] = Counter()
        peaks: Counter[str] = Counter()
        ask = world.client.ask

        def counted(host, port, query):
            def over(result):
                asking.subtract([host])
                return result

            asking[host] += 1
            peaks[host] = max(peaks[host], asking[host])
            peaks["all"] = max(peaks["all"], asking.total())
            return ask(host, port, query).addBoth(over)

        monkeypatch.setattr(world.client, "ask", counted)
        outcomes = world.fetch(*many)
        assert all(outcome.is_good for outcome in outcomes)
        assert peaks.pop("all") == 20
        assert max(peaks.values()) == 3
        assert world.internet.open == 0
        world.store.close()

    def test_a_slow_host_holds_up_nobody_elsewhere(self, tmp_path):
        world = World(tmp_path, at_once=4, at_one_host=3)
        slow = [Address.parse(f"u{number}@slow.example") for number in range(9)]
        world.put(slow[0], Silent())
        quick = author_on(world)
        heard: list[Outcome] = []
        world.fetcher.fetch_all([*slow, quick.address], heard.append).addErrback(lambda failure: None)
        world.internet.advance(LATEST)
        assert [outcome.address for outcome in heard] == [quick.address]
        world.internet.advance(200)
        assert len(heard) == 10
        world.store.close()

    def test_cancelling_closes_everything(self, world):
        many = [Address.parse(f"u{number}@slow{number % 3}.example") for number in range(30)]
        for address in many[:3]:
            world.put(address, Silent())
        fetching = world.fetcher.fetch_all(many)
        world.internet.flush()
        fetching.cancel()
        world.internet.flush()
        failures = []
        fetching.addErrback(lambda failure: failures.append(failure.value))
        assert [type(error) for error in failures] == [CancelledError]
        assert world.internet.open == 0
        assert not world.internet.clock.getDelayedCalls()

    def test_a_fault_of_this_machine_ends_the_round_as_itself(self, world, monkeypatch):
        alice, bo = author_on(world), Address.parse("bo@slow.example")
        world.put(bo, Silent())

        def full(*arguments, **more):
            raise StoreError("the disk is full")

        monkeypatch.setattr(world.store, "take_many", full)
        with pytest.raises(StoreError, match="the disk is full"):
            world.fetch(bo, alice, seconds=LATEST)
        world.internet.flush()
        assert world.internet.open == 0

    def test_nobody(self, world):
        assert world.fetch() == []

    def test_the_time_grows_with_the_number(self, tmp_path):
        """Four times the plans take about four times as long: the smaller round is big enough to be measured."""
        took = []
        for count in (50, 200):
            folder = tmp_path / str(count)
            folder.mkdir()
            world = World(folder)
            many = [author_on(world, f"u{n}@host{n % 20}.example", posts=2) for n in range(count)]
            began = time.process_time()
            assert sum(outcome.new for outcome in world.fetch(*many)) == 2 * count
            took.append(time.process_time() - began)
            world.store.close()
        assert took[1] < 4 * took[0] * 2.5
