"""What a daemon serves, and how: the map `serve` of `config.yaml`, which the options of `thimbl serve` go before.

Read as strictly as the rest of that file: a misspelt key is an error that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

MIN_UID: Final = 1000
"""Debian's first uid of a person (adduser.conf FIRST_UID); below are the system's own accounts."""


class LogChoice(StrEnum):
    """What the daemon writes of each query."""

    OFF = "off"
    QUERIES = "queries"
    """One line a query, without who asked."""
    PEERS = "peers"
    """With the address that asked."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What `serve:` says. None, empty and False: as `thimbl serve` does without it."""

    listen: tuple[str, ...] = ()
    """Twisted endpoint descriptions."""
    spool: Path | None = None
    homes: bool = False
    min_uid: int = MIN_UID
    aliases: Mapping[str, str] = field(default_factory=dict)
    """From a name that is asked for to the account that answers."""
    message: Path | None = None
    """A text of the host, above its list of accounts."""
    people: bool = False
    """Show people without a plan, as finger always did."""
    mirror: tuple[str, ...] = ()
    """Whose plans this host keeps whole and serves: addresses, or `@host` for all whom a host lists."""
    poll: bool = False
    """Fetch whom the account follows, and whom it mirrors, in the same process."""
    workers: int = 1
    user: str = ""
    """Whom to become after the ports are bound, where it starts as root."""
    group: str = ""
    metrics: str = ""
    """Endpoint of the listener that Prometheus reads; empty: none."""
    log: LogChoice = LogChoice.QUERIES
    connections: int | None = None
    """Served at once in all; None: the daemon's own bound."""
    connections_per_address: int | None = None
    queries_per_minute: int | None = None
    """By one address."""
