"""What web pages show of copies: the plans of people elsewhere that this host may show (plan-format 6).

All of it comes from the store of the daemon's account, as the poller verified it, and only of those of whom
`thimbl.node.serving.copies` answers Finger too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from thimbl.core.address import Address, Reference
from thimbl.core.commune.study import Study
from thimbl.core.plan import Head, Plan, by_nick
from thimbl.core.records import Record
from thimbl.home.shown import Listing, Profile
from thimbl.node.serving.copies import Copies, Copy
from thimbl.node.serving.glance import agreed
from thimbl.node.serving.thread import MAX_ANSWERS
from thimbl.node.serving.webarchive import LogFiles, StoreBeside
from thimbl.node.serving.weblog import is_shown, public
from thimbl.store.copying import copy_of
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item, Selection, View

if TYPE_CHECKING:
    from thimbl.node.serving.communes import CommunePages

SPARE: Final = 10
"""Items that are read beyond a page: some may be taken back, and whether more follow is to be told."""


class WebCopies:
    """Answers for copies. It belongs to the reactor's thread."""

    def __init__(self, copies: Copies, communes: "CommunePages | None") -> None:
        self._copies, self._communes = copies, communes

    def profile(self, address: Address) -> Profile | None:
        """What an author's plan says; None where no copy is shown."""
        found = self._copies.find(address)
        if found is None:
            return None
        author = found[1]
        return Profile(
            who=str(author.address),
            address=author.address,
            name=author.name,
            bio=author.bio,
            properties=author.properties,
            following=author.following,
            key=author.key,
            verdict=author.verdict,
            updated=author.updated,
            records=author.seq,
            listed=agreed(author.properties),
            copied=True,
            moved_to=author.moved_to,
            is_commune=author.address in self.commune_addresses(),
        )

    def who_is(self, address: Address) -> str | None:
        """How pages name them: by the address that they have now."""
        found = self._copies.find(address)
        return None if found is None else str(found[1].address)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        """What they call those whom they follow."""
        found = self._copies.find(address)
        return {} if found is None else by_nick(found[1].following)

    def posts(self, address: Address, before: str, limit: int) -> Listing:
        """What they wrote, newest first. `before` is the id of the last item that was seen: an item of theirs keeps its
        place in the store. Raises `LookupError` where it is not there."""
        found = self._copies.find(address)
        if found is None:
            return Listing()
        reader, author = found
        rowids = reader.rowids(Selection(View.AUTHOR, author=author.address))
        if before:
            last = self._one(reader, author, before)
            if last is None:
                raise LookupError(before)
            rowids = [rowid for rowid in rowids if rowid < last.rowid]
        shown: list[Item] = []
        at = 0
        while at < len(rowids) and len(shown) <= limit:
            some = rowids[at : at + limit + SPARE]
            shown += [item for item in reader.items(some) if is_shown(item)]
            at += len(some)
        page = shown[:limit]
        return Listing(tuple(map(public, page)), page[-1].id if len(shown) > limit else None)

    def signed(self, address: Address) -> tuple[Head, Iterator[Record]] | None:
        """The newest head that was verified, and the records that hang on it, newest first."""
        found = self._copies.find(address)
        copy = None if found is None else copy_of(found[0], found[1].address)
        return None if copy is None else (copy.head, (one for _, page in copy.pages() for one in reversed(page)))

    def archive(self, address: Address) -> LogFiles | None:
        """Their log as files, down to the first gap."""
        found = self._copies.find(address)
        copy = None if found is None else copy_of(found[0], found[1].address)
        if found is None or copy is None:
            return None
        return LogFiles(Plan(copy.head, ()), StoreBeside(found[0], Copy(found[1], copy.head, copy.floor)))

    def find(self, address: Address, prefix: str) -> Sequence[str]:
        """The ids of their records that begin so."""
        found = self._copies.find(address)
        return [] if found is None else [item.id for item in found[0].find(f"{found[1].address}#{prefix}")]

    def item(self, reference: Reference) -> Item | None:
        """One record of theirs."""
        found = self._copies.find(reference.address)
        one = None if found is None else self._one(found[0], found[1], reference.id)
        return None if one is None else public(one)

    def answers(self, reference: Reference) -> list[Item]:
        """What answers a record, by those of whom a copy is shown."""
        reader = self._copies.store()
        if reader is None:
            return []
        items = [place.item for place in reader.thread(reference) if place.item is not None]
        # The id alone: after a move the same record is named by two addresses.
        direct = [item for item in items if item.re is not None and item.re.id == reference.id and is_shown(item)]
        shown = {address: self._copies.find(address) is not None for address in {item.address for item in direct}}
        return [public(item) for item in direct if shown[item.address]][:MAX_ANSWERS]

    def commune_addresses(self) -> Sequence[Address]:
        """Of which communes there is a ledger."""
        return () if self._communes is None else self._communes.addresses()

    def communes(self) -> Sequence[Study]:
        """All ledgers, by address."""
        return () if self._communes is None else self._communes.studies()

    def commune(self, address: Address) -> Study | None:
        """One ledger."""
        return None if self._communes is None else self._communes.study(address)

    def ledgers_changed(self) -> int | None:
        """When what these follow from became another, as far as was seen here."""
        return None if self._communes is None else self._communes.changed

    @staticmethod
    def _one(reader: Reader, author: Author, id_: str) -> Item | None:
        items = reader.find(f"{author.address}#{id_}")
        return items[0] if len(items) == 1 else None
