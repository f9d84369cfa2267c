"""Threads as trees: the lines before the rows say who answers whom."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.test_tui_rows import ANA, IDS, POST
from tests.tui.village import ME, NOW
from thimbl.core.address import Address, Reference
from thimbl.store.types import ThreadItem
from tui.branches import Branch, branches, by_key, levels_in, unfolded
from tui.pages import Facts, set_page
from tui.rows import Manner, draw


def places(*depths: int) -> list[ThreadItem]:
    """A thread of posts at these depths."""
    ids = [f"{letter}" * 52 for letter in "abcdefghijklmnopqrstuvwxyz234567"]
    posts = [replace(POST, id=ids[number], rowid=number, unread=False) for number in range(len(depths))]
    return [ThreadItem(depth, post.reference, post) for depth, post in zip(depths, posts, strict=True)]


@st.composite
def trees(draw):
    """Depths in reading order: none is more than one deeper than the one before."""
    depths = [0]
    for _ in range(draw(st.integers(0, 30))):
        depths.append(draw(st.integers(1, depths[-1] + 1)))
    return depths


def test_lines_lead_past_to_the_next_answer() -> None:
    """├ where another answer to the same follows, └ where none does, │ past what hangs in between."""
    found = branches(places(0, 1, 2, 2, 1, 2))
    assert [one.lead(8) for one in found] == ["", "├ ", "│ ├ ", "│ └ ", "└ ", "  └ "]
    assert [one.margin(8) for one in found] == ["│ ", "│ │ ", "│ │   ", "│     ", "  │ ", "      "]
    assert [one.under for one in found] == [5, 2, 0, 0, 1, 0]
    assert [one.to and one.to.reference.id[0] for one in found] == [None, "a", "b", "b", "a", "e"]


@given(trees(), st.integers(0, 8))
def test_the_tree_can_be_read_back(depths: list[int], levels: int) -> None:
    """Each hangs on the last one above it that is one level higher; no lead is wider than its levels have room."""
    thread = places(*depths) if len(depths) <= 32 else []
    for index, branch in enumerate(branches(thread)):
        parent = next((at for at in range(index - 1, -1, -1) if depths[at] == depths[index] - 1), None)
        assert branch.to is (None if parent is None else thread[parent])
        below = depths[index + 1 :]
        assert branch.under == next((n for n, depth in enumerate(below) if depth <= depths[index]), len(below))
        assert len(branch.lead(levels)) <= 2 * levels + 4
        if depths[index] > levels:
            assert f"⋮{depths[index]} " in branch.lead(levels)


@given(trees(), st.sets(st.integers(0, 31)))
def test_folded_branches_hide_what_hangs_on_them(depths: list[int], folded: set[int]) -> None:
    """And nothing else; folding a leaf hides nothing."""
    thread = places(*depths[:32])
    tree = by_key(range(len(thread)), dict(enumerate(thread)))
    shown = set(unfolded(range(len(thread)), tree, folded))
    for key, place in enumerate(thread):
        above, depth = [], place.depth
        for other in range(key - 1, -1, -1):
            if thread[other].depth < depth:
                above.append(other)
                depth = thread[other].depth
        assert (key in shown) == (not folded.intersection(above))


def test_rows_hang_on_each_other_and_keep_their_width() -> None:
    """The first line and those under it are as wide as asked, at every depth; who is answered is said by name."""
    for depth in (0, 1, 8, 9, 60):
        branch = Branch((True,) * depth, None, 2)
        answer = replace(POST, text="霜" * 200, re=Reference(Address.parse(ME), IDS[3]))
        place = ThreadItem(depth, POST.reference, answer)
        for width in (20, 60, 120):
            lines = draw(place, width, 3, NOW, branch=branch, manner=Manner({Address.parse(ME): "you"}))
            assert len(lines) == 3
            assert all(line.width <= width for line in lines)
        assert "↳ you" in lines[0].text
    folded = draw(places(0)[0], 100, 2, NOW, branch=Branch((True,), None, 5, folded=True))[0].text
    assert "├ ana" in folded
    assert "▸ 5 folded" in folded


def test_what_is_missing_hangs_where_it_belongs() -> None:
    """On the page and in the list; its answers hang on it."""
    missing = ThreadItem(0, Reference(Address.parse("bo@dairy.example"), IDS[9]), None)
    answer = replace(POST, re=missing.reference)
    told = [
        line.text for line in set_page(Facts(answer, None, (missing, ThreadItem(1, answer.reference, answer))), 60, NOW)
    ]
    assert "↳ answers bo@dairy.example, which is not here" in told
    at = next(index for index, line in enumerate(told) if line == "bo@dairy.example  not here")
    assert told[at + 1].startswith("└ ▶ ana")
    assert "not here" in draw(missing, 60, 2, NOW, branch=Branch((), None, 1))[0].text


def test_a_page_names_whom_it_answers() -> None:
    """By the reader's own name, and the address."""
    parent = replace(POST, id=IDS[4], nick="ana")
    answer = replace(POST, id=IDS[5], nick=None, re=Reference(ANA, IDS[4]))
    thread = (ThreadItem(0, parent.reference, parent), ThreadItem(1, answer.reference, answer))
    assert any(
        line.text == "↳ answers ana ana@fields.example" for line in set_page(Facts(answer, None, thread), 60, NOW)
    )


def test_levels_leave_room_for_words() -> None:
    """No more than a third goes to lines."""
    assert [levels_in(width) for width in (3, 20, 60, 200)] == [0, 3, 8, 8]
