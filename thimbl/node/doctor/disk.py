"""Room on the disks: bytes and files, for one post and one fetch; and whether a file can really be written there."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thimbl.core.plantext import MAX_BYTES
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient

NEEDED: Final = 4 * MAX_BYTES
"""Bytes below which a post may fail: a new plan of the longest kind beside the old one, and likewise a page."""

COMFORT: Final = 64 * 1024 * 1024
"""Bytes below which the next large fetch may fail: the store's log of writing grows to that in a catch-up."""

FILES_NEEDED: Final = 16
"""Of names: a new plan, page and note, and SQLite's files beside the store."""

PROBE: Final = 128 * 1024
"""Bytes of the file that is tried: a plan of the usual length and its page."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def room(patient: Patient) -> Iterator[Finding]:
    """Each disk that a post or a fetch writes to, once."""
    seen: set[int] = set()
    for what, folder in _folders(patient):
        there = next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
        device = patient.machine.stat(there).st_dev
        if device in seen:
            continue
        seen.add(device)
        yield _room(patient, what, there)


def _folders(patient: Patient) -> list[tuple[str, Path]]:
    if patient.serve.spool is not None:
        return [("plans", patient.serve.spool), ("the store", patient.paths.store.parent)]
    if patient.serve.homes:
        return [("the store", patient.paths.store.parent)]
    return [
        ("your plan", patient.paths.plan.parent),
        ("its archive", patient.paths.archive),
        ("the store", patient.paths.store.parent),
        ("your settings", patient.paths.config.parent),
    ]


def _room(patient: Patient, what: str, folder: Path) -> Finding:
    found = patient.machine.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    look = f"df -h {quoted(folder)}; df -i {quoted(folder)}"
    if found.f_flag & os.ST_RDONLY:
        return fault("disk", f"The disk of {what}, at {folder}, is read-only.", f"findmnt --target {quoted(folder)}")
    if free < NEEDED:
        said = f"The disk of {what}, at {folder}, is full: {free // 1024} KiB are left. Nothing can be posted."
        return fault("disk", said, f"make room: {look}")
    if found.f_files and found.f_favail < FILES_NEEDED:  # some file systems have no such number
        said = f"The disk of {what}, at {folder}, takes no more files: {found.f_favail} are left (inodes)."
        return fault("disk", said, f"make room: {look}")
    if not patient.machine.stat(folder).st_mode & stat.S_IWUSR:
        return fault(
            "disk", f"Nothing can be written at {folder}, where {what} is kept.", f"chmod u+w {quoted(folder)}"
        )
    trouble = probe(folder).trouble if patient.serve.spool is None else None
    if trouble in _FULL:
        quota = " (your quota)" if trouble == errno.EDQUOT else ""
        said = f"Nothing can be written at {folder}, where {what} is kept: the disk is full{quota}."
        return fault("disk", said, f"make room: {look}; quota")
    if trouble == errno.EFBIG:
        said = f"No file of {PROBE // 1024} KiB can be written at {folder}: a limit of this shell is in the way."
        return fault("disk", said, "ulimit -f unlimited")
    if trouble is not None:
        said = f"Nothing can be written at {folder}, where {what} is kept: {os.strerror(trouble)}."
        return fault("disk", said, f"ls -ld {quoted(folder)}")
    if free < COMFORT:
        said = f"Only {free // 1024 // 1024} MiB are left for {what}, at {folder}: a large fetch may fail."
        return note("disk", said, look)
    return ok("disk", f"{free // 1024 // 1024} MiB are left for {what}, at {folder}.")


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of writing a file."""

    trouble: int | None
    """The number of the error; None where it worked."""
    made: float | None
    """When it was made, by the clock of the file system, in Unix seconds."""


def probe(folder: Path, size: int = PROBE) -> Probe:
    """Write a file of `size` bytes in `folder`. It has no name where the file system can do that (O_TMPFILE), so that
    nothing of it stays whatever happens."""
    made = None
    try:
        with tempfile.TemporaryFile(prefix=".thimbl-doctor-", dir=folder, buffering=0) as file:
            made = os.fstat(file.fileno()).st_ctime
            rest = memoryview(bytes(size))
            while rest:
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
    except OSError as error:
        return Probe(error.errno or errno.EIO, made)
    return Probe(None, made)
