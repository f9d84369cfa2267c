"""Posts as they read now: edited texts in place, retracted ones out (plan-format 3 and 8.12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thimbl.core.address import AddressError, Reference
from thimbl.core.imported import Imported, imported
from thimbl.core.licences import licence_of
from thimbl.core.records import EDIT, POST, RETRACT, Record, malformed_field


@dataclass(frozen=True, slots=True)
class Post:
    """What one post says now."""

    id: str
    time: int
    """Unix seconds, as its author stated it."""
    text: str
    subject: str = ""
    """The warning that its author folded the text under; may be empty."""
    re: Reference | None = None
    edited: bool = False
    licence: str = ""
    """As its author wrote it; may be empty."""
    imported: Imported | None = None
    """Where it was said before its author had this log."""


def posts_now(records: Sequence[Record]) -> list[Post]:
    """The posts among `records` (a run of one log, newest first) in the same order, as that run leaves them."""
    sound = [record for record in records if not record.withheld and malformed_field(record) is None]
    gone = {record.body["of"] for record in sound if record.kind == RETRACT}
    texts = {record.id: record.text for record in sound if record.kind == POST}
    roots = {record_id: record_id for record_id in texts}
    edited: set[str] = set()
    for record in reversed(sound):
        if record.kind == EDIT and (root := roots.get(record.body["of"])) is not None:
            roots[record.id] = root
            if record.id not in gone:
                texts[root] = record.text
                edited.add(root)
    return [
        _post(record, texts[record.id], record.id in edited)
        for record in sound
        if record.kind == POST and record.id not in gone
    ]


def _post(record: Record, text: str, edited: bool) -> Post:
    body = record.body
    return Post(
        record.id,
        record.time,
        text,
        str(body.get("subject", "")),
        answered(body),
        edited,
        licence_of(body) or "",
        imported(body),
    )


def answered(body: Mapping[str, object]) -> Reference | None:
    """What a post with this body answers."""
    try:
        return Reference.parse(str(body["re"]))
    except (KeyError, AddressError):
        return None
