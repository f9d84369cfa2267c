"""The signed plan that the feed of an account carries, so that the way out leads back without loss (docs/feeds.md).

- It is the newest head, and the newest records that hang together with it, down to the oldest that the feed shows, each
  as it was signed: edits, retractions and announcements too. What lies below is in the archive, as with any plan
  (plan-format 3.2): whoever takes it in sees a gap there.
- A text that was taken back goes by its digest, with its edits (plan-format 3.4), even where its host still has it.
- It is written as a plan is published (plan-format 1.4). The same head and the same records make the same text, whoever
  has them: two hosts that serve the feed agree on its entity tag.
- Where a format has it, `thimbl.core.feedplan` knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from thimbl.core.compose import window
from thimbl.core.plan import Head
from thimbl.core.planwriter import write_plan
from thimbl.core.records import EDIT, POST, RETRACT, Record

MAX_BYTES: Final = 512 * 1024
"""Of the plan: half of what readers take of one (plan-format 1.3), and some 30,000 of their 50,000 nodes. That is what
somebody asked for who wants all entries in a file; fifty posts are some 20 KB."""

MOST: Final = 4_500
"""Records that are looked at: more than `MAX_BYTES` hold, since none has less than 120 bytes."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A plan, as a feed carries it."""

    text: str
    updated: int
    """When its head was made, in Unix seconds: the feed is another one from then on."""


def carried(head: Head, records: Iterable[Record], floor: int) -> Carried:
    """The plan of `head` with those of `records` that a feed shows. They come newest first and without a gap; `floor`
    is the seq of the oldest that is shown: 1 where the feed shows all."""
    shown = _withheld(list(islice(takewhile(lambda one: one.seq >= floor, records), MOST)))
    text = _written(head, shown)
    if len(text.encode("utf-8")) > MAX_BYTES:  # few feeds are as large; to measure each record costs as much again
        text = _written(head, window(head, shown, MAX_BYTES))
    return Carried(text, head.updated)


def _written(head: Head, records: Sequence[Record]) -> str:
    data = {**head.data, "entries": [dict(record.data) for record in records]}
    if not records:
        del data["entries"]
    return write_plan(data)


def _withheld(records: Sequence[Record]) -> list[Record]:
    """The same, newest first, without what those among them took back."""
    gone = {record.body.get("of") for record in records if record.kind == RETRACT}
    for record in reversed(records):
        if record.kind == EDIT and record.body.get("of") in gone:  # an edit may be of an edit
            gone.add(record.id)
    hides = [record.kind in (POST, EDIT) and record.id in gone and not record.withheld for record in records]
    return [record.withhold() if hide else record for record, hide in zip(records, hides, strict=True)]
