"""One record as it was signed, and what vouches for it: the lines of its page (plan-format 3 and 4).

- The id is computed again from what is here, and where the record has a signature of its own, that is checked again:
  by the key that was in force at that point of the log, which is found by walking down the changes of key.
- A post, an edit or a retraction has none: the record after it names its id, or the head does, which is signed.
- Nothing of this asks anybody: it is what the store holds (`Reader.record_data`, `Reader.turns`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.canonical import canonical
from thimbl.core.chain import Forged, Walk, pass_by
from thimbl.core.keys import RECORD_NAMESPACE, KeyFault, PublicKey
from thimbl.core.records import KEY, MOVE, Record, RecordFault
from thimbl.core.terminal import safe, safe_line
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item
from tui.lines import BLANK, Line, Piece, Role, line, spread, wrap
from tui.rows import verdict_of, who
from tui.setting import fields, paragraph, rule
from tui.when import exactly, in_utc


@dataclass(frozen=True, slots=True)
class Signature:
    """What vouches for a record: a sentence, and whether it is good news (None: it could not be looked at)."""

    told: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """A record with what the store knows of it. `item` is None where no such record is here."""

    reference: Reference
    item: Item | None = None
    author: Author | None = None
    data: Mapping[str, Any] | None = None
    """As it came; None for a message of version 1, which is no record."""
    signature: Signature | None = None
    came: int | None = None
    """When it first came here, in Unix seconds."""


def gather(reader: Reader, reference: Reference) -> Provenance:
    """What the store knows of a record."""
    item = next(iter(reader.find(str(reference))), None)
    if item is None:
        return Provenance(reference)
    author = reader.author(item.address)
    data = next(iter(reader.record_data(item.address, item.seq, item.seq)), None) if item.seq is not None else None
    if data is None or item.seq is None:
        return Provenance(reference, item, author)
    signature = vouched(reader, author, Record.from_data(data))
    return Provenance(reference, item, author, data, signature, reader.first_came(item.address, item.seq))


def vouched(reader: Reader, author: Author | None, record: Record) -> Signature:
    """What vouches for a record of an author."""
    head = None if author is None else reader.head_data(author.address)
    if author is None or head is None:
        return Signature("There is no head of theirs here that could vouch for it.", None)
    try:
        return _own(reader, author, head, record) if record.is_announcement else _by_chain(reader, author, head, record)
    except (Forged, KeyFault, RecordFault, AddressError, ValueError, KeyError, TypeError) as error:
        return Signature(f"It can not be checked again: {error}.", None)


def _own(reader: Reader, author: Author, head: Mapping[str, Any], record: Record) -> Signature:
    state = Walk(PublicKey.parse(head["key"]), author.address)
    turns = [Record.from_data(data) for data in reader.turns(author.address, record.seq + 1, head["seq"])]
    pass_by(state, turns, head["seq"])
    key, address = state.key, state.address
    if record.kind == KEY:
        key = PublicKey.parse(record.body.get("recovered", record.body["from"]))
    elif record.kind == MOVE:
        address = Address.parse(record.body["from"])
    signed = {"author": str(address), "id": record.id, "key": key.fingerprint}
    if record.sig is not None and key.verifies(RECORD_NAMESPACE, signed, record.sig):
        return Signature(f"Its own signature holds, by {key.fingerprint} as {address}.", True)
    if author.gap_below is not None and author.gap_below > record.seq:
        return Signature("Its signature is by a key that changed in records that are not here yet.", None)
    return Signature(f"Its own signature does not hold by {key.fingerprint}.", False)


def _by_chain(reader: Reader, author: Author, head: Mapping[str, Any], record: Record) -> Signature:
    if head["seq"] == record.seq and head.get("last") == record.id:
        return Signature("It has none of its own. The head names it as the last record, and is signed.", True)
    after = reader.record_data(author.address, record.seq + 1, record.seq + 1)
    if not after:
        return Signature("It has none of its own, and the record after it is not here yet.", None)
    if after[0].get("prev") != record.id:
        return Signature(f"It has none of its own, and record {record.seq + 1} does not name it.", False)
    return Signature(
        f"It has none of its own. Record {record.seq + 1} names it, and so on up to the head, which is signed.", True
    )


def canonical_text(data: Mapping[str, Any]) -> str:
    """The canonical bytes of a record's data as text (RFC 8785); where those would act on a terminal, with escapes."""
    text = canonical(data).decode("utf-8")
    return text if safe(text) == text else _escaped(json.dumps(data, sort_keys=True, separators=(",", ":")))


def indented_text(data: Mapping[str, Any]) -> str:
    """The same in lines, with escapes for all that is not ASCII."""
    return _escaped(json.dumps(data, indent=2, sort_keys=True))


def _escaped(text: str) -> str:
    """JSON in ASCII without DEL, the one control that JSON does not escape and a shell takes for a key."""
    return text.replace("\x7f", "\\u007f")


def record_page(provenance: Provenance, width: int) -> list[Line]:
    """The lines of the page, each at most `width` cells."""
    item = provenance.item
    if item is None:
        return paragraph(f"{provenance.reference} is not here.", width, Role.WARN)
    lines = [line(*spread(who(item), (verdict_of(item),), width)), BLANK]
    lines += fields(list(_facts(provenance, item)), width)
    if provenance.data is None:
        told = "A message of version 1: nobody signed it, and it has no place in a log (plan-format 5)."
        if item.seq is not None:
            told = "The record itself is not in the store: the next fetch asks for it again."
        return [*lines, BLANK, *paragraph(told, width, Role.WARN)]
    if (signature := provenance.signature) is not None:
        mark: Piece = {True: ("✓ ", Role.GOOD), False: ("✗ ", Role.BAD), None: ("· ", Role.WARN)}[signature.holds]
        lines += [BLANK, rule("signature", width)]
        lines += [line(*pieces) for pieces in wrap((mark, (safe(signature.told), Role.TEXT)), width)]
    lines += [BLANK, rule("the record, canonical and indented", width)]
    for row in json.dumps(provenance.data, indent=2, sort_keys=True, ensure_ascii=False).split("\n"):
        lines += [line(*pieces) for pieces in wrap(((safe(row, newlines=False), Role.TEXT),), width)]
    return lines


def _facts(provenance: Provenance, item: Item) -> Iterator[tuple[str, str]]:
    yield "reference", str(provenance.reference)
    if provenance.data is not None:
        record = Record.from_data(provenance.data)
        yield "id", f"{record.id} ({'computed again: it is the same' if record.id == item.id else 'NOT its own'})"
        yield "seq", f"{record.seq}" + (f" of {provenance.author.seq}" if provenance.author is not None else "")
        yield "prev", record.prev or "none: it is the first"
        if record.withheld:
            yield "digest", f"{record.digest}, in place of its text"
    yield "time", f"{in_utc(item.time)} ({exactly(item.time)} here)"
    if provenance.came is not None:
        yield "came", f"{exactly(provenance.came)}, for the first time"
    author = provenance.author
    if author is not None and not author.is_me:
        source = "their own host" if author.source is None else f"the mirror {author.source}"
        yield "newest answer", f"by {source}" + (f", {exactly(author.answered)}" if author.answered else "")
        if author.reason:
            yield "", safe_line(author.reason)
