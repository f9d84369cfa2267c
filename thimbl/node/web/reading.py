"""Which format an answer has, and what it says. Pure, and of a stranger's bytes: `reader` runs it where that is safe.

- The format is looked for in what came, not in what it is called: half of all feeds are served as ``text/html`` or as
  something that nobody has registered.
- A page that is no feed often names one (``<link rel="alternate">``): that is told, for a person to follow.
- A feed of ours has a signed plan in it: whose that is, is told for a person to follow; nothing is taken from it here.
- What is neither JSON nor XML is text, in UTF-8; or, where it is not, in what the host says that it is.
"""

import codecs
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Final

from thimbl.core.chain import Forged, walk
from thimbl.core.feedplan import BEGINS, KEY, NAMESPACE, NoPlan, find_plans
from thimbl.core.plan import PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError
from thimbl.core.web import FeedUrl, UrlError
from thimbl.core.webfeed import Feed, NotAFeed, bounded
from thimbl.node.web.twtxt import looks_like_twtxt, read_twtxt

MOST_NAMED: Final = 5
"""Feeds of a page that are told."""

_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_XML: Final = re.compile(rb"\s*<(?:\?xml|!DOCTYPE\s+(?:rss|feed|rdf)|rss|feed|rdf:|[a-z]+:feed|!--)", re.IGNORECASE)
_PAGE: Final = re.compile(rb"<(?:!DOCTYPE\s+html|html)\b", re.IGNORECASE)
_TYPES: Final = ("application/atom+xml", "application/rss+xml", "application/feed+json", "application/json")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_feed(body: bytes, url: FeedUrl, content_type: str = "") -> Feed:
    """The feed in `body`, within all bounds. `url` is where it came from. Raises `NotAFeed`."""
    if not body.strip():
        raise NotAFeed("nothing at all")
    return replace(bounded(_read(body, url, content_type)), signed=_signed(body))


def _signed(body: bytes) -> str:
    """Whose plan is in a feed, as far as its own signatures say; '' where there is none that holds."""
    if not any(mark.encode("ascii") in body for mark in (NAMESPACE, f'"{KEY}"', BEGINS)):
        return ""
    try:
        [text] = find_plans(body).plans
        plan = read_plan(text)
        walk(plan)
    except (NoPlan, PlanTextError, PlanUnreadable, Forged, ValueError):
        return ""
    return str(plan.head.address)


def _read(body: bytes, url: FeedUrl, content_type: str) -> Feed:
    head = body[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"{"):
        from thimbl.node.web.jsonfeeds import read_json

        return read_json(_decoded(body, content_type), url)
    if head.startswith(b"<"):
        if _PAGE.search(head) and not _XML.match(_without_declaration(head)):
            raise NotAFeed(_page(body, url, content_type))
        from thimbl.node.web.xmlfeeds import read_xml

        return read_xml(body, url, content_type)
    text = _decoded(body, content_type)
    if looks_like_twtxt(text):
        return read_twtxt(text, url)
    raise NotAFeed("neither Atom, RSS, JSON Feed nor twtxt")


def _without_declaration(head: bytes) -> bytes:
    """What stands behind the declaration of XML, which pages have too."""
    return re.sub(rb"^<\?xml[^>]*>\s*", b"", head)


def _decoded(body: bytes, content_type: str) -> str:
    """The text of bytes. What is in none of the encodings that it could be in keeps its letters of ASCII."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    stated = _CHARSET.search(content_type)
    try:
        return body.decode(stated[1] if stated else "windows-1252", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


def _page(body: bytes, url: FeedUrl, content_type: str) -> str:
    finder = _Finder(url)
    finder.feed(_decoded(body[:500_000], content_type))
    if not finder.found:
        return "a page, and no feed; it names none either"
    named = ", ".join(list(dict.fromkeys(finder.found))[:MOST_NAMED])
    return f"a page, and no feed; it names these: {named}"


class _Finder(HTMLParser):
    """Looks for the feeds that a page names."""

    def __init__(self, url: FeedUrl) -> None:
        super().__init__()
        self._url = url
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        types = given.get("type", "").partition(";")[0].strip().lower()
        if tag == "link" and "alternate" in given.get("rel", "").lower().split() and types in _TYPES:
            try:
                self.found.append(str(self._url.join(given.get("href", ""))))
            except UrlError:
                return
