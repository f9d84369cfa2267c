"""JSON Feed 1.1 (https://jsonfeed.org/version/1.1). The same items and the same `now` give the same bytes.

- A text is ``content_text``: plain, and never taken for markup.
- What the format has no place for stands under ``_thimbl`` ("Extensions"): ``verdict``, ``in_reply_to`` (the id of what
  it answers) and ``license``, each null where there is none, and ``related``, the ids of what else it is about.
- What was retracted is gone: the format has no way to say so.
- The feed of an account has its signed plan under ``_thimbl`` of the feed (`thimbl.core.feedplan`).
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from feeds.about import About, Person
from feeds.entries import Entry, entries_of
from thimbl.core.feedplan import ABOUT, KEY
from thimbl.core.iri import record_iri
from thimbl.core.times import format_time
from thimbl.store.types import Item

VERSION: Final = "https://jsonfeed.org/version/1.1"

OF_ITEMS: Final = "Of items: the verdict on the author's plan, what it answers, what else it is about, and its licence."


def jsonfeed(items: Iterable[Item | Entry], now: int, about: About) -> bytes:
    """A JSON Feed of `items`, in their order, in UTF-8. `now` is Unix seconds."""
    feed = {
        "version": VERSION,
        "title": about.title,
        "home_page_url": about.home,
        **({} if about.url is None else {"feed_url": about.url}),
        "description": about.subtitle,
        "authors": [_author(about.owner)],
        KEY: _ours(about),
        "items": [_item(entry) for entry in entries_of(items, about)],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=2) + "\n").encode()


def _ours(about: About) -> dict[str, str]:
    """Of the whole feed, and what ours is about, for people: it is to be said once, and first ("Extensions")."""
    if about.plan is None:
        return {"about": OF_ITEMS}
    return {"about": f"{OF_ITEMS} {ABOUT}", "plan": about.plan.text}


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": format_time(entry.published),
        "date_modified": format_time(entry.updated),
        "authors": [_author(entry.author)],
        "tags": list(entry.categories),
        KEY: {
            "verdict": entry.verdict,
            "in_reply_to": None if entry.in_reply_to is None else record_iri(entry.in_reply_to),
            "related": [record_iri(one) for one in entry.related],
            "license": entry.rights,
        },
    }


def _author(person: Person) -> dict[str, str]:
    return {"name": person.name, "url": person.iri}
