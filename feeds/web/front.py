"""The first page, ``/``: the host's words, and who agreed to be listed (RFC 1288 2.5.1, plan-format 8.18)."""

from typing import Final

from feeds.web.asked import Asked, Page, Refused, Reply
from feeds.web.html import Element, Node, clean, el, isolated
from feeds.web.words import day, named
from thimbl.home.shown import Listed

MOST_LISTED: Final = 500
"""Accounts on one page: what a browser shows at once on a telephone, and a person still looks through."""

MOST_COPIES: Final = 500
"""Addresses of copies on the page; Finger's ``/W`` has them all."""

LOOKING: Final = Refused(
    503,
    "This host is still looking through its accounts, which it does after it was started.",
    "Ask again in a moment.",
    seconds=2,
)


def page(asked: Asked) -> Reply:
    """The page."""
    source, site = asked.source, asked.site
    listed = source.accounts()
    if listed is None:
        return LOOKING
    begin = asked.query.get("from", "")
    here = [one for one in listed if one.who >= begin]
    shown, further = here[:MOST_LISTED], here[MOST_LISTED:]
    message = source.message().strip("\n")
    main: list[Node] = [el("h1", site.name)]
    if message and not begin:
        main.append(el("pre", clean(message), class_="words"))
    main.append(el("h2", "People"))
    if shown:
        main.append(el("ul", *(_line(asked, one) for one in shown), class_="people"))
    else:
        main.append(
            el("p", "Nobody here has asked to be listed. Whoever has published a plan stands under their name.")
        )
    if further:
        after = site.to(**{"from": further[0].who})
        main.append(el("nav", el("a", "More people", href=after, rel="next"), class_="pages", aria_label="More people"))
    if not begin:
        main += _copies(asked)
    count = f"{len(listed):,} {'person' if len(listed) == 1 else 'people'}"
    return Page(
        site.name,
        tuple(main),
        description=f"The plans of {count} on {site.name}: signed posts, to be followed by Finger, feed or browser.",
        path="/",
        here="/",
        indexed=not begin,
    )


def _line(asked: Asked, one: Listed) -> Element:
    newest: list[Node] = [] if one.newest is None else [" ", el("small", day(one.newest))]
    link = el("a", named(one.name, one.who), href=asked.site.to(one.who))
    handle: list[Node] = [" ", el("small", isolated(one.who))] if one.name and one.name != one.who else []
    return el("li", link, *handle, *newest)


def _copies(asked: Asked) -> list[Node]:
    # Whom this host's own account follows may live here too: then it is no copy that is shown.
    addresses = [one for one in asked.source.copies()[: 2 * MOST_COPIES] if asked.source.who_is(one) == str(one)]
    if not addresses:
        return []
    links = [el("li", el("a", isolated(str(one)), href=asked.site.to(str(one)))) for one in addresses[:MOST_COPIES]]
    left = len(asked.source.copies()) - 2 * MOST_COPIES
    return [
        el("h2", "Copies"),
        el("p", "Checked copies are kept here of the plans of people who live on other hosts."),
        el("ul", *links, class_="people"),
        el("p", f"And of some {left:,} more.") if left > 0 else "",
    ]
