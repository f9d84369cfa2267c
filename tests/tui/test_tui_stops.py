"""What a page names, and where it stands on it: mentions, tags, links, records and people, each once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.test_tui_rows import ANA, AUTHOR, IDS, POST, offer
from tests.tui.village import ME, NOW
from thimbl.core.address import Address, Reference
from thimbl.core.plan import Follow
from thimbl.core.text import NO_NICKS
from tui.lines import Lead, Line, Link, Role, Tag, flow
from tui.pages import Facts, set_page
from tui.stops import Stop, at, stops

BO = Address.parse("bo@dairy.example")


def text_of(lines: list[Line], stop: Stop) -> str:
    """What stands in the cells of a stop, where no character is wide."""
    return "".join(lines[span.row].text[span.start : span.end] for span in stop.spans)


def leads(item, width: int = 60, **facts) -> list[Lead]:
    return [stop.lead for stop in stops(set_page(Facts(item, **facts), width, NOW))]


def test_mentions_tags_and_links_of_a_post() -> None:
    """In order; a nick is whom its author follows by it; what is named twice is there twice."""
    text = "@cy and @bo@dairy.example: #Frost, https://example.org/x. @nobody; @cy"
    found = leads(replace(POST, text=text), author=AUTHOR)
    cy = Address.parse(ME)
    assert found[:5] == [cy, BO, Tag("frost"), Link("https://example.org/x"), cy]
    assert cy in found[5:]  # the author follows a cy


def test_a_long_link_is_one_stop() -> None:
    """Over as many lines as it takes; what is in its cells is the link, and a click on any of them is on it."""
    link = "https://example.org/" + "abcdefghij" * 12
    lines = flow(f"See {link} and #tag", NO_NICKS, 40)
    first, second = stops(lines)
    assert (first.lead, second.lead) == (Link(link), Tag("tag"))
    assert text_of(lines, first) == link
    assert len(first.spans) == 4
    for span in first.spans:
        assert at([first, second], span.row, span.start) is first
        assert at([first, second], span.row, span.end - 1) is first
    assert at([first, second], 0, 0) is None


def test_two_mentions_of_one_person_are_two_stops() -> None:
    """Also where the second begins the next line."""
    lines = flow(f"aaaaaaaaaa @{BO} @{BO}", NO_NICKS, 30)
    assert len(stops(lines)) == 2


@given(st.text(st.sampled_from("a #@霜é.\n/b:שhttps"), max_size=80), st.integers(10, 40))
def test_anchors_lie_in_their_lines(text: str, width: int) -> None:
    """In order and without overlap, whatever the text."""
    for line in flow(f"{text} #x @{BO} {text}", NO_NICKS, width):
        ends = [0, *(edge for anchor in line.anchors for edge in (anchor.start, anchor.end)), line.width]
        assert ends == sorted(ends)


@pytest.mark.parametrize(("lines", "name"), [("├ ", "3cows  2h"), ("│ ⋮12 ", "7up  2h"), ("", "42")])
def test_what_leads_somewhere_as_a_whole_begins_after_its_branch(lines: str, name: str) -> None:
    """A name may begin with a figure; the level of what is drawn no deeper is one, too."""
    row = Line(((lines, Role.RULE), (name, Role.NAME)), Reference(BO, IDS[0]))
    [stop] = stops([row])
    assert text_of([row], stop) == name


def test_an_announcement_leads_to_what_it_names() -> None:
    """The offer, the payer; an offer's commune and the links of its description."""
    body = {"offer": f"{BO}#{IDS[3]}", "amount": "1.00 EUR", "purpose": "bonds"}
    assert leads(replace(POST, kind="payment", text="", body=body)) == [Reference(BO, IDS[3])]
    found = leads(offer())
    assert Address.parse("commune@fields.example") in found
    assert Link("https://tractors.example/60hp") in found


def test_the_page_of_an_author() -> None:
    """Whom they follow, where they moved to, their website."""
    follows = tuple(Follow(f"friend{number}", Address.parse(f"f{number}@x.example")) for number in range(40))
    author = replace(
        AUTHOR, following=follows, moved_to=BO, properties={"website": "https://ana.example/", "mood": "fine"}
    )
    lines = set_page(Facts(author=author), 60, NOW)
    found = [stop.lead for stop in stops(lines)]
    assert found[:2] == [BO, Link("https://ana.example/")]
    assert found[2] == Address.parse("f0@x.example")
    assert 5 < len(found) < 40
    assert "follows 40: @friend0 @friend1" in "\n".join(line.text for line in lines)
    assert all(line.width <= 60 for line in lines)


def test_somebody_of_whom_nothing_is_known() -> None:
    """Is named with what can be done."""
    told = "\n".join(line.text for line in set_page(Facts(stranger=BO), 60, NOW))
    assert "bo@dairy.example" in told
    assert "f looks at their plan, and follows" in told


def test_keys_are_named_as_they_are_bound() -> None:
    """A page names no key that was given away."""
    folded = replace(POST, subject="food", edited=NOW - 9)
    told = "\n".join(line.text for line in set_page(Facts(folded), 60, NOW, key=lambda binding: f"<{binding}>"))
    assert "<unfold> shows them" in told
    assert "<history> shows it as it was" in told


def test_what_a_post_said_before() -> None:
    """Newest first, with the exact time; only on request, and never of what was retracted."""
    edited = replace(POST, text="third", edited=NOW - 60)
    earlier = [(NOW - 300, "first @bo@dairy.example"), (NOW - 120, "second")]
    told = [line.text for line in set_page(Facts(edited), 60, NOW, earlier=earlier)]
    assert told.index("second") < told.index("first @bo@dairy.example")
    assert any(line.startswith("before, 2m · 2026-11-20 11:58:00 +0000") for line in told)
    assert not any("first" in line.text for line in set_page(Facts(edited), 60, NOW))
    gone = replace(edited, text="", retracted=True)
    assert not any("first" in line.text for line in set_page(Facts(gone), 60, NOW, earlier=earlier))
    assert "is not here" in "\n".join(line.text for line in set_page(Facts(edited), 60, NOW, earlier=[]))
    assert edited.address == ANA
