"""What the entries of all formats with titles and categories have in common.

- A title is a line above the text. Where the text begins with it, as with posts that have no title, it is none. Where
  there is only the title, it is the text.
- The link of an entry ends its text, where it is not in it already, and then come its categories as tags: so the text
  is all that a person needs, wherever it is shown.
- What an entry answers is named by the id of that entry, or is a record by its `finger:` IRI (docs/decisions/0006).
"""

import re
from typing import Final

from thimbl.core.address import AddressError
from thimbl.core.iri import is_finger, record_of
from thimbl.core.licences import known_licence
from thimbl.core.text import tags as tags_of
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry

MAX_TAGS: Final = 10
"""Categories of an entry that become tags: some feeds have each entry in all that there are."""

_NO_TAG: Final = re.compile(r"[^\w]+")
_OURS: Final = re.compile(r"(?:verdict|imported|finding):")
"""Categories of a feed that thimbl wrote (docs/feeds.md) which are no tags. A verdict of theirs is none of ours."""


def make_entry(
    *,
    id_: str,
    name: str,
    title: str,
    text: str,
    link: str,
    author: str,
    time: int | None,
    edited: int | None,
    tags: list[str],
    answers: str,
    rights: str,
) -> Entry | None:
    """An entry in the shape that all of these have; None where there is nothing to read."""
    begins = " ".join(text.split()).casefold()
    if title and (not text or begins.startswith(title.casefold().rstrip("….").rstrip())):
        text, title = text or title, ""
    if not text and not link:
        return None
    have = set(tags_of(text))
    words = [_NO_TAG.sub("", tag) for tag in tags[:MAX_TAGS] if not _OURS.match(tag)]
    more = [f"#{word}" for word in dict.fromkeys(words) if (made := tags_of(f"#{word}")) and made[0] not in have]
    parts = [text, link if link and link not in text else "", " ".join(more)]
    whole = "\n\n".join(filter(None, parts))
    return Entry(id_, whole, time, edited, title, link, author, answers, name, known_licence(rights) or "")


def answered(reference: str, feed: FeedUrl) -> str:
    """What `in-reply-to` means: the reference of a record, or the id of an entry."""
    if is_finger(reference):
        try:
            return str(record_of(reference))
        except AddressError:
            return ""
    return entry_id(reference, feed) if reference else ""
