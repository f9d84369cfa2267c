"""What a check found: how bad it is, what it is about, what is the matter, and what to do."""

import shlex
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Works, or may be meant so; worth knowing."""
    FAULT = "fault"
    """Somebody misses something: readers, or the author."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis. Texts may repeat what strangers wrote: escape them for where they are shown."""

    level: Level
    subject: str
    """A word: `port`, `plan`, `key`, …"""
    said: str
    """A sentence or two, for a person."""
    remedy: tuple[str, ...] = ()
    """Commands or short instructions. Any one of them will do, where there are several."""


def ok(subject: str, said: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, said)


def note(subject: str, said: str, *remedy: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, subject, said, remedy)


def fault(subject: str, said: str, *remedy: str) -> Finding:
    """Something is missed."""
    return Finding(Level.FAULT, subject, said, remedy)


def quoted(path: object) -> str:
    """A path as a shell takes it: what is told is to be copied."""
    return shlex.quote(str(path))
