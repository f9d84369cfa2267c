"""Where a server listens: Twisted's endpoint descriptions, with a full backlog.

`tcp:79`, `tcp:7979:interface=127.0.0.1`, `tcp6:7979`, `unix:/run/finger.sock`, `systemd:domain=INET:index=0` and what
else Twisted and its plugins understand. Twisted queues 50 connections that are not yet accepted, unless the description
says `backlog=`. When that queue is full the kernel drops the SYN and the client tries again a second later: with 512
clients at once one in a hundred waited a full second. So a description that says nothing gets the system's maximum.
"""

import errno
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from finger.errors import ListenFailed
from finger.interfaces import ListeningPort

_SOMAXCONN = Path("/proc/sys/net/core/somaxconn")

#: The kinds of endpoint that take a backlog, and which positional field it is when it is not given as `backlog=`.
_POSITION_OF_BACKLOG = {"tcp": 3, "tcp6": 2, "unix": 3}

#: Fields are parted by colons; a backslash quotes the next character (`endpoints.quoteStringArgument`).
_FIELD = re.compile(r"(?:^|(?<=:))(?:\\.|[^:\\])*")
_NAMED = re.compile(r"[A-Za-z]\w*=")


def maximum_backlog(path: Path = _SOMAXCONN) -> int:
    """The longest listen queue that the system allows. Linux says it in /proc; elsewhere C's constant has to do."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return socket.SOMAXCONN


def with_backlog(description: str, backlog: int) -> str:
    """The description with `backlog=` added, where its kind takes one and it does not say one itself."""
    kind, *fields = _FIELD.findall(description)
    positional = [field for field in fields if not _NAMED.match(field)]
    if len(positional) >= _POSITION_OF_BACKLOG.get(kind, 0) or any(field.startswith("backlog=") for field in fields):
        return description
    return f"{description}:backlog={backlog}"


def listen(reactor: object, description: str, factory: Factory) -> Deferred[ListeningPort]:
    """Listen where `description` says, with a full backlog. Fails with `ListenFailed`."""

    def failed(failure: Failure) -> NoReturn:
        raise ListenFailed(description, _why(failure.value)) from failure.value

    parse: Callable[[object, str], Any] = serverFromString
    try:
        endpoint = parse(reactor, with_backlog(description, maximum_backlog()))
        listening: Deferred[ListeningPort] = endpoint.listen(factory)
    except Exception as error:  # a parser of any plugin may raise anything at a text it does not understand
        return fail(ListenFailed(description, _why(error)))
    return listening.addErrback(failed)


def describe(port: ListeningPort) -> str:
    """The address a port is bound to: `127.0.0.1:7979`, `[::1]:7979`, `unix:/run/finger.sock`."""
    address = port.getHost()
    if isinstance(address, IPv6Address):
        return f"[{address.host}]:{address.port}"
    if isinstance(address, IPv4Address):
        return f"{address.host}:{address.port}"
    if isinstance(address, UNIXAddress):
        return "unix:" + (address.name or b"").decode("utf-8", "backslashreplace")
    return str(address)


def _why(error: BaseException | None) -> str:
    if isinstance(error, CannotListenError):
        inner = error.socketError
        number = inner.errno if isinstance(inner, OSError) else None
        if number == errno.EADDRINUSE:
            return "another program listens there already; stop it, or choose another port"
        if number in (errno.EACCES, errno.EPERM):
            return "this account may not; ports below 1024 are for root, inetd or systemd, so take one like tcp:7979"
        if number == errno.EADDRNOTAVAIL:
            return "this computer has no such address"
        return str(inner)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{error} (a place to listen looks like tcp:7979 or tcp:7979:interface=127.0.0.1)"
