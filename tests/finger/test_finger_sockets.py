"""Sockets bound without a reactor: what a description makes, and what it says when it can not."""

import os
import socket
import stat
import subprocess
import sys

import pytest

from finger.descriptions import Description
from finger.errors import ListenFailed
from finger.sockets import bind, everywhere


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this system has no IPv6")


@pytest.fixture
def bound():
    opened: list[socket.socket] = []

    def one(description: str) -> socket.socket:
        [sock] = bind(description)
        opened.append(sock)
        return sock

    yield one
    for sock in opened:
        sock.close()


def reaches(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def test_fields_of_a_description():
    parsed = Description.parse(r"tcp:79:interface=\:\:1:backlog=5")
    assert (parsed.kind, parsed.fields, parsed.named) == ("tcp", ("79",), {"interface": "::1", "backlog": "5"})
    assert parsed.take("port", "interface", "backlog") == {"port": "79", "interface": "::1", "backlog": "5"}


@pytest.mark.parametrize("address", ["::1", "[::1]", r"\:\:1", "2001:db8::7", "::ffff:192.0.2.7", "fe80::1%eth0", "::"])
def test_an_ipv6_address_needs_no_quoting(address):
    """As it is written everywhere: its colons part no fields, and what stands behind it is a field as ever."""
    plain = address.strip("[]").replace("\\", "")
    for more, rest in (("", {}), (":backlog=5", {"backlog": "5"})):
        parsed = Description.parse(f"tcp6:79:interface={address}{more}")
        assert (parsed.fields, parsed.named) == (("79",), {"interface": plain, **rest})


def test_ipv4(bound):
    sock = bound("tcp:0:interface=127.0.0.1")
    assert sock.family == socket.AF_INET
    assert not sock.getblocking()
    assert not sock.get_inheritable()
    assert reaches("127.0.0.1", sock.getsockname()[1])


@needs_ipv6
def test_ipv6_by_its_own_kind_and_by_an_address(bound):
    assert bound("tcp6:0").family == socket.AF_INET6
    assert bound(r"tcp:0:interface=\:\:1").getsockname()[0] == "::1"
    assert bound(r"tcp6:0:interface=\:\:1").getsockname()[0] == "::1"


@needs_ipv6
def test_dual_takes_both(bound):
    port = bound(everywhere(0)).getsockname()[1]
    assert reaches("127.0.0.1", port)
    assert reaches("::1", port)


def test_dual_without_ipv6_is_ipv4(bound, monkeypatch):
    real = socket.socket

    def without_ipv6(family=-1, *args, **kwargs):
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return real(family, *args, **kwargs)

    monkeypatch.setattr("finger.sockets.socket.socket", without_ipv6)
    assert bound("dual:0").family == socket.AF_INET


def test_unix_socket(bound, tmp_path):
    path = tmp_path / "a:socket"
    sock = bound(f"unix:{tmp_path}/a\\:socket:mode=660")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    with pytest.raises(ListenFailed, match="another program"):
        bind(f"unix:{tmp_path}/a\\:socket")
    sock.close()
    assert path.exists()
    bound(f"unix:{tmp_path}/a\\:socket")


def test_unix_socket_replaces_no_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("precious")
    with pytest.raises(ListenFailed):
        bind(f"unix:{path}")
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("description", "why"),
    [
        ("", "begins with one of tcp, tcp6"),
        ("onion:79", "begins with one of tcp, tcp6"),
        ("tcp", "tcp:7979"),
        ("tcp:moo", "tcp:7979"),
        ("tcp:65536", "65536 is not a port"),
        ("tcp:-1", "-1 is not a port"),
        ("tcp:0:interface=localhost", "does not appear to be an IPv4 or IPv6 address"),
        ("tcp:0:interface=192.0.2.1", "this computer has no such address"),
        ("tcp:0:moo=1", "tcp has no field moo"),
        ("tcp:0:port=0", "port is given twice"),
        ("dual:0:1:2", "dual takes at most 2 fields"),
        ("unix:", "wants a path"),
        ("unix:/nowhere/at/all", "No such file"),
        ("unix:/tmp/x:mode=9", "tcp:7979"),
    ],
)
def test_what_can_not_be_bound(description, why):
    with pytest.raises(ListenFailed, match=why):
        bind(description)


ME = {"LISTEN_PID": str(os.getpid())}


@pytest.mark.parametrize(
    ("description", "environ", "why"),
    [
        ("systemd", {}, "no socket was passed to this process: start it by its systemd socket unit"),
        ("systemd:domain=INET6:index=0", {}, "no socket was passed"),
        ("systemd", {"LISTEN_PID": "1", "LISTEN_FDS": "1"}, "no socket was passed"),
        ("systemd", {**ME, "LISTEN_FDS": "moo"}, "no socket was passed"),
        ("systemd:index=2", {**ME, "LISTEN_FDS": "2"}, "2 sockets were passed, numbered from 0; there is no number 2"),
        ("systemd:name=a", {**ME, "LISTEN_FDS": "1"}, "those passed: none has a name"),
        ("systemd:name=a", {**ME, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "b:c"}, "those passed: b, c"),
    ],
)
def test_systemd_passed_nothing_of_the_kind(description, environ, why):
    with pytest.raises(ListenFailed, match=why):
        bind(description, environ)


PASSED = """
import os, sys
from finger.sockets import bind
names = {"LISTEN_FDNAMES": sys.argv[2]} if sys.argv[2] else {}
environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", **names}
for sock in bind(sys.argv[1], environ):
    print(sock.family.name, sock.getsockname()[1], sock.get_inheritable(), sock.getblocking())
"""


@needs_ipv6
@pytest.mark.parametrize(
    ("description", "names", "expected"),
    [
        ("systemd", "", [0, 1]),
        ("systemd:domain=INET6:index=1", "", [1]),
        ("systemd:name=b", "a:b", [1]),
    ],
)
def test_systemd_passes_sockets_with_and_without_names(description, names, expected):
    six = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with six, socket.create_server(("127.0.0.1", 0)) as four:
        moved = [os.dup(four.fileno()), os.dup(six.fileno())]

        def place() -> None:
            high = [os.dup(fd) for fd in moved]
            held = [os.dup2(fd, 200 + number) for number, fd in enumerate(high)]
            for number, fd in enumerate(held):
                os.dup2(fd, 3 + number)

        command = [sys.executable, "-c", PASSED, description, names]
        done = subprocess.run(command, preexec_fn=place, close_fds=False, capture_output=True, text=True, check=True)
        for fd in moved:
            os.close(fd)
        lines = [f"AF_INET {four.getsockname()[1]} False False", f"AF_INET6 {six.getsockname()[1]} False False"]
    assert done.stdout.splitlines() == [lines[number] for number in expected]
