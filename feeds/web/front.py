"""The first page, ``/``: the host's words, and who agreed to be listed (RFC 1288 2.5.1, plan-format 8.18)."""

from typing import Final

from feeds.web.asked import Asked, Page, Refused, Reply
from feeds.web.html import Element, Node, clean, el, isolated, several
from feeds.web.words import clip, day, named, parted
from thimbl.core.counting import counted
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
    count = counted(len(listed), "person", "people")
    return Page(
        site.name,
        tuple(main),
        description=f"The plans of {count} on {site.name}: signed posts, to be followed by Finger, feed or browser.",
        path="/",
        here="/",
        indexed=not begin,
    )


def _line(asked: Asked, one: Listed) -> Element:
    newest: list[Node] = [] if one.newest is None else [several(["newest post ", day(one.newest)])]
    handle: list[Node] = [isolated(one.who)] if one.name and one.name != one.who else []
    return _person(asked, one.who, named(one.name, one.who), [*handle, *newest])


def _person(asked: Asked, who: str, name: Element, told: list[Node]) -> Element:
    """A name that leads to their page, and below it what is told of them."""
    parts = [several([", " if index else "", one]) for index, one in enumerate(told)]
    return el(
        "li", el("a", name, href=asked.site.to(who)), " " if parts else None, el("small", *parts) if parts else None
    )


def _copies(asked: Asked) -> list[Node]:
    # Whom this host's own account follows may live here too: then it is no copy that is shown.
    found = (asked.source.profile(str(one)) for one in asked.source.copies()[: 2 * MOST_COPIES])
    copies = [one for one in found if one is not None and one.copied][:MOST_COPIES]
    if not copies:
        return []
    lines = [
        _person(asked, one.who, named(one.name, one.who), [el("bdi", *parted(one.who))] if clip(one.name) else [])
        for one in copies
    ]
    left = len(asked.source.copies()) - 2 * MOST_COPIES
    return [
        el("h2", "Copies"),
        el("p", "Checked copies are kept here of the plans of people who live on other hosts."),
        el("ul", *lines, class_="people"),
        el("p", f"And of some {left:,} more.") if left > 0 else "",
    ]
