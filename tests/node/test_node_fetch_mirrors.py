"""Mirrors: an author's host is down, and others have copies. What those say is weighed by what the author signed."""

import pytest

from finger.testing import Honest, Lying, Refusing
from tests.support.scribe import Scribe, fingerprint
from tests.support.world import FEW, World
from thimbl.core.log import Verdict
from thimbl.node.polling.fetch import Outcome
from thimbl.node.polling.places import MAX_MIRRORS
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer

MIRRORS = ("dairy.example", "mill.example:7979")


@pytest.fixture
def world(tmp_path):
    """The reader has heard of nobody yet."""
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def alice(world):
    """Alice's three posts were fetched; her plan names two mirrors, which are not there yet."""
    alice = Scribe(mirrors=list(MIRRORS))
    alice.posts(3)
    world.publish(alice)
    assert world.one(alice).new == 3
    return alice


def down(world, scribe):
    """The author's own host is down."""
    world.put(scribe.address, Refusing())


class TestFallingBack:
    def test_a_mirror_answers_where_the_host_is_down(self, world, alice):
        alice.post()
        world.mirror(MIRRORS[0], alice)
        down(world, alice)
        world.asked()
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.new, outcome.source) == (Verdict.VERIFIED, 1, "dairy.example")
        assert "nothing listens for Finger there" in outcome.failure
        assert world.asked() == ["alice@fields.example"]
        author = world.store.author(alice.address)
        assert (author.source, author.verdict) == ("dairy.example", Verdict.VERIFIED)
        assert author.failure == outcome.failure
        assert (author.asked, author.answered) == (world.now, world.now)
        assert world.has_all(alice)

    def test_the_views_of_a_mirror_are_its_own(self, world, alice):
        world.mirror(MIRRORS[1], alice)
        down(world, alice)
        world.one(alice)
        world.asked()
        outcome = world.one(alice)
        assert (outcome.unchanged, outcome.source) == (True, MIRRORS[1])
        assert world.asked() == ["alice/since/3@fields.example"]
        assert "since" in world.store.features(MIRRORS[1])

    def test_the_port_of_a_host_is_part_of_the_question(self, world):
        bo = Scribe("bo@fields.example:7979", key="bo", mirrors=["dairy.example"])
        bo.post()
        world.publish(bo)
        world.one(bo)
        world.mirror("dairy.example", bo)
        down(world, bo)
        world.asked()
        assert world.one(bo).source == "dairy.example"
        assert world.asked() == ["bo@fields.example:7979"]

    def test_the_host_counts_at_once_when_it_answers(self, world, alice):
        world.mirror(MIRRORS[0], alice)
        down(world, alice)
        assert world.one(alice).source == "dairy.example"
        alice.post()
        world.put(alice.address, Honest(Answerer(Spool(world.folder / "fields.example-79"))))
        world.publish(alice)
        outcome = world.one(alice)
        assert (outcome.new, outcome.source, outcome.failure) == (1, None, "")
        author = world.store.author(alice.address)
        assert (author.source, author.failure) == (None, None)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (b"Login: alice\r\nNo Plan.\r\n", "alice has no plan at fields.example"),
            (b"Welcome to our new web site!\r\n", "answered, and not with a plan"),
            (b"Plan:\r\nthimbl: 2\r\nseq: many\r\n", "unreadable: seq is not a number"),
        ],
    )
    def test_a_host_without_a_plan_to_give(self, world, alice, answer, words):
        world.mirror(MIRRORS[0], alice)
        world.put(alice.address, Lying(answer))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.source) == (Verdict.VERIFIED, "dairy.example")
        assert words in outcome.failure
        assert world.store.author(alice.address).verdict is Verdict.VERIFIED

    def test_no_mirror_has_it_either(self, world, alice):
        down(world, alice)
        world.put(Scribe("x@dairy.example").address, Lying(b"finger: alice: no such user.\r\n"))
        outcome = world.one(alice)
        assert outcome.failed
        assert outcome.reason.startswith("fields.example")
        assert "mirror dairy.example: dairy.example answered, and not with a plan" in outcome.reason
        assert "mirror mill.example:7979: " in outcome.reason
        assert world.store.author(alice.address).failure == outcome.reason
        assert world.store.author(alice.address).verdict is Verdict.VERIFIED

    def test_an_unreadable_plan_stays_the_verdict_where_no_mirror_has_a_better(self, world, alice):
        world.put(alice.address, Lying(b"Plan:\r\nthimbl: 2\r\n"))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.source, outcome.failure) == (Verdict.UNREADABLE, None, "")
        assert world.store.author(alice.address).verdict is Verdict.UNREADABLE

    def test_history_comes_through_a_mirror_too(self, world):
        alice = Scribe(mirrors=["dairy.example"])
        alice.posts(20)
        world.publish(alice, FEW)
        world.one(alice)
        alice.posts(100)
        world.mirror("dairy.example", alice, FEW)
        down(world, alice)
        assert world.one(alice).new == 100
        assert world.has_all(alice)

    def test_only_so_many_are_tried(self, world):
        alice = Scribe(mirrors=[f"m{number}.example" for number in range(50)])
        alice.post()
        world.publish(alice)
        world.one(alice)
        down(world, alice)
        before = len(world.internet.attempts)
        assert world.one(alice).failed
        assert len(world.internet.attempts) == before + 1 + MAX_MIRRORS

    def test_those_who_share_mirrors_do_not_all_begin_with_one(self, world):
        many = [Scribe(f"u{number}@fields.example", key="u", mirrors=list(MIRRORS)) for number in range(40)]
        for scribe in many:
            scribe.post()
            world.publish(scribe)
        world.fetch(*many)
        for mirror in MIRRORS:
            for scribe in many:
                world.mirror(mirror, scribe)
        down(world, many[0])
        sources = [outcome.source for outcome in world.fetch(*many)]
        assert sources.count(MIRRORS[0]) + sources.count(MIRRORS[1]) == 40
        assert min(sources.count(mirror) for mirror in MIRRORS) > 8

    def test_the_host_is_left_in_peace_where_that_is_wished(self, world, alice):
        world.mirror(MIRRORS[0], alice)
        down(world, alice)
        world.one(alice)
        failure = world.store.author(alice.address).failure
        world.store.failed(alice.address, f"{failure}; mirror mill.example:7979: it was down", world.now)
        world.internet.attempts.clear()
        alice.post()
        world.mirror(MIRRORS[0], alice)
        fired: list[Outcome] = []
        world.fetcher.fetch(alice.address, at_home=False).addCallback(fired.append)
        world.internet.flush()
        assert [(outcome.new, outcome.source, outcome.failure) for outcome in fired] == [(1, "dairy.example", failure)]
        assert ("fields.example", 79) not in world.internet.attempts
        assert world.store.author(alice.address).failure == failure

    def test_without_a_client_for_them_mirrors_are_not_asked(self, tmp_path):
        world = World(tmp_path, mirrors=False)
        alice = Scribe(mirrors=list(MIRRORS))
        alice.post()
        world.publish(alice)
        world.one(alice)
        world.mirror(MIRRORS[0], alice)
        down(world, alice)
        assert world.one(alice).failed
        assert len(world.internet.attempts) == 2
        world.store.close()


class TestWhatAMirrorMaySay:
    def test_an_older_copy_makes_nothing_stale(self, world, alice):
        old = alice.copy()
        alice.posts(2)
        world.publish(alice)
        world.one(alice)
        world.mirror(MIRRORS[0], old)
        down(world, alice)
        outcome = world.one(alice)
        assert outcome.failed
        assert "mirror dairy.example: older: it ends at entry" in outcome.reason
        assert "stale" not in outcome.reason
        author = world.store.author(alice.address)
        assert (author.verdict, author.seq, author.source) == (Verdict.VERIFIED, 5, None)

    def test_a_newer_copy_counts_beside_an_older_one(self, world, alice):
        alice.posts(2)
        world.publish(alice)
        world.one(alice)
        world.mirror(MIRRORS[0], alice.rewound(3))
        world.mirror(MIRRORS[1], alice)
        down(world, alice)
        assert world.one(alice).source == MIRRORS[1]

    def test_a_forging_mirror_is_kept_as_evidence_and_the_author_is_not_marked(self, world, alice):
        alice.post("Four.")
        world.mirror(MIRRORS[0], alice, lie=lambda answer: answer.replace(b"Four.", b"Five."))
        down(world, alice)
        outcome = world.one(alice)
        assert outcome.failed
        author = world.store.author(alice.address)
        assert (author.verdict, author.seq) == (Verdict.VERIFIED, 3)
        (kept,) = world.store.evidence(alice.address)
        assert kept.verdict is Verdict.FORGED
        assert kept.reason.startswith("by the mirror dairy.example: ")
        assert b"Five." in kept.raw

    def test_a_fork_is_the_authors_whoever_shows_it(self, world, alice):
        other = alice.rewound(2)
        other.post("Another third.")
        world.mirror(MIRRORS[0], other)
        down(world, alice)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.source) == (Verdict.FORKED, "dairy.example")
        assert world.store.author(alice.address).verdict is Verdict.FORKED
        assert [kept.verdict for kept in world.store.evidence(alice.address)] == [Verdict.FORKED]

    def test_another_key_or_no_signature_is_no_word_on_the_author(self, world, alice):
        stranger = Scribe(key="stranger")
        stranger.posts(5)
        world.mirror(MIRRORS[0], stranger)
        world.put(Scribe("x@mill.example:7979").address, Lying(b'Plan:\r\n{"name": "Alice", "messages": []}\r\n'))
        down(world, alice)
        outcome = world.one(alice)
        assert outcome.failed
        assert "mirror dairy.example: new-key" in outcome.reason
        assert "mirror mill.example:7979: forged: a version 1 plan" in outcome.reason
        author = world.store.author(alice.address)
        assert (author.verdict, author.key) == (Verdict.VERIFIED, fingerprint("alice"))

    def test_nobody_pins_a_key_by_way_of_a_mirror(self, world, alice):
        world.store.pin(alice.address, None)
        world.mirror(MIRRORS[0], alice)
        down(world, alice)
        assert world.one(alice).failed
        assert world.store.author(alice.address).key is None

    def test_a_change_of_key_is_followed_through_a_mirror(self, world, alice):
        alice.rotate("alice-2")
        alice.posts(50)
        world.mirror(MIRRORS[0], alice, FEW)
        down(world, alice)
        assert world.one(alice).verdict is Verdict.VERIFIED
        assert world.has_all(alice)
        assert world.store.author(alice.address).key == fingerprint("alice-2")
