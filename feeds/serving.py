"""A feed as the answer to an HTTP request: status, header fields and body. Pure: no socket, and `now` is an argument.

- Conditional requests are those of RFC 9110 13: ``If-None-Match`` and ``If-Modified-Since`` answer 304, ``If-Match``
  and ``If-Unmodified-Since`` 412, in the order of 13.2.2. A field that is not as its grammar says is ignored; so is
  ``Range`` (14.2).
- The entity tag is strong (8.8.3) and follows from the bytes alone: two hosts that serve the same feed agree on it, and
  nothing has to be kept.
- ``Last-Modified`` is when the place changed that the items came from (`changed`), or the newest entry's, edit's or
  retraction's time where that is later. Of what one account wrote, the latter alone will do. In a feed of many,
  something that was written an hour ago can have come in just now, and a finding follows from what came: there, without
  `changed`, no date is given, and conditions on one are ignored (8.8.2.1, 13.1.3).
- WebSub is not spoken: readers come again by themselves, and what they need for that is here.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from importlib import import_module
from typing import Final, cast

from feeds.about import About, What
from feeds.entries import Entry, entries_of, gone_of, newest_change
from thimbl.core.times import parse_time
from thimbl.store.types import Item

FRESH: Final = 300
"""Seconds for which a feed may be shown again without asking: no reader asks more often, and few people write so."""

TAG_DIGITS: Final = 32
"""Hexadecimal digits of an entity tag: 128 bits, of which nobody makes two that are alike."""

FIRST_HTTP_TIME: Final = parse_time("1900-01-01T00:00:00Z")
"""The first moment that is written as ``Last-Modified``: e-mail, whose dates HTTP's are (RFC 9110 5.6.7), has none
before."""

Write = Callable[[Iterable[Item | Entry], int, About], bytes]
"""Writes a feed: items, now in Unix seconds, which feed it is."""

_TAG: Final = re.compile(r'[ \t]*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|\Z)|[ \t]*,')


@dataclass(frozen=True, slots=True)
class Form:
    """A format of feeds."""

    name: str
    """As people call it."""
    media_type: str
    """For ``Content-Type``."""
    _module: str
    _function: str

    def writer(self) -> Write:
        """The function that writes it. Raises `ImportError` where a library that it needs is not installed."""
        return cast(Write, getattr(import_module(self._module), self._function))


FORMS: Final[Mapping[str, Form]] = {
    "atom": Form("Atom", "application/atom+xml; charset=utf-8", "feeds.atom", "atom"),
    "rss": Form("RSS 2.0", "application/rss+xml; charset=utf-8", "feeds.atom", "rss"),
    "json": Form("JSON Feed 1.1", "application/feed+json", "feeds.jsonfeed", "jsonfeed"),
    "twtxt": Form("twtxt", "text/plain; charset=utf-8", "feeds.twtxt", "twtxt"),
}
"""The formats, by the names that commands and addresses on the web have for them."""


@dataclass(frozen=True, slots=True)
class Served:
    """An answer. ``Date``, ``Content-Length`` and whatever all answers of a server have are the server's to add."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def serve_feed(
    form: str,
    items: Sequence[Item | Entry],
    now: int,
    about: About,
    headers: Mapping[str, str],
    changed: int | None = None,
) -> Served:
    """The answer to a GET of a feed; for a HEAD leave the body out.

    `form` is a key of `FORMS` (else KeyError), `headers` are the request's, named in any case, several lines of a name
    joined by a comma (RFC 9110 5.3). `now`, and `changed` (when what the items came from last changed), are Unix
    seconds. Raises `ImportError` where a library that the format needs is not installed.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    body = FORMS[form].writer()(items, now, about)
    modified = _modified(items, now, about, changed)
    tag = f'"{sha256(body).hexdigest()[:TAG_DIGITS]}"'
    # Whom somebody follows is told to them alone; 15.4.5: a 304 has what a 200 would have for caches.
    audience = "private" if about.what is What.TIMELINE else "public"
    caching = (("ETag", tag), ("Cache-Control", f"{audience}, max-age={FRESH}"))
    status = _status(fields, tag, modified)
    if status == 304:
        return Served(304, caching, b"")
    if status == 412:
        return Served(412, (("Content-Type", "text/plain; charset=utf-8"),), b"The feed is another by now.\n")
    last = () if modified is None else (("Last-Modified", _http_date(modified)),)
    return Served(200, (("Content-Type", FORMS[form].media_type), *caching, *last), body)


def _modified(items: Sequence[Item | Entry], now: int, about: About, changed: int | None) -> int | None:
    """When the feed changed, in Unix seconds and never after `now` (8.8.2.1); None where nobody can know."""
    if changed is None and about.what not in (What.ACCOUNT, What.ANNOUNCEMENTS):
        return None
    told = newest_change(entries_of(items, about), gone_of(items, about), now)
    return max(told, min(changed or told, now), FIRST_HTTP_TIME)


def _http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _status(fields: Mapping[str, str], tag: str, modified: int | None) -> int:
    """What the preconditions come to, in the order of RFC 9110 13.2.2."""
    if (wanted := _tags(fields.get("if-match"))) is not None:
        if not _names(wanted, tag, strongly=True):
            return 412
    elif _is_after(modified, fields.get("if-unmodified-since")):
        return 412
    if "if-none-match" in fields:
        # 13.1.3: beside it If-Modified-Since is ignored.
        held = _tags(fields["if-none-match"])
        return 304 if held is not None and _names(held, tag, strongly=False) else 200
    return 304 if _is_after(modified, fields.get("if-modified-since")) is False else 200


def _is_after(modified: int | None, field: str | None) -> bool | None:
    """Whether the feed changed after the date of a field; None where one of the two is not known."""
    since = _moment(field)
    return None if modified is None or since is None else modified > since


def _tags(field: str | None) -> frozenset[str] | None:
    """The entity tags of a list (RFC 9110 8.8.3, 5.6.1), or ``*``; None where there is no field, or it is no list."""
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


def _names(tags: frozenset[str], tag: str, *, strongly: bool) -> bool:
    """Whether a list names the tag (8.8.3.2): for the strong comparison a weak one names nothing."""
    return "*" in tags or tag in tags or (not strongly and f"W/{tag}" in tags)


def _moment(field: str | None) -> int | None:
    """The Unix seconds of an HTTP date (5.6.7); None where there is none."""
    if field is None:
        return None
    try:
        found = parsedate_to_datetime(field)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
