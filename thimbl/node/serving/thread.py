"""The page `NAME/thread/ID`: a post with what it answers and what answers it, as far as this host knows; or one
announcement, as a sentence and a table.

What answers it is looked for in the newest windows of those who agreed to be listed, and in copies that this host shows
to strangers: a page must not tell of an account that nobody named and that did not agree to be told of.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from thimbl.core.address import SHOWN_ID, Address, AddressError, Reference
from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.sentences import table
from thimbl.core.plan import Plan
from thimbl.core.records import EDIT, POST
from thimbl.core.terminal import safe_line
from thimbl.node.serving.accounts import Account, Accounts
from thimbl.node.serving.finding import Found, find_post
from thimbl.node.serving.frontdoor import FrontDoor
from thimbl.node.serving.pages import heading, indented, moment, page, paragraph, post_block
from thimbl.node.serving.parsed import ParsedPlans
from thimbl.node.serving.posts import Post, posts_now

if TYPE_CHECKING:
    from thimbl.node.serving.copies import Copies
    from thimbl.store.types import Item

MAX_WRITERS: Final = 16
"""Accounts whose plans are read through for answers: each may cost some milliseconds."""

MAX_ANSWERS: Final = 50
"""Answers on a page: as many screens as anybody turns."""

MAX_ECHO: Final = 8
"""Ids that an ambiguous one is answered with."""


@dataclass(frozen=True, slots=True)
class Said:
    """A post and who wrote it, ready to be shown."""

    who: str
    """The login of an account here, or an address."""
    name: str
    post: Post

    @property
    def asked_as(self) -> str:
        """The query that shows all of it."""
        user, at, host = self.who.partition("@")
        return f"{user}/thread/{self.post.id[:SHOWN_ID]}{at}{host}"


class ThreadPages:
    """Makes these pages. `clock` is Unix seconds."""

    def __init__(
        self,
        accounts: Accounts,
        door: FrontDoor,
        copies: "Copies | None",
        plans: ParsedPlans,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._accounts, self._door, self._copies, self._plans, self._clock = accounts, door, copies, plans, clock

    def page(self, account: Account, words: list[str]) -> str:
        """The page of an account here."""
        asked = safe_line("/".join([account.name, "thread", *words]))[:100]
        published = self._plans.read(account)
        plan = None if published is None else published.plan
        if len(words) != 1 or not words[0]:
            return f"finger: {asked}: give the id of a post: {account.name}/thread/ID.\n"
        found = () if plan is None else find_post(account, plan, words[0].lower())
        if plan is None or isinstance(found, tuple):
            return _not_one(asked, found if isinstance(found, tuple) else ())
        name = plan.head.name or account.full_name
        if found.post is None:
            return page("", [self._bare(account.name, name, found)])
        return self._whole(Said(account.name, name, found.post), Reference(plan.head.address, found.record.id))

    def copy(self, address: Address, words: list[str]) -> str | None:
        """The page of somebody of whom this host shows a copy; None where it does not."""
        shown = None if self._copies is None else self._copies.find(address)
        if shown is None:
            return None
        reader, author = shown
        asked = safe_line(f"{address.user}/thread/{'/'.join(words)}@{address.hostport}")[:100]
        items = reader.find(f"{author.address}#{words[0].lower()}") if len(words) == 1 and words[0] else []
        if len(items) != 1:
            return _not_one(asked, tuple(item.id for item in items))
        if (post := _post_of(items[0])) is None:
            lines = heading(str(address), moment(items[0].time), items[0].id[:SHOWN_ID])
            return page("", [[*lines, *_bare(items[0].kind, items[0].body, int(self._clock()), items[0].series)]])
        return self._whole(Said(str(address), author.name, post), items[0].reference)

    def _bare(self, who: str, name: str, found: Found) -> list[str]:
        lines = heading(who, moment(found.record.time), found.record.id[:SHOWN_ID])
        offer = found.record.body.get("offer")
        series = self.series(offer) if isinstance(offer, str) else None
        return [*lines, *_bare(found.record.kind, found.record.body, int(self._clock()), series)]

    def series(self, offer: str) -> str | None:
        """The code of an offer's series, where the offer is in a plan or a copy that is here."""
        try:
            reference = Reference.parse(offer)
        except AddressError:
            return None
        account = self._accounts.find(reference.address.user)
        published = None if account is None else self._plans.read(account)
        if published is not None and published.plan is not None and published.plan.head.address == reference.address:
            bodies = [record.body for record in published.plan.records if record.id == reference.id]
        else:
            shown = None if self._copies is None else self._copies.find(reference.address)
            bodies = [] if shown is None else [item.body for item in shown[0].find(offer)]
        code = next((body.get("series") for body in bodies), None)
        return code if isinstance(code, str) else None

    def _whole(self, said: Said, reference: Reference) -> str:
        above = None if said.post.re is None else self._at(said.post.re)
        blocks = [] if above is None else [_block(above)]
        blocks.append(_block(said, whole=True))
        answers = self._answers(reference)
        if said.post.re is not None and above is None:
            blocks.append(paragraph("What it answers is not here."))
        if not answers:
            return page("", blocks, "Of those whose posts are here, nobody has answered it.")
        count = f"{len(answers)} answer" + ("s" if len(answers) > 1 else "")
        return page("", [*blocks, paragraph(f"{count}:"), *map(_block, answers)])

    def _at(self, reference: Reference) -> Said | None:
        """A post by its reference, of an account here or in a copy."""
        account = self._accounts.find(reference.address.user)
        published = None if account is None else self._plans.read(account)
        plan: Plan | None = None if published is None else published.plan
        if account is not None and plan is not None and plan.head.address == reference.address:
            found = find_post(account, plan, reference.id)
            if isinstance(found, Found) and found.post is not None:
                return Said(account.name, plan.head.name or account.full_name, found.post)
            return None
        shown = None if self._copies is None else self._copies.find(reference.address)
        if shown is None:
            return None
        for item in shown[0].find(str(reference)):
            if (post := _post_of(item)) is not None:
                return Said(str(item.address), item.name, post)
        return None

    def _answers(self, reference: Reference) -> list[Said]:
        """What answers a post, oldest first."""
        census = self._door.census()
        said: dict[str, Said] = {}
        for account in () if census is None else census.answers.get(reference.id, ())[:MAX_WRITERS]:
            published = self._plans.read(account)
            if published is None or published.plan is None:
                continue
            for post in posts_now(published.plan.records):
                if post.re == reference:
                    said[post.id] = Said(account.name, published.name, post)
        for item in self._copied(reference):
            copied = _post_of(item)
            if item.id not in said and copied is not None:
                said[item.id] = Said(str(item.address), item.name, copied)
        return sorted(said.values(), key=lambda one: one.post.time)[:MAX_ANSWERS]

    def _copied(self, reference: Reference) -> "list[Item]":
        """Items of the store that answer a post, by those of whom a copy is shown."""
        reader = None if self._copies is None else self._copies.store()
        if reader is None or self._copies is None:
            return []
        items = [place.item for place in reader.thread(reference) if place.item is not None]
        # The id alone: after a move the same record is named by two addresses.
        direct = [item for item in items if item.re is not None and item.re.id == reference.id][:MAX_ANSWERS]
        shown = {address: self._copies.find(address) is not None for address in {item.address for item in direct}}
        return [item for item in direct if shown[item.address]]


def _post_of(item: "Item") -> Post | None:
    if item.kind != "post" or item.retracted or item.withheld or item.malformed is not None:
        return None
    edited = item.edited is not None
    return Post(
        item.id, item.time, item.text, item.subject or "", item.re, edited, item.licence or "", item.imported
    )


def _block(said: Said, *, whole: bool = False) -> list[str]:
    return post_block(said.who, said.name, said.post, asked_as=said.asked_as, whole=whole)


def _bare(kind: str, body: Mapping[str, Any], now: int, series: str | None) -> list[str]:
    """The lines under the heading of what is no post that can be read."""
    if kind in (POST, EDIT):
        return indented("[not to be read: its author took it back, or it is a change to another]")
    try:
        said = announced(kind, body, now, lambda offer: series)
    except Malformed:
        said = None
    if said is None:
        return indented(f"[no post, but a record of the kind {safe_line(kind)}]")
    return [*indented(f"{said}."), *(line for row in table(kind, body) for line in indented(": ".join(row)))]


def _not_one(asked: str, ids: tuple[str, ...]) -> str:
    if not ids:
        return f"finger: {asked}: no such post.\n"
    some = ", ".join(id_[: SHOWN_ID + 4] for id_ in ids[:MAX_ECHO])
    return f"finger: {asked}: several posts begin so ({some}): give more of the id.\n"
