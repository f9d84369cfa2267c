"""Addresses, and references to records by them (plan-format 1, "Addresses"; plan-format 3).

- An address is ``user@host`` or ``user@host:port``. ``user`` matches ``[A-Za-z0-9][A-Za-z0-9._-]{0,63}``; its case
  counts.
- The host is a DNS name (letters, digits and hyphens: an IDNA A-label, never a U-label), an IPv4 address or an IPv6
  address in brackets. A name whose last label is all digits is an IPv4 address or nothing.
- The canonical form has the host in lower case and no ``:79``. It is the one in every comparison, sort, signature and
  output: an :class:`Address` holds nothing else, so two of them are equal exactly when their canonical forms are.
- An IPv6 address is lower-cased and not otherwise respelled: ``[::1]`` and ``[0:0:0:0:0:0:0:1]`` are two addresses.
- A record elsewhere is named ``address#id``.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from typing import Final

FINGER_PORT: Final = 79
"""RFC 1288 2.1: the port that an address without one means."""

MAX_PORT: Final = 65_535
"""The largest TCP port (RFC 9293 3.1: sixteen bits)."""

MAX_NAME: Final = 253
"""Characters of a DNS name in text form (RFC 1035 2.3.4: 255 octets on the wire)."""

CACHED: Final = 8_192
"""Parsed addresses and references to remember: the authors that one node plausibly follows and meets, a few MiB."""

ID_LENGTH: Final = 52
"""Characters of an id: SHA-256 in base32 without padding (plan-format 1.5)."""

SHOWN_ID: Final = 8
"""Characters of an id that people are shown (plan-format 3)."""

WEB: Final = ".web.invalid"
"""What the host of an address ends in that stands for a feed of the web (`thimbl.core.web`): nobody can be asked there
(RFC 6761 6.4), and no plan can state such an address (plan-format 1)."""

SHOWN: Final = 60
"""Characters of a refused text that an error repeats: enough to recognise it, too few to flood a terminal."""

_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_BRACKETED: Final = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_HOSTPORT: Final = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(.*))?", re.DOTALL)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}")
_DOTS: Final = ".\u3002\uff0e\uff61"  # what RFC 3490 3.1 takes for the dot between labels
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_ID_BEGINS: Final = re.compile(r"[a-z2-7]{1,52}")


class AddressError(ValueError):
    """That is not an address. Addresses look like ana@fields.example or ana@fields.example:7979."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Address:
    """Whose plan it is and where it is served; sorted by its canonical form, as commune.md 1 breaks ties.

    Built from parts or by :meth:`parse`; either way it is checked and canonical, or :class:`AddressError` is raised.
    """

    user: str
    host: str
    port: int = FINGER_PORT

    def __post_init__(self) -> None:
        if _USER.fullmatch(self.user) is None:
            raise AddressError(_why_no_user(self.user))
        if not 1 <= self.port <= MAX_PORT:
            raise AddressError(f"{self.port} is no port: give one from 1 to {MAX_PORT}, or none for {FINGER_PORT}.")
        object.__setattr__(self, "host", _host(self.host))

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read ``user@host`` or ``user@host:port`` in any case of the host; raises :class:`AddressError`."""
        return _parse(text)

    @property
    def hostport(self) -> str:
        """``host``, or ``host:port`` where the port is not 79."""
        return format_hostport(self.host, self.port)

    @property
    def is_web(self) -> bool:
        """Whether it stands for a feed of the web, and for no plan."""
        return self.host.endswith(WEB)

    @property
    def place(self) -> str:
        """What to show a person in place of it: the site of a feed; of anybody else the address as it is."""
        return format_hostport(self.host.removesuffix(WEB), self.port) if self.is_web else str(self)

    def __str__(self) -> str:
        return f"{self.user}@{format_hostport(self.host, self.port)}"

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other) if isinstance(other, Address) else NotImplemented


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One record of somebody: ``address#id`` (plan-format 3)."""

    address: Address
    id: str

    def __post_init__(self) -> None:
        if not is_id(self.id):
            raise AddressError(
                f"{_shown(self.id)} is not the id of a record: "
                "those are 52 characters of a-z and 2-7, as 'thimbl show' prints them."
            )

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read ``user@host#id`` or ``user@host:port#id``; raises :class:`AddressError`."""
        return _parse_reference(text)

    def __str__(self) -> str:
        return f"{self.address}#{self.id}"


def is_id(text: str) -> bool:
    """Whether `text` has the form of a record's id or of a digest: 52 characters of lower-case base32."""
    # Half of what an expression takes, for what every record has several of: nothing is left of it without its letters.
    return len(text) == ID_LENGTH and not text.strip(_BASE32)


def begins_id(text: str) -> bool:
    """Whether an id can begin with `text` (plan-format 3: people say the first few characters)."""
    return _ID_BEGINS.fullmatch(text) is not None


def parse_hostport(text: str) -> tuple[str, int]:
    """Read ``host`` or ``host:port``, as mirrors are listed and routes are written.

    Returns the canonical host and the port, 79 where none is given; raises :class:`AddressError`.
    """
    return _parse_hostport(text)


def site_of(hostport: str) -> str | None:
    """The site of which feeds are, by the ``host[:port]`` of their addresses; None where it is a host of plans."""
    host, colon, port = hostport.partition(":")
    return host.removesuffix(WEB) + colon + port if host.endswith(WEB) else None


def format_hostport(host: str, port: int) -> str:
    """The canonical text of a host and port: without the port where it is 79. The host is taken as it is."""
    return host if port == FINGER_PORT else f"{host}:{port}"


@lru_cache(CACHED)
def _parse(text: str) -> Address:
    user, at, place = text.partition("@")
    if not at:
        raise AddressError(f"{_shown(text)} has no '@': an address is user@host, such as ana@fields.example.")
    if "@" in place:
        raise AddressError(
            f"{_shown(text)} has more than one '@': an address is user@host; "
            "to ask one host by way of another use 'thimbl finger'."
        )
    host, port = _parse_hostport(place)
    return Address(user, host, port)


@lru_cache(CACHED)
def _parse_reference(text: str) -> Reference:
    address, hash_, id_ = text.partition("#")
    if not hash_:
        raise AddressError(f"{_shown(text)} has no '#': a record is named address#id, such as ana@fields.example#…")
    return Reference(Address.parse(address), id_)


@lru_cache(CACHED)
def _parse_hostport(text: str) -> tuple[str, int]:
    parts = _HOSTPORT.fullmatch(text)
    if parts is None:
        raise AddressError(f"{_shown(text)} is no host: an IPv6 address goes in brackets, such as [2001:db8::1]:7979.")
    host, port = parts[1], parts[2]
    if port is None:
        return _host(host), FINGER_PORT
    if ":" in port:
        raise AddressError(
            f"{_shown(text)} has more than one ':': an IPv6 address goes in brackets, such as [2001:db8::1]:7979."
        )
    if _PORT.fullmatch(port) is None or int(port) > MAX_PORT:
        raise AddressError(f"{_shown(port)} is no port: give one from 1 to {MAX_PORT}, or none for {FINGER_PORT}.")
    return _host(host), int(port)


def _host(text: str) -> str:
    """The canonical spelling of a host; raises :class:`AddressError` with what to do about it."""
    if text.startswith("["):
        return _ipv6(text)
    if len(text) > MAX_NAME or _NAME.fullmatch(text) is None:
        raise AddressError(_why_no_host(text))
    # WHATWG URL 3.5 draws the line at the same place: what ends in a number is never looked up as a name.
    if text.rpartition(".")[2].isdigit():
        try:
            ipaddress.IPv4Address(text)
        except ValueError:
            raise AddressError(f"{_shown(text)} ends in a number but is no IPv4 address, such as 192.0.2.7.") from None
    return text.lower()


def _ipv6(text: str) -> str:
    try:
        if _BRACKETED.fullmatch(text) is None:
            raise ValueError
        ipaddress.IPv6Address(text[1:-1])
    except ValueError:
        hint = "leave out the zone after '%'" if "%" in text else "it looks like [2001:db8::1]"
        raise AddressError(f"{_shown(text)} is no IPv6 address in brackets: {hint}.") from None
    return text.lower()


def _why_no_user(user: str) -> str:
    if not user:
        return "There is no user before the '@': an address is user@host, such as ana@fields.example."
    return (
        f"{_shown(user)} is no user name: it begins with a letter or digit, "
        "then letters, digits, '.', '_' and '-', 64 characters at most."
    )


def _why_no_host(host: str) -> str:
    if not host:
        return "There is no host after the '@': an address is user@host, such as ana@fields.example."
    if len(host) > MAX_NAME:
        return f"{_shown(host)} is longer than a host name can be ({MAX_NAME} characters)."
    if not host.isascii() and (ascii_form := _a_label(host)) is not None:
        return f"{_shown(host)} is written with letters that host names do not have: write {ascii_form}."
    if host.endswith(".") and _NAME.fullmatch(host[:-1]):
        return f"{_shown(host)} ends in a dot: write {host[:-1].lower()}."
    return (
        f"{_shown(host)} is no host name: it is made of letters, digits and '-' between dots, such as fields.example."
    )


def _a_label(host: str) -> str | None:
    """The ``xn--`` form to suggest for an internationalised name, or None (RFC 5891 4: NFC, then Punycode)."""
    if not all(c in _DOTS or c == "-" or unicodedata.category(c)[0] in "LMN" for c in host):
        return None
    labels = []
    for label in re.split(rf"[{_DOTS}]", unicodedata.normalize("NFC", host.lower())):
        labels.append(label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii"))
    name = ".".join(labels)
    return name if len(name) <= MAX_NAME and _NAME.fullmatch(name) else None


def _shown(text: str) -> str:
    """`text` quoted for an error message: short, and with everything that does not print escaped."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
