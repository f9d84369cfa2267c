"""Atom (RFC 4287) and RSS 2.0, written by feedgen. The same items and the same `now` give the same bytes.

- Texts are HTML in both, with everything escaped: see `feeds.hypertext`. Titles, names and rights are plain; RSS does
  not say what a title is, and the RSS Advisory Board advises that.
- What was retracted is an ``at:deleted-entry`` in Atom (RFC 6721), so that whoever keeps entries can drop it; readers
  that do not know the element pass over it. RSS has nothing of the kind: there it is gone, and no more is said.
- What RSS has no element for comes from the modules that readers know: ``dc:creator``, since ``author`` is for e-mail
  and an address here is none, and ``dc:rights``.
- What an entry answers is ``thr:in-reply-to`` (RFC 4685) in both.
- The feed of an account has its signed plan in an element of ours (`thimbl.core.feedplan`). In any other, each entry
  names whose plan it stands in: ``source`` (RFC 4287 4.2.11, and RSS).
- RSS writes dates as e-mail does, which has none before 1900 (RFC 5322 3.3): an older entry goes without.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem

from feeds.about import About, Person
from feeds.entries import Entry, Gone, entries_of, gone_of, newest_change
from feeds.hypertext import hypertext
from thimbl.core.feedplan import ELEMENT, NAMESPACE
from thimbl.core.iri import record_iri
from thimbl.core.times import FIRST_MAIL
from thimbl.store.types import Item

GENERATOR: Final = "thimbl"

THREADS: Final = "http://purl.org/syndication/thread/1.0"
"""The namespace of RFC 4685."""

TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
"""The namespace of RFC 6721."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def atom(items: Iterable[Item | Entry], now: int, about: About) -> bytes:
    """An Atom feed of `items`, in their order. `now` is Unix seconds."""
    given = list(items)
    entries, gone = entries_of(given, about), gone_of(given, about)
    feed = _feed(about, newest_change(entries, gone, now))
    feed.link(href=about.home, rel="alternate")
    if about.url is not None:
        feed.link(href=about.url, rel="self")
    if gone:
        feed.register_extension("tombstones", _Tombstones, None, rss=False)
        feed.tombstones.gone = gone
    for entry in entries:
        made = _add(feed, entry, about)
        made.content(hypertext(entry.text), type="html")
        made.updated(_moment(entry.updated))
        made.published(_moment(entry.published))
        made.author({"name": entry.author.name, "uri": entry.author.iri})
        made.threads.related = [about.page_of(reference) for reference in entry.related]
        if entry.rights is not None:
            made.rights(entry.rights)
    return bytes(feed.atom_str(pretty=True))


def rss(items: Iterable[Item | Entry], now: int, about: About) -> bytes:
    """An RSS 2.0 feed of `items`, in their order. `now` is Unix seconds."""
    entries = entries_of(items, about)
    feed = _feed(about, max(newest_change(entries, (), now), FIRST_MAIL))
    if about.url is not None:
        feed.link(href=about.url, rel="self")  # as the RSS Advisory Board has it: atom:link
    feed.link(href=about.home, rel="alternate")
    feed.load_extension("dc", atom=False)
    for entry in entries:
        made = _add(feed, entry, about)
        made.content(hypertext(entry.text))
        if entry.published >= FIRST_MAIL:
            made.published(_moment(entry.published))
        made.dc.dc_creator(entry.author.name)
        if entry.rights is not None:
            made.dc.dc_rights(entry.rights)
    return bytes(feed.rss_str(pretty=True))


def _feed(about: About, updated: int) -> Any:
    feed = FeedGenerator()
    feed.register_extension("threads", _Threads, _OfEntry)
    if about.plan is not None:
        feed.register_extension("signed", _Signed)
        feed.signed.plan = about.plan.text
    feed.id(about.id)
    feed.title(about.title)
    feed.description(about.subtitle)
    feed.subtitle(about.subtitle)
    feed.author({"name": about.owner.name, "uri": about.owner.iri})
    feed.updated(_moment(updated))
    feed.generator(GENERATOR)
    return feed


def _add(feed: Any, entry: Entry, about: About) -> Any:
    """A new last entry of `feed`, with what both formats write alike."""
    made = feed.add_entry(order="append")
    made.id(entry.id)
    made.title(entry.title)
    made.link(href=entry.link, rel="alternate")
    _categorise(made, entry.categories)
    made.threads.ref = None if entry.in_reply_to is None else record_iri(entry.in_reply_to)
    made.threads.source = None if about.is_of_one else entry.source
    return made


def _categorise(made: Any, categories: Sequence[str]) -> None:
    for category in categories:
        made.category(term=category)


def _moment(seconds: int) -> datetime:
    # By addition: `datetime.fromtimestamp` asks the C library, which need not know the year 1.
    return _EPOCH + timedelta(seconds=seconds)


class _OfFeed:
    """feedgen's extension of a feed: a namespace, declared once."""

    prefix, namespace = "", ""

    def extend_ns(self) -> dict[str, str]:
        return {self.prefix: self.namespace}

    def extend_atom(self, feed: Any) -> Any:
        return feed

    def extend_rss(self, feed: Any) -> Any:
        return feed


class _Threads(_OfFeed):
    """The namespace of what entries answer."""

    prefix, namespace = "thr", THREADS


class _OfEntry:
    """feedgen's extension of an entry: what it answers (RFC 4685 3), what it is about, and whose plan it stands in.
    feedgen's own links of an entry have no `rel`, so that each would be one more alternate (RFC 4287 4.1.2)."""

    def __init__(self) -> None:
        self.ref: str | None = None
        self.related: Sequence[str] = ()
        self.source: Person | None = None

    def extend_rss(self, entry: Any) -> Any:
        if self.source is not None:
            xml_elem("source", entry, url=self.source.iri).text = self.source.name
        return self._answering(entry)

    def extend_atom(self, entry: Any) -> Any:
        for href in self.related:
            xml_elem("link", entry, href=href, rel="related")
        if self.source is not None:
            source = xml_elem("source", entry)
            xml_elem("id", source).text = self.source.iri
            xml_elem("title", source).text = self.source.name
            xml_elem("link", source, href=self.source.iri, rel="alternate")
        return self._answering(entry)

    def _answering(self, entry: Any) -> Any:
        if self.ref is not None:
            xml_elem(f"{{{THREADS}}}in-reply-to", entry, ref=self.ref)
        return entry


class _Signed(_OfFeed):
    """The plan that goes along."""

    prefix, namespace = "thimbl", NAMESPACE

    def __init__(self) -> None:
        self.plan = ""

    def extend_atom(self, feed: Any) -> Any:
        xml_elem(f"{{{NAMESPACE}}}{ELEMENT}", feed).text = self.plan
        return feed

    def extend_rss(self, feed: Any) -> Any:
        self.extend_atom(feed[0])  # the channel
        return feed


class _Tombstones(_OfFeed):
    """What was retracted (RFC 6721 3)."""

    prefix, namespace = "at", TOMBSTONES

    def __init__(self) -> None:
        self.gone: list[Gone] = []

    def extend_atom(self, feed: Any) -> Any:
        for one in self.gone:
            xml_elem(f"{{{TOMBSTONES}}}deleted-entry", feed, ref=one.id, when=_moment(one.when).isoformat())
        return feed
