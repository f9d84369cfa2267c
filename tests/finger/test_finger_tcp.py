"""Server and client over real sockets on loopback, in processes of their own: a reactor runs once in a process."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

SERVER = """
import sys
from twisted.internet import reactor
from finger.server import FingerServerFactory, ServerLimits, describe, listen

def answer(query, peer):
    if query.user == "raise":
        raise RuntimeError("the secret reason")
    if query.user == "long":
        return b"m" * 3_000_000
    return f"{query} for {peer.host}\\r\\n".encode("utf-8", "surrogateescape")

limits = ServerLimits(linger_seconds=5, connections=200, connections_per_address=200)
factory = FingerServerFactory(answer, clock=reactor, limits=limits)

def started(port):
    print(describe(port), flush=True)

def stopped():
    return factory.stop()

reactor.addSystemEventTrigger("before", "shutdown", stopped)
listen(reactor, sys.argv[1], factory).addCallback(started)
reactor.run()
"""

CLIENT = """
import sys
from twisted.internet import reactor
from finger.client import ClientLimits, FingerClient, default_endpoints
from finger.query import Target

target = Target.parse(sys.argv[1])
client = FingerClient(default_endpoints(reactor), reactor, ClientLimits(connect_seconds=20))

def show(result):
    text = result if isinstance(result, bytes) else f"{type(result.value).__name__}: {result.value}".encode()
    sys.stdout.buffer.write(text)
    reactor.stop()

reactor.callWhenRunning(lambda: client.ask(target.host, target.port, target.query).addBoth(show))
reactor.run()
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, "tcp:0:interface=127.0.0.1"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            host, _, number = process.stdout.readline().strip().rpartition(":")
            assert host == "127.0.0.1"
            yield int(number)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, "SIGTERM ends it cleanly"


def exchange(port: int, *sent: bytes, half_close: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        for piece in sent:
            client.sendall(piece)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := client.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)


def ask(target: str) -> bytes:
    return subprocess.run([sys.executable, "-c", CLIENT, target], capture_output=True, check=True).stdout


def test_answers_over_tcp(port):
    assert exchange(port, b"/W ", b"zo", "ë\r\n".encode()) == "/W zoë for 127.0.0.1\r\n".encode()


def test_eight_bit_names_come_back(port):
    assert exchange(port, b"zo\xeb\n") == b"zo\xeb for 127.0.0.1\r\n"


def test_client_that_closes_its_direction_gets_all(port):
    assert exchange(port, b"long\r\n", half_close=True) == b"m" * 3_000_000


def test_query_far_too_long_is_answered_and_not_reset(port):
    assert exchange(port, b"a" * 1_000_000, half_close=True).startswith(b"The query is longer than 512 bytes")


def test_bytes_after_the_query_do_not_reset_the_answer(port):
    assert exchange(port, b"long\r\n" + b"x" * 100_000, half_close=True) == b"m" * 3_000_000


def test_idle_clients_a_trickle_and_one_that_never_reads_keep_nobody_out(port):
    with ExitStack() as open_ones:

        def connect() -> socket.socket:
            return open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))

        connect().sendall(b"long\r\n")  # and it never reads
        idle = [connect() for _ in range(600)]
        trickle = connect()
        for letter in b"abcdefgh":
            trickle.sendall(bytes([letter]))
            assert exchange(port, b"ana\r\n") == b"ana for 127.0.0.1\r\n"
        assert idle[0].recv(1000).startswith(b"Too many connections from your address.")


def test_client_and_server_together(port):
    assert ask(f"ana/since/41@127.0.0.1:{port}") == b"ana/since/41 for 127.0.0.1\r\n"
    assert ask(f"long@localhost:{port}") == b"m" * 3_000_000


def test_client_at_a_port_where_nothing_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        number = unused.getsockname()[1]
        assert ask(f"ana@127.0.0.1:{number}").startswith(f"ConnectionRefused: 127.0.0.1:{number}: ".encode())


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this system has no IPv6")
def test_over_ipv6():
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, r"tcp6:0:interface=\:\:1"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            place = process.stdout.readline().strip()
            assert place.startswith("[::1]:")
            assert ask(f"ana@{place}") == b"ana for ::1\r\n"
        finally:
            process.terminate()
            assert process.wait(20) == 0
