"""Where a host that a stranger named may lead: to the public internet, and to no other service than Finger's.

A plan names mirrors. Whoever writes one could name the reader's own router, or a service that listens for this machine
alone, and have the reader's program knock there (OWASP: server-side request forgery). So for such hosts:

- The address is looked at that is connected to, at the moment of connecting: whatever a name server says first, and
  says otherwise a second later (DNS rebinding), there is no second look-up.
- An address that carries another one (IPv4-mapped, NAT64) counts as the one that it carries; tunnels are refused.
- Of the system's ports only 79 is open. A query is a line of a user's name, of which few services make anything; but
  a mail server or a printer logs, answers or prints it.
- What a person wrote themselves, an address that they follow or a route, is their word, and goes by none of this.
- Feeds of the web are asked by the same rules, whoever names them, and wherever they lead on to: lists of feeds are
  passed around, and a page can send whoever asks for it anywhere. There the system's ports are 80 and 443.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from twisted.internet.interfaces import IReactorPluggableNameResolver, IReactorTCP, IReactorTime
from zope.interface import implementer

from finger.errors import AskFailed, HostUnreachable
from finger.interfaces import DelayedCall
from thimbl.core.address import FINGER_PORT

SYSTEM_PORTS: Final = range(1024)
"""RFC 6335 6: ports of the services of systems."""

BAD_PORTS: Final = frozenset({
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080,
})  # fmt: skip
"""Above those, the ports that browsers refuse to connect to at a stranger's word, for the same reason (WHATWG Fetch,
"port blocking"): NFS, SIP, X11, IRC and the like, that make something of a line of text."""

LOCAL_NAMES: Final = ("localhost", "local", "internal", "home.arpa", "lan", "intranet", "localdomain")
"""Names of one machine or one network (RFC 6761 6.3, RFC 6762, RFC 8375, ICANN's `.internal`; the last three by
custom). They are looked at as well since what is asked by way of a proxy is not looked up here."""

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""The part of IPv6 that is given to hosts (IANA, "IPv6 Global Unicast Address Assignments")."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052 2.1: how networks without IPv4 reach hosts that have nothing else."""

_NOT_PUBLIC: Final = (
    # In IANA's registries of special-purpose addresses, and not in those of every Python that is in use.
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, no longer in use (RFC 7526)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


@dataclass(frozen=True, slots=True)
class Service:
    """What hosts are asked for."""

    name: str
    """As it stands after "another service than"."""
    ports: frozenset[int]
    """Those of the system's ports that are its own."""
    named: str
    """How it comes that a stranger's host is asked, as the beginning of a sentence that goes on with "and"."""


FINGER: Final = Service("Finger", frozenset({FINGER_PORT}), "a plan names this host")
WEB: Final = Service("the web", frozenset({80, 443}), "feeds are asked for on the internet alone")


class HostGuarded(HostUnreachable):
    """A host that somebody's plan names leads to where a stranger has no say: into this machine, a private network, or
    to another service than Finger. Set 'private_hosts: true' in config.yaml if it may."""

    def __init__(self, where: str, why: str, service: Service = FINGER) -> None:
        lifted = "to ask it all the same, write 'private_hosts: true' into config.yaml"
        AskFailed.__init__(self, where, f"{service.named}, and {why}; {lifted}")
        self.why = why


def check_name(where: str, host: str, port: int, service: Service = FINGER) -> None:
    """Refuse a host by its name or port, before anything is looked up. Raises `HostGuarded`."""
    if (port in SYSTEM_PORTS and port not in service.ports) or port in BAD_PORTS:
        raise HostGuarded(where, f"its port {port} is that of another service than {service.name}", service)
    name = host.lower().rstrip(".")
    if ":" not in name and ("." not in name or any(name.endswith(f".{end}") for end in LOCAL_NAMES)):
        raise HostGuarded(where, "its name is one of a private network", service)
    if (address := _address(host)) is not None:
        check_address(where, address, service)


def check_address(where: str, address: IPv4Address | IPv6Address, service: Service = FINGER) -> None:
    """Refuse an address that is none of the public internet. Raises `HostGuarded`."""
    if (what := what_else(address)) is not None:
        raise HostGuarded(where, f"it leads to {address}: {what}", service)


def what_else(address: IPv4Address | IPv6Address) -> str | None:
    """What an address is that is no host's of the public internet, in words; None where it is one."""
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped
        if address in _NAT64:
            carried = IPv4Address(address.packed[-4:])
        if carried is not None:
            return what_else(carried)
        if address.sixtofour is not None or address.teredo is not None:
            return "a tunnel, which leads to who knows where"
    if address.is_loopback or address.is_unspecified:
        return "this machine"  # 0.0.0.0 and :: are too, to a socket that connects
    if address.is_multicast:
        return "many machines at once"
    if address.is_link_local:
        return "a machine on this network"
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "a private network, or no address of the internet"
    if not address.is_global or any(address in network for network in _NOT_PUBLIC):
        return "a private network, or no address of the internet"
    return None


@implementer(IReactorTCP, IReactorTime, IReactorPluggableNameResolver)
class GuardedReactor:
    """What an endpoint needs of a reactor; it connects to the public internet alone. `where` is for the refusal."""

    def __init__(self, reactor: Any, where: str, service: Service = FINGER) -> None:
        self._reactor, self._where, self._service = reactor, where, service

    @property
    def nameResolver(self) -> Any:
        """The reactor's own: what it says is looked at when it is connected to."""
        return self._reactor.nameResolver

    def connectTCP(self, host: str, port: int, *rest: Any, **more: Any) -> Any:
        """As the reactor does. Raises `HostGuarded`."""
        address = _address(host)
        if address is None:  # endpoints look names up before they connect; this one did not
            raise HostGuarded(self._where, "it was not looked up", self._service)
        check_address(self._where, address, self._service)
        return self._reactor.connectTCP(host, port, *rest, **more)

    def seconds(self) -> float:
        """The reactor's clock."""
        return float(self._reactor.seconds())

    def callLater(self, delay: float, callable: Callable[..., object], *args: Any, **more: Any) -> DelayedCall:
        """The reactor's clock."""
        call: DelayedCall = self._reactor.callLater(delay, callable, *args, **more)
        return call


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is; None where it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
