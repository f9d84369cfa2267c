"""Atom (RFC 4287) and RSS 2.0, written by feedgen. The same items and the same `now` give the same bytes.

- In Atom a text is ``type="text"``: no reader takes it for markup. The ``description`` of RSS is HTML to every reader,
  so there a text is escaped as HTML first, and its lines end in ``<br>``.
- What RSS has no element for comes from the modules that readers know: ``dc:creator``, since ``author`` is for e-mail
  and an address here is none, and ``dc:rights``.
- What an entry answers is ``thr:in-reply-to`` (RFC 4685) in both.
- RSS writes dates as e-mail does, which has none before 1900 (RFC 5322 3.3): an older entry goes without.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final

from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem

from feeds.entries import About, Entry, entries_of, newest_change
from thimbl.core.times import parse_time
from thimbl.store.types import Item

GENERATOR: Final = "thimbl"

THREADS: Final = "http://purl.org/syndication/thread/1.0"
"""The namespace of RFC 4685."""

FIRST_MAIL_TIME: Final = parse_time("1900-01-01T00:00:00Z")
"""The first moment that RSS can write."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def atom(items: Iterable[Item], now: int, about: About) -> bytes:
    """An Atom feed of `items`, in their order. `now` is Unix seconds."""
    entries = entries_of(items, now)
    feed = _feed(about, newest_change(entries, now))
    for entry in entries:
        made = _add(feed, entry)
        made.content(entry.text, type="text")
        made.updated(_moment(entry.updated))
        made.published(_moment(entry.published))
        made.author({"name": entry.author.name, "uri": entry.author.iri})
        if entry.rights is not None:
            made.rights(entry.rights)
    return bytes(feed.atom_str(pretty=True))


def rss(items: Iterable[Item], now: int, about: About) -> bytes:
    """An RSS 2.0 feed of `items`, in their order. `now` is Unix seconds."""
    entries = entries_of(items, now)
    feed = _feed(about, max(newest_change(entries, now), FIRST_MAIL_TIME))
    feed.load_extension("dc", atom=False)
    for entry in entries:
        made = _add(feed, entry)
        made.content(escape(entry.text, quote=False).replace("\n", "<br>\n"))
        if entry.published >= FIRST_MAIL_TIME:
            made.published(_moment(entry.published))
        made.dc.dc_creator(entry.author.name)
        if entry.rights is not None:
            made.dc.dc_rights(entry.rights)
    return bytes(feed.rss_str(pretty=True))


def _feed(about: About, updated: int) -> Any:
    feed = FeedGenerator()
    feed.register_extension("threads", _Threads, _InReplyTo)
    feed.id(about.id)
    feed.title(about.title)
    feed.description(about.subtitle)
    feed.subtitle(about.subtitle)
    feed.author({"name": about.owner.name, "uri": about.owner.iri})
    feed.link(href=about.owner.iri, rel="alternate")
    feed.updated(_moment(updated))
    feed.generator(GENERATOR)
    return feed


def _add(feed: Any, entry: Entry) -> Any:
    """A new last entry of `feed`, with what both formats write alike."""
    made = feed.add_entry(order="append")
    made.id(entry.id)
    made.title(entry.title)
    made.link(href=entry.id, rel="alternate")
    _categorise(made, entry.categories)
    made.threads.ref = entry.in_reply_to
    return made


def _categorise(made: Any, categories: Sequence[str]) -> None:
    for category in categories:
        made.category(term=category)


def _moment(seconds: int) -> datetime:
    # By addition: `datetime.fromtimestamp` asks the C library, which need not know the year 1.
    return _EPOCH + timedelta(seconds=seconds)


class _Threads:
    """feedgen's extension of a feed: the namespace, declared once."""

    def extend_ns(self) -> dict[str, str]:
        return {"thr": THREADS}

    def extend_atom(self, feed: Any) -> Any:
        return feed

    def extend_rss(self, feed: Any) -> Any:
        return feed


class _InReplyTo:
    """feedgen's extension of an entry: what it answers (RFC 4685 3)."""

    def __init__(self) -> None:
        self.ref: str | None = None

    def extend_atom(self, entry: Any) -> Any:
        if self.ref is not None:
            xml_elem(f"{{{THREADS}}}in-reply-to", entry, ref=self.ref)
        return entry

    extend_rss = extend_atom
