"""A host as a mirror: `alice@her.host` from its checked copy, and what it keeps to itself."""

import json

import pytest

from finger.query import Query
from tests.support.asking import LATER, ask, refused, seqs
from tests.support.scribe import Scribe
from tests.support.world import FEW, World
from thimbl.core.address import Address
from thimbl.core.answer import read_answer
from thimbl.core.classic import read_classic
from thimbl.core.log import Known, Verdict, judge, read_answer_plan
from thimbl.core.plan import Follow, Plan, following_data, list_digest
from thimbl.core.plantext import decode
from thimbl.core.planwriter import write_line
from thimbl.home.serving import ServeSettings
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import REFUSED, Answerer
from thimbl.node.serving.copies import Copies
from thimbl.node.serving.hosting import make_answerer
from thimbl.store.reader import Reader

HERS = ("fields.example",)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def mirror(world, tmp_path):
    """A host without accounts, beside the store of `world`."""
    (tmp_path / "spool").mkdir()
    path = tmp_path / "store" / "store.sqlite3"
    answerer = Answerer(Spool(tmp_path / "spool"), lambda: LATER, copies=Copies(lambda: Reader.open(path)))
    yield answerer
    answerer.reload()


@pytest.fixture
def alice(world):
    """Alice is followed in public; her log is longer than a window of this host."""
    alice = Scribe(name="Alice Field", properties={"note": "Kühe 🐄"})
    alice.posts(60)
    alice.announce("join", commune="commune@fields.example")
    alice.posts(9)
    world.publish(alice, window_bytes=FEW)
    world.store.follow(alice.address, "alice")
    world.fetch(alice)
    assert world.has_all(alice)
    return alice


def plan_at(host, user, hosts=HERS) -> Plan:
    """The plan in a mirror's answer, which stands any reader's judgement."""
    answer = read_answer(ask(host, user, hosts=hosts))
    assert answer.plan is not None
    assert answer.login == user.partition("/")[0]
    assert answer.features is not None
    plan = read_answer_plan(decode(answer.plan))
    assert isinstance(plan, Plan)
    return plan


def holds(plan: Plan) -> bool:
    return judge(plan, Known(plan.head.address), 10**10).verdict is Verdict.VERIFIED


class TestCopy:
    def test_as_it_came(self, mirror, alice):
        plan = plan_at(mirror, "alice")
        assert plan.head.data == alice.head()
        assert [record.data for record in reversed(plan.records)] == [record.data for record in alice.records]
        assert holds(plan)

    def test_a_window_for_people(self, mirror, world):
        alice = Scribe(name="Alice Field")
        alice.posts(400)
        world.publish(alice)
        world.store.follow(alice.address, "alice")
        world.fetch(alice)
        raw = ask(mirror, "alice", hosts=HERS)
        assert b"\r\nname: Alice Field\r\n" in raw
        assert 50_000 < len(raw.replace(b"\r\n", b"\n")) < 66_000
        assert raw == ask(mirror, "alice", hosts=HERS, verbose=True)

    def test_views(self, mirror, alice):
        assert plan_at(mirror, "alice/head").head.data == alice.head()
        assert seqs(plan_at(mirror, "alice/since/66")) == [70, 69, 68, 67]
        assert seqs(plan_at(mirror, "alice/before/5")) == [4, 3, 2, 1]
        classic = read_answer(ask(mirror, "alice/classic", hosts=HERS)).plan
        assert classic is not None
        assert read_classic(decode(classic)).messages[0].text == "Post 70."
        for view in ("head", "since/0", "before/9", "following"):
            assert ask(mirror, f"alice/{view}", hosts=HERS).count(b"\n") == 4

    def test_the_host_in_any_case_and_with_its_port(self, mirror, alice, world):
        for host in ("FIELDS.Example", "fields.example:79"):
            assert ask(mirror, "alice", hosts=(host,)) == ask(mirror, "alice", hosts=HERS)
        bo = Scribe("bo@dairy.example:7979")
        bo.post()
        world.publish(bo)
        world.store.follow(bo.address, "bo")
        world.fetch(bo)
        assert plan_at(mirror, "bo/head", ("dairy.example:7979",)).head.data == bo.head()
        assert ask(mirror, "bo", hosts=("dairy.example",)) == REFUSED

    def test_signatures_of_others_beside_a_record(self, mirror, world):
        alice = Scribe()
        alice.announce("join", commune="c@fields.example")
        record = alice.records[0]
        cosigs = [{"key": "k", "sig": "s"}]
        alice.records[0] = type(record).from_data({**record.data, "cosigs": cosigs})
        world.publish(alice)
        world.store.follow(alice.address, "a")
        world.fetch(alice)
        assert plan_at(mirror, "alice").records[0].data["cosigs"] == cosigs

    def test_what_was_retracted_is_withheld(self, mirror, world, alice):
        """Though the author's host still gives it, and though the mirror had it."""
        assert b"Post 66." in ask(mirror, "alice", hosts=HERS)
        alice.edit(alice.at(66), "A slip of the pen.")
        alice.retract(alice.at(66))
        world.publish(alice)
        world.fetch(alice)
        for view in ("alice", "alice/since/0", "alice/before/70", "alice/classic"):
            raw = ask(mirror, view, hosts=HERS)
            assert b"slip of the pen" not in raw
            assert b"Post 66." not in raw
        plan = plan_at(mirror, "alice")
        assert [record.seq for record in plan.records if record.withheld] == [71, 66]
        assert holds(plan)

    def test_news_show_with_the_next_fetch(self, mirror, world, alice):
        assert ask(mirror, "alice/head", hosts=HERS) == ask(mirror, "alice/head", hosts=HERS)
        alice.post("Fresh.")
        world.publish(alice)
        world.fetch(alice)
        assert b"Fresh." in ask(mirror, "alice", hosts=HERS)
        assert plan_at(mirror, "alice/head").head.seq == 71

    def test_a_long_list_of_following(self, mirror, world):
        follows = tuple(Follow(f"nick{number}", Address(f"u{number}", "dairy.example")) for number in range(300))
        alice = Scribe(following=list_digest(follows))
        alice.post()
        world.publish(alice)
        listed = world.folder / "fields.example-79" / "alice.plan.d" / "following.json"
        listed.write_text(json.dumps(following_data(follows)) + "\n")
        world.store.follow(alice.address, "alice")
        world.fetch(alice)
        assert plan_at(mirror, "alice/following").following_list == follows
        other = Copies(lambda: Reader.open(world.folder / "store" / "store.sqlite3"))
        assert other.addresses() == (alice.address,)

    def test_an_unchanged_copy_is_made_once(self, mirror, alice, world, monkeypatch):
        first = ask(mirror, "alice", hosts=HERS)
        world.store.set_state("ui", "somebody wrote something")
        monkeypatch.setattr("thimbl.node.serving.copies.write_plan", lambda data: pytest.fail("made again"))
        assert ask(mirror, "alice", hosts=HERS) == first

    def test_a_thread_of_a_copy(self, mirror, world, alice):
        bo = Scribe("bo@dairy.example", name="Bo")
        bo.post("Indeed.", re=f"alice@fields.example#{alice.at(3).id}")
        world.publish(bo)
        world.store.follow(bo.address, "bo", private=True)
        world.fetch(bo)
        query = f"alice/thread/{alice.at(3).id[:10]}"
        text = ask(mirror, query, hosts=HERS).decode()
        assert "Post 3." in text
        assert "Indeed." not in text
        world.store.follow(bo.address, "bo")
        assert "Indeed." in ask(mirror, query, hosts=HERS).decode()
        assert "no such post" in refused(ask(mirror, "alice/thread/zzzz", hosts=HERS))
        assert ask(mirror, "carl/thread/zzzz", hosts=HERS) == REFUSED


class TestGapsAndForks:
    def test_what_lies_below_a_gap_is_not_offered(self, mirror, world):
        alice = Scribe()
        alice.posts(10)
        world.publish(alice)
        world.store.follow(alice.address, "alice")
        world.fetch(alice)
        alice.posts(60)
        folder = world.folder / "fields.example-79"
        world.publish(alice, window_bytes=FEW)
        for page in (folder / "alice.plan.d").iterdir():
            page.unlink()
        world.fetch(alice)
        gap = world.store.author(alice.address).gap_below
        assert gap is not None
        assert seqs(plan_at(mirror, "alice")) == list(range(70, gap - 1, -1))
        assert seqs(plan_at(mirror, f"alice/before/{gap + 2}")) == [gap + 1, gap]
        for below in (gap, 11, 5):
            assert seqs(plan_at(mirror, f"alice/before/{below}")) == []

    def test_of_a_forked_author_the_branch_that_was_verified(self, mirror, world, alice):
        other = alice.rewound(69)
        other.post("The other truth.")
        other.posts(1)
        world.publish(other)
        world.fetch(alice)
        assert world.store.author(alice.address).verdict is Verdict.FORKED
        plan = plan_at(mirror, "alice")
        assert plan.records[0].id == alice.at(70).id
        assert holds(plan)

    def test_a_damaged_store_gives_what_hangs_together(self, mirror, world, alice):
        record = alice.at(40).data | {"text": "Never said."}
        world.store._db.run("UPDATE record SET data = ? WHERE seq = 40", (json.dumps(record),))
        plan = plan_at(mirror, "alice")
        assert seqs(plan) == list(range(70, 40, -1))
        assert holds(plan)


class TestRefused:
    """One line for all that is not given, whatever the reason."""

    def test_what_is_not_held_is_told_from_nothing(self, mirror, world, alice):
        bo = Scribe("bo@dairy.example")
        bo.post("In private.")
        world.publish(bo)
        world.store.follow(bo.address, "bo", private=True)
        world.store.set_state("mirrored", json.dumps([str(bo.address)]))
        met = Scribe("met@dairy.example")
        met.post()
        world.publish(met)
        world.fetch(bo, met)
        world.store.follow(Address.parse("never@answered.example"), "n")
        asked = len(world.internet.log)
        queries = [
            Query("bo", ("dairy.example",)),
            Query("bo/head", ("dairy.example",)),
            Query("bo/nonsense", ("dairy.example",)),
            Query("bo/thread/a", ("dairy.example",)),
            Query("met", ("dairy.example",)),
            Query("never", ("answered.example",)),
            Query("carl", ("nowhere.example",)),
            Query("alice", ("fields.example", "fields.example")),
            Query("alice", ("a", "fields.example")),
            Query("", ("fields.example",)),
            Query("", ("fields.example",), verbose=True),
            Query("-", ("fields.example",)),
            Query("alice bo", ("fields.example",)),
            Query("alice", ("127.0.0.1",)),
            Query("alice", ("[::1]:79",)),
            Query("alice", ("fields.example:7979",)),
            Query("alice", ("fields_example",)),
        ]
        assert {mirror(query) for query in queries} == {REFUSED}
        assert REFUSED.count(b"\n") == 1
        assert len(world.internet.log) == asked

    def test_an_unsigned_plan_is_not_mirrored(self, mirror, world):
        """Nobody could tell a copy of it from an invention."""
        address = Address.parse("mark@old.example")
        world.old_host(address, '{"name":"Mark","messages":[{"text":"Hi","time":"20101010101010"}]}')
        world.store.follow(address, "mark")
        assert world.one(address).verdict is Verdict.UNSIGNED
        assert ask(mirror, "mark", hosts=("old.example",)) == REFUSED
        assert b"mark@" not in ask(mirror, "", verbose=True)

    def test_a_view_of_a_copy_that_there_is_not(self, mirror, alice):
        assert "no such page" in refused(ask(mirror, "alice/nonsense", hosts=HERS))

    def test_who_is_mirrored_without_being_followed(self, mirror, world, alice):
        met = Scribe("met@dairy.example")
        met.post()
        world.publish(met)
        world.fetch(met)
        assert ask(mirror, "met", hosts=("dairy.example",)) == REFUSED
        world.store.set_state("mirrored", json.dumps([str(met.address)]))
        assert holds(plan_at(mirror, "met", ("DAIRY.example",)))
        listed = ask(mirror, "", verbose=True).decode().splitlines()
        assert listed[-3:] == ["Copies are kept here of", "alice@fields.example", "met@dairy.example"]
        assert b"@" not in ask(mirror, "")

    def test_without_a_store(self, tmp_path):
        def missing():
            return Reader.open(tmp_path / "nothing")

        host = make_answerer(ServeSettings(spool=tmp_path), reader=missing)
        assert ask(host, "alice", hosts=HERS) == REFUSED
        assert ask(host, "", verbose=True) == ask(host, "")


def test_the_views_are_one_line_of_the_same_data(mirror, alice):
    answer = read_answer(ask(mirror, "alice/since/69", hosts=HERS))
    assert answer.plan is not None
    assert decode(answer.plan) == write_line({**alice.head(), "entries": [alice.at(70).data]})
