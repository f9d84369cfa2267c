"""Several processes on one port (`--workers N`): the parent binds and watches, workers answer.

- A worker is a new interpreter (`worker`), not a copy of a running one; it inherits the sockets and two
  pipes, and is told by them what to do. All accept on the same sockets: whichever is free takes the next connection.
- The death of one loses the connections that it held and nothing else. It is started again at once; one that does not
  live long is started again later and later.
- What a dead worker had counted still counts, as far as it was told.
- Until a worker has answered once, its death at the start is a fault of the settings or the installation: the daemon
  ends and says so.
"""

import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

import thimbl
from finger.interfaces import DelayedCall
from thimbl.node.serving.assignment import Assignment, Lines, Unservable, to_line
from thimbl.node.serving.logs import Log
from thimbl.node.serving.metrics import Metrics, Snapshot, merge

if TYPE_CHECKING:
    from thimbl.node.serving.webhost import Web

WORKER: Final = "thimbl.node.serving.worker"
"""What a worker runs where there is no web face; else the module that `Web.worker` names, which knows the pages."""

TO_WORKER: Final = 3
"""A worker's descriptor for what it is told, after standard input, output and error."""

FROM_WORKER: Final = 4
FIRST_SOCKET: Final = 5

STEADY_SECONDS: Final = 10.0
"""A worker that lived so long did not die of what it began with: it is started again at once."""

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 30.0
"""Seconds before one that dies at once is started again: doubled each time, up to what a host can be short of one."""

STOP_SECONDS: Final = 6.0
"""For a worker to end when it is told to: its answers have 3 s, its log 1 s. Then it is killed."""

FIGURES_SECONDS: Final = 1.0
"""For workers to tell their figures; then what they last told has to do. A scrape has ten."""

_NOT_FOR_WORKERS: Final = frozenset(
    ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
)
"""What systemd says to the parent alone (sd_notify(3), sd_listen_fds(3))."""


class Worker(ProcessProtocol):
    """One worker, from its start to its end."""

    def __init__(self, crew: "Workers", place: int) -> None:
        self.crew, self.place = crew, place
        self.began = crew.reactor.seconds()
        self.ready = False
        self.figures: Snapshot = {}
        self._asked: list[Deferred[Snapshot]] = []
        self._lines = Lines()

    @property
    def process(self) -> Any:
        """The process, for signals and its number (IProcessTransport)."""
        return self.transport

    def tell(self, **message: Any) -> None:
        """Send a message. One who is gone does not hear it."""
        if self.transport is not None and TO_WORKER in self.process.pipes:
            self.process.writeToChild(TO_WORKER, to_line(message))

    def ask(self) -> "Deferred[Snapshot]":
        """What it has counted; what it last told where it does not answer in time."""
        answer: Deferred[Snapshot] = Deferred()
        self._asked.append(answer)
        self.tell(do="figures")
        timer = self.crew.reactor.callLater(FIGURES_SECONDS, self._tell_figures)

        def told(figures: Snapshot) -> Snapshot:
            if timer.active():
                timer.cancel()
            return figures

        return answer.addCallback(told)

    def connectionMade(self) -> None:
        self.tell(do="assign", assignment=self.crew.assignment.to_data())

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        for message in self._lines.receive(data):
            match message:
                case {"is": "ready"}:
                    self.ready = True
                    self.crew.is_ready(self)
                case {"is": "figures", "figures": figures}:
                    self.figures = figures
                    self._tell_figures()
                case {"is": "unservable", "why": why}:
                    self.crew.refused = why

    def processEnded(self, reason: Failure) -> None:
        self._tell_figures()
        self.crew.ended(self, reason.value)

    def _tell_figures(self) -> None:
        asked, self._asked = self._asked, []
        for each in asked:
            each.callback(self.figures)


class Workers:
    """All workers. `reactor` is an IReactorProcess and IReactorTime."""

    def __init__(
        self,
        reactor: Any,
        assignment: Assignment,
        log: Log,
        metrics: Metrics,
        environ: Mapping[str, str] = os.environ,
        web: "Web | None" = None,
    ) -> None:
        self._web = web
        self.reactor, self.assignment, self._log, self._metrics = reactor, assignment, log, metrics
        self._environ = environment(environ)
        self.refused = ""
        """Why a worker could not begin, as it said itself."""
        self.living: dict[int, Worker] = {}
        self._web_sockets = () if web is None else web.sockets
        self._sockets: list[socket.socket] = []
        self._waiting: dict[int, DelayedCall] = {}
        self._short_lives: dict[int, int] = {}
        self._gone: Snapshot = {}
        self._started: Deferred[None] | None = None
        self._stopped: Deferred[None] | None = None
        self._answered = False
        deaths = metrics.counter("thimbl_worker_deaths_total", "Workers that ended without being told to.")
        self._deaths = deaths
        metrics.gauge("thimbl_workers", "Workers that answer.").follow(
            lambda: sum(worker.ready for worker in self.living.values())
        )

    def start(self, sockets: Sequence[socket.socket]) -> "Deferred[None]":
        """Start all; fires when all of them answer. Fails with `Unservable` where one ends before."""
        self._sockets = [*sockets, *self._web_sockets]
        self._started = started = Deferred[None]()
        for place in range(self.assignment.serve.workers):
            self._start(place)
        return started

    def assign(self, assignment: Assignment) -> None:
        assignment.check()
        self.assignment = assignment
        for worker in self.living.values():
            worker.tell(do="assign", assignment=assignment.to_data())

    def stop(self) -> "Deferred[Any]":
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()
        for sock in self._sockets:
            sock.close()
        self._stopped = stopped = Deferred[None]()
        if not self.living:
            stopped.callback(None)
            return stopped
        for worker in self.living.values():
            worker.tell(do="stop")
        timer = self.reactor.callLater(STOP_SECONDS, self._kill)

        def done(result: None) -> None:
            if timer.active():
                timer.cancel()

        return stopped.addCallback(done)

    def figures(self) -> "Deferred[list[Snapshot]]":
        asked = gatherResults([worker.ask() for worker in self.living.values()])
        return asked.addCallback(lambda snapshots: [self._metrics.snapshot(), self._gone, *snapshots])

    # What workers tell of themselves

    def is_ready(self, worker: Worker) -> None:
        """This one answers."""
        if self._started is not None and all(each.ready for each in self.living.values()):
            self._answered = True
            started, self._started = self._started, None
            started.callback(None)
        elif self._answered:
            self._log.event("worker-started", worker=worker.place, pid=worker.process.pid)

    def ended(self, worker: Worker, how: BaseException | None) -> None:
        """This one is gone."""
        if self.living.get(worker.place) is worker:
            del self.living[worker.place]
        self._gone = merge([self._gone, self._metrics.lasting(worker.figures)])
        if self._stopped is not None:
            if not self.living and not self._stopped.called:
                self._stopped.callback(None)
            return
        if self._started is not None:
            started, self._started = self._started, None
            started.errback(Unservable(self.refused or _never_answered(how)))
            return
        if not self._answered:
            return  # the daemon ends for the first of them
        self._deaths.add()
        lived = self.reactor.seconds() - worker.began
        short = 0 if lived >= STEADY_SECONDS else self._short_lives.get(worker.place, 0) + 1
        self._short_lives[worker.place] = short
        # The first time at once: what killed it need not be its own doing.
        pause = 0.0 if short <= 1 else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (short - 2))
        self._log.event("worker-died", worker=worker.place, how=_how(how), again_in_seconds=pause)
        self._waiting[worker.place] = self.reactor.callLater(pause, self._again, worker.place)

    def _again(self, place: int) -> None:
        self._waiting.pop(place, None)
        self._start(place)

    def _start(self, place: int) -> None:
        worker = Worker(self, place)
        self.living[place] = worker
        numbers: dict[int, int | str] = {0: 0, 1: 1, 2: 2, TO_WORKER: "w", FROM_WORKER: "r"}
        numbers |= {FIRST_SOCKET + index: sock.fileno() for index, sock in enumerate(self._sockets)}
        module, counts = WORKER, [len(self._sockets) - len(self._web_sockets)]
        if self._web is not None:
            module, counts = self._web.worker, [*counts, len(self._web_sockets)]
        command = [sys.executable, "-P", "-m", module, *map(str, counts)]
        try:
            self.reactor.spawnProcess(worker, sys.executable, command, env=self._environ, childFDs=numbers)
        except OSError as error:  # no more processes, or no memory: that may pass
            self.ended(worker, error)

    def _kill(self) -> None:
        for worker in self.living.values():
            worker.process.signalProcess("KILL")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """A worker's: the parent's, but for what systemd says to the parent; and the code is where the parent's is."""
    ours = {name: value for name, value in environ.items() if name not in _NOT_FOR_WORKERS}
    here = str(Path(thimbl.__file__).resolve().parents[1])
    return ours | {"PYTHONPATH": os.pathsep.join(filter(None, [here, ours.get("PYTHONPATH", "")]))}


def _never_answered(how: BaseException | None) -> str:
    if isinstance(how, PermissionError):
        return (
            f"A worker can not be started ({_how(how)}): "
            "the account that the daemon becomes must be able to run this program."
        )
    return f"A worker ended before it answered ({_how(how)})."


def _how(fault: BaseException | None) -> str:
    number, status = getattr(fault, "signal", None), getattr(fault, "exitCode", None)
    if number is not None:
        return f"signal {signal.Signals(number).name}"
    if isinstance(fault, OSError) and fault.filename:
        return f"{fault.filename}: {fault.strerror}"
    return f"status {status}" if status is not None else str(fault)
