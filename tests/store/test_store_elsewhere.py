"""What is muted in texts that are not in the store is what would be in it."""

from pathlib import Path

import pytest

from thimbl.store.elsewhere import TOKENIZER, Said, muted
from thimbl.store.mutes import Mute, MuteKind

ROOT = Path(__file__).resolve().parents[2]
SAID = (
    Said("The lower field is under Frost.", (), "ana@fields.example"),
    Said("A field, lower down. FROSTED cafés\ud800", ("leeks",), None),
    Said("", ("frost",), "mark@mill.example"),
)


@pytest.mark.parametrize(
    ("kind", "what", "hit"),
    [
        (MuteKind.WORD, "frost", [0]),
        (MuteKind.WORD, "lower field", [0]),
        (MuteKind.WORD, "Cafe's", []),
        (MuteKind.WORD, "CAFÉS", [1]),
        (MuteKind.WORD, 'low"er OR field', []),
        (MuteKind.TAG, "#Leeks", [1]),
        (MuteKind.TAG, "frost", [2]),
        (MuteKind.AUTHOR, "ana@fields.example", [0]),
    ],
)
def test_what_hides_which(kind: MuteKind, what: str, hit: list[int]) -> None:
    """Whole words without case or accents, in their order; tags and authors as they are."""
    mute = Mute.of(kind, what)
    assert muted([mute], SAID) == [mute if number in hit else None for number in range(len(SAID))]


def test_the_first_that_hits_is_named() -> None:
    """Of several; and none of nothing."""
    first, second = Mute.of(MuteKind.WORD, "frost"), Mute.of(MuteKind.AUTHOR, "ana@fields.example")
    assert muted([first, second], SAID)[0] == first
    assert muted([], SAID) == [None] * 3
    assert muted([first], []) == []


def test_the_tokenizer_is_that_of_the_store() -> None:
    """A word would otherwise hide one thing here and another there."""
    newest = max((ROOT / "thimbl" / "store").glob("schema-*.sql"))
    assert f"tokenize = '{TOKENIZER}'" in newest.read_text(encoding="utf-8")
