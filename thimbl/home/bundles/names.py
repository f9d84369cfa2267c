"""What stands in a bundle, by which name, and how large it may be (docs/sneakernet.md).

- A log is as a spool has it (plan-format 7): ``ana@fields.example.plan``, and its archive
  ``ana@fields.example.plan.d/``. Whose it is the plan says and its signature proves; the name is for people.
- Names are for any file system, FAT among them: lower case alone, no ``:``, and short enough for the header of a tar.
  An address that can not be spelt so gets a name that ends in a digest of it.
- A site of files has a folder for each account: ``ana/plan.txt``, and its archive ``ana/plan.d/``. Such folders are
  read, and in no bundle.
- What one's own backup has besides lies under ``backup/``.
- Whatever else there is belongs to somebody else, and is left alone.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from thimbl.core.address import Address
from thimbl.core.archive import PAGE_BOUNDS, start_of
from thimbl.core.canonical import b32
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.planfiles import FOLLOWING_FILE

VERSION: Final = 1
"""Of what is described here. A bundle of another one is refused."""

MANIFEST: Final = "thimbl-bundle.json"
"""Says that it is a bundle, of which version, and whose backup. The first file of a tar."""

README: Final = "README.txt"
"""For a person who finds the stick."""

BACKUP: Final = "backup/"

MAX_STEM: Final = 68
"""Characters of a log's name: with ``.plan.d/`` and the name of the last page that there can be (2^53 - 1) they fill
the 100 that the header of a tar has for a name (POSIX ustar)."""

MAX_NAME: Final = 255
"""Bytes of a path: what the header of a tar can hold."""

MAX_FILES: Final = 200_000
"""In a bundle: all pages of 20 million records."""

MAX_LOGS: Final = 20_000
"""Plans in a bundle: ten communes of the largest kind, with all whom they cite. Strangers' plans fill no disk by it."""

MAX_BYTES: Final = 16 * 1024**3
"""Of a bundle in all: a stick's worth. What of it is read at once is one file."""

SMALL: Final = 64 * 1024
"""Bytes of a manifest, of a page for people, of a key."""

PLAN: Final = 4 * 1024 * 1024
"""Bytes of a plan's file: 1 MiB of plan (plan-format 1) with CRLF line ends, in a whole answer of finger(1)."""

LISTS: Final = 16 * 1024 * 1024
"""Bytes of a list of people: 100,000 of them."""

STATE: Final = 64 * 1024 * 1024
"""Bytes of what a store knows besides logs: 5 million unread posts."""

_STEM: Final = re.compile(r"[A-Za-z0-9][^/\\\x00-\x1f\x7f]*")
_SITE: Final = re.compile(r"([^/\\\x00-\x1f\x7f]+/)?plan(?:\.txt|\.d/(.+))?")
_PLAIN: Final = re.compile(r"[a-z0-9@._-]+")
_OF_BACKUP: Final[Mapping[str, int]] = {
    "config.yaml": LISTS,
    "following.yaml": LISTS,
    "muted.yaml": LISTS,
    "state.json": STATE,
    "key": SMALL,
    "key.pub": SMALL,
}
_MANY_OF_BACKUP: Final = re.compile(r"(?:drafts|evidence|classic|web)/[A-Za-z0-9_-][A-Za-z0-9._-]*")


class Bundle(Protocol):
    """A bundle that is being read: its files by name."""

    @property
    def where(self) -> str:
        """What to call it."""

    @property
    def strange(self) -> Collection[str]:
        """Files in it that are none of a bundle's, made safe by no one."""

    def sizes(self) -> Mapping[str, int]:
        """The files by name, each with its bytes."""

    def read(self, name: str) -> bytes:
        """All of a file. Raises `BundleRefused` where it is not what it was a moment ago, and `OSError`."""


@dataclass(frozen=True, slots=True)
class Log:
    """The files of one log."""

    stem: str
    plan: str
    pages: tuple[tuple[int, str], ...]
    """First seq and name of each page of the archive, newest first."""
    following: str | None


def stem_of(address: Address) -> str:
    """What the files of this address's log begin with, everywhere the same."""
    name = str(address).replace(":", "_")  # there is no underscore in a host
    if _PLAIN.fullmatch(name) and len(name) <= MAX_STEM:
        return name
    digest = b32(hashlib.sha256(str(address).encode("ascii")).digest())[:16]
    return re.sub(r"[^a-z0-9@._-]", "_", str(address).lower())[: MAX_STEM - 17] + "-" + digest


def limit_of(name: str) -> int | None:
    """The most bytes of the file of this name; None where it is none of a bundle's."""
    if name in (MANIFEST, README):
        return SMALL
    if name.startswith(BACKUP):
        inner = name.removeprefix(BACKUP)
        return _OF_BACKUP.get(inner) or (PLAN if _MANY_OF_BACKUP.fullmatch(inner) else None)
    stem, slash, inner = name.partition(".plan.d/")
    if not slash:
        stem, inner = name.removesuffix(".plan"), ""
    if _STEM.fullmatch(stem) is None or (not slash and stem == name):
        return None
    if not slash:
        return PLAN
    return _limit_beside(inner)


def site_limit_of(name: str) -> int | None:
    """The same of a file of a site, as `thimbl site` writes one, or wget(1) brings the pages of a host, where
    ``ana/plan`` has no suffix. Seen from the site's folder, or from that of an account."""
    found = _SITE.fullmatch(name)
    return None if found is None else PLAN if found[2] is None else _limit_beside(found[2])


def _limit_beside(inner: str) -> int | None:
    if start_of(inner) is not None:
        return PAGE_BOUNDS.bytes
    return LISTS if inner == FOLLOWING_FILE else None


def checked(raw: bytes, where: str) -> str:
    """The name that a file goes by: relative, and leading nowhere else. Raises `BundleRefused`."""
    shown = repr(raw[:80].decode("utf-8", "backslashreplace"))
    if len(raw) > MAX_NAME:
        raise BundleRefused(f"{where}: the name of a file in it is longer than {MAX_NAME} bytes. Nothing was taken.")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BundleRefused(f"{where}: the name of a file in it, {shown}, is not UTF-8. Nothing was taken.") from None
    parts = name.removeprefix("./").split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise BundleRefused(f"{where}: the name of a file in it, {shown}, leads elsewhere. Nothing was taken.")
    return "/".join(part for part in parts if part not in ("", "."))


def logs_in(names: Iterable[str]) -> list[Log]:
    """The logs among these files, by name. An archive without its plan is none: nothing says whose it is."""
    plans: dict[str, str] = {}
    pages: dict[str, list[tuple[int, str]]] = {}
    lists: dict[str, str] = {}
    for name in names:
        stem, slash, inner = name.partition(".plan.d/")
        if (found := _SITE.fullmatch(name)) is not None and site_limit_of(name) is not None:
            stem, inner = found[1] or "/", found[2] or ""  # no other name has a slash there
            is_plan = not inner
        elif name.startswith(BACKUP) or limit_of(name) is None:
            continue
        else:
            stem, is_plan = stem.removesuffix(".plan"), not slash and name.endswith(".plan")
        if is_plan:
            plans[stem] = name
        elif (start := start_of(inner)) is not None:
            pages.setdefault(stem, []).append((start, name))
        elif inner == FOLLOWING_FILE:
            lists[stem] = name
    return [
        Log(stem, plans[stem], tuple(sorted(pages.get(stem, ()), reverse=True)), lists.get(stem))
        for stem in sorted(plans)
    ]
