"""Findings and notices as rows: the record, the code, and what is the matter in words (commune.md 7)."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from thimbl.core.address import AddressError, Reference
from thimbl.core.commune.sentences import sentence as sentence_of
from thimbl.core.commune.state import Finding
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.commune.words import UNACKNOWLEDGED, in_words, together
from thimbl.core.terminal import safe_line
from tui.book import Leaf
from tui.grid import sentence
from tui.lines import Role
from tui.tables import Cell, Column, Row

COLUMNS = (
    Column("Record", right=True, needed=1),
    Column("Code", needed=0, figure=True),
    Column("What is the matter", grows=True, needed=0),
)


def faults(study: Study, found: Sequence[Finding], *, bad: bool) -> Leaf:
    """A row each, the newest first; `bad` ones are faults, the others are notices. Those whom one record paid, and who
    have not acknowledged it, have one row together, which any of their names finds."""
    named = _named(found)
    found = together(found)
    charter = study.ledger.state.charter
    currency = charter.currency if charter else None
    seqs = {finding.seq for finding in found}
    records = {seq: one for seq, one in study.by_seq().items() if seq in seqs} if found else {}
    rows = []
    for index, finding in enumerate(found):
        mark = "! " if bad else ""
        words = safe_line("; ".join(in_words(finding, currency, study.code_of)))
        whole = ", ".join(named.get(finding.seq, ())) if finding.code == UNACKNOWLEDGED else ""
        rows.append(
            Row(
                f"{index} {finding.seq} {finding.code} {finding.detail}",
                (
                    Cell(str(finding.seq), finding.seq, Role.DIM),
                    Cell(f"{mark}{finding.code}", role=Role.BAD if bad else Role.WARN),
                    Cell(f"{words} {whole}".rstrip(), pieces=((words, Role.TEXT),)),
                ),
            )
        )

    good = "Nothing is found fault with: every figure follows from the records." if bad else "No notices."
    heading = sentence(good, rows, Role.GOOD if bad else Role.DIM)

    def finding_of(key: str) -> Finding:
        return found[int(key.partition(" ")[0])]

    def record(key: str) -> Reference | None:
        """The record that it names, where it names one; else the commune's."""
        with contextlib.suppress(AddressError):
            return Reference.parse(finding_of(key).detail)
        folded = records.get(finding_of(key).seq)
        return None if folded is None else Reference(folded.verified.author, folded.verified.record.id)

    def whence(key: str, column: int) -> Sequence[Whence]:
        finding = finding_of(key)
        folded = records.get(finding.seq)
        kind = "record" if folded is None else folded.verified.record.kind
        if finding.code == UNACKNOWLEDGED:
            finding = replace(finding, detail=", ".join(named[finding.seq]))
        told = in_words(finding, currency, study.code_of)
        where = f"record {finding.seq}, a {kind}" if bad else f"as of record {finding.seq}"
        first = Whence(f"{finding.code}: {where}", (*told, *_cited(study, finding.detail)))
        return [first, *Clew(study).deeper(finding.seq)]

    return Leaf(COLUMNS, rows[::-1], heading, opens=record, record=record, whence=whence)


def _cited(study: Study, detail: str) -> Iterator[str]:
    """What the record says that a finding names, where it names one that is here."""
    verified = study.ledger.state.evidence.get(detail)
    if verified is not None and (said := sentence_of(verified.record.kind, verified.record.body, study.code_of)):
        yield f"{verified.author} {said}."


def _named(found: Iterable[Finding]) -> dict[int, list[str]]:
    """All whom a record paid and who have not acknowledged it, by its seq."""
    named: dict[int, list[str]] = {}
    for finding in found:
        if finding.code == UNACKNOWLEDGED:
            named.setdefault(finding.seq, []).append(finding.detail)
    return named
