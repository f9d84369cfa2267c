"""What a service tells systemd, by datagrams to `NOTIFY_SOCKET` (sd_notify(3)): ready, reloading, stopping, alive.

Elsewhere there is no such socket, and telling does nothing. What is told is never waited for: a manager that does not
listen holds up nobody. The sockets that systemd passes on are `finger.sockets`' (`systemd` as a place to listen).
"""

import os
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

WATCHDOG_SHARE: Final = 0.5
"""Of the time that systemd waits for a sign of life: when to give one (sd_watchdog_enabled(3) recommends half)."""


def passed_sockets(environ: Mapping[str, str]) -> bool:
    """Whether this process was started with sockets to listen on (sd_listen_fds(3))."""
    mine = environ.get("LISTEN_PID") == str(os.getpid())
    return mine and environ.get("LISTEN_FDS", "").isdecimal() and environ["LISTEN_FDS"] != "0"


def others(environ: Mapping[str, str], taken: Iterable[str]) -> tuple[str, ...]:
    """Where to listen by default: the sockets that were passed, but for those that `taken` name for something else
    (``systemd:name=http``)."""
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    named = {place.removeprefix("systemd:name=") for place in taken if place.startswith("systemd:name=")}
    indexes = {place.removeprefix("systemd:index=") for place in taken if place.startswith("systemd:index=")}
    if not named and not indexes:
        return ("systemd",)
    names += [""] * (int(environ["LISTEN_FDS"]) - len(names))
    left = [at for at, name in enumerate(names) if name not in named and str(at) not in indexes]
    return tuple(f"systemd:index={at}" for at in left)


class Manager:
    """The service manager that started this process, if one did."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        # For this process only where its number is given (a wrapper may have started it).
        for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        micros = environ.get("WATCHDOG_USEC", "") if for_us and self._address else ""
        self.sign_of_life: float | None = int(micros) / 1e6 * WATCHDOG_SHARE if micros.isdecimal() else None
        """Seconds between two signs of life that are expected; None where none is."""

    def ready(self, status: str) -> None:
        """The service answers. `status` is a line for `systemctl status`."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read anew; `ready` ends that."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service is going."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """The service is not stuck."""
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        if self._address[:1] not in ("/", "@"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sending:
            sending.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), address)
