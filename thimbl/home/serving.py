"""What a daemon serves, and how: the map `serve` of `config.yaml`, which the options of `thimbl serve` go before.

Read as strictly as the rest of that file: a misspelt key is an error that names it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from thimbl.core.address import Address, AddressError, format_hostport, parse_hostport
from thimbl.home.errors import SettingsError

MIN_UID: Final = 1000
"""Debian's first uid of a person (adduser.conf FIRST_UID); below are the system's own accounts."""

MAX_UID: Final = 2**32 - 2
"""The last uid that there can be; the one above it means none (credentials(7))."""

MAX_WORKERS: Final = 64
"""More processes than machines that answer Finger have cores: a slip of the finger should not start a thousand."""

MAX_CONNECTIONS: Final = 100_000
"""Above what a process is given descriptors for anywhere."""

MAX_RATE: Final = 1_000_000
"""Queries a minute by one address: more than a process answers."""


_URL: Final = re.compile(r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


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
    """Fetch whom the account follows, and whom it mirrors; in a process that answers nobody."""
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
    http: tuple[str, ...] = ()
    """Where to answer HTTP with pages, as `listen`; empty: nowhere."""
    url: str = ""
    """Where those pages are for others, such as ``https://fields.example``; empty: not known."""


_KNOWN: Final = ", ".join(one.name for one in fields(ServeSettings))


def read_serving(value: object, where: str, folder: Path) -> ServeSettings:
    """What the map `serve` says; `where` is what faults call it, and paths are seen from `folder`.

    Raises `SettingsError`, which names the key.
    """
    if value is None:
        return ServeSettings()
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} must be a map, such as 'homes: true'.")
    reader = _Reader(where, folder, dict(value))
    made = ServeSettings(
        listen=reader.texts("listen"),
        spool=reader.path("spool"),
        homes=reader.flag("homes"),
        min_uid=reader.number("min_uid", 1, MAX_UID) or MIN_UID,
        aliases=reader.aliases(),
        message=reader.path("message"),
        people=reader.flag("people"),
        mirror=tuple(mirrored(text, f"{where}: mirror") for text in reader.texts("mirror")),
        poll=reader.flag("poll"),
        workers=reader.number("workers", 1, MAX_WORKERS) or 1,
        user=reader.name("user"),
        group=reader.name("group"),
        metrics=reader.text("metrics"),
        log=reader.log(),
        connections=reader.number("connections", 1, MAX_CONNECTIONS),
        connections_per_address=reader.number("connections_per_address", 1, MAX_CONNECTIONS),
        queries_per_minute=reader.number("queries_per_minute", 1, MAX_RATE),
        http=reader.texts("http"),
        url=reader.url(),
    )
    if made.homes and made.spool is not None:
        raise SettingsError(f"{where}: spool and homes exclude each other.")
    if reader.data:
        raise SettingsError(f"{where}: there is no setting {sorted(map(str, reader.data))[0]!r}; there are {_KNOWN}.")
    return made


def serving_data(serve: ServeSettings) -> dict[str, Any]:
    """The map that says the same: what is as it would be without it is left out."""
    default, data = ServeSettings(), {}
    for one in fields(ServeSettings):
        value = getattr(serve, one.name)
        if value != getattr(default, one.name):
            data[one.name] = _plain(value)
    return data


def mirrored(text: str, where: str) -> str:
    """One whom a mirror follows, as it is written everywhere: an address, or `@host`. Raises `SettingsError`."""
    try:
        if text.startswith("@"):
            return "@" + format_hostport(*parse_hostport(text[1:]))
        return str(Address.parse(text))
    except AddressError as error:
        raise SettingsError(f"{where}: {text!r} is neither an address nor @HOST: {error}") from None


def alias(text: str, where: str) -> tuple[str, str]:
    """`NAME=ACCOUNT`, parted. Raises `SettingsError`."""
    name, _, account = text.partition("=")
    if not (name := name.strip()) or not (account := account.strip()):
        raise SettingsError(f"{where}: {text!r} is no alias: write NAME=ACCOUNT.")
    return name, account


def _plain(value: object) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, LogChoice):
        return str(value)
    return dict(value) if isinstance(value, Mapping) else value


class _Reader:
    """Takes one setting after the other, so that what is left over can be named."""

    def __init__(self, where: str, folder: Path, data: dict[Any, Any]) -> None:
        self.where, self.folder, self.data = where, folder, data

    def flag(self, name: str) -> bool:
        value = self.data.pop(name, None)
        if value is not None and not isinstance(value, bool):
            raise self._must_be(name, "true or false")
        return bool(value)

    def number(self, name: str, least: int, most: int) -> int | None:
        value = self.data.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._must_be(name, f"a number from {least} to {most}")
        return value

    def text(self, name: str, wanted: str = "a text") -> str:
        value = self.data.pop(name, None)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self._must_be(name, wanted)
        return value

    def name(self, name: str) -> str:
        value = self.data.get(name)
        if isinstance(value, int) and not isinstance(value, bool):  # a number of /etc/passwd is a number in YAML
            self.data[name] = str(value)
        return self.text(name, "the name of one here")

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.data.pop(name, None)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            raise self._must_be(name, "a text, or a list of texts")
        return tuple(items)

    def path(self, name: str) -> Path | None:
        text = self.text(name, "a path")
        if not text:
            return None
        if "\0" in text:
            raise self._must_be(name, "a path")
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:
            raise SettingsError(f"{self.where}: {name}: nobody's home is {text.partition('/')[0]!r} here.") from None

    def aliases(self) -> Mapping[str, str]:
        value = self.data.pop("aliases", None)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(
            isinstance(part, str) and part.strip() for pair in value.items() for part in pair
        ):
            raise self._must_be("aliases", "a map of names to accounts, such as 'postmaster: ana'")
        return dict(value)

    def url(self) -> str:
        text = self.text("url", "an address").rstrip("/")
        if text and _URL.fullmatch(text) is None:
            raise self._must_be("url", "where the pages are for others, such as https://fields.example, without a path")
        return text

    def log(self) -> LogChoice:
        value = self.data.pop("log", None)
        if value is None:
            return LogChoice.QUERIES
        if not isinstance(value, str) or value not in list(LogChoice):
            raise self._must_be("log", " or ".join(LogChoice))
        return LogChoice(value)

    def _must_be(self, name: str, wanted: str) -> SettingsError:
        return SettingsError(f"{self.where}: {name} must be {wanted}.")
