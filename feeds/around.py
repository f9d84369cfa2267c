"""What a feed asks of the place that its items came from: what they answer, whom they name, what was taken back.

Items alone make a feed too: then an answer has no thread in twtxt, a nick stays a word, a post has the licence that it
gives itself, and what was retracted is left out without a word.
"""

from collections.abc import Mapping
from typing import Protocol

from thimbl.core.address import Address, Reference
from thimbl.core.licences import licence_of
from thimbl.core.plan import by_nick
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item


class Around(Protocol):
    """What may be asked."""

    def find(self, reference: Reference) -> Item | None:
        """The item of this name; None where it is not here."""

    def nicks(self, address: Address) -> Mapping[str, Address]:
        """What somebody calls the people whom they follow in public (plan-format 2)."""

    def licence(self, address: Address) -> str | None:
        """The licence that somebody's plan says of all that is in it, as it stands there (`thimbl.core.licences`)."""

    def feed(self, address: Address) -> str | None:
        """URL of the feed of the web that an address stands for (`thimbl.core.web`); None for that of a plan."""

    def retracted(self, item: Item) -> int | None:
        """When a retracted post was, in Unix seconds; None where that is not known."""


class Nothing:
    """For items alone."""

    def find(self, reference: Reference) -> Item | None:
        """None."""
        return None

    def nicks(self, address: Address) -> Mapping[str, Address]:
        """None at all."""
        return {}

    def licence(self, address: Address) -> str | None:
        """None."""
        return None

    def feed(self, address: Address) -> str | None:
        """None."""
        return None

    def retracted(self, item: Item) -> int | None:
        """None."""
        return None


class Stored:
    """For items of a store. Whom it has looked up it remembers: one for each feed that is made."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._authors: dict[Address, Author | None] = {}

    def find(self, reference: Reference) -> Item | None:
        """Looks in the index of ids."""
        return next(iter(self._reader.find(str(reference))), None)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        """By the newest plan."""
        author = self._author(address)
        return {} if author is None else by_nick(author.following)

    def licence(self, address: Address) -> str | None:
        """By the newest plan."""
        author = self._author(address)
        return None if author is None else licence_of(author.properties)

    def feed(self, address: Address) -> str | None:
        """As it was followed, or found to have moved."""
        author = self._author(address) if address.is_web else None
        return None if author is None or author.web is None else author.web.url

    def retracted(self, item: Item) -> int | None:
        """As the record says that took it back."""
        return self._reader.retracted_at(item)

    def _author(self, address: Address) -> Author | None:
        if address not in self._authors:
            self._authors[address] = self._reader.author(address)
        return self._authors[address]
