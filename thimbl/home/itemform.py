"""An item as JSON has it, for `--json` and for hooks: these keys, in this order, every one of them always there.

Keys are added, never taken away. Times are the 20 characters of plan-format 1, and null where there is none. Texts are
their author's, not made safe for a terminal.
"""

from typing import TYPE_CHECKING, Any

from thimbl.core.times import format_time

if TYPE_CHECKING:
    from thimbl.store.types import Item


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
        "licence": item.licence,
        "imported": None if item.imported is None else item.imported.body,
        "body": None if item.kind == "post" else dict(item.body),
        "link": item.link,
        "by": item.by or None,
        "says": None if item.kind == "post" else _says(item),
    }


def _says(item: "Item") -> str | None:
    """What an announcement says, with the days that it names and not how far off they are: at any time the same."""
    from thimbl.core.announcements import announced  # only here: most items are posts
    from thimbl.core.commune.fields import Malformed

    try:
        return None if item.malformed else announced(item.kind, item.body, None, item.code_of)
    except Malformed:
        return None


def stamp(seconds: int | None) -> str | None:
    """A moment as plans write it; None for none."""
    return None if seconds is None else format_time(seconds)
