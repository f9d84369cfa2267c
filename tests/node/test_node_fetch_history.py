"""The newest at once and history after: page by page, each where it hangs, on from where the last fetch ended."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finger.testing import Honest, Resetting
from tests.support.scribe import Scribe, fingerprint
from tests.support.world import FEW, World
from thimbl.core import keys
from thimbl.core.log import Verdict
from thimbl.node.polling import paging
from thimbl.node.polling.intake import LATEST
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer


@pytest.fixture
def world(tmp_path):
    """The reader has heard of nobody yet."""
    world = World(tmp_path)
    yield world
    world.internet.advance(100)
    world.store.close()


@pytest.fixture
def one_page(monkeypatch):
    """A fetch asks for one page of about 50 posts."""
    monkeypatch.setattr("thimbl.node.serving.views.WINDOW_BYTES", 12_000)
    monkeypatch.setattr(paging, "MAX_PAGES", 1)


def published(world, posts=300):
    """An author with a long log."""
    alice = Scribe()
    alice.posts(posts)
    world.publish(alice, FEW)
    return alice


def again(world, scribe):
    """The host answers again as it did."""
    world.put(scribe.address, Honest(Answerer(Spool(world.host(scribe.address.host)))))


class TestNewestFirst:
    def test_recent_posts_are_here_while_history_is_on_its_way(self, world):
        alice = published(world)
        world.silent_about(alice, "/before/")
        world.fetcher.fetch(alice.address)
        world.internet.advance(LATEST)
        author = world.store.author(alice.address)
        assert (author.seq, author.verdict) == (300, Verdict.VERIFIED)
        assert author.gap_below == 301 - author.posts
        assert world.items(alice)[-1].text == "Post 300."

    def test_everybodys_newest_come_before_anybodys_history(self, tmp_path):
        world = World(tmp_path, at_one_host=1)
        many = [Scribe(f"u{number}@fields.example", key="u") for number in range(5)]
        for scribe in many:
            scribe.posts(60)
            world.publish(scribe, FEW)
        world.fetch(*many)
        views = ["before" if "before" in query else "newest" for query in world.asked()]
        assert views == ["newest"] * 5 + ["before"] * 5
        assert all(map(world.has_all, many))
        world.store.close()

    def test_what_broke_off_goes_on(self, world):
        alice = published(world)
        answerer = Answerer(Spool(world.host("fields.example")))

        def breaks(query, peer):
            world.put(alice.address, Resetting(100))  # from the next on
            return answerer(query, peer)

        world.put(alice.address, Honest(breaks))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.gap_below is None) == (Verdict.VERIFIED, False)
        again(world, alice)
        assert world.one(alice).gap_below is None
        assert world.has_all(alice)


class TestGoingOn:
    def test_after_a_restart_only_what_is_missing_is_asked_for(self, world, one_page):
        alice = published(world)
        gaps = [world.one(alice).gap_below]
        while gaps[-1] is not None:
            world.begin_anew()
            world.asked()
            gaps.append(world.one(alice).gap_below)
            assert world.asked() == ["alice/since/300", f"alice/before/{gaps[-2]}"]
        assert len(gaps) == 4
        assert world.has_all(alice)

    def test_what_is_here_is_not_checked_again(self, world, one_page, monkeypatch):
        alice = Scribe()
        for number in range(150):
            alice.announce("bond", series=number)
        world.publish(alice, FEW)
        world.one(alice)
        verify, checked = vars(keys)["verify"], []

        def counted(*arguments):
            checked.append(1)
            return verify(*arguments)

        monkeypatch.setattr("thimbl.core.keys.verify", counted)
        new = 0
        while (outcome := world.one(alice)).gap_below is not None:
            new += outcome.new
        assert len(checked) == new + outcome.new > 20

    def test_a_page_that_lies_is_found_out_after_a_restart_too(self, world, one_page):
        alice = Scribe()
        for number in range(100):
            alice.announce("bond", series=number)
        world.publish(alice, FEW)
        gap = world.one(alice).gap_below
        world.begin_anew()
        answerer = Answerer(Spool(world.host("fields.example")))

        def unsigned(query, peer):
            heading, mark, text = answerer(query).partition(b"Plan:\r\n")
            data = json.loads(text)
            for entry in data["entries"]:
                entry["sig"] = alice.at(1).sig
            return heading + mark + json.dumps(data).encode() + b"\r\n"

        world.put(alice.address, Honest(unsigned))
        outcome = world.one(alice)
        assert (outcome.verdict, outcome.new, outcome.gap_below) == (Verdict.VERIFIED, 0, gap)
        (kept,) = world.store.evidence(alice.address)
        assert (kept.verdict, "announcement signature" in kept.reason) == (Verdict.FORGED, True)
        again(world, alice)
        assert world.one(alice).new > 0

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(st.sampled_from(["posts", "announce", "rotate", "recover", "move", "edit", "retract"]), max_size=14),
        st.integers(0, 60),
    )
    def test_whatever_a_log_is_made_of_all_of_it_comes(self, steps, last):
        """Its changes of key and address may lie anywhere, in a window, on a page or between two fetches."""
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr("thimbl.node.serving.views.WINDOW_BYTES", 3_000)
            patch.setattr(paging, "MAX_PAGES", 1)
            world, alice = World(Path(folder)), Scribe(recovery="r0")
            alice.post()
            for number, step in enumerate(steps):
                match step:
                    case "posts":
                        alice.posts(9)
                    case "announce":
                        alice.announce("bond", series=number)
                    case "rotate":
                        alice.rotate(f"k{number}")
                    case "recover":
                        alice.recover(f"k{number}", "r0")
                    case "move":
                        alice.move(f"alice@h{number}.example")
                    case "edit":
                        alice.edit(alice.at(1), f"Better {number}.")
                    case "retract":
                        alice.posts(1)
            alice.posts(last)
            world.publish(alice, 2_000)
            for _ in range(100):
                outcome = world.one(alice)
                assert (outcome.verdict, outcome.reason) == (Verdict.VERIFIED, "")
                if outcome.gap_below is None:
                    break
                world.begin_anew()
            assert world.has_all(alice)
            known = world.store.known(alice.address, 1, alice.seq)
            assert known.pinned == alice.fingerprint
            assert {link.new for link in known.links} == {key.public.fingerprint for key in alice.keys[1:]} - (
                {fingerprint("alice")}
            )
            world.store.close()


class TestWhatWasLookedThrough:
    @pytest.fixture
    def stranger(self, world):
        """At the address of an author whose key is pinned, another key and a long log."""
        alice = Scribe()
        alice.posts(3)
        world.publish(alice)
        world.one(alice)
        stranger = Scribe(key="stranger", start=alice.now)
        stranger.posts(300)
        world.publish(stranger, FEW)
        world.asked()
        return stranger

    def test_a_strangers_log_is_looked_through_once(self, world, stranger):
        assert world.one(stranger).verdict is Verdict.NEW_KEY
        assert [query.split("/")[1] for query in world.asked()] == ["since", "before"]
        for _ in range(2):
            outcome = world.one(stranger)
            assert (outcome.verdict, outcome.fingerprint) == (Verdict.NEW_KEY, fingerprint("stranger"))
            assert world.asked() == ["alice/since/3"]
        stranger.post()
        world.publish(stranger, FEW)
        assert world.one(stranger).verdict is Verdict.NEW_KEY
        assert [query.split("/")[1] for query in world.asked()] == ["since", "before"]

    def test_what_could_not_be_looked_through_is_looked_through_again(self, world, stranger):
        world.silent_about(stranger, "/before/")
        assert world.one(stranger, seconds=40).verdict is Verdict.NEW_KEY
        again(world, stranger)
        world.asked()
        world.one(stranger)
        assert [query.split("/")[1] for query in world.asked()] == ["since", "before"]

    def test_a_person_who_accepts_the_key_gets_the_log(self, world, stranger):
        world.one(stranger)
        world.store.pin(stranger.address, stranger.fingerprint)
        assert world.one(stranger).verdict is Verdict.VERIFIED
        world.one(stranger)
        assert world.has_all(stranger)

    def test_a_fork_far_down_is_found_once_and_stays_marked(self, world):
        alice = Scribe()
        alice.posts(30)
        world.publish(alice, FEW)
        world.one(alice)
        other = alice.rewound(20)
        other.posts(100)
        world.publish(other, FEW)
        for _ in range(2):  # the second time, what it says after 120
            assert world.one(alice).verdict is Verdict.FORKED
        world.asked()
        assert world.one(alice).verdict is Verdict.FORKED
        assert world.asked() == ["alice/since/120"]
        other.post()
        world.publish(other, FEW)
        assert world.one(alice).verdict is Verdict.FORKED
        assert world.store.author(alice.address).verdict is Verdict.FORKED
