"""The figures and lines of the web face; and which of systemd's sockets are for Finger beside it."""

import json
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from finger.served import Outcome
from tests.support.finger_world import THERE
from thimbl.home.serving import LogChoice
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.systemd import others
from thimbl.node.serving.webserved import Visit
from thimbl.node.serving.webtraffic import WebTraffic

PAGE = Visit("GET", "/ana", 200, "account", Outcome.ANSWERED, 3_000, 0.004, cast("Any", THERE))


class Heard:
    """Traffic, and the log that it writes."""

    def __init__(self, choice: LogChoice = LogChoice.QUERIES) -> None:
        self.metrics, self.written = Metrics(), list[bytes]()
        self.log = Log(Clock(), write=self.written.append, now=lambda: 0)
        self.traffic = WebTraffic(self.metrics, self.log, choice)

    def lines(self, *visits: Visit) -> list[dict]:
        for visit in visits:
            self.traffic.heard(visit)
        self.log.close()
        return [json.loads(line) for line in b"".join(self.written).splitlines()]


def test_a_line_says_what_was_asked_and_not_who_asked():
    assert Heard().lines(PAGE) == [
        {
            "time": "1970-01-01T00:00:00Z", "event": "http", "method": "GET", "target": "/ana", "status": 200,
            "outcome": "answered", "bytes": 3_000, "ms": 4.0,
        }
    ]  # fmt: skip
    assert Heard(LogChoice.PEERS).lines(PAGE)[0]["peer"] == "192.0.2.1"
    assert Heard(LogChoice.OFF).lines(PAGE) == []


def test_what_a_stranger_sends_is_bounded_and_escaped():
    hostile = PAGE._replace(method="X" * 5_000, target='/"}\xe9' + "x" * 5_000, status=405)
    heard = Heard()
    [line] = heard.lines(hostile)
    assert (line["method"], len(line["target"])) == ("other", 120)
    assert max(map(len, heard.written)) < 1_000
    assert b"".join(heard.written).isascii()


def test_who_asked_for_nothing():
    [line] = Heard().lines(Visit("", "", 0, "page", Outcome.LEFT, 0, 1.0, None))
    assert (line["method"], line["target"], line["status"]) == (None, None, 0)


def test_figures():
    heard = Heard()
    heard.lines(PAGE, PAGE, PAGE._replace(status=404, kind="page", outcome=Outcome.SLOW))
    text = heard.metrics.render().decode()
    assert 'thimbl_http_requests_total{outcome="answered",status="200",page="account"} 2\n' in text
    assert 'thimbl_http_requests_total{outcome="slow",status="404",page="page"} 1\n' in text
    assert "thimbl_http_bytes_total 9000\n" in text
    assert "thimbl_http_seconds_count 2\n" in text


@pytest.mark.parametrize(
    ("names", "taken", "left"),
    [
        ("", (), ("systemd",)),
        ("finger:http:", ("tcp:8080",), ("systemd",)),
        ("finger:http:", ("systemd:name=http",), ("systemd:index=0", "systemd:index=2")),
        ("a:b", ("systemd:index=0", "systemd:name=b"), ("systemd:index=2",)),
    ],
)
def test_finger_has_the_sockets_that_are_for_nothing_else(names, taken, left):
    assert others({"LISTEN_FDS": "3", "LISTEN_FDNAMES": names}, taken) == left
