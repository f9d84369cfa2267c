"""Both ends of a connection, without a socket: any cut of the bytes gives the same events."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finger.errors import (
    AnswerTooLarge,
    LocalProtocolError,
    MalformedQuery,
    QueryIncomplete,
    QueryTooLong,
    RemoteProtocolError,
)
from finger.query import MAX_QUERY, Query
from finger.wire import (
    AnswerReceived,
    ClientConnection,
    ClientState,
    QueryReceived,
    ServerConnection,
    ServerState,
    from_wire,
    to_wire,
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    starts = [0, *ends[:-1]]
    return [data[start:end] for start, end in zip(starts, ends, strict=True)]


def served(chunks: list[bytes]) -> tuple[list[QueryReceived], str | None, ServerState, bool]:
    """What a server makes of these chunks: events, error, state, and whether there was excess."""
    server, events, error = ServerConnection(), [], None
    for chunk in chunks:
        try:
            events += server.receive_data(chunk)
        except RemoteProtocolError as problem:
            assert error is None, "a fault is reported once"
            error = f"{type(problem).__name__}: {problem}"
    return events, error, server.state, server.excess


LINES = st.one_of(
    st.binary(max_size=40),
    st.binary(max_size=600),
    st.sampled_from([b"/W alice\r\n", b"\n", b"\r\n", b"alice@b\nmore", b"a" * 511 + b"\n", b"a" * 510 + b"\r\n"]),
)


@given(LINES, st.lists(st.integers(0, 700), max_size=8))
@example(b"a" * 511 + b"\n", [100])
@example(b"a" * 510 + b"\r\n", [511])
@example(b"a" * 512 + b"\n", [511, 512])
def test_server_sees_the_same_in_any_chunking(data, places):
    whole = served([data])
    assert served(cut(data, places)) == whole
    assert served([bytes([byte]) for byte in data]) == whole


def test_server_answers_a_query():
    server = ServerConnection()
    assert server.receive_data(b"/W al") == []
    assert server.receive_data(b"ice\r\n") == [QueryReceived(Query("alice", verbose=True))]
    states = [server.state]
    assert server.send_answer(b"\xffhello\r\n") == b"\xffhello\r\n"
    states.append(server.state)
    assert states == [ServerState.ANSWERING, ServerState.DONE]
    assert not server.excess


def test_server_forgets_what_comes_after_the_line():
    server = ServerConnection()
    assert server.receive_data(b"alice\r\nbob\r\n") == [QueryReceived(Query("alice"))]
    assert server.excess
    assert server.receive_data(b"carol\r\n") == []


def test_server_refuses_a_line_that_is_too_long_without_its_end():
    server = ServerConnection()
    with pytest.raises(QueryTooLong):
        server.receive_data(b"a" * MAX_QUERY)
    assert server.state is ServerState.REFUSING
    assert server.excess
    assert server.send_refusal("the query is too long") == b"The query is too long.\r\n"
    assert server.receive_data(b"a" * 1000) == []


def test_server_refuses_what_is_no_query():
    server = ServerConnection()
    with pytest.raises(MalformedQuery, match="control"):
        server.receive_data(b"\x1b]0;moo\x07\r\n")


def test_server_sees_an_early_end():
    server = ServerConnection()
    server.receive_data(b"alice")
    with pytest.raises(QueryIncomplete):
        server.receive_eof()
    assert server.state is ServerState.REFUSING


def test_server_takes_an_end_after_the_query():
    server = ServerConnection()
    server.receive_data(b"alice\r\n")
    server.receive_eof()
    assert server.send_answer(b"") == b""


def test_server_has_an_order():
    server = ServerConnection()
    with pytest.raises(LocalProtocolError):
        server.send_answer(b"too early")
    server.receive_data(b"alice\r\n")
    server.send_answer(b"in time")
    with pytest.raises(LocalProtocolError):
        server.send_answer(b"twice")
    with pytest.raises(LocalProtocolError):
        server.send_refusal("twice")


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=8))
def test_client_sees_the_same_in_any_chunking(answer, places):
    client = ClientConnection()
    assert client.send_query(Query("alice")) == b"alice\r\n"
    for chunk in cut(answer, places):
        assert client.receive_data(chunk) == []
    assert client.received == len(answer)
    assert client.receive_eof() == AnswerReceived(answer)
    assert client.state is ClientState.DONE


@given(st.integers(0, 40), st.integers(0, 40), st.lists(st.integers(0, 40), max_size=5))
def test_client_takes_an_answer_up_to_its_cap(size, cap, places):
    client = ClientConnection(max_answer=cap)
    client.send_query(Query())

    def receive() -> bytes:
        for chunk in cut(b"x" * size, places):
            client.receive_data(chunk)
        return client.receive_eof().answer

    if size <= cap:
        assert receive() == b"x" * size
    else:
        with pytest.raises(AnswerTooLarge, match=f"than {cap} bytes"):
            receive()


def test_client_stays_broken_after_too_much():
    client = ClientConnection(max_answer=3)
    client.send_query(Query())
    for _ in range(2):
        with pytest.raises(AnswerTooLarge, match="3 bytes"):
            client.receive_data(b"moo!")
    with pytest.raises(AnswerTooLarge):
        client.receive_eof()


def test_client_has_an_order():
    client = ClientConnection()
    with pytest.raises(RemoteProtocolError):
        client.receive_data(b"a server that speaks first")
    client.send_query(Query())
    with pytest.raises(LocalProtocolError):
        client.send_query(Query())
    client.receive_eof()
    with pytest.raises(LocalProtocolError):
        client.receive_data(b"after the end")


def test_client_sends_a_raw_line_as_it_is():
    assert ClientConnection().send_query(b"al\tice \xff") == b"al\tice \xff\r\n"
    assert ClientConnection().send_query(b"alice\r\n") == b"alice\r\n"
    assert ClientConnection().send_query(b"alice\n") == b"alice\r\n"


@pytest.mark.parametrize("raw", [b"a\r\nb", b"a\rb", b"a\0", b"a" * 511])
def test_client_sends_one_line_only(raw):
    with pytest.raises(LocalProtocolError):
        ClientConnection().send_query(raw)


def test_line_ends():
    assert to_wire("Plan:\nzoë\udcff\n") == "Plan:\r\nzoë".encode() + b"\xff\r\n"
    assert to_wire(b"a\r\nb\nc") == b"a\r\nb\r\nc"
    assert from_wire(b"a\r\nb\nc\r") == b"a\nb\nc\r"


@given(
    st.binary(max_size=60).map(
        lambda raw: raw.replace(b"\x00", b"\r\n").replace(b"\x01", b"\r").replace(b"\x02", b"\n")
    )
)
def test_to_wire_changes_nothing_the_second_time(raw):
    wired = to_wire(raw)
    assert to_wire(wired) == wired
    assert wired.count(b"\n") == wired.count(b"\r\n")
    if b"\r" not in raw:
        assert from_wire(wired) == raw
