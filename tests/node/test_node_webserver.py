"""HTTP connections against browsers that are slow, rude, many or gone; in memory."""

from dataclasses import replace
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Clock

from feeds.web.answering import Answers, Response
from feeds.web.asked import Site
from finger._memory import Wire
from finger.limited import SEND_BLOCK
from finger.limits import ServerLimits
from finger.served import Outcome
from tests.support.finger_world import HERE, THERE, Meeting, PatientPerson, Person
from thimbl.node.serving.webserved import Visit
from thimbl.node.serving.webserver import IDLE_SECONDS, WebFactory

LIMITS = ServerLimits(
    query_seconds=30, send_seconds=20, linger_seconds=2, connections=3, connections_per_address=3, refusals=2,
    queries_per_minute=60, queries_at_once=10,
)  # fmt: skip

GET = b"GET /ana HTTP/1.1\r\nHost: a.example\r\n\r\n"
CLOSE = GET[:-2] + b"Connection: close\r\n\r\n"


class Pages(Answers):
    """Answers with what a test says; refuses as the pages do."""

    def __call__(self, method: str, target: str, headers: Any) -> Response:
        World.asked.append((method, target))
        if isinstance(World.body, Exception):
            raise World.body
        return Response(World.status, (("Content-Type", "text/plain"),), World.body)


class World(Meeting):
    """A server, its log, and those who connect to it."""

    asked: list[tuple[str, str]]
    body: Any
    status: int

    def __init__(self, limits: ServerLimits = LIMITS) -> None:
        World.asked, World.body, World.status = [], b"moo", 200
        self.clock = Clock()
        self.visits: list[Visit] = []
        respond = Pages(Site("here"), cast("Any", None), lambda: 0)
        self.factory = WebFactory(
            respond, clock=self.clock, now=lambda: 1_795_334_400, limits=limits, heard=self.visits.append
        )

    @property
    def outcomes(self) -> list[tuple[int, Outcome]]:
        return [(visit.status, visit.outcome) for visit in self.visits]


@pytest.fixture
def world():
    world = World()
    yield world
    world.advance(100)
    assert world.factory.connections == 0
    assert world.clock.getDelayedCalls() == []


def statuses(heard: bytes) -> list[int]:
    return [int(part[:3]) for part in heard.split(b"HTTP/1.1 ")[1:]]


def test_an_answer(world):
    person = world.connect()
    world.send(person, CLOSE)
    head, _, body = person.heard.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK", b"Date: Sun, 22 Nov 2026 08:00:00 GMT", b"Content-Type: text/plain", b"Content-Length: 3",
        b"Connection: close",
    ]  # fmt: skip
    assert body == b"moo"
    assert isinstance(person.ended, ConnectionDone)
    [visit] = world.visits
    assert visit[:6] == ("GET", "/ana", 200, "page", Outcome.ANSWERED, len(person.heard))


def test_byte_by_byte(world):
    person = world.connect(chunk=1)
    world.send(person, CLOSE)
    assert person.heard.endswith(b"\r\n\r\nmoo")


def test_several_requests_on_one_connection_in_order(world):
    person = world.connect()
    world.send(person, GET)
    assert (statuses(person.heard), person.ended) == ([200], None)
    world.advance(5)
    world.send(person, GET.replace(b"/ana", b"/b") + CLOSE.replace(b"/ana", b"/c"))
    assert world.asked == [("GET", "/ana"), ("GET", "/b"), ("GET", "/c")]
    assert statuses(person.heard) == [200, 200, 200]
    assert isinstance(person.ended, ConnectionDone)
    assert [visit.target for visit in world.visits] == ["/ana", "/b", "/c"]


def test_head_and_304_have_no_body(world):
    person = world.connect()
    world.send(person, GET.replace(b"GET", b"HEAD"))
    assert person.heard.endswith(b"Content-Length: 3\r\n\r\n")
    World.status, World.body = 304, b""
    world.send(person, CLOSE)
    assert b"Content-Length" not in person.heard.split(b"HTTP/1.1 304")[1]


@pytest.mark.parametrize("size", [SEND_BLOCK - 200, SEND_BLOCK, 3 * SEND_BLOCK, 500_001])
def test_answers_of_any_size(world, size):
    World.body = b"x" * size
    person = world.connect(chunk=5000)
    world.send(person, CLOSE)
    assert person.heard.endswith(b"\r\n\r\n" + World.body)
    assert isinstance(person.ended, ConnectionDone)


def test_a_request_that_never_comes(world):
    person = world.connect()
    world.advance(29)
    assert person.connected
    world.advance(2)
    assert (person.heard, type(person.ended)) == (b"", ConnectionDone)


def test_a_request_that_trickles(world):
    person = world.connect()
    for _ in range(31):
        world.send(person, b"G")
        world.advance(1)
    assert statuses(person.heard) == [408]
    assert world.outcomes == [(408, Outcome.SLOW)]


def test_the_next_request_is_not_waited_for_for_ever(world):
    person = world.connect()
    world.send(person, GET)
    world.advance(IDLE_SECONDS + 1)
    assert isinstance(person.ended, ConnectionDone)
    assert world.outcomes == [(200, Outcome.ANSWERED)]


def test_a_reader_who_does_not_read(world):
    World.body = b"x" * 10 * SEND_BLOCK
    person = world.connect()
    person.socket.pauseProducing()
    world.send(person, CLOSE)
    world.advance(25)
    assert world.outcomes == [(200, Outcome.SLOW)]
    assert world.visits[0].size < len(World.body)


def test_who_asks_and_asks_and_does_not_read(world):
    World.body = b"x" * 4 * SEND_BLOCK
    person = world.connect()
    person.socket.pauseProducing()
    world.send(person, GET * 2000)
    assert len(world.asked) == 1
    assert world.outcomes == [(200, Outcome.LEFT)]


def test_who_leaves_before_the_end(world):
    World.body = b"x" * 10 * SEND_BLOCK
    person = world.connect(chunk=1000)
    person.socket.pauseProducing()
    world.send(person, CLOSE)
    person.socket.abortConnection()
    world.clock.advance(0)
    assert world.outcomes == [(200, Outcome.LEFT)]


def test_who_closes_their_direction_gets_the_answer(world):
    person = world.connect(PatientPerson())
    person.socket.write(GET)
    person.socket.loseWriteConnection()
    world.clock.advance(0)
    assert person.heard.endswith(b"moo")
    assert person.saw_end


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"what\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET /" + b"x" * 5000, 414),
        (b"GET / HTTP/3.0\r\n\r\n", 505), (b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000, 431),
    ],
)  # fmt: skip
def test_what_is_no_request_is_told_so_and_ends(world, data, status):
    person = world.connect()
    world.send(person, data)
    assert statuses(person.heard) == [status]
    assert b"<h1>" in person.heard
    assert isinstance(person.ended, ConnectionDone)
    assert world.outcomes == [(status, Outcome.REFUSED)]
    assert world.asked == []


def test_content_ends_the_connection_unread(world):
    person = world.connect()
    world.send(person, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n" + GET)
    assert statuses(person.heard) == [413]
    person = world.connect()
    World.status = 405
    world.send(person, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + GET)
    assert statuses(person.heard) == [405]
    assert world.asked == [("POST", "/")]


def test_a_fault_is_a_page_and_a_line_of_the_log(world, monkeypatch):
    faults = []
    monkeypatch.setattr(world.factory, "log", type("Log", (), {"failure": lambda self, text: faults.append(text)})())
    World.body = RuntimeError("secret")
    person = world.connect()
    world.send(person, GET)
    assert statuses(person.heard) == [500]
    assert b"secret" not in person.heard
    assert len(faults) == 1
    assert world.outcomes == [(500, Outcome.FAILED)]


def test_who_asks_too_often(world):
    person = world.connect()
    for _ in range(10):
        world.send(person, GET)
    world.send(person, GET)
    assert statuses(person.heard) == [200] * 10 + [429]
    assert isinstance(person.ended, ConnectionDone)
    world.advance(2)
    again = world.connect()
    world.send(again, GET)
    assert statuses(again.heard) == [200]


def test_a_front_server_on_a_unix_socket_has_no_limit_by_address(world):
    from twisted.internet.address import UNIXAddress

    person = world.connect(peer=UNIXAddress(None))
    for _ in range(50):
        world.send(person, GET)
    assert statuses(person.heard) == [200] * 50


def test_who_only_waits_makes_room(world):
    idle, waiting, asking = (world.connect() for _ in range(3))
    world.send(idle, GET)
    world.send(waiting, GET[:10])
    newer = world.connect()
    assert isinstance(idle.ended, ConnectionDone)
    assert statuses(idle.heard) == [200]  # between two requests no word is expected
    world.send(newer, GET)
    world.connect()
    assert isinstance(newer.ended, ConnectionDone)
    world.connect()
    assert statuses(waiting.heard) == [429]
    assert asking.ended is None


@pytest.mark.parametrize("began", [b"", GET])
def test_two_that_come_at_once_each_get_another_place(world, began):
    # One accept(2) after the other, before the network hears that the first who made room is gone.
    world.factory.limit(replace(LIMITS, connections=2, refusals=0))
    old = [world.connect(peer=IPv4Address("TCP", f"192.0.2.{number}", 4000)) for number in range(2)]
    for person in old:
        world.send(person, began)
    new: list[tuple[Any, Any]] = [(Person(), world.factory.buildProtocol(THERE)) for _ in range(2)]
    for person, server in new:
        Wire(world.clock, (person, cast("Any", THERE)), (server, cast("Any", HERE))).open()
    world.clock.advance(0)
    assert [type(person.ended) for person in old] == [ConnectionDone] * 2
    for person, _ in new:
        world.send(person, CLOSE)
        assert statuses(person.heard) == [200]


def test_over_the_limit_where_nobody_waits(world):
    World.body = b"x" * 10 * SEND_BLOCK
    readers = [world.connect() for _ in range(3)]
    for reader in readers:
        reader.socket.pauseProducing()
        world.send(reader, CLOSE)
    refused = [world.connect(PatientPerson()), world.connect(PatientPerson())]
    assert [statuses(one.heard) for one in refused] == [[429], [429]]
    assert b"Retry-After: 60" in refused[0].heard
    assert world.connect() is None
    assert world.outcomes[-1] == (0, Outcome.LIMITED)


def test_stopping_lets_answers_end(world):
    World.body = b"x" * 10 * SEND_BLOCK
    reading, idle, waiting = (world.connect(chunk=10_000) for _ in range(3))
    world.send(idle, GET)
    reading.socket.pauseProducing()
    world.send(reading, GET)
    world.advance(1)
    late = world.connect()
    done: list[None] = []
    world.factory.stop().addCallback(done.append)
    world.clock.advance(0)
    world.send(late, GET)
    assert statuses(late.heard) == [200]
    assert (type(idle.ended), type(waiting.ended), reading.ended, done) == (ConnectionDone, ConnectionDone, None, [])
    reading.socket.resumeProducing()
    world.clock.advance(0)
    assert reading.heard.endswith(World.body)
    assert isinstance(reading.ended, ConnectionDone)
    world.clock.advance(0)
    assert done == [None]


def test_stopping_does_not_wait_for_ever(world):
    World.body = b"x" * 10 * SEND_BLOCK
    reading = world.connect()
    reading.socket.pauseProducing()
    world.send(reading, GET)
    done: list[None] = []
    world.factory.stop().addCallback(done.append)
    world.advance(4)
    assert done == [None]
    assert isinstance(reading.ended, ConnectionLost)


def test_too_large_a_page(world):
    World.body = b"x" * (LIMITS.answer_bytes + 1)
    person = world.connect()
    world.send(person, GET)
    assert statuses(person.heard) == [500]
    assert world.outcomes == [(500, Outcome.FAILED)]
