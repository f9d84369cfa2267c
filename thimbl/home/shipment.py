"""What a push takes along: the plan and its archive as they were published, each file with its SHA-256.

- It is put together under the lock of writers, so that its parts fit; the lock is not held while it is on its way.
- What was never published stays here: records above the head's `seq` are those of a writer who was killed, and the next
  one drops them (plan-format 8.2). The pages that the plan reaches into are written anew, without them.
- Full pages further down change only when a text in them is withheld. They are read when they are sent, one at a time:
  an archive may be larger than memory.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from thimbl.core.archive import PAGE, ArchiveDamaged, page_name, page_start, read_page, write_page
from thimbl.core.plan import Head, ListDigest, plan_from_data
from thimbl.core.planwriter import write_line
from thimbl.home.durable import PUBLIC, locked
from thimbl.home.errors import PlanProblem, Refused
from thimbl.home.notes import HEAD_FILE, NEXT_FILE, digest_of, read_note
from thimbl.home.planfiles import FOLLOWING_FILE, OwnLog, PlanFiles


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file: its name in the archive, or None for the plan itself."""

    name: str | None
    sum: str
    """SHA-256 in hexadecimal."""
    size: int
    """Bytes."""
    read: Callable[[], bytes]
    """Its bytes. Raises `PlanProblem` where they are no longer those that were summed."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """The files in the order in which they are to be put in place, and the log that they hold."""

    log: OwnLog
    head: Head
    parcels: tuple[Parcel, ...]


def shipment(files: PlanFiles) -> Shipment:
    """All that is published. Raises `PlanEdited` and `PlanProblem` where it does not hold, `Refused` where nothing is
    published yet."""
    with locked(files.lock_path, PUBLIC):
        log = files.load()  # it reads, its signature holds, and it is what was signed last
        if log.head is None or log.raw is None:
            raise Refused("You have published nothing yet: 'thimbl post' does.")
        parcels = [*_pages(files, log), *_following(files, log.head), _parcel(None, log.raw)]
        note = {"head": log.head.data, "replaces": digest_of(None)}
        parcels.append(_parcel(HEAD_FILE, write_line(note).encode("utf-8")))
        return Shipment(log, log.head, tuple(parcels))


def _parcel(name: str | None, data: bytes) -> Parcel:
    # It ends in a line end, as a here-document does.
    whole = data if data.endswith(b"\n") else data + b"\n"
    return Parcel(name, hashlib.sha256(whole).hexdigest(), len(whole), lambda: whole)


def _pages(files: PlanFiles, log: OwnLog) -> Iterator[Parcel]:
    there = set(files.pages())
    # The plan reaches down to this page; what it has is what was published.
    reached = page_start(log.window[-1].seq) if log.window else log.seq + 1
    for start in range(1, log.seq + 1, PAGE):
        if start >= reached:
            if (text := _published(files, start, log, start in there)) is not None:
                yield _parcel(page_name(start), text.encode("utf-8"))
        elif start in there:
            yield _full_page(files.archive / page_name(start), start)


def _published(files: PlanFiles, start: int, log: OwnLog, there: bool) -> str | None:
    """The page as it was published; None where the plan came without its archive, and this is a part of it."""
    if there:
        return write_page(files.page(start, log))
    with suppress(PlanProblem):
        return write_page(files.page(start, log))
    return None


def _full_page(path: Path, start: int) -> Parcel:
    def read() -> bytes:
        data = _read(path)
        if hashlib.sha256(data).hexdigest() != sum_:
            raise PlanProblem(f"{path} was changed just now: push again.")
        try:
            records = read_page(data.decode("utf-8"), start)
        except (ArchiveDamaged, UnicodeDecodeError) as error:
            raise PlanProblem(f"{path} is damaged: {error}. Bring it back from a backup.") from None
        if len(records) != PAGE:
            raise PlanProblem(f"{path} has {len(records)} records, not {PAGE}. Bring it back from a backup.")
        return data

    first = _read(path)
    sum_ = hashlib.sha256(first).hexdigest()
    if not first.endswith(b"\n"):
        raise PlanProblem(f"{path} was cut short. Bring it back from a backup.")
    return Parcel(path.name, sum_, len(first), read)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanProblem(f"{path} can not be read: {error.strerror or error}.") from None


def _following(files: PlanFiles, head: Head) -> Iterator[Parcel]:
    """The list behind the head's digest; nothing where it is not here."""
    if not isinstance(head.following, ListDigest):
        return
    pending = read_note(files.archive / NEXT_FILE)
    if pending is not None and pending.head.sig == head.sig and pending.listed is not None:
        # Published, but for the last step (`thimbl.home.planfiles`).
        raw = json.dumps(pending.listed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    else:
        try:
            raw = (files.archive / FOLLOWING_FILE).read_bytes()
        except OSError:
            return
    with suppress(ValueError):  # no JSON, no UTF-8, no list of follows
        listed = plan_from_data({**head.data, "following_list": json.loads(raw)})
        if listed.following_digest == head.following:
            yield _parcel(FOLLOWING_FILE, raw)
