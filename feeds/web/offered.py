"""The feeds that go with a page: an account's, the timeline's, and those of a tag (`feeds.serving`).

- ``feed.atom``, ``feed.rss``, ``feed.json`` and ``feed.twtxt`` stand below the page that shows the same to people.
- They have what the page has, and nothing else: whatever a source gives strangers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Final

from feeds.about import About, What
from feeds.carried import Carried, carried
from feeds.entries import Entry
from feeds.serving import ENTRIES, FORMS, serve_feed
from feeds.web.asked import Asked, Feed, Raw, Refused, Reply, path_of
from feeds.web.front import LOOKING
from feeds.web.html import Element, el
from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.licences import licence_of
from thimbl.core.text import fold_tag
from thimbl.home.shown import Listing, Profile
from thimbl.store.types import Item


class _Around:
    """What a feed asks beside its items (`feeds.around.Around`), of what pages may ask."""

    def __init__(self, asked: Asked) -> None:
        self._source = asked.source

    def find(self, reference: Reference) -> Item | None:
        return self._source.item(reference)

    def nicks(self, address: Address) -> Mapping[str, Address]:
        return self._source.nicks(address)

    def licence(self, address: Address) -> str | None:
        who = self._source.who_is(address)
        profile = None if who is None else self._source.profile(who)
        return None if profile is None or profile.properties is None else licence_of(profile.properties)

    def feed(self, address: Address) -> str | None:
        """None: what is shown here are plans."""
        return None

    def retracted(self, item: Item) -> int | None:
        """None: what was taken back is in no list of this site."""
        return None


SUFFIXES: Final[Mapping[str, str]] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed", "twtxt": "twtxt"}
"""What a feed's path ends in, and what it is called."""

NEED_FEEDGEN: Final = frozenset({"atom", "rss"})
"""Those that are written by a library which is not everywhere (the extra ``feeds``)."""


def offered(path: str, title: str) -> tuple[Feed, ...]:
    """The feeds below a page, as the head of its document names them."""
    have = find_spec("feedgen") is not None
    return tuple(
        Feed(f"{path}/feed.{suffix}", f"{title} ({name})", FORMS[suffix].media_type.partition(";")[0])
        for suffix, name in SUFFIXES.items()
        if have or suffix not in NEED_FEEDGEN
    )


def links(asked: Asked, feeds: Sequence[Feed]) -> Element:
    """The same as links for people, in a line."""
    shown: list[Element | str] = []
    for feed in feeds:
        suffix = feed.path.rpartition(".")[2]
        shown += [", " if shown else "", el("a", SUFFIXES[suffix], href=asked.site.link(feed.path), type=feed.type)]
    return el("span", *shown)


def account(asked: Asked) -> Reply:
    """``/NAME/feed.SUFFIX``."""
    who = asked.names["name"]
    profile = asked.source.profile(who)
    if profile is None or profile.address is None:
        return Refused(404, "There is no such account here, or its plan has no posts that a feed could tell of.")
    listing = asked.source.posts(who, limit=ENTRIES)
    about = about_of(asked, profile.address, profile.name, path_of(who))
    return served(asked, listing.items, replace(about, plan=_plan(asked, listing)), indexed=profile.listed)


def _plan(asked: Asked, listing: Listing) -> Carried | None:
    """The signed plan of an account that goes along with its feed; None where nobody signed it."""
    signed = asked.source.signed(asked.names["name"])
    if signed is None:
        return None
    oldest = listing.items[-1].seq if listing.older is not None and listing.items else None
    return carried(*signed, oldest or 1)


def timeline(asked: Asked) -> Reply:
    """``/timeline/feed.SUFFIX``."""
    return _of_host(asked, asked.source.timeline(limit=ENTRIES), "/timeline")


def tag(asked: Asked) -> Reply:
    """``/tag/TAG/feed.SUFFIX``."""
    wanted = fold_tag(asked.names["tag"])
    return _of_host(asked, asked.source.tagged(wanted, limit=ENTRIES), path_of("tag", wanted), wanted)


def _of_host(asked: Asked, listing: Listing | None, page: str, tag: str | None = None) -> Reply:
    if listing is None:
        return LOOKING
    try:
        address = Address.parse(f"timeline@{asked.site.host}")
    except AddressError:
        return Refused(404, "This host does not know its own name, which its feeds are named after.")
    return served(asked, listing.items, about_of(asked, address, "", page, What.HOST, tag), changed=listing.changed)


def about_of(
    asked: Asked, address: Address, name: str, page: str, what: What = What.ACCOUNT, tag: str | None = None
) -> About:
    """Which feed the path is of; `page` is that of the page that shows the same to people."""

    def link(reference: Reference) -> str | None:
        who = asked.source.who_is(reference.address)
        return None if who is None else asked.site.absolute(path_of(who, reference.id))

    here = asked.site.absolute
    return About(address, name, what, tag, url=here(asked.path), page=here(page), link=link, around=_Around(asked))


def served(
    asked: Asked, items: Sequence[Item | Entry], about: About, *, indexed: bool = True, changed: int | None = None
) -> Reply:
    """A feed of these, in the form that the path ends in; `changed` as for `serve_feed`."""
    form = asked.path.rpartition(".")[2]
    if form not in FORMS:
        return Refused(404, "There is no feed of that form here.", f"There are {', '.join(SUFFIXES.values())}.")
    try:
        made = serve_feed(form, items, asked.now, about, asked.headers, changed)
    except ImportError:
        return Refused(404, "This host can not write that kind of feed.", "JSON Feed and twtxt it can.")
    kind = next((value for name, value in made.headers if name == "Content-Type"), "text/plain; charset=utf-8")
    rest = tuple((name, value) for name, value in made.headers if name != "Content-Type")
    return Raw(made.body, kind, rest, made.status, indexed)


def of_profile(profile: Profile, path: str) -> tuple[Feed, ...]:
    """Those of an account; none where its plan is plain words."""
    return offered(path, profile.label) if profile.address is not None else ()
