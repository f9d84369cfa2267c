"""Which way each host is asked: directly, by a route, or by way of a proxy; and what of it is looked up here."""

import pytest
from twisted.internet.task import Clock

from finger.client import ClientLimits
from finger.errors import ConnectionRefused, HostUnreachable, TimedOut
from finger.testing import FakeInternet, Honest, NeverConnects, Refusing
from tests.support.resolving import ResolvingReactor
from tests.support.socks import SocksProxy, outcome_of
from thimbl.home.proxy import Proxy, ProxyFor
from thimbl.home.settings import Settings
from thimbl.node import reach
from thimbl.node.guard import HostGuarded
from thimbl.node.reach import OnionWithoutProxy, ProxyUnreachable, client

ONION = "fieldsfieldsfieldsfieldsfieldsfieldsfieldsfieldsfieldsab.onion"
TOR = ("127.0.0.1", 9050)
PLAN = b"Plan:\r\nLeeks.\r\n"
ONIONS, ALL = (Settings(proxy=Proxy.parse("socks5://127.0.0.1:9050", which)) for which in ProxyFor)


class Net:
    """Hosts in memory, and a proxy like Tor's at 127.0.0.1:9050."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.internet = FakeInternet(self.clock)
        self.tor = SocksProxy(self.internet)
        self.tor.likes_logins = True
        self.internet.add(*TOR, self.tor)
        monkeypatch.setattr(reach, "default_endpoints", lambda _reactor: self.internet.endpoint)

    def ask(self, settings: Settings, host: str, port: int = 79, stranger: bool = False) -> object:
        for name in (host, host.lower()):
            self.internet.add(name, port, Honest(PLAN))
        asking = client(self.clock, settings, stranger=stranger).ask(host, port, b"ana\r\n")
        self.internet.flush()
        return outcome_of(asking)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    return Net(monkeypatch)


def test_an_onion_service_is_asked_by_way_of_the_proxy(net: Net) -> None:
    """In any case of its name; other hosts are not, unless all are to be."""
    assert net.ask(ONIONS, ONION.title()) == PLAN
    assert net.tor.asked == [(3, ONION.encode(), 79)]
    assert net.internet.attempts == [TOR]
    assert net.ask(ONIONS, "fields.example") == PLAN
    assert net.internet.attempts == [TOR, ("fields.example", 79)]
    assert net.ask(ALL, "fields.example") == PLAN
    assert net.ask(ALL, "198.35.26.96") == PLAN
    assert net.internet.attempts[2:] == [TOR, TOR]
    assert net.tor.asked[1:] == [(3, b"fields.example", 79), (1, bytes([198, 35, 26, 96]), 79)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_is_asked_directly(net: Net, host: str) -> None:
    """What begins or ends here needs no proxy, and a proxy like Tor's would refuse it."""
    assert net.ask(ALL, host, 7979) == PLAN
    assert net.internet.attempts == [(host, 7979)]


@pytest.mark.parametrize("settings", [ONIONS, ALL], ids=["onion", "all"])
@pytest.mark.parametrize("stranger", [False, True])
def test_names_are_looked_up_by_the_proxy_alone(settings: Settings, stranger: bool) -> None:
    """Over the real endpoints: no name server here hears of an onion service, nor of any host where all go through."""
    reactor = ResolvingReactor({"fields.example": [["198.35.26.96"]]})
    for host in (ONION, ONION.upper(), "fields.example"):
        client(reactor, settings, stranger=stranger).ask(host, 79, b"ana\r\n").addErrback(lambda _: None)
        reactor.pump([0, 1])
    assert reactor.lookups == ([] if settings is ALL else ["fields.example"])
    assert reactor.dialled[:2] == [TOR, TOR]


def test_an_onion_service_without_a_proxy_is_asked_of_nobody() -> None:
    """RFC 7686 2: its name never reaches a name server."""
    reactor = ResolvingReactor()
    refused = outcome_of(client(reactor, Settings()).ask(ONION, 79, b"ana\r\n"))
    assert isinstance(refused, OnionWithoutProxy)
    assert "run Tor" in str(refused)
    assert str(refused).startswith(ONION)
    assert (reactor.lookups, reactor.dialled) == ([], [])


def test_a_route_goes_before_and_may_lead_to_an_onion_service(net: Net) -> None:
    """To a tunnel on this machine it goes directly."""
    net.internet.add(ONION, 79, Honest(PLAN))
    net.internet.add("127.0.0.1", 7979, Honest(PLAN))
    routes = {("fields.example", 79): (ONION, 79), ("mill.example", 79): ("127.0.0.1", 7979)}
    settings = Settings(routes=routes, proxy=ALL.proxy)
    assert net.ask(settings, "fields.example") == PLAN
    assert net.tor.asked == [(3, ONION.encode(), 79)]
    assert net.ask(settings, "mill.example") == PLAN
    assert net.internet.attempts == [TOR, ("127.0.0.1", 7979)]


def test_each_host_has_a_circuit_of_its_own(net: Net) -> None:
    """Tor keeps different names and passwords apart; those that the settings give are given instead."""
    for host in ("fields.example", "mill.example", "fields.example"):
        assert net.ask(ALL, host) == PLAN
    assert net.tor.logins[0] == net.tor.logins[2] != net.tor.logins[1]
    net.tor.login = (b"ana", b"l:eeks")
    settings = Settings(proxy=Proxy.parse("socks5://ana:l%3Aeeks@127.0.0.1:9050", ProxyFor.ALL))
    assert net.ask(settings, "fields.example") == PLAN
    assert isinstance(net.ask(ALL, "fields.example"), ProxyUnreachable)


@pytest.mark.parametrize(("reply", "kind"), [(5, ConnectionRefused), (1, HostUnreachable), (0xF0, HostUnreachable)])
def test_what_the_proxy_says_of_a_host_is_told_of_the_host(net: Net, reply: int, kind: type[Exception]) -> None:
    net.tor.reply = reply
    failed = net.ask(ONIONS, ONION)
    assert type(failed) is kind
    assert str(failed).startswith(ONION)


def test_a_proxy_that_is_not_there_is_told_of_the_proxy(net: Net) -> None:
    """Its name and password are not."""
    settings = Settings(proxy=Proxy.parse("socks5://ana:secret@127.0.0.1:9050", ProxyFor.ALL))
    net.internet.add(*TOR, Refusing())
    failed = net.ask(settings, "fields.example")
    assert isinstance(failed, ProxyUnreachable)
    assert str(failed).startswith("fields.example: the proxy can not be connected to (proxy 127.0.0.1:9050)")
    net.internet.add(*TOR, net.tor)
    net.tor.login = (b"ana", b"another")
    assert isinstance(failed := net.ask(settings, "fields.example"), ProxyUnreachable)
    assert "does not take the name and password" in str(failed)
    assert "secret" not in str(failed)


def test_a_circuit_takes_its_time(net: Net) -> None:
    """Longer than a direct connection may; what the caller sets goes before."""
    net.internet.add(*TOR, NeverConnects())
    patient = client(net.clock, ALL).ask("fields.example", 79, b"")
    hasty = client(net.clock, ALL, limits=ClientLimits(connect_seconds=5)).ask("fields.example", 79, b"")
    net.internet.advance(6)
    assert isinstance(outcome_of(hasty), TimedOut)
    assert not patient.called
    net.internet.advance(reach.BY_PROXY.connect_seconds)
    assert isinstance(outcome_of(patient), TimedOut)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 79), ("10.0.0.1", 79), ("nas.local", 79), (ONION, 25)])
def test_a_stranger_leads_no_proxy_astray(net: Net, host: str, port: int) -> None:
    """What can be seen without looking it up is refused before the proxy hears of it."""
    assert isinstance(net.ask(ALL, host, port, stranger=True), HostGuarded)
    assert net.internet.attempts == []


def test_a_stranger_may_name_an_onion_service(net: Net) -> None:
    assert net.ask(ONIONS, ONION, stranger=True) == PLAN
