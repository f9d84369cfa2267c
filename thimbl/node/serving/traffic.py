"""What becomes of each connection: counted, and told in a line of the log.

The labels of what is counted have fixed values: kinds of views and outcomes, never a name that somebody asked for.
"""

from typing import Final

from finger.query import Query
from finger.served import Outcome, Served
from thimbl.home.serving import LogChoice
from thimbl.node.serving.logs import Log, quoted
from thimbl.node.serving.metrics import Metrics
from thimbl.node.serving.reserved import RESERVED

VIEWS: Final = frozenset({"head", "since", "before", "following", "classic", "thread"})
"""The views of plan-format 6 that a name may be followed by; anything else after a name is counted as `other`."""


class Traffic:
    """The figures of serving, and its lines. Made once a process; `choice` may change."""

    def __init__(self, metrics: Metrics, log: Log | None = None, choice: LogChoice = LogChoice.QUERIES) -> None:
        self.choice = choice
        self._log = log
        self._queries = metrics.counter(
            "thimbl_queries_total", "Connections that are over, by what became of them.", ("outcome", "view")
        )
        self._bytes = metrics.counter("thimbl_answer_bytes_total", "Bytes of answers.")
        self._seconds = metrics.histogram(
            "thimbl_query_seconds", "From connecting to the end of the connection, of those that were answered."
        )
        self.kept = metrics.gauge("thimbl_kept_answers", "Answers that are kept ready.")
        self.connections = metrics.gauge("thimbl_connections", "Connections that are open.")
        lost = metrics.gauge("thimbl_log_lines_left_out", "Lines of the log that were left out: its reader is slow.")
        if log is not None:
            lost.follow(lambda: log.lost)

    def heard(self, served: Served) -> None:
        """A connection is over."""
        # For every query: plain strings, since those of an enumeration are hashed and formatted by Python.
        query, outcome, size, seconds = served.query, str.__str__(served.outcome), served.size, served.seconds
        self._queries.add(outcome, "none" if query is None else kind_of(query))
        if size:
            self._bytes.add(amount=size)
        if served.outcome is Outcome.ANSWERED:
            self._seconds.observe(seconds)
        choice = self.choice
        if self._log is None or choice is LogChoice.OFF:
            return
        asked = "null" if query is None else quoted(str(query) if query.hosts or query.verbose else query.user)
        peer = f', "peer": {quoted(str(getattr(served.peer, "host", "")))}' if choice is LogChoice.PEERS else ""
        self._log.line(
            f'"event": "query", "query": {asked}, "outcome": "{outcome}", "bytes": {size}, '
            f'"ms": {seconds * 1000:.1f}{peer}'
        )


def kind_of(query: Query) -> str:
    """What kind of thing was asked for, of a fixed number of kinds."""
    if query.hosts:
        return "forward"
    user = query.user
    if "/" not in user:
        return "page" if user in RESERVED else "plan" if user else "list"
    view = user.partition("/")[2]
    word = view.partition("/")[0]
    return word if word in VIEWS else "other"
