"""The clock: right, as far as anything here contradicts it.

A reader takes nothing that speaks of more than a day ahead (plan-format 4, `future`), so a clock that is a day fast
makes its author unheard, and one that is a day slow makes everybody else so. NTP is not asked. What is compared: what
this machine has written down, the clocks of its file systems and its hardware, and the plans of those who are followed.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thimbl.core.log import AHEAD, Verdict
from thimbl.core.times import HOUR, MINUTE, format_time, short_span
from thimbl.node.doctor.disk import probe
from thimbl.node.doctor.finding import Finding, fault, note, ok
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.stored import look_into

SLACK: Final = 5 * MINUTE
"""Seconds that two clocks may differ without a word, as in Kerberos (RFC 4120 8.2)."""

ZONES: Final = 15 * HOUR
"""Seconds that a hardware clock may differ: many run by local time, which is at most 14 hours from UTC."""

MANY: Final = 3
"""Authors who together are more likely right than one clock: of fewer, each may be the one that is wrong."""

SILENCE: Final = AHEAD
"""Seconds for which none of `MANY` or more says a word, though all were asked in the last hour: rare, but no proof."""

_KEEP: Final = ("timedatectl set-ntp true", "look: date -u")


def right(patient: Patient) -> Iterator[Finding]:
    """What contradicts the clock; a line that nothing does, where that is so."""
    contradictions = [*_own(patient), *_other_clocks(patient), *_authors(patient)]
    yield from contradictions
    kept = patient.machine.is_synchronised()
    if kept is False:
        yield note("clock", "Nothing keeps this clock right, as the kernel was told: it drifts.", _KEEP[0])
    if not contradictions:
        by = ", and something keeps it" if kept else ""
        yield ok("clock", f"It is {format_time(patient.now)} (UTC){by}. Nothing here contradicts that.")


def _own(patient: Patient) -> Iterator[Finding]:
    """One's own plan, and one's own files: made in the past, whatever the clock says."""
    now, later = patient.now, patient.now + SLACK
    plan, written = patient.own_plan, list[tuple[int, str]]()
    if plan is not None:
        newest = max([plan.head.updated, *(record.time for record in plan.records[:1])])
        written.append((newest, "your plan was signed"))
    for path in (patient.paths.plan, patient.home.key_path, patient.paths.config, patient.paths.store):
        if (changed := _changed(path)) is not None:
            written.append((changed, f"{path} was written"))
    # The first of them: a plan, which readers see, says more than the time of a file.
    latest, what = next(((when, what) for when, what in written if when > later), (now, ""))
    if what:
        yield fault(
            "clock",
            f"The clock is behind: it says {format_time(now)}, and {what} at {format_time(latest)}, "
            f"{short_span(latest - now)} later. What you fetch now may be taken for a plan from the future.",
            *_KEEP,
        )


def _changed(path: Path) -> int | None:
    try:
        return int(path.stat().st_ctime)
    except OSError:
        return None


def _other_clocks(patient: Patient) -> Iterator[Finding]:
    """The clock of the file system, which on a network is another machine's, and that of the hardware."""
    folder = next((one for one in (patient.paths.plan.parent, patient.paths.store.parent) if one.is_dir()), None)
    made = probe(folder, 0).made if folder is not None else None
    if made is not None:
        yield from _differs(patient, int(made), f"the file system at {folder}", SLACK)
    hardware = patient.machine.text(patient.machine.sys / "class/rtc/rtc0/since_epoch").strip()
    if hardware.isdigit():
        yield from _differs(patient, int(hardware), "the hardware", ZONES)


def _differs(patient: Patient, other: int, whose: str, slack: int) -> Iterator[Finding]:
    off = patient.now - other
    if abs(off) <= slack:
        return
    direction = "ahead of" if off > 0 else "behind"
    what = "readers take nothing that you sign" if off > 0 else "you take nothing that others sign"
    yield fault(
        "clock",
        f"The clock is {short_span(abs(off))} {direction} that of {whose}: {format_time(patient.now)} and "
        f"{format_time(other)}. One of the two is wrong; from a day on, {what}.",
        *_KEEP,
    )


def _authors(patient: Patient) -> Iterator[Finding]:
    """The newest heads of those who are followed: none of them can have been signed later than now."""
    now, found = patient.now, heads(patient.paths.store)
    sound = [(updated, asked) for updated, asked, verdict in found if updated and verdict == Verdict.VERIFIED]
    verified = sorted((updated for updated, _ in sound), reverse=True)
    ahead = [updated for updated in verified if updated > now + SLACK]
    refused = sum(verdict == Verdict.FUTURE for _, _, verdict in found)
    if ahead and (ahead[0] > now + AHEAD or len(ahead) >= MANY):
        yield fault(
            "clock",
            f"The clock is behind: {len(ahead)} whom you follow, verified before, signed later than it says now, up to "
            f"{format_time(ahead[0])}, {short_span(ahead[0] - now)} ahead.",
            *_KEEP,
        )
    if refused >= MANY or (refused and refused == len(found)):
        yield fault(
            "clock",
            f"The clock is more than a day behind: the plans of {refused} of {len(found)} whom you follow are from the "
            "future by it.",
            *_KEEP,
        )
    elif refused:
        yield note(
            "clock",
            f"By this clock {refused} whom you follow speaks of the future: theirs or yours is wrong.",
        )
    asked_lately = [asked for _, asked in sound if asked and now - asked < HOUR]
    if len(asked_lately) >= MANY and verified and now - verified[0] > SILENCE:
        yield note(
            "clock",
            f"Nobody whom you follow has said a word for {short_span(now - verified[0])}, and {len(asked_lately)} were "
            "asked within the hour: all are silent, or this clock is ahead.",
            *_KEEP,
        )


def heads(store: Path) -> list[tuple[int | None, int | None, str | None]]:
    """Of each who is followed: when the newest verified head was signed, when they were asked, and the verdict. Empty
    where the store is of no use: the check of the store says so."""
    if not store.is_file():
        return []
    try:
        connection = look_into(store)
        try:
            found = connection.execute(
                "SELECT updated, asked, verdict FROM author WHERE followed = 1 AND is_me = 0"
            ).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []
    return [(updated, asked, verdict) for updated, asked, verdict in found]
