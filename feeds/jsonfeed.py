"""JSON Feed 1.1 (https://jsonfeed.org/version/1.1). The same items and the same `now` give the same bytes.

- A text is ``content_text``: plain, and never taken for markup.
- What the format has no place for stands under ``_thimbl`` ("Extensions"): ``verdict``, ``in_reply_to`` (the id of what
  it answers) and ``license``, each null where there is none.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from feeds.entries import About, Entry, Person, entries_of
from thimbl.core.times import format_time
from thimbl.store.types import Item

VERSION: Final = "https://jsonfeed.org/version/1.1"

_VERDICT: Final = "verdict:"


def jsonfeed(items: Iterable[Item], now: int, about: About) -> bytes:
    """A JSON Feed of `items`, in their order, in UTF-8. `now` is Unix seconds."""
    feed = {
        "version": VERSION,
        "title": about.title,
        "home_page_url": about.owner.iri,
        "description": about.subtitle,
        "authors": [_author(about.owner)],
        "items": [_item(entry) for entry in entries_of(items, now)],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=2) + "\n").encode()


def _item(entry: Entry) -> dict[str, Any]:
    verdict = next((name.removeprefix(_VERDICT) for name in entry.categories if name.startswith(_VERDICT)), None)
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.id,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": format_time(entry.published),
        "date_modified": format_time(entry.updated),
        "authors": [_author(entry.author)],
        "tags": list(entry.categories),
        "_thimbl": {"verdict": verdict, "in_reply_to": entry.in_reply_to, "license": entry.rights},
    }
    return item


def _author(person: Person) -> dict[str, str]:
    return {"name": person.name, "url": person.iri}
