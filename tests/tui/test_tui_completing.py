"""What a word may become while it is written, and what is said of it before it goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.village import ME, Village, furnished
from thimbl.core.address import Address
from thimbl.core.records import MAX_TEXT
from thimbl.store.reader import Reader
from tui.completing import candidates, named_in, own_nicks, word_before
from tui.preview import preview_lines, room_left

CY = Address.parse(ME)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """A village whose reader follows ana in public, and lower in private."""
    place = furnished(tmp_path_factory.mktemp("completing"))
    place.me.head_data["following"] = [{"nick": "ana", "address": "ana@fields.example"}]
    place.me.post("Mine, with #Fruit.")
    place.fetch(place.me)
    return place


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("@an", "@an"),
        ("hello @an", "@an"),
        ("(#fr", "#fr"),
        ("«@ana@fi", "@ana@fi"),
        ("mail ana@fi", None),
        ("a#fr", None),
        ("@ana ", None),
        ("霜、#霜", "#霜"),
        ("", None),
        ("@", "@"),
    ],
)
def test_the_word_before_the_cursor(line: str, word: str | None) -> None:
    """It begins where a mention or a tag can."""
    assert word_before(line, len(line)) == word
    assert word_before(line + "x y", len(line)) == word


@given(st.text(max_size=300), st.integers(0, 300))
def test_any_line_has_a_word_or_none(line: str, column: int) -> None:
    """And it stands right before the cursor."""
    column = min(column, len(line))
    word = word_before(line, column)
    assert word is None or (line[:column].endswith(word) and word[0] in "@#")


def test_people_and_tags_are_offered(village: Village) -> None:
    """A public nick as it is, anybody else by their address; tags by their beginning; nothing where it is whole."""
    with Reader.open(village.path) as reader:
        assert own_nicks(reader) == {"ana": Address.parse("ana@fields.example")}
        assert [(one.written, one.told) for one in candidates(reader, "@an")] == [("@ana", "ana ana@fields.example")]
        assert [one.written for one in candidates(reader, "@low")] == ["@lower@fields.example"]
        assert {one.written for one in candidates(reader, "@")} == {"@ana", "@lower@fields.example"}
        assert [one.written for one in candidates(reader, "#fr")] == ["#frost", "#fruit"]
        assert candidates(reader, "#") == []
        assert candidates(reader, "@ana") == []
        assert candidates(reader, "#frost") == []


def test_whom_a_text_names() -> None:
    """Nicks that mean somebody, and those that mean nobody; not in links, addresses or mail."""
    text = "@cy, @Cy and @cy@mill.example; @bo. https://x.example/@zed mail@home.example @bo (@é_b)"
    meant, lost = named_in(text, {"cy": CY})
    assert meant == [("@cy", ME), ("@Cy", ME)]
    assert lost == ["@bo", "@é_b"]


def test_a_preview_is_what_others_will_read() -> None:
    """Names resolved, the subject folded over its text, every line in its width."""
    lines = preview_lines("A hedgehog, says @cy to @bo: #Fruit", "animals \x1b", {"cy": CY}, 40)
    told = "\n".join(line.text for line in lines)
    assert "▸ animals ^[" in told
    assert "35 characters folded under this subject" in " ".join(told.split())
    assert "@cy is cy@mill.example" in told
    assert "@bo means nobody" in told
    assert all(line.width <= 40 for line in lines)
    assert len(preview_lines("", "", {}, 40)) == 2


def test_what_is_left_is_told_in_the_room_there_is() -> None:
    """In bytes; too much is said to be too much."""
    told = [room_left("Hé!", cells) for cells in (60, 20, 12, 5)]
    assert told[0] == ("3 characters, 4 bytes: 8,188 bytes left", False)
    assert [words for words, _ in told[1:]] == ["8,188 bytes left", "8,188 left", "8,188"]
    told = [room_left("x" * (MAX_TEXT + 1), cells) for cells in (60, 20, 12, 5)]
    assert told[0] == ("8,193 characters, 8,193 bytes: too long by 1 byte", True)
    assert [words for words, _ in told[1:]] == ["too long by 1 byte", "1 too long", "-1"]
