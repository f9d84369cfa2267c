"""A host that a stranger named leads to the public internet, or nowhere."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finger.errors import AskFailed, ConnectionRefused
from finger.query import host_port
from tests.support.resolving import ResolvingReactor
from tests.support.socks import outcome_of
from thimbl.home.settings import Settings
from thimbl.node.guard import HostGuarded, check_name, what_else
from thimbl.node.reach import client

PLAIN = Settings()
PUBLIC = "198.35.26.96"
PUBLIC_6 = "2620:0:860:ed1a::1"

INSIDE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.254", "192.0.0.9", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "224.0.1.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:c623:1a60::1",
    "3fff::1", "5f00::1", "fc00::1", "fd12:3456:789a::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip


def asked(reactor: ResolvingReactor, host: str, port: int = 79, settings: Settings = PLAIN) -> object:
    """What comes of asking a host that a stranger named."""
    asking = client(reactor, settings, stranger=True).ask(host, port, b"ana\r\n")
    reactor.pump([1] * 5)  # each address has its turn a third of a second after the last one
    return outcome_of(asking)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_nobodys_business(address: str) -> None:
    """As it stands, and as what a name leads to: nothing is connected to."""
    assert what_else(ip_address(address))
    reactor = ResolvingReactor({"mirror.example": [[address]]})
    for host in (address, "mirror.example"):
        refused = asked(reactor, host)
        assert isinstance(refused, HostGuarded)
        assert "private_hosts" in str(refused)
        assert refused.where == host_port(host, 79)
    assert reactor.dialled == []


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, "::ffff:198.35.26.96", "64:ff9b::c623:1a60", "9.9.9.9"])
def test_the_public_internet(address: str) -> None:
    """Asked as any host is; an IPv4 address in an IPv6 one counts as itself."""
    assert what_else(ip_address(address)) is None
    reactor = ResolvingReactor({"mirror.example": [[address]]})
    assert isinstance(asked(reactor, "mirror.example"), ConnectionRefused)
    assert isinstance(asked(reactor, address), ConnectionRefused)
    assert reactor.dialled == [(address, 79), (address, 79)]


@given(number=st.integers(0, 2**32 - 1))
def test_what_ipaddress_calls_private_is_refused(number: int) -> None:
    """Bare, and in the two forms of an IPv6 address that carry an IPv4 one."""
    address = ip_address(number)
    if not address.is_global or address.is_multicast:
        assert what_else(address)
    for carrier in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert what_else(ip_address(carrier)) == what_else(address)


def test_of_several_addresses_only_the_public_are_connected_to() -> None:
    reactor = ResolvingReactor({"mirror.example": [["10.0.0.1", PUBLIC, "::1", PUBLIC_6]]})
    assert isinstance(asked(reactor, "mirror.example"), AskFailed)
    assert reactor.dialled == [(PUBLIC, 79), (PUBLIC_6, 79)]


def test_a_name_that_changes_its_mind() -> None:
    """DNS rebinding: the look-up that is looked at is the one that is connected to, and there is no second."""
    reactor = ResolvingReactor({"mirror.example": [[PUBLIC], ["127.0.0.1"]]})
    assert isinstance(asked(reactor, "mirror.example"), ConnectionRefused)
    assert (reactor.lookups, reactor.dialled) == (["mirror.example"], [(PUBLIC, 79)])
    assert isinstance(asked(reactor, "mirror.example"), HostGuarded)
    assert reactor.dialled == [(PUBLIC, 79)]


@pytest.mark.parametrize("port", [1, 22, 25, 80, 443, 631, 1023, 2049, 5060, 6000, 6667])
def test_ports_of_other_services(port: int) -> None:
    reactor = ResolvingReactor({"mirror.example": [[PUBLIC]]})
    assert isinstance(asked(reactor, "mirror.example", port), HostGuarded)
    assert (reactor.lookups, reactor.dialled) == ([], [])


@pytest.mark.parametrize("port", [79, 1024, 7979, 65535])
def test_ports_of_anybodys(port: int) -> None:
    reactor = ResolvingReactor({"mirror.example": [[PUBLIC]]})
    assert isinstance(asked(reactor, "mirror.example", port), ConnectionRefused)
    assert reactor.dialled == [(PUBLIC, port)]


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST", "ana.localhost", "printer", "nas.local", "db.internal", "box.home.arpa", "a.lan"]
)
def test_names_of_one_network(name: str) -> None:
    """They are not even looked up."""
    reactor = ResolvingReactor({name: [[PUBLIC]]})
    assert isinstance(asked(reactor, name), HostGuarded)
    assert reactor.lookups == []
    check_name("", "fields.example", 79)


def test_a_number_that_a_resolver_takes_for_an_address() -> None:
    """`0x7f000001` is a name by its letters, and 127.0.0.1 to getaddrinfo."""
    reactor = ResolvingReactor({"0x7f.example": [["127.0.0.1"]]})
    assert isinstance(asked(reactor, "0x7f.example"), HostGuarded)
    assert isinstance(asked(reactor, "0x7f000001"), HostGuarded)


def test_whoever_allows_it_asks_private_hosts_too() -> None:
    reactor = ResolvingReactor({"mirror.example": [["10.0.0.1"]]})
    assert isinstance(asked(reactor, "mirror.example", 80, Settings(private_hosts=True)), ConnectionRefused)
    assert reactor.dialled == [("10.0.0.1", 80)]


def test_a_route_is_the_persons_own_word() -> None:
    """It may lead anywhere; another port of that host is none of it."""
    reactor = ResolvingReactor()
    settings = Settings(routes={("mirror.example", 79): ("127.0.0.1", 7979), ("[2001:db8::1]", 79): ("[::1]", 7980)})
    assert isinstance(asked(reactor, "Mirror.example", settings=settings), ConnectionRefused)
    assert isinstance(asked(reactor, "2001:DB8::1", settings=settings), ConnectionRefused)
    assert reactor.dialled == [("127.0.0.1", 7979), ("::1", 7980)]
    assert isinstance(asked(reactor, "mirror.example", 80, settings), HostGuarded)


def test_whom_a_person_names_themselves_is_asked_wherever_they_are() -> None:
    reactor = ResolvingReactor({"nas.local": [["192.168.1.9"]]})
    for host, port in (("nas.local", 79), ("127.0.0.1", 22), ("::1", 7979)):
        asking = client(reactor, Settings()).ask(host, port, b"ana\r\n")
        reactor.pump([0, 1])
        assert isinstance(outcome_of(asking), ConnectionRefused)
    assert reactor.dialled == [("192.168.1.9", 79), ("127.0.0.1", 22), ("::1", 7979)]
