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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
"""Groups of five bits in a slot: a power of two, so that they can be spread by halves; 40 bytes have as many."""

_ABREAST = 64
"""Slots that are spread at once: the few long numbers of 64 digests cost as much as the many short ones of 12."""

_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567".ljust(256, b"?")


def _spreading() -> Iterator[tuple[int, int, int]]:
    """The steps that bring the groups of five bits at the end of each slot into a byte each: what to keep, what to
    move, how far.

    Each step moves the upper half of every run of groups up to where it stands in the end.
    """
    half = _GROUPS // 2
    while half:
        run = ((1 << 5 * half) - 1).to_bytes(2 * half, "big")
        keep = int.from_bytes(run * (_ABREAST * _GROUPS // (2 * half)), "big")
        yield keep, keep << 5 * half, 3 * half
        half //= 2


_SPREAD = tuple(_spreading())


def canonical(data: Value) -> bytes:
    """RFC 8785 bytes of `data`. Raises `UnicodeEncodeError` for a lone surrogate."""
    return _encode(data).encode("utf-8")


def b32(data: bytes) -> str:
    """RFC 4648 base32 in lower case without padding."""
    whole = _GROUPS * 5 // 8
    return "".join(_spelled([data[at : at + whole]])[0] for at in range(0, len(data), whole))


def _spelled(values: Sequence[bytes]) -> list[str]:
    """b32 of each of these, all of one length of at most 40 bytes.

    All groups of five bits are spread out at once, as one large number: there are two of these for each record that
    comes, and the standard library's `base64.b32encode` alone would take most of the time of checking a plan.
    """
    before, after = bytes(_GROUPS * 3 // 8), bytes(_GROUPS * 5 // 8 - len(values[0]))
    letters = (len(values[0]) * 8 + 4) // 5
    texts: list[str] = []
    for start in range(0, len(values), _ABREAST):
        some = values[start : start + _ABREAST]
        number = int.from_bytes(b"".join([before + value + after for value in some]), "big")
        for keep, move, distance in _SPREAD:
            number = number & keep | (number & move) << distance
        text = number.to_bytes(_GROUPS * len(some), "big").translate(_LETTERS).decode("ascii")
        texts += [text[at : at + letters] for at in range(0, len(text), _GROUPS)]
    return texts


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


def ids_of(raws: Iterable[bytes]) -> list[str]:
    """`id_of` each of these: of many together, in a fifth of the time."""
    digests = [hashlib.sha256(raw).digest() for raw in raws]
    return _spelled(digests) if digests else []
