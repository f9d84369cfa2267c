"""Making records and heads: the writing half of plan-format 2 and 3. Pure: the clock and the salt are arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.archive import check_room
from thimbl.core.canonical import b64
from thimbl.core.keys import PLAN_NAMESPACE, RECORD_NAMESPACE, Signer, sign
from thimbl.core.plan import MAX_FOLLOWING, Follow, Head, following_data, head_from_data, list_digest
from thimbl.core.planwriter import write
from thimbl.core.records import EDIT, POST, QUIET_KINDS, SALT_BYTES, Record, make_data
from thimbl.core.times import format_time

WINDOW_BYTES: Final = 64 * 1024
"""Of a published plan (plan-format 6): what somebody on a slow line still likes to finger."""

Randomness = Callable[[int], bytes]
"""So many random bytes, such as `os.urandom`."""

_PLACE = ("seq", "last", "updated", "sig", "key", "entries", "following_list")


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to say: a kind and a body."""

    kind: str
    body: Mapping[str, Any]
    time: int | None = None
    """When it was said, in Unix seconds, where that was earlier than now; None: now."""


@dataclass(frozen=True, slots=True)
class Change:
    """A retraction or an edit before it is signed: what its author is shown, and what is published then."""

    of: str
    """The id of the record that it is about."""
    entries: tuple[Entry, ...]
    """Oldest first, each with its salt."""
    withheld: tuple[int, ...] = ()
    """The seqs of the records whose text goes."""

    @property
    def record(self) -> str:
        """The exact records as YAML. The writer adds the number, the time and the id of the record before it."""
        return "\n".join(write({"kind": entry.kind, **entry.body}) for entry in self.entries)


def salted(entry: Entry, random: Randomness) -> Entry:
    """The entry with a salt, where its kind has one (plan-format 3): so that a withheld text can not be guessed."""
    if entry.kind not in (POST, EDIT) or "salt" in entry.body:
        return entry
    return replace(entry, body={**entry.body, "salt": b64(random(SALT_BYTES))})


def make_record(entry: Entry, *, address: Address, seq: int, prev: str | None, time: int, signer: Signer) -> Record:
    """The record of `entry` at this place of the log; signed if its kind is an announcement.

    Raises `RecordFault` for what no record can be, or what is too large for one (plan-format 8.28).
    """
    data = make_data(seq, prev, format_time(time), entry.kind, entry.body)
    record = Record.from_data(data)
    check_room(record)
    if entry.kind in QUIET_KINDS:
        return record
    signed = {"author": str(address), "id": record.id, "key": signer.public.fingerprint}
    return Record.from_data(data | {"sig": sign(signer, RECORD_NAMESPACE, signed)})


def make_head(about: Mapping[str, Any], *, seq: int, last: str | None, updated: int, signer: Signer) -> Head:
    """A signed head. `about` is what does not follow from the log: address, name, following and the like.

    Raises `PlanUnreadable` where `about` is not as plan-format 2 asks.
    """
    data: dict[str, Any] = {"thimbl": 2, **{key: value for key, value in about.items() if key not in _PLACE}}
    data |= {"key": signer.public.line, "updated": format_time(updated), "seq": seq}
    if last is not None:
        data["last"] = last
    return head_from_data(data | {"sig": sign(signer, PLAN_NAMESPACE, data)})


def about_of(head: Head) -> dict[str, Any]:
    """What `make_head` wants again of a head."""
    return {key: value for key, value in head.data.items() if key not in _PLACE and key != "thimbl"}


def following_of(follows: Sequence[Follow]) -> dict[str, Any]:
    """The `following` of a head, as part of `about`: the list, or its digest where it is long; nothing where empty."""
    if not follows:
        return {}
    return {"following": list_digest(follows) if len(follows) > MAX_FOLLOWING else following_data(follows)}


def window(head: Head, records: Sequence[Record], max_bytes: int = WINDOW_BYTES) -> tuple[Record, ...]:
    """Of `records`, newest first, those that fit a published plan with this head; always the newest."""
    room = max_bytes - len(write(head.data).encode("utf-8"))
    taken: list[Record] = []
    for record in records:
        room -= len(write({"entries": [record.data]}).encode("utf-8"))
        if room < 0 and taken:
            break
        taken.append(record)
    return tuple(taken)
