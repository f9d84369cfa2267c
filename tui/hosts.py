"""Where a link leads, in words, before anybody goes there.

- The host is shown as the network knows it: in lower case, and where it has letters beyond ASCII in its ``xn--`` form
  (RFC 5891 4, "A-label"), which no two names share, with a sentence that says how it reads and in which scripts.
- What only looks like a host is said to be none: the user's name before an ``@``.
- What is opened is what was shown: the link goes to the browser with the host in that form.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from thimbl.core.terminal import safe_line

MAX_LABEL: Final = 63
"""Octets of one label of a name (RFC 1035 2.3.4)."""

MAX_AUTHORITY: Final = 2_000
"""Characters of a link's host with what stands around it: no name is longer (RFC 1035 2.3.4), and to normalise one
takes a time that grows with the square of the marks in it."""

NO_HOST: Final = "no host that can be read"

_AUTHORITY: Final = re.compile(r"[^:/?#]*://([^/?#]*)")
_PREFIX: Final = "xn--"
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
"""What a browser takes for the dot between labels (UTS #46 4)."""

_LOOKALIKE: Final = frozenset({"Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic"})
"""Scripts that no language mixes in one word, and whose letters look alike (UTS #39 5.2); Japanese mixes three."""


@dataclass(frozen=True, slots=True)
class Way:
    """One link, and what a person should know before following it. All of it is escaped, but for `url`."""

    url: str | None
    """What a browser is given; None where it should be given nothing."""
    host: str
    notes: tuple[str, ...] = ()


def way_of(link: str) -> Way:
    """Where `link` leads."""
    authority = _AUTHORITY.match(link)
    if authority is not None and len(authority[1]) > MAX_AUTHORITY:
        return Way(None, NO_HOST)
    try:
        parts = urlsplit(link)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Way(None, NO_HOST)
    if parts.scheme.lower() == "mailto":
        return Way(link, f"a letter to {safe_line(parts.path)}")
    if not host:
        return Way(None, NO_HOST)
    ascii_host = to_ascii(host)
    if ascii_host is None:
        return Way(None, NO_HOST)
    notes = []
    if reading := _reading(ascii_host):
        notes.append(reading)
    if parts.username is not None or parts.password is not None:
        before = safe_line(parts.netloc.rpartition("@")[0])
        notes.append(f"What stands before the @ ({before}) is the name of a user, not a host.")
    if port is not None:
        notes.append(f"It asks at port {port}.")
    return Way(_with_host(parts, ascii_host), safe_line(ascii_host), tuple(notes))


def to_ascii(host: str) -> str | None:
    """The host as it is asked for on the network; None where it can not be a name."""
    if host.isascii():
        return host.lower()
    labels = []
    for label in unicodedata.normalize("NFKC", host.translate(_DOTS)).lower().split("."):
        try:
            encoded = label if label.isascii() else _PREFIX + label.encode("punycode").decode("ascii")
        except UnicodeError:
            return None
        if len(encoded) > MAX_LABEL:
            return None
        labels.append(encoded)
    return ".".join(labels)


def to_unicode(host: str) -> str:
    """The host as it reads; labels that are no punycode stay as they are. Not escaped."""
    return ".".join(_label(label) for label in host.split("."))


def _label(label: str) -> str:
    if not label.startswith(_PREFIX):
        return label
    try:
        return label.removeprefix(_PREFIX).encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def scripts_of(text: str) -> list[str]:
    """The scripts of the letters of a text, as the first words of their names, in order: ``Cyrillic``, ``Latin``."""
    named = (unicodedata.name(character, "unknown").split()[0] for character in text if character.isalpha())
    return list(dict.fromkeys(name.capitalize() for name in named))


def _reading(host: str) -> str | None:
    """The sentence about a host with letters beyond ASCII; None where it has none."""
    read = to_unicode(host)
    if read == host:
        return None
    labels = [label for label in read.split(".") if not label.isascii()]
    mixed = [scripts_of(label) for label in labels]
    scripts = list(dict.fromkeys(script for found in mixed for script in found)) or ["no script"]
    told = f"It reads {safe_line(read)}, in letters of {' and '.join(scripts)}, which can look like others."
    if any(len(_LOOKALIKE.intersection(found)) > 1 for found in mixed):
        told += " One word of it mixes scripts, as forgeries do."
    return f"{told} Compare {safe_line(host)}."


def _with_host(parts: SplitResult, host: str) -> str:
    """The link with its host in the form that was shown; as it is where that is the same."""
    user, at, place = parts.netloc.rpartition("@")
    written = parts.hostname or ""
    if written.isascii():
        return parts.geturl()
    port = f":{parts.port}" if parts.port is not None else ""
    return parts._replace(netloc=f"{user}{at}{host}{port}").geturl() if place else parts.geturl()
