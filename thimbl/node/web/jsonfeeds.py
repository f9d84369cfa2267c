"""JSON Feed, 1 and 1.1 (https://jsonfeed.org/version/1.1).

- What is not of the type that the format asks for is as if it were not there; an item without any text or link is left
  out. The format wants an id of each item, and one that is a number is taken for its digits.
- ``_thimbl.in_reply_to`` is what a feed of ours tells beside the format (`feeds.jsonfeed`).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry, Feed, Kind, NotAFeed
from thimbl.node.web.entries import answered, make_entry
from thimbl.node.web.plaintext import to_text, whole_link
from thimbl.node.web.twtxt import parse_moment

VERSION: Final = "jsonfeed.org/version/1"
"""What the value of `version` has in it, of all that were ever published."""


def read_json(text: str, url: FeedUrl) -> Feed:
    """The feed in `text`, which came from `url`. Raises `NotAFeed`."""
    try:
        data = json.loads(text, strict=False)
    except RecursionError:
        raise NotAFeed("its JSON is nested too deeply") from None
    except ValueError as error:
        raise NotAFeed(f"not the JSON that it begins as: {error}") from None
    if not isinstance(data, dict) or VERSION not in _text(data, "version"):
        raise NotAFeed("JSON, but no JSON Feed")
    items = data.get("items")
    if not isinstance(items, list):
        raise NotAFeed("a JSON Feed without items")
    entries = [_entry(item, url) for item in items if isinstance(item, Mapping)]
    return Feed(
        Kind.JSON,
        title=_line(data, "title") or url.host,
        entries=tuple(entry for entry in entries if entry is not None),
        home=whole_link(str(url), _text(data, "home_page_url")),
        about=_line(data, "description"),
    )


def _entry(item: Mapping[str, Any], url: FeedUrl) -> Entry | None:
    link = whole_link(str(url), _text(item, "url") or _text(item, "external_url"))
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    text = plain.strip() or to_text(html, link or str(url)) or _text(item, "summary").strip()
    name = item.get("id")
    name = str(name) if isinstance(name, str | int) and not isinstance(name, bool) else ""
    ours = item.get("_thimbl")
    tags = item.get("tags")
    return make_entry(
        id_=entry_id(name or link or text, url),
        name=name,
        title=_line(item, "title"),
        text=text.replace("\r\n", "\n"),
        link=link,
        author=_author(item),
        time=parse_moment(_text(item, "date_published")) or parse_moment(_text(item, "date_modified")),
        edited=parse_moment(_text(item, "date_modified")),
        tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        answers=answered(_text(ours, "in_reply_to"), url) if isinstance(ours, Mapping) else "",
        rights=_text(ours, "license") if isinstance(ours, Mapping) else "",
    )


def _author(item: Mapping[str, Any]) -> str:
    authors = item.get("authors")
    found = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return _line(found, "name") if isinstance(found, Mapping) else ""


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    # A lone surrogate can be written in JSON, and in no file.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else ""


def _line(data: Mapping[str, Any], key: str) -> str:
    return " ".join(_text(data, key).split())
