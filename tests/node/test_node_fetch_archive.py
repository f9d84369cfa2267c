"""Paging back by `before`: gaps, lost archives, lying pages, bounds; and the way to a key or an address."""

import json

import pytest

from finger.query import Query
from finger.testing import Lying
from tests.support.scribe import Scribe, fingerprint
from tests.support.world import FEW, World
from thimbl.core import keys
from thimbl.core import log as core_log
from thimbl.core.log import Verdict
from thimbl.node.polling import paging
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer


@pytest.fixture
def world(tmp_path):
    """A reader, and hosts whose windows are small."""
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def pages_of_50(monkeypatch):
    """The pages of `before` are smaller than they are in life."""
    monkeypatch.setattr("thimbl.node.serving.views.WINDOW_BYTES", 12_000)


def lying_about(world, scribe, lie):
    """Put a host in place of the scribe's, which changes its answer by `lie(query, answer)`."""
    answerer = Answerer(Spool(world.host(scribe.address.host)))

    def answer(query):
        return lie(query.user, answerer(query))

    world.put(scribe.address, Lying(answer))


def in_page(change):
    """A lie that changes the plan's data in answers to `before`."""

    def lie(user: str, answer: bytes) -> bytes:
        if "/before/" not in user:
            return answer
        heading, mark, text = answer.partition(b"Plan:\r\n")
        data = json.loads(text)
        change(data)
        return heading + mark + json.dumps(data, ensure_ascii=False).encode() + b"\r\n"

    return lie


class TestGaps:
    def test_a_new_follow_gets_the_whole_archive(self, world):
        alice = Scribe()
        alice.posts(700)
        world.publish(alice, FEW)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.new, outcome.gap_below) == (Verdict.VERIFIED, 700, None)
        assert world.has_all(alice)
        asked = world.asked()
        assert asked[0] == "alice"
        assert asked[1].startswith("alice/before/6")
        assert len(asked) == 3

    def test_a_window_that_does_not_reach_what_is_known(self, world):
        alice = Scribe()
        alice.posts(120)
        world.publish(alice, FEW)
        world.one(alice)
        alice.posts(80)
        world.publish(alice, FEW)
        world.asked()
        assert world.one(alice).new == 80
        assert world.has_all(alice)
        assert [query.split("/")[1] for query in world.asked()] == ["since", "before"]

    def test_a_host_without_an_archive_leaves_a_gap_that_is_shown(self, world):
        alice = Scribe()
        alice.posts(40)
        world.old_host(alice.address, alice.text(10))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.new, outcome.gap_below) == (Verdict.VERIFIED, 10, 31)
        assert world.store.author(alice.address).gap_below == 31
        alice.posts(20)
        world.old_host(alice.address, alice.text(10))
        assert world.one(alice).gap_below == 51
        assert len(world.items(alice)) == 20

    def test_the_gap_is_filled_when_the_archive_is_there_again(self, world):
        alice = Scribe()
        alice.posts(40)
        world.old_host(alice.address, alice.text(10))
        world.one(alice)
        alice.posts(60)
        world.old_host(alice.address, alice.text(10))
        world.one(alice)
        world.publish(alice, FEW)
        for _ in range(3):
            outcome = world.one(alice)
        assert world.has_all(alice)
        assert (outcome.unchanged, outcome.gap_below) == (True, None)
        world.asked()
        world.one(alice)
        assert world.asked() == ["alice/since/100"]

    def test_a_gap_that_stays_costs_one_small_question(self, world, monkeypatch):
        alice = Scribe()
        alice.posts(300)
        world.publish(alice, FEW)
        for page in world.host("fields.example").glob("alice.plan.d/*"):
            page.unlink()
        gap = world.one(alice).gap_below
        assert gap is not None
        world.asked()
        judged = []
        monkeypatch.setattr("thimbl.node.polling.concluding.judge", lambda *arguments: judged.append(1))
        outcome = world.one(alice)
        assert (outcome.unchanged, outcome.gap_below, outcome.new) == (True, gap, 0)
        assert world.asked() == ["alice/since/300", f"alice/before/{gap}"]
        assert not judged

    def test_pages_are_bounded_and_go_on_next_time(self, world, monkeypatch, pages_of_50):
        monkeypatch.setattr(paging, "MAX_PAGES", 2)
        alice = Scribe()
        alice.posts(400)
        world.publish(alice, FEW)
        counts = []
        for _ in range(10):
            if (outcome := world.one(alice)).unchanged:
                break
            assert outcome.verdict is Verdict.VERIFIED
            counts.append(len([query for query in world.asked() if "before" in query]))
            assert outcome.gap_below != 1
        assert set(counts) == {2} | {counts[-1]}
        assert len(counts) > 2
        assert world.has_all(alice)
        assert world.store.author(alice.address).posts == 400

    def test_new_posts_while_the_archive_is_on_its_way(self, world, monkeypatch, pages_of_50):
        monkeypatch.setattr(paging, "MAX_PAGES", 1)
        alice = Scribe()
        alice.posts(300)
        for _ in range(12):
            alice.posts(5)
            world.publish(alice, FEW)
            assert world.one(alice).verdict is Verdict.VERIFIED
        assert world.has_all(alice)

    @pytest.mark.parametrize(("bound", "value"), [("MAX_PAGES_BYTES", 20_000), ("PAGING_SECONDS", -1)])
    def test_other_bounds(self, world, monkeypatch, pages_of_50, bound, value):
        monkeypatch.setattr(paging, bound, value)
        alice = Scribe()
        alice.posts(300)
        world.publish(alice, FEW)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.gap_below is None) == (Verdict.VERIFIED, False)
        assert len(world.asked()) == (3 if value > 0 else 1)

    def test_a_long_archive_is_judged_once_and_not_page_by_page(self, world, monkeypatch, pages_of_50):
        alice = Scribe()
        for number in range(150):
            alice.announce("bond", series=number)
        world.publish(alice, FEW)
        core_verify = vars(keys)["verify"]
        checked = []

        def verify(*arguments):
            checked.append(1)
            return core_verify(*arguments)

        monkeypatch.setattr("thimbl.core.keys.verify", verify)
        assert world.one(alice).new == 150
        pages = len(world.asked())
        assert pages == 4
        # The window by itself, and then all: each a head and its announcements.
        assert len(checked) <= 2 + 16 + 150


class TestLies:
    @pytest.fixture
    def alice(self, world):
        alice = Scribe()
        alice.posts(120)
        world.publish(alice, FEW)
        return alice

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: data["entries"][0].update(text="Never said."),
            lambda data: data["entries"][-1].update(text="Never said."),
            lambda data: data["entries"].pop(0),
            lambda data: data["entries"].pop(3),
            lambda data: data["entries"].reverse(),
            lambda data: data.update(entries=[]),
            lambda data: data.update(entries="none"),
            lambda data: data["entries"][5].update(time="yesterday"),
        ],
    )
    def test_a_page_that_does_not_hang_together_is_not_taken(self, world, alice, change):
        lying_about(world, alice, in_page(change))
        outcome = world.one(alice)
        assert outcome.verdict is Verdict.VERIFIED
        assert outcome.gap_below is not None
        assert outcome.gap_below > 90
        assert "Never said." not in [item.text for item in world.items(alice)]
        world.publish(alice, FEW)
        lying_about(world, alice, lambda user, answer: answer)  # it has stopped
        assert world.one(alice).gap_below is None
        assert world.has_all(alice)

    @pytest.mark.parametrize(
        "page",
        [b"", b"\x00", b"No Plan.\r\n", b"Plan:\r\n", b"Plan:\r\nwords\r\n", b'Plan:\r\n{"name":"A","bio":""}\r\n'],
    )
    def test_no_page_at_all(self, world, alice, page):
        lying_about(world, alice, lambda user, answer: page if "before" in user else answer)
        outcome = world.one(alice)
        assert outcome.verdict is Verdict.VERIFIED
        assert outcome.gap_below is not None

    def test_a_forged_page_is_kept_as_evidence_and_the_rest_is_taken(self, world):
        """The ids of the chain do not cover the signature of an announcement."""
        alice = Scribe()
        alice.announce("bond", series=1)
        alice.posts(60)
        world.publish(alice, FEW)
        lying_about(world, alice, in_page(lambda data: data["entries"][-1].pop("sig", None)))
        outcome = world.one(alice)
        assert outcome.verdict is Verdict.VERIFIED
        assert outcome.gap_below is not None
        evidence = world.store.evidence(alice.address)
        assert [(kept.verdict, kept.reason) for kept in evidence] == [
            (Verdict.FORGED, "announcement signature missing (entry 1)")
        ]
        assert b'"entries"' in evidence[0].raw

    def test_a_fork_that_only_an_older_page_shows(self, world):
        """The window is here by then, as a window alone can not show it; nothing more is taken of either branch."""
        alice = Scribe()
        alice.posts(30)
        world.publish(alice, FEW)
        world.one(alice)
        two_minded = alice.rewound(20)
        two_minded.posts(100)
        world.publish(two_minded, FEW)
        outcome = world.one(alice)
        assert outcome.verdict is Verdict.FORKED
        author = world.store.author(alice.address)
        assert (author.verdict, author.reason) == (Verdict.FORKED, outcome.reason)
        assert "a log of two minds" in outcome.reason
        assert author.gap_below == 121 - outcome.new
        assert len(world.items(alice)) == 30 + outcome.new
        assert {kept.verdict for kept in world.store.evidence(alice.address)} == {Verdict.FORKED}
        assert len(world.store.evidence(alice.address)) == 2  # the window, and the page that shows it


class TestTheWayToAKey:
    def test_a_new_key_whose_record_lies_below_the_window(self, world):
        alice = Scribe()
        alice.posts(5)
        world.publish(alice, FEW)
        world.one(alice)
        alice.rotate("alice-2")
        alice.posts(90)
        alice.rotate("alice-3")
        alice.posts(400)
        world.publish(alice, FEW)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.fingerprint) == (Verdict.VERIFIED, fingerprint("alice-3"))
        world.one(alice)
        assert world.has_all(alice)
        assert world.store.author(alice.address).key == fingerprint("alice-3")

    def test_a_recovery_that_lies_below_the_window(self, world):
        alice = Scribe(recovery="safe")
        alice.posts(10)
        world.publish(alice)
        world.one(alice)
        thief = alice.copy()
        thief.posts(5)
        world.publish(thief)
        world.one(alice)
        alice.now = thief.now + 60
        alice.recover("alice-2", "safe")
        alice.posts(100)
        world.publish(alice, FEW)
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.reason) == (Verdict.VERIFIED, "")
        world.one(alice)
        assert world.has_all(alice)

    def test_a_move_that_lies_below_the_window(self, world):
        alice = Scribe()
        alice.posts(5)
        world.publish(alice, FEW)
        old = alice.address
        world.one(old)
        alice.move("alice@dairy.example")
        alice.posts(100)
        world.publish(alice, FEW)
        there = Answerer(Spool(world.host("dairy.example")))
        lying_about(world, Scribe(str(old)), lambda user, answer: there(Query(user)))
        outcome = world.one(old)
        assert (outcome.verdict, outcome.moved_to) == (Verdict.VERIFIED, alice.address)
        assert world.store.author(old).address == alice.address
        assert world.has_all(alice)

    def test_a_stranger_with_a_long_log_is_followed_to_its_end_at_most(self, world, monkeypatch, pages_of_50):
        alice = Scribe()
        alice.posts(5)
        world.publish(alice)
        world.one(alice)
        stranger = Scribe(key="stranger")
        stranger.now = alice.now
        stranger.posts(200)
        world.publish(stranger, FEW)
        judged = []

        def judge(*arguments):
            judged.append(1)
            return core_log.judge(*arguments)

        monkeypatch.setattr("thimbl.node.polling.concluding.judge", judge)
        world.asked()
        assert world.one(alice).verdict is Verdict.NEW_KEY
        assert 3 < len(world.asked()) < 10
        assert len(judged) == 2
        assert world.has_all(alice)
