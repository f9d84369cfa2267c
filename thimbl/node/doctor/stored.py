"""The store: whose it is, of which version, whole, and not held up. It is looked at and never changed, nor upgraded."""

import fcntl
import os
import sqlite3
import stat
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient
from thimbl.store.database import translate
from thimbl.store.errors import StoreDamaged, StoreError
from thimbl.store.schema import VERSION, version_of

CHECK_SECONDS: Final = 5.0
"""For looking through the pages of the file: some gigabytes. What was found until then has to do."""

_EVERY: Final = 10_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""

_WRITER: Final = 120
"""The byte of `-shm` that a writer locks (sqlite.org/walformat.html 2.3)."""

_FLOCK: Final = "hhqqi"
"""struct flock of Linux, as fcntl(2) has it where an off_t has 64 bits."""


def store(patient: Patient) -> Iterator[Finding]:
    """The file, what is in it, and who is at it."""
    path = patient.paths.store
    if not path.exists():
        if patient.is_own and patient.me is not None:
            yield note("store", f"There is no store at {path}: nothing was fetched yet.", "thimbl rebuild")
        return
    faults = list(_permissions(patient, path))
    yield from faults
    if path.is_file() and path.stat().st_size > 0:
        yield from _inside(path, not faults)
        if (pid := writer_of(path)) is not None:
            yield note(
                "store", f"Process {pid} is writing to it right now. If it never ends: kill {pid}.", f"ps -p {pid}"
            )
    elif not faults:
        yield fault("store", f"The store {path} is empty, or no file.", f"mv {quoted(path)}{{,.old}}", "thimbl rebuild")


def _permissions(patient: Patient, path: Path) -> Iterator[Finding]:
    machine = patient.machine
    found, folder = machine.stat(path), machine.stat(path.parent)
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != machine.euid and machine.euid != 0:
        yield fault(
            "store", f"The store {path} belongs to uid {found.st_uid}.", f"chown {machine.euid} {quoted(path)}*"
        )
    elif not mode & stat.S_IRUSR:
        yield fault(
            "store", f"The store {path} has mode {mode:03o}: not even you may read it.", f"chmod 600 {quoted(path)}"
        )
    elif not mode & stat.S_IWUSR:
        yield fault("store", f"The store {path} is read-only (mode {mode:03o}).", f"chmod 600 {quoted(path)}")
    elif not folder.st_mode & stat.S_IWUSR:
        said = f"SQLite can not work in {path.parent}, which is read-only."
        yield fault("store", said, f"chmod u+w {quoted(path.parent)}")
    if mode & 0o077:
        said = f"Others can read the store {path} (mode {mode:03o}), and so whom you follow in private."
        yield fault("store", said, f"chmod 600 {quoted(path)}")


def _inside(path: Path, well: bool) -> Iterator[Finding]:
    try:
        connection = look_into(path)
        try:
            version = version_of(connection)
            complaint = _complaint(connection) if version <= VERSION else None
        finally:
            connection.close()
    except sqlite3.Error as error:
        yield _broken(translate(error, path), path)
        return
    if version > VERSION:
        yield fault(
            "store",
            f"The store {path} is of version {version}, made by a newer thimbl; this one knows up to {VERSION}.",
            "install the newer thimbl",
            "keep two accounts apart with THIMBL_HOME",
        )
    elif complaint:
        yield _broken(StoreDamaged(f"The store {path} is damaged ({complaint})."), path)
    elif version < VERSION:
        yield note("store", f"The store {path} is of version {version}: the next command makes it one of {VERSION}.")
    elif well:
        yield ok("store", f"The store {path} is whole, of version {version}.")


def _broken(error: StoreError, path: Path) -> Finding:
    if not isinstance(error, StoreDamaged):
        return fault("store", str(error), f"ls -l {quoted(path.parent)}")
    return fault("store", str(error), f"mv {quoted(path)}{{,.damaged}} && thimbl rebuild && thimbl fetch")


def look_into(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing. Where nobody has the store open, not even SQLite's own files beside it."""
    in_use = path.with_name(path.name + "-wal").exists()
    how = "mode=ro" if in_use else "immutable=1"
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True, timeout=0, isolation_level=None)


def _complaint(connection: sqlite3.Connection) -> str | None:
    """The first thing that SQLite finds wrong; None for nothing, as far as time allows."""
    end = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > end, _EVERY)
    try:
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    return None if said == "ok" else said.replace("\n", " ")


def writer_of(path: Path) -> int | None:
    """The process that is in the middle of writing to the store at `path`; None where there is none."""
    try:
        descriptor = os.open(path.with_name(path.name + "-shm"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, _WRITER, 1, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None if kind == fcntl.F_UNLCK else int(pid)
