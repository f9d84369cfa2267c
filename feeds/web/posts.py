"""One post or announcement with what it answers and what answers it, ``/NAME/ID`` (plan-format 3).

- It stands under its whole id. Any beginning of the id that is nobody else's leads there, as everywhere in this
  program; one that several have is refused with what they are.
- What was taken back stands there as taken back (410), for whoever comes by an old link.
"""

from typing import Final

from feeds.about import cut
from feeds.web.accounts import NO_ACCOUNT
from feeds.web.asked import Asked, Moved, Page, Refused, Reply, path_of
from feeds.web.books import about_record
from feeds.web.cards import card, sentence_of
from feeds.web.html import Node, el, several
from feeds.web.offered import of_profile
from feeds.web.words import named, record_link, short, whose
from thimbl.core.address import SHOWN_ID, begins_id, is_id
from thimbl.core.counting import counted
from thimbl.core.times import TimeError, format_time
from thimbl.home.shown import Profile, Thread

MOST_TITLE: Final = 70
"""Characters of a post in the title of its page."""

MOST_CHOICES: Final = 10
"""Ids that one which several have is answered with."""


def page(asked: Asked) -> Reply:
    """``/NAME/ID``."""
    who, wanted = asked.names["name"], asked.names["id"]
    profile = asked.source.profile(who)
    if profile is None:
        return NO_ACCOUNT
    if profile.who != who:
        return Moved(path_of(profile.who, wanted))
    if not begins_id(wanted):
        lower = wanted.lower()
        if begins_id(lower) and lower != wanted:
            return Moved(path_of(who, lower))
        return Refused(404, "There is no such page of this account.", f"Its posts are at {path_of(who)}.")
    if not is_id(wanted):
        ids = asked.source.find(who, wanted)
        if len(ids) == 1:
            return Moved(path_of(who, ids[0]))
        return _not_one(asked, who, list(ids))
    thread = asked.source.thread(who, wanted)
    if thread is None:
        return _not_one(asked, who, [])
    return _page(asked, profile, thread)


def _not_one(asked: Asked, who: str, ids: list[str]) -> Refused:
    if not ids:
        return Refused(404, "There is no such post here.", f"What this account has posted is at {path_of(who)}.")
    some = ", ".join(id_[: SHOWN_ID + 4] for id_ in ids[:MOST_CHOICES])
    return Refused(404, f"Several posts begin so: {some}.", "Give more of the id.")


def _page(asked: Asked, profile: Profile, thread: Thread) -> Page:
    item = thread.item
    said = sentence_of(item, asked.now)
    main: list[Node] = [el("h1", _what(item.kind), " by ", named(profile.name, profile.who))]
    if thread.above is not None:
        main += [el("p", "In answer to:", class_="faint"), card(asked, thread.above)]
    elif item.re is not None:
        main.append(el("p", several(["It answers ", record_link(asked, item.re), ", which is not here."])))
    main.append(card(asked, item, whole=True, asked_for=True))
    if profile.is_commune and (why := about_record(asked, profile.who, item.seq)) is not None:
        main.append(why)
    if thread.answers:
        main.append(el("h2", counted(len(thread.answers), "answer")))
        main += [card(asked, answer, level="h3", below=item.reference) for answer in thread.answers]
    elif item.kind == "post" and not item.retracted:
        main.append(el("p", "Of those whose posts are here, nobody has answered it.", class_="faint"))
    main.append(_reference(asked, thread))
    title = cut(said, MOST_TITLE)
    return Page(
        f"{title} · {whose(profile)}" if title else f"{_what(item.kind)} by {whose(profile)}",
        tuple(main),
        description=said,
        path=path_of(profile.who, item.id),
        kind="article",
        feeds=of_profile(profile, path_of(profile.who)),
        indexed=profile.listed and not item.retracted,
        properties=_published(item.time),
        status=410 if item.retracted else 200,
    )


def _what(kind: str) -> str:
    return "Post" if kind == "post" else "Announcement"


def _reference(asked: Asked, thread: Thread) -> Node:
    reference = thread.item.reference
    return el(
        "details",
        el("summary", "How to name, answer and check it"),
        el("p", "In this program it is ", el("code", short(reference)), "; in full:"),
        el("pre", str(reference), tabindex="0", class_="words"),
        el("p", "To answer it: ", el("code", f"thimbl reply {short(reference)} 'TEXT'")),
        el("p", "To check who signed it: ", el("code", f"thimbl follow {reference.address}")),
    )


def _published(seconds: int) -> tuple[tuple[str, str], ...]:
    try:
        return (("article:published_time", format_time(seconds)),)
    except TimeError:
        return ()
