"""Authors with signed logs, and what ran where: what the programs of this folder share."""

import hashlib
import platform
import zlib
from importlib.metadata import version

from thimbl.core.address import Address
from thimbl.core.canonical import b64
from thimbl.core.compose import Entry, make_head, make_record
from thimbl.core.keys import PrivateKey
from thimbl.core.planwriter import write_plan
from thimbl.core.records import POST, SALT_BYTES, Record

START = 1_793_000_000
"""Unix seconds of the first post."""

WORDS = "the cow is bought and stands in the lower field where the grass is long who wants milk comes before seven"


def plan_text(address: Address, posts: int) -> str:
    """The published plan of an author with so many posts of some 100 characters, one a minute; always the same.

    Authors post at different seconds of the minute, as people do.
    """
    key = PrivateKey.from_seed(hashlib.sha256(str(address).encode()).digest())
    start = START + zlib.crc32(str(address).encode()) % 60
    records: list[Record] = []
    for number in range(1, posts + 1):
        entry = Entry(POST, {"text": f"{number}: {WORDS}", "salt": b64(number.to_bytes(SALT_BYTES, "big"))})
        prev = records[-1].id if records else None
        record = make_record(entry, address=address, seq=number, prev=prev, time=start + 60 * number, signer=key)
        records.append(record)
    about = {"address": str(address), "name": address.user.title(), "bio": "Keeps cows."}
    last = records[-1].id if records else None
    head = make_head(about, seq=len(records), last=last, updated=start + 60 * posts, signer=key)
    return write_plan({**head.data, "entries": [record.data for record in reversed(records)]})


def machine(*packages: str) -> str:
    """Versions and processor, in a line."""
    names = [f"Python {platform.python_version()}", *(f"{package} {version(package)}" for package in packages)]
    return f"{', '.join(names)}; {platform.system()} {platform.machine()}"
