"""The one encoder of bytes that are hashed or signed (plan-format 1).

Canonical bytes are RFC 8785 (JCS). The data model of a plan has ASCII keys and integers
only, and for those JCS is: keys sorted, no white space, minimal escapes, UTF-8. So the
standard library's encoder, told to do just that, is a whole implementation.
"""

import base64
import binascii
import hashlib
import json
import json.encoder
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"
"""What a plan is made of (plan-format 1): maps, lists, strings, booleans and integers."""


def encoder(*, sort_keys: bool) -> Callable[[Value], str]:
    """An encoder of JSON without white space and without needless escapes.

    `json.JSONEncoder.encode` makes CPython's encoder anew for each value, which takes longer than to encode a record
    with it: where there is one, it is made once.
    """
    public = json.JSONEncoder(
        ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"), allow_nan=False, check_circular=False
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return public.encode
    encode = make(None, public.default, quoted, None, ":", ",", sort_keys, False, False)
    return lambda data: "".join(encode(data, 0))


quoted: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON spells it with no more escapes than it must have (RFC 8785 3.2.2.2)."""

_encode = encoder(sort_keys=True)

_GROUPS = 64
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567".ljust(256, b"?")


def _spreading() -> Iterator[tuple[int, int, int]]:
    """The steps that bring 64 groups of five bits, packed, into a byte each: what to keep, what to move, how far.

    Each step moves the upper half of every run of groups up to where it stands in the end.
    """
    half = _GROUPS // 2
    while half:
        keep = sum(((1 << 5 * half) - 1) << 16 * half * run for run in range(_GROUPS // (2 * half)))
        yield keep, keep << 5 * half, 3 * half
        half //= 2


_SPREAD = tuple(_spreading())


def canonical(data: Value) -> bytes:
    """RFC 8785 bytes of `data`. Raises `UnicodeEncodeError` for a lone surrogate."""
    return _encode(data).encode("utf-8")


def b32(data: bytes) -> str:
    """RFC 4648 base32 in lower case without padding.

    All groups of five bits are spread out at once, as one large number: there are two of these for each record that
    comes, and the standard library's `base64.b32encode` alone would take most of the time of checking a plan.
    """
    if len(data) > _GROUPS * 5 // 8:
        return b32(data[: _GROUPS * 5 // 8]) + b32(data[_GROUPS * 5 // 8 :])
    letters = (len(data) * 8 + 4) // 5
    number = int.from_bytes(data, "big") << letters * 5 - len(data) * 8
    for keep, move, distance in _SPREAD:
        number = number & keep | (number & move) << distance
    return number.to_bytes(_GROUPS, "big")[_GROUPS - letters :].translate(_LETTERS).decode("ascii")


def b64(data: bytes) -> str:
    """RFC 4648 base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes that `b64` spells as `text`. Raises `ValueError` for any other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64: {error}") from None
    if b64(data) != text:
        raise ValueError("not the one spelling of base64 that a plan uses")
    return data


def content_id(data: Value) -> str:
    """b32 of SHA-256 of the canonical bytes: what a digest and an id are (plan-format 3)."""
    return id_of(canonical(data))


def id_of(raw: bytes) -> str:
    """b32 of SHA-256 of canonical bytes that are at hand."""
    return b32(hashlib.sha256(raw).digest())
