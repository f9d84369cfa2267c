"""What the store hands out: frozen values, with nothing of SQL in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from thimbl.core.address import Address, Reference
from thimbl.core.imported import Imported, imported
from thimbl.core.licences import licence_of
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow, Head
from thimbl.core.records import POST
from thimbl.store.derive import to_json


@dataclass(frozen=True, slots=True)
class WebFeed:
    """What an author is who is no person with a plan, but a feed of the web (`thimbl.store.web`)."""

    url: str
    """As it is followed; canonical."""
    kind: str | None = None
    """Its format; None before the first answer that could be read."""
    home: str = ""
    """The page that it is of, where it says one."""
    moved: str | None = None
    """The URL to which it says that it has moved for good."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody whom this node knows: oneself, one who is followed, or one who was met."""

    id: int
    address: Address
    nick: str | None
    """One's own name for them, where they are followed."""
    followed: bool
    private: bool
    """Followed, but not told in one's public plan."""
    is_me: bool
    name: str
    bio: str
    properties: Mapping[str, str]
    following: tuple[Follow, ...]
    key: str | None
    """Fingerprint of the pinned key."""
    key_line: str | None
    """The pinned key as OpenSSH writes it; None where only a fingerprint was pinned."""
    recovery: str | None
    verdict: Verdict | None
    """Of the newest answer, but that `forked` stays until a person clears it; None before the first answer."""
    reason: str
    seq: int
    updated: int | None
    """When the newest verified head was made, in Unix seconds."""
    asked: int | None
    """When they were last asked, whether or not they answered."""
    answered: int | None
    """When the last answer came that could be judged."""
    failure: str | None
    """Why the last asking failed; None where it did not."""
    gap_below: int | None
    """Records below this seq are not here yet; None where the log is whole."""
    moved_to: Address | None
    posts: int
    """Items of theirs in the store."""
    due: int | None = None
    """When to ask them again, in Unix seconds; None: at once."""
    source: str | None = None
    """`host[:port]` of the mirror that gave the newest answer; None: it came from their own host."""
    muted: bool = False
    """Whether the reader's person does not want to see what they write."""
    web: WebFeed | None = None
    """None for an author who has a plan."""

    @property
    def place(self) -> str:
        """Where to find them, for a person: their address, or the URL of the feed that they are."""
        return str(self.address) if self.web is None else self.web.url


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be known of an author before they are asked: one row, where `Author` reads their whole profile."""

    id: int
    address: Address
    """Their present one, which after a move is another than the one that was looked up."""
    verdict: Verdict | None
    key: str | None
    """Fingerprint of the pinned key."""
    seq: int
    """Of the newest verified head; 0 where there was none."""
    updated: int | None
    """When the newest verified head was made, in Unix seconds; None where there was none."""
    gap_below: int | None
    moved_to: Address | None
    source: str | None
    due: int | None
    head: str | None
    """The newest verified head as `thimbl.store.derive.to_json` writes it; None where there was none."""

    def has(self, head: Head) -> bool:
        """Whether `head` is the newest one that was verified. (One whose keys come in another order is not seen to be
        that; it only costs a judgement.)"""
        return self.head is not None and self.head == to_json(head.data)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a timeline: a post, an announcement, or a message of 2010."""

    rowid: int
    address: Address
    name: str
    """The author's own name for themselves; may be empty."""
    nick: str | None
    is_me: bool
    verdict: Verdict | None
    id: str
    seq: int | None
    """None for a message of version 1, which has no place in a log."""
    time: int
    """As its author stated it, in Unix seconds."""
    kind: str
    text: str
    """Of a post: what readers show now, that is the newest edit's. Empty for an announcement or a retracted post."""
    subject: str | None
    re: Reference | None
    to: Address | None
    """Whom a reply of version 1 answers."""
    edited: int | None
    """When it was edited last, in Unix seconds."""
    retracted: bool
    withheld: bool
    """The body is not here, and no retraction says why."""
    unread: bool
    malformed: str | None
    """The field that is not as the kind asks."""
    body: Mapping[str, Any]
    """The record's body as it came; empty where it is withheld."""
    muted: str | None = None
    """Where the reader's person has muted it: the address, the ``#tag`` or the word by which."""
    series: str | None = None
    """Code of the series that an announcement is about, where the offer that it names is here."""
    link: str | None = None
    """Where an entry of a feed of the web stands; None where it has no place, and for all that is in a plan."""
    by: str = ""
    """Who wrote such an entry, where that is another than the feed."""
    named: str = ""
    """What its own feed calls such an entry: an IRI, a word of the feed's own, or the hash of a twt."""

    @property
    def licence(self) -> str | None:
        """The licence that a post says; not made safe for a terminal."""
        return licence_of(self.body) if self.kind == POST else None

    @property
    def imported(self) -> Imported | None:
        """Where a post was said before its author had this log."""
        return imported(self.body) if self.kind == POST else None

    @property
    def reference(self) -> Reference:
        """`address#id`."""
        return Reference(self.address, self.id)

    def code_of(self, offer: str) -> str | None:
        """The series of the offer that this announcement names, or of what it cites: what
        `thimbl.core.commune.sentences` asks for."""
        return self.series if offer in (self.body.get(field) for field in ("offer", "transfer", "of")) else None


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """An item in its thread. `depth` 0 is the root; `item` is None where only its reference is known."""

    depth: int
    reference: Reference
    item: Item | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer that was kept because it should not be: forged, forked, or by a new key."""

    verdict: Verdict
    reason: str
    time: int
    """When it came, in Unix seconds."""
    raw: bytes
    """The answer as it came; its beginning where it was too long to keep."""


class View(StrEnum):
    """Which items a list is made of."""

    FOLLOWED = "followed"
    """Those of the followed and one's own."""
    EVERYONE = "everyone"
    MENTIONS = "mentions"
    """Those that name oneself or answer one's own."""
    AUTHOR = "author"
    SEARCH = "search"
    BONDS = "bonds"
    """Bond offers."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A list of items, newest first. All conditions hold at once."""

    view: View = View.FOLLOWED
    author: Address | None = None
    """For `View.AUTHOR`."""
    words: str = ""
    """For `View.SEARCH`: all of these words; a word that begins with `#` is a tag."""
    unread: bool = False
    since: int | None = None
    """Unix seconds, inclusive. By the time that items are sorted by: for one from the future, when it came."""
    until: int | None = None
    """Unix seconds, exclusive; likewise."""
    muted: bool = False
    """Also what the reader's person has muted (`thimbl.store.mutes`), in the lists that leave it out."""
