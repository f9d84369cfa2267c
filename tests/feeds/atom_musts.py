"""What RFC 4287 says that a producer of Atom MUST do, each with a check, and with what breaks it.

Left out is what asks something of processors alone, of Entry Documents (we write none), and 6.4.1 with 6.4.2 but for
our own extension: one without attributes and children is simple, one with either is structured, and there is no third.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"

TEXTS = ("title", "subtitle", "rights", "summary")
DATES = ("updated", "published")
PEOPLE = ("author", "contributor")

# RFC 3987 2.2, as far as the characters tell it: what an IRI reference is made of, and what an IRI begins with.
IRI_REFERENCE = re.compile(r"(?!.*#.*#)(?:[^\x00-\x20\x7f<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})*")
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!$)" + IRI_REFERENCE.pattern)
NAME = re.compile(r"(?:[^\x00-\x20\x7f<>\"{}|\\^`%:/?#\[\]]|%[0-9A-Fa-f]{2})+")  # isegment-nz-nc
ADDR_SPEC = re.compile(r"[^\s@]+@[^\s@]+")
MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

Check = Callable[[Element], bool]
Change = tuple[str, str]


@dataclass(frozen=True)
class Must:
    """One of them."""

    section: str
    says: str
    holds: Check
    broken: tuple[Change, ...]
    """What of the good feed, replaced once by what, makes a feed that breaks it and that the check refuses."""


def every(root: Element, *names: str) -> Iterator[Element]:
    """All of Atom's own elements by these names, wherever they stand."""
    for name in names:
        yield from root.iter(ATOM + name)


def entries(root: Element) -> list[Element]:
    """The entries of a feed."""
    return root.findall(f"{ATOM}entry")


def count(parent: Element, name: str) -> int:
    """How many children of that name there are."""
    return len(parent.findall(ATOM + name))


def at_most_one(name: str, of_entry: bool = False) -> Check:
    """Of the feed, or of each entry."""
    return lambda root: all(count(one, name) <= 1 for one in (entries(root) if of_entry else [root]))


def exactly_one(name: str, of_entry: bool = False) -> Check:
    """Likewise."""
    return lambda root: all(count(one, name) == 1 for one in (entries(root) if of_entry else [root]))


def alternates_differ(parent: Element) -> bool:
    """4.1.1 and 4.1.2, of links."""
    found = [
        (link.get("type"), link.get("hreflang"))
        for link in parent.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    ]
    return len(found) == len(set(found))


def is_div(element: Element) -> bool:
    """Whether the content is one XHTML div and nothing beside it."""
    beside = (element.text or "") + "".join(child.tail or "" for child in element)
    return [child.tag for child in element] == [f"{XHTML}div"] and not beside.strip()


def is_date(text: str) -> bool:
    """RFC 3339 5.6, with the capitals that 3.3 asks for, and of a day that there is."""
    try:
        return DATE_TIME.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def is_base64(text: str) -> bool:
    """RFC 3548 3, white space around it and line ends in it allowed."""
    try:
        b64decode(text.strip().replace("\n", ""), validate=True)
    except ValueError:
        return False
    return True


def needs_summary(entry: Element) -> bool:
    """4.1.2: content elsewhere, or in Base64."""
    content = entry.find(f"{ATOM}content")
    return content is not None and ("src" in content.attrib or kind(content) == "base64")


def kind(content: Element) -> str:
    """Which rule of 4.1.3.3 is the first that applies."""
    stated = content.get("type", "text").lower()
    if stated in ("text", "html", "xhtml"):
        return stated
    if stated.endswith(("+xml", "/xml")):
        return "xml"
    return "text/" if stated.startswith("text/") else "base64"


def inline(root: Element, *kinds: str) -> list[Element]:
    """The contents of these kinds that stand in the feed."""
    return [one for one in every(root, "content") if "src" not in one.attrib and kind(one) in kinds]


def texts(root: Element, type_: str) -> list[Element]:
    """The Text constructs of a type."""
    return [one for one in every(root, *TEXTS) if one.get("type", "text") == type_]


def iris(root: Element) -> list[str]:
    """All that are to be IRIs or references, as they stand."""
    found = [one.text or "" for one in every(root, "id", "uri", "icon", "logo")]
    found += [one.attrib["href"] for one in every(root, "link") if "href" in one.attrib]
    found += [one.attrib["src"] for one in every(root, "content") if "src" in one.attrib]
    found += [one.attrib["uri"] for one in every(root, "generator") if "uri" in one.attrib]
    return found + [one.attrib["scheme"] for one in every(root, "category") if "scheme" in one.attrib]


def own_ids(root: Element) -> list[str]:
    """The ids of the feed and of its entries. That in a source is another feed's, told again (4.2.11)."""
    return [one.text or "" for parent in (root, *entries(root)) for one in parent.findall(f"{ATOM}id")]


def has_author(parent: Element) -> bool:
    """Whether it says itself who wrote it."""
    return count(parent, "author") > 0


def signed_elsewhere(root: Element) -> bool:
    """5.1: signatures on anything but the feed and its entries."""
    right = len(root.findall(SIGNATURE)) + sum(len(entry.findall(SIGNATURE)) for entry in entries(root))
    return len(list(root.iter(SIGNATURE))) > right


def references(root: Element, *names: str) -> bool:
    """Whether the texts of these elements are IRI references."""
    return all(IRI_REFERENCE.fullmatch(one.text or "") for one in every(root, *names))
