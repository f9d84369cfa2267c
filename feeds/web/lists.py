"""Lists of what many wrote: ``/timeline``, and ``/tag/TAG`` of the same (commune.md 8, plan-format 8.18).

In them are those alone who agreed to be listed. They show the newest so many; what is older stands on the pages of
those who wrote it.
"""

from typing import Final

from feeds.web.asked import Asked, Moved, Page, Refused, Reply, path_of
from feeds.web.cards import card
from feeds.web.front import LOOKING
from feeds.web.html import Node, el
from feeds.web.offered import links, offered
from feeds.web.words import older
from thimbl.core.text import fold_tag, tags
from thimbl.home.shown import Listing

POSTS: Final = 30
"""Posts on a page of many: some ten screens, and a few dozen kilobytes."""

BEYOND: Final = Refused(404, "This list does not go on there.", "It begins with the newest at its own address.")


def timeline(asked: Asked) -> Reply:
    """``/timeline``."""
    try:
        listing = asked.source.timeline(asked.before, POSTS)
    except LookupError:
        return BEYOND
    intro = "The newest posts of those who agreed to be listed."
    return (
        LOOKING if listing is None else _list(asked, listing, "/timeline", "Timeline", intro, "Nobody has posted yet.")
    )


def tag(asked: Asked) -> Reply:
    """``/tag/TAG``."""
    wanted = fold_tag(asked.names["tag"])
    if tags(f"#{wanted}") != (wanted,):
        return Refused(404, "That is no tag: a tag has letters, digits and '_', and at least one letter.")
    path = path_of("tag", wanted)
    if asked.path != path:
        return Moved(path, permanent=True)
    try:
        listing = asked.source.tagged(wanted, asked.before, POSTS)
    except LookupError:
        return BEYOND
    if listing is None:
        return LOOKING
    intro = f"Posts with #{wanted}, of those who agreed to be listed."
    return _list(
        asked, listing, path, f"#{wanted}", intro, f"Nobody who agreed to be listed has written #{wanted} of late."
    )


def _list(asked: Asked, listing: Listing, path: str, title: str, intro: str, empty: str) -> Page:
    feeds = offered(path, f"{title} · {asked.site.name}") if asked.site.host else ()
    main: list[Node] = [el("h1", el("bdi", title)), el("p", intro)]
    main += [card(asked, item) for item in listing.items]
    if not listing.items:
        main.append(el("p", empty))
    if (pager := older(asked.site, path, listing.older, begins=not asked.before)) is not None:
        main.append(pager)
    if feeds:
        main.append(el("p", "Feeds: ", links(asked, feeds), class_="faint"))
    return Page(
        title,
        tuple(main),
        description=intro,
        path=path,
        here="/timeline",
        feeds=feeds,
        indexed=not asked.before and bool(listing.items),
    )
