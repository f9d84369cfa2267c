"""Where a server listens, with which backlog, and how that is said."""

from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock

from finger.errors import ListenFailed
from finger.listening import describe, listen, maximum_backlog, with_backlog
from tests.support.finger_world import Reactor


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("tcp:79", "tcp:79:backlog=9"),
        ("tcp:7979:interface=127.0.0.1", "tcp:7979:interface=127.0.0.1:backlog=9"),
        (r"tcp:7979:interface=\:\:1", r"tcp:7979:interface=\:\:1:backlog=9"),
        ("tcp:port=7979", "tcp:port=7979:backlog=9"),
        ("tcp:79:backlog=5", "tcp:79:backlog=5"),
        ("tcp:79:127.0.0.1:5", "tcp:79:127.0.0.1:5"),
        ("tcp:79:127.0.0.1", "tcp:79:127.0.0.1:backlog=9"),
        ("tcp6:79", "tcp6:79:backlog=9"),
        ("tcp6:79:5", "tcp6:79:5"),
        ("unix:/run/finger.sock", "unix:/run/finger.sock:backlog=9"),
        (r"unix:/run/a\:b:mode=660", r"unix:/run/a\:b:mode=660:backlog=9"),
        ("unix:/run/f:660:5", "unix:/run/f:660:5"),
        ("systemd:domain=INET:index=0", "systemd:domain=INET:index=0"),
        ("", ""),
    ],
)
def test_backlog_is_added_where_none_is_given(description, expected):
    assert with_backlog(description, 9) == expected


def test_maximum_backlog(tmp_path):
    path = tmp_path / "somaxconn"
    path.write_text("12345\n", encoding="ascii")
    assert maximum_backlog(path) == 12345
    assert maximum_backlog(tmp_path / "missing") >= 128
    assert maximum_backlog() >= 128


def result_of(description: str, reactor: Any = None) -> Any:
    results: list[Any] = []
    listen(reactor or Reactor(), description, Factory()).addBoth(results.append)
    return results[0]


@pytest.mark.parametrize("description", ["tcp:0:interface=127.0.0.1", "dual:0", "unix:{folder}/socket"])
def test_listens_until_it_is_stopped(description, tmp_path):
    reactor = Reactor()
    port = result_of(description.format(folder=tmp_path), reactor)
    assert len(reactor.readers) == 1
    port.stopListening()
    assert reactor.readers == []


def test_what_it_does_not_know_is_for_twisted_to_parse():
    """Whether it has TLS or not: this key is nowhere."""
    failure = result_of("ssl:7979:privateKey=/nowhere/key.pem", MemoryReactorClock())
    assert isinstance(failure.value, ListenFailed)
    assert "ssl:7979" in str(failure.value)


@pytest.mark.parametrize("description", ["", "tcp", "tcp:moo", "moo:79", "tcp:79:moo=1", "79", "tcp:70000"])
def test_description_that_says_nothing(description):
    failure = result_of(description)
    assert isinstance(failure.value, ListenFailed)
    assert "tcp:7979" in str(failure.value)


def test_place_that_is_taken():
    port = result_of("tcp:0:interface=127.0.0.1")
    place = f"tcp:{port.getHost().port}:interface=127.0.0.1"
    failure = result_of(place)
    assert str(failure.value) == (
        f"can not listen on {place}: another program listens there already; stop it, or choose another port"
    )
    port.stopListening()


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (IPv4Address("TCP", "127.0.0.1", 79), "127.0.0.1:79"),
        (IPv6Address("TCP", "::1", 7979), "[::1]:7979"),
        (UNIXAddress("/run/finger.sock"), "unix:/run/finger.sock"),
    ],
)
def test_description_of_a_bound_port(address, text):
    class Port:
        def getHost(self) -> Any:
            return address

        def stopListening(self) -> None:
            raise AssertionError

    assert describe(cast("Any", Port())) == text
