"""How hosts are reached: directly, by a route, or by way of a proxy; and where a stranger's word does not lead.

- A route is looked up first (docs/decisions/0004): it is the person's own word for where a host is.
- A `.onion` host is asked by way of the proxy or not at all; its name is asked of no name server (RFC 7686 2).
- With `proxy_for: all` every host is, but for this machine itself, where tunnels begin.
- A client made for a stranger's hosts goes by `thimbl.node.guard`, unless the person allows what it forbids.
- By way of Tor each host is asked over a circuit of its own, so that no exit learns whom a person follows: Tor keeps
  streams with different names and passwords apart (tor(1), IsolateSOCKSAuth).
"""

from typing import Any, Final, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IProtocol
from twisted.python.failure import Failure

from finger.client import ClientLimits, FingerClient, default_endpoints
from finger.errors import AskFailed, ConnectionRefused, HostUnreachable
from finger.interfaces import Endpoint
from finger.query import host_port
from thimbl.core.address import WEB
from thimbl.home.proxy import Proxy, ProxyFor
from thimbl.home.settings import Settings
from thimbl.node.guard import FINGER, GuardedReactor, Service, check_name
from thimbl.node.socks import REFUSED, Credentials, ProxyError, ProxyRefused, SocksEndpoint

BY_PROXY: Final = ClientLimits(connect_seconds=60, total_seconds=150)
"""Tor may have to build a circuit first, and to an onion service three relays on either side: that takes 5 to 30
seconds, and Tor itself tries for two minutes (tor(1), SocksTimeout)."""

_ONION: Final = ".onion"
_THIS_MACHINE: Final = ("127.", "localhost", "[::1]")


class OnionWithoutProxy(HostUnreachable):
    """An onion service is reached by way of Tor alone, and no proxy is set. Run Tor, and set
    'proxy: socks5://127.0.0.1:9050' in config.yaml."""

    def __init__(self, where: str) -> None:
        self.why = "it is an onion service, which only Tor leads to"
        AskFailed.__init__(self, where, f"{self.why}: run Tor, and set 'proxy: socks5://127.0.0.1:9050' in config.yaml")


class ProxyUnreachable(AskFailed):
    """The proxy that the settings name is not there, or is none. See that it runs, and look at 'proxy' in
    config.yaml."""

    def __init__(self, where: str, proxy: str, why: str) -> None:
        super().__init__(where, f"{why} (proxy {proxy}): see that it runs, and look at 'proxy' in config.yaml")


def client(
    reactor: Any, settings: Settings, *, stranger: bool = False, limits: ClientLimits | None = None
) -> FingerClient:
    """A client that reaches hosts as the settings say.

    `stranger`: for hosts that somebody's plan names, such as mirrors, and not the person who asks.
    """
    if limits is None and settings.proxy is not None:
        limits = BY_PROXY
    return FingerClient(Reach(reactor, settings, stranger=stranger).endpoint, reactor, limits)


class Reach:
    """Finds the endpoint for each host."""

    def __init__(
        self, reactor: Any, settings: Settings, *, stranger: bool = False, service: Service = FINGER
    ) -> None:
        self._reactor, self._settings, self._service = reactor, settings, service
        self._guarded = stranger and not settings.private_hosts
        self._direct = default_endpoints(reactor)

    def endpoint(self, host: str, port: int) -> Endpoint:
        """Where to connect to for this host, which may have any case and no brackets. Raises `AskFailed`."""
        where = host_port(host, port)
        canonical = (f"[{host}]" if ":" in host else host).lower()
        settings = self._settings
        if canonical.endswith(WEB):  # not even by a route: whoever answered there would speak for a page of the web
            raise HostUnreachable(where, "it stands for a feed of the web, which no plan can be")
        to_host, to_port = settings.route(canonical, port)
        guarded = self._guarded and (canonical, port) not in settings.routes
        if guarded:
            check_name(where, to_host, to_port, self._service)
        if (proxy := self._proxy_for(to_host, where)) is not None:
            return cast("Endpoint", _ByProxy(self._socks(proxy, to_host, to_port), where, proxy))
        direct = default_endpoints(GuardedReactor(self._reactor, where, self._service)) if guarded else self._direct
        return direct(to_host.strip("[]"), to_port)

    def _proxy_for(self, host: str, where: str) -> Proxy | None:
        proxy = self._settings.proxy
        if host.endswith(_ONION):
            if proxy is None:
                raise OnionWithoutProxy(where)
            return proxy
        if proxy is None or proxy.which is not ProxyFor.ALL or _is_this_machine(host):
            return None
        return proxy

    def _socks(self, proxy: Proxy, host: str, port: int) -> SocksEndpoint:
        name = host.strip("[]")
        if proxy.user:
            credentials = Credentials(proxy.user.encode("utf-8"), proxy.password.encode("utf-8"))
        else:
            credentials = Credentials(b"thimbl", name.encode("ascii"))
        return SocksEndpoint(self._direct(proxy.host.strip("[]"), proxy.port), name, port, credentials)


class _ByProxy:
    """An endpoint by way of the proxy, whose failures are told as those of a host are."""

    def __init__(self, endpoint: SocksEndpoint, where: str, proxy: Proxy) -> None:
        self._endpoint, self._where, self._proxy = endpoint, where, proxy

    def connect(self, protocolFactory: Any) -> "Deferred[IProtocol]":
        return self._endpoint.connect(protocolFactory).addErrback(self._failed)

    def _failed(self, failure: Failure) -> Failure:
        error = failure.value
        if isinstance(error, ProxyRefused):
            raise ConnectionRefused(self._where) if error.reply == REFUSED else HostUnreachable(self._where, str(error))
        if isinstance(error, CancelledError):
            return failure
        why = str(error) if isinstance(error, ProxyError) else "the proxy can not be connected to"
        raise ProxyUnreachable(self._where, self._proxy.hostport, why)


def _is_this_machine(host: str) -> bool:
    return host.startswith(_THIS_MACHINE[0]) or host in _THIS_MACHINE[1:]
