"""Verdicts in shape and colour; the words are the verdicts' own ("in words and shape, not colour alone")."""

from collections.abc import Mapping
from typing import Final

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "verified": ("✓", "good"),
    "unsigned": ("○", "faint"),
    "new-key": ("?", "doubtful"),
    "stale": ("~", "doubtful"),
    "future": ("~", "doubtful"),
    "forked": ("!", "bad"),
    "forged": ("!", "bad"),
    "unreadable": ("!", "bad"),
}
_UNASKED: Final = ("-", "faint")


def mark_of(verdict: str | None) -> str:
    """One character for a verdict; ``-`` for somebody who has not answered yet."""
    return _MARKS.get(verdict or "", _UNASKED)[0]


def style_of(verdict: str | None) -> str:
    """The name of its style in `thimbl.cli.output.STYLES`."""
    return _MARKS.get(verdict or "", _UNASKED)[1]


def words_of(verdict: str | None) -> str:
    """The mark and the word: ``✓ verified``."""
    return f"{mark_of(verdict)} {verdict or 'not asked yet'}"
