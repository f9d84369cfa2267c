"""One record of a log: envelope, body, digest and id (plan-format 3).

- The envelope is `seq`, `prev`, `time` and `kind`; `sig` and `cosigs` stand beside it; all other keys are the body.
- `digest` is b32(SHA-256(canonical bytes of the body)); `id` is that of `{seq, prev, time, kind, digest}`.
- A withheld record has `digest` in place of its body, and the same id.
- A body that is not as its kind asks is no reason to refuse a plan: the record is kept, and shown as malformed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from thimbl.core.address import Address, AddressError, Reference, is_id
from thimbl.core.canonical import content_id, id_of, quoted, unb64
from thimbl.core.keys import KeyFault, PublicKey, is_fingerprint
from thimbl.core.times import TimeError, parse_time

POST, EDIT, RETRACT, KEY, MOVE = "post", "edit", "retract", "key", "move"

QUIET_KINDS = frozenset({POST, EDIT, RETRACT})
"""The kinds that have no signature of their own; every other kind is an announcement."""

MAX_TEXT = 8_192
"""Bytes of UTF-8 in the text of a post or an edit."""

MAX_KIND = 64
"""Characters of a kind: it is a word that people are shown."""

SALT_BYTES = 8
_SALT = re.compile(r"[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=")  # b64 of eight bytes; the last letter has four bits

_BESIDE = frozenset({"seq", "prev", "time", "kind", "sig", "cosigs"})


class RecordFault(ValueError):
    """A record that lacks what every record has; the message says what."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it came, with the names that follow from it. Says nothing yet about who wrote it."""

    seq: int
    prev: str | None
    time: int
    """Unix seconds."""
    kind: str
    body: Mapping[str, Any]
    digest: str
    id: str
    withheld: bool
    sig: str | None
    data: Mapping[str, Any]
    """All of it, as it came: what is kept and passed on."""

    @property
    def is_announcement(self) -> bool:
        """Whether the record has a signature of its own."""
        return self.kind not in QUIET_KINDS

    @classmethod
    def from_data(cls, data: object) -> "Record":
        """Read one entry of a plan. Raises `RecordFault`."""
        if not isinstance(data, Mapping):
            raise RecordFault("an entry is not a map")
        seq = data.get("seq")
        if type(seq) is not int or seq < 1:
            raise RecordFault("an entry lacks its seq, a number from 1")
        prev = data.get("prev")
        if (prev is None) != (seq == 1) or (prev is not None and not _is_id(prev)):
            raise RecordFault(f"prev is not as it must be (an id, but for the first) (entry {seq})")
        kind, stamp, sig = data.get("kind"), data.get("time"), data.get("sig")
        if not isinstance(kind, str) or not 0 < len(kind) <= MAX_KIND:
            raise RecordFault(f"kind is not a word (entry {seq})")
        if not isinstance(stamp, str):
            raise RecordFault(f"time is missing (entry {seq})")
        try:
            time = parse_time(stamp)
        except TimeError:
            raise RecordFault(f"time is no real moment (entry {seq})") from None
        if sig is not None and not isinstance(sig, str):
            raise RecordFault(f"sig is not text (entry {seq})")
        body = {key: value for key, value in data.items() if key not in _BESIDE}
        stated = body.pop("digest", None)
        if stated is not None and not _is_id(stated):
            raise RecordFault(f"digest is not one (entry {seq})")
        if stated is not None and body:
            # Kept apart from both readings, so that the chain check can call it what it is.
            body["digest"] = stated
        digest = stated if stated is not None else content_id(body)
        return cls(
            seq,
            prev,
            time,
            kind,
            body,
            digest,
            record_id(seq, prev, stamp, kind, digest),
            stated is not None,
            sig,
            data,
        )

    def withhold(self) -> "Record":
        """The same record with its digest in place of its body (plan-format 3)."""
        return Record.from_data(withheld_data(self))

    @property
    def text(self) -> str:
        """The text of a post or an edit; empty where there is none."""
        text = self.body.get("text", "")
        return text if isinstance(text, str) else ""


def _is_id(value: object) -> bool:
    return isinstance(value, str) and is_id(value)


def record_id(seq: int, prev: str | None, time: str, kind: str, digest: str) -> str:
    """The id of a record with this envelope and digest."""
    # The canonical bytes of the envelope, spelled out: its keys in order, and nothing in it but `kind` to be escaped.
    before = "" if prev is None else f'"prev":"{prev}",'
    return id_of(f'{{"digest":"{digest}","kind":{quoted(kind)},{before}"seq":{seq},"time":"{time}"}}'.encode())


def withheld_data(record: Record) -> dict[str, Any]:
    """The data of `record` with `digest` in place of its body."""
    kept = {key: value for key, value in record.data.items() if key in _BESIDE}
    return kept | {"digest": record.digest}


def make_data(seq: int, prev: str | None, time: str, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a new record, in the order that people like to read: time and body first, its place after."""
    if clash := _BESIDE & body.keys():
        raise ValueError(f"a body can not have the key {sorted(clash)[0]!r}")
    data: dict[str, Any] = {"time": time, **body, "kind": kind, "seq": seq}
    if prev is not None:
        data["prev"] = prev
    return data


# Shapes of the bodies of plan-format 3. Each check gets a value and says whether it will do.


def _text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return len(value) <= MAX_TEXT // 4 or len(value.encode("utf-8", "surrogatepass")) <= MAX_TEXT


def _string(value: object) -> bool:
    return isinstance(value, str)


def _parses(parser: Callable[[str], object]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        try:
            return isinstance(value, str) and parser(value) is not None
        except (AddressError, KeyFault, ValueError):
            return False

    return check


def _salt(value: object) -> bool:
    return isinstance(value, str) and _SALT.fullmatch(value) is not None


_reference, _key_line, _address = _parses(Reference.parse), _parses(PublicKey.parse), _parses(Address.parse)
_signature = _parses(unb64)
Check = Callable[[object], bool]

_SHAPES: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    POST: (
        {"text": _text},
        {"re": _reference, "subject": _string, "license": _string, "lang": _string, "salt": _salt},
    ),
    EDIT: ({"of": _is_id, "text": _text}, {"salt": _salt}),
    RETRACT: ({"of": _is_id}, {}),
    KEY: (
        {"from": _key_line, "key": _key_line, "proof": _signature},
        {"recovered": _key_line, "recovery": lambda value: isinstance(value, str) and is_fingerprint(value)},
    ),
    MOVE: ({"from": _address, "to": _address}, {}),
}


def malformed_field(record: Record) -> str | None:
    """The first key of the body that is not as the record's kind asks; None where all are, or the kind is unknown."""
    shape = _SHAPES.get(record.kind)
    if shape is None or record.withheld:
        return None
    required, optional = shape
    for key, check in required.items():
        if key not in record.body or not check(record.body[key]):
            return key
    for key, check in optional.items():
        if key in record.body and not check(record.body[key]):
            return key
    return None
