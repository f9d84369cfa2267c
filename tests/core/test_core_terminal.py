"""What reaches a terminal of a remote text (RFC 1288 3.2.5)."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thimbl.core.terminal import MAX_JOINED, MAX_MARKS, TAB, safe, safe_line

# Half of what is drawn is dangerous, so that dangers meet each other.
DANGEROUS = "\0\t\n\r\x1b\x7f\x80\x85\x9b\xad\u034f\u061c\u200b\u200c\u200d\u200e\u2028\u202e\u2066\u3164\ufe0f\ufeff"
FAR = "\ud800\ue000\ufdd0\ufffe\U000e0001\U000e0041\U000e0100\U0010ffff"
MIXED = "ab रक्षा می 👩\U0001f3fd❤♂‍\u0301\u0302\u094d"
TEXTS = st.text(alphabet=DANGEROUS + FAR + MIXED, max_size=40) | st.text(st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("plain text, café, 日本語, здравствуй", "plain text, café, 日本語, здравствуй"),
        ("\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        ("\x1b]0;title\x07", "^[]0;title^G"),
        ("\x00\x7f", "^@^?"),
        ("\x9b31m", "\\u{9b}31m"),
        ("one\ntwo\r\nthree\rfour", "one\ntwo\nthree^Mfour"),
        ("a\tb", f"a{TAB}b"),
        ("abc\u202edcba", "abc\\u{202e}dcba"),
        ("\u2066x\u2069\u200f", "\\u{2066}x\\u{2069}\\u{200f}"),
        ("a\u2028b\u2029c\u0085", "a\\u{2028}b\\u{2029}c\\u{85}"),
        ("an\u200ba\ufeff", "an\\u{200b}a\\u{feff}"),
        ("soft\u00adhyphen", "soft\\u{ad}hyphen"),
        ("\U000e0041\U000e007f", "\\u{e0041}\\u{e007f}"),
        ("\ue000\U0010fffd", "\\u{e000}\\u{10fffd}"),
        ("\ufdd0\uffff\U0003fffe", "\\u{fdd0}\\u{ffff}\\u{3fffe}"),
        ("\ud800x\udfff", "\\u{d800}x\\u{dfff}"),
        ("\u3164\u115f", "\\u{3164}\\u{115f}"),
        ("\u2065\ufff0\U000e0fff", "\\u{2065}\\u{fff0}\\u{e0fff}"),
        ("replaced \ufffd", "replaced \ufffd"),
    ],
)
def test_what_acts_or_hides_is_shown(remote: str, shown: str) -> None:
    assert safe(remote) == shown


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d👩\u200d👧 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈",
        "می\u200cخواهم",
        "র\u200d্য ක්\u200dෂ क्\u200dष",
        "葛\U000e0100 1\ufe0f\u20e3",
        "e\u0301 Việt Nam שָׁלוֹם",
        "\U0001fae8 \U0001f8ff",  # younger than some Unicode tables
    ],
)
def test_scripts_and_emoji_that_need_joiners_and_marks_keep_them(text: str) -> None:
    assert safe(text) == text
    assert safe_line(text) == text


@pytest.mark.parametrize(
    "text", ["pay\u200dpal", "\u200d👩", "👩\u200d", "👩\u200d\u200d👧", "а\u200cна", "می\u200c x", "👩\u200d\n👧"]
)
def test_a_joiner_that_joins_nothing_is_shown(text: str) -> None:
    assert "\\u{200" in safe(text)


def test_marks_beyond_the_cap_are_dropped_and_joiners_do_not_begin_a_new_count() -> None:
    assert safe("z" + "\u0301" * 50 + "y\u0301") == "z" + "\u0301" * MAX_MARKS + "y\u0301"
    stacked = safe("क" + "\u094d\u200d" * 50 + "ष")
    runs = re.findall("[\u094d\u200d]+", stacked)
    assert len(runs) > 1
    assert max(run.count("\u094d") for run in runs) == MAX_MARKS


def test_one_line_sinks() -> None:
    assert safe("a\nb\r\nc", newlines=False) == "a^Jb^M^Jc"
    assert safe_line("  a\n\n b\t\tc \r\n") == "a b c"
    assert safe_line("a\x1b[2J\u2028b\x85") == "a^[[2J\\u{2028}b\\u{85}"
    assert safe_line(" \n") == ""


@given(TEXTS)
@example("\u0628" + "\u0301" * 9 + "\u200d\u0628")
@example("\u0628" + "\u0301" * 8 + "\u200d\u0301a")
@example("\u0628\u200d\u0301" * 3)
def test_safe_text_holds_nothing_dangerous_and_stays_as_it_is(text: str) -> None:
    for shown in (safe(text).replace("\n", ""), safe(text, newlines=False), safe_line(text)):
        for character in shown:
            category = unicodedata.category(character)
            assert category not in ("Cc", "Cs", "Co", "Zl", "Zp")
            assert category != "Cf" or character in "\u200c\u200d"
        assert len(shown) <= 10 * len(text)
        shown.encode("utf-8")
    assert safe(safe(text)) == safe(text)
    assert safe(safe(text, newlines=False), newlines=False) == safe(text, newlines=False)
    assert safe_line(safe_line(text)) == safe_line(text)
    assert "\n" not in safe_line(text)
    assert safe(text).count("\n") == text.count("\n")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_untouched(text: str) -> None:
    assert safe(text) == text


def test_a_chain_of_joined_symbols_is_bounded() -> None:
    """A family is a family; a thousand women in two cells are not."""
    family, kiss = "👨\u200d👩\u200d👧\u200d👦", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏼"
    for emoji in (family, kiss, "👩\u200d🌾" * 50, "می\u200cخواهم"):
        assert safe(emoji) == emoji
    for chain in ("👩\u200d" * 1_000, "👩🏻\u200d" * 1_000, "❤\ufe0f\u200d" * 1_000):
        shown = safe(chain)
        assert safe(shown) == shown
        assert max(part.count("\u200d") for part in shown.split("\\u{200d}")) == MAX_JOINED
