"""A signed plan inside a feed of the web: where each format has it, and how it is found again (docs/feeds.md).

- Atom and RSS have an element ``plan`` of `NAMESPACE` in the feed or channel, without attributes and children: readers
  pass over what they do not know (RFC 4287 6.4.1 and 6.3, RSS 2.0 "Extending RSS").
- JSON Feed has it as a text under ``_thimbl`` ("Extensions").
- twtxt has it as comments, between two lines that mark it. What stands before each of its lines keeps a text from being
  taken for a field of the file (``# nick = …``), as programs that know the metadata of twtxt.dev would.
- Nothing here is believed: what is found is a text, to be judged as an answer over the network is (plan-format 4).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from thimbl.core.plantext import MAX_BYTES

NAMESPACE: Final = "urn:uuid:6282ebd2-f214-41c0-a2a7-15bb9db5e550"
"""Of the element: a name that nobody else has and that no host has to keep (RFC 9562)."""

ELEMENT: Final = "plan"

KEY: Final = "_thimbl"
"""Of all that JSON Feeds have of ours."""

ABOUT: Final = "'plan' is what the account's author signed: 'thimbl import' of this file checks it and takes it in."
"""For whoever looks at the feed and wonders (JSON Feed 1.1, ``about``)."""

BEGINS: Final = "# plan of this account, signed by its author, for 'thimbl import':"
ENDS: Final = "# end of the plan"
"""Mark it in twtxt."""

LEAD: Final = "# |"
"""Before each of its lines there, and then a space where the line is not empty."""

MAX_FEED: Final = 16 * 1024 * 1024
"""Bytes of a feed that is looked through: twice what is taken of the web, since a file may have an account's whole log
as entries and as a plan."""

_ATOM: Final = "http://www.w3.org/2005/Atom"
_MOST_ID: Final = 2_000

_PLANS: Final = ([f"{_ATOM} feed", f"{NAMESPACE} {ELEMENT}"], ["rss", "channel", f"{NAMESPACE} {ELEMENT}"])
_IDS: Final = ([f"{_ATOM} feed", f"{_ATOM} id"], ["rss", "channel", "item", "guid"])
"""What a feed calls itself: RSS has no id, but its entries do."""

_DEEPEST: Final = 5
"""Elements within each other: one more than any of these, so that what stands in a guid is seen to be none."""

_BEGIN: Final = 2_000
"""Bytes by which it is told what a file is."""

_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_JSON: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{.*"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org', re.DOTALL)
_TWT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]{5,}[^\t\n]{0,8}\t")
_URL: Final = re.compile(r"#\s*url\s*=\s*(\S+)\s*")


class NoPlan(ValueError):
    """No plan can be taken from this feed; the message says why, for a person, and begins with 'it'."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a feed has."""

    kind: str
    """Of feed, as people call it."""
    plans: tuple[str, ...]
    """Their texts. A feed of thimbl has one, or none."""
    of: str = ""
    """What the feed calls itself, an account or a record of one: an IRI, if it has any."""


def commented(plan: str) -> list[str]:
    """The lines of a plan as twtxt has them, with what marks it."""
    return [BEGINS, *(f"{LEAD} {line}" if line else LEAD for line in _split(plan)), ENDS]


def is_feed(begin: bytes) -> bool:
    """Whether a file that begins so is a feed, and no plan: XML, JSON Feed, or twts."""
    if _XML.match(begin) or _JSON.match(begin[:_BEGIN]):
        return True
    for line in begin.decode("utf-8", "replace").split("\n"):
        if line == BEGINS:
            return True
        if line.strip() and not line.startswith("#"):
            return _TWT.match(line) is not None
    return False


def find_plans(data: bytes) -> Found:
    """The plans in a feed of at most `MAX_FEED` bytes. Raises `NoPlan` where it can not be read as one."""
    if _XML.match(data):
        return _Document().read(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoPlan("it is not UTF-8, as feeds of thimbl are") from None
    return _in_json(text) if text.lstrip().startswith("{") else _in_twtxt(text)


def _in_json(text: str) -> Found:
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise NoPlan("its JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NoPlan(f"it is cut short or damaged: {error.msg} (line {error.lineno})") from None
    data = data if isinstance(data, dict) else {}
    ours, authors = data.get(KEY), data.get("authors")
    plan = ours.get("plan") if isinstance(ours, dict) else None
    author = authors[0] if isinstance(authors, list) and len(authors) == 1 and isinstance(authors[0], dict) else {}
    return Found("JSON Feed", _bounded([plan] if isinstance(plan, str) else []), str(author.get("url", ""))[:_MOST_ID])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NoPlan("it has a name twice in one object, so that nobody can tell which is meant")
    return made


def _in_twtxt(text: str) -> Found:
    plans: list[str] = []
    lines: list[str] | None = None
    of = ""
    for number, line in enumerate(_split(text), 1):
        line = line.removesuffix("\r")
        if lines is None:
            lines = [] if line == BEGINS else None
            of = of or (found[1] if (found := _URL.fullmatch(line)) is not None else "")
        elif line == ENDS:
            plans.append("".join(f"{one}\n" for one in lines))
            lines = None
        elif line.startswith(LEAD):
            lines.append(line.removeprefix(LEAD).removeprefix(" "))
        else:
            raise NoPlan(f"the plan in it is damaged: a line is none of it (line {number})")
    if lines is not None:
        raise NoPlan("it is cut short: the plan in it does not end")
    return Found("twtxt", _bounded(plans), of[:_MOST_ID])


def _split(text: str) -> Iterator[str]:
    """Lines that end in LF alone, without a last one that is empty."""
    return iter(text.removesuffix("\n").split("\n"))


def _bounded(plans: list[str]) -> tuple[str, ...]:
    if any(len(plan) > MAX_BYTES for plan in plans):
        raise NoPlan(f"the plan in it is longer than {MAX_BYTES:,} bytes, which no plan is")
    return tuple(plans)


class _Document:
    """Looks through XML for the element in its place, and for what the feed calls itself. Entities that a document
    defines are what makes gigabytes of a few lines, and no feed of ours has any."""

    def __init__(self) -> None:
        self._depth = 0
        self._path: list[str] = []
        """The elements that are open, down to `_DEEPEST`."""
        self._plans: list[str] = []
        self._of = ""
        self._in_plan = False
        self._parts: list[str] | None = None
        """What the element says that is being read; None where that is of no interest."""
        self._room = 0
        self._root = ""

    def read(self, data: bytes) -> Found:
        parser: XMLParserType = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        parser.StartDoctypeDeclHandler = self._declares
        try:
            parser.Parse(data, True)
        except ExpatError as error:
            reason = str(error).partition(":")[0]
            raise NoPlan(f"it is cut short or damaged: {reason} (line {error.lineno})") from None
        except (LookupError, ValueError) as error:  # of the encoding that it names
            if isinstance(error, NoPlan):
                raise
            raise NoPlan("it is in an encoding that nobody knows") from None
        if self._root == "opml":
            raise NoPlan("it is a list of feeds: 'thimbl follow --opml' takes those")
        kind = {f"{_ATOM} feed": "Atom", "rss": "RSS"}.get(self._root)
        if kind is None:
            raise NoPlan("it is XML, and neither Atom nor RSS")
        return Found(kind, tuple(self._plans), self._of)

    def _begins(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            return  # a stranger's document may be as deep as it is long
        self._path.append(name)
        self._root = self._root or name
        if self._in_plan:
            raise NoPlan("the plan in it is damaged: it has elements of XML")
        self._in_plan = self._path in _PLANS
        if self._in_plan:
            self._parts, self._room = [], MAX_BYTES
        elif not self._of and self._path in _IDS:
            self._parts, self._room = [], _MOST_ID

    def _says(self, text: str) -> None:
        if self._parts is None:
            return
        self._room -= len(text)
        if self._room >= 0:
            self._parts.append(text)
        elif self._in_plan:
            raise NoPlan(f"the plan in it is longer than {MAX_BYTES:,} bytes, which no plan is")

    def _ends(self, _name: str) -> None:
        self._depth -= 1
        if self._depth >= _DEEPEST:
            return
        self._path.pop()
        if self._parts is None:
            return
        said, self._parts = "".join(self._parts), None
        if self._in_plan:
            self._plans.append(said)
        else:
            self._of = said.strip()
        self._in_plan = False

    def _declares(self, name: str, *_: object) -> None:
        if name.lower() == "html":
            raise NoPlan("it is a page, and no feed; where a page names feeds, 'thimbl follow' of its URL tells them")
        raise NoPlan("it defines a document type, which no feed of thimbl does")
