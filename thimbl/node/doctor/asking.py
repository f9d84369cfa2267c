"""What only the network can tell, asked once and all at once. Nothing but Finger queries and names.

Each question has its deadline, so that the whole is over after two times `SECONDS`, however silent the network is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from twisted.internet.defer import CancelledError, Deferred, TimeoutError, gatherResults
from twisted.internet.interfaces import IAddress, IReactorTime, IResolutionReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from finger.client import ClientLimits, FingerClient
from finger.errors import AskFailed
from finger.interfaces import Clock
from finger.query import Query, host_port
from thimbl.core.address import Address
from thimbl.home.proxy import ProxyFor
from thimbl.home.settings import Settings
from thimbl.node.doctor.patient import Network, Patient, Reply

SECONDS: Final = 10.0
"""For one question: a person waits for the diagnosis, and a host that takes longer is one to complain of."""

LIMITS: Final = ClientLimits(connect_seconds=5, idle_seconds=8, total_seconds=SECONDS)
"""Of a client that asks these questions. A SYN that is lost is sent again after 1 and 3 seconds."""

BY_PROXY: Final = ClientLimits(connect_seconds=40, total_seconds=50)
"""Of one that goes by way of a proxy: Tor takes up to 30 seconds to an onion service."""

MOST_ADDRESSES: Final = 8
"""IP addresses of one name that are asked: hosts of people have two."""

Resolve = Callable[[str], "Deferred[Sequence[str]]"]
"""The IP addresses of a name, in the order of the system. Fails where there are none."""


def ask(patient: Patient, client: FingerClient, resolve: Resolve, clock: Clock) -> "Deferred[Network]":
    """Ask everything that the checks want to know. Never fails but by being cancelled."""

    def failed(failure: Failure) -> Network:
        if failure.check(CancelledError):
            failure.raiseException()
        return Network(trouble=f"{type(failure.value).__name__}: {failure.value}")

    return Deferred.fromCoroutine(_ask(patient, client, resolve, clock)).addErrback(failed)


async def _ask(patient: Patient, client: FingerClient, resolve: Resolve, clock: Clock) -> Network:
    name = patient.sample.name if patient.sample else ""
    held = [place for place in patient.places if place.text in patient.holders]
    local = {place.text: _one(client, place.ask_at, place.port or 0, name) for place in held}
    address = patient.asked_for
    found = Network()
    waiting: Deferred[Reply] | None = None
    if address is not None:
        waiting = _one(client, address.host.strip("[]"), address.port, address.user)
        if _looked_up_here(patient.home.settings, address):
            found = await _resolved(client, resolve, clock, address.host.strip("[]"), address.port, address.user)
    replies: list[Reply] = await gatherResults(local.values())
    return replace(
        found, places=dict(zip(local, replies, strict=True)), address=None if waiting is None else await waiting
    )


def _looked_up_here(settings: Settings, address: Address) -> bool:
    """Whether readers here ask the system for the name: not where a route or a proxy leads (RFC 7686 2)."""
    by_proxy = address.host.endswith(".onion") or (settings.proxy is not None and settings.proxy.which is ProxyFor.ALL)
    return not by_proxy and settings.route(address.host, address.port) == (address.host, address.port)


def limits_for(settings: Settings) -> ClientLimits:
    """How long to wait for those whom these settings lead to."""
    return LIMITS if settings.proxy is None else BY_PROXY


async def _resolved(client: FingerClient, resolve: Resolve, clock: Clock, host: str, port: int, user: str) -> Network:
    try:
        addresses: Sequence[str] = await resolve(host).addTimeout(SECONDS, cast(IReactorTime, clock))
    except TimeoutError:
        return Network(unresolved=f"nobody said within {SECONDS:g} seconds")
    except Exception as error:  # a resolver fails in its own ways, and all of them mean that there is no address
        return Network(unresolved=str(error) or "its name is not known")
    unique = tuple(dict.fromkeys(addresses))[:MOST_ADDRESSES]
    if len(unique) < 2:
        return Network(stands_for=unique)
    replies: list[Reply] = await gatherResults([_one(client, text, port, user) for text in unique])
    return Network(stands_for=unique, each=dict(zip(unique, replies, strict=True)))


def _one(client: FingerClient, host: str, port: int, user: str) -> "Deferred[Reply]":
    where = host_port(host, port)

    def failed(failure: Failure) -> Reply:
        failure.trap(AskFailed)
        assert isinstance(failure.value, AskFailed), "it was trapped"
        return Reply(where, failure=failure.value)

    return client.ask(host, port, Query(user)).addCallbacks(lambda raw: Reply(where, raw), failed)


def system_resolver(reactor: Any) -> Resolve:
    """The system's own look-up, which knows /etc/hosts too, in one of the reactor's threads."""

    def resolve(host: str) -> "Deferred[Sequence[str]]":
        receiver = _Receiver()
        reactor.nameResolver.resolveHostName(receiver, host)
        return receiver.complete

    return resolve


@implementer(IResolutionReceiver)
class _Receiver:
    """Gathers the addresses of one look-up."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.complete: Deferred[Sequence[str]] = Deferred()

    def resolutionBegan(self, resolution: object) -> None:
        """The look-up is on its way."""

    def addressResolved(self, address: IAddress) -> None:
        """One more."""
        self.addresses.append(str(getattr(address, "host", "")))

    def resolutionComplete(self) -> None:
        """All are told. After the deadline nobody listens any more."""
        if self.complete.called:
            return
        if self.addresses:
            self.complete.callback(self.addresses)
        else:
            self.complete.errback(LookupError("its name is not known"))
