"""Whom a mirror keeps copies of: the addresses that its settings name, and everybody whom a host of theirs lists.

- `@host` stands for all whom the host lists when it is asked for nobody (RFC 1288 2.5.1). To be listed is what an
  account there agreed to, so whoever leaves the list is mirrored no longer, from the next look at it on: once a day.
- An answer in which no list is to be found changes nothing: the host may be away, or may have just begun.
- Those mirrored are asked on their own schedule as the followed are, and their archives are fetched to the first
  record. They stand in nobody's timeline unless they are followed too.
- **Never whom the account follows in private**: a copy that is served would tell it. The set is kept in the store,
  where the processes that serve find it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from twisted.internet.defer import Deferred

from finger.client import FingerClient
from finger.errors import FingerError
from finger.interfaces import Clock, DelayedCall
from finger.wire import from_wire
from thimbl.core.address import Address, AddressError, format_hostport, parse_hostport
from thimbl.core.schedule import WELL, HostState, Pace, chance, wait
from thimbl.store import scheduling
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

MIRRORED: Final = "mirrored"
"""The key of the store's state for who is mirrored: a JSON list of addresses, sorted."""

LISTS: Final = "mirror-lists"
"""The key for the lists that hosts gave: a JSON object by `host[:port]` of `asked` and `users`."""

DAILY: Final = 86_400
"""Seconds between two looks at a host's list: people come and go by the day."""

_PACE: Final = Pace(DAILY // 2, DAILY)

LOOK: Final = 60.0
"""Seconds between two looks at whether a list is due: none is due within minutes of another's being due."""

MAX_LISTED: Final = 10_000
"""Accounts taken from one list, the first: no more than our own servers list, and all that a stranger can make a mirror
follow."""

_NOBODY: Final = "Nobody here has asked to be listed"
"""How our own servers begin a list without anybody. Others' words for it are not known, and change nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a host listed."""

    asked: int
    """When, in Unix seconds."""
    users: tuple[str, ...]


def read_list(text: str) -> tuple[str, ...] | None:
    """The names in the answer to an empty query; None where there is no list.

    It begins after a line `Login … Name …`, as finger(1) and ours write it, and ends with an empty line. A line that
    begins with no name that an address could have is passed over.
    """
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(_NOBODY):
            return ()
        words = line.split()
        if len(words) >= 2 and words[0] == "Login" and words[1] == "Name":
            return tuple(dict.fromkeys(_names(lines)))
    return None


def _names(lines: Iterator[str]) -> Iterator[str]:
    taken = 0
    for line in lines:
        if not line.strip() or taken == MAX_LISTED:
            return
        name = line.split(maxsplit=1)[0]
        try:
            Address(name, "host.example")
        except AddressError:
            continue
        taken += 1
        yield name


def mirrored(reader: Reader) -> frozenset[Address]:
    """Whose copies may be served because this host mirrors them."""
    text = reader.state(MIRRORED)
    return frozenset() if text is None else frozenset(map(Address.parse, json.loads(text)))


def keep_mirrored(writer: Writer, addresses: Iterable[Address]) -> None:
    """Keep who is mirrored, but for those who are followed in private; written only where it is another set."""
    private = scheduling.private(writer)
    text = json.dumps(sorted({str(address) for address in addresses} - private))
    if writer.state(MIRRORED) != text:
        writer.set_state(MIRRORED, text)


class Mirroring:
    """Whom the settings mean, by the lists as they were last seen."""

    def __init__(
        self,
        clock: Clock,
        now: Callable[[], float],
        client: FingerClient,
        writer: Writer,
        wanted: Sequence[str],
        changed: Callable[[], None],
    ) -> None:
        """`wanted` are addresses and `@host`s, as `thimbl.home.serving` reads them; `changed` is told when a list is
        another one than before."""
        self._clock, self._now, self._client, self._writer, self._changed = clock, now, client, writer, changed
        self._named = [Address.parse(text) for text in wanted if not text.startswith("@")]
        self._hosts = [parse_hostport(text[1:]) for text in wanted if text.startswith("@")]
        kept: dict[str, Any] = json.loads(writer.state(LISTS) or "{}")
        self._lists = {
            hostport: Listed(data["asked"], tuple(data["users"]))
            for hostport, data in kept.items()
            if hostport in {format_hostport(*host) for host in self._hosts}
        }
        self._states: dict[str, HostState] = {}
        self._asking: dict[str, Deferred[Any]] = {}
        self._timer: DelayedCall | None = None

    def addresses(self) -> list[Address]:
        """All who are to be asked; what may be served of them is kept in the store with it."""
        found = list(self._named)
        for host, port in self._hosts:
            listed = self._lists.get(format_hostport(host, port))
            found += [Address(user, host, port) for user in (listed.users if listed else ())]
        keep_mirrored(self._writer, found)
        return found

    def start(self) -> None:
        """Look at the lists that are due, and go on so."""
        self._timer = None
        now = int(self._now())
        for host, port in self._hosts:
            hostport = format_hostport(host, port)
            if hostport not in self._asking and self._is_due(hostport, now):
                asking = self._asking[hostport] = self._client.ask(host, port, b"\r\n")
                asking.addCallbacks(self._came, self._failed, callbackArgs=(hostport,), errbackArgs=(hostport,))
        if self._hosts:
            self._timer = self._clock.callLater(LOOK, self.start)

    def stop(self) -> None:
        """Ask no more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        for asking in list(self._asking.values()):
            asking.cancel()

    def _is_due(self, hostport: str, now: int) -> bool:
        state, listed = self._states.get(hostport, WELL), self._lists.get(hostport)
        if state.due is not None and now < state.due <= now + DAILY:
            return False
        # Of a time ahead of now the clock was set back, and it is not believed.
        due = None if listed is None else listed.asked + wait(DAILY, chance(hostport, listed.asked), _PACE)
        return due is None or listed is None or listed.asked > now or due <= now

    def _came(self, raw: bytes, hostport: str) -> None:
        del self._asking[hostport]
        users = read_list(from_wire(raw).decode("utf-8", "replace"))
        now = int(self._now())
        if users is None:
            self._states[hostport] = self._states.get(hostport, WELL).failed(hostport, now)
            return
        self._states.pop(hostport, None)
        before, self._lists[hostport] = self._lists.get(hostport), Listed(now, users)
        kept = {name: {"asked": listed.asked, "users": listed.users} for name, listed in self._lists.items()}
        with suppress(StoreError):  # it is in memory; whoever asks meets the same fault, and tells it
            self._writer.set_state(LISTS, json.dumps(kept))
        if before is None or before.users != users:
            self._changed()

    def _failed(self, failure: Any, hostport: str) -> None:
        del self._asking[hostport]
        if failure.check(FingerError):
            now = int(self._now())
            self._states[hostport] = self._states.get(hostport, WELL).failed(hostport, now)
