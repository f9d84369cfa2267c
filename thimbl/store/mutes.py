"""What a person does not want to see for now: authors, tags and words, and which items that hides from them.

- A mute is private: it is told to nobody, and holds for this person's lists alone. What is served to others, a ledger
  and a person's own posts know nothing of it. The truth is the person's file (`thimbl.home.muting`); the store has a
  copy under one key of its state, so that a reader finds it without a file.
- Lists by others leave out what is muted (timelines, mentions, the counts of unread); what is asked for by name (an
  author's own page, a search, a thread, a record) has it, marked as muted (`Item.muted`).
- A word is looked for as a search looks for it: whole words without regard to case or diacritics, by the same
  full-text index. So nothing is kept for each item: which ones are hidden is asked of the indexes when a list is
  made, and again when the store has changed or a mute ends.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from thimbl.core.address import Address, AddressError
from thimbl.core.text import MAX_TAG, fold_tag
from thimbl.core.times import LAST
from thimbl.store.database import Database, chunks, marks

MUTES: Final = "mutes"
"""The key of the store's state: a JSON list of [kind, what, until]."""

MAX_WORD: Final = 100
"""Characters of a muted word, or of several that stand together: as of a tag."""


class MuteKind(StrEnum):
    """What is muted."""

    AUTHOR = "author"
    TAG = "tag"
    WORD = "word"


class MuteError(ValueError):
    """That can not be muted."""


@dataclass(frozen=True, slots=True)
class Mute:
    """One thing that a person does not want to see. `of` makes it."""

    kind: MuteKind
    what: str
    """Canonical: an address, a folded tag without ``#``, or words in lower case."""
    until: int | None = None
    """Unix seconds at which it ends; None: when it is taken back."""

    @classmethod
    def of(cls, kind: MuteKind, what: str, until: int | None = None) -> "Mute":
        """A mute of what a person typed. Raises `MuteError`."""
        return cls(kind, _CANONICAL[kind](what), until)

    @property
    def name(self) -> str:
        """What is muted, as a person writes it: an address, ``#tag``, or a word; of a feed of the web, its site."""
        if self.kind is MuteKind.AUTHOR:
            return Address.parse(self.what).place
        return f"#{self.what}" if self.kind is MuteKind.TAG else self.what

    def holds(self, now: int) -> bool:
        """Whether it has not ended by `now` (Unix seconds)."""
        return self.until is None or now < self.until

    def is_same(self, other: "Mute") -> bool:
        """Whether both are of the same thing, for however long."""
        return (self.kind, self.what) == (other.kind, other.what)


_AROUND: Final = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»‹›“”„‘’…¡¿"
"""What may stand around a word that is typed or copied, and is no part of it: a search passes over it too."""


def _author(text: str) -> str:
    try:
        return str(Address.parse(text.strip()))
    except AddressError as error:
        raise MuteError(str(error)) from None


def _tag(text: str) -> str:
    tag = fold_tag(text.strip())
    if not tag or len(tag) > MAX_TAG or not all(char.isalnum() or char == "_" or _is_mark(char) for char in tag):
        raise MuteError(f"{text[:40]!r} is no tag: a tag is one word of letters, digits and '_' after a '#'.")
    return tag


def _word(text: str) -> str:
    # Not casefold: the full-text index folds letter by letter, and 'ß' is not 'ss' to it.
    word = unicodedata.normalize("NFC", " ".join(text.split()).lower()).strip(_AROUND)
    if len(word) > MAX_WORD:
        raise MuteError(f"{text[:40]!r}… is too long to be muted: {MAX_WORD} characters are the most.")
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        raise MuteError("The word is not UTF-8: see that your terminal and locale are.") from None
    if not any(map(str.isalnum, word)):
        raise MuteError(f"{text[:40]!r} has no letter or digit that could be found in a post.")
    return word


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


_CANONICAL: Final = {MuteKind.AUTHOR: _author, MuteKind.TAG: _tag, MuteKind.WORD: _word}


def to_text(mutes: Iterable[Mute]) -> str:
    """The value of the state `MUTES`."""
    return json.dumps([[mute.kind, mute.what, mute.until] for mute in mutes], ensure_ascii=False)


def from_text(text: str | None) -> tuple[Mute, ...]:
    """What `to_text` wrote."""
    return tuple(Mute(MuteKind(kind), what, until) for kind, what, until in json.loads(text or "[]"))


# what they hide


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden at a moment."""

    authors: Mapping[int, str] = field(default_factory=dict)
    """The ids of muted authors, and the addresses by which they are muted."""
    rowids: Mapping[int, str] = field(default_factory=dict)
    """Items with a muted tag or word, and what that is."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """The present addresses of muted authors, and those by which they are muted."""

    def __bool__(self) -> bool:
        return bool(self.authors or self.rowids)


NOTHING: Final = Hidden()


class Muting:
    """What a reader's person has muted. `clock` gives Unix seconds; None: nothing is, as for all but a person."""

    def __init__(self, database: Database, clock: Callable[[], float] | None) -> None:
        self._db, self._clock = database, clock
        self._found = NOTHING
        self._version: int | None = None
        self._from = self._to = 0

    def mutes(self) -> tuple[Mute, ...]:
        """All that the store has, ended or not."""
        text: str | None = self._db.value("SELECT value FROM state WHERE key = ?", (MUTES,))
        return from_text(text)

    def hidden(self) -> Hidden:
        """What is hidden now. Found once, and again when somebody has written to the store or a mute has ended."""
        if self._clock is None:
            return NOTHING
        now = int(self._clock())
        version = int(self._db.value("PRAGMA data_version"))
        if version != self._version or not self._from <= now < self._to or self._db.in_batch:
            mutes = [mute for mute in self.mutes() if mute.holds(now)]
            self._found = hidden_by(self._db, mutes)
            self._version, self._from = version, now
            self._to = min((mute.until for mute in mutes if mute.until is not None), default=LAST)
        return self._found


def hidden_by(database: Database, mutes: Iterable[Mute]) -> Hidden:
    """What these hide. Nothing of one's own is."""
    by_kind: dict[MuteKind, list[str]] = {kind: [] for kind in MuteKind}
    for mute in mutes:
        by_kind[mute.kind].append(mute.what)
    authors, addresses = _authors(database, by_kind[MuteKind.AUTHOR])
    rowids = _with_tags(database, by_kind[MuteKind.TAG])
    for word in by_kind[MuteKind.WORD]:
        rowids |= dict.fromkeys(_with_word(database, word), word)
    return Hidden(authors, rowids, addresses) if authors or rowids else NOTHING


def _authors(database: Database, addresses: list[str]) -> tuple[dict[int, str], dict[str, str]]:
    ids: dict[int, str] = {}
    present: dict[str, str] = {}
    for some in chunks(addresses):
        rows = database.rows(
            f"SELECT id, address, address FROM author WHERE is_me = 0 AND address IN ({marks(some)})", some
        )
        # Of whoever moved the mute is by an old address.
        rows += database.rows(
            "SELECT author.id, author.address, alias.address FROM alias JOIN author ON author.id = alias.author "
            f"WHERE is_me = 0 AND alias.address IN ({marks(some)})",
            some,
        )
        for key, address, muted in rows:
            ids[key], present[address] = muted, muted
    return ids, present


def _with_tags(database: Database, tags: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks(tags):
        rows = database.rows(
            "SELECT tag.item, tag.tag FROM tag CROSS JOIN item ON item.rowid = tag.item "
            f"WHERE tag.tag IN ({marks(some)}) AND item.author NOT IN (SELECT id FROM author WHERE is_me = 1)",
            some,
        )
        found |= {rowid: f"#{tag}" for rowid, tag in rows}
    return found


def _with_word(database: Database, word: str) -> list[int]:
    quoted = word.replace('"', '""').replace("\0", "")
    return database.column(
        "SELECT item_fts.rowid FROM item_fts CROSS JOIN item ON item.rowid = item_fts.rowid "
        "WHERE item_fts MATCH ? AND item.author NOT IN (SELECT id FROM author WHERE is_me = 1)",
        (f'"{quoted}"',),
    )
