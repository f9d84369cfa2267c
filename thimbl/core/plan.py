"""A plan: its head and the records that came with it (plan-format 2).

Reading answers one question: is this a plan at all? Whether it is true, `thimbl.core.log` says.
Everything in the document but `entries` (and the `following_list` of the view that has one) is the head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thimbl.core.address import Address, AddressError, is_id, parse_hostport
from thimbl.core.canonical import content_id
from thimbl.core.keys import KeyFault, PublicKey, is_fingerprint
from thimbl.core.plantext import PlanTextError, read_data
from thimbl.core.records import Record, RecordFault, read_records
from thimbl.core.times import TimeError, parse_time

VERSION = 2

MAX_FOLLOWING = 200
"""A longer list is given in the head by its number and digest (plan-format 2)."""

_NOT_HEAD = frozenset({"entries", "following_list"})


class PlanUnreadable(ValueError):
    """Not a plan; the reason says why, and names the line where there is one."""


@dataclass(frozen=True, slots=True)
class Follow:
    """One whom an author follows in public, under the name that the author gave them."""

    nick: str
    address: Address


def by_nick(follows: Sequence[Follow]) -> dict[str, Address]:
    """Whom each nick of a list means; of two by one nick the first."""
    return {follow.nick: follow.address for follow in reversed(follows)}


@dataclass(frozen=True, slots=True)
class ListDigest:
    """What the head says of a list that is too long for it."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Witness:
    """The newest verified head of a commune that an author has seen."""

    address: Address
    seq: int
    last: str


@dataclass(frozen=True, slots=True)
class Head:
    """What an author says of themselves and of their log, under one signature."""

    address: Address
    name: str
    bio: str
    properties: Mapping[str, str]
    following: tuple[Follow, ...] | ListDigest
    mirrors: tuple[tuple[str, int], ...]
    witness: tuple[Witness, ...]
    key: PublicKey
    recovery: str | None
    updated: int
    """Unix seconds."""
    seq: int
    last: str | None
    sig: str
    data: Mapping[str, Any]
    """All of it, as it came."""

    @property
    def signed_data(self) -> dict[str, Any]:
        """What `sig` is a signature of."""
        return {key: value for key, value in self.data.items() if key != "sig"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A head and a run of records, newest first."""

    head: Head
    records: tuple[Record, ...]
    following_list: tuple[Follow, ...] | None = None
    """What the view `following` adds: the list whose digest is in the head."""
    following_digest: ListDigest | None = None
    """Number and digest of that list as it came."""

    @property
    def oldest(self) -> Record | None:
        """The record that lies furthest back."""
        return self.records[-1] if self.records else None


def read_plan(text: str) -> Plan:
    """The version 2 plan in `text`. Raises `PlanUnreadable`."""
    try:
        data = read_data(text)
    except PlanTextError as error:
        raise PlanUnreadable(str(error)) from None
    return plan_from_data(data)


def plan_from_data(data: Mapping[str, Any]) -> Plan:
    """The plan that `data`, as `read_data` returns it, is. Raises `PlanUnreadable`."""
    entries, listed = data.get("entries", []), data.get("following_list")
    if not isinstance(entries, list):
        raise PlanUnreadable("entries is not a list")
    try:
        head = _head({key: value for key, value in data.items() if key not in _NOT_HEAD})
        records = tuple(read_records(entries))
        if listed is None:
            return Plan(head, records)
        follows = _follows("following_list", listed)
        return Plan(head, records, follows, ListDigest(len(listed), content_id(listed)))
    except (RecordFault, KeyFault) as error:
        raise PlanUnreadable(str(error)) from None


def head_from_data(data: Mapping[str, Any]) -> Head:
    """The head that `data` is. Raises `PlanUnreadable`."""
    try:
        return _head(data)
    except KeyFault as error:
        raise PlanUnreadable(str(error)) from None


def _head(data: Mapping[str, Any]) -> Head:
    version = data.get("thimbl")
    if type(version) is not int or version != VERSION:
        what = "there is no 'thimbl: 2' in it" if version is None else f"its version is {str(version)[:20]}, not 2"
        raise PlanUnreadable(f"not a plan of version 2: {what}")
    seq = data.get("seq")
    if type(seq) is not int or seq < 0:
        raise PlanUnreadable("seq is not a number from 0")
    last = data.get("last")
    if (last is None) != (seq == 0) or (last is not None and not (isinstance(last, str) and is_id(last))):
        raise PlanUnreadable("last is not as it must be (the newest record's id; absent when seq is 0)")
    recovery = data.get("recovery")
    if recovery is not None and not (isinstance(recovery, str) and is_fingerprint(recovery)):
        raise PlanUnreadable("recovery is not a fingerprint")
    try:
        updated = parse_time(_string(data, "updated"))
    except TimeError:
        raise PlanUnreadable("updated is no real moment") from None
    address = _address("address", data.get("address"))
    if address.is_web:
        raise PlanUnreadable("its address stands for a feed of the web, and no plan can have that")
    return Head(
        address=address,
        name=_string(data, "name", ""),
        bio=_string(data, "bio", ""),
        properties=_properties(data.get("properties", {})),
        following=_following(data.get("following", [])),
        mirrors=_mirrors(data.get("mirrors", [])),
        witness=_witness(data.get("witness", [])),
        key=PublicKey.parse(_string(data, "key")),
        recovery=recovery,
        updated=updated,
        seq=seq,
        last=last,
        sig=_string(data, "sig"),
        data=data,
    )


def _string(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise PlanUnreadable(f"{key} is missing" if value is None else f"{key} is not text")
    return value


def _address(key: str, value: object) -> Address:
    try:
        if isinstance(value, str):
            return Address.parse(value)
    except AddressError:
        pass
    raise PlanUnreadable(f"{key} is missing or no address")


def _maps(key: str, value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise PlanUnreadable(f"{key} is not a list of maps")
    return value


def _properties(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        raise PlanUnreadable("properties is not a map of texts")
    return value


def _follows(key: str, value: object) -> tuple[Follow, ...]:
    return tuple(
        [
            Follow(_string(item, "nick"), _address(f"an address in {key}", item.get("address")))
            for item in _maps(key, value)
        ]
    )


def _following(value: object) -> tuple[Follow, ...] | ListDigest:
    if not isinstance(value, Mapping):
        return _follows("following", value)
    count, digest = value.get("count"), value.get("digest")
    if type(count) is not int or count < 0 or not isinstance(digest, str) or not is_id(digest):
        raise PlanUnreadable("following has no count and digest")
    return ListDigest(count, digest)


def _mirrors(value: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PlanUnreadable("mirrors is not a list of hosts")
    try:
        return tuple(parse_hostport(item) for item in value)
    except AddressError as error:
        raise PlanUnreadable(f"mirrors: {error}") from None


def _witness(value: object) -> tuple[Witness, ...]:
    seen = []
    for item in _maps("witness", value):
        seq, last = item.get("seq"), item.get("last")
        if type(seq) is not int or seq < 1 or not isinstance(last, str) or not is_id(last):
            raise PlanUnreadable("witness has no seq and last")
        seen.append(Witness(_address("an address in witness", item.get("address")), seq, last))
    return tuple(seen)


def following_data(follows: Sequence[Follow]) -> list[dict[str, str]]:
    """The list as a plan holds it, and as its digest is taken of."""
    return [{"nick": follow.nick, "address": str(follow.address)} for follow in follows]


def list_digest(follows: Sequence[Follow]) -> dict[str, Any]:
    """`{count, digest}` of a list that is too long for a head (plan-format 2)."""
    return {"count": len(follows), "digest": content_id(following_data(follows))}
