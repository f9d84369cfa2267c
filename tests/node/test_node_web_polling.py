"""Feeds of the web among those who are polled: on a schedule, within bounds; and where they may not lead."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, maybeDeferred

from finger.errors import HostUnreachable
from finger.testing import Refusing
from tests.node.watched import ANA, Watched
from tests.support.resolving import ResolvingReactor
from tests.support.website import Page, Site, atom
from thimbl.core.schedule import Pace
from thimbl.core.times import format_time
from thimbl.core.web import FeedUrl
from thimbl.home import following
from thimbl.home.following import Followed
from thimbl.home.settings import Settings
from thimbl.node import reach, web
from thimbl.node.guard import WEB, HostGuarded
from thimbl.node.polling.outcome import Outcome
from thimbl.node.reach import Reach
from thimbl.node.web.getting import Getter, WebFault
from thimbl.node.web.reading import read_feed
from thimbl.node.web.visit import LEAST, Asking
from thimbl.store import askings
from thimbl.store.types import View

BLOG = FeedUrl.parse("http://blog.example/feed")
HOUR = 3600


def reading(body, url, content_type):
    """Reads at once."""
    return maybeDeferred(read_feed, body, url, content_type)


class Asks(Watched):
    """Whoever answers asks to be left alone for an hour."""

    def outcome(self, address, at_home):
        return Outcome(address, super().outcome(address, at_home).verdict, least=HOUR)


def test_who_asks_to_be_left_alone_is():
    busy = [Asks(ANA), Asks(ANA, pace=Pace.fixed(60))]
    for watched in busy:
        watched.posts = {ANA: [int(watched.now())]}
        watched.begin().run(2 * HOUR + 60, 10)
    assert [round(when, -2) for when in busy[0].when(ANA)] == [0, HOUR, 2 * HOUR]
    assert len(busy[1].when(ANA)) > 100  # a person said how often


@pytest.fixture
def polled(reader, monkeypatch):
    """The reader's poller asks feeds of the same internet."""

    def feeds(reactor, settings, now):
        getter = Getter(reader.clock, reader.world.internet.endpoint, now)
        return lambda: Asking(getter, reading, reader.clock)

    monkeypatch.setattr(web, "feeds", feeds)
    following.add(reader.account.paths, Followed.of_feed("blog", BLOG))
    return reader


def test_a_poller_asks_for_feeds_too(polled):
    reader = polled
    site = Site(feed=atom(("urn:1", format_time(int(reader.now())), "One.")))
    reader.world.internet.add("blog.example", 80, site)
    poller = reader.poller()
    assert reader.texts(View.FOLLOWED) == ["One."]
    site.pages["/feed"] = atom(("urn:2", format_time(int(reader.now())), "Two."))
    reader.run(LEAST - 60, 20)
    assert len(site.requests) == 1
    reader.run(300, 20)
    assert reader.texts(View.FOLLOWED) == ["Two.", "One."]
    reader.world.internet.add("blog.example", 80, Refusing())
    reader.run(HOUR, 20)
    assert poller.counts.failing_hosts == 1
    assert poller.counts.failed >= 3
    reader.world.internet.add("blog.example", 80, site)
    reader.run(HOUR, 20)
    assert poller.counts.failing_hosts == 0
    reader.stop(poller)
    with reader.account.writer() as store:
        [host] = askings.hosts(store)
        assert (host.hostport, host.new, host.state.is_failing) == ("blog.example.web.invalid", 2, False)
        assert {outcome.url for outcome, _ in reader.heard} == {str(BLOG)}


# where they may not lead


def get(reactor, url, settings):
    """Why a URL can not be had, where hosts are looked up in `reactor`."""
    endpoints = Reach(reactor, settings, stranger=True, service=WEB)
    came: list[Any] = []
    getting = Deferred.fromCoroutine(Getter(reactor, endpoints.endpoint, lambda: 0).get(FeedUrl.parse(url)))
    getting.addBoth(came.append)
    reactor.pump([1] * 5)
    [failure] = came
    assert failure.check(WebFault), failure
    return failure.getErrorMessage()


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("http://router.example/", "192.168.1.1"),
        ("https://meta.example/", "169.254.169.254"),
        ("http://mapped.example/", "::ffff:127.0.0.1"),
        ("http://127.0.0.1/", ""),
        ("http://[::1]:8080/", ""),
        ("http://localhost/", ""),
        ("http://nas.local:8080/", ""),
        ("http://public.example:25/", "198.35.26.96"),
        ("http://public.example:79/", "198.35.26.96"),
        ("http://public.example:6667/", "198.35.26.96"),
    ],
)
def test_neither_this_machine_nor_a_private_network_nor_another_service(url, leads_to):
    host = FeedUrl.parse(url).host
    reactor = ResolvingReactor({host: [[leads_to]]} if leads_to else {})
    why = get(reactor, url, Settings())
    assert "feeds are asked for on the internet alone" in why
    assert "private_hosts" in why
    assert reactor.dialled == []


@pytest.mark.parametrize("port", [80, 443, 8080])
def test_the_public_internet_is_asked(port):
    reactor = ResolvingReactor({"public.example": [["198.35.26.96"]]})
    assert get(reactor, f"http://public.example:{port}/", Settings()) == (
        "nothing listens there; check the port, or try again later"
    )
    assert reactor.dialled == [("198.35.26.96", port)]


@pytest.mark.parametrize(
    "settings",
    [Settings(private_hosts=True), Settings(routes={("127.0.0.1", 80): ("127.0.0.1", 80)})],
    ids=["allowed", "routed"],
)
def test_what_a_person_allows_is_asked(settings):
    reactor = ResolvingReactor({})
    assert "nothing listens there" in get(reactor, "http://127.0.0.1/", settings)
    assert reactor.dialled == [("127.0.0.1", 80)]


def test_where_a_redirect_leads_goes_by_the_same_rules(polled, monkeypatch):
    """The page is found by a route; where it leads is looked at anew."""
    reader = polled
    reader.world.internet.add("blog.example", 80, Site(feed=Page(status=301, headers={"Location": "http://10.0.0.1/"})))
    monkeypatch.setattr(reach, "default_endpoints", lambda _reactor: reader.world.internet.endpoint)
    endpoints = Reach(reader.clock, Settings(), stranger=True, service=WEB)
    asking = Asking(Getter(reader.clock, endpoints.endpoint, lambda: 0), reading, reader.clock)
    monkeypatch.setattr(web, "feeds", lambda *given: lambda: asking)
    poller = reader.poller()
    [(outcome, _)] = reader.heard
    assert "it leads to 10.0.0.1: a private network" in outcome.reason
    assert reader.world.internet.attempts == [("blog.example", 80)]
    reader.stop(poller)


@pytest.mark.parametrize("routes", [{}, {("blog.example.web.invalid", 79): ("127.0.0.1", 79)}])
@pytest.mark.parametrize("stranger", [True, False])
def test_nobody_answers_finger_for_a_feed(routes, stranger):
    settings = Settings(routes=routes, private_hosts=True)
    with pytest.raises(HostUnreachable, match="feed of the web") as raised:
        Reach(ResolvingReactor({}), settings, stranger=stranger).endpoint("blog.example.web.invalid", 79)
    assert not isinstance(raised.value, HostGuarded)
