"""What a feed is of, and how it, its people and its records are named (RFC 4287 4.2.6; docs/decisions/0006).

- The id of an account is ``finger://HOST[:PORT]/USER``, that of a record ``finger://HOST[:PORT]/USER#ID``, and each
  other feed adds to the account's what it is of it: ``#timeline``, ``#tag/leeks``, ``#announcements``, ``#findings``.
  They are ASCII and in normal form, so readers may compare them character by character (4.2.6.1).
- Where a feed and its pages are on the web, if they are, is told beside the ids and never makes one: a feed that is
  moved, or served by two hosts, has the ids that it had.
- Lines that this program puts together of its own words and a stranger's (titles, names) are made visible as on a
  terminal; each format escapes for itself.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from feeds.around import Around, Nothing
from feeds.carried import Carried
from thimbl.core.address import Address, Reference
from thimbl.core.iri import account_iri, record_iri
from thimbl.core.terminal import safe_line
from thimbl.core.unfit import UNFIT

MOST_NAME: Final = 60
"""Characters of a name in a line of ours, so that the address behind it is not pushed out of sight."""

Link = Callable[[Reference], str | None]
"""The address of a record's page on the web; None where it has none."""

_NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something."""

    name: str
    """Their own name and, since anyone can take any name, their address."""
    iri: str


class What(StrEnum):
    """Which items a feed is of. The value is what its id adds to the account's."""

    ACCOUNT = ""
    """What one account wrote."""
    TIMELINE = "timeline"
    """All that its owner reads: it tells whom they follow."""
    HOST = "host"
    """What those wrote whom a host shows to everybody. The address is ``timeline@HOST``, as for Finger (commune.md
    8)."""
    ANNOUNCEMENTS = "announcements"
    """What a commune announced, without its posts (commune.md 3)."""
    FINDINGS = "findings"
    """Where a commune's records do not follow from each other (commune.md 7)."""


@dataclass(frozen=True, slots=True)
class About:
    """Which feed it is, and where it is on the web."""

    address: Address
    name: str
    """The owner's own name; may be empty."""
    what: What = What.ACCOUNT
    tag: str | None = None
    """Only of this tag; folded, without ``#`` (`thimbl.core.text.fold_tag`)."""
    url: str | None = None
    """Where this feed is published, an absolute URL in ASCII; None where it is not known."""
    page: str | None = None
    """Address of the page that shows the same to people; None: the account's ``finger:`` IRI stands for it."""
    link: Link | None = None
    """The page of each record; without it, and where it knows of none, the record's id."""
    around: Around = _NOTHING
    """What is known beside the items."""
    plan: Carried | None = None
    """The signed plan that goes along: of the feed of one account alone, and of none whose plan nobody signed."""

    @property
    def is_of_one(self) -> bool:
        """Whether it is the feed of an account itself: any other tells of each entry whose it is."""
        return self.what is What.ACCOUNT and self.tag is None

    @property
    def id(self) -> str:
        """The feed's own IRI. No record has such an id."""
        of_host = self.what is What.HOST  # `timeline@HOST` says it already
        parts = ([self.what.value] if self.what.value and not of_host else []) + (
            ["tag", quote(self.tag, safe="")] if self.tag else []
        )
        return account_iri(self.address) + ("#" + "/".join(parts) if parts else "")

    @property
    def title(self) -> str:
        """What a reader calls the feed."""
        tag = f" #{clean(self.tag)}" if self.tag else ""
        before = {What.TIMELINE: "Timeline of ", What.ANNOUNCEMENTS: "Announcements of ", What.FINDINGS: "Findings at "}
        return before.get(self.what, "") + self.owner.name + tag

    @property
    def subtitle(self) -> str:
        """A sentence on what is in it."""
        who, under = self.owner.name, f" under #{clean(self.tag)}." if self.tag else "."
        match self.what:
            case What.ACCOUNT:
                return f"What {who} wrote" + under
            case What.TIMELINE:
                return f"What {who} and those whom they follow have written" + under
            case What.HOST:
                return f"What those wrote whom {self.address.hostport} shows to everybody" + under
            case What.ANNOUNCEMENTS:
                return f"What {who} announced" + under
            case What.FINDINGS:
                return f"Where the records of {who} do not follow from each other" + under

    @property
    def owner(self) -> Person:
        """Whose feed it is."""
        return self.person(self.address, self.name)

    @property
    def home(self) -> str:
        """The page that shows the same, or the account's IRI."""
        return self.page or self.owner.iri

    def person(self, address: Address, name: str) -> Person:
        """Somebody by their own name, which may be empty, and their address; a feed of the web by its site and URL."""
        label, place = called(name), address.place
        iri = (self.around.feed(address) if address.is_web else None) or account_iri(address)
        return Person(f"{label} ({place})" if label else place, iri)

    def page_of(self, reference: Reference) -> str:
        """Where a record is to be read: its page on the web, or its id."""
        return (self.link(reference) if self.link is not None else None) or record_iri(reference)


def called(name: str) -> str:
    """A stranger's name on one line, of a bounded length; empty where nothing is to be seen of it."""
    return cut(clean(safe_line(name)), MOST_NAME)


def clean(text: str) -> str:
    """`text` without the characters that no document has; CRLF and CR become LF."""
    return UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(line: str, most: int) -> str:
    """At most `most` characters of a line: whole words where that keeps half of them, and never half a character."""
    if len(line) <= most:
        return line.strip()
    end = line.rfind(" ", most // 2, most)
    if end < 0:
        end = most - 1
        while end and (unicodedata.category(line[end])[0] == "M" or "\u200d" in line[end - 1 : end + 1]):
            end -= 1
    return line[: end or most - 1].strip() + "…"
