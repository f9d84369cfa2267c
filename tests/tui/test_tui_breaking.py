"""Where lines end: in the scripts of the world, and how much is looked at to find out."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.breaking import _BLANKS, _CLOSING, _NO_START, fill, graphemes, lines_of

texts = st.text(
    st.one_of(
        st.sampled_from("ab- \u2003.,!?()「」、。ー霜降ー👩🌾é/#@🇩🇪\u0301\u200d"),
        st.characters(exclude_categories=["C", "Z"]),
    ),
    max_size=120,
)


def broken(text: str, width: int) -> list[str]:
    return [text[start:end] for start, end in lines_of(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("the lower field", 9, ["the lower", "field"]),
        ("  lead and trail   ", 6, ["  lead", "and", "trail"]),
        ("霜が降りた。「野原」は真っ白です。", 9, ["霜が降り", "た。「野", "原」は", "真っ白で", "す。"]),
        ("ラーメンを食べた", 4, ["ラー", "メン", "を食", "べた"]),
        ("チョコ", 4, ["チョ", "コ"]),
        ("Bonjour ! Ça va ?", 9, ["Bonjour !", "Ça va ?"]),
        ("dit « oui » et", 7, ["dit", "« oui »", "et"]),
        ("er sagt »ja« dann", 9, ["er sagt", "»ja« dann"]),
        ("a well-known thing", 8, ["a well-", "known", "thing"]),
        ("from -5 to 10-20", 8, ["from -5", "to 10-20"]),
        ("ask @well-known@host-a.example", 20, ["ask", "@well-known@host-a.", "example"]),
        ("霜abc霜", 4, ["霜", "abc", "霜"]),
        ("ok👩‍🌾👩‍🌾", 4, ["ok👩‍🌾", "👩‍🌾"]),
        ("🇩🇪🇫🇷🇩🇪", 5, ["🇩🇪🇫🇷", "🇩🇪"]),
        ("10\u00a0EUR each", 8, ["10\u00a0EUR", "each"]),
        ("霜", 1, ["霜"]),
        ("", 5, [""]),
    ],
)
def test_lines_end_where_a_printer_would_end_them(text: str, width: int, lines: list[str]) -> None:
    """After blanks, beside ideographs, after a hyphen between letters; never before closing punctuation."""
    assert broken(text, width) == lines


def test_a_long_link_is_broken_after_a_stop_of_its_own() -> None:
    """Where that leaves more than half of the line, and between any characters else."""
    link = "https://a.example/aaaaaaa/bbbbbbbbbbbbb/cccccccccccccccccccccccccccccc"
    assert broken(link, 20) == ["https://a.example/", "aaaaaaa/bbbbbbbbbbbb", f"b/{'c' * 18}", "c" * 12]


@given(texts, st.integers(2, 40))
def test_nothing_is_lost_and_everything_fits(text: str, width: int) -> None:
    """The lines are the text without blanks at line ends, none of them too wide, and no grapheme is cut."""
    found = list(lines_of(text, width))
    cuts = {start for start, _, _ in graphemes(text)} | {len(text)}
    at = 0
    for start, end in found:
        assert set(text[at:start]) <= _BLANKS
        assert {start, end} <= cuts or text[end : end + 1] in _BLANKS
        assert sum(cells for begin, _, cells in graphemes(text) if start <= begin < end) <= width
        at = end
    assert set(text[at:]) <= _BLANKS


@given(st.lists(st.sampled_from(["abc", "霜", "x", "よう"]), min_size=1, max_size=20), st.integers(8, 30))
def test_no_line_begins_with_what_closes(words: list[str], width: int) -> None:
    """Where there is any other place to end it."""
    text = "。 ".join(words) + "。"
    for line in broken(text, width)[1:]:
        assert line[0] not in _CLOSING | _NO_START


class Counting(Sequence[int]):
    """Numbers that count how often they are looked at."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers, self.looks = numbers, 0

    def __getitem__(self, index):
        self.looks += 1
        return self.numbers[index]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("nothing goes through all of them")


@pytest.mark.parametrize(
    "text", ["x" * 8192, "a " * 4096, "/a" * 4096, "a-" * 4096, "霜" * 2730, "e!" * 4096, " " * 8192]
)
@pytest.mark.parametrize("width", [20, 80])
def test_the_work_is_linear(text: str, width: int) -> None:
    """8 KiB of anything: each line looks at each of its characters a few times, and at nothing else."""
    units = graphemes(text)
    starts = Counting([*(start for start, _, _ in units), len(text)])
    assert list(fill(text, starts, [cells for _, _, cells in units], width))
    assert starts.looks <= 6 * len(text) + 100


def test_a_line_is_found_without_the_rest() -> None:
    """Two lines of a row cost two lines of looking, however long the text is."""
    starts = Counting(range(100_001))
    lines = fill("ab " * 33_333 + "x", starts, None, 60)
    assert (next(lines), next(lines)) == ((0, 59), (60, 119))
    assert starts.looks < 100


def test_flags_are_two_cells_and_one_piece() -> None:
    """An odd regional indicator stays alone."""
    assert graphemes("🇩🇪🇫🇷🇦x") == [(0, 2, 2), (2, 4, 2), (4, 5, 1), (5, 6, 1)]
    assert cell_len("🇩🇪") == 2
