"""What a word that is being written may become, ``@`` somebody or ``#`` a tag; and whom a text names by nick.

- A nick is offered where readers will find out whom it means: where the writer's own published list has it
  (plan-format 2). Whoever is followed privately, or not at all, is written as a whole address.
- What is offered comes from those whom the writer follows, then all whom this node knows, and the tags it has seen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.terminal import safe_line
from thimbl.core.text import Span, SpanKind, spans
from thimbl.store.reader import Reader
from tui.lines import MAX_NAMED

OFFERED: Final = 6
"""Candidates at once: as many as stand under a line without hiding the text."""

TOLD: Final = 8
"""Nicks of a text that are told of, and of those that mean nobody."""

_WORD: Final = re.compile(r"(?:^|(?<=[\s(\[{<\"'«“‘,;:!?。、（「]))([@#][\w.@:-]{0,120})$")
_NICK: Final = re.compile(r"(?<![\w@/])@(\w[\w.-]*)")
_FINAL: Final = ".-_"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would be written, and what a person reads of it; the latter is escaped."""

    written: str
    told: str


def word_before(line: str, column: int) -> str | None:
    """The mention or tag that is being written where the cursor stands in a line; None where it is neither."""
    found = _WORD.search(line, max(0, column - 130), column)
    return found[1] if found is not None else None


def own_nicks(reader: Reader) -> dict[str, Address]:
    """Whom the writer's published list calls what: what readers resolve a nick by."""
    me = reader.me()
    return {} if me is None else {follow.nick: follow.address for follow in reversed(me.following)}


def candidates(reader: Reader, word: str) -> list[Candidate]:
    """What `word` may become; nothing where it is already all that it can be."""
    begins = word[1:]
    if word.startswith("#"):
        found = [Candidate(f"#{tag}", f"#{safe_line(tag)}") for tag in reader.tags_like(begins, OFFERED)]
        found = found if begins else []
    else:
        found = _people(reader, begins)
    return [] if len(found) == 1 and found[0].written == word else found


def _people(reader: Reader, begins: str) -> list[Candidate]:
    nicks = own_nicks(reader)
    found = []
    for one in reader.people_like(begins, OFFERED):
        public = one.nick is not None and nicks.get(one.nick) == one.address and _is_word(one.nick)
        written = f"@{one.nick}" if public else f"@{one.address}"
        name = safe_line(one.nick or one.name)
        found.append(Candidate(written, f"{name} {one.address}" if name else str(one.address)))
    return found


def _is_word(nick: str) -> bool:
    """Whether a nick is found again in a text."""
    return _NICK.fullmatch(f"@{nick}") is not None and not nick.endswith(tuple(_FINAL))


def named_in(text: str, nicks: Mapping[str, Address]) -> tuple[list[tuple[str, str]], list[str]]:
    """Whom the nicks of a text mean, as (nick, address), and those that mean nobody; each once, escaped."""
    found = spans(text, nicks, MAX_NAMED)
    mentions = ((text[span.start : span.end], span.value) for span in found if span.kind is SpanKind.MENTION)
    meant = {written: value for written, value in mentions if written != f"@{value}"}
    told = [(safe_line(nick), address) for nick, address in meant.items()]
    return told[:TOLD], list(_lost(text, found))[:TOLD]


def _lost(text: str, found: Sequence[Span]) -> dict[str, None]:
    """What looks like a nick and stands in nothing that was found, in order."""
    lost: dict[str, None] = {}
    covered = iter(found)
    span = next(covered, None)
    for match in _NICK.finditer(text):
        while span is not None and span.end <= match.start():
            span = next(covered, None)
        if span is None or match.start() < span.start:
            lost[safe_line(match[0].rstrip(_FINAL))] = None
    return lost
