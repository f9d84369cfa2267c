"""The one encoder of bytes that are hashed or signed (plan-format 1).

Canonical bytes are RFC 8785 (JCS). The data model of a plan has ASCII keys and integers
only, and for those JCS is: keys sorted, no white space, minimal escapes, UTF-8. So the
standard library's encoder, told to do just that, is a whole implementation.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"
"""What a plan is made of (plan-format 1): maps, lists, strings, booleans and integers."""

_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def canonical(data: Value) -> bytes:
    """RFC 8785 bytes of `data`. Raises `UnicodeEncodeError` for a lone surrogate."""
    return _encode(data).encode("utf-8")


def b32(data: bytes) -> str:
    """RFC 4648 base32 in lower case without padding.

    Two characters at a time: there are two of these for each record that comes, and the standard library's
    `base64.b32encode` alone would take most of the time of checking a plan.
    """
    bits = len(data) * 8
    width = bits + -bits % 10
    number = int.from_bytes(data, "big") << (width - bits)
    pairs = "".join([_PAIRS[number >> shift & 1023] for shift in range(width - 10, -1, -10)])
    return pairs[: (bits + 4) // 5]


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
    return b32(hashlib.sha256(canonical(data)).digest())
