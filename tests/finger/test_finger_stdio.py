"""The server for inetd: over a pair of sockets and over pipes, with real descriptors and no waiting."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from finger.query import Query
from finger.stdio import StdioLimits, serve_stdio


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    client, server = socket.socketpair()
    with client, server:
        yield client, server


def read_all(client: socket.socket) -> bytes:
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def test_answers_one_query(pair):
    client, server = pair
    asked: list[Query] = []

    def answer(query: Query) -> bytes:
        asked.append(query)
        return b"moo \xff\r\n"

    client.sendall(b"/W ana\r\n")
    assert serve_stdio(answer, server, server) is True
    server.close()
    assert read_all(client) == b"moo \xff\r\n"
    assert asked == [Query("ana", verbose=True)]


def test_descriptor_is_given_back_as_it_was(pair):
    client, server = pair
    client.sendall(b"ana\r\n")
    serve_stdio(lambda query: b"", server, server)
    assert os.get_blocking(server.fileno())


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"a" * 600, b"The query is longer than 512 bytes; please ask for less at once.\r\n"),
        (b"a@\r\n", b"A host is missing after an @; write user@host.\r\n"),
        (b"", b"No query came. Send a name and the enter key, or the enter key alone.\r\n"),
    ],
)
def test_what_is_no_query_gets_a_polite_line(pair, line, reply):
    client, server = pair
    client.sendall(line)
    limits = StdioLimits(query_seconds=0, linger_seconds=0) if not line else StdioLimits(linger_seconds=0)
    assert serve_stdio(lambda query: b"never", server, server, limits=limits) is False
    server.close()
    assert read_all(client) == reply


def test_early_end_gets_a_polite_line(pair):
    client, server = pair
    client.sendall(b"ana")
    client.shutdown(socket.SHUT_WR)
    assert serve_stdio(lambda query: b"never", server, server) is False
    server.close()
    assert read_all(client) == b"The connection was closed before the end of the query line.\r\n"


def test_answer_that_raises_is_raised_on_after_a_polite_line(pair):
    client, server = pair
    client.sendall(b"ana\r\n")

    def answer(query: Query) -> bytes:
        raise RuntimeError("the secret reason")

    with pytest.raises(RuntimeError, match="secret"):
        serve_stdio(answer, server, server)
    server.close()
    reply = read_all(client)
    assert reply.startswith(b"Sorry, this host could not answer that.")
    assert b"secret" not in reply


def test_slow_reader_is_given_up(pair):
    client, server = pair
    client.sendall(b"ana\r\n")
    limits = StdioLimits(send_seconds=0)
    assert serve_stdio(lambda query: b"m" * 10_000_000, server, server, limits=limits) is False


def test_reader_that_left_is_no_error(pair):
    client, server = pair
    client.sendall(b"ana\r\n")
    client.close()
    assert serve_stdio(lambda query: b"moo", server, server) is False


def test_over_tcp_a_query_far_too_long_resets_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
        with client, server:
            client.sendall(b"a" * 300_000)
            client.shutdown(socket.SHUT_WR)
            assert serve_stdio(lambda query: b"never", server, server) is False
            server.close()
            assert read_all(client).startswith(b"The query is longer than 512 bytes")


def test_over_pipes_in_a_process_of_its_own():
    script = (
        "import sys; from finger.stdio import serve_stdio; "
        "serve_stdio(lambda query: b'x' * 300_000 + str(query).encode(), sys.stdin, sys.stdout); "
        "assert 'socket' not in sys.modules and 'twisted' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], input=b"ana\n", capture_output=True, check=True)
    assert done.stdout == b"x" * 300_000 + b"ana"
    assert done.stderr == b""
