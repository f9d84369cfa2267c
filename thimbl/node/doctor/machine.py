"""What the checks see of the machine: each look is a field, so that a test can describe any machine.

Linux says most of it in /proc (proc(5)). What a system does not say is unknown, never a fault.
"""

import ctypes
import os
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

UNPRIVILEGED: Final = 1024
"""The first port that is anybody's, where the kernel does not say (ip(7), ip_unprivileged_port_start)."""

CAP_NET_BIND_SERVICE: Final = 10
"""The bit of the capability to take a lower one (capabilities(7))."""

_STA_UNSYNC: Final = 0x0040
"""adjtimex(2): nobody keeps this clock."""


def try_to_bind(host: str, port: int, is_ipv6: bool) -> int | None:
    """Take a port for a moment, without listening; None where that works, else the number of the error."""
    family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Twisted does
            if is_ipv6 and not host:
                taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            taken.bind((host or ("::" if is_ipv6 else "0.0.0.0"), port))
    except OSError as error:
        return error.errno or -1
    return None


def is_here(address: str) -> bool:
    """Whether an IP address is one of this machine's. Nothing is sent: a socket of the kernel's is bound and closed."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as bound:
            bound.bind((address, 0))
    except OSError:
        return False
    return True


def is_synchronised() -> bool | None:
    """Whether something keeps the clock, as the kernel was told by it (adjtimex(2)); None where it does not say."""

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
            ("status", ctypes.c_int),
            ("rest", ctypes.c_char * 512),  # more than the rest of it has on any system
        )

    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    asked = Timex()  # modes 0: nothing is set
    return not asked.status & _STA_UNSYNC if adjtimex(ctypes.byref(asked)) >= 0 else None


def descriptors() -> int | None:
    """How many files and connections a process of this account may open at once, if it asks; None for any number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, as it is unless a test says otherwise."""

    proc: Path = Path("/proc")
    etc: Path = Path("/etc")
    sys: Path = Path("/sys")
    run: Path = Path("/run")
    euid: int = field(default_factory=os.geteuid)
    stat: Callable[[Path], os.stat_result] = os.stat
    lstat: Callable[[Path], os.stat_result] = os.lstat
    statvfs: Callable[[Path], os.statvfs_result] = os.statvfs
    bind: Callable[[str, int, bool], int | None] = try_to_bind
    is_here: Callable[[str], bool] = is_here
    is_synchronised: Callable[[], bool | None] = is_synchronised
    descriptors: Callable[[], int | None] = descriptors

    def text(self, path: Path) -> str:
        """What a small file of the system says; empty where it can not be read."""
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    @property
    def first_free_port(self) -> int:
        """The lowest port that needs no right."""
        said = self.text(self.proc / "sys/net/ipv4/ip_unprivileged_port_start").strip()
        return int(said) if said.isdigit() else UNPRIVILEGED

    @property
    def may_take_low_ports(self) -> bool:
        """Whether this process has the right to lower ones: root has it by its capabilities, and may have lost them."""
        for line in self.text(self.proc / "self/status").splitlines():
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> CAP_NET_BIND_SERVICE & 1)
        return self.euid == 0
