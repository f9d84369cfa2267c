"""A source of which only some accounts are shown, as a site of files has them.

- Those who agreed to be listed, the account whose site it is, and the communes that are followed; others who live
  elsewhere where they are wanted. Who did not agree to be listed is not told of: files can be looked through.
- To anybody else pages link by Finger, as they do to whoever is not known here at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from thimbl.core.address import Address, Reference
from thimbl.core.plan import Head
from thimbl.core.records import Record
from thimbl.home.shown import Archive, Listed, Listing, Profile, Source, Thread
from thimbl.store.types import Item

if TYPE_CHECKING:
    from thimbl.core.commune.study import Study


class Chosen:
    """A `thimbl.home.shown.Source` over another. `own` are names of accounts here that are shown in any case."""

    def __init__(self, source: Source, own: Collection[str] = (), *, copies: bool = True) -> None:
        self._source = source
        listed = {one.who: one for one in source.accounts() or ()}
        for who in own:
            profile = source.profile(who)
            if profile is not None:
                listed.setdefault(who, Listed(who, profile.name, self._newest(who)))
        self._listed = [listed[who] for who in sorted(listed)]
        self._copies = [one for one in source.copies() if copies or source.commune(str(one)) is not None]
        communes = (source.who_is(study.commune) for study in source.communes())
        self._shown = {*listed, *map(str, self._copies), *(who for who in communes if who is not None)}

        self._names: dict[Address, str | None] = {}
        """What was asked before: a site is of one moment, and names the same people on every page."""

    def _newest(self, who: str) -> int | None:
        return next((item.time for item in self._source.posts(who, limit=1).items), None)

    def message(self) -> str:
        """See `thimbl.home.shown.Source`, here and below."""
        return self._source.message()

    def copies(self) -> Sequence[Address]:
        return self._copies

    def accounts(self) -> Sequence[Listed] | None:
        return self._listed

    def profile(self, who: str) -> Profile | None:
        return self._source.profile(who) if who in self._shown else None

    def posts(self, who: str, before: str = "", limit: int = 0) -> Listing:
        return self._source.posts(who, before, limit)

    def find(self, who: str, prefix: str) -> Sequence[str]:
        return self._source.find(who, prefix)

    def thread(self, who: str, id: str) -> Thread | None:
        found = self._source.thread(who, id)
        if found is None:
            return None
        above = found.above if found.above is not None and self._is_shown(found.above) else None
        return Thread(found.item, above, tuple(filter(self._is_shown, found.answers)))

    def timeline(self, before: str = "", limit: int = 0) -> Listing | None:
        return self._of_shown(self._source.timeline(before, limit))

    def tagged(self, tag: str, before: str = "", limit: int = 0) -> Listing | None:
        return self._of_shown(self._source.tagged(tag, before, limit))

    def plan(self, who: str) -> bytes | None:
        return self._source.plan(who) if who in self._shown else None

    def signed(self, who: str) -> tuple[Head, Iterator[Record]] | None:
        return self._source.signed(who) if who in self._shown else None

    def archive(self, who: str) -> Archive | None:
        return self._source.archive(who) if who in self._shown else None

    def who_is(self, address: Address) -> str | None:
        if address not in self._names:
            who = self._source.who_is(address)
            self._names[address] = who if who in self._shown else None
        return self._names[address]

    def nicks(self, address: Address) -> Mapping[str, Address]:
        return self._source.nicks(address)

    def communes(self) -> "Sequence[Study]":
        return self._source.communes()

    def commune(self, who: str) -> "Study | None":
        return self._source.commune(who) if who in self._shown else None

    def ledgers_changed(self) -> int | None:
        return self._source.ledgers_changed()

    def item(self, reference: Reference) -> Item | None:
        return None if self.who_is(reference.address) is None else self._source.item(reference)

    def _is_shown(self, item: Item) -> bool:
        return self.who_is(item.address) is not None

    def _of_shown(self, listing: Listing | None) -> Listing | None:
        return None if listing is None else Listing(tuple(filter(self._is_shown, listing.items)), listing.older)
