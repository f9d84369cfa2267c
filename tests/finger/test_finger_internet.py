"""The client against every kind of host in memory, and what each comes to."""

from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from finger.client import ClientLimits, FingerClient
from finger.errors import (
    AnswerTooLarge,
    AskFailed,
    ConnectionBroken,
    ConnectionRefused,
    HostUnreachable,
    LocalProtocolError,
    TimedOut,
)
from finger.query import Query
from finger.testing import (
    Asked,
    FakeInternet,
    Honest,
    Lying,
    NeverConnects,
    Oversized,
    Refusing,
    Resetting,
    Silent,
    Slow,
    Unresolvable,
)

PLAN = b"Plan:\r\nThe cow is bought. \xf0\x9f\x90\x84\r\n" * 4000  # more than one block of the server
LIMITS = ClientLimits(connect_seconds=10, idle_seconds=20, total_seconds=60, answer_bytes=1_000_000)


class Asking:
    """What came of one question."""

    def __init__(self, answer: Deferred[bytes]) -> None:
        self.deferred = answer
        self.result: Any = None
        answer.addBoth(self._take)

    @property
    def pending(self) -> bool:
        return self.result is None

    def _take(self, result: Any) -> None:
        assert self.result is None
        self.result = result.value if isinstance(result, Failure) else result


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=[1 << 16, 1000], ids=["whole", "chunks"])
def internet(clock, request):
    return FakeInternet(clock, chunk=request.param)


@pytest.fixture
def ask(clock, internet):
    client = FingerClient(internet.endpoint, clock, LIMITS)

    def ask(host: str = "h", port: int = 79, query: Query | bytes = b"ana") -> Asking:
        return Asking(client.ask(host, port, query))

    yield ask
    # Whatever came of it: nothing is left open, and no timer is left behind.
    internet.advance(120)
    assert internet.open == 0
    assert clock.getDelayedCalls() == []


def test_honest_host_answers(internet, ask):
    internet.add("h", 79, Honest(lambda query, peer: f"{query} from {peer.host}\r\n".encode()))
    asking = ask(query=Query("ana", ("elsewhere",), verbose=True))
    assert asking.pending, "nothing happens before the flush"
    internet.flush()
    assert asking.result == b"/W ana@elsewhere from 198.51.100.1\r\n"
    assert internet.log == [Asked("h", 79, Query("ana", ("elsewhere",), verbose=True))]


def test_long_answer_arrives_whole(internet, ask):
    internet.add("h", 79, Honest(PLAN))
    asking = ask()
    internet.flush()
    assert asking.result == PLAN


def test_answer_may_take_its_time(internet, ask):
    later: Deferred[bytes] = Deferred()
    internet.add("h", 79, Honest(lambda query, peer: later))
    asking = ask()
    internet.advance(5)
    later.callback(b"at last\r\n")
    internet.flush()
    assert asking.result == b"at last\r\n"


def test_empty_answer_is_no_error(internet, ask):
    internet.add("h", 79, Honest(b""))
    asking = ask()
    internet.flush()
    assert asking.result == b""


def test_lie_arrives_as_it_was_told(internet, ask):
    internet.add("h", 79, Lying(lambda query: b"\x00\xff\x1b[2J\n no plan of " + query.user.encode()))
    asking = ask()
    internet.flush()
    assert asking.result == b"\x00\xff\x1b[2J\n no plan of ana"


def test_slow_host_that_ends_in_time(internet, ask):
    internet.add("h", 79, Slow(b"x" * 100, bytes_per_second=10))
    asking = ask()
    internet.advance(9)
    assert asking.pending
    internet.advance(1)
    assert asking.result == b"x" * 100


def test_host_that_trickles_is_given_up_in_all(internet, ask):
    internet.add("h", 79, Slow(b"x" * 100, bytes_per_second=0.1))
    asking = ask()
    internet.advance(59)
    assert asking.pending
    internet.advance(1)
    assert isinstance(asking.result, TimedOut)
    assert asking.result.phase == "answering"
    assert str(asking.result).startswith("h: the answer was not complete after 60 seconds")


def test_silent_host_is_given_up(internet, ask):
    internet.add("h", 79, Silent())
    asking = ask()
    internet.advance(19)
    assert asking.pending
    internet.advance(1)
    assert isinstance(asking.result, TimedOut)
    assert asking.result.phase == "waiting"
    assert internet.log == [Asked("h", 79, Query("ana"))]


def test_host_that_falls_silent_is_given_up(internet, ask):
    internet.add("h", 79, Slow(b"xx", bytes_per_second=0.04))  # a byte after 25 seconds: too late
    asking = ask()
    internet.advance(20)
    assert isinstance(asking.result, TimedOut)
    assert asking.result.phase == "waiting"


def test_host_that_never_connects_is_given_up(internet, ask):
    internet.add("h", 79, NeverConnects())
    asking = ask()
    internet.advance(9)
    assert internet.open == 1
    internet.advance(1)
    assert isinstance(asking.result, TimedOut)
    assert asking.result.phase == "connecting"
    assert asking.result.seconds == 10
    assert internet.open == 0


def test_oversized_answer_is_cut_off(internet, ask):
    internet.add("h", 79, Oversized())
    asking = ask()
    internet.flush()
    assert isinstance(asking.result, AnswerTooLarge)
    assert asking.result.limit == 1_000_000
    assert str(asking.result).startswith("h: the answer is larger than 1,000,000 bytes")


def test_answer_of_just_the_cap_is_taken(internet, ask):
    internet.add("h", 79, Oversized(size=1_000_000))
    asking = ask()
    internet.flush()
    assert len(asking.result) == 1_000_000


@pytest.mark.parametrize("after", [0, 1, 1500, 90_000])
def test_reset_is_no_answer(internet, ask, after):
    internet.add("h", 79, Resetting(after))
    asking = ask()
    internet.flush()
    assert isinstance(asking.result, ConnectionBroken)
    assert asking.result.received == after


def test_refused(internet, ask):
    internet.add("h", 79, Refusing())
    asking = ask()
    internet.flush()
    assert isinstance(asking.result, ConnectionRefused)
    assert str(asking.result) == "h: nothing listens for Finger there; check the port, or try again later"
    assert asking.result.where == "h"


def test_unknown_names(internet, ask):
    internet.add("h", 79, Unresolvable())
    first, second = ask(), ask("never.heard.of", 7979)
    internet.flush()
    for asking in first, second:
        assert isinstance(asking.result, HostUnreachable)
        assert "name is not known" in str(asking.result)
    assert second.result.where == "never.heard.of:7979"


def test_known_name_refuses_on_another_port(internet, ask):
    internet.add("h", 79, Honest(b""))
    asking = ask(port=80)
    internet.flush()
    assert isinstance(asking.result, ConnectionRefused)


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Silent(), TimedOut),
        (NeverConnects(), TimedOut),
        (Slow(b"x", 0.001), TimedOut),
        (Oversized(), AnswerTooLarge),
        (Resetting(3), ConnectionBroken),
        (Refusing(), ConnectionRefused),
        (Unresolvable(), HostUnreachable),
    ],
)
def test_every_failure_is_an_ask_failed(internet, ask, behaviour, kind):
    internet.add("h", 79, behaviour)
    asking = ask()
    internet.advance(120)
    assert type(asking.result) is kind
    assert isinstance(asking.result, AskFailed)
    assert kind.__doc__


@pytest.mark.parametrize(
    "behaviour", [NeverConnects(), Silent(), Slow(PLAN, 100)], ids=["connecting", "waiting", "reading"]
)
def test_cancelling_closes_the_connection(internet, ask, behaviour):
    internet.add("h", 79, behaviour)
    asking = ask()
    internet.advance(3)
    assert internet.open == 1
    asking.deferred.cancel()
    assert isinstance(asking.result, CancelledError)
    internet.flush()
    assert internet.open == 0


def test_cancelling_at_once(internet, ask):
    internet.add("h", 79, Honest(PLAN))
    asking = ask()
    asking.deferred.cancel()
    internet.flush()
    assert isinstance(asking.result, CancelledError)
    assert internet.log == []


def test_bytes_are_sent_as_they_are(internet, ask):
    internet.add("h", 79, Lying(lambda query: str(query).encode()))
    asking = ask(query=b"  ana  /W")
    internet.flush()
    assert asking.result == b"/W ana"


def test_bytes_that_are_no_line_are_this_programs_fault(internet, ask):
    asking = ask(query=b"ana\r\nbob")
    assert isinstance(asking.result, LocalProtocolError)
    assert internet.attempts == []


def test_brackets_of_an_ipv6_address_are_taken_off(internet, ask):
    internet.add("::1", 7979, Honest(b"here\r\n"))
    asking, refused = ask("[::1]", 7979), ask("[::1]", 7980)
    internet.flush()
    assert asking.result == b"here\r\n"
    assert refused.result.where == "[::1]:7980"


def test_endpoint_function_that_raises_is_an_unreachable_host(clock):
    def endpoint_for(host, port):
        raise ValueError("invalid hostname")

    asking = Asking(FingerClient(endpoint_for, clock).ask("..", 79, Query()))
    assert isinstance(asking.result, HostUnreachable)
    assert clock.getDelayedCalls() == []


def test_internet_counts_what_is_open(internet, ask):
    internet.add("a", 79, Silent())
    internet.add("b", 79, Honest(b"moo\r\n"))
    for host in "aab":
        ask(host)
    assert (internet.open, internet.open_at("A", 79), internet.open_at("b", 79)) == (3, 2, 1)
    internet.flush()
    assert (internet.open, internet.peak, internet.peak_at("a", 79), internet.peak_at("b", 79)) == (2, 3, 2, 1)
    internet.advance(20)
    assert internet.open == 0
    ask("b")
    internet.flush()
    assert (internet.peak, internet.peak_at("b", 79)) == (3, 1)
    assert internet.attempts == [("a", 79), ("a", 79), ("b", 79), ("b", 79)]


def test_hosts_go_down_and_come_back(internet, ask):
    internet.add("h", 79, Honest(b"one\r\n"))
    first = ask()
    internet.flush()
    internet.remove("h", 79)
    second = ask()
    internet.flush()
    internet.add("h", 79, Honest(b"three\r\n"))
    third = ask()
    internet.flush()
    assert first.result == b"one\r\n"
    assert isinstance(second.result, ConnectionRefused)
    assert third.result == b"three\r\n"
