"""What a feed tells of an item, before any format (RFC 4287 4.2; plan-format 3).

- The id of an entry is ``finger://HOST[:PORT]/USER#ID``: the record's reference as an IRI (docs/decisions/0006). It is
  ASCII and already in normal form, so readers may compare it character by character (RFC 4287 4.2.6.1).
- An edit changes the text and `updated`, never the id or `published`.
- Left out is what there is nothing to read of, or no telling what it says: retracted, withheld and malformed records.
- An announcement is one sentence, and under it what each gets by it, where a commune shares something out.
- Lines that this program puts together of its own words and a stranger's (titles, names, rights) are made visible as on
  a terminal; a text stays as it was written, without the characters that XML can not carry. Each format escapes for
  itself.
- The verdict is the category ``verdict:verified`` and the like. A tag has no colon, so nobody can claim a verdict.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from thimbl.core.address import Address, Reference
from thimbl.core.announcements import announced
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.sentences import table
from thimbl.core.records import POST
from thimbl.core.terminal import safe_line
from thimbl.core.text import tags
from thimbl.store.types import Item

MOST_TITLE: Final = 100
"""Characters of a title: a line of a reader's list. The whole text is in the entry."""

MOST_NAME: Final = 60
"""Characters of an author's name, so that the address behind it is not pushed out of sight."""

UNTITLED: Final = "(no text)"
"""A title is required and not to be blank (RFC 4287 4.1.2), but a post may be."""

# XML 1.0 2.2 "Char" says what may stand in a document; of that, these are left out too: DEL and the C1 controls, which
# a reader in a terminal would act on, and the code points that are no characters. XML discourages both.
_UNFIT: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    + "".join(f"{chr(plane << 16)}-{chr(plane << 16 | 0xFFFD)}" for plane in range(1, 17))
    + "]"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something."""

    name: str
    """Their own name and, since anyone can take any name, their address."""
    iri: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as a feed tells it. All strings can stand in XML once they are escaped."""

    id: str
    title: str
    """One line, never blank."""
    text: str
    """Plain text; lines end in LF."""
    author: Person
    published: int
    """Unix seconds, as the author stated them."""
    updated: int
    """When the author changed it last, in Unix seconds; `published` where they did not."""
    in_reply_to: str | None
    """Id of what it answers, which need not be in the feed."""
    categories: tuple[str, ...]
    """The verdict, then the tags of the text."""
    rights: str | None
    """The licence that the author gave."""


@dataclass(frozen=True, slots=True)
class About:
    """Which feed it is: what one account wrote, or, as `timeline`, all that its owner reads; of one tag, if given."""

    address: Address
    name: str
    """The owner's own name; may be empty."""
    timeline: bool = False
    tag: str | None = None
    """Folded, without ``#`` (`thimbl.core.text.fold_tag`)."""

    @property
    def id(self) -> str:
        """The feed's own IRI: that of the account, and what the feed is of it. No record has such an id."""
        parts = (["timeline"] if self.timeline else []) + (["tag", quote(self.tag, safe="")] if self.tag else [])
        return account_iri(self.address) + ("#" + "/".join(parts) if parts else "")

    @property
    def title(self) -> str:
        """What a reader calls the feed."""
        tag = f" #{clean(self.tag)}" if self.tag else ""
        return ("Timeline of " if self.timeline else "") + self.owner.name + tag

    @property
    def subtitle(self) -> str:
        """A sentence on what is in it."""
        what = f"What {self.owner.name} " + ("and those whom they follow have written" if self.timeline else "wrote")
        return what + (f" under #{clean(self.tag)}." if self.tag else ".")

    @property
    def owner(self) -> Person:
        """Whose feed it is."""
        return _person(self.address, self.name)


def entries_of(items: Iterable[Item], now: int) -> list[Entry]:
    """The entries of a feed, in the order of `items`, without those that are left out. `now` is Unix seconds."""
    return [entry for item in items if (entry := entry_of(item, now)) is not None]


def entry_of(item: Item, now: int) -> Entry | None:
    """The entry of an item; None for one that is retracted, withheld or malformed.

    `now`, in Unix seconds, only says in how many days an offer closes.
    """
    text = None if item.retracted or item.withheld or item.malformed else _text(item, now)
    if text is None:
        return None
    return Entry(
        id=record_iri(item.reference),
        title=_title(item, text),
        text=text,
        author=_person(item.address, item.name),
        published=item.time,
        updated=item.time if item.edited is None else item.edited,
        in_reply_to=None if item.re is None else record_iri(item.re),
        categories=_categories(item),
        rights=_rights(item),
    )


def newest_change(entries: Iterable[Entry], now: int) -> int:
    """When a feed was updated: with its newest entry or edit, in Unix seconds; at `now` where it is empty.

    Never after `now`, though plans of version 1 speak from the future: the same items give the same feed tomorrow.
    """
    return min(max((entry.updated for entry in entries), default=now), now)


def account_iri(address: Address) -> str:
    """``finger://host[:port]/user``. All characters of an address are fit for an IRI as they are."""
    return f"finger://{address.hostport}/{address.user}"


def record_iri(reference: Reference) -> str:
    """``finger://host[:port]/user#id``."""
    return f"{account_iri(reference.address)}#{reference.id}"


def clean(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids or discourages; CRLF and CR become LF."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _person(address: Address, name: str) -> Person:
    label = _cut(clean(safe_line(name)), MOST_NAME)
    return Person(f"{label} ({address})" if label else str(address), account_iri(address))


def _text(item: Item, now: int) -> str | None:
    """The text of a post, or an announcement as a sentence; None where the announcement makes no sense."""
    if item.kind == POST:
        return clean(item.text)
    try:
        what = announced(item.kind, item.body, now, item.code_of)
    except Malformed:
        return None
    if what is None:
        what = f"published an announcement of the kind {safe_line(item.kind)}"
    who = _cut(clean(safe_line(item.name)), MOST_NAME) or str(item.address)
    shares = "".join(f"\n{label}: {amount}" for label, amount in table(item.kind, item.body))
    return clean(f"{who} {what}." + (f"\n{shares}" if shares else ""))


def _title(item: Item, text: str) -> str:
    """The subject; otherwise the first line that says something."""
    lines = (safe_line(line) for line in (item.subject or "", *text.splitlines()))
    return _cut(clean(next(filter(None, lines), "")), MOST_TITLE) or UNTITLED


def _categories(item: Item) -> tuple[str, ...]:
    verdict = () if item.verdict is None else (f"verdict:{item.verdict}",)
    return verdict + (tags(item.text) if item.kind == POST else ())


def _rights(item: Item) -> str | None:
    licence = item.body.get("license") if item.kind == POST else None
    return _cut(clean(safe_line(licence)), MOST_TITLE) or None if isinstance(licence, str) else None


def _cut(line: str, most: int) -> str:
    """At most `most` characters of a line: whole words where that keeps half of them, and never half a character."""
    if len(line) <= most:
        return line.strip()
    end = line.rfind(" ", most // 2, most)
    if end < 0:
        end = most - 1
        while end and (unicodedata.category(line[end])[0] == "M" or "\u200d" in line[end - 1 : end + 1]):
            end -= 1
    return line[: end or most - 1].strip() + "…"
