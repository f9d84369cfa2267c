"""A Finger server for inetd: one query from standard input, its answer to standard output, and out.

`finger stream tcp nowait nobody /usr/bin/a-finger-server`: inetd has accepted the connection, and both files are its
socket. One process serves one query, so there is no reactor and nothing to wait for but the socket: `select` keeps the
time-outs. The answer is made by a plain function that returns bytes; one that needs a Deferred needs `finger.server`.
"""

import os
import select
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from finger.errors import RemoteProtocolError
from finger.query import Query
from finger.wire import CAN_NOT_ANSWER, TOO_SLOW, ServerConnection

#: How much is read or written at once.
_BLOCK = 64 * 1024


class HasFileno(Protocol):
    """A file, pipe or socket of the operating system."""

    def fileno(self) -> int: ...


@dataclass(frozen=True, slots=True)
class StdioLimits:
    """What the server puts up with, in seconds; `finger.server.ServerLimits` has the reasons."""

    query_seconds: float = 30
    send_seconds: float = 30
    linger_seconds: float = 2


class _NoQuery(Exception):
    """No query came in time."""


class _ClientGone(Exception):
    """The client reset the connection."""


def serve_stdio(
    answer: Callable[[Query], bytes],
    stdin: HasFileno,
    stdout: HasFileno,
    *,
    limits: StdioLimits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Serve one query. True if it was read, answered and sent whole; False if the client was refused or went away.

    `clock` is monotonic seconds. What `answer` raises is raised on, after the client was told that there is no answer,
    so that whatever started this process logs it.
    """
    limits = limits or StdioLimits()
    wire = ServerConnection()
    fd_in, fd_out = stdin.fileno(), stdout.fileno()
    with _not_blocking(fd_in), _not_blocking(fd_out):
        try:
            reply = wire.send_answer(answer(_read_query(wire, fd_in, clock() + limits.query_seconds, clock)))
            answered = True
        except RemoteProtocolError as error:
            reply, answered = wire.send_refusal(str(error)), False
        except _NoQuery:
            reply, answered = wire.send_refusal(TOO_SLOW), False
        except _ClientGone:
            return False
        except Exception:
            _send(fd_out, wire.send_refusal(CAN_NOT_ANSWER), limits.send_seconds, clock)
            raise
        sent = _send(fd_out, reply, limits.send_seconds, clock)
        if sent and (wire.excess or not answered):
            _linger(fd_in, fd_out, clock() + limits.linger_seconds, clock)
    return sent and answered


def _read_query(wire: ServerConnection, fd: int, deadline: float, clock: Callable[[], float]) -> Query:
    while True:
        ready, _, _ = select.select([fd], [], [], max(0.0, deadline - clock()))
        if not ready:
            raise _NoQuery
        try:
            data = os.read(fd, _BLOCK)
        except BlockingIOError:
            continue
        except OSError as error:
            raise _ClientGone from error
        if not data:
            wire.receive_eof()
        for event in wire.receive_data(data):
            return event.query


def _send(fd: int, data: bytes, seconds: float, clock: Callable[[], float]) -> bool:
    """Write all of `data`; False if the reader went away, or took nothing for `seconds`."""
    rest = memoryview(data)
    deadline = clock() + seconds
    while rest:
        _, ready, _ = select.select([], [fd], [], max(0.0, deadline - clock()))
        if not ready:
            return False
        try:
            written = os.write(fd, rest[:_BLOCK])
        except BlockingIOError:
            continue
        except OSError:
            return False
        rest = rest[written:]
        deadline = clock() + seconds
    return True


def _linger(fd_in: int, fd_out: int, deadline: float, clock: Callable[[], float]) -> None:
    """Close this direction and read on: bytes that lie unread would reset the connection (see `finger.server`).

    Only a socket has directions; for a pipe there is nothing to do.
    """
    if not stat.S_ISSOCK(os.fstat(fd_out).st_mode):
        return
    import socket  # only here: most queries of inetd end without it

    with socket.socket(fileno=os.dup(fd_out)) as out:
        try:
            out.shutdown(socket.SHUT_WR)
            while select.select([fd_in], [], [], max(0.0, deadline - clock()))[0] and os.read(fd_in, _BLOCK):
                pass
        except OSError:
            return


@contextmanager
def _not_blocking(fd: int) -> Iterator[None]:
    """A write to a blocking socket waits for all of it to go, however slow the reader: time-outs need this off."""
    was = os.get_blocking(fd)
    os.set_blocking(fd, False)
    try:
        yield
    finally:
        os.set_blocking(fd, was)
