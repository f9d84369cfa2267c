"""Whom the followed communes cite is asked too: once, in bounds, and never where only a stranger's word leads."""

import pytest
from twisted.internet.defer import Deferred

from finger.client import FingerClient
from finger.interfaces import Endpoint
from finger.testing import Honest, Refusing
from tests.support.hamlet import ANA, BO, COMMUNE, CY, FARM, Hamlet, sold_out
from tests.support.world import World, settle
from thimbl.core.address import Address
from thimbl.core.commune.study import study
from thimbl.core.log import Verdict
from thimbl.node.guard import check_name
from thimbl.node.polling.book import keep_schedule
from thimbl.node.polling.cited import Cited, fetch_all
from thimbl.node.polling.fetch import Fetcher, Outcome
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.store import Selection
from thimbl.store.citations import by_log, communes, gathered

HERE = Address.parse(COMMUNE)


class Reader:
    """Somebody with a store, who fetches as `thimbl fetch` does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.expected: list[int] = []
        self.heard: list[Outcome] = []
        self.guarded = FingerClient(self._endpoint, world.internet.clock)

    def _endpoint(self, host: str, port: int) -> Endpoint:
        check_name(host, host, port)
        return self.world.internet.endpoint(host, port)

    def follow(self, *addresses: str) -> None:
        for address in addresses:
            self.world.store.follow(Address.parse(address), address.partition("@")[0])

    def fetch(self, *who: str, guarded: bool = True) -> dict[str, Outcome]:
        """A fetch of all who are followed, or of these; the outcomes by address."""
        world = self.world
        world.now += 60
        self.heard.clear()
        cited = Cited(world.store, [Address.parse(one) for one in who])
        strangers = self.guarded if guarded else None
        fetcher = Fetcher(world.client, world.store, lambda: world.now, mirrors=strangers, trusts=cited.trusts)
        whom = [Address.parse(one) for one in who] or [author.address for author in world.store.authors()]
        fired: list[list[Outcome]] = []
        fetching = Deferred.fromCoroutine(
            fetch_all(fetcher, cited, whom, world.now, self.heard.append, self.expected.append)
        ).addCallback(fired.append)
        world.internet.advance(0)
        outcomes = settle(fetching, fired)
        keep_schedule(world.store, outcomes, world.now, fetcher.received)
        return {str(outcome.address): outcome for outcome in outcomes}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.store.close()


@pytest.fixture
def reader(world):
    return Reader(world)


@pytest.fixture
def hamlet(world):
    """The commune of whom Ana and Bo bought bonds; every log is on its host."""
    hamlet = sold_out()
    publish(world, hamlet)
    return hamlet


def publish(world: World, hamlet: Hamlet) -> None:
    for scribe in hamlet.people.values():
        world.publish(scribe)


def test_the_first_fetch_brings_all_that_an_audit_needs(world, reader, hamlet):
    reader.follow(COMMUNE)
    outcomes = reader.fetch()
    assert list(outcomes) == [COMMUNE, ANA, BO, FARM]
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.VERIFIED}
    assert [outcome.cited_by for outcome in outcomes.values()] == [(), (COMMUNE,), (COMMUNE,), (COMMUNE,)]
    assert reader.expected == [1, 4]
    assert reader.heard == list(outcomes.values())
    found = study(world.store.gather(), HERE)
    assert (found.lacking(), found.findings, found.ledger.complete) == ([], [], True)


def test_they_are_followed_by_nobody(world, reader, hamlet):
    reader.follow(COMMUNE)
    reader.fetch()
    assert [str(author.address) for author in world.store.authors()] == [COMMUNE]
    assert {item.address for item in world.store.timeline(Selection(), 100)} == {HERE}


def test_the_next_fetch_asks_them_in_its_first_round(reader, hamlet):
    reader.follow(COMMUNE)
    reader.fetch()
    reader.expected.clear()
    assert all(outcome.unchanged for outcome in reader.fetch().values())
    assert reader.expected == [4]


def test_there_is_no_third_round(world, reader, hamlet):
    """A log that is cited cites somebody in its turn, as a commune that nobody follows."""
    hamlet.say(ANA, "charter", name="Ana's", currency="EUR", digits=2, period="month", rules=1)
    application = hamlet.say(CY, "join", commune=ANA, as_="member")
    hamlet.say(ANA, "admission", who=CY, as_="member", application=application)
    publish(world, hamlet)
    reader.follow(COMMUNE)
    assert CY not in reader.fetch()
    assert CY not in reader.fetch()
    reader.follow(ANA)
    assert reader.fetch()[CY].cited_by == (ANA,)


def test_whom_a_person_asks_for_brings_nobody_else(reader, hamlet):
    reader.follow(COMMUNE)
    reader.fetch()
    assert list(reader.fetch(ANA)) == [ANA]
    assert reader.fetch(ANA)[ANA].cited_by == ()


def test_unfollowed_none_is_asked(reader, world, hamlet):
    reader.follow(COMMUNE, CY)
    reader.fetch()
    world.store.unfollow(HERE)
    assert list(reader.fetch()) == [CY]


def test_a_strangers_word_leads_into_no_private_network(world, reader):
    private = ("127.0.0.1", "192.168.1.5:7979", "localhost", "fileserver", "[::1]:79", "x.example:25")
    hamlet = Hamlet()
    for where in private:
        hamlet.admit(f"eve@{where}")
    hamlet.admit(ANA)
    publish(world, hamlet)
    reader.follow(COMMUNE)
    outcomes = reader.fetch()
    for where in private:
        outcome = outcomes[str(hamlet[f"eve@{where}"].address)]
        assert (outcome.failed, outcome.unreachable) == (True, True)
        assert "private_hosts: true" in outcome.reason
    assert world.internet.attempts == [("commune.example", 79), ("fields.example", 79)]


def test_a_host_that_the_person_named_may_be_private(world, reader):
    hamlet = Hamlet()
    hamlet.admit("eve@192.168.1.5")
    hamlet["zoe@192.168.1.5"].post()
    publish(world, hamlet)
    reader.follow(COMMUNE, "zoe@192.168.1.5")
    assert reader.fetch()["eve@192.168.1.5"].verdict is Verdict.VERIFIED
    world.store.unfollow(Address.parse("zoe@192.168.1.5"))
    assert reader.fetch()["eve@192.168.1.5"].failed
    assert reader.fetch("eve@192.168.1.5")["eve@192.168.1.5"].verdict is Verdict.VERIFIED


def test_without_a_client_for_strangers_they_are_not_asked(world, reader, hamlet):
    reader.follow(COMMUNE)
    world.asked()
    outcomes = reader.fetch(guarded=False)
    assert outcomes[ANA].reason == "fields.example is not asked: only a plan names it"
    assert not outcomes[ANA].unreachable
    assert world.asked() == ["commune"]


def test_whose_host_is_away_waits_until_it_is_to_be_tried(world, reader, hamlet):
    world.put(Address.parse(BO), Refusing())
    reader.follow(COMMUNE)
    assert reader.fetch()[BO].unreachable
    assert BO not in reader.fetch()
    [one] = gathered(world.store, communes(world.store))
    assert [(lacking.address, lacking.failure is not None) for lacking in one.lacking] == [(BO, True)]
    world.now += 86_400
    world.put(Address.parse(BO), Honest(Answerer(Spool(world.host("dairy.example")))))
    assert reader.fetch()[BO].verdict is Verdict.VERIFIED


def test_who_moved_is_asked_for_once(world, reader, hamlet):
    """The commune cites Ana by her old address, and she is followed by the new one."""
    reader.follow(COMMUNE)
    reader.fetch()
    ana = hamlet[ANA]
    ana.move("ana@hill.example")
    world.publish(ana)
    world.old_host(Address.parse(ANA), ana.text(address=ANA))
    reader.fetch()
    world.store.follow(ana.address, "ana")
    assert ANA not in by_log(communes(world.store))
    assert list(reader.fetch()) == ["ana@hill.example", COMMUNE, BO, FARM]
