"""What follows from a record: its line in a timeline, whom it mentions, its tags. Pure: others store it.

- An item's rowid is its sort key, so that every index, the full-text one too, is in the order of the timeline. From the
  top: the moment min(stated time, when it first came) in 39 bits, the low 12 bits of the record's seq, 12 bits of its
  author, and the next free place where two agree in all of that.
- A message from the future is shown with its time and sorted as when it came (plan-format 5).
- Posts and announcements are items; an edit changes one, a retract empties one.
- What is derived depends on the records alone, never on the order in which they came.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from thimbl.core.address import AddressError, Reference
from thimbl.core.canonical import encoder
from thimbl.core.records import EDIT, POST, RETRACT, Record, malformed_field
from thimbl.core.text import Nicks, SpanKind, spans

if TYPE_CHECKING:
    from thimbl.core.classic import Message

BOND_OFFER: Final = "bond-offer"

RANK_BITS: Final = 24
"""Below the time: the years 1 to 9999 take 39 bits with their sign, and SQLite's integers have 64."""

AUTHOR_BITS: Final = 12
SEQ_BITS: Final = RANK_BITS - AUTHOR_BITS
"""So that 4,096 authors may say their nth at the same second, each in a place of their own, and one author as much in
one second (a log that was made of an archive with days for times) in its order."""

_SEARCHED: Final = ("series", "asset", "description", "risk")
"""What a person may look for in an announcement: the words of an offer. Keys, amounts and references are no words."""


class Line(NamedTuple):
    """What the table `item` holds of a record or message, but for its rowid, its author and `unread`, column by
    column; at the end those that most lack."""

    kind: str
    id: str
    seq: int | None
    time: int
    words: str
    retracted: bool
    withheld: bool
    subject: str | None
    re: str | None
    reply_to: str | None
    edited: int | None
    malformed: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the edits and retractions of a post come to."""

    text: str | None = None
    """The newest edit's; None where none counts."""
    edited: int | None = None
    retracted: bool = False


AS_WRITTEN: Final = Shown()


def first_rowid(time: int, stored: int, rank: int, author: int) -> int:
    """Where an item belongs; the next free one counts. `rank` orders those of one author in one second."""
    place = (rank % (1 << SEQ_BITS)) << AUTHOR_BITS | author % (1 << AUTHOR_BITS)
    return min(time, stored) << RANK_BITS | place


def rowid_at(time: int) -> int:
    """The least rowid of an item that sorts at `time` (Unix seconds) or later."""
    return time << RANK_BITS


def is_item(kind: str) -> bool:
    """Whether a record of this kind is a line of a timeline."""
    return kind not in (EDIT, RETRACT)


def target_of(record: Record) -> str | None:
    """The id that an edit or a retract is of, where it says one."""
    if record.kind not in (EDIT, RETRACT) or malformed_field(record) == "of":
        return None
    of = record.body.get("of")
    return of if isinstance(of, str) else None


def counts(edit: Record) -> bool:
    """Whether the text of an edit can be shown."""
    return not edit.withheld and malformed_field(edit) is None


def line_of(record: Record, shown: Shown = AS_WRITTEN) -> Line:
    """The line of a post or an announcement."""
    fault, retracted = _fault(record), shown.retracted
    subject = re = None
    words = ""
    if record.kind != POST:
        words = _searched(record)
    elif not retracted:
        if shown.text is not None:
            words = shown.text
        elif fault != "text":
            words = record.text
        subject = _string(record.body, "subject")
        re = _reference(record.body)
    return Line(
        record.kind,
        record.id,
        record.seq,
        record.time,
        words,
        retracted,
        record.withheld and not retracted,
        subject,
        re,
        None,
        None if retracted else shown.edited,
        None if retracted else fault,
    )


def line_of_message(message: "Message") -> Line:
    """The line of a message of version 1."""
    return Line(
        kind=POST,
        id=message.id,
        seq=None,
        time=message.time,
        words=message.text,
        retracted=False,
        withheld=False,
        subject=None,
        re=None,
        reply_to=None if message.to is None else str(message.to),
        edited=None,
        malformed=None,
    )


def rank_of(line: Line) -> int:
    """What orders an author's items of one second: the place in the log; in version 1, without one, anything fixed."""
    return line.seq if line.seq is not None else zlib.crc32(line.id.encode("ascii"))


def named_in(line: Line, nicks: Nicks) -> tuple[set[str], set[str]]:
    """The addresses that a line speaks to (those in the text, whom it answers, whom a reply of 2010 was to), and the
    folded tags of a post."""
    mentions: set[str] = set()
    tags: set[str] = set()
    if line.kind == POST and ("@" in line.words or "#" in line.words):
        for span in spans(line.words, nicks):
            if span.kind is SpanKind.MENTION:
                mentions.add(span.value)
            elif span.kind is SpanKind.TAG:
                tags.add(span.value)
    if line.re is not None:
        mentions.add(line.re.partition("#")[0])
    if line.reply_to is not None:
        mentions.add(line.reply_to)
    return mentions, tags


to_json: Final = encoder(sort_keys=False)
"""JSON as the store keeps it: the same data in the same order when it is read again."""


def _fault(record: Record) -> str | None:
    if record.kind == BOND_OFFER and not record.withheld:
        # Imported for offers, which are few: posts are shown sooner without.
        from thimbl.core.commune.fields import Malformed
        from thimbl.core.commune.offer import BondOffer

        try:
            BondOffer.from_body(record.body)
        except Malformed as fault:
            return fault.field
        return None
    return malformed_field(record)


def _searched(record: Record) -> str:
    if record.kind != BOND_OFFER:
        return ""
    return "\n".join(value for key in _SEARCHED if isinstance(value := record.body.get(key), str))


def _string(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None


def _reference(body: Mapping[str, Any]) -> str | None:
    """`re` in its canonical form, where it is a reference."""
    value = _string(body, "re")
    if value is None:
        return None
    try:
        return str(Reference.parse(value))
    except AddressError:
        return None
