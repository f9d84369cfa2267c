"""Atom and RSS, by feedparser: the one library that has read what people really publish for twenty years.

- It is given bytes, never a name or a URL, which it would open. What it would do to HTML is left to `plaintext`, which
  leaves none; relative references are made whole there too.
- Entities are a way to make much of little ("billion laughs"). feedparser keeps none that names another, and expat has
  a bound of its own; a document that defines any by others is refused before either sees it.
- A feed that is not well-formed is read as far as feedparser makes sense of it: many are not.
- `in-reply-to` (RFC 4685) names an entry by its id, or a record by its `finger:` IRI (docs/decisions/0006).
- `deleted-entry` (RFC 6721) is what feedparser does not know; a pass of expat's finds it, in what is well-formed.
"""

import calendar
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

import feedparser

from thimbl.core.canonical import content_id
from thimbl.core.times import FIRST, LAST
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import MAX_ENTRIES, Entry, Feed, Kind, NotAFeed
from thimbl.node.web.entries import answered, make_entry
from thimbl.node.web.plaintext import looks_like_html, to_line, to_text, whole_link

_NESTED_ENTITY: Final = re.compile(rb"<!ENTITY\s+%|<!ENTITY\s[^>&]*&(?!#)", re.IGNORECASE)
_MISC: Final = re.compile(rb"[\s>\xef\xbb\xbf\xff\xfe]*(<\?|<!--)")
_SUBSET: Final = re.compile(rb"[\s>\xef\xbb\xbf\xff\xfe]*<!DOCTYPE[^>\[]{0,1000}\[", re.IGNORECASE)
_DELETED: Final = "http://purl.org/atompub/tombstones/1.0 deleted-entry"
_HTML: Final = ("text/html", "application/xhtml+xml")
_PERIODS: Final = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def read_xml(body: bytes, url: FeedUrl, content_type: str) -> Feed:
    """The feed in `body`, which came from `url`. Raises `NotAFeed`."""
    _check_entities(body)
    found = _parsed(body, url, content_type)
    version = str(found.get("version") or "")
    about: Mapping[str, Any] = found["feed"]
    if not version and not found["entries"]:
        raise NotAFeed("it begins as XML does, and is neither Atom nor RSS")
    base = str(about.get("link") or url)
    entries = [_entry(entry, url) for entry in found["entries"]]
    return Feed(
        Kind.ATOM if version.startswith("atom") else Kind.RSS,
        title=_title(about) or url.host,
        entries=tuple(entry for entry in entries if entry is not None),
        home=whole_link(str(url), str(about.get("link", ""))),
        about=_line(about, "subtitle", base),
        every=_every(about),
        gone=tuple(entry_id(name, url) for name in _deleted(body)),
    )


def _parsed(body: bytes, url: FeedUrl, content_type: str) -> Mapping[str, Any]:
    """What feedparser makes of it. Raises `NotAFeed`."""
    headers = {"content-location": str(url)} | ({"content-type": content_type} if content_type else {})
    try:
        found: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception:  # it promises none, and has several: for names of encodings, of attributes, for half characters
        raise NotAFeed("it is too malformed for anybody to make sense of it") from None
    return found


def _deleted(body: bytes) -> list[str]:
    """The ids of the entries that an Atom feed says were deleted (RFC 6721 3)."""
    found: list[str] = []

    def begins(name: str, given: dict[str, str]) -> None:
        if name == _DELETED and (reference := given.get("ref", "").strip()) and len(found) < MAX_ENTRIES:
            found.append(reference)

    if b"deleted-entry" in body:
        parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = begins
        with suppress(ExpatError, LookupError, ValueError):
            parser.Parse(body, True)
    return found


def _check_entities(body: bytes) -> None:
    plain = body.replace(b"\0", b"")  # so that UTF-16 can be looked through as it came
    begins = _SUBSET.match(plain, _prolog_ends(plain))
    if begins is not None:
        ends = plain.find(b"]>", begins.end())
        if _NESTED_ENTITY.search(plain, begins.end(), ends if ends >= 0 else len(plain)):
            raise NotAFeed("it defines entities by others, of which a few lines can become gigabytes")


def _prolog_ends(plain: bytes) -> int:
    """Where the instructions and comments end that stand before a DOCTYPE or the first element (XML 1.0 2.8)."""
    position = 0
    while (found := _MISC.match(plain, position)) is not None:
        end = plain.find(b"?>" if found[1] == b"<?" else b"-->", found.end())
        if end < 0:
            return len(plain)
        position = end + 2
    return position


def _entry(data: Mapping[str, Any], feed: FeedUrl) -> Entry | None:
    link = whole_link(str(feed), str(data.get("link", "")))
    base = link or str(feed)
    title, text = _title(data), _text(data, base)
    name = str(data.get("id") or "") or link or content_id({"title": title, "text": text, "time": _moment(data) or 0})
    return make_entry(
        id_=entry_id(name, feed),
        name=str(data.get("id") or ""),
        title=title,
        text=text,
        link=link,
        author=" ".join(str(data.get("author", "")).split()),
        time=_moment(data),
        edited=_stamp(_of(data, "updated_parsed")),
        tags=[str(tag.get("term") or "") for tag in data.get("tags", [])],
        answers=_answers(data, feed),
        rights=str(data.get("rights") or ""),
    )


def _answers(data: Mapping[str, Any], feed: FeedUrl) -> str:
    # feedparser reads the element as a map of its attributes.
    found = data.get("thr_in-reply-to") or data.get("in-reply-to")
    return answered(str(found.get("ref") or ""), feed) if isinstance(found, Mapping) else ""


def _text(data: Mapping[str, Any], base: str) -> str:
    """The fullest text that there is."""
    details = [*data.get("content", []), data.get("summary_detail") or {}]
    texts = [_plain(detail, base) for detail in details if isinstance(detail, Mapping)]
    return max(texts, key=len, default="")


def _plain(detail: Mapping[str, Any], base: str) -> str:
    value, type_ = str(detail.get("value") or ""), str(detail.get("type") or "")
    if type_ in _HTML or (type_ != "text/plain" and looks_like_html(value)):
        return to_text(value, str(detail.get("base") or base))
    return value.replace("\r\n", "\n").strip()


def _title(data: Mapping[str, Any]) -> str:
    return _line(data, "title", "")


def _line(data: Mapping[str, Any], key: str, base: str) -> str:
    detail = data.get(f"{key}_detail")
    value = str(data.get(key) or "")
    if isinstance(detail, Mapping) and str(detail.get("type")) in _HTML:
        return to_line(value, base)
    return " ".join(value.split())


def _moment(data: Mapping[str, Any]) -> int | None:
    published = _stamp(_of(data, "published_parsed"))
    return _stamp(_of(data, "updated_parsed")) if published is None else published


def _of(data: Mapping[str, Any], key: str) -> Any:
    """What is there by this name, and not what feedparser gives in its place."""
    return dict.get(data, key) if isinstance(data, dict) else None


def _stamp(parsed: Any) -> int | None:
    """Unix seconds of what feedparser makes of a time, which is UTC."""
    try:
        seconds = calendar.timegm(parsed) if parsed is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    # The first moment of all is how programs write that there is none.
    return seconds if seconds is not None and FIRST < seconds <= LAST else None


def _every(about: Mapping[str, Any]) -> int:
    """Seconds between two askings that the feed wishes (RSS 2.0 `ttl`, in minutes; the module Syndication)."""
    ttl, period = str(about.get("ttl", "")), _PERIODS.get(str(about.get("sy_updateperiod", "")).strip(), 0)
    often = str(about.get("sy_updatefrequency", "1")).strip()
    syndication = period // max(1, int(often)) if often.isdecimal() and len(often) < 6 else period
    return max(int(ttl) * 60 if ttl.isdecimal() and len(ttl) < 6 else 0, syndication)
