"""What a feed tells of an item, before any format (RFC 4287 4.2; plan-format 3).

- The id of an entry is the record's reference as an IRI (`feeds.about`).
- An edit changes the text and `updated`, never the id or `published`.
- Left out is what there is nothing to read of, or no telling what it says: retracted, withheld and malformed records.
- An announcement is one sentence, and under it what each gets by it, where a commune shares something out. It says
  nothing of the moment at which it is read: the same items are the same entries tomorrow.
- A text stays as it was written, without the characters that XML can not carry. Each format escapes for itself.
- The verdict is the category ``verdict:verified`` and the like. A tag has no colon, so nobody can claim a verdict.
- What is no item, such as a finding (`feeds.findings`), comes as an `Entry`, and stays as it is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feeds.about import About, Person, called, clean, cut
from thimbl.core.address import AddressError, Reference, is_id
from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.participants import BOND_OFFER
from thimbl.core.commune.sentences import table
from thimbl.core.iri import record_iri
from thimbl.core.records import POST
from thimbl.core.terminal import safe_line
from thimbl.core.text import tags
from thimbl.core.times import DAY
from thimbl.store.types import Item

MOST_TITLE: Final = 100
"""Characters of a title: a line of a reader's list. The whole text is in the entry."""

UNTITLED: Final = "(no text)"
"""A title is required and not to be blank (RFC 4287 4.1.2), but a post may be."""

VERDICT: Final = "verdict:"
"""What the category of a verdict begins with."""

IMPORTED: Final = "imported:"
"""What the category begins with that says where a post stood before its author had this log (plan-format 8)."""

_FLOAT: Final = "float"
_CITING: Final = ("offer", "application", "payment", "transfer", "surrender", "of")

# RFC 3986 2, of the web: what an entry of somebody else's feed says of where it stands is a stranger's text.
_URL: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as a feed tells it. All strings can stand in XML once they are escaped."""

    id: str
    reference: Reference
    """The record that it tells of."""
    link: str
    """Where to read it: a page on the web, or the record's id."""
    title: str
    """One line, never blank."""
    subject: str | None
    """What its author folded the text under, on one line; never blank."""
    text: str
    """Plain text; lines end in LF."""
    author: Person
    source: Person
    """Whose plan it is in, or which feed of the web: its author, but for a finding, and for what somebody else wrote in
    a feed of many."""
    published: int
    """Unix seconds, as the author stated them; of what they said before they had this log, when that was."""
    updated: int
    """When the author changed it last, or else wrote it into their log, in Unix seconds."""
    in_reply_to: Reference | None
    """What it answers, which need not be in the feed."""
    related: tuple[Reference, ...]
    """Other records that it is about."""
    categories: tuple[str, ...]
    """The verdict, where it was imported from, and the tags of the text."""
    rights: str | None
    """The licence that the author gave, for the post or for all that is in the plan."""

    @property
    def verdict(self) -> str | None:
        """The verdict on its author; None where there is none."""
        return next((name.removeprefix(VERDICT) for name in self.categories if name.startswith(VERDICT)), None)


@dataclass(frozen=True, slots=True)
class Gone:
    """A post that its author took back: a format that can say so has readers drop it."""

    id: str
    when: int
    """Unix seconds."""


def entries_of(items: Iterable[Item | Entry], about: About) -> list[Entry]:
    """The entries of a feed, in the order of `items`, without those that are left out."""
    found = (item if isinstance(item, Entry) else entry_of(item, about) for item in items)
    return [entry for entry in found if entry is not None]


def entry_of(item: Item, about: About) -> Entry | None:
    """The entry of an item; None for one that is retracted, withheld or malformed."""
    text = None if item.retracted or item.withheld or item.malformed else _text(item, about)
    if text is None:
        return None
    subject = line_of(item.subject or "") or None
    return Entry(
        id=record_iri(item.reference),
        reference=item.reference,
        link=item.link if item.link and _URL.fullmatch(item.link) else about.page_of(item.reference),
        title=_title(subject, text),
        subject=subject,
        text=text,
        author=about.person(item.address, item.by or item.name),
        source=about.person(item.address, item.name),
        published=item.time if item.imported is None else item.imported.time,
        updated=item.time if item.edited is None else item.edited,
        in_reply_to=item.re,
        related=_cited(item),
        categories=_categories(item),
        rights=_rights(item, about),
    )


def gone_of(items: Iterable[Item | Entry], about: About) -> list[Gone]:
    """Those of `items` that were retracted, in their order, as far as it is known when."""
    return [
        Gone(record_iri(item.reference), when)
        for item in items
        if isinstance(item, Item) and item.retracted and (when := about.around.retracted(item)) is not None
    ]


def line_of(text: str) -> str:
    """A stranger's words as one line, of a bounded length; empty where nothing is to be seen of them."""
    return cut(clean(safe_line(text)), MOST_TITLE)


def newest_change(entries: Iterable[Entry], gone: Iterable[Gone], now: int) -> int:
    """When a feed was updated: with its newest entry, edit or retraction, in Unix seconds.

    Never after `now`, though plans of version 1 speak from the future: the same items give the same feed tomorrow. An
    empty one has no time of its own: it is of the day's beginning, so that those who ask again in an hour get the same.
    """
    changes = [*(entry.updated for entry in entries), *(one.when for one in gone)]
    return min(max(changes, default=now - now % DAY), now)


def _text(item: Item, about: About) -> str | None:
    """The text of a post, or an announcement as a sentence; None where the announcement makes no sense."""
    if item.kind == POST:
        return clean(item.text)
    try:
        what = announced(item.kind, item.body, None, item.code_of)
    except Malformed:
        return None
    if what is None:
        what = f"published an announcement of the kind {safe_line(item.kind)}"
    below = [f"{label}: {amount}" for label, amount in table(item.kind, item.body)]
    if item.kind == BOND_OFFER:
        # What a buyer should know, in the co-op's own words (commune.md 2).
        below += [f"{name}: {item.body[name]}" for name in ("description", "risk") if item.body.get(name)]
    elif item.kind == _FLOAT and (offer := _floated(item, about)) is not None:
        below.append(offer)
    return clean("\n".join([f"{called(item.name) or item.address} {what}.", *([""] if below else []), *below]))


def _floated(item: Item, about: About) -> str | None:
    """What a floated offer says: who reads a commune's feed alone knows by that what is for sale. None where the offer
    is not here."""
    for reference in _cited(item):
        offer = about.around.find(reference)
        if offer is not None and offer.kind == BOND_OFFER and not offer.withheld:
            return _text(offer, about)
    return None


def _title(subject: str | None, text: str) -> str:
    """The subject; otherwise the first line that says something."""
    return next(filter(None, map(line_of, (subject or "", *text.splitlines()))), UNTITLED)


def _cited(item: Item) -> tuple[Reference, ...]:
    """The single records that an announcement cites (commune.md 2 and 3); those of its lists are in the ledger."""
    if item.kind == POST:
        return ()
    found = []
    for field in _CITING:
        if isinstance(cited := item.body.get(field), str):
            try:
                found.append(Reference(item.address, cited) if is_id(cited) else Reference.parse(cited))
            except AddressError:
                continue
    return tuple(dict.fromkeys(found))


def _categories(item: Item) -> tuple[str, ...]:
    verdict = () if item.verdict is None else (f"{VERDICT}{item.verdict}",)
    origin = () if item.imported is None else (f"{IMPORTED}{item.imported.source}",)
    return verdict + origin + (tags(item.text) if item.kind == POST else ())


def _rights(item: Item, about: About) -> str | None:
    """The licence of a post; without one, that of the plan. What is to be seen of neither is none."""
    if item.kind != POST:
        return None
    said = (item.licence, about.around.licence(item.address))
    return next(filter(None, (line_of(licence) for licence in said if licence is not None)), None)
