"""The server against clients that are slow, rude, many or gone."""

from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.logger import LogEvent, globalLogPublisher

from finger._memory import Wire
from finger.server import SEND_BLOCK
from tests.support.finger_world import HERE, THERE, PatientPerson, Person, World


@pytest.fixture
def world():
    world = World()
    yield world
    world.advance(200)
    assert world.factory.connections == 0
    assert world.clock.getDelayedCalls() == []


@pytest.fixture
def log():
    events: list[LogEvent] = []
    observer = cast("Any", events.append)
    globalLogPublisher.addObserver(observer)
    yield events
    globalLogPublisher.removeObserver(observer)


def test_answers_and_closes(world):
    person = world.connect()
    world.send(person, b"/W ana\r\n")
    assert person.heard == b"moo\r\n"
    assert isinstance(person.ended, ConnectionDone)
    assert world.asked == [("/W ana", THERE)]


def test_query_byte_by_byte(world):
    person = world.connect(chunk=1)
    world.send(person, b"ana\n")
    assert person.heard == b"moo\r\n"


@pytest.mark.parametrize("size", [SEND_BLOCK - 1, SEND_BLOCK, SEND_BLOCK + 1, 3 * SEND_BLOCK, 500_001])
def test_answer_of_any_size(world, size):
    world.answer = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    person = world.connect(chunk=5000)
    world.send(person, b"ana\r\n")
    assert person.heard == world.answer
    assert isinstance(person.ended, ConnectionDone)


def test_query_that_never_comes(world):
    person = world.connect()
    world.advance(29)
    assert person.connected
    world.advance(1)
    assert person.heard == b"No query came. Send a name and the enter key, or the enter key alone.\r\n"
    assert isinstance(person.ended, ConnectionDone)


def test_query_that_trickles_has_the_same_time(world):
    person = world.connect()
    for _ in range(30):
        person.socket.write(b"a")
        world.advance(1)
    assert person.heard.startswith(b"No query came")
    assert world.asked == []


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"a" * 2000, b"The query is longer than 512 bytes; please ask for less at once.\r\n"),
        (b"a\x1b[2J\r\n", b"The query holds a control character; a query is one line of plain text.\r\n"),
        (b"a@\r\n", b"A host is missing after an @; write user@host.\r\n"),
    ],
)
def test_what_is_no_query_gets_a_polite_line_and_no_reset(world, line, reply):
    person = world.connect()
    world.send(person, line)
    assert person.heard == reply
    assert isinstance(person.ended, ConnectionDone)
    assert world.asked == []


def test_query_far_too_long_is_read_to_its_end(world):
    person = world.connect(PatientPerson(), chunk=100)
    world.send(person, b"a" * 5000)
    assert person.heard.startswith(b"The query is longer")
    assert person.saw_end
    assert person.connected, "a reset would have destroyed the reply"
    world.send(person, b"a" * 5000)
    person.socket.loseConnection()
    world.clock.advance(0)
    assert isinstance(person.ended, ConnectionDone)


def test_bytes_after_the_query_reset_nothing(world):
    person = world.connect(PatientPerson())
    world.send(person, b"ana\r\nand more\r\n")
    assert person.heard == b"moo\r\n"
    assert person.saw_end
    world.send(person, b"and more\r\n")
    assert person.connected
    world.advance(1)
    assert world.factory.connections == 1
    world.advance(1)
    assert world.factory.connections == 0, "the server lingers for a moment only"


def test_the_memory_resets_where_tcp_would():
    """The transports of these tests do tell a close with bytes unread from one without."""
    clock, person, server = Clock(), Person(), Person()
    Wire(clock, (cast("Any", person), cast("Any", THERE)), (cast("Any", server), cast("Any", HERE)), chunk=1).open()
    person.socket.write(b"unread")
    server.socket.write(b"!")
    clock.callLater(0, server.socket.loseConnection)
    clock.advance(0)
    assert isinstance(person.ended, ConnectionLost)


def test_client_that_closes_its_direction_gets_its_answer(world):
    later: Deferred[bytes] = Deferred()
    world.answer = later
    person = world.connect(PatientPerson())
    person.socket.write(b"ana\r\n")
    person.socket.loseWriteConnection()
    world.advance(3)
    later.callback(b"m" * 200_000)
    world.clock.advance(0)
    assert person.heard == b"m" * 200_000
    assert person.saw_end


def test_client_that_closes_its_direction_too_early(world):
    person = world.connect(PatientPerson())
    person.socket.write(b"ana")
    person.socket.loseWriteConnection()
    world.clock.advance(0)
    assert person.heard == b"The connection was closed before the end of the query line.\r\n"


def test_client_that_leaves_cancels_its_answer(world):
    cancelled: list[Any] = []
    world.answer = Deferred(cancelled.append)
    person = world.connect()
    world.send(person, b"ana\r\n")
    person.socket.abortConnection()
    world.clock.advance(0)
    assert cancelled == [world.answer]
    assert world.factory.connections == 0


def test_slow_reader_is_cut_off(world):
    world.answer = b"m" * 1_000_000
    person = world.connect()
    person.socket.pauseProducing()
    world.send(person, b"ana\r\n")
    world.advance(19)
    assert person.connected
    world.advance(1)
    assert isinstance(person.ended, ConnectionLost)
    assert world.factory.connections == 0


def test_reader_that_takes_a_block_in_time_is_not_cut_off(world):
    world.answer = b"m" * (4 * SEND_BLOCK)
    person = world.connect(chunk=SEND_BLOCK)
    person.socket.write(b"ana\r\n")
    for _ in range(5):
        person.socket.pauseProducing()
        world.advance(15)
        person.socket.resumeProducing()
        before = len(person.heard)
        while len(person.heard) == before and person.ended is None:
            world.clock.callLater(0, person.socket.pauseProducing)
            world.clock.advance(0)
            person.socket.resumeProducing()
    world.advance(1)
    assert person.heard == world.answer
    assert isinstance(person.ended, ConnectionDone)


def test_answer_that_is_never_made(world):
    cancelled: list[Any] = []
    world.answer = Deferred(cancelled.append)
    person = world.connect()
    world.send(person, b"ana\r\n")
    world.advance(40)
    assert person.heard == b"This host took too long to answer. Please try again later.\r\n"
    assert isinstance(person.ended, ConnectionDone)
    assert cancelled == [world.answer]


@pytest.mark.parametrize("how", ["raise", "fail", "later", "text"])
def test_answer_that_fails_is_logged_and_not_shown(world, log, how):
    later: Deferred[bytes] = Deferred()
    if how == "fail":
        later.errback(RuntimeError("the secret reason"))
    world.answer = {"raise": RuntimeError("the secret reason"), "text": "the secret reason"}.get(how, later)
    person = world.connect()
    world.send(person, b"ana\r\n")
    if how == "later":
        later.errback(RuntimeError("the secret reason"))
        world.clock.advance(0)
    assert person.heard == (
        b"Sorry, this host could not answer that. Its administrator can find the reason in its log.\r\n"
    )
    assert isinstance(person.ended, ConnectionDone)
    assert len(log) == 1
    if how == "text":
        assert log[0]["kind"] == "str"
    else:
        assert str(log[0]["log_failure"].value) == "the secret reason"


def test_stopping_lets_answers_end(world):
    later: Deferred[bytes] = Deferred()
    world.answer = later
    idle, asking = world.connect(), world.connect()
    world.send(asking, b"ana\r\n")
    world.advance(1)
    stopped: list[None] = []
    world.factory.stop().addCallback(stopped.append)
    world.clock.advance(0)
    assert isinstance(idle.ended, ConnectionDone)
    assert stopped == []
    later.callback(b"still\r\n")
    world.clock.advance(0)
    assert asking.heard == b"still\r\n"
    assert stopped == [None]


def test_stopping_waits_a_moment_for_queries_on_their_way(world):
    """A connection that was accepted just before would get an empty answer."""
    asking, silent = world.connect(), world.connect()
    stopped: list[None] = []
    world.factory.stop().addCallback(stopped.append)
    world.clock.advance(0)
    world.send(asking, b"ana\r\n")
    assert asking.heard == b"moo\r\n"
    assert isinstance(asking.ended, ConnectionDone)
    world.advance(1)
    assert (silent.heard, type(silent.ended), stopped) == (b"", ConnectionDone, [None])


def test_stopping_does_not_wait_for_ever(world):
    world.answer = Deferred()
    person = world.connect()
    world.send(person, b"ana\r\n")
    stopped: list[None] = []
    world.factory.stop(within=3).addCallback(stopped.append)
    world.advance(3)
    assert stopped == [None]
    assert isinstance(person.ended, ConnectionLost)


def test_stopping_with_nothing_open(world):
    stopped: list[None] = []
    world.factory.stop().addCallback(stopped.append)
    assert stopped == [None]


def test_cancelled_answers_are_quiet(world, log):
    answer: Deferred[bytes] = Deferred()
    world.answer = answer
    person = world.connect()
    world.send(person, b"ana\r\n")
    world.advance(40)
    answer.callback(b"too late")  # Twisted lets a cancelled Deferred be called once
    assert person.heard.startswith(b"This host took too long")
    assert log == []
