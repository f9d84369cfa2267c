"""Figures: what is counted, what a scrape reads, and how those of several processes are added up."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from thimbl.node.serving.metrics import CONTENT_TYPE, Metrics
from thimbl.node.serving.scrape import AT_ONCE, MAX_REQUEST, REQUEST_SECONDS, ScrapeFactory, ScrapeProtocol


def read(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample, by Prometheus' own parser."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_prometheus_reads_every_kind(metrics):
    queries = metrics.counter("thimbl_queries_total", "Queries.", ["outcome", "view"])
    queries.add("answered", "head")
    queries.add("answered", "head", amount=2)
    metrics.gauge("thimbl_connections", "Open.").set(7)
    metrics.gauge("thimbl_kept", "Kept.").follow(lambda: 2.5)
    seconds = metrics.histogram("thimbl_seconds", "Time.", bounds=(0.1, 1))
    for value in (0.05, 0.1, 0.5, 99):
        seconds.observe(value)
    samples = read(metrics.render())
    assert samples["thimbl_queries_total", (("outcome", "answered"), ("view", "head"))] == 3
    assert samples["thimbl_connections", ()] == 7
    assert samples["thimbl_kept", ()] == 2.5
    buckets = [samples["thimbl_seconds_bucket", (("le", bound),)] for bound in ("0.1", "1", "+Inf")]
    assert buckets == [2, 3, 4]  # a bound is within its bucket
    assert samples["thimbl_seconds_count", ()] == 4
    assert samples["thimbl_seconds_sum", ()] == pytest.approx(99.65)


def test_a_counter_begins_at_zero(metrics):
    metrics.counter("thimbl_deaths_total", "Deaths.")
    metrics.counter("thimbl_queries_total", "Queries.", ["outcome"])
    assert read(metrics.render()) == {("thimbl_deaths_total", ()): 0}


def test_texts_are_escaped(metrics):
    metrics.counter("thimbl_x_total", 'A "b"\n\\c.', ["word"]).add('a"b\\c\nd')
    (family,) = text_string_to_metric_families(metrics.render().decode())
    assert family.documentation == 'A "b"\n\\c.'
    assert family.samples[0].labels == {"word": 'a"b\\c\nd'}


def test_several_processes_are_one_host(metrics):
    """Snapshots go over a pipe as JSON; sums are the same as if one process had done it all."""
    other = Metrics()
    for one, number in ((metrics, 1), (other, 10)):
        one.counter("thimbl_queries_total", "Queries.", ["outcome"]).add("answered", amount=number)
        one.gauge("thimbl_connections", "Open.").set(number)
        one.histogram("thimbl_seconds", "Time.", bounds=(1,)).observe(number)
    other_told = json.loads(json.dumps(other.snapshot()))
    samples = read(metrics.render([metrics.snapshot(), other_told]))
    assert samples["thimbl_queries_total", (("outcome", "answered"),)] == 11
    assert samples["thimbl_connections", ()] == 11
    assert samples["thimbl_seconds_sum", ()] == 11
    assert samples["thimbl_seconds_bucket", (("le", "1"),)] == 1
    # Of a process that is gone, what it counted goes on to count.
    samples = read(metrics.render([metrics.snapshot(), metrics.lasting(other_told)]))
    assert samples["thimbl_queries_total", (("outcome", "answered"),)] == 11
    assert samples["thimbl_connections", ()] == 1


def test_a_name_is_given_once(metrics):
    metrics.gauge("thimbl_x", "X.")
    with pytest.raises(ValueError, match="thimbl_x"):
        metrics.counter("thimbl_x", "X.")


# the page


class Site:
    """A listener of `/metrics`, and connections to it."""

    def __init__(self, text=lambda: succeed(b"thimbl_x 1\n")):
        self.clock = Clock()
        self.factory = ScrapeFactory(self.clock, text)

    def connect(self) -> tuple[ScrapeProtocol, StringTransport]:
        protocol = self.factory.buildProtocol(None)
        assert protocol is not None
        transport = StringTransport()
        protocol.makeConnection(transport)
        return protocol, transport

    def ask(self, *pieces: bytes) -> bytes:
        protocol, transport = self.connect()
        for piece in pieces:
            protocol.dataReceived(piece)
        assert transport.disconnecting
        protocol.connectionLost(None)
        return bytes(transport.value())


def test_the_page_as_prometheus_asks_for_it():
    request = b"GET /metrics HTTP/1.1\r\nHost: a.example:9479\r\nAccept: text/plain;version=0.0.4,*/*;q=0.1\r\n\r\n"
    for pieces in ([request], [request[:5], request[5:]], [request[i : i + 1] for i in range(len(request))]):
        head, _, body = Site().ask(*pieces).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert f"Content-Type: {CONTENT_TYPE}".encode() in head
        assert b"Content-Length: 11" in head
        assert b"Connection: close" in head
        assert body == b"thimbl_x 1\n"
    assert Site().ask(b"HEAD /metrics HTTP/1.0\n\n").endswith(b"\r\n\r\n")
    assert b" 200 OK" in Site().ask(b"GET /metrics?name=x HTTP/1.0\n\n")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1", b"404"),
        (b"GET /metricsx HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"GET /metrics HTTP/2.0", b"400"),
        (b"ana", b"400"),
        (b"", b"400"),
        (b"\xff\xfe\x00", b"400"),
    ],
)
def test_all_else_is_refused_in_a_line(request_line, status):
    answer = Site().ask(request_line + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.count(b"\n", answer.index(b"\r\n\r\n") + 4) == 1


def test_a_request_has_bounds():
    site = Site()
    assert site.ask(b"GET /metrics HTTP/1.1\r\n", b"X: " + b"x" * MAX_REQUEST).startswith(b"HTTP/1.1 431")
    _, transport = site.connect()
    site.clock.advance(REQUEST_SECONDS)
    assert transport.disconnected
    for _ in range(AT_ONCE - len(site.factory.open)):
        site.connect()
    assert site.factory.buildProtocol(None) is None


def test_whoever_leaves_or_fails_is_no_fault_of_the_next():
    figures: Deferred[bytes] = Deferred()
    site = Site(lambda: figures)
    protocol, transport = site.connect()
    protocol.dataReceived(b"GET /metrics HTTP/1.1\r\n\r\n")
    protocol.connectionLost(None)
    figures.callback(b"late\n")
    assert transport.value() == b""
    assert not site.factory.open
    assert not site.clock.getDelayedCalls()
    assert b" 500 " in Site(lambda: fail(ValueError("x"))).ask(b"GET /metrics HTTP/1.1\r\n\r\n")
