"""What `--json` prints: these keys, in this order, every one of them always there. Keys are added, never taken away.

Times are the 20 characters of plan-format 1, and null where there is none. Texts are their author's, not made safe for
a terminal: `thimbl.cli.output.emit` escapes what a terminal would act on. An item is written in `thimbl.home.itemform`,
since hooks are given the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from thimbl.home.following import Followed
    from thimbl.store.types import Author, Item, ThreadItem

ITEM_HELP: Final = """\
--json gives for each: reference, id, address, name, nick, me, verdict, seq, time, kind, text, subject, re, to, edited,
retracted, withheld, malformed, unread, muted (by what), licence, imported, body (of what is no post), link and by (of
an entry of a feed of the web). What is not known is null.
"""


def item_data(item: "Item") -> dict[str, Any]:
    """An item of a list."""
    from thimbl.home import itemform

    return itemform.item_data(item)


def thread_data(place: "ThreadItem") -> dict[str, Any]:
    """A place in a thread: `depth`, `missing`, and the item; of a missing one only what its reference says."""
    lead = {"depth": place.depth, "missing": place.item is None}
    if place.item is not None:
        return lead | item_data(place.item)
    reference = place.reference
    return lead | {"reference": str(reference), "id": reference.id, "address": str(reference.address)}


def author_data(author: "Author", cited_by: Sequence[str] = ()) -> dict[str, Any]:
    """Somebody, and how they stand. `cited_by`: the communes for whose sake they are asked."""
    return {
        "address": str(author.address),
        "nick": author.nick,
        "name": author.name,
        "followed": author.followed,
        "private": author.private,
        "verdict": str(author.verdict) if author.verdict else None,
        "reason": author.reason,
        "fingerprint": author.key,
        "recovery": author.recovery,
        "seq": author.seq,
        "updated": stamp(author.updated),
        "asked": stamp(author.asked),
        "answered": stamp(author.answered),
        "failure": author.failure,
        "gap_below": author.gap_below,
        "moved_to": str(author.moved_to) if author.moved_to else None,
        "posts": author.posts,
        "due": stamp(author.due),
        "source": author.source,
        "cited_by": list(cited_by),
        "url": author.web.url if author.web else None,
        "format": author.web.kind if author.web else None,
        "moved_url": author.web.moved if author.web else None,
    }


def looked_data(one: "Followed", *, followed: bool, **found: object) -> dict[str, Any]:
    """What was found of somebody who is followed, or may be as `one` says."""
    known = {"verdict": None, "reason": "", "failure": None, "name": None, "fingerprint": None, "seq": None}
    of_feeds = {"format": None, "entries": None, "moved_url": None, "plan": None}
    return {
        "address": str(one.address),
        "url": str(one.url) if one.url else None,
        "nick": one.nick,
        "followed": followed,
        "private": one.private,
        **known,
        **of_feeds,
        **found,
    }


def stamp(seconds: int | None) -> str | None:
    """A moment as plans write it; None for none."""
    from thimbl.home import itemform

    return itemform.stamp(seconds)
