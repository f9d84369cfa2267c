"""What is shown before it is signed: exactly the record, escaped, indented, whole where there is room."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.venture import COMMUNE
from thimbl.core.address import Address
from thimbl.core.commune.acts import Act, Rehearsed, Verb
from thimbl.core.commune.signed import to_sign
from tui.dialogs import set_indented
from tui.signing import shown

OFFER = "lowerfield@fields.example#" + "f66q5f2l" * 6 + "abcd"


def rehearsed(**body: str) -> Rehearsed:
    act = Act(Verb.PAY, Address.parse(COMMUNE), OFFER)
    return Rehearsed(act, "cy@mill.example", (to_sign("return", {"offer": OFFER, **body}),), ("Mind the risk.",))


def test_the_record_is_shown_as_it_will_stand() -> None:
    """Note, sentence, record; nothing in it acts on a terminal, or hides."""
    lines = shown(rehearsed(reason="frost"))
    assert lines[:2] == ["Mind the risk.", ""]
    assert lines[-3:] == ["    kind: return", f"    offer: {OFFER}", "    reason: frost"]
    hostile = "\n".join(shown(rehearsed(reason="a\x1b[31m\u202eb\u200bc")))
    assert hostile.replace("\n", "").isprintable()


def test_what_goes_on_stands_under_its_beginning() -> None:
    """A reference of a record is longer than a narrow screen, and is broken under itself."""
    lines = [line.text for line in set_indented(shown(rehearsed(reason="frost")), 60)]
    at = next(index for index, text in enumerate(lines) if text.startswith("    offer:"))
    end = lines.index("    reason: frost")
    assert all(text.startswith("    ") for text in lines[at:end])
    assert "".join(text.strip() for text in lines[at:end]).replace(" ", "") == f"offer:{OFFER}"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "))), st.integers(1, 90)
)
def test_no_line_is_wider_than_it_may_be(lines: list[str], width: int) -> None:
    """Whatever stands in them: a character of two cells alone is wider than one cell."""
    assert all(line.width <= max(2, width) for line in set_indented(lines, width))
