"""A worker of `thimbl serve --workers`: answers on inherited sockets until it is told to stop, or its parent is gone.

`python -m thimbl.node.serving.worker COUNT`: descriptors 3 and 4 are the pipes from and to the parent (`workers`),
5 and following are COUNT sockets. It is for the parent to start, not for people. One that answers HTTP too is the
module that knows the pages: it calls `main` with them, and with how many sockets follow for that.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO
from twisted.python.failure import Failure

from thimbl.node.running import installed
from thimbl.node.serving.assignment import Assignment, Lines, Unservable, to_line
from thimbl.node.serving.host import AccountsHost
from thimbl.node.serving.logs import Log, watch_twisted, write_all
from thimbl.node.serving.metrics import Metrics, Snapshot
from thimbl.node.serving.workers import FIRST_SOCKET, FROM_WORKER, TO_WORKER

if TYPE_CHECKING:
    from thimbl.node.serving.webhost import MakePages, Web


class Post(Protocol):
    """What the parent says, and what is said to it."""

    def __init__(self, reactor: Any, sockets: list[socket.socket], log: Log, web: "Web | None" = None) -> None:
        self._reactor, self._sockets, self._log, self._web = reactor, sockets, log, web
        self._metrics = Metrics()
        self._host: AccountsHost | None = None
        self._lines = Lines()
        self._stopping = False

    def dataReceived(self, data: bytes) -> None:
        for message in self._lines.receive(data):
            match message:
                case {"do": "assign", "assignment": assignment}:
                    self._assign(Assignment.from_data(assignment))
                case {"do": "figures"} if self._host is not None:
                    self._host.figures().addCallback(self._tell_figures)
                case {"do": "stop"}:
                    self._stop()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The parent is gone: nobody will tell this process to stop."""
        self._stop()

    def drain(self) -> "Deferred[Any] | None":
        """Those who asked get their answers; then the parent has the last figures."""
        self._stopping = True
        if (host := self._host) is None:
            return None
        return host.stop().addCallback(lambda _: host.figures()).addCallback(self._tell_figures)

    def _stop(self) -> None:
        if not self._stopping:
            self._stopping = True
            self._reactor.stop()

    def _assign(self, assignment: Assignment) -> None:
        try:
            if self._host is not None:
                self._host.assign(assignment)
                return
            self._host = AccountsHost(self._reactor, assignment, self._log, self._metrics, self._web)
        except Unservable as fault:
            if self._host is not None:
                self._log.event("reload-failed", error=str(fault))
                return
            self._tell({"is": "unservable", "why": str(fault)})
            self._stop()
            return
        self._host.start(self._sockets)
        self._tell({"is": "ready"})

    def _tell_figures(self, snapshots: list[Snapshot]) -> None:
        for snapshot in snapshots:
            self._tell({"is": "figures", "figures": snapshot})

    def _tell(self, message: dict[str, Any]) -> None:
        # At once, so that the last figures are on their way before the process ends. The parent always reads.
        with suppress(OSError):  # it is gone
            write_all(FROM_WORKER, to_line(message))


def main(count: int, web_count: int = 0, make: "MakePages | None" = None) -> None:
    """Answer until there is no more to do: Finger on `count` sockets, and HTTP on `web_count` by what `make` makes."""
    # A terminal sends these to all its processes; the parent decides what becomes of them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sockets = []
    for number in range(FIRST_SOCKET, FIRST_SOCKET + count + web_count):
        os.set_inheritable(number, False)
        sockets.append(socket.socket(fileno=number))
    reactor: Any = installed()
    log = Log(reactor)
    watch_twisted(log, debug=bool(os.environ.get("THIMBL_DEBUG")))
    web = None
    if make is not None:
        from thimbl.node.serving.webhost import Web

        web = Web(make, tuple(sockets[count:]))
    post = Post(reactor, sockets[:count], log, web)
    reactor.addSystemEventTrigger("before", "shutdown", post.drain)
    standard_io: Any = StandardIO  # its types are those of another system
    standard_io(post, stdin=TO_WORKER, stdout=FROM_WORKER, reactor=reactor)
    reactor.run()
    log.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
