"""`thimbl serve`: listen, answer, read the settings anew when asked to, and go when asked to.

- SIGTERM and SIGINT: no more connections are taken, those who asked have their answers, and all ends in a few seconds.
- SIGHUP: settings, aliases, the host's message and what is kept are made anew; sockets and connections stay. Settings
  that can not be read leave the old ones in force, and a line in the log. Where it came since the terminal was closed
  on which the daemon ran, the daemon ends.
- systemd hears of all of it (`thimbl.node.serving.systemd`).
"""

import os
import signal
import socket
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from finger.interfaces import ListeningPort
from finger.sockets import adopt, bind
from thimbl.core.terminal import safe
from thimbl.home.errors import HomeError
from thimbl.node.running import cause
from thimbl.node.serving.assignment import Assignment, Unservable
from thimbl.node.serving.host import Servers
from thimbl.node.serving.logs import Log
from thimbl.node.serving.systemd import Manager

NEEDS_RESTART = ("listen", "workers", "user", "group", "metrics", "mirror", "poll", "http")
"""Settings that a reload can not change: sockets, processes and the poller are made once."""


class Part(Protocol):
    """Something that runs beside the answering, such as the listener of `/metrics`."""

    def start(self) -> object:
        """Begin. A Deferred fails where the daemon has to end for it."""

    def stop(self) -> object:
        """End; the daemon waits for a Deferred."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Sockets that listen, and the paths that were made for them in the file system."""

    sockets: tuple[socket.socket, ...]
    paths: tuple[str, ...] = ()

    @classmethod
    def to(cls, descriptions: Sequence[str], environ: MutableMapping[str, str]) -> "Bound":
        """All of these places. Raises `finger.errors.ListenFailed` where one can not be had: then none is."""
        made = cls(())
        try:
            for description in descriptions:
                sockets = tuple(bind(description, environ))
                ours = sockets if description.startswith("unix:") else ()
                made = cls(made.sockets + sockets, made.paths + tuple(str(sock.getsockname()) for sock in ours))
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Let go of all."""
        for sock in self.sockets:
            sock.close()
        self.remove_paths()

    def remove_paths(self) -> None:
        """Leave no socket behind that nobody answers on. Whoever gave up its rights may have to leave it."""
        for path in self.paths:
            with suppress(OSError):
                os.unlink(path)


class Listener:
    """A part: one more factory, on sockets of its own."""

    def __init__(self, reactor: Any, bound: Bound, factory: Factory) -> None:
        self._reactor, self._bound, self._factory = reactor, bound, factory
        self._ports: list[ListeningPort] = []

    def start(self) -> None:
        self._ports = [adopt(self._reactor, sock, self._factory) for sock in self._bound.sockets]

    def stop(self) -> None:
        for port in self._ports:
            port.stopListening()
        self._bound.remove_paths()


class Daemon:
    """A service from its start to its end. `reactor` is Twisted's, or a test's."""

    def __init__(
        self,
        reactor: Any,
        servers: Servers,
        *,
        log: Log | None = None,
        manager: Manager | None = None,
        load: Callable[[], Assignment] | None = None,
        parts: Sequence[Part] = (),
    ) -> None:
        """`load` reads the settings anew, and raises `HomeError`, `OSError` or `Unservable` where it can not."""
        self.reactor, self.servers, self.log, self.load, self.parts = reactor, servers, log, load, parts
        self.manager = manager or Manager({})
        self.fault: BaseException | None = None
        self._serving: Assignment | None = None
        self._web: tuple[socket.socket, ...] = ()
        self._started: list[Part] = []
        self._answering = self._ending = False
        self._on_terminal = os.isatty(0)

    def run(
        self,
        bound: Bound,
        ready: Callable[[str], None],
        serving: Assignment | None = None,
        web: Bound | None = None,
    ) -> None:
        """Answer until a signal comes. `ready` gets the address of each socket, once all of it is answered, those of
        the web face (`web`) with `http:` before.

        `serving` is what `servers` began with, to compare a reload with. Raises what it ended of, such as `Unservable`.
        """
        self._serving = serving
        self._web = () if web is None else web.sockets
        if self.load is not None:
            signal.signal(signal.SIGHUP, lambda number, frame: self.reactor.callFromThread(self._hung_up))
        self.reactor.callWhenRunning(self._begin, bound, ready)
        self.reactor.addSystemEventTrigger("before", "shutdown", self._drain)
        self.reactor.run()
        bound.remove_paths()
        if web is not None:
            web.remove_paths()
        if self.fault is not None:
            raise self.fault

    def reload(self) -> None:
        """Read the settings anew and serve by them."""
        if self.load is None or self._ending:
            return
        self.manager.reloading()
        try:
            assignment = self.load()
            self.servers.assign(assignment)
        except (HomeError, OSError, Unservable) as fault:
            self._tell("reload-failed", error=safe(str(fault)))
        else:
            self._tell("reload", needs_restart=needs_restart(self._serving, assignment))
            self._warn(assignment)
        self.manager.ready("Answering")

    def _hung_up(self) -> None:
        """SIGHUP: from an administrator it means to reload; it also tells that the terminal was closed."""
        if self._on_terminal and not os.isatty(0):
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self.reload()

    def _begin(self, bound: Bound, ready: Callable[[str], None]) -> None:
        maybeDeferred(self.servers.start, bound.sockets).addCallback(self._answers, bound, ready).addErrback(self._fail)

    def _answers(self, result: object, bound: Bound, ready: Callable[[str], None]) -> None:
        places = [place(sock) for sock in bound.sockets] + [web_place(sock) for sock in self._web]
        for part in self.parts:
            self._started.append(part)
            maybeDeferred(part.start).addErrback(self._fail)
        if self.fault is not None:
            return
        for text in places:
            ready(text)
        self._answering = True
        self.manager.ready("Answering")
        self._tell("start", pid=os.getpid(), listening=places)
        if self._serving is not None:
            self._warn(self._serving)
        if self.manager.sign_of_life is not None:
            self._give_sign(self.manager.sign_of_life)

    def _give_sign(self, seconds: float) -> None:
        self.manager.alive()
        self.reactor.callLater(seconds, self._give_sign, seconds)

    def _fail(self, failure: Failure) -> None:
        if self._ending or self.fault is not None:
            return  # whatever was interrupted by the end
        self.fault = cause(failure).value
        self.reactor.stop()

    def _drain(self) -> "Deferred[Any]":
        self._ending = True
        self.manager.stopping()
        ending = [maybeDeferred(part.stop) for part in self._started]
        ended = gatherResults([*ending, maybeDeferred(self.servers.stop)], consumeErrors=True)
        return ended.addCallback(lambda _: self._tell("stop") if self._answering else None)

    def _warn(self, assignment: Assignment) -> None:
        for what in assignment.warnings():
            self._tell("warning", what=safe(what))

    def _tell(self, event: str, **fields: object) -> None:
        if self.log is not None:
            self.log.event(event, **fields)


def needs_restart(before: Assignment | None, now: Assignment) -> list[str]:
    """The settings that were changed, and count at the next start only."""
    if before is None:
        return []
    return [name for name in NEEDS_RESTART if getattr(before.serve, name) != getattr(now.serve, name)]


def ports_of(bound: Bound) -> list[int]:
    """The TCP ports among these sockets."""
    return [sock.getsockname()[1] for sock in bound.sockets if sock.family != socket.AF_UNIX]


def place(sock: socket.socket) -> str:
    """The address that a socket is bound to: `127.0.0.1:7979`, `[::1]:7979`, `unix:/run/finger.sock`."""
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return f"unix:{name if isinstance(name, str) else name.decode('utf-8', 'backslashreplace')}"
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def web_place(sock: socket.socket) -> str:
    """The same of a socket of the web face: `http://127.0.0.1:8080/`, `http:unix:/run/thimbl-http.sock`."""
    name = place(sock)
    return f"http:{name}" if sock.family == socket.AF_UNIX else f"http://{name}/"
