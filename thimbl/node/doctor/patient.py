"""Who is looked at: an account, what a daemon is to serve, the machine, and what the network said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Final

from finger.errors import AskFailed
from finger.query import FINGER_PORT
from finger.sockets import everywhere
from thimbl.core.address import Address
from thimbl.core.plan import Plan, PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.home.account import Account as Home
from thimbl.home.paths import Paths
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.places import Place
from thimbl.node.doctor.sockets import Listener, holders
from thimbl.node.serving.accounts import Account, Accounts, Homes, OwnAccount, Spool

LOOKED_FOR: Final = 1_000
"""Accounts that are looked through for one whose plan a daemon can be asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: an answer as it came, or why there is none."""

    where: str
    """`host` or `host:port`, as it was asked."""
    raw: bytes | None = None
    failure: AskFailed | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """What the network said."""

    places: Mapping[str, Reply] = field(default_factory=dict)
    """By the description of the place: what whoever listens there answered to this machine."""
    address: Reply | None = None
    """To a query for the address, as a reader asks it; None where there is no address to ask for."""
    stands_for: tuple[str, ...] = ()
    """The IP addresses of its host's name."""
    unresolved: str = ""
    """Why the name stands for none; empty where it was not looked up."""
    each: Mapping[str, Reply] = field(default_factory=dict)
    """By IP address, where the name stands for several: what came from there."""
    trouble: str = ""
    """Why nothing could be asked, by a fault of the program; empty as a rule."""

    @property
    def is_loopback(self) -> bool:
        """Whether the name stands for nothing but this machine as it speaks to itself (RFC 6890 2.2)."""
        return bool(self.stands_for) and all(ip_address(text).is_loopback for text in self.stands_for)


@dataclass(frozen=True)
class Patient:
    """Whoever runs the program, or the host that they look after."""

    home: Home
    """Their account; with the settings' defaults where `config.yaml` can not be read."""
    serve: ServeSettings
    machine: Machine = field(default_factory=Machine)
    network: Network | None = None
    """None where nothing was asked."""
    trouble: str = ""
    """Why `config.yaml` can not be read; empty where it can."""

    @property
    def paths(self) -> Paths:
        """Their files."""
        return self.home.paths

    @property
    def now(self) -> int:
        """The clock, in Unix seconds."""
        return self.home.now()

    @property
    def is_own(self) -> bool:
        """Whether it is about one's own plan, rather than a host's accounts."""
        return self.serve.spool is None and not self.serve.homes

    @property
    def me(self) -> Address | None:
        """The address of the account; None where there is none yet."""
        return self.home.settings.address

    @cached_property
    def accounts(self) -> Accounts | None:
        """Whose plans are served; None where there is no account yet."""
        if self.serve.homes:
            return Homes(self.serve.min_uid)
        if self.serve.spool is not None:
            return Spool(self.serve.spool)
        return OwnAccount(Account(self.me.user, "", self.paths.plan)) if self.me else None

    @cached_property
    def _own_raw(self) -> bytes:
        try:
            return self.paths.plan.read_bytes()
        except OSError:
            return b""

    @property
    def own_plan(self) -> Plan | None:
        """The plan of the account as it stands in the file; None where there is none of version 2."""
        return self.sample.plan if self.is_own and self.sample else None

    @cached_property
    def sample(self) -> "Sample | None":
        """An account whose plan a daemon here is to answer with, one's own before all; None where there is none."""
        if self.is_own:
            return Sample(self.me.user, self._own_raw) if self.me else None
        for number, account in enumerate(self.accounts.all() if self.accounts else ()):
            if (found := account.read(account.plan)) is not None:
                return Sample(account.name, found.raw)
            if number >= LOOKED_FOR:
                break
        return None

    @property
    def asked_for(self) -> Address | None:
        """The address that readers ask for: one's own, or that of the sample."""
        if self.is_own:
            return self.me
        plan = self.sample.plan if self.sample else None
        return plan.head.address if plan else None

    @cached_property
    def holders(self) -> Mapping[str, Listener]:
        """By the description of a place: who listens there, or stands in the way of it."""
        return {place.text: one for place, one in holders(self.machine, self.places).items()}

    @cached_property
    def listen(self) -> tuple[str, ...]:
        """Where a daemon is to listen, as `thimbl serve` decides it."""
        own_port = self.me.port if self.is_own and self.me else FINGER_PORT
        return self.serve.listen or (everywhere(own_port),)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Those of them that make sense."""
        found = []
        for text in self.listen:
            try:
                found.append(Place.parse(text))
            except ValueError:
                continue
        return tuple(found)


@dataclass(frozen=True)
class Sample:
    """An account by its name, and its plan as it stands in the file."""

    name: str
    raw: bytes

    @cached_property
    def plan(self) -> Plan | None:
        """The plan; None where it is none of version 2."""
        try:
            return read_plan(decode(self.raw))
        except (PlanTextError, PlanUnreadable):
            return None
