"""What is about to be signed, as a person reads it first: what it says in words, its shares, and the exact record.

The command line and the terminal UI show the same (plan-format 3): kind and fields as they will stand in the plan. The
writer adds the number, the time and the id of the record before it, and signs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thimbl.core.commune.sentences import Codes, Row, sentence, table
from thimbl.core.planwriter import write

MARGIN = 4
"""Columns before the record, so that it is told apart from what is said about it."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """One announcement before it is signed."""

    kind: str
    body: Mapping[str, Any]
    words: str | None
    """What it says, without its author, escaped for a terminal; None where it has no sentence (an offer)."""
    shares: tuple[Row, ...]
    """Of a statement: holder and amount, escaped."""

    @property
    def record(self) -> str:
        """The exact record as YAML, ending in a line feed."""
        return write({"kind": self.kind, **self.body})


def to_sign(kind: str, body: Mapping[str, Any], code_of: Codes = lambda reference: None) -> ToSign:
    """What a record of this kind and body would say. `code_of` gives the code of an offer's series."""
    return ToSign(kind, body, sentence(kind, body, code_of), tuple(table(kind, body)))


def lines(announced: ToSign, author: str) -> Iterator[str]:
    """It as lines for a terminal, without their ends; `author` is a canonical address."""
    if announced.words is not None:
        yield f"{author} {announced.words}."
    width = max((len(label) for label, _ in announced.shares), default=0)
    for label, amount in announced.shares:
        yield f"{' ' * MARGIN}{label:{width}}  {amount:>20}"
    yield ""
    yield "This will be signed:"
    yield ""
    for line in announced.record.splitlines():
        yield f"{' ' * MARGIN}{line}"
    yield ""
