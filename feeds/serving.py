"""A feed as the answer to an HTTP request: status, header fields and body. Pure: no socket, and `now` is an argument.

- Conditional requests are those of RFC 9110 13: ``If-None-Match`` and ``If-Modified-Since`` answer 304, ``If-Match``
  and ``If-Unmodified-Since`` 412, in the order of 13.2.2. A field that is not as its grammar says is ignored; so is
  ``Range`` (14.2).
- The entity tag is of the bytes alone (`feeds.conditions`).
- ``Last-Modified`` is when the place changed that the items came from (`changed`), or the newest entry's, edit's or
  retraction's time, or that of the plan's head that goes along, where that is later. Of what one account wrote, these
  alone will do. In a feed of many, something that was written an hour ago can have come in just now, and a finding
  follows from what came: there, without `changed`, no date is given, and conditions on one are ignored (8.8.2.1,
  13.1.3).
- WebSub is not spoken: readers come again by themselves, and what they need for that is here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from importlib import import_module
from typing import Final, cast

from feeds.about import About, What
from feeds.conditions import entity_tag, is_held, names, tags_in
from feeds.entries import Entry, entries_of, gone_of, newest_change
from thimbl.core.times import FIRST_MAIL
from thimbl.store.types import Item

ENTRIES: Final = 50
"""Entries of a feed, as 'thimbl feed' has them (`thimbl.cli.feed`, which may not import this to say so): more than most
people read in the hour or the day between two looks of a reader."""

FRESH: Final = 300
"""Seconds for which a feed may be shown again without asking: no reader asks more often, and few people write so."""

Write = Callable[[Iterable[Item | Entry], int, About], bytes]
"""Writes a feed: items, now in Unix seconds, which feed it is."""


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
    tag = entity_tag(body)
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
    signed = told if about.plan is None else about.plan.updated
    return max(told, min(max(changed or told, signed), now), FIRST_MAIL)


def _http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _status(fields: Mapping[str, str], tag: str, modified: int | None) -> int:
    """What the preconditions come to, in the order of RFC 9110 13.2.2."""
    if (wanted := tags_in(fields.get("if-match"))) is not None:
        if not names(wanted, tag, strongly=True):
            return 412
    elif _is_after(modified, fields.get("if-unmodified-since")):
        return 412
    if "if-none-match" in fields:
        # 13.1.3: beside it If-Modified-Since is ignored.
        return 304 if is_held(fields["if-none-match"], tag) else 200
    return 304 if _is_after(modified, fields.get("if-modified-since")) is False else 200


def _is_after(modified: int | None, field: str | None) -> bool | None:
    """Whether the feed changed after the date of a field; None where one of the two is not known."""
    since = _moment(field)
    return None if modified is None or since is None else modified > since


def _moment(field: str | None) -> int | None:
    """The Unix seconds of an HTTP date (5.6.7); None where there is none."""
    if field is None:
        return None
    try:
        found = parsedate_to_datetime(field)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
