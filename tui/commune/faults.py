"""Findings and notices as rows: the record, the code, and what is the matter in words (commune.md 7)."""

import contextlib
from collections.abc import Sequence

from thimbl.core.address import AddressError, Reference
from thimbl.core.commune.state import Finding
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import Clew, Whence
from thimbl.core.commune.words import in_words
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
    """A row each, the newest first; `bad` ones are faults, the others are notices."""
    charter = study.ledger.state.charter
    currency = charter.currency if charter else None
    seqs = {finding.seq for finding in found}
    records = {seq: one for seq, one in study.by_seq().items() if seq in seqs} if found else {}
    rows = []
    for index, finding in enumerate(found):
        mark = "! " if bad else ""
        words = "; ".join(in_words(finding, currency, study.code_of))
        rows.append(
            Row(
                f"{index} {finding.seq} {finding.code} {finding.detail}",
                (
                    Cell(str(finding.seq), finding.seq, Role.DIM),
                    Cell(f"{mark}{finding.code}", role=Role.BAD if bad else Role.WARN),
                    Cell(safe_line(words), role=Role.TEXT),
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
        told = in_words(finding, currency, study.code_of)
        first = Whence(f"{finding.code}: record {finding.seq}, a {kind}", tuple(told))
        return [first, *Clew(study).deeper(finding.seq)]

    return Leaf(COLUMNS, rows[::-1], heading, opens=record, record=record, whence=whence)
