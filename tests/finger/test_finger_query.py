"""The grammar of RFC 1288 2.3, case by case, and for any bytes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finger.query import MAX_QUERY, Query, QueryError, Target, host_port, split_host

LINES = [
    # RFC 1288 2.3 and 2.5, and its examples in 4
    (b"\r\n", Query()),
    (b"/W\r\n", Query(verbose=True)),
    (b"/W \r\n", Query(verbose=True)),  # finger -l @host
    (b"alice\r\n", Query("alice")),
    (b"/W alice\r\n", Query("alice", verbose=True)),
    (b"/W   alice\r\n", Query("alice", verbose=True)),
    (b"@host\r\n", Query("", ("host",))),
    (b"/W @host\r\n", Query("", ("host",), verbose=True)),
    (b"alice@host\r\n", Query("alice", ("host",))),
    (b"/W alice@a@b\r\n", Query("alice", ("a", "b"), verbose=True)),
    # what clients send besides
    (b"alice\n", Query("alice")),
    (b"alice", Query("alice")),
    (b"", Query()),
    (b"/w alice\r\n", Query("alice", verbose=True)),
    (b"alice /W\r\n", Query("alice", verbose=True)),  # RFC 742
    (b"/W@host\r\n", Query("", ("host",), verbose=True)),
    (b" alice \r\n", Query("alice")),
    (b"alice  liddell\r\n", Query("alice liddell")),
    # names that only look like switches
    (b"/Wayne\r\n", Query("/Wayne")),
    (b"/W /Wayne\r\n", Query("/Wayne", verbose=True)),
    (b"-l\r\n", Query("-l")),
    # views, ports, addresses
    (b"alice/since/41\r\n", Query("alice/since/41")),
    (b"alice/head@her.host:7979\r\n", Query("alice/head", ("her.host:7979",))),
    (b"alice@[2001:db8::1]:7979\r\n", Query("alice", ("[2001:db8::1]:7979",))),
    (b"alice@[::1]@relay\r\n", Query("alice", ("[::1]", "relay"))),
    # 8 bits
    ("zoë@münchen.example\r\n".encode(), Query("zoë", ("münchen.example",))),
    ("zoë\r\n".encode("latin-1"), Query("zo\udceb")),
]

REFUSED = [
    (b"alice@\r\n", "missing"),
    (b"alice@@host\r\n", "missing"),
    (b"alice @host\r\n", "space"),
    (b"alice@ho st\r\n", "space"),
    (b"alice\x00\r\n", "control"),
    (b"al\x1b[2Jice\r\n", "control"),
    (b"alice\tb\r\n", "control"),
    (b"alice\rbob\r\n", "control"),
    (b"alice\nbob\r\n", "control"),
    ("ali\x85ce\r\n".encode(), "control"),
    (b"alice@::1\r\n", "brackets"),
    (b"alice@[::1\r\n", "not a host"),
    (b"alice@[moo]\r\n", "IPv6"),
    (b"alice@host:0\r\n", "port"),
    (b"alice@host:65536\r\n", "port"),
    (b"alice@host:moo\r\n", "not a host"),
    (b"/W /W\r\n", "/W"),
    (b"a" * 511 + b"\r\n", "512 bytes"),
]


@pytest.mark.parametrize(("line", "query"), LINES)
def test_line_is_read(line, query):
    assert Query.parse(line) == query


@pytest.mark.parametrize(("line", "query"), LINES)
def test_what_is_read_is_written_as_the_same_query(line, query):
    assert Query.parse(query.encode()) == query
    assert query.encode().endswith(b"\r\n")
    assert Query.parse(str(query).encode("utf-8", "surrogateescape")) == query


@pytest.mark.parametrize(("line", "why"), REFUSED)
def test_line_is_refused_with_a_reason(line, why):
    with pytest.raises(QueryError, match=why):
        Query.parse(line)


def test_written_form_is_the_grammars():
    assert Query().encode() == b"\r\n"
    assert Query(verbose=True).encode() == b"/W\r\n"
    assert Query("alice", ("a", "b"), verbose=True).encode() == b"/W alice@a@b\r\n"


@pytest.mark.parametrize(
    "user", ["/W", "/w alice", "alice /W", "a@b", " a", "a  b", "a\r\nb", "\ud800", "\udcc3\udca9"]
)
def test_what_can_not_be_sent_can_not_be_made(user):
    with pytest.raises(QueryError):
        Query(user)


def test_longest_line():
    longest = "a" * (MAX_QUERY - 2)
    assert len(Query(longest).encode()) == MAX_QUERY
    assert Query.parse(longest.encode() + b"\n") == Query(longest)
    with pytest.raises(QueryError):
        Query(longest + "a")
    with pytest.raises(QueryError):
        Query("é" * 256)


@given(st.binary(max_size=600))
@example(b"/W@" + b"h" * 507)
def test_any_bytes_are_a_query_or_refused(line):
    try:
        query = Query.parse(line)
    except QueryError:
        return
    assert Query.parse(query.encode()) == query
    assert len(query.encode()) <= MAX_QUERY


TOKENS = ["/W", "/w", " ", "@", "alice", "[::1]", "host", ":79", "/", "é", "\udcff", "b"]
PIECES = st.lists(st.sampled_from(TOKENS), max_size=9)


@given(PIECES)
def test_any_arrangement_of_tokens_round_trips_or_is_refused(pieces):
    line = "".join(pieces).encode("utf-8", "surrogateescape")
    try:
        query = Query.parse(line)
    except QueryError:
        return
    assert Query.parse(query.encode()) == query
    assert str(Query.parse(query.encode())) == str(query)


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3), st.booleans())
def test_every_query_that_can_be_made_round_trips(user, hosts, verbose):
    try:
        query = Query(user, tuple(hosts), verbose)
    except QueryError:
        return
    assert Query.parse(query.encode()) == query


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("ana@fields.example", Target(Query("ana"), "fields.example", 79)),
        ("ana@fields.example:7979", Target(Query("ana"), "fields.example", 7979)),
        ("alice@b@c", Target(Query("alice", ("b",)), "c", 79)),
        ("@fields.example", Target(Query(), "fields.example", 79)),
        ("/W ana@h", Target(Query("ana", verbose=True), "h", 79)),
        ("ana", Target(Query("ana"), "localhost", 79)),
        ("", Target(Query(), "localhost", 79)),
        ("ana@[::1]:7979", Target(Query("ana"), "::1", 7979)),
        ("alice/head@her.host:7979@mirror:80", Target(Query("alice/head", ("her.host:7979",)), "mirror", 80)),
        ("zoë@h", Target(Query("zoë"), "h", 79)),
    ],
)
def test_what_a_person_types(text, target):
    assert Target.parse(text) == target
    assert Target.parse(str(target)) == target


def test_a_person_can_ask_at_length():
    query, host, port = Target.parse("ana@h", verbose=True)
    assert (query, host, port) == (Query("ana", verbose=True), "h", 79)


@pytest.mark.parametrize("text", ["ana@", "ana@h:99999", "ana\n@h", "ana@::1", "x" * 600, "\ud800@h"])
def test_what_a_person_mistypes(text):
    with pytest.raises(QueryError):
        Target.parse(text)


def test_hosts_and_ports():
    assert split_host("h") == ("h", None)
    assert split_host("[fe80::1%eth0]:79") == ("fe80::1%eth0", 79)
    assert host_port("h", 79) == "h"
    assert host_port("::1", 7979) == "[::1]:7979"
