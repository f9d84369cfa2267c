"""What the daemon's web pages may ask: the accounts here and the copies, as Finger shows them and no more.

One `WebSource` stands on one `Answerer`: the same files, the same leave to show them, the same aliases, reserved names,
copies and lists. It belongs to the reactor's thread.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from finger.query import Query, QueryError
from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.commune.study import Study
from thimbl.core.plan import Head
from thimbl.core.records import Record
from thimbl.home.shown import Archive, Listed, Listing, Profile, Thread
from thimbl.node.serving.answering import REFUSED, Answerer
from thimbl.node.serving.refreshed import Background, Refreshed
from thimbl.node.serving.thread import MAX_ANSWERS, MAX_WRITERS
from thimbl.node.serving.webcopies import WebCopies
from thimbl.node.serving.webhere import Here, HereAccounts
from thimbl.node.serving.webnewest import Gatherer, Newest, page_of
from thimbl.store.types import Item

PAGE: Final = 30
"""Items of a list where no number is asked for."""


class WebSource:
    """A `thimbl.home.shown.Source` over what a Finger daemon answers from. `clock` is Unix seconds.

    `background` runs work in a thread, as `reactor.callInThread` does.
    """

    def __init__(
        self, answerer: Answerer, background: Background | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._answerer, self._door, self._pages = answerer, answerer.door, answerer.reserved
        self._here = HereAccounts(answerer.accounts, answerer.plans, self._pages.threads.series, clock)
        self._copies = None if answerer.copies is None else WebCopies(answerer.copies, self._pages.communes)
        gatherer = Gatherer(self._door.census, answerer.copies, self._here.verdict, clock)
        self._newest: Refreshed[Newest | None] = Refreshed(gatherer.gather, background)

    def begin(self, patience: float = 0.0) -> None:
        """Set off what takes a while, before somebody waits for it; the newest, as soon as it is known of whom. For
        each it waits so many seconds at most."""
        self._door.begin(lambda: self._newest.current(patience=0.0), patience)
        if patience > 0 and self._newest.current(patience) is None:
            self._newest.wait(patience)  # where it was told in another thread already

    # the host

    def message(self) -> str:
        """See `thimbl.home.shown.Source`, here and below."""
        return self._door.words()

    def copies(self) -> Sequence[Address]:
        return self._door.copied()

    def accounts(self) -> Sequence[Listed] | None:
        census = self._door.census()
        if census is None:
            return None
        return [Listed(entry.account.name, entry.name or "", entry.newest) for entry in census.listed]

    def timeline(self, before: str = "", limit: int = 0) -> Listing | None:
        newest = self._newest.current()
        return None if newest is None else self._page(newest, newest.items, before, limit)

    def tagged(self, tag: str, before: str = "", limit: int = 0) -> Listing | None:
        newest = self._newest.current()
        return None if newest is None else self._page(newest, newest.by_tag.get(tag, ()), before, limit)

    def _page(self, newest: Newest, items: Sequence[Item], before: str, limit: int) -> Listing:
        """With the codes of series, which are looked up for what is shown alone."""
        listing = page_of(items, before, limit or PAGE, newest.changed)
        return replace(listing, items=tuple(map(self._with_series, listing.items)))

    def _with_series(self, item: Item) -> Item:
        offer = item.body.get("offer")
        known = item.series is not None or not isinstance(offer, str)
        return item if known else replace(item, series=self._pages.threads.series(str(offer)))

    # accounts

    def profile(self, who: str) -> Profile | None:
        here, address = self._meant(who)
        if here is None:
            return None if address is None or self._copies is None else self._copies.profile(address)
        if self._copies is not None and here.profile.address in self._copies.commune_addresses():
            return replace(here.profile, is_commune=True)
        return here.profile

    def plan(self, who: str) -> bytes | None:
        user, at, host = who.partition("@")
        if self.profile(who) is None:
            return None
        try:
            raw = self._answerer(Query(user, (host,) if at else ()))
        except QueryError:
            return None
        return None if raw == REFUSED else raw

    def posts(self, who: str, before: str = "", limit: int = 0) -> Listing:
        here, address = self._meant(who)
        if here is not None:
            return self._here.posts(here, before, limit or PAGE)
        if address is None or self._copies is None:
            return Listing()
        return self._copies.posts(address, before, limit or PAGE)

    def signed(self, who: str) -> tuple[Head, Iterator[Record]] | None:
        here, address = self._meant(who)
        if here is not None:
            return self._here.signed(here)
        return None if address is None or self._copies is None else self._copies.signed(address)

    def archive(self, who: str) -> Archive | None:
        here, address = self._meant(who)
        if here is not None:
            return self._here.archive(here)
        return None if address is None or self._copies is None else self._copies.archive(address)

    def who_is(self, address: Address) -> str | None:
        here = self._here.at(address)
        if here is not None:
            return here.profile.who
        return None if self._copies is None else self._copies.who_is(address)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        here = self._here.at(address)
        if here is not None:
            return here.nicks
        return {} if self._copies is None else self._copies.nicks(address)

    # records

    def find(self, who: str, prefix: str) -> Sequence[str]:
        here, address = self._meant(who)
        if here is not None:
            return self._here.find(here, prefix)
        return [] if address is None or self._copies is None else self._copies.find(address, prefix)

    def thread(self, who: str, id: str) -> Thread | None:
        here, address = self._meant(who)
        if here is not None:
            item = self._here.item(here, id)
        else:
            item = None if address is None or self._copies is None else self._copies.item(Reference(address, id))
        if item is None:
            return None
        return Thread(item, None if item.re is None else self.item(item.re), tuple(self._answers(item.reference)))

    def item(self, reference: Reference) -> Item | None:
        here = self._here.at(reference.address)
        if here is not None:
            return self._here.item(here, reference.id)
        return None if self._copies is None else self._copies.item(reference)

    def _answers(self, reference: Reference) -> list[Item]:
        """What answers a record, oldest first: of those who agreed to be listed, and of copies that are shown."""
        census = self._door.census()
        found: dict[str, Item] = {}
        for account in () if census is None else census.answers.get(reference.id, ())[:MAX_WRITERS]:
            here = self._here.named(account.name)
            found |= {item.id: item for item in ([] if here is None else self._here.answers(here, reference))}
        for item in [] if self._copies is None else self._copies.answers(reference):
            found.setdefault(item.id, item)
        return sorted(found.values(), key=lambda item: item.time)[:MAX_ANSWERS]

    # communes

    def communes(self) -> Sequence[Study]:
        return [] if self._copies is None else self._copies.communes()

    def commune(self, who: str) -> Study | None:
        here, address = self._meant(who)
        of = address if here is None else here.profile.address
        return None if of is None or self._copies is None else self._copies.commune(of)

    def ledgers_changed(self) -> int | None:
        return None if self._copies is None else self._copies.ledgers_changed()

    def _meant(self, who: str) -> tuple[Here | None, Address | None]:
        """Whom a path names: an account here, or an address that may be of a copy."""
        if "@" not in who:
            page = self._pages.pages.get(who)
            if page is not None and not page.yields:
                return None, None  # as with Finger, no account takes a page's place
            return self._here.named(self._answerer.aliases.get(who, who)), None
        try:
            address = Address.parse(who)
        except AddressError:
            return None, None
        return self._here.at(address), address
