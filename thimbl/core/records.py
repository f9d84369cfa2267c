"""One record of a log: envelope, body, digest and id (plan-format 3).

- The envelope is `seq`, `prev`, `time` and `kind`; `sig` and `cosigs` stand beside it; all other keys are the body.
- `digest` is b32(SHA-256(canonical bytes of the body)); `id` is that of `{seq, prev, time, kind, digest}`.
- A withheld record has `digest` in place of its body, and the same id.
- A body that is not as its kind asks is no reason to refuse a plan: the record is kept, and shown as malformed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from thimbl.core.address import Address, AddressError, Reference, is_id
from thimbl.core.canonical import canonical, id_of, ids_of, quoted, unb64
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

_BESIDE = ("seq", "prev", "time", "kind", "sig", "cosigs")
"""What is not the body, in the order in which `_read` takes it out."""


class RecordFault(ValueError):
    """A record that lacks what every record has; the message says what."""


class Record(NamedTuple):
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
        return read_records([data])[0]

    def withhold(self) -> "Record":
        """The same record with its digest in place of its body (plan-format 3)."""
        return Record.from_data(withheld_data(self))

    @property
    def text(self) -> str:
        """The text of a post or an edit; empty where there is none."""
        text = self.body.get("text", "")
        return text if isinstance(text, str) else ""


def read_records(entries: Iterable[object]) -> list[Record]:
    """Read entries of a plan: `Record.from_data` of each, but all their hashes are taken together, which makes of many
    records a third of the work. Raises `RecordFault`."""
    read = [_read(entry) for entry in entries]
    made = iter(ids_of([canonical(body) for *_, body, stated, _, _ in read if stated is None]))
    digests = [next(made) if stated is None else stated for *_, stated, _, _ in read]
    ids = ids_of(
        [
            _envelope(seq, prev, stamp, kind, digest)
            for (seq, prev, _, stamp, kind, *_), digest in zip(read, digests, strict=True)
        ]
    )
    return [
        Record(seq, prev, time, kind, body, digest, id_, stated is not None, sig, data)
        for (seq, prev, time, _, kind, body, stated, sig, data), digest, id_ in zip(read, digests, ids, strict=True)
    ]


_Read = tuple[int, str | None, int, str, str, dict[str, Any], str | None, str | None, Mapping[str, Any]]
"""Of an entry: seq, prev, time in Unix seconds and as it is written, kind, body, digest if one is stated, sig, and all
of it."""


def _read(data: object) -> _Read:
    """What an entry says by itself. Raises `RecordFault`."""
    if not isinstance(data, dict) and not isinstance(data, Mapping):  # to ask for a dict is quicker
        raise RecordFault("an entry is not a map")
    body = dict(data)
    seq, prev, stamp, kind, sig, _ = [body.pop(key, None) for key in _BESIDE]
    if type(seq) is not int or seq < 1:
        raise RecordFault("an entry lacks its seq, a number from 1")
    if (prev is None) != (seq == 1) or (prev is not None and not _is_id(prev)):
        raise RecordFault(f"prev is not as it must be (an id, but for the first) (entry {seq})")
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
    stated = body.pop("digest", None)
    if stated is not None and not _is_id(stated):
        raise RecordFault(f"digest is not one (entry {seq})")
    if stated is not None and body:
        # Kept apart from both readings, so that the chain check can call it what it is.
        body["digest"] = stated
    return seq, prev, time, stamp, kind, body, stated, sig, data


def _is_id(value: object) -> bool:
    return isinstance(value, str) and is_id(value)


def record_id(seq: int, prev: str | None, time: str, kind: str, digest: str) -> str:
    """The id of a record with this envelope and digest."""
    return id_of(_envelope(seq, prev, time, kind, digest))


def _envelope(seq: int, prev: str | None, time: str, kind: str, digest: str) -> bytes:
    # The canonical bytes, spelled out: the keys in order, and nothing in them but `kind` to be escaped.
    before = "" if prev is None else f'"prev":"{prev}",'
    return f'{{"digest":"{digest}","kind":{quoted(kind)},{before}"seq":{seq},"time":"{time}"}}'.encode()


def withheld_data(record: Record) -> dict[str, Any]:
    """The data of `record` with `digest` in place of its body."""
    kept = {key: value for key, value in record.data.items() if key in _BESIDE}
    return kept | {"digest": record.digest}


def make_data(seq: int, prev: str | None, time: str, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a new record, in the order that people like to read: time and body first, its place after."""
    if clash := body.keys() & _BESIDE:
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
