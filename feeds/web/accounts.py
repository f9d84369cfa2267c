"""The page of an account, ``/NAME`` or ``/NAME@HOST``, and its plan as Finger gives it, ``/NAME/plan`` (plan-format 6).

- What a plan says of its author stands first: whose it is, what this host concluded of it, its key. Then the posts.
- A plan that is plain words is shown as it is written.
- Search engines are asked to leave out who did not agree to be listed: whoever knows the name still finds them.
"""

from typing import Final

from feeds.web.asked import Asked, Moved, Page, Raw, Refused, Reply, path_of
from feeds.web.books import PLACES
from feeds.web.cards import card
from feeds.web.html import Element, Node, clean, el, is_safe_address, isolated, several
from feeds.web.lists import BEYOND, POSTS
from feeds.web.offered import links, of_profile
from feeds.web.texts import text
from feeds.web.words import (
    STRANGE,
    account_link,
    breaking,
    clip,
    facts,
    named,
    older,
    stamp,
    verdict,
    verdict_sentence,
    whose,
)
from thimbl.core.address import Address
from thimbl.core.iri import account_iri
from thimbl.core.licences import LICENSE
from thimbl.core.plan import Follow
from thimbl.home.shown import Profile

MOST_PROPERTIES: Final = 20
"""Properties that are shown: a head may have any number, and few people have more than five."""

MOST_VALUE: Final = 200
"""Characters of one."""

LABELS: Final = {LICENSE: "Licence", "website": "Website"}
"""What properties are called that this program knows; others stand there as they are written."""

MOST_FOLLOWED: Final = 1_000
"""Addresses of a list of whom somebody follows."""

NO_ACCOUNT: Final = Refused(
    404,
    "There is no such account here, or it has published no plan.",
    "The names on the first page are those who agreed to be listed; others have to be known by name, to the letter.",
)


def page(asked: Asked) -> Reply:
    """``/NAME``."""
    who = asked.names["name"]
    profile = asked.source.profile(who)
    if profile is None:
        # With Finger this name is the page of the host's communes where no account has it.
        return Moved("/bonds") if who == "commune" and asked.source.communes() else NO_ACCOUNT
    if profile.who != who:  # an alias, an address of an account here, or one that has moved
        return Moved(path_of(profile.who, before=asked.before))
    path = asked.path
    if profile.words is not None:
        return _plain(asked, profile)
    try:
        listing = asked.source.posts(who, asked.before, POSTS)
    except LookupError:
        return BEYOND
    feeds = of_profile(profile, path)
    main: list[Node] = [el("h1", named(profile.name, who))]
    if not asked.before:
        main += _about(asked, profile)
        ways: list[Node] = ["Feeds: ", links(asked, feeds), " · ", _plan_link(asked, who)]
        if asked.source.archive(who) is not None:
            ways += [" · ", el("a", "its archive", href=asked.site.to(who, "plan.d"))]
        main.append(el("p", *ways, class_="faint"))
    main.append(el("h2", "Posts"))
    main += [card(asked, item, level="h3", own=True) for item in listing.items]
    if not listing.items:
        main.append(el("p", "Nothing has been posted yet."))
    if (pager := older(asked.site, path, listing.older, begins=not asked.before)) is not None:
        main.append(pager)
    return Page(
        whose(profile),
        tuple(main),
        description=profile.bio or f"The plan of {whose(profile)}.",
        path=path,
        kind="profile",
        feeds=feeds,
        indexed=profile.listed and not asked.before,
        properties=(("profile:username", profile.address.user if profile.address else who),),
    )


def plan(asked: Asked) -> Reply:
    """``/NAME/plan``: the very answer that Finger gives."""
    who = asked.names["name"]
    profile, raw = asked.source.profile(who), asked.source.plan(who)
    if profile is None or raw is None:
        return NO_ACCOUNT
    return Raw(raw, "text/plain; charset=utf-8", indexed=False)


def _plain(asked: Asked, profile: Profile) -> Page:
    main = (
        el("h1", named(profile.name, profile.who)),
        el("p", "This plan is plain words, which nobody signed."),
        el("pre", clean(profile.words or ""), class_="words", dir="auto", lang=""),
        el("p", _plan_link(asked, profile.who), class_="faint"),
    )
    return Page(whose(profile), main, path=asked.path, kind="profile", indexed=False)


def _plan_link(asked: Asked, who: str) -> Element:
    return el("a", "the plan as Finger gives it", href=asked.site.to(who, "plan"))


def _about(asked: Asked, profile: Profile) -> list[Node]:
    address = profile.address
    signed: list[Node] = [verdict(profile.verdict), ". ", verdict_sentence(profile.verdict)]
    if profile.updated is not None:
        signed += [" Signed ", stamp(profile.updated)]
    shown: list[Node | None] = [
        text(asked, profile.bio) if profile.bio.strip() else None,
        el("p", el("strong", "They have moved: "), account_link(asked, profile.moved_to)) if profile.moved_to else None,
        facts(
            ("Address", None if address is None else el("code", breaking(str(address)))),
            ("Lives", _elsewhere(address) if profile.copied and address is not None else None),
            ("Plan", several(signed)),
            ("Key", None if profile.key is None else el("code", profile.key)),
            ("Records", f"{profile.records:,}" if profile.records else None),
            *_properties(profile),
        ),
        *_commune(asked, profile),
        _following(asked, profile.following),
    ]
    return [node for node in shown if node is not None]


def _elsewhere(address: Address) -> Node:
    link = el("a", isolated(address.hostport), href=account_iri(address), rel=STRANGE)
    return several(["on ", link, "; this is a copy of the plan"])


def _commune(asked: Asked, profile: Profile) -> list[Node]:
    if not profile.is_commune:
        return []
    items = [el("li", el("a", name, href=asked.site.to(profile.who, path))) for path, name in PLACES]
    return [el("h2", "Its books"), el("nav", el("ul", *items), class_="ways", aria_label="Pages of the commune")]


def _properties(profile: Profile) -> list[tuple[str, Node | None]]:
    rows: list[tuple[str, Node | None]] = []
    for name, value in list((profile.properties or {}).items())[:MOST_PROPERTIES]:
        if name == "listed":
            continue
        label, shown = LABELS.get(name) or clip(name, 30), clip(value, MOST_VALUE)
        is_link = value.startswith(("http://", "https://", "mailto:")) and is_safe_address(value)
        rows.append((label, el("a", shown, href=value, rel=f"{STRANGE} me", dir="ltr") if is_link else isolated(shown)))
    return rows


def _following(asked: Asked, following: tuple[Follow, ...]) -> Element | None:
    if not following:
        return None
    items = []
    for one in following[:MOST_FOLLOWED]:
        nick: list[Node] = [" ", el("small", isolated(clip(one.nick)))] if one.nick else []
        items.append(el("li", account_link(asked, one.address), *nick))
    return el("details", el("summary", f"Follows {len(following):,}"), el("ul", *items, class_="plain"))
