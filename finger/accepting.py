"""A listening port over a socket that is bound already, for any factory of Twisted's.

Twisted adopts sockets too (`adoptStreamPort`), but for unix sockets it sets mode and backlog anew and removes the path
when one worker of several ends. And it waits for the reactor to say that a connection can be read, though with Finger
the query has mostly come before the connection is accepted. So:

- A connection is read once as soon as it is accepted; only one that has nothing to read yet is handed to the reactor.
- `Connection.finish` sends and closes in one go where the socket takes everything, which an answer of a few KiB always
  is: the reactor never hears of such a connection. That halves what serving it costs.
- At most `MAX_ACCEPTS` are taken before the reactor has another turn, so that those that wait are served too.
- Where descriptors run out (EMFILE, accept(2)), the queue would stay readable and the reactor spin. One descriptor is
  kept in reserve: it is let go to accept, turn away and close. Where that fails too, or something else does, nothing is
  accepted for a second.
"""

import errno
import os
import socket
from contextlib import suppress
from typing import Any, Final, cast

from twisted.internet import tcp
from twisted.internet.abstract import FileDescriptor
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IAddress, IListeningPort, ITransport
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.interfaces import Clock, DelayedCall, Transport

MAX_ACCEPTS: Final = 64
"""Connections taken in one turn of the reactor: some milliseconds of work."""

FIRST_READ: Final = 4096
"""Bytes read of a connection when it is accepted: several queries of the longest kind."""

PAUSE: Final = 1.0
"""Seconds without accepting where not even the reserve helps: time for other connections to end."""

NOTICE: Final = 60.0
"""Seconds between two lines of log that say so."""

_OUT_OF_DESCRIPTORS: Final = (errno.EMFILE, errno.ENFILE)
_NO_CONNECTION: Final = (errno.ECONNABORTED, errno.EPERM, errno.EPROTO, errno.EINTR)
"""This client is gone, or a packet filter took it: the next may be there (accept(2), 'Error handling')."""

_MAPPED: Final = "::ffff:"

_done: Final[Failure] = Failure(ConnectionDone())
_lost: Final[Failure] = Failure(ConnectionLost())


class Connection(tcp.Server):
    """One accepted connection: Twisted's own transport, which tells the reactor of itself only when it has to wait."""

    reactor: Any
    protocol: Any
    # Closing is enough: no other process holds an accepted socket.
    _shouldShutdown = False
    _handed_over = False

    def __init__(self, sock: socket.socket, protocol: Any, peer: IAddress, reactor: Any) -> None:
        tcp.Connection.__init__(self, sock, protocol, reactor)
        self.connected = 1
        self._peer = peer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} from {self._peer}>"

    def getPeer(self) -> IAddress:
        return self._peer

    def getHost(self) -> IAddress:
        return _address(self.socket.family, self.socket.getsockname())

    def logPrefix(self) -> str:
        return "finger"

    def begin(self) -> None:
        """Read what has come already; hand the connection to the reactor unless that was all of it."""
        try:
            data = self.socket.recv(FIRST_READ)
        except BlockingIOError:
            data = None
        except OSError:
            self.connectionLost(_lost)
            return
        if data:
            self.protocol.dataReceived(data)
            if self.disconnected:
                return
        self._handed_over = True
        if data == b"":
            self.readConnectionLost(_done)
        elif not self.disconnecting:
            self.reactor.addReader(self)
            if (waits := getattr(self.protocol, "waits", None)) is not None:
                waits()

    def finish(self, data: bytes) -> None:
        """Send `data`, the last, and close. Where the socket takes all of it the connection is over on return: the
        protocol's `connectionLost` has been called."""
        if self.connected and self.producer is None and not self._tempDataLen and not self.dataBuffer:
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.connectionLost(_lost)
                return
            if sent == len(data):
                self._close()
                return
            data = data[sent:]
        transport = cast("Transport", self)
        transport.write(data)
        transport.loseConnection()

    def _close(self) -> None:
        """All is sent. The reactor need not be asked to forget what it was never told of."""
        if self._handed_over:
            self.connectionLost(_done)
            return
        self.connected, self.disconnected = 0, 1
        self.socket.close()
        protocol = self.protocol
        del self.protocol, self.socket, self.fileno
        protocol.connectionLost(_done)


@implementer(IListeningPort)
class Acceptor(FileDescriptor):
    """A listening socket, and the factory behind it."""

    reactor: Any
    log = Logger()

    def __init__(self, reactor: Any, sock: socket.socket, factory: Factory) -> None:
        super().__init__(reactor)
        self.socket = sock
        self.factory = factory
        self._family = int(sock.family)
        self._clock = cast("Clock", reactor)
        self._reserve: int | None = None
        self._paused: DelayedCall | None = None
        self._noticed: float | None = None

    def startListening(self) -> None:
        """Accept from now on."""
        self._hold_reserve()
        self.factory.doStart()
        self.connected = 1
        self.reactor.addReader(self)

    def stopListening(self) -> "Deferred[None]":
        """Accept no more, and close the socket. Connections go on."""
        self.connectionLost(_done)
        return succeed(None)

    def loseConnection(self) -> None:
        self.stopListening()

    def connectionLost(self, reason: Failure) -> None:
        if not self.connected:
            return
        FileDescriptor.connectionLost(self, reason)
        if self._paused is not None:
            self._paused.cancel()
            self._paused = None
        self._let_go()
        self.socket.close()
        self.factory.doStop()

    def getHost(self) -> IAddress:
        """The address that the socket is bound to."""
        return _address(self.socket.family, self.socket.getsockname())

    def fileno(self) -> int:
        return self.socket.fileno()

    def logPrefix(self) -> str:
        return "finger"

    def doRead(self) -> None:
        """Connections wait to be accepted."""
        for _ in range(MAX_ACCEPTS):
            try:
                sock, place = self.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if not self._goes_on(error):
                    return
            else:
                self._accepted(sock, place)
                if not self.connected:
                    return

    def _accepted(self, sock: socket.socket, place: Any) -> None:
        connection: Connection | None = None
        try:
            peer = _address(self._family, place)
            protocol = self.factory.buildProtocol(peer)
            if protocol is None:
                sock.close()
                return
            connection = Connection(sock, protocol, peer, self.reactor)
            protocol.makeConnection(cast("ITransport", connection))
            if not connection.disconnected:
                connection.begin()
        except Exception:  # the reactor would take it for a fault of this port, and close that
            self.log.failure("A connection failed")
            if connection is None:
                sock.close()
            elif not connection.disconnected:
                connection.connectionLost(_lost)

    # When descriptors run out

    def _goes_on(self, error: OSError) -> bool:
        """Whether the next connection is to be accepted at once."""
        if error.errno in _NO_CONNECTION:
            return True
        self._notice(error)
        if error.errno in _OUT_OF_DESCRIPTORS and self._reserve is not None:
            return self._turn_away()
        self._pause()
        return False

    def _turn_away(self) -> bool:
        """Accept one connection by the descriptor in reserve, and close it. False if there was none, or no way."""
        self._let_go()
        try:
            self.socket.accept()[0].close()
        except OSError as error:
            if error.errno not in _NO_CONNECTION and not isinstance(error, BlockingIOError):
                self._pause()
            return False
        finally:
            self._hold_reserve()
        return True

    def _pause(self) -> None:
        if self._paused is None:
            self.reactor.removeReader(self)
            self._paused = self._clock.callLater(PAUSE, self._resume)

    def _resume(self) -> None:
        self._paused = None
        self._hold_reserve()
        self.reactor.addReader(self)

    def _notice(self, error: OSError) -> None:
        now = self._clock.seconds()
        if self._noticed is not None and now - self._noticed < NOTICE:
            return
        self._noticed = now
        self.log.warn("No connection can be accepted: {why}.{advice}", why=error.strerror, advice=_advice(error))

    def _hold_reserve(self) -> None:
        if self._reserve is None:
            with suppress(OSError):
                self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _let_go(self) -> None:
        reserve, self._reserve = self._reserve, None
        if reserve is not None:
            os.close(reserve)


def _advice(error: OSError) -> str:
    if error.errno not in _OUT_OF_DESCRIPTORS:
        return ""
    return (
        " Raise the limit of open files (ulimit -n, or LimitNOFILE= of the systemd unit), or lower the limit of "
        "connections."
    )


def _address(family: int, place: Any) -> IAddress:
    """What `accept` and `getsockname` say, as Twisted has it. IPv4 by an IPv6 socket is IPv4 (RFC 4291 2.5.5.2)."""
    address: Any
    if family == socket.AF_INET:
        address = IPv4Address("TCP", place[0], place[1])
    elif family == socket.AF_INET6:
        host = place[0]
        if host.startswith(_MAPPED) and "." in host:
            address = IPv4Address("TCP", host[len(_MAPPED) :], place[1])
        else:
            address = IPv6Address("TCP", *place)
    else:
        address = UNIXAddress(place or None)
    return cast("IAddress", address)
