"""Who listens at a port, as /proc tells it (proc(5), net/tcp and net/tcp6), to anybody."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.places import Place

_LISTEN: Final = "0A"
"""TCP_LISTEN in the column `st`."""

_WORD: Final = 8
"""Hexadecimal digits of the 32-bit words of an address, each in the machine's own order."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that takes connections."""

    host: str
    port: int
    uid: int
    inode: int
    pid: int | None = None
    """None where the process is somebody else's."""
    command: str = ""

    @property
    def named(self) -> str:
        """For people: who it is, as far as can be told."""
        if self.pid is None:
            return f"a program of uid {self.uid}"
        return f"{self.command or 'a program'} (process {self.pid})"


def listeners(machine: Machine) -> list[Listener]:
    """All that listen, without their processes."""
    found = []
    for name in ("tcp", "tcp6"):
        for line in machine.text(machine.proc / "net" / name).splitlines()[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                found.append(Listener(_address(address), int(port, 16), int(fields[7]), int(fields[9])))
    return found


def _address(digits: str) -> str:
    words = [bytes.fromhex(digits[at : at + _WORD]) for at in range(0, len(digits), _WORD)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed))


def holders(machine: Machine, places: Iterable[Place]) -> dict[Place, Listener]:
    """Of each place that has one: whoever stands in the way of listening there, with its process where that may be
    seen. Places without a port of their own have none."""
    wanted = [place for place in places if place.port]
    there = listeners(machine) if wanted else []
    found = {}
    for place in wanted:
        one = next((one for one in there if one.port == place.port and _overlap(one.host, place)), None)
        if one is not None:
            found[place] = _with_process(machine, one)
    return found


def _overlap(host: str, place: Place) -> bool:
    """Whether two sockets of one port are in each other's way: `::` takes IPv4 too, as Linux has it by default."""
    if host == "::" or (place.is_ipv6 and place.everywhere):
        return True
    if (":" in host) != place.is_ipv6:
        return False
    return place.everywhere or host in ("0.0.0.0", place.host)


def _with_process(machine: Machine, one: Listener) -> Listener:
    wanted = f"socket:[{one.inode}]"
    for folder in machine.proc.glob("[0-9]*"):
        try:
            if any(os.readlink(link) == wanted for link in (folder / "fd").iterdir()):
                words = machine.text(folder / "cmdline").split("\0")
                return Listener(one.host, one.port, one.uid, one.inode, int(folder.name), _short(words))
        except OSError:
            continue  # somebody else's, or gone meanwhile
    return one


def _short(words: list[str]) -> str:
    """A command line as people would say it: `thimbl serve`, not the paths of its interpreter."""
    named = [Path(word).name for word in words if word][:4]
    if named and named[0].startswith("python"):
        named = [word for word in named[1:] if word != "-m"]
    return " ".join(named[:2])


def is_ours(one: Listener) -> bool:
    """Whether it seems to be a daemon of this program, or systemd that listens for one."""
    return "thimbl" in one.command or one.command.split(" ")[0] in ("systemd", "init", "authbind")
