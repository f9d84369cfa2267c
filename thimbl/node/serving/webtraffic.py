"""What becomes of each request on the web: counted, and told in a line of the log, as queries are.

The labels of what is counted have fixed values: a status of this program, and a kind of page, never an address that
somebody asked for.
"""

from typing import Final

from finger.served import Outcome
from thimbl.home.serving import LogChoice
from thimbl.node.serving.logs import Log, quoted
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.webserved import Visit

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND"})
"""Methods that the log names; another is `other`, since it may be any word."""


class WebTraffic:
    """The figures of the web face, and its lines. Made once a process; `choice` may change."""

    def __init__(self, metrics: Metrics, log: Log | None = None, choice: LogChoice = LogChoice.QUERIES) -> None:
        self.choice = choice
        self._log = log
        self._requests = metrics.counter(
            "thimbl_http_requests_total", "Requests, by what became of them.", ("outcome", "status", "page")
        )
        self._bytes = metrics.counter("thimbl_http_bytes_total", "Bytes of answers, their heads included.")
        self._seconds = metrics.histogram(
            "thimbl_http_seconds", "From a request to the end of its answer, of those that were answered."
        )
        self.connections = metrics.gauge("thimbl_http_connections", "HTTP connections that are open.")

    def heard(self, visit: Visit) -> None:
        """A request is over."""
        outcome = str.__str__(visit.outcome)
        self._requests.add(outcome, str(visit.status), visit.kind)
        if visit.size:
            self._bytes.add(amount=visit.size)
        if visit.outcome is Outcome.ANSWERED:
            self._seconds.observe(visit.seconds)
        if self._log is None or self.choice is LogChoice.OFF:
            return
        method = "null" if not visit.method else f'"{visit.method if visit.method in METHODS else "other"}"'
        target = "null" if not visit.method else quoted(visit.target)
        peer = f', "peer": {quoted(str(getattr(visit.peer, "host", "")))}' if self.choice is LogChoice.PEERS else ""
        self._log.line(
            f'"event": "http", "method": {method}, "target": {target}, "status": {visit.status}, '
            f'"outcome": "{outcome}", "bytes": {visit.size}, "ms": {visit.seconds * 1000:.1f}{peer}'
        )
