"""Lines: what is remote is safe, what is wide is measured, and a wrapped text is the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes

from thimbl.core.terminal import safe
from thimbl.core.times import DAY, HOUR, MINUTE, parse_time
from tui.bidi import LRM
from tui.lines import Role, cut, plain, spread, width_of, words, wrap
from tui.when import exactly, moment, old, since

NOW = parse_time("2026-11-20T12:00:00Z")

texts = st.text(
    st.one_of(
        st.sampled_from("ab  \n\t[]/\\霜降👩🌾é@#:.\u200d\ufe0f\u0301\u202e\x1b\x9b\x07"),
        st.characters(),
    ),
    max_size=200,
)


def bare(text: str) -> str:
    """Without what wrapping may take away, and the marks that keep right-to-left text in its place."""
    return "".join(character for character in text if not character.isspace() and character != LRM)


def text_of(pieces) -> str:
    return "".join(text for text, _ in pieces)


@given(texts, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    """Every line fits, and all characters but blanks at line ends are there, in order."""
    pieces = words(text)
    lines = wrap(pieces, width)
    assert all(width_of(line) <= width for line in lines)
    shown = "".join(text_of(line) for line in lines)
    assert bare(shown) == bare(text_of(pieces))


@given(texts, st.integers(1, 60))
def test_cut_fits_and_tells(text: str, width: int) -> None:
    """A cut text fits; where anything is missing it ends in an ellipsis."""
    before = (plain(text),)
    after = cut(before, width)
    assert width_of(after) <= width
    assert after == before or text_of(after).rstrip(LRM).endswith("…")


@given(texts, texts, st.integers(1, 80))
def test_spread_fills_the_width(left: str, right: str, width: int) -> None:
    """Left, gap and right are as wide as asked."""
    assert width_of(spread((plain(left),), (plain(right),), width)) <= width


@given(texts)
def test_nothing_remote_gets_through(text: str) -> None:
    """What `words` gives is what `safe` gives, piece by piece: no control and no bidirectional override is in it."""
    for piece, _ in words(text):
        assert safe(piece) == piece
        assert "\x1b" not in piece
        assert "\u202e" not in piece


def test_words_tell_mentions_tags_and_links_apart() -> None:
    """Roles are by `core.text.spans`; brackets are brackets."""
    pieces = words("[red]@ana@fields.example #frost https://example.org/[/red]")
    assert ("@ana@fields.example", Role.MENTION) in pieces
    assert ("#frost", Role.TAG) in pieces
    assert any(role is Role.LINK for _, role in pieces)
    assert text_of(pieces).startswith("[red]")


def test_a_long_word_is_broken_between_graphemes() -> None:
    """8 KiB without a space, and families of emoji that are never cut apart."""
    lines = wrap((("x" * 8192, Role.TEXT),), 70)
    assert len(lines) == 118
    family = "👩‍🌾"
    lines = wrap(((family * 20, Role.TEXT),), 11)
    assert {text_of(line) for line in lines} == {family * 5}
    assert all(cell_len(text_of(line)) == 10 for line in lines)


def test_wide_text_breaks_anywhere_and_words_do_not() -> None:
    """Japanese has no spaces; English is kept in words."""
    assert [text_of(line) for line in wrap((("霜が降りた", Role.TEXT),), 5)] == ["霜が", "降り", "た"]
    assert [text_of(line) for line in wrap((("the lower field", Role.TEXT),), 9)] == ["the lower", "field"]


def test_a_limit_ends_in_an_ellipsis() -> None:
    """Two lines, and a sign that there is more."""
    lines = wrap((("one two three four five six", Role.TEXT),), 9, 2)
    assert [text_of(line) for line in lines] == ["one two", "three …"] or text_of(lines[-1]).endswith("…")
    assert len(lines) == 2
    assert all(width_of(line) <= 9 for line in lines)


def test_marks_stay_on_their_letter() -> None:
    """Ten thousand combining marks are a few, and take no room."""
    (piece,) = words("e" + "\u0301" * 10_000)
    assert len(piece[0]) < 20
    assert len(split_graphemes(piece[0])[0]) == 1


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (NOW - 5, "now"),
        (NOW - 5 * MINUTE, "5m"),
        (NOW - 3 * HOUR, "3h"),
        (NOW - 2 * DAY + HOUR, "Wed 13:00"),
        (NOW - 50 * DAY, "2026-10-01"),
        (NOW + 2 * HOUR, "in 2h"),
        (NOW + 50 * DAY, "2027-01-09"),
    ],
)
def test_moments(then: int, told: str) -> None:
    """Ages while they are young, then a day of the week, then the date."""
    assert moment(then, NOW) == told


@pytest.mark.parametrize("then", [-(10**12), 10**12, 253_402_300_799, -62_135_596_800, 10**18])
def test_no_time_is_too_far(then: int) -> None:
    """Whatever a plan of 2010 claims, it is shown."""
    assert moment(then, NOW)
    assert exactly(then)


def test_ages() -> None:
    """Of a head, and of what happened here."""
    assert old(NOW - 3 * HOUR, NOW) == "3h old"
    assert old(NOW, NOW) == "brand new"
    assert since(NOW - DAY, NOW) == "1d ago"
    assert since(NOW + 5, NOW) == "just now"
    assert exactly(NOW) == "2026-11-20 12:00:00 +0000"
