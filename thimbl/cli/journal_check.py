"""`journal --check`: a journal held against what the records come to, for whoever was handed one."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from thimbl.cli.errors import FOUND_FAULTS, OK, Failure
from thimbl.cli.output import note, say
from thimbl.core.commune.journal_check import JournalCheck
from thimbl.core.commune.journal_reading import MAX_LINE
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from thimbl.core.commune.journal_check import Fault
    from thimbl.core.commune.ledger import Folded
    from thimbl.core.commune.study import Study

MOST_EARLY: Final = 20
"""Lines that may be damaged before a file shows to be a journal; one with more of them is none."""


def check(study: "Study", path: Path) -> int:
    """Say what in the journal at `path` is not as the records have it; `-` is standard input.

    Returns the exit code. Raises `Failure` for a file that is no journal at all, and `OSError`.
    """
    stdin = str(path) == "-"
    name, checking, number = "standard input" if stdin else str(path), JournalCheck(study), 0
    by_seq = study.by_seq()
    with nullcontext(sys.stdin.buffer) if stdin else path.open("rb") as file:
        for fault in _faults(checking, file, name):
            number += 1
            say(f"{name}{f':{fault.line}' if fault.line is not None else ''}: {fault.words}")
            if fault.seq is not None:
                _name(study, by_seq[fault.seq])
    _sum_up(study, name, checking, number)
    return FOUND_FAULTS if number else OK


def _faults(checking: JournalCheck, file: IO[bytes], name: str) -> "Iterator[Fault]":
    """The faults of a file that shows to be a journal: before it does, it may be anything."""
    early: list[Fault] = []
    for fault in checking.faults(_lines(file)):
        if checking.is_journal:
            yield from early
            early.clear()
            yield fault
        elif len(early) < MOST_EARLY:
            early.append(fault)
        else:
            break
    if not checking.is_journal:
        why = f": line {early[0].line}: {early[0].words}" if early else ""
        raise Failure(f"{name} is no journal of {checking.study.commune}{why}.")
    yield from early


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Its lines; what is longer than any that is written comes in parts, which are understood as little."""
    while line := file.readline(MAX_LINE):
        yield line.decode("utf-8", "replace")


def _name(study: "Study", folded: "Folded") -> None:
    record = folded.verified.record
    say(f"    record {record.seq}, {record.kind}: {study.commune}#{record.id}")
    if folded.movement is not None:
        say(f"    derived by: thimbl audit {study.commune} --explain {record.seq}")


def _sum_up(study: "Study", name: str, checking: JournalCheck, faults: int) -> None:
    read = f"{counted(checking.transactions, 'transaction')} with {counted(checking.postings, 'posting')}"
    whole = f"up to record {checking.last} of {study.commune}"
    if faults:
        say(f"{name}: {read}, {whole}: {counted(faults, 'fault')}.")
    else:
        say(f"{name}: {read}, {whole}: all as the records have it.")
    if checking.later:
        note(f"The records go on to {study.ledger.seq}, with {counted(checking.later, 'transaction')} more.")
    for lacking in study.lacking():
        note(f"Lacking: the log of {lacking}. Without it the records may come to something else.")
    if study.findings:
        note(f"The records have faults of their own: 'thimbl audit {study.commune}' names them.")
