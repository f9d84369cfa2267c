"""Where the reader left off: what is written of it, and what is made of it in a store that went on meanwhile."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.village import Village, furnished
from thimbl.core.address import Address
from thimbl.store.reader import Reader
from thimbl.store.types import Selection, View
from tui.kept import Kept, recall, remember
from tui.places import Place, Spot, Tab


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    return furnished(tmp_path_factory.mktemp("village"))


def test_every_view_is_found_as_it_was_left(village: Village) -> None:
    """Rows by record and by author, the filter, everyone, the words; what panes keep is handed through."""
    with Reader.open(village.path) as reader:
        third = reader.timeline(Selection(View.FOLLOWED), 3)[2]
        ana = reader.author(Address.parse("ana@fields.example"))
        assert ana is not None
        spots = {
            Tab.TIMELINE: Spot(Place(unread=True, everyone=True), 77, 4, third.reference),
            Tab.FOLLOWING: Spot(Place(Tab.FOLLOWING), 99, 0, who=ana.address),
            Tab.SEARCH: Spot(Place(Tab.SEARCH, words="frost"), None, None),
            Tab.BONDS: Spot(Place(Tab.BONDS)),
        }
        panes = {Tab.BONDS: {"sort": "rent", "at": [1, None]}}
        found = recall(reader, remember(Kept(Tab.SEARCH, spots, panes)))
    assert found.tab is Tab.SEARCH
    assert found.spot.place.words == "frost"
    assert found.panes == panes
    assert found.spots[Tab.TIMELINE].place == Place(unread=True, everyone=True)
    assert (found.spots[Tab.TIMELINE].key, found.spots[Tab.TIMELINE].line) == (third.rowid, 4)
    assert (found.spots[Tab.FOLLOWING].key, found.spots[Tab.FOLLOWING].line) == (ana.id, 0)


def test_what_is_no_longer_here_is_the_top_of_its_view(village: Village) -> None:
    text = json.dumps({"view": "mentions", "spots": {"mentions": {"at": "nobody@nowhere.example#aaaaaaaa", "line": 3}}})
    with Reader.open(village.path) as reader:
        found = recall(reader, text)
    assert found.spot.place == Place(Tab.MENTIONS)
    assert found.spot.key is None


def test_what_lay_over_a_view_is_found_again(village: Village) -> None:
    """An author's page or a thread, with its row; whoever is not here any more was nowhere."""
    ana, nobody = Address.parse("ana@fields.example"), Address.parse("nobody@nowhere.example")
    with Reader.open(village.path) as reader:
        third = reader.timeline(Selection(View.FOLLOWED), 3)[2]
        for place in (Place(Tab.MENTIONS, author=ana, unread=True), Place(Tab.MENTIONS, thread=third.reference)):
            left = Spot(place, 77, 4, third.reference)
            found = recall(reader, remember(Kept(Tab.MENTIONS, {}, {}, left)))
            assert found.spot.place == Place(Tab.MENTIONS)
            assert found.over == Spot(place, third.rowid, 4)
        for gone in (Place(author=nobody), Place(thread=replace(third.reference, address=nobody))):
            assert recall(reader, remember(Kept(over=Spot(gone)))).over is None
        odds: list[object] = ["x", 3, [], {"author": 3}, {"thread": "no reference"}, {"author": "no address"}]
        for odd in odds:
            assert recall(reader, json.dumps({"over": odd})).over is None


def test_a_search_for_nothing_is_nowhere_to_begin(village: Village) -> None:
    with Reader.open(village.path) as reader:
        assert recall(reader, '{"view": "search", "spots": {"search": {}}}').tab is Tab.TIMELINE
        assert recall(reader, '{"view": "search", "spots": {"search": {"words": "frost"}}}').tab is Tab.SEARCH


NAMES = ["view", "spots", "panes", "at", "who", "line", "words", *Tab]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["a@b.example", "a@b.example#c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_stands_there_something_is_opened(village: Village, value: object) -> None:
    """Another version's text, or a damaged one."""
    with Reader.open(village.path) as reader:
        found = recall(reader, json.dumps(value))
        assert recall(reader, remember(found)).tab is found.tab
