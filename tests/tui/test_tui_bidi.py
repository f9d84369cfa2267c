"""Right-to-left text stays in its field: what a terminal with UAX #9 would do with each line that is drawn."""

import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.test_tui_rows import AUTHOR, POST
from tests.tui.village import NOW
from thimbl.core.terminal import safe
from tui.bidi import LRM, is_mixed, isolated, isolated_pieces
from tui.lines import Line, Role, cut, plain, wrap
from tui.pages import Facts, set_page
from tui.rows import draw

HEBREW = "שלום 12 עולם"
ARABIC = "مرحبا (بالعالم) 3"

mixed = st.text(st.sampled_from("ab1 .,()[]│שלוםعربي٣é霜"), max_size=40)


def fields_leak(line: Line, fields: list[str]) -> bool:
    """Whether a right-to-left run of a field can reach what stands outside: UAX #9 N1 and W7 look past neutrals for the
    next strong character, and find ours."""
    text = line.text
    for field in fields:
        at = text.find(field)
        if at < 0:
            continue
        before, after = text[:at], text[at + len(field) :]
        last = next((c for c in reversed(before) if unicodedata.bidirectional(c) in ("L", "R", "AL", "EN", "AN")), LRM)
        first = next((c for c in after if unicodedata.bidirectional(c) in ("L", "R", "AL", "EN", "AN")), LRM)
        if unicodedata.bidirectional(last) != "L" or unicodedata.bidirectional(first) != "L":
            return True
    return False


def test_a_hebrew_name_does_not_move_the_age() -> None:
    """Neither in a row nor on a page; the number beside it is a strong mark away."""
    item = replace(POST, nick=HEBREW, text=ARABIC, time=NOW - 300)
    for line in draw(item, 100, 3, NOW) + set_page(Facts(item, replace(AUTHOR, name=ARABIC, bio=HEBREW)), 60, NOW):
        assert not fields_leak(line, [HEBREW, ARABIC])
    assert LRM in draw(item, 100, 3, NOW)[0].text


@given(mixed, mixed)
def test_a_field_is_closed_on_both_sides(one: str, two: str) -> None:
    """Whatever stands in it; and nothing is added to what can not be reordered."""
    for text in (one, two):
        closed = isolated(text)
        assert closed.replace(LRM, "") == text
        assert isolated(closed) == closed
        if is_mixed(text):
            assert closed.startswith(LRM)
            assert closed.endswith(LRM)
        else:
            assert closed == text
    pieces = isolated_pieces(((one, Role.TEXT), (two, Role.TAG)))
    assert "".join(text for text, _ in pieces).replace(LRM, "") == one + two


@given(mixed, st.integers(3, 30))
def test_cutting_and_wrapping_keep_it_closed(text: str, width: int) -> None:
    """The mark behind goes with nothing: it is set anew."""
    for pieces in (cut((plain(text),), width), *wrap(((text, Role.TEXT),), width)):
        shown = "".join(piece for piece, _ in pieces)
        assert not is_mixed(shown) or (shown.startswith(LRM) and shown.endswith(LRM))


def test_a_text_of_several_pieces_is_one_field() -> None:
    """A tag in a Hebrew sentence keeps its place in the sentence: no mark stands between them."""
    (line,) = wrap((("שלום ", Role.TEXT), ("#תג", Role.TAG), (" עולם", Role.TEXT)), 40)
    assert "".join(text for text, _ in line) == f"{LRM}שלום #תג עולם{LRM}"


def test_an_authors_own_marks_are_shown() -> None:
    """They can not open or close anything of ours."""
    assert plain(f"a{LRM}\u202e\u2067b")[0] == "a\\u{200e}\\u{202e}\\u{2067}b"
    assert safe(LRM) != LRM
