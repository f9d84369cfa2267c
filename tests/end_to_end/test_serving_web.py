"""`thimbl serve --http` as a service: workers that show pages, a front server's socket, log, figures, reload."""

import http.client
import json
import os
import re
import signal
import socket
import urllib.request
from collections.abc import Callable

from tests.end_to_end.stage import Daemon, Person
from tests.end_to_end.test_serving_host import configure
from tests.support.scribe import Scribe
from tests.support.spooler import spool


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class UnixConnection(http.client.HTTPConnection):
    """HTTP as a front server on the same machine speaks it."""

    def __init__(self, path: str) -> None:
        super().__init__("www.fields.example", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def get(
    connection: http.client.HTTPConnection, target: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return response, response.read()


def test_pages_of_a_host_with_workers(person: Callable[..., Person]) -> None:
    host = person("host")
    (host.home / "spool").mkdir(mode=0o755)
    ana = Scribe("ana@fields.example", name="Ana", properties={"listed": "yes"})
    post = ana.post("Frost on the lower field. #leeks")
    spool(host.home / "spool", ana).chmod(0o644)
    web, metrics, unix = free_port(), free_port(), host.home / "http.sock"
    settings = f"""\
  spool: spool
  workers: 2
  log: peers
  http: [tcp:{web}:interface=127.0.0.1, 'unix:{unix}:mode=600']
"""
    configure(host, settings + "  url: https://www.fields.example/\n")
    with Daemon(host, "--metrics", f"tcp:{metrics}:interface=127.0.0.1") as daemon:
        daemon.until(rf"Listening on http:unix:{unix}\.\n")
        assert f"Listening on http://127.0.0.1:{web}/.\n" in daemon.out

        browser = http.client.HTTPConnection("127.0.0.1", web, timeout=30)
        response, page = get(browser, "/ana")
        assert (response.status, b"Frost on the lower field." in page) == (200, True)
        assert get(browser, "/ana", if_none_match=response.headers["ETag"])[0].status == 304
        assert get(browser, f"/ana/{post.id[:8]}")[0].headers["Location"] == f"/ana/{post.id}"
        response, page = get(browser, f"/ana/{post.id}", "HEAD")
        assert (page, int(response.headers["Content-Length"]) > 1000) == (b"", True)
        assert get(browser, "/", "POST")[0].status == 405

        front = UnixConnection(str(unix))
        found = json.loads(get(front, "/.well-known/webfinger?resource=acct:ana@fields.example")[1])
        assert "https://www.fields.example/ana" in found["aliases"]
        while (response := get(front, "/timeline")[0]).status == 503:  # each worker looks through the accounts once
            assert response.headers["Retry-After"] == "2"

        configure(host, settings + "  aliases:\n    postmaster: ana\n")
        daemon.signal(signal.SIGHUP)
        daemon.until('"event": "reload"', lambda self: self.err)
        while get(front, "/postmaster")[0].status == 404:
            pass  # a worker that has not heard of it yet
        assert get(front, "/postmaster")[0].headers["Location"] == "/ana"

        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=30) as figures:
            text = figures.read().decode()
        assert 'thimbl_http_requests_total{outcome="answered",status="304",page="account"} 1\n' in text
        assert re.search(r"\nthimbl_http_connections [12]\n", text)  # one that idled long is closed
        daemon.signal(signal.SIGTERM)
        assert daemon.end() == 0
        browser.close()
        front.close()
        lines = daemon.log("http")
        # Two workers write to one log, each when it likes.
        first = next(line for line in lines if (line["target"], line["status"]) == ("/ana", 200))
        assert first | {"time": "", "ms": 0, "bytes": 0} == {
            "time": "", "event": "http", "method": "GET", "target": "/ana", "status": 200, "outcome": "answered",
            "bytes": 0, "ms": 0, "peer": "127.0.0.1",
        }  # fmt: skip
        assert {line["peer"] for line in lines} == {"127.0.0.1", ""}
        assert daemon.events() - {"warning"} == {"start", "http", "reload", "stop"}
        assert os.path.exists(unix) is False
