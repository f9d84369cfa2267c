"""Feeds of the web as authors: their URLs, and the addresses and ids by which this program knows them.

- A feed that is followed has an address as everybody has, made of its URL alone, so that it is the same everywhere:
  ``k3jd92ma…@blog.example.web.invalid``. The host is that of the URL with ``.web.invalid`` behind it; the user is a
  digest of the whole URL.
- Nobody can be asked there: no name ends in ``.invalid`` (RFC 6761 6.4). And nobody can claim to be there: a plan that
  states such an address is none (`thimbl.core.plan`). docs/decisions/0009 has the reasons.
- An entry is named by a digest of the id that its feed gives it, in the form of a record's id, so that it can be
  answered, marked and found as any post is.
- URLs are compared by their canonical form, which is all that a `FeedUrl` holds: scheme and host in lower case, no
  fragment, no port where it is the scheme's own, ASCII alone (RFC 3986 6.2.2).
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from thimbl.core.address import FINGER_PORT, MAX_NAME, MAX_PORT, WEB, Address, Reference
from thimbl.core.canonical import content_id, id_of
from thimbl.core.iri import record_iri

PORTS: Final = {"http": 80, "https": 443}
"""The schemes that are read, and their ports (RFC 9110 4.2)."""

MAX_URL: Final = 2_000
"""Characters of a URL: more than browsers have ever agreed to take, and little enough for a line of a log."""

USER_LENGTH: Final = 26
"""Characters of the user of a feed's address: 130 bits of the digest, so that no two URLs share one."""

_SHOWN: Final = 80
_PLAIN: Final = "%/:=&?~+!$,;'@()*[]-._"
"""What stays as it is in the path and query of a URL."""
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BLANK: Final = re.compile(r"[\x00-\x20\x7f]")
_NO_LABEL: Final = re.compile(r"[^a-z0-9.-]")


class UrlError(ValueError):
    """That is no URL of a feed. They look like https://blog.example/feed.xml."""


@dataclass(frozen=True, slots=True)
class FeedUrl:
    """A URL of the web in its canonical form. `parse` makes it."""

    scheme: str
    host: str
    """In lower case, an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query, as a request line has them."""

    @classmethod
    def parse(cls, text: str) -> "FeedUrl":
        """Read a URL as a person or a host wrote it. Raises `UrlError`."""
        text = text.strip()
        if len(text) > MAX_URL:
            raise UrlError(f"That URL is longer than {MAX_URL} characters.")
        if _BLANK.search(text):
            raise UrlError(f"{_shown(text)} is no URL: there is a blank in it.")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise UrlError(f"{_shown(text)} is no URL: its host or port is none.") from None
        if parts.scheme not in PORTS:
            raise UrlError(f"{_shown(text)} is no URL of a feed: those begin with https:// or http://.")
        if parts.username is not None or parts.password is not None:
            raise UrlError("A URL with a name or password in it is not read: take what stands before the '@' away.")
        if port == 0:
            raise UrlError(f"0 is no port: give one from 1 to {MAX_PORT}, or none.")
        query = f"?{quote(parts.query, safe=_PLAIN)}" if parts.query else ""
        target = quote(_without_dots(parts.path), safe=_PLAIN) + query
        made = cls(parts.scheme, _host(parts.hostname or "", text), port or PORTS[parts.scheme], target)
        if len(str(made)) > MAX_URL:
            raise UrlError(f"That URL is longer than {MAX_URL} characters.")
        return made

    def join(self, reference: str) -> "FeedUrl":
        """What `reference` means here, such as where a redirect leads. Raises `UrlError`."""
        if len(reference) > MAX_URL:
            raise UrlError(f"That URL is longer than {MAX_URL} characters.")
        try:
            return FeedUrl.parse(urljoin(str(self), reference.strip()))
        except ValueError:
            raise UrlError(f"{_shown(reference)} is no URL.") from None

    @property
    def hostport(self) -> str:
        """``host``, or ``host:port`` where the port is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> Address:
        """The address by which this feed is known."""
        port = FINGER_PORT if self.port == PORTS[self.scheme] else self.port
        return Address(id_of(str(self).encode("ascii"))[:USER_LENGTH], _host_of_address(self.host), port)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.hostport}{self.target}"


def looks_like_url(text: str) -> bool:
    """Whether somebody who types `text` means a feed of the web."""
    return text.strip().lower().startswith(("http://", "https://"))


def entry_id(name: str, feed: FeedUrl) -> str:
    """The id of the entry that its feed calls `name`.

    A name with a colon in it is an IRI, which is given to nothing else (RFC 4287 4.2.6): one entry has one id,
    whichever feed tells it. Any other is the feed's own.
    """
    return content_id({"web": name} if ":" in name else {"feed": str(feed), "web": name})


def record_id_as_entry(reference: Reference) -> str:
    """The id that a record has as an entry of a feed, which names it by its IRI (docs/decisions/0006)."""
    return content_id({"web": record_iri(reference)})


def twt_id(hash_: str) -> str:
    """The id of a twt by its hash, which is of its feed, its time and its text."""
    return content_id({"twt": hash_})


def _without_dots(path: str) -> str:
    """A path with nothing in it that stands for another (RFC 3986 5.2.4): ``/a/../feed`` is ``/feed``."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _host(host: str, text: str) -> str:
    """The canonical spelling of a URL's host. Raises `UrlError`."""
    if ":" in host:
        try:
            if "%" in host:  # a zone is one of this machine's own (RFC 4007)
                raise ValueError
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise UrlError(f"{_shown(text)} is no URL: its host is no IPv6 address.") from None
    try:
        name = (host if host.isascii() else host.encode("idna").decode("ascii")).lower().rstrip(".")
    except UnicodeError:
        name = ""
    if len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        raise UrlError(f"{_shown(text)} is no URL: its host is no name.")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        # WHATWG URL 3.5, as in `thimbl.core.address`: what ends in a number is never looked up as a name.
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise UrlError(f"{_shown(text)} is no URL: its host is neither a name nor an address.") from None
    return name


def _host_of_address(host: str) -> str:
    if ":" in host:
        return ipaddress.IPv6Address(host).exploded.replace(":", "-") + ".ip6" + WEB
    # An underscore is in hosts of URLs and not in addresses; that two hosts may look alike by it only has them share
    # turns: the user is of the whole URL.
    labels = [label.strip("-") or "x" for label in _NO_LABEL.sub("-", host).split(".")]
    name = ".".join(labels) + WEB
    return name if len(name) <= MAX_NAME else id_of(host.encode("ascii")) + WEB


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
