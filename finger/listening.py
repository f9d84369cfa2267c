"""Where a server listens: endpoint descriptions, with a full backlog.

`dual:79`, `tcp:7979:interface=127.0.0.1`, `tcp6:7979`, `unix:/run/finger.sock`, `systemd` and `systemd:index=0` are
bound by `finger.sockets`, which says more of them; what else Twisted's plugins understand is theirs. Twisted queues 50
connections that are not yet accepted, unless the description says `backlog=`. When that queue is full the kernel drops
the SYN and the client tries again a second later: with 512 clients at once one in a hundred waited a full second. So a
description that says nothing gets the system's maximum.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from finger.accepting import Acceptor
from finger.descriptions import Description, maximum_backlog, with_backlog
from finger.errors import ListenFailed
from finger.interfaces import ListeningPort
from finger.sockets import KINDS, adopt, bind, everywhere, why

__all__ = ["describe", "everywhere", "listen", "maximum_backlog", "with_backlog"]


def listen(reactor: object, description: str, factory: Factory) -> Deferred[ListeningPort]:
    """Listen where `description` says, with a full backlog. Fails with `ListenFailed`."""

    try:
        if Description.parse(description).kind in KINDS:
            # systemd may pass several sockets: they are one port to whoever stops it.
            return succeed(Ports([adopt(reactor, sock, factory) for sock in bind(description)]))
    except ListenFailed as error:
        return fail(error)

    def failed(failure: Failure) -> NoReturn:
        raise ListenFailed(description, _why(failure.value)) from failure.value

    parse: Callable[[object, str], Any] = serverFromString
    try:
        endpoint = parse(reactor, with_backlog(description, maximum_backlog()))
        listening: Deferred[ListeningPort] = endpoint.listen(factory)
    except Exception as error:  # a parser of any plugin may raise anything at a text it does not understand
        return fail(ListenFailed(description, _why(error)))
    return listening.addErrback(failed)


class Ports:
    """One or several ports as one, with the address of the first."""

    def __init__(self, ports: list[Acceptor]) -> None:
        self.ports = ports

    def getHost(self) -> IAddress:
        return self.ports[0].getHost()

    def stopListening(self) -> Deferred[None]:
        """Close them all."""
        for port in self.ports:
            port.stopListening()
        return succeed(None)


def describe(port: ListeningPort) -> str:
    """The address a port is bound to: `127.0.0.1:7979`, `[::1]:7979`, `unix:/run/finger.sock`."""
    if isinstance(port, Ports):
        return ", ".join(describe(each) for each in port.ports)
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
        return why(inner) if isinstance(inner, OSError) else str(inner)
    return why(error) if error is not None else "nobody knows why"
