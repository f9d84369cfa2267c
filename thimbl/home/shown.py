"""What a host shows of itself to strangers, as plain values: the pages of the web and a static site are made of these.

- A `Source` gives exactly what the Finger daemon would: those by name who have published a plan, copies that may be
  shown, and in lists only those who agreed to be listed (plan-format 6 and 8.18; RFC 1288 3.2.3 to 3.2.7). The daemon
  has one over its files, the static site one over the store.
- `who` names an account as a path does: ``ana`` for an account of this host, ``ana@fields.example`` for a copy.
- What is `older` is asked for with the word that came with the list; only its source knows what it means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.plan import Follow, Head
from thimbl.core.records import Record
from thimbl.store.types import Item

if TYPE_CHECKING:
    from thimbl.core.commune.study import Study


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of accounts."""

    who: str
    name: str
    """Their own name for themselves; may be empty."""
    newest: int | None = None
    """When the newest of their posts was written, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says of itself, and what is to be said of it."""

    who: str
    address: Address | None
    """None where the plan is plain words, which name nobody."""
    name: str
    bio: str = ""
    properties: Mapping[str, str] | None = None
    following: tuple[Follow, ...] = ()
    """Whom they follow in public."""
    key: str | None = None
    """Fingerprint of the key that the plan is signed with."""
    verdict: Verdict | None = None
    """What this host concluded of the plan; None where it has not looked."""
    updated: int | None = None
    """When the plan was signed, in Unix seconds."""
    records: int = 0
    """Of the log: its newest seq."""
    listed: bool = False
    """Whether they agreed to be listed, here and by search engines."""
    copied: bool = False
    """Whether it is a copy: the account lives on another host."""
    words: str | None = None
    """The text of a plan that is plain words."""
    moved_to: Address | None = None
    is_commune: bool = False
    """Whether this host has a ledger of it."""

    @property
    def label(self) -> str:
        """What to call them in a line: their name, or else how they are asked for."""
        return self.name or self.who


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of a list, newest first."""

    items: tuple[Item, ...] = ()
    older: str | None = None
    """What to ask with for what is older; None where nothing is."""
    changed: int | None = None
    """When what it is a part of became another, in Unix seconds, as far as was seen here; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A post or announcement, what it answers, and what answers it."""

    item: Item
    above: Item | None = None
    """What it answers, where that is here."""
    answers: tuple[Item, ...] = ()
    """Oldest first."""


class Archive(Protocol):
    """What an account wrote as the files beside a plan (plan-format 7): each is read when it is asked for, alone."""

    def names(self) -> Iterator[str]:
        """What they are called: the list of whom the author follows, where the head has only its digest; then the
        pages, newest first, down to the first that is not here."""

    def read(self, name: str) -> str | None:
        """What is in one of them; None where there is none of this name, or it does not fit the plan."""


class Source(Protocol):
    """What pages may ask."""

    def message(self) -> str:
        """The administrator's words to whoever comes; may be empty."""

    def copies(self) -> Sequence[Address]:
        """Of whom this host shows copies, by address."""

    def accounts(self) -> Sequence[Listed] | None:
        """Those here who agreed to be listed, by name; None while they are looked through for the first time."""

    def profile(self, who: str) -> Profile | None:
        """An account; None where there is none, or it has published nothing, or no copy of it is shown."""

    def posts(self, who: str, before: str = "", limit: int = 0) -> Listing:
        """What an account wrote. Raises `LookupError` for a `before` that means nothing."""

    def find(self, who: str, prefix: str) -> Sequence[str]:
        """The ids of an account's records that begin so: one where it is one."""

    def thread(self, who: str, id: str) -> Thread | None:
        """A record of an account by its whole id; None where it is not here."""

    def timeline(self, before: str = "", limit: int = 0) -> Listing | None:
        """What all of those wrote who agreed to be listed; None while it is made for the first time."""

    def tagged(self, tag: str, before: str = "", limit: int = 0) -> Listing | None:
        """Of the same, what has a tag (folded, without ``#``)."""

    def plan(self, who: str) -> bytes | None:
        """What Finger answers to the name: the plan, with the lines before it."""

    def signed(self, who: str) -> tuple[Head, Iterator[Record]] | None:
        """The head that an account published last, and its records as the host serves them, newest first, down to the
        first gap; None where nobody signed its plan, or that does not hold."""

    def archive(self, who: str) -> Archive | None:
        """The files beside an account's plan, with no more than the host tells by Finger; None as for `signed`."""

    def who_is(self, address: Address) -> str | None:
        """How pages name whoever has this address: an account here, or one of whom a copy is shown."""

    def nicks(self, address: Address) -> Mapping[str, Address]:
        """What the author with this address calls those whom they follow: their texts mention people so."""

    def communes(self) -> "Sequence[Study]":
        """The ledgers of all communes that this host follows, by address."""

    def commune(self, who: str) -> "Study | None":
        """The ledger of one; None where this host has none of it, or shows none."""

    def ledgers_changed(self) -> int | None:
        """When what the ledgers follow from became another, in Unix seconds, as far as was seen here."""

    def item(self, reference: Reference) -> Item | None:
        """One record by its reference, where it is here."""
