"""A site in memory for the tests of pages: people, what they wrote, and a reader of the HTML that comes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from feeds.web.answering import Answers, Response
from feeds.web.asked import Asked, Site
from feeds.web.html import VOID
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.plan import Head, Plan
from thimbl.core.records import Record
from thimbl.core.text import tags
from thimbl.home.shown import Archive, Listed, Listing, Profile, Thread
from thimbl.store.types import Item

NOW = 1_795_334_400  # 2026-11-22T08:00:00Z
ANA = Address.parse("ana@fields.example")
BO = Address.parse("bo@dairy.example:7979")
STRANGER = Address.parse("eve@nowhere.example")
ID = "a" * 52
OTHER = "ab" + "b" * 50

SITE = Site("fields.example", "https://www.fields.example", "fields.example")


def item(text: str = "Good morning.", **fields: Any) -> Item:
    """A post of Ana's, verified, an hour old, but for what is given."""
    values: dict[str, Any] = {
        "rowid": 0, "address": ANA, "name": "Ana", "nick": None, "is_me": False, "verdict": Verdict.VERIFIED, "id": ID,
        "seq": 1, "time": NOW - 3600, "kind": "post", "text": text, "subject": None, "re": None, "to": None,
        "edited": None, "retracted": False, "withheld": False, "unread": False, "malformed": None,
        "body": {"text": text},
    }  # fmt: skip
    return Item(**values | fields)


def profile(who: str = "ana", address: Address | None = ANA, **fields: Any) -> Profile:
    """Ana, who agreed to be listed, but for what is given."""
    values: dict[str, Any] = {
        "name": "Ana", "bio": "Leeks.", "key": "SHA256:abc", "verdict": Verdict.VERIFIED, "updated": NOW - 60,
        "records": 3, "listed": True, "properties": {"listed": "yes"},
    }  # fmt: skip
    return Profile(who, address, **values | fields)


@dataclass
class Shown:
    """A `thimbl.home.shown.Source` of what a test puts into it."""

    people: dict[str, Profile] = field(default_factory=lambda: {"ana": profile()})
    items: list[Item] = field(default_factory=list)
    """Newest first."""
    nick_of: Mapping[str, Address] = field(default_factory=dict)
    words: str = ""
    copied: Sequence[Address] = ()
    ready: bool = True
    plan_of: Mapping[str, Plan] = field(default_factory=dict)
    """Of those who signed one."""
    archives: Mapping[str, Archive] = field(default_factory=dict)
    changed: int | None = None
    """When the lists and the ledgers became what they are."""

    def message(self) -> str:
        return self.words

    def copies(self) -> Sequence[Address]:
        return self.copied

    def accounts(self) -> Sequence[Listed] | None:
        listed = [
            Listed(one.who, one.name, one.updated) for one in self.people.values() if one.listed and not one.copied
        ]
        return listed if self.ready else None

    def profile(self, who: str) -> Profile | None:
        return self.people.get(who)

    def posts(self, who: str, before: str = "", limit: int = 0) -> Listing:
        return self._page([one for one in self.items if self.who_is(one.address) == who], before, limit)

    def find(self, who: str, prefix: str) -> Sequence[str]:
        return [one.id for one in self.items if self.who_is(one.address) == who and one.id.startswith(prefix)]

    def thread(self, who: str, id: str) -> Thread | None:
        found = next((one for one in self.items if self.who_is(one.address) == who and one.id == id), None)
        if found is None:
            return None
        answers = tuple(one for one in reversed(self.items) if one.re == found.reference)
        return Thread(found, None if found.re is None else self.item(found.re), answers)

    def timeline(self, before: str = "", limit: int = 0) -> Listing | None:
        return replace(self._page(self.items, before, limit), changed=self.changed) if self.ready else None

    def tagged(self, tag: str, before: str = "", limit: int = 0) -> Listing | None:
        found = [one for one in self.items if tag in tags(one.text)]
        return replace(self._page(found, before, limit), changed=self.changed) if self.ready else None

    def plan(self, who: str) -> bytes | None:
        return b"Login: ana\r\n" if who in self.people else None

    def signed(self, who: str) -> tuple[Head, Iterator[Record]] | None:
        return None if self.plan_of.get(who) is None else (self.plan_of[who].head, iter(self.plan_of[who].records))

    def archive(self, who: str) -> Archive | None:
        return self.archives.get(who)

    def who_is(self, address: Address) -> str | None:
        return next((who for who, one in self.people.items() if one.address == address), None)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        return self.nick_of

    def communes(self) -> Sequence[Any]:
        return ()

    def commune(self, who: str) -> None:
        return None

    def ledgers_changed(self) -> int | None:
        return self.changed

    def item(self, reference: Reference) -> Item | None:
        return next((one for one in self.items if one.reference == reference), None)

    @staticmethod
    def _page(items: Sequence[Item], before: str, limit: int) -> Listing:
        if before and not before.isdigit():
            raise LookupError(before)
        begin = int(before or 0)
        end = begin + (limit or len(items))
        return Listing(tuple(items[begin:end]), str(end) if end < len(items) else None)


def asked(source: Shown | None = None, path: str = "/", **fields: Any) -> Asked:
    """A request, as a page sees it."""
    return Asked(SITE, source or Shown(), NOW, path, **fields)


def get(source: Shown, target: str, *, site: Site = SITE, method: str = "GET", **headers: str) -> Response:
    """The answer to a request."""
    return Answers(site, source, lambda: NOW)(
        method, target, {name.replace("_", "-"): headers[name] for name in headers}
    )


def field_of(response: Response, name: str) -> str:
    """The one field of this name."""
    [value] = [value for key, value in response.headers if key.lower() == name]
    return value


@dataclass
class Seen:
    """One element as a browser would have it: `path` from the root, attributes, and all text inside."""

    path: tuple[str, ...]
    attributes: dict[str, str | None]
    text: str = ""

    @property
    def tag(self) -> str:
        return self.path[-1]


class Reading(HTMLParser):
    """Reads HTML whose every element is closed, and complains of what is not ours."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Seen] = []
        self._open: list[Seen] = []
        self.feed(html)
        self.close()
        assert not self._open, [one.tag for one in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is there twice"
        seen = Seen((*(one.tag for one in self._open), tag), dict(attrs))
        self.elements.append(seen)
        if tag not in VOID:
            self._open.append(seen)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def all(self, tag: str, **wanted: str) -> list[Seen]:
        """The elements of this tag with these attributes (a `_` at the end of a name is dropped)."""
        return [
            one
            for one in self.elements
            if one.tag == tag
            and all(one.attributes.get(name.rstrip("_").replace("_", "-")) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **wanted: str) -> Seen:
        """The only one."""
        [found] = self.all(tag, **wanted)
        return found


def read(response: Response | bytes | str) -> Reading:
    """A page, as a browser reads it."""
    if isinstance(response, str):
        return Reading(response)
    return Reading((response if isinstance(response, bytes) else response.body).decode("utf-8"))
