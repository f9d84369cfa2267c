"""Lists of feeds as programs pass them on: OPML 2.0 (http://opml.org/spec2.opml), in and out.

- Going out, everybody whom one follows is there. A feed of the web is an outline of the type ``rss``, which every
  reader of feeds knows; somebody with a plan has their address in an attribute of a namespace of ours, which the format
  allows and other readers pass over. So what goes out comes in again without loss.
- Coming in, an outline with an ``xmlUrl`` is a feed, wherever it stands: folders are not kept. What can not be followed
  is left out, and each is told.
- A document that defines entities is refused, and so is one that is large or deep: a list is a stranger's file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import quoteattr

from thimbl.core.address import Address, AddressError
from thimbl.core.keys import is_fingerprint
from thimbl.core.unfit import UNFIT
from thimbl.core.web import FeedUrl, UrlError
from thimbl.core.webfeed import MAX_TITLE
from thimbl.home.errors import Refused
from thimbl.home.following import Followed

NAMESPACE: Final = "thimbl:opml"
"""Of the attributes of our own: a URI that leads nowhere, as names of namespaces may."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of a list: as of `following.yaml`."""

MAX_DEPTH: Final = 64
"""Folders in folders: no person has so many."""

MAX_SKIPPED: Final = 1_000
"""Outlines that are told to be left out."""

_PREFIX: Final = f"{NAMESPACE} "


@dataclass(frozen=True, slots=True)
class Listed:
    """What was found in a list."""

    followed: tuple[Followed, ...]
    """Each once, in the order of the list."""
    skipped: tuple[str, ...]
    """What can not be followed and why, each a line. A stranger's words: not made safe for a terminal."""


def write_opml(followed: Iterable[Followed], titles: Mapping[Address, tuple[str, str]], title: str) -> str:
    """The list as OPML. `titles` are the title and the page of those of whom they are known."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<opml version=\"2.0\" xmlns:thimbl={_quoted(NAMESPACE)}>",
        f"  <head><title>{_quoted(title)[1:-1]}</title></head>",
        "  <body>",
    ]
    for one in followed:
        given = {"text": one.nick}
        if one.url is not None:
            name, home = titles.get(one.address, ("", ""))
            given |= {"type": "rss"} | ({"title": name} if name else {}) | {"xmlUrl": str(one.url)}
            given |= {"htmlUrl": home} if home else {}
        else:
            given["thimbl:address"] = str(one.address)
            given |= {"thimbl:private": "true"} if one.private else {}
            given |= {"thimbl:fingerprint": one.fingerprint} if one.fingerprint else {}
        lines.append(f"    <outline {' '.join(f'{name}={_quoted(value)}' for name, value in given.items())}/>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def read_opml(data: bytes) -> Listed:
    """What a list names. Raises `Refused` where it is none."""
    if len(data) > MAX_BYTES:
        raise Refused(f"The list is larger than {MAX_BYTES >> 20} MiB, which no list of feeds is.")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except (ExpatError, ValueError, LookupError) as error:
        raise Refused(f"That is no OPML: {error}. Ask the program that wrote it to export your feeds again.") from None
    if not reader.is_opml:
        raise Refused("That is XML, but no OPML: a list of feeds begins with <opml>.")
    return Listed(tuple(reader.found.values()), tuple(reader.skipped))


class _Reader:
    """Takes outlines as they come."""

    def __init__(self) -> None:
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity
        self.is_opml = False
        self.found: dict[Address, Followed] = {}
        self.skipped: list[str] = []
        self._depth = 0

    def _entity(self, *_: object) -> None:
        raise Refused("The list defines entities, by which a few lines can become gigabytes: it is not read.")

    def _begin(self, name: str, given: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(f"The list has folders in folders, more than {MAX_DEPTH} deep: it is not read.")
        self.is_opml = self.is_opml or (self._depth == 1 and name.lower() == "opml")
        if not self.is_opml or name.lower() != "outline":
            return
        nick = " ".join((given.get("text") or given.get("title") or "").split())[:MAX_TITLE]
        address, url = given.get(f"{_PREFIX}address"), given.get("xmlUrl") or given.get("xmlurl")
        try:
            if address is not None:
                self._take(self._person(nick, Address.parse(address), given))
            elif url is not None:
                found = FeedUrl.parse(url)
                self._take(Followed.of_feed(nick or found.host, found))
        except (AddressError, UrlError) as error:
            if len(self.skipped) < MAX_SKIPPED:
                self.skipped.append(f"{nick or 'an outline without a name'}: {error}")

    def _end(self, name: str) -> None:
        self._depth -= 1

    @staticmethod
    def _person(nick: str, address: Address, given: dict[str, str]) -> Followed:
        if address.is_web:
            raise AddressError("that address stands for a feed, whose URL is missing.")
        key = given.get(f"{_PREFIX}fingerprint")
        private = given.get(f"{_PREFIX}private") == "true"
        return Followed(nick or address.user, address, private, key if key and is_fingerprint(key) else None)

    def _take(self, one: Followed) -> None:
        self.found.setdefault(one.address, one)


def _quoted(value: str) -> str:
    return quoteattr(UNFIT.sub(" ", value), {"\n": " ", "\t": " ", "\r": " "})
