"""A scribe keeps a log and makes plans of it: what tests need of an author, by public functions of the core alone.

Nothing here is random and nothing reads a clock: the same calls make the same bytes. A scribe's clock is `now`; each
record moves it on by a minute. What a test wants crooked it makes crooked itself, from `data()`.
"""

import hashlib
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from thimbl.core.address import Address
from thimbl.core.canonical import Value, b64
from thimbl.core.keys import KEY_NAMESPACE, PLAN_NAMESPACE, RECORD_NAMESPACE, PrivateKey, sign
from thimbl.core.plan import Plan, plan_from_data
from thimbl.core.planwriter import write_line, write_plan
from thimbl.core.records import EDIT, KEY, MOVE, POST, RETRACT, Record, make_data
from thimbl.core.times import format_time, parse_time

START = parse_time("2026-11-20T08:00:00Z")
"""Unix seconds at which every scribe begins, unless told otherwise."""

MINUTE = 60


def private_key(name: str) -> PrivateKey:
    """A key that is always the same for the same `name`."""
    return PrivateKey.from_seed(hashlib.sha256(name.encode()).digest())


def fingerprint(name: str) -> str:
    """The fingerprint of `private_key(name)`."""
    return private_key(name).public.fingerprint


def salt(seq: int) -> str:
    """Eight bytes in base64, as a writer puts into each post; here they follow from `seq`."""
    return b64(hashlib.sha256(b"salt %d" % seq).digest()[:8])


class Scribe:
    """An author with a log. `records` is oldest first; `keys[n]` and `addresses[n]` are in force after n records."""

    def __init__(
        self,
        address: str = "alice@fields.example",
        *,
        key: str = "alice",
        recovery: str | None = None,
        start: int = START,
        **head: Value,
    ) -> None:
        """`key` and `recovery` name keys of `private_key`; `head` is further data of the head: `name`, `bio`, …"""
        self.records: list[Record] = []
        self.keys = [private_key(key)]
        self.addresses = [Address.parse(address)]
        self.recovery = None if recovery is None else fingerprint(recovery)
        self.now = start
        self.head_data: dict[str, Value] = dict(head)

    @property
    def address(self) -> Address:
        """The current address."""
        return self.addresses[-1]

    @property
    def key(self) -> PrivateKey:
        """The current key."""
        return self.keys[-1]

    @property
    def fingerprint(self) -> str:
        """The current key's fingerprint."""
        return self.key.public.fingerprint

    @property
    def seq(self) -> int:
        """Of the newest record."""
        return len(self.records)

    def at(self, seq: int) -> Record:
        """Record `seq`."""
        return self.records[seq - 1]

    def copy(self) -> "Scribe":
        """Another scribe with the same past, free to go on otherwise."""
        other = copy(self)
        other.records, other.keys, other.addresses = self.records[:], self.keys[:], self.addresses[:]
        other.head_data = dict(self.head_data)
        return other

    def rewound(self, seq: int) -> "Scribe":
        """A copy whose log ends with record `seq`; its clock stays."""
        other = self.copy()
        del other.records[seq:], other.keys[seq + 1 :], other.addresses[seq + 1 :]
        return other

    # records

    def post(self, text: str = "", **body: Value) -> Record:
        """A post; without a text it says which one it is."""
        number = self.seq + 1
        return self._add(POST, {"text": text or f"Post {number}.", **body, "salt": salt(number)})

    def posts(self, count: int) -> list[Record]:
        """`count` posts that say which they are."""
        return [self.post() for _ in range(count)]

    def edit(self, of: Record, text: str) -> Record:
        """What readers show instead of `of`."""
        return self._add(EDIT, {"of": of.id, "text": text, "salt": salt(self.seq + 1)})

    def retract(self, of: Record) -> Record:
        """The withdrawal of `of`."""
        return self._add(RETRACT, {"of": of.id})

    def announce(self, kind: str, **body: Value) -> Record:
        """An announcement of any kind but `key` and `move`."""
        return self._announce(kind, body, self.key)

    def rotate(self, new: str) -> Record:
        """A change of key to `private_key(new)`, by the key in force."""
        return self._turn(new, self.key, {})

    def recover(self, new: str, by: str, next_recovery: str | None = None) -> Record:
        """A change of key to `private_key(new)` by the recovery key `private_key(by)`."""
        body = {"recovered": private_key(by).public.line}
        if next_recovery is not None:
            body["recovery"] = self.recovery = fingerprint(next_recovery)
        return self._turn(new, private_key(by), body)

    def move(self, to: str) -> Record:
        """A move to the address `to`, signed under the old one."""
        record = self._announce(MOVE, {"from": str(self.address), "to": to}, self.key)
        self.addresses[-1] = Address.parse(to)
        return record

    def add(self, kind: str, body: dict[str, Value], **beside: Value) -> Record:
        """A record as it is given, however wrong; `beside` is what stands beside the body, such as `sig`."""
        return self._add(kind, body, **beside)

    def _turn(self, new: str, signer: PrivateKey, extra: dict[str, str]) -> Record:
        old, fresh = self.key.public, private_key(new)
        signed = {"from": old.fingerprint, "key": fresh.public.fingerprint}
        body = {"from": old.line, "key": fresh.public.line, "proof": sign(fresh, KEY_NAMESPACE, signed), **extra}
        record = self._announce(KEY, body, signer)
        self.keys[-1] = fresh
        return record

    def _announce(self, kind: str, body: dict[str, Any], signer: PrivateKey) -> Record:
        unsigned = self._next(kind, body)
        return self._add(kind, body, sig=announcement_sig(self.address, unsigned, signer))

    def _next(self, kind: str, body: dict[str, Any], **beside: Value) -> Record:
        prev = self.records[-1].id if self.records else None
        return Record.from_data(make_data(self.seq + 1, prev, format_time(self.now), kind, body) | beside)

    def _add(self, kind: str, body: dict[str, Any], **beside: Value) -> Record:
        record = self._next(kind, body, **beside)
        self.records.append(record)
        self.keys.append(self.key)
        self.addresses.append(self.address)
        self.now += MINUTE
        return record

    # plans

    def head(self, **changes: Any) -> dict[str, Any]:
        """The signed head. `changes` are made before signing; a value of None leaves a key out."""
        data: dict[str, Any] = {"thimbl": 2, "address": str(self.address), **self.head_data}
        data |= {"key": self.key.public.line, "updated": format_time(self.now), "seq": self.seq}
        if self.recovery is not None:
            data["recovery"] = self.recovery
        if self.records:
            data["last"] = self.records[-1].id
        data |= changes
        data = {name: value for name, value in data.items() if value is not None}
        return data | {"sig": sign(self.key, PLAN_NAMESPACE, data)}

    def data(
        self,
        newest: int | None = None,
        *,
        withheld: Collection[int] = (),
        entries: Sequence[Record] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """A plan's data: the head with `changes`, and the `newest` records (None: all), those of `withheld` bare.

        `entries` are taken in place of the log's own, newest first.
        """
        if entries is None:
            first = 0 if newest is None else max(self.seq - newest, 0)
            entries = self.records[first:][::-1]
        shown = [(record.withhold() if record.seq in withheld else record).data for record in entries]
        return self.head(**changes) | {"entries": shown}

    def plan(self, newest: int | None = None, *, withheld: Collection[int] = (), **changes: Any) -> Plan:
        """The plan of that data."""
        return plan_from_data(self.data(newest, withheld=withheld, **changes))

    def last_plan_before_move(self) -> Plan:
        """The plan that stays at the old address, when the newest record is a move."""
        return plan_from_data(self.data(address=str(self.addresses[-2])))

    def page(self, before: int, count: int) -> Plan:
        """The answer to `before/N`: the head and `count` records below `before`."""
        newest_first = self.records[max(before - 1 - count, 0) : before - 1][::-1]
        return plan_from_data(self.data(entries=newest_first))

    def text(self, newest: int | None = None, **changes: Any) -> str:
        """The plan as its author publishes it: YAML."""
        return write_plan(self.data(newest, **changes))

    def line(self, newest: int | None = None, **changes: Any) -> str:
        """The plan as the views give it: JSON on one line."""
        return write_line(self.data(newest, **changes))


def continued(plan: Plan, older: Plan) -> Plan:
    """A plan with the records of a `before` page below its own: the chain to its head vouches for them."""
    floor = plan.records[-1].seq if plan.records else plan.head.seq + 1
    return replace(plan, records=plan.records + tuple(record for record in older.records if record.seq < floor))


def announcement_sig(author: Address, record: Record, signer: PrivateKey) -> str:
    """What stands under `sig` of an announcement (plan-format 3)."""
    signed = {"author": str(author), "id": record.id, "key": signer.public.fingerprint}
    return sign(signer, RECORD_NAMESPACE, signed)


def mixed_log() -> Scribe:
    """A log of a post, an announcement, an edit, a retract and a post."""
    scribe = Scribe(name="Alice")
    first = scribe.post()
    scribe.announce("join", commune="commune@fields.example")
    scribe.edit(first, "Better.")
    scribe.retract(first)
    scribe.post()
    return scribe
