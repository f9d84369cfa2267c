"""The poller: whether one is at work, and whether it gets anywhere."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thimbl.core.times import DAY, format_time, short_span
from thimbl.node.doctor.finding import Finding, note, ok
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.stored import look_into

LONG_AGO: Final = DAY
"""Seconds since the last asking that are worth a word: no schedule is slower than that."""


def polling(patient: Patient) -> Iterator[Finding]:
    """Whether those whom the account follows are asked."""
    whom = followed(patient.paths.store)
    if not whom:
        return
    pid = lock_holder(patient.machine, patient.paths.lock)
    asked = max((when for when, _ in whom if when is not None), default=None)
    failing = sum(failed for _, failed in whom)
    by = f"process {pid} fetches" if pid else "no 'thimbl fetch --watch' runs"
    when = "never" if asked is None else f"{short_span(patient.now - asked)} ago, at {format_time(asked)}"
    said = f"Of {len(whom)} whom you follow somebody was last asked {when}; {by}."
    if asked is not None and patient.now - asked < LONG_AGO:
        yield ok("fetch", said)
    elif pid:
        yield note("fetch", said, f"see what it does: ps -p {pid}", f"kill {pid} && thimbl fetch --watch")
    else:
        yield note("fetch", said, "thimbl fetch --watch", "thimbl serve --poll" if patient.is_own else "thimbl fetch")
    if failing == len(whom):
        yield note(
            "fetch", "None of them could be asked the last time: see that this machine has a network.", "thimbl fetch"
        )
    elif failing:
        yield note("fetch", f"{failing} of them could not be asked the last time.", "thimbl following")


def followed(store: Path) -> list[tuple[int | None, bool]]:
    """Of each who is followed, when they were asked last, and whether that failed. Empty where the store is of no use:
    the check of the store says so."""
    if not store.is_file():
        return []
    try:
        connection = look_into(store)
        try:
            rows = connection.execute("SELECT asked, failure FROM author WHERE followed = 1 AND is_me = 0").fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []
    return [(asked, failure is not None) for asked, failure in rows]


def lock_holder(machine: Machine, lock: Path) -> int | None:
    """The process that holds the lock file, as proc(5) has it in `locks`; None for nobody. To take it would be in
    the way of a poller that begins at that moment."""
    try:
        found = os.stat(lock)
    except OSError:
        return None
    wanted = (os.major(found.st_dev), os.minor(found.st_dev), found.st_ino)
    for line in machine.text(machine.proc / "locks").splitlines():
        fields = line.split()
        if len(fields) >= 6 and fields[1] == "FLOCK" and _identity(fields[5]) == wanted:
            return int(fields[4])
    return None


def _identity(text: str) -> tuple[int, int, int] | None:
    """Device and inode, as `00:1f:12345`: the device in hexadecimal."""
    major, _, rest = text.partition(":")
    minor, _, inode = rest.partition(":")
    try:
        return int(major, 16), int(minor, 16), int(inode)
    except ValueError:
        return None
