"""How a line of twtxt is known: by the hash that answers name (https://twtxt.dev, Twt Hash and Twt Subject).

The hash is of the feed's URL, the line's time and its text, so nobody has to state it, and whoever has the three can
work it out.
"""

import re
from base64 import b32encode
from hashlib import blake2b
from typing import Final

HASH_LENGTH: Final = 7
"""Characters of a hash: the last ones of its base32."""

_PARTS: Final = re.compile(r"([0-9-]{10})[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?([Zz]|[+-].*)?")


def twt_hash(url: str, stamp: str, text: str) -> str:
    """The hash of a twt at `stamp`, a time of RFC 3339 as the file has it."""
    said = f"{url}\n{_hashed(stamp)}\n{text}".encode("utf-8", "surrogatepass")
    return b32encode(blake2b(said, digest_size=32).digest()).decode("ascii").rstrip("=").lower()[-HASH_LENGTH:]


def _hashed(stamp: str) -> str:
    """A time as hashes have it: to the second, and ``Z`` for UTC, or for no offset; all else stays as it is."""
    found = _PARTS.fullmatch(stamp)
    if found is None:
        return stamp
    day, minutes, seconds, offset = found.groups()
    zone = "Z" if not offset or offset in "Zz" or offset.strip("+-0:") == "" else offset
    return f"{day}T{minutes}:{seconds or '00'}{zone}"
