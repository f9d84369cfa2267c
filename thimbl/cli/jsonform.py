"""What `--json` prints: these keys, in this order, every one of them always there. Keys are added, never taken away.

Times are the 20 characters of plan-format 1, and null where there is none. Texts are their author's, not made safe for
a terminal: `thimbl.cli.output.emit` escapes what a terminal would act on.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from thimbl.store.types import Author, Item, ThreadItem

ITEM_HELP: Final = """\
--json gives for each: reference, id, address, name, nick, me, verdict, seq, time, kind, text, subject, re, to, edited,
retracted, withheld, malformed, unread, muted (by what), body (of what is no post). What is not known is null.
"""


def item_data(item: "Item") -> dict[str, Any]:
    """An item of a list."""
    return {
        "reference": str(item.reference),
        "id": item.id,
        "address": str(item.address),
        "name": item.name,
        "nick": item.nick,
        "me": item.is_me,
        "verdict": str(item.verdict) if item.verdict else None,
        "seq": item.seq,
        "time": stamp(item.time),
        "kind": item.kind,
        "text": item.text,
        "subject": item.subject,
        "re": str(item.re) if item.re else None,
        "to": str(item.to) if item.to else None,
        "edited": stamp(item.edited),
        "retracted": item.retracted,
        "withheld": item.withheld,
        "malformed": item.malformed,
        "unread": item.unread,
        "muted": item.muted,
        "body": None if item.kind == "post" else dict(item.body),
    }


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
    }


def stamp(seconds: int | None) -> str | None:
    """A moment as plans write it; None for none."""
    from thimbl.core.times import format_time

    return None if seconds is None else format_time(seconds)
