"""Whether one plan holds together by itself (plan-format 3): signature, chain, order of times, announcements.

One signature binds the whole plan. The head's covers `last`, `last` is the newest record's id, and
each record names the one before. So the check walks from the head down, and on the way it learns
which key and which address were in force at each record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from thimbl.core.address import Address, AddressError
from thimbl.core.keys import KEY_NAMESPACE, PLAN_NAMESPACE, RECORD_NAMESPACE, KeyFault, PublicKey, is_fingerprint
from thimbl.core.plan import ListDigest, Plan
from thimbl.core.records import KEY, MOVE, Record


class Forged(Exception):
    """Something in the plan is not what its author signed; the message says what."""


@dataclass(frozen=True, slots=True)
class KeyLink:
    """A `key` record whose signatures hold: from record `seq` on, `new` is in force instead of `old`."""

    seq: int
    id: str
    old: str
    new: str
    """Fingerprints."""
    recovered_by: str | None
    """Fingerprint of the recovery key that signed it; None where the old key did."""
    next_recovery: str | None


@dataclass(slots=True)
class Walk:
    """What walking a plan from its head down has shown. `authors` runs beside the plan's records."""

    key: PublicKey
    address: Address
    authors: list[tuple[Address, str]] = field(default_factory=list)
    """Of each record the address and the fingerprint of the key in force."""
    links: list[KeyLink] = field(default_factory=list)
    """Newest first."""
    addresses: set[Address] = field(default_factory=set)
    """All addresses that this log has had, as far as the records tell."""
    moved_to: Address | None = None
    """Where the log goes on, when this is the last plan at an old address."""


def walk(plan: Plan) -> Walk:
    """Check `plan` by itself. Raises `Forged`; costs a signature, two hashes a record, and one signature
    more for each announcement."""
    head = plan.head
    _check_signature(head.key, PLAN_NAMESPACE, head.signed_data, head.sig, "head signature")
    _check_following(plan)
    state = Walk(head.key, head.address, addresses={head.address})
    descend(state, plan.records, head.seq, head.last)
    return state


def descend(
    state: Walk, records: Iterable[Record], seq: int, expected: str | None, newer: Record | None = None
) -> None:
    """Go on down with `records`, newest first, of which the first must be record `seq` with the id `expected`.

    `newer` is the record above; None where it is the newest of all. Raises `Forged`.
    """
    for record in records:
        _check_place(record, seq, expected, newer)
        if record.is_announcement:
            _check_announcement(state, record, newest=newer is None)
        else:
            if record.sig is not None:
                raise Forged(f"a {record.kind} has no signature of its own (entry {record.seq})")
            if record.withheld and record.body:
                raise Forged(f"a digest stands beside a body (entry {record.seq})")
            state.authors.append((state.address, state.key.fingerprint))
        seq, expected, newer = record.seq - 1, record.prev, record


def pass_by(state: Walk, turns: Iterable[Record], newest: int) -> None:
    """Go on down past records that were verified before, of which only the `turns` matter: the `key` and `move` records
    among them, newest first. `newest` is the head's seq. Nothing is checked again. Raises `Forged` where they can not
    be what was verified."""
    for record in turns:
        if record.kind == MOVE:
            _turn_address(state, record, newest=record.seq == newest)
        elif record.kind == KEY:
            try:
                state.key = PublicKey.parse(record.body["from"])
            except (KeyError, AttributeError, TypeError, KeyFault):
                raise Forged(f"a change of key that does not say from which key (entry {record.seq})") from None


def _check_signature(key: PublicKey, namespace: str, data: Mapping[str, Any], sig: str, what: str) -> None:
    try:
        holds = key.verifies(namespace, data, sig)
    except ValueError:
        raise Forged(f"signature spelling ({what})") from None
    if not holds:
        raise Forged(what)


def _check_following(plan: Plan) -> None:
    stated, listed = plan.head.following, plan.following_list
    if listed is None:
        return
    if stated != (plan.following_digest if isinstance(stated, ListDigest) else listed):
        raise Forged("the list of following is not the one that the head names")


def _check_place(record: Record, seq: int, expected: str | None, newer: Record | None) -> None:
    if newer is None:
        if record.seq != seq or record.id != expected:
            raise Forged("the newest entry is not the head's last")
        return
    if record.seq != seq:
        raise Forged("entries are not contiguous")
    if record.id != expected:
        raise Forged(f"entry {seq} does not have the id that entry {seq + 1} names as prev")
    if record.time > newer.time:
        raise Forged(f"entry {newer.seq} is earlier than entry {seq}")


def _check_announcement(state: Walk, record: Record, *, newest: bool) -> None:
    if record.withheld:
        what = "a digest stands beside a body" if record.body else "an announcement can not be withheld"
        raise Forged(f"{what} (entry {record.seq})")
    if record.sig is None:
        raise Forged(f"announcement signature missing (entry {record.seq})")
    signer = state.key
    if record.kind == KEY:
        signer = _turn_key(state, record)
    elif record.kind == MOVE:
        _turn_address(state, record, newest=newest)
    signed = {"author": str(state.address), "id": record.id, "key": signer.fingerprint}
    _check_signature(signer, RECORD_NAMESPACE, signed, record.sig, f"announcement signature (entry {record.seq})")
    state.authors.append((state.address, state.key.fingerprint))


def _turn_key(state: Walk, record: Record) -> PublicKey:
    """Step below a `key` record; the key that must have signed it."""
    body, at = record.body, f"(entry {record.seq})"
    try:
        old, new = PublicKey.parse(body["from"]), PublicKey.parse(body["key"])
        recovered = PublicKey.parse(body["recovered"]) if "recovered" in body else None
    except (KeyError, AttributeError, TypeError, KeyFault):
        raise Forged(f"a change of key that does not say from which key to which {at}") from None
    next_recovery = body.get("recovery")
    if new != state.key:
        raise Forged(f"a change to another key than the one that comes after it {at}")
    proof = body.get("proof")
    if not isinstance(proof, str):
        raise Forged(f"the new key did not sign the change {at}")
    signed = {"from": old.fingerprint, "key": new.fingerprint}
    _check_signature(new, KEY_NAMESPACE, signed, proof, f"the new key did not sign the change {at}")
    state.links.append(
        KeyLink(
            seq=record.seq,
            id=record.id,
            old=old.fingerprint,
            new=new.fingerprint,
            recovered_by=recovered.fingerprint if recovered else None,
            next_recovery=next_recovery if isinstance(next_recovery, str) and is_fingerprint(next_recovery) else None,
        )
    )
    state.key = old
    return recovered or old


def _turn_address(state: Walk, record: Record, *, newest: bool) -> None:
    """Step below a `move`, which is signed under the old address."""
    try:
        old, new = Address.parse(record.body["from"]), Address.parse(record.body["to"])
    except (KeyError, AttributeError, TypeError, AddressError):
        return  # malformed: shown as that, and it moves nothing
    if new == state.address:
        state.address = old
        state.addresses.add(old)
    elif newest and old == state.address:
        state.moved_to = new
    else:
        raise Forged(f"a move that does not lead to this address (entry {record.seq})")
