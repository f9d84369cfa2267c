"""Who has seen another record than is here is asked for their copy: it proves a fork, or it proves nothing."""

import json

import pytest

from finger.client import FingerClient
from finger.interfaces import Endpoint
from finger.testing import Lying, Refusing
from tests.node.subscriber import Reader
from tests.support.hamlet import ANA, BO, COMMUNE, FARM, Hamlet, sold_out
from tests.support.scribe import Scribe
from tests.support.world import FEW, World, settle
from thimbl.core.address import Address
from thimbl.core.commune.study import study
from thimbl.core.log import Verdict
from thimbl.node.guard import check_name
from thimbl.node.polling.fetch import Fetcher
from thimbl.node.polling.witnesses import BEFORE_FIRST, BETWEEN, MAX_ABOUT_ONE, Settled
from thimbl.store.disputes import DAILY, Dispute, disputes
from thimbl.store.types import View

HERE = Address.parse(COMMUNE)
NOWHERE = "d" * 52


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def hamlet():
    return sold_out()


def saw(witness: Scribe, log: Scribe, seq: int, last: str | None = None) -> None:
    """Let the witness's head say that they saw the record `seq` of a log, or another one by that number."""
    witness.head_data["witness"] = [{"address": str(log.address), "seq": seq, "last": last or log.at(seq).id}]
    witness.post(f"I saw {seq}.")


def two_minds(hamlet: Hamlet, common: int = 2) -> Scribe:
    """What the clerk shows to others: another log from some record on."""
    other = hamlet.commune.rewound(common)
    other.announce("admission", who=BO, as_="member", application=f"{BO}#{NOWHERE}")
    other.posts(5)
    return other


def known(world: World, *scribes: Scribe) -> None:
    """Fetch these, whom the reader follows."""
    for scribe in scribes:
        world.publish(scribe)
        world.store.follow(scribe.address, scribe.address.user)
    world.fetch(*scribes)


def settled(world: World, fetcher: Fetcher | None = None) -> list[Settled]:
    """What comes of asking those who disagree."""
    world.now += 60
    fired: list[list[Settled]] = []
    asking = (fetcher or world.fetcher).settle().addCallback(fired.append)
    world.internet.advance(0)
    return settle(asking, fired)


def verdict_of(world: World) -> Verdict | None:
    author = world.store.author(HERE)
    assert author is not None
    return author.verdict


def nothing_came(world: World) -> bool:
    """Whether the commune stands as it did."""
    return (verdict_of(world), world.store.evidence(HERE)) == (Verdict.VERIFIED, [])


class TestAnHonestWitness:
    def test_their_copy_is_the_proof(self, world, hamlet):
        other = two_minds(hamlet)
        saw(hamlet[ANA], other, 3)
        known(world, hamlet.commune, hamlet[ANA])
        world.mirror("fields.example", other)
        [one] = settled(world)
        ours = hamlet.commune.at(3).id
        assert one.dispute == Dispute(HERE, 3, other.at(3).id, ours, Address.parse(ANA))
        assert one.outcome is not None
        assert (one.outcome.address, one.outcome.verdict) == (HERE, Verdict.FORKED)
        assert one.outcome.source == "fields.example"
        assert one.outcome.fingerprint == hamlet.commune.fingerprint
        assert (verdict_of(world), one.outcome.reason) == (Verdict.FORKED, world.store.author(HERE).reason)

    def test_both_heads_are_kept_and_the_ledger_ends_there(self, world, hamlet):
        other = two_minds(hamlet)
        saw(hamlet[ANA], other, 3)
        known(world, hamlet.commune, hamlet[ANA], hamlet[FARM], hamlet[BO])
        world.mirror("fields.example", other)
        settled(world)
        kept = world.store.evidence(HERE)
        assert {one.verdict for one in kept} == {Verdict.FORKED}
        heads = [json.loads(one.raw) for one in kept if one.raw.startswith(b"{")]
        assert hamlet.commune.records[-1].id in [head.get("last") for head in heads]
        assert any(other.records[-1].id.encode() in one.raw for one in kept)
        assert world.has_all(hamlet.commune)  # the branch that was here stays
        found = study(world.store.gather(), HERE)
        assert [(one.seq, one.code) for one in found.findings] == [(3, "forked")]
        assert not found.ledger.complete

    def test_a_branch_that_went_far_ahead_is_read_down_to_the_record(self, world, hamlet):
        other = two_minds(hamlet)
        other.posts(150)
        saw(hamlet[ANA], other, 3)
        known(world, hamlet.commune, hamlet[ANA])
        world.mirror("fields.example", other, FEW)
        world.asked()
        [one] = settled(world)
        assert one.outcome is not None
        assert world.asked()[-1].startswith("commune/before/")
        assert world.has_all(hamlet.commune)
        assert study(world.store.gather(), HERE).findings[0].seq == 3

    def test_it_is_not_proven_twice(self, world, hamlet):
        other = two_minds(hamlet)
        saw(hamlet[ANA], other, 3)
        saw(hamlet[BO], other, 4)
        known(world, hamlet.commune, hamlet[ANA], hamlet[BO])
        world.mirror("fields.example", other)
        world.mirror("dairy.example", other)
        assert len(settled(world)) == 2  # both were under way
        world.now += 2 * DAILY
        assert settled(world) == []


class TestALyingWitness:
    """Whatever they show, nothing is said of the author."""

    @pytest.fixture(autouse=True)
    def told(self, world, hamlet):
        saw(hamlet[ANA], hamlet.commune, 3, NOWHERE)
        known(world, hamlet.commune, hamlet[ANA])
        world.asked()

    def test_with_the_copy_that_everybody_has(self, world, hamlet):
        world.mirror("fields.example", hamlet.commune)
        [one] = settled(world)
        assert (one.outcome, one.reason) == (None, "its copy has no other record than is here")
        assert world.asked() == ["commune/since/0@commune.example"]
        assert nothing_came(world)

    def test_with_a_newer_copy_of_the_same_log_nothing_is_taken(self, world, hamlet):
        hamlet.commune.posts(3)
        world.mirror("fields.example", hamlet.commune)
        [one] = settled(world)
        assert one.outcome is None
        assert world.store.author(HERE).seq == hamlet.commune.seq - 3

    def test_with_a_copy_that_does_not_go_back_so_far(self, world, hamlet):
        hamlet.commune.posts(50)
        world.mirror("fields.example", hamlet.commune, FEW, lie=lambda answer: answer.replace(b" before", b""))
        [one] = settled(world)
        assert one.reason == "its copy does not go back so far"
        assert nothing_came(world)

    def test_with_an_older_one(self, world, hamlet):
        world.mirror("fields.example", hamlet.commune.rewound(3))
        [one] = settled(world)
        assert one.reason.startswith("its copy is stale: ")
        assert nothing_came(world)

    def test_with_a_forgery(self, world, hamlet):
        world.mirror("fields.example", two_minds(hamlet), lie=lambda answer: answer.replace(b"Post", b"Pest"))
        [one] = settled(world)
        assert one.reason.startswith("its copy is forged: ")
        assert nothing_came(world)

    def test_with_a_log_by_another_key(self, world, hamlet):
        thief = Scribe(COMMUNE, key="thief", start=hamlet.commune.now)
        thief.posts(4)
        world.mirror("fields.example", thief)
        [one] = settled(world)
        assert one.reason.startswith("its copy is new-key: ")
        assert nothing_came(world)
        assert world.store.author(HERE).key == hamlet.commune.fingerprint

    def test_with_a_plan_of_2010(self, world):
        world.put(Address.parse(ANA), Lying(b'Plan:\r\n{"name": "The Fields", "messages": []}\r\n'))
        [one] = settled(world)
        assert one.reason.startswith("its copy is forged: a version 1 plan")
        assert nothing_came(world)

    def test_with_nothing_to_show(self, world):
        for behaviour, words in (
            (Lying(b"Finger forwarding service denied.\r\n"), "fields.example answered, and not with a plan"),
            (Lying(b""), "fields.example answered nothing"),
            (Refusing(), "nothing listens for Finger there"),
        ):
            world.put(Address.parse(ANA), behaviour)
            world.now += DAILY
            [one] = settled(world)
            assert one.outcome is None
            assert words in one.reason
            assert nothing_came(world)

    def test_is_asked_once_a_day(self, world, hamlet):
        world.mirror("fields.example", hamlet.commune)
        assert len(settled(world)) == 1
        assert settled(world) == []
        world.begin_anew()
        assert settled(world) == []
        world.now += DAILY
        assert len(settled(world)) == 1

    def test_a_clock_that_was_set_back_keeps_nobody_waiting(self, world, hamlet):
        world.mirror("fields.example", hamlet.commune)
        settled(world)
        world.now -= 10 * DAILY
        assert len(settled(world)) == 1


class TestWhoIsAsked:
    def test_nobody_where_all_agree_or_nobody_could_tell(self, world, hamlet):
        saw(hamlet[ANA], hamlet.commune, 3)
        saw(hamlet[BO], hamlet.commune, 900, NOWHERE)  # that is not here yet
        saw(hamlet[FARM], Scribe("x@stranger.example", key="x"), 1, NOWHERE)
        hamlet.commune.head_data["witness"] = [{"address": ANA, "seq": 1, "last": NOWHERE}]
        hamlet.commune.head_data["witness"] += [{"address": COMMUNE, "seq": 1, "last": NOWHERE}]
        known(world, hamlet.commune, hamlet[ANA], hamlet[BO], hamlet[FARM])
        assert [(str(one.author), one.seq) for one in disputes(world.store, world.now)] == [(ANA, 1)]

    def test_an_address_in_another_spelling_is_the_same(self, world, hamlet):
        saw(hamlet[ANA], hamlet.commune, 3, NOWHERE)
        listed = hamlet[ANA].head_data["witness"]
        assert isinstance(listed, list)
        listed[0] = {"address": "commune@Commune.Example:79", "seq": 3, "last": NOWHERE}
        hamlet[ANA].post()
        known(world, hamlet.commune, hamlet[ANA])
        assert len(disputes(world.store, world.now)) == 1

    def test_only_so_many_about_one_log(self, world, hamlet):
        witnesses = [Scribe(f"w{number}@w{number}.example", key="w") for number in range(2 * MAX_ABOUT_ONE)]
        for witness in witnesses:
            saw(witness, hamlet.commune, 3, NOWHERE)
        known(world, hamlet.commune, *witnesses)
        world.asked()
        assert len(settled(world)) == MAX_ABOUT_ONE
        assert len(settled(world)) == MAX_ABOUT_ONE
        assert settled(world) == []

    @pytest.mark.parametrize("is_followed", [True, False])
    def test_a_host_in_a_private_network_only_if_the_person_named_it(self, world, hamlet, is_followed):
        other = two_minds(hamlet)
        eve = Scribe("eve@192.168.1.5", key="eve")
        saw(eve, other, 3)
        known(world, hamlet.commune, eve)
        world.mirror("192.168.1.5", other)

        def guarded(host: str, port: int) -> Endpoint:
            check_name(host, host, port)
            endpoint: Endpoint = world.internet.endpoint(host, port)
            return endpoint

        fetcher = Fetcher(
            world.client, world.store, lambda: world.now, trusts=lambda hostport: is_followed,
            mirrors=FingerClient(guarded, world.internet.clock),
        )  # fmt: skip
        [one] = settled(world, fetcher)
        assert (one.outcome is not None) == is_followed
        assert ("private network" in one.reason) != is_followed

    def test_not_oneself(self, world, hamlet):
        world.store.set_me(Address.parse(ANA))
        saw(hamlet[ANA], hamlet.commune, 3, NOWHERE)
        known(world, hamlet.commune, hamlet[ANA])
        assert disputes(world.store, world.now) == []


def test_a_poller_asks_now_and_then(tmp_path, monkeypatch, hamlet):
    (tmp_path / "world").mkdir()
    reader = Reader(tmp_path, monkeypatch)
    other = two_minds(hamlet)
    saw(hamlet[ANA], other, 3)
    for scribe in hamlet.people.values():
        reader.world.publish(scribe)
    reader.follow(HERE, Address.parse(ANA))
    told: list[Settled] = []
    poller = reader.poller(settled=told.append)
    reader.run(BEFORE_FIRST / 2)
    assert told == []
    reader.run(BEFORE_FIRST)
    assert [one.outcome for one in told] == [None]  # her host keeps no copies yet
    reader.world.mirror("fields.example", other)
    reader.run(DAILY, 600)
    reader.run(BETWEEN, 60)
    assert told[1].outcome is not None
    assert told[1].outcome in [outcome for outcome, _ in reader.heard]
    reader.stop(poller)
    assert "I saw 3." in reader.texts(View.FOLLOWED)
    reader.world.store.close()
