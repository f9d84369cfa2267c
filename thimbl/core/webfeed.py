"""What a feed of the web comes to once it is read: plain text and plain numbers, whatever format it had.

- Nothing in here is markup: what was HTML is plain text by now, with its links in it. It is still a stranger's, and is
  escaped by whoever shows it, as a plan is.
- The values go through a pipe, from the process that reads to the one that stores, and into the store: `to_data` and
  `from_data` are their JSON, and nothing is believed of what came out of the pipe but its shape.
- Every text has a bound, so that no feed can fill a store: what is longer is cut, and says so.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from thimbl.core.address import Address, AddressError, Reference, is_id
from thimbl.core.times import FIRST, LAST

MAX_ENTRIES: Final = 1_000
"""Entries that are taken of one answer, the newest: whole archives of most blogs, and of a busy feed some weeks."""

MAX_TITLE: Final = 300
"""Characters of a title, or of a name: what is longer is a text."""

MAX_NAME: Final = 2_000
"""Characters of what a feed calls an entry, to be told again; a longer one is still the name of one entry."""

MAX_TEXT: Final = 100_000
"""Characters of an entry: a chapter of a book. A post has 8,192 bytes (plan-format 3); essays are longer."""

MAX_ALL: Final = 8_000_000
"""Characters of all entries of one answer together, as many as an answer has bytes: a link that is written out can be
longer than it was, and a thousand of them shall not make ten answers of one."""

CUT: Final = "…"
"""The end of what was cut."""


class Kind(StrEnum):
    """The formats that are read."""

    ATOM = "Atom"
    RSS = "RSS"
    JSON = "JSON Feed"
    TWTXT = "twtxt"


class NotAFeed(ValueError):
    """What came is no feed that is read here; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    id: str
    """As `thimbl.core.web.entry_id` or `twt_id` makes it."""
    text: str
    time: int | None = None
    """When it was published, in Unix seconds; None where the feed does not say."""
    edited: int | None = None
    """When it was changed since."""
    title: str = ""
    """A line above the text; '' where the text needs none."""
    link: str = ""
    """Where it stands on the web."""
    author: str = ""
    """Who wrote it, where that is another than the feed."""
    answers: str = ""
    """What it answers: the id of an entry, or the reference of a record (`address#id`)."""
    name: str = ""
    """What its own feed calls it: an IRI, a word of the feed's own, or the hash of a twt."""
    licence: str = ""
    """Under which it stands, where the feed says one that has an identifier (`thimbl.core.licences`)."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Entry":
        """The entry of such data. Raises `ValueError` where it is of another shape."""
        made = cls(**data)
        texts = (made.id, made.text, made.title, made.link, made.author, made.answers, made.name, made.licence)
        if not all(isinstance(text, str) for text in texts) or not is_id(made.id):
            raise ValueError("an entry is not of the shape that it should be")
        for time in (made.time, made.edited):
            if time is not None and (type(time) is not int or not FIRST <= time <= LAST):
                raise ValueError("an entry has a time that is none")
        if made.answers and not is_id(made.answers):
            Reference.parse(made.answers)
        return made


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, as one answer shows it."""

    kind: Kind
    title: str
    entries: tuple[Entry, ...]
    """Newest first."""
    home: str = ""
    """The page that the feed is of."""
    about: str = ""
    nick: str = ""
    """What its author calls themselves, in one word, where the format has that."""
    people: Mapping[str, str] | None = None
    """Whom the texts mean by ``@nick``, by their addresses."""
    every: int = 0
    """Seconds for which the feed asks to be left alone."""
    whole: bool = False
    """Whether it holds all that its author has not taken back, from its oldest entry on: twtxt is a file of that."""
    gone: tuple[str, ...] = ()
    """The ids of entries that it says were taken back."""
    signed: str = ""
    """The address of the account whose signed plan is in it, where that holds by itself (`thimbl.core.feedplan`)."""

    def to_data(self) -> dict[str, Any]:
        """The feed as JSON holds it."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return data | {"entries": [entry_to_data(entry) for entry in self.entries], "people": dict(self.people or {})}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Feed":
        """The feed of such data. Raises `ValueError` where it is of another shape."""
        entries = data.get("entries")
        people = data.get("people")
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES or not isinstance(people, dict):
            raise ValueError("a feed is not of the shape that it should be")
        try:
            made = cls(
                kind=Kind(data["kind"]),
                title=str(data["title"]),
                entries=tuple(Entry.from_data(entry) for entry in entries),
                home=str(data["home"]),
                about=str(data["about"]),
                nick=str(data["nick"]),
                people={str(nick): str(Address.parse(address)) for nick, address in people.items()},
                every=int(data["every"]),
                whole=bool(data["whole"]),
                gone=tuple(id_ for id_ in data["gone"] if isinstance(id_, str) and is_id(id_)),
                signed=str(Address.parse(data["signed"])) if data["signed"] else "",
            )
        except (KeyError, TypeError, AddressError) as error:
            raise ValueError(f"a feed is not of the shape that it should be: {error}") from None
        return made


def entry_to_data(entry: Entry) -> dict[str, Any]:
    """An entry as JSON holds it: without what it does not have."""
    return {name: value for name, value in asdict(entry).items() if value not in ("", None)} | {"text": entry.text}


def cut(text: str, length: int) -> str:
    """`text`, or as much of it as `length` characters hold, with a sign that there is more."""
    return text if len(text) <= length else text[: length - 1].rstrip() + CUT


def bounded(feed: Feed) -> Feed:
    """The feed within the bounds above: the newest entries, each once, of no more text in all than may be.

    Entries without a time stay where they stand among the others. One that would go over the bound of all is left out
    with all that are older, so that what is here has no hole in it.
    """
    first: dict[str, Entry] = {}
    for entry in feed.entries:
        first.setdefault(entry.id, entry)
    kept: list[Entry] = []
    room = MAX_ALL
    for entry in _newest_first(list(first.values())):
        made = replace(
            entry,
            title=cut(entry.title, MAX_TITLE),
            text=cut(entry.text, MAX_TEXT),
            author=cut(entry.author, MAX_TITLE),
            name=entry.name if len(entry.name) <= MAX_NAME else "",
        )
        room -= len(made.text)
        if len(kept) == MAX_ENTRIES or room < 0:
            break
        kept.append(made)
    return replace(
        feed,
        entries=tuple(kept),
        title=cut(feed.title, MAX_TITLE),
        about=cut(feed.about, MAX_TITLE),
        gone=feed.gone[:MAX_ENTRIES],
        nick=cut(feed.nick, MAX_TITLE),
    )


def _newest_first(entries: list[Entry]) -> list[Entry]:
    """By time where all have one; else as the feed has them: newest first by every custom."""
    if any(entry.time is None for entry in entries):
        return entries
    return sorted(entries, key=lambda entry: -(entry.time or 0))
