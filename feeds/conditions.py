"""Entity tags, and answers that depend on them (RFC 9110 8.8.3 and 13.1): one rule for feeds and for pages.

- A tag is strong and follows from the bytes alone: two hosts that serve the same agree on it, and nothing has to be
  kept.
- A field that is not as its grammar says is as if it were not there.
"""

import re
from hashlib import sha256
from typing import Final

TAG_DIGITS: Final = 32
"""Hexadecimal digits of an entity tag: 128 bits, of which nobody makes two that are alike."""

_TAG: Final = re.compile(r'[ \t]*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|\Z)|[ \t]*,')


def entity_tag(body: bytes) -> str:
    """The value of ``ETag`` for these bytes."""
    return f'"{sha256(body).hexdigest()[:TAG_DIGITS]}"'


def tags_in(field: str | None) -> frozenset[str] | None:
    """The entity tags of a list (8.8.3, 5.6.1), or ``*``; None where there is no field, or it is no list."""
    if field is None:
        return None
    if field.strip(" \t") == "*":
        return frozenset("*")
    found, at = set(), 0
    while at < len(field):
        if (one := _TAG.match(field, at)) is None:
            return None
        if one["opaque"] is not None:
            found.add(one[0].strip(" \t,"))
        at = one.end()
    return frozenset(found) or None


def names(tags: frozenset[str], tag: str, *, strongly: bool) -> bool:
    """Whether a list names the tag (8.8.3.2): for the strong comparison a weak one names nothing."""
    return "*" in tags or tag in tags or (not strongly and f"W/{tag}" in tags)


def is_held(field: str | None, tag: str) -> bool:
    """Whether whoever sent this ``If-None-Match`` has what the tag is of (13.1.2)."""
    held = tags_in(field)
    return held is not None and names(held, tag, strongly=False)
