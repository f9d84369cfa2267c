"""Items and feeds for the tests of `feeds`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

from feeds.about import About
from feeds.around import Nothing
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.store.types import Item

NOW = 1_795_334_400  # 2026-11-22T08:00:00Z
ANA = Address.parse("ana@fields.example")
MARK = Address.parse("mark@mill.example:7979")
ABOUT = About(ANA, "Ana")
ID = "a" * 52
OTHER = "b" * 52

OFFER = {
    "commune": "commune@fields.example", "series": "TRACTOR-1", "asset": "a small tractor", "face": "12000.00 EUR",
    "unit": "100.00 EUR", "rent": "550.00 EUR", "term": 24, "rate_bp": 400, "closes": "2026-12-01T12:00:00Z",
}  # fmt: skip

ATOM = "{http://www.w3.org/2005/Atom}"
THR = "{http://purl.org/syndication/thread/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"


def item(text: str = "Good morning.", **fields: Any) -> Item:
    """A post of Ana's, verified, an hour old, but for what is given."""
    values: dict[str, Any] = {
        "rowid": 1, "address": ANA, "name": "Ana", "nick": "a secret name", "is_me": False,
        "verdict": Verdict.VERIFIED, "id": ID, "seq": 1, "time": NOW - 3600, "kind": "post", "text": text,
        "subject": None, "re": None, "to": None, "edited": None, "retracted": False, "withheld": False, "unread": True,
        "malformed": None, "body": {"text": text},
    }  # fmt: skip
    return Item(**values | fields)


def announcement(kind: str, body: dict[str, Any], **fields: Any) -> Item:
    """A record that is no post."""
    return item("", kind=kind, body=body, **fields)


@dataclass
class Known(Nothing):
    """What a store would know beside the items (`feeds.around`)."""

    items: Sequence[Item] = ()
    called: Mapping[str, Address] = field(default_factory=dict)
    """What everybody calls people."""
    licences: Mapping[Address, str] = field(default_factory=dict)
    retractions: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[Address, str] = field(default_factory=dict)

    def find(self, reference: Reference) -> Item | None:
        return next((one for one in self.items if one.reference == reference), None)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        return self.called

    def licence(self, address: Address) -> str | None:
        return self.licences.get(address)

    def feed(self, address: Address) -> str | None:
        return self.feeds.get(address)

    def retracted(self, item: Item) -> int | None:
        return self.retractions.get(item.id)


def reference(address: Address, id_: str = OTHER) -> Reference:
    """`address#id`."""
    return Reference(address, id_)


def parsed(data: bytes) -> ElementTree.Element:
    """The root of an XML document that states its encoding."""
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    return ElementTree.fromstring(data)


def said(element: ElementTree.Element, path: str) -> str:
    """The text of the one element at `path`."""
    [found] = element.findall(path)
    return found.text or ""


def shown(html: str) -> str:
    """What a browser shows of the HTML of a text, which has no elements but ``a`` and ``br``."""
    reader = _Shown()
    reader.feed(html)
    reader.close()
    return "".join(reader.found)


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, [name for name, _ in attrs]) in (("br", []), ("a", ["href"])), (tag, attrs)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)
