"""A reactor that looks names up in a table and connects to nobody: what an endpoint makes of both can be seen."""

from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer


@implementer(IReactorPluggableNameResolver)
class ResolvingReactor(Clock):
    """`names` gives the addresses of each name: those of the first look-up, of the second, and so on."""

    def __init__(self, names: dict[str, list[list[str]]] | None = None) -> None:
        super().__init__()
        self.names = names or {}
        #: What was looked up, in order.
        self.lookups: list[str] = []
        #: What was connected to, in order; every attempt is refused.
        self.dialled: list[tuple[str, int]] = []
        self.nameResolver = _Resolver(self)

    def installNameResolver(self, resolver: object) -> object:
        """The interface has it; nobody calls it."""
        raise NotImplementedError

    def connectTCP(self, host: str, port: int, factory: Any, timeout: float = 30, bindAddress: Any = None) -> None:
        """Nothing listens anywhere."""
        self.dialled.append((host, port))
        failed: Callable[..., object] = factory.clientConnectionFailed
        self.callLater(0, failed, None, Failure(ConnectionRefusedError()))


@implementer(IHostnameResolver)
class _Resolver:
    def __init__(self, reactor: ResolvingReactor) -> None:
        self._reactor = reactor

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *_more: Any, **_named: Any) -> Any:
        """Tell the receiver at once; a name that is not in the table has no address."""
        self._reactor.lookups.append(hostName)
        answers = self._reactor.names.get(hostName, [[]])
        receiver.resolutionBegan(None)
        for address in answers.pop(0) if len(answers) > 1 else answers[0]:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()
