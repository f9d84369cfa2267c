"""Somebody else's Atom or RSS, byte for byte, but for entries that are cut out and titles that get a word in front.

- What is not touched stays as it came: entries are found with where they begin and end, and nothing is written anew.
- Nothing of a document is fetched or expanded: an entity that it declares itself is refused (that is how a kilobyte
  becomes a gigabyte), and no DTD is read. A text that ends early, or is no XML, is a `FeedFault` with its line.
- An entry is an ``entry`` of Atom 1.0 (RFC 4287), or an ``item`` of RSS 0.9 to 2.0, in whatever namespace.
"""

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import Final
from xml.parsers import expat

from thimbl.core.address import AddressError, Reference
from thimbl.core.text import MAX_TAG, fold_tag, tags

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of a feed: fifty times what a busy one has. One of so many bytes and nothing but tiny entries takes some seconds."""

MAX_DEPTH: Final = 200
"""Elements within elements: XHTML in a feed has some twenty."""

_ENTRY: Final = frozenset({"entry", "item"})
_TEXTS: Final = frozenset({"title", "summary", "content", "description", "encoded", "subtitle"})
_BODIES: Final = ("content", "encoded", "description", "summary")
_IDS: Final = ("id", "guid")
_ELEMENT: Final = re.compile(r"<(?:[A-Za-z/!?](?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_DECLARED: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_NAMED: Final = re.compile(r"finger://(?P<hostport>[^/?#]+)/(?P<user>[^/?#]+)#(?P<id>[a-z2-7]{52})")


class FeedFault(ValueError):
    """That is no feed. The message says why, with the line."""


@dataclass
class Found:
    """An entry, with what is said in it."""

    start: int
    end: int = 0
    title_at: int | None = None
    """Where the text of the title begins; None where it has none that is plain."""
    pieces: dict[str, list[str]] = field(default_factory=dict)
    """Texts by the names of their elements, as they came: HTML, or not. There may be a piece for each character."""

    @cached_property
    def texts(self) -> dict[str, str]:
        """The same, put together."""
        return {name: "".join(pieces) for name, pieces in self.pieces.items()}

    @property
    def id(self) -> str:
        """What its feed calls it; empty where it says nothing."""
        return next((self.texts[name].strip() for name in _IDS if name in self.texts), "")

    @cached_property
    def words(self) -> str:
        """All that is to be read in it, as plain text."""
        return "\n".join(plain(text) for name, text in self.texts.items() if name in _TEXTS)

    @property
    def title(self) -> str:
        """Its title, as plain text."""
        return plain(self.texts.get("title", ""))

    @property
    def body(self) -> str:
        """The longest telling of it, as plain text."""
        return plain(next((self.texts[name] for name in _BODIES if self.texts.get(name)), ""))

    @cached_property
    def tags(self) -> frozenset[str]:
        """Its tags, folded: those of its categories, and those in its text."""
        categories = map(str.strip, self.texts.get("category", "").split("\n"))
        return frozenset({*(fold_tag(one) for one in categories if 0 < len(one) <= MAX_TAG), *tags(self.words)})

    @property
    def reference(self) -> Reference | None:
        """The record that it says it is, by a feed's id of ours (docs/decisions/0006); None where it says no such."""
        found = _NAMED.fullmatch(self.id)
        try:
            return Reference.parse(f"{found['user']}@{found['hostport']}#{found['id']}") if found else None
        except AddressError:
            return None


def plain(html: str) -> str:
    """What a reader shows of HTML, on one line. A text without elements stays what it is."""
    return " ".join(unescape(_ELEMENT.sub(" ", html)).split())


def sift(raw: bytes, judge: Callable[[list[Found]], Iterable[str | None]]) -> bytes:
    """The feed without the entries of which `judge` says None, each other title with what it says in front of it.

    `judge` gets the entries in their order, and says of each a word, or '' to leave it as it is. Raises `FeedFault`.
    """
    raw = _utf8(raw)
    out, at = [], 0
    found = _Reading(raw).found
    for entry, word in zip(found, judge(found), strict=True):
        if word is None:
            out.append(raw[at : entry.start])
            at = entry.end
        elif word and entry.title_at is not None:
            out += [raw[at : entry.title_at], word.encode("ascii", "xmlcharrefreplace"), b" "]
            at = entry.title_at
    return b"".join([*out, raw[at:]])


def _utf8(raw: bytes) -> bytes:
    """`raw` in an encoding whose ASCII is ASCII. Raises `FeedFault`."""
    if len(raw) > MAX_BYTES:
        raise FeedFault(f"The feed is longer than {MAX_BYTES // 1024 // 1024} MiB, which is the most that is read.")
    if not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw
    try:
        return _DECLARED.sub("", raw.decode("utf-16")).encode("utf-8")
    except UnicodeDecodeError:
        raise FeedFault("The feed says that it is UTF-16, and is not.") from None


class _Reading:
    """One pass over a document."""

    def __init__(self, raw: bytes) -> None:
        self.found: list[Found] = []
        self._path: list[str] = []
        self._entry: tuple[Found, int] | None = None
        """The one that is being read, and how deep it lies."""
        self._ended: Found | None = None
        """The one whose end is where the next thing begins."""
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartCdataSectionHandler = self._title
        parser.EntityDeclHandler = self._declared
        parser.DefaultHandler = self._other
        try:
            parser.Parse(raw, True)
        except FeedFault:
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise FeedFault(f"That is no feed: {error}.") from None
        if self._root not in {"feed", "rss", "RDF"}:
            raise FeedFault(f"That is no Atom and no RSS: its first element is {self._root[:40]!r}.")

    _root: str = ""

    def _here(self) -> None:
        if self._ended is not None:
            self._ended.end, self._ended = self._parser.CurrentByteIndex, None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._here()
        local = name.rpartition(":")[2]
        if not self._path:
            self._root = local
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise FeedFault(f"That is no feed: there are more than {MAX_DEPTH} elements in each other.")
        if self._entry is None:
            if local in _ENTRY:
                self._entry = Found(self._parser.CurrentByteIndex), len(self._path)
            return
        entry, depth = self._entry
        if local == "category" and len(self._path) == depth + 1:
            self._add(entry, local, f"\n{attributes.get('term', '')}")  # of Atom; RSS has it for its text
        elif len(self._path) > depth + 1:
            # Of markup that is no text, the words are read; what parts them is a blank.
            self._add(entry, self._path[depth], " ")

    def _end(self, _name: str) -> None:
        self._here()
        if self._entry is not None and len(self._path) == self._entry[1]:
            self._ended, self._entry = self._entry[0], None
            self.found.append(self._ended)
        self._path.pop()

    def _text(self, data: str) -> None:
        self._title()
        if self._entry is None:
            return
        entry, depth = self._entry
        if len(self._path) > depth:
            self._add(entry, self._path[depth], data)

    def _title(self) -> None:
        """The first text of a title is where a word goes."""
        self._here()
        if self._entry is not None and self._entry[0].title_at is None:
            entry, depth = self._entry
            if self._path[depth:] == ["title"]:
                entry.title_at = self._parser.CurrentByteIndex

    def _other(self, _data: str) -> None:
        self._here()

    def _add(self, entry: Found, name: str, data: str) -> None:
        if name in _TEXTS or name in _IDS or name == "category":
            entry.pieces.setdefault(name, []).append(data)

    def _declared(self, name: str, *_: object) -> None:
        raise FeedFault(f"The feed declares an entity, {name[:40]!r}: such a one is not read.")
