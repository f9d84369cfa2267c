r"""Listening sockets: bound without a reactor, adopted by one.

Rules:

- `bind` turns a description into sockets that are bound and listen already, so that a process may bind as root and
  drop its privileges, or bind once and let several workers accept; nothing of Twisted's reactor is touched.
- `adopt` lets a reactor accept on such a socket. A socket belongs to the process that bound it: a worker that ends
  removes no path and shuts nothing down, since others listen there too.
- A description that says no backlog gets the system's maximum: where the queue of connections not yet accepted is full,
  the kernel drops the SYN, and the client tries again a whole second later.

The kinds of description:

- `tcp:PORT[:interface=ADDRESS]` IPv4, or what `interface` is an address of; `tcp6:PORT` IPv6, as Twisted has them.
- `dual:PORT`: IPv6 and IPv4 by one socket, whatever the system's default for `tcp6` (RFC 3493 5.3); where the kernel
  has no IPv6, IPv4.
- `unix:PATH[:mode=660]`: a stale socket that nobody listens on is replaced.
- `systemd`: every socket that was passed on (sd_listen_fds(3)), whether it has a name or not; `systemd:index=0` one of
  them, `systemd:name=finger` those of that name. `domain=INET6`, which Twisted wants to be told, is taken and not used.
"""

import errno
import os
import socket
import stat
from collections.abc import Mapping, MutableMapping
from ipaddress import ip_address
from typing import Final

from twisted.internet.protocol import Factory

from finger.accepting import Acceptor
from finger.descriptions import Description, maximum_backlog
from finger.errors import ListenFailed

FIRST_INHERITED: Final = 3
"""The first descriptor that systemd passes: after standard input, output and error (SD_LISTEN_FDS_START)."""

UNIX_MODE: Final = 0o666
"""Of a unix socket that says no `mode`: whoever reaches its folder may ask, as whoever reaches a port may."""

KINDS: Final = ("tcp", "tcp6", "dual", "unix", "systemd")
"""What `bind` understands."""

_NOT_STARTED: Final = (
    "no socket was passed to this process: start it by its systemd socket unit (systemctl start thimbl.socket), "
    "or listen on a port, like tcp:7979"
)

_NO_IPV6: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT)
"""What a kernel without IPv6 says: at once, or when `::` is bound with `disable_ipv6=1`."""


def everywhere(port: int) -> str:
    """The description of a port on every address of this computer, IPv6 and IPv4."""
    return f"dual:{port}"


def bind(description: str, environ: MutableMapping[str, str] | None = None) -> list[socket.socket]:
    """Sockets that are bound where `description` says, listen, do not block and are closed by `exec`.

    One, but for `systemd`. `environ` is the process's environment: descriptors of systemd are listed there. Raises
    `ListenFailed`: nothing is left open then.
    """
    kind = Description.parse(description)
    try:
        match kind.kind:
            case "tcp":
                fields = kind.take("port", "interface", "backlog")
                host = fields.get("interface", "")
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                return [_bind_tcp(family, host, fields)]
            case "tcp6":
                fields = kind.take("port", "backlog", "interface")
                return [_bind_tcp(socket.AF_INET6, fields.get("interface", "::"), fields)]
            case "dual":
                return [_bind_dual(kind.take("port", "backlog"))]
            case "unix":
                return [_bind_unix(kind.take("address", "mode", "backlog", "lockfile"))]
            case "systemd":
                return inherited(kind.take("domain", "index", "name"), os.environ if environ is None else environ)
    except (OSError, ValueError, OverflowError) as error:
        raise ListenFailed(description, why(error)) from error
    raise ListenFailed(description, f"a place to listen begins with one of {', '.join(KINDS)}, like tcp:7979")


def adopt(reactor: object, sock: socket.socket, factory: Factory) -> Acceptor:
    """Accept connections on a listening socket of any family, from now on.

    `reactor` is an IReactorFDSet and IReactorTime. The socket is the port's from here on: `stopListening` closes it,
    in this process alone.
    """
    sock.setblocking(False)
    port = Acceptor(reactor, sock, factory)
    port.startListening()
    return port


def inherited(fields: Mapping[str, str], environ: MutableMapping[str, str]) -> list[socket.socket]:
    """The sockets of sd_listen_fds(3) that `fields` (`index`, `name`) choose, each given once.

    Raises `ValueError` where there is none, `OSError` where one is closed.
    """
    if environ.get("LISTEN_PID", str(os.getpid())) != str(os.getpid()):
        raise ValueError(_NOT_STARTED)
    try:
        count = int(environ.get("LISTEN_FDS", "0"))
    except ValueError:
        count = 0
    if count < 1:
        raise ValueError(_NOT_STARTED)
    numbers = list(range(FIRST_INHERITED, FIRST_INHERITED + count))
    if "index" in fields:
        index = int(fields["index"])
        if not 0 <= index < count:
            raise ValueError(f"{count} sockets were passed, numbered from 0; there is no number {index}")
        numbers = [numbers[index]]
    elif "name" in fields:
        names = environ.get("LISTEN_FDNAMES", "").split(":")
        numbers = [number for number, name in zip(numbers, names, strict=False) if name == fields["name"]]
        if not numbers:
            known = ", ".join(name for name in names if name) or "none has a name"
            raise ValueError(f"no socket was passed by the name {fields['name']}; those passed: {known}")
    return [_take_over(number) for number in numbers]


def why(error: BaseException) -> str:
    """What an error of binding says to the person who chose the place."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return "another program listens there already; stop it, or choose another port"
    if number in (errno.EACCES, errno.EPERM) and not getattr(error, "filename", None):
        return "this account may not; ports below 1024 are for root, inetd or systemd, so take one like tcp:7979"
    if number == errno.EADDRNOTAVAIL:
        return "this computer has no such address"
    if number == errno.EAFNOSUPPORT:
        return "this computer has no such network; take tcp: for IPv4"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{error} (a place to listen looks like tcp:7979 or tcp:7979:interface=127.0.0.1)"


def _take_over(number: int) -> socket.socket:
    """An inherited descriptor as a socket object of its own family, which `exec` closes from now on."""
    os.set_inheritable(number, False)
    sock = socket.socket(fileno=number)
    sock.setblocking(False)
    return sock


def _bind_tcp(
    family: socket.AddressFamily, host: str, fields: Mapping[str, str], *, both: bool = False
) -> socket.socket:
    port = int(fields.get("port", ""))
    if not 0 <= port <= 65535:
        raise ValueError(f"{port} is not a port: ports go from 1 to 65535")
    if host:
        ip_address(host.partition("%")[0])  # an address, not a name to look up
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last connections still linger in TIME_WAIT may be bound again after a restart.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if both:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        place = socket.getaddrinfo(host or None, port, family, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)[0][4]
        sock.bind(place)
        return _listening(sock, fields)
    except BaseException:
        sock.close()
        raise


def _bind_dual(fields: Mapping[str, str]) -> socket.socket:
    try:
        return _bind_tcp(socket.AF_INET6, "::", fields, both=True)
    except OSError as error:
        if error.errno not in _NO_IPV6:
            raise
        return _bind_tcp(socket.AF_INET, "", fields)


def _bind_unix(fields: Mapping[str, str]) -> socket.socket:
    path = fields.get("address", "")
    if not path:
        raise ValueError("unix: wants a path")
    mode = int(fields["mode"], 8) if "mode" in fields else UNIX_MODE
    _remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind_path(sock, path)
        os.chmod(path, mode)
        return _listening(sock, fields)
    except BaseException:
        sock.close()
        raise


def _bind_path(sock: socket.socket, path: str) -> None:
    """Bind; an error names the path, which the system leaves out."""
    try:
        sock.bind(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def _remove_stale(path: str) -> None:
    """Remove the socket of a server that is gone: one that refuses connections. Nothing else is touched."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)


def _listening(sock: socket.socket, fields: Mapping[str, str]) -> socket.socket:
    sock.listen(int(fields["backlog"]) if "backlog" in fields else maximum_backlog())
    sock.setblocking(False)
    return sock
