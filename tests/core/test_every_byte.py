"""For every byte of a served plan in turn: a changed byte gives the same records, or nothing and a report.

No position is left out. What must hold is one sentence: whoever follows this author takes nothing that the author did
not sign, and is told of it.
"""

import pytest

from tests.support.scribe import Scribe
from thimbl.core.answer import read_answer, write_answer
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes

OTHERS = (0x00, 0x0A, 0x20, 0x22, 0x23, 0x61)
"""What is put in place of a byte, besides its own bits turned: a control, and what YAML and JSON read as marks. Two of
them at each position, in turn."""

BITS = (0x01, 0x20, 0x80)
"""Turned one at each position, in turn: the neighbour, the other case, out of ASCII."""


def served() -> Scribe:
    """A compact plan that has a post, an announcement, an edit, a retract, an emoji, a block and an escape."""
    scribe = Scribe("al@f.example", name="Al 🚜", bio="Leeks.")
    first = scribe.post("Leeks, and then more of them:\nthe tractor 🚜 runs")
    scribe.announce("join", at="c@f.example")
    second = scribe.post("bell\x07")
    scribe.edit(first, "no")
    scribe.retract(second)
    return scribe


SCRIBE = served()
KNOWN = Known(SCRIBE.address, pinned=SCRIBE.fingerprint)
NOW = SCRIBE.now


def judged(raw: bytes) -> Judgement | None:
    plan = read_answer(raw).plan
    return None if plan is None else judge_bytes(plan, KNOWN, NOW)


def changes(position: int, before: int) -> set[int]:
    others = {OTHERS[(2 * position + step) % len(OTHERS)] for step in range(2)}
    return {*others, before ^ BITS[position % len(BITS)]} - {before}


@pytest.mark.parametrize("form", ["yaml", "json", "yaml-crlf"])
def test_every_byte(form: str) -> None:
    text = SCRIBE.line() if form == "json" else SCRIBE.text()
    answer = write_answer("al", "Al 🚜", "", text)
    good = (answer.replace("\n", "\r\n") if form == "yaml-crlf" else answer).encode()
    honest = judged(good)
    assert honest is not None
    assert honest.verdict is Verdict.VERIFIED
    assert honest.head is not None
    signed = honest.head.signed_data

    tried = harmless = 0
    for position in range(len(good)):
        # The third form differs from the first in its line ends alone: one value does there.
        values = {good[position] ^ 0x01} if form == "yaml-crlf" else changes(position, good[position])
        for value in values:
            tried += 1
            judgement = judged(good[:position] + bytes([value]) + good[position + 1 :])
            if judgement is None:
                continue  # no plan in it: nothing is taken, and that is reported
            where = f"byte {position}: {value:#04x}: {judgement.verdict} {judgement.reason}"
            if judgement.verdict is Verdict.VERIFIED:
                harmless += 1
                assert judgement.records == honest.records, where
                assert judgement.head is not None
                assert judgement.head.signed_data == signed, where
                assert judgement.known == honest.known, where
            else:
                assert judgement.verdict in (Verdict.UNREADABLE, Verdict.FORGED), where
                assert judgement.reason, where
                assert judgement.records == (), where
                assert judgement.known is KNOWN, where
    print(f"{form}: {len(good)} bytes, {tried} changes, {harmless} of them without effect")
    assert tried >= len(good)
    assert 0 < harmless < tried / 5
