"""Citing records of participants as evidence (commune.md 1): missing, wrong or reused."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.participants import JOIN, LEAVE, Join, Leave, Participant, read_participant
from thimbl.core.commune.state import State, Step, Stop
from thimbl.core.log import VerifiedRecord

T = TypeVar("T", bound=Participant)

MISSING = "missing-evidence"
WRONG = "wrong-evidence"
REUSED = "reused"


def cite(state: State, step: Step, reference: str, kind: type[T], fits: Callable[[str, T], bool]) -> T:
    """The record of this name, which must be sound, of this kind, and what `fits` asks of its author and contents.

    Raises `Stop`: `missing-evidence`, `wrong-evidence`, `reused`. It is used from when `use` says so.
    """
    verified = state.evidence.get(reference)
    if verified is None:
        state.missing.setdefault(reference, step.seq)
        raise Stop(MISSING, reference)
    said = read(state, verified, kind)
    if said is None or not fits(str(verified.author), said):
        raise Stop(WRONG, reference)
    if reference in state.used:
        raise Stop(REUSED, reference)
    return said


def read(state: State, verified: VerifiedRecord, kind: type[T]) -> T | None:
    """What a record says in the money of this commune; None where it is of another kind, or malformed."""
    try:
        said = read_participant(verified.record, state.currency)
    except Malformed:
        return None
    return said if isinstance(said, kind) else None


def use(state: State, reference: str | None) -> None:
    """From now on the record is `reused` where it is cited again."""
    if reference is not None:
        state.used.add(reference)


def fresh(state: State, records: Iterable[VerifiedRecord]) -> list[VerifiedRecord]:
    """Of one author's records those that took no effect and came after the last that did: what they ask for now. One
    that an answered one followed is stale."""
    found: list[VerifiedRecord] = []
    for verified in records:
        if name_of(verified) in state.used:
            found.clear()
        else:
            found.append(verified)
    return found


def application(state: State, who: str, until: int) -> VerifiedRecord | None:
    """What somebody asks of the registers by `until` (Unix seconds): their newest `join` or `leave` to this commune,
    where none took effect since, and where there is something to do about it; None where nothing waits.

    The newest counts alone: who asked to be in and then to be out again waits for nothing (commune.md 12.3).
    """
    said = [
        verified
        for address in state.addresses
        for kind in (JOIN, LEAVE)
        for verified in state.evidence.by(who, kind, address)
        if verified.record.time <= until
    ]
    for verified in fresh(state, sorted(said, key=lambda one: one.record.seq))[-1:]:
        asked = read(state, verified, Join) or read(state, verified, Leave)
        if isinstance(asked, Join) and who not in state.register(asked.role):
            return verified
        if isinstance(asked, Leave) and (who in state.members or who in state.coops):
            return verified
    return None


def applicants(state: State) -> list[str]:
    """All who ever asked something of the registers of this commune, by address."""
    asked = (author for kind in (JOIN, LEAVE) for at in state.addresses for author, _ in state.evidence.about(kind, at))
    return sorted(set(asked))


def name_of(verified: VerifiedRecord) -> str:
    """A record's reference."""
    return f"{verified.author}#{verified.record.id}"
