"""SOCKS5: the dialogue in whatever pieces it comes, and connections by way of a proxy in memory."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from finger.client import ClientLimits, FingerClient
from finger.errors import ConnectionBroken, TimedOut
from finger.interfaces import Endpoint
from finger.testing import FakeInternet, Honest, Lying, Resetting, Silent
from tests.support.socks import SocksProxy, outcome_of
from thimbl.node.socks import Credentials, Handshake, ProxyBroken, ProxyRefused, SocksEndpoint

PLAN = b"Plan:\r\nLeeks.\r\n"
CONNECTED = b"\x05\x00\x00\x01\0\0\0\0\0\0"


def pieces(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    """`data` cut at these places."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return (data[start:end] for start, end in pairwise(places))


@pytest.mark.parametrize(
    ("host", "destination"),
    [
        ("fields.example", b"\x03\x0efields.example"),
        ("192.0.2.7", b"\x01\xc0\x00\x02\x07"),
        ("2001:db8::1", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01"),
    ],
)
def test_the_words_of_a_dialogue(host: str, destination: bytes) -> None:
    """RFC 1928 3 to 6, byte by byte."""
    handshake = Handshake(host, 7979)
    assert handshake.hello == b"\x05\x01\x00"
    assert handshake.receive(b"\x05\x00") == b"\x05\x01\x00" + destination + b"\x1f\x2b"
    assert not handshake.done
    assert handshake.receive(CONNECTED) == b""
    assert handshake.done


def test_a_name_and_password() -> None:
    """RFC 1929 2; a proxy that wants none is told none."""
    credentials = Credentials(b"ana", b"leeks!")
    handshake = Handshake("fields.example", 79, credentials)
    assert handshake.hello == b"\x05\x02\x00\x02"
    assert handshake.receive(b"\x05\x02") == b"\x01\x03ana\x06leeks!"
    assert handshake.receive(b"\x01\x00").startswith(b"\x05\x01\x00\x03")
    assert b"leeks!" not in Handshake("fields.example", 79, credentials).receive(b"\x05\x00")


@given(
    cuts=st.lists(st.integers(0, 1000), max_size=12),
    bound=st.sampled_from([b"\x01\0\0\0\0", b"\x03\x05relay", b"\x03\x00", b"\x04" + bytes(16)]),
    login=st.booleans(),
    rest=st.binary(max_size=9),
)
def test_pieces_of_any_size(cuts: list[int], bound: bytes, login: bool, rest: bytes) -> None:
    """The same answers, and not a byte of the host's is lost or taken."""
    said = (b"\x05\x02\x01\x00" if login else b"\x05\x00") + b"\x05\x00\x00" + bound + b"\x00\x00" + rest
    whole, cut = (Handshake("fields.example", 79, Credentials(b"a", b"b")) for _ in range(2))
    answered = b"".join(cut.receive(piece) for piece in pieces(said, cuts))
    assert answered == whole.receive(said)
    assert (cut.done, cut.rest) == (whole.done, whole.rest) == (True, rest)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"\x05\xff", "wants a name"),
        (b"\x05\x02", "wants a name"),
        (b"\x04\x00", "no SOCKS5 proxy"),
        (b"HTTP/1.1 400 Bad Request\r\n", "no SOCKS5 proxy"),
        (b"\x05\x00HTTP/1.1", "no SOCKS5 proxy"),
        (b"\x05\x00\x05\x00\x00\x07\x00", "a form that SOCKS5 does not have"),
    ],
)
def test_what_is_no_proxy(said: bytes, why: str) -> None:
    with pytest.raises(ProxyBroken, match=why):
        Handshake("fields.example", 79).receive(said)


def test_a_password_that_is_not_taken() -> None:
    handshake = Handshake("fields.example", 79, Credentials(b"ana", b"beets"))
    with pytest.raises(ProxyBroken, match="does not take the name"):
        handshake.receive(b"\x05\x02\x01\x01")


@given(reply=st.integers(1, 255))
def test_every_refusal_has_words(reply: int) -> None:
    """Whatever the number, and though nothing stands behind it."""
    handshake = Handshake("fields.example", 79)
    with pytest.raises(ProxyRefused) as refused:
        handshake.receive(bytes([5, 0, 5, reply]))
    assert refused.value.reply == reply
    assert len(str(refused.value)) > 10


class Tunnelled:
    """A client that asks all hosts of `internet` by way of the proxy at proxy.example:9050."""

    def __init__(self, limits: ClientLimits | None = None, credentials: Credentials | None = None) -> None:
        self.clock = Clock()
        self.internet = FakeInternet(self.clock, chunk=3)
        self.proxy = SocksProxy(self.internet)
        self.internet.add("proxy.example", 9050, self.proxy)
        self.internet.add("fields.example", 79, Honest(PLAN))

        def endpoint_for(host: str, port: int) -> Endpoint:
            return SocksEndpoint(self.internet.endpoint("proxy.example", 9050), host, port, credentials)

        self.client = FingerClient(endpoint_for, self.clock, limits)

    def ask(self) -> object:
        asking = self.client.ask("fields.example", 79, b"ana\r\n")
        self.internet.flush()
        return outcome_of(asking)


def test_an_answer_by_way_of_a_proxy() -> None:
    """The proxy is told the name, and is the only one that is connected to."""
    world = Tunnelled()
    assert world.ask() == PLAN
    assert world.proxy.asked == [(3, b"fields.example", 79)]
    assert set(world.internet.attempts) == {("proxy.example", 9050)}
    assert world.internet.open == 0


@pytest.mark.parametrize("bound", [b"\x03\x05relay", b"\x03\x00", b"\x04" + bytes(16)])
def test_any_form_of_the_address_in_the_reply(bound: bytes) -> None:
    world = Tunnelled()
    world.proxy.bound = bound
    assert world.ask() == PLAN


def test_what_comes_with_the_reply_is_the_hosts() -> None:
    world = Tunnelled()
    world.proxy.early = b"Welcome.\r\n"
    assert world.ask() == b"Welcome.\r\n" + PLAN


def test_a_reset_is_not_taken_for_the_end() -> None:
    """As without a proxy: a clean end is an answer, and a reset may have cut it anywhere."""
    world = Tunnelled()
    world.internet.add("fields.example", 79, Resetting(5, PLAN))
    assert isinstance(world.ask(), ConnectionBroken)
    world.internet.add("fields.example", 79, Lying(PLAN[:5]))
    assert world.ask() == PLAN[:5]


@pytest.mark.parametrize("where", ["proxy.example", "fields.example"])
def test_giving_up_closes_the_connection(where: str) -> None:
    """Whether the proxy or the host behind it says nothing."""
    world = Tunnelled(ClientLimits(connect_seconds=4, idle_seconds=4))
    world.internet.add(where, 9050 if where == "proxy.example" else 79, Silent())
    asking = world.client.ask("fields.example", 79, b"ana\r\n")
    world.internet.advance(3)
    assert world.internet.open == 1
    world.internet.advance(2)
    failed = outcome_of(asking)
    assert isinstance(failed, TimedOut)
    assert failed.phase == ("connecting" if where == "proxy.example" else "waiting")
    assert world.internet.open == 0


def test_cancelling_while_the_proxy_is_connected_to() -> None:
    world = Tunnelled()
    asking = world.client.ask("fields.example", 79, b"ana\r\n")
    asking.cancel()
    world.internet.flush()
    assert type(outcome_of(asking)).__name__ == "CancelledError"
    assert world.internet.open == 0
