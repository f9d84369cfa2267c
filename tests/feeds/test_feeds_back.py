"""What goes out as a feed comes in again: read by the program's own reader of feeds, with texts, times and threads."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, What
from feeds.serving import FORMS, serve_feed
from tests.feeds.making import ABOUT, ANA, MARK, NOW, OTHER, Known, item
from thimbl.core.iri import record_iri
from thimbl.core.web import FeedUrl
from thimbl.core.webfeed import Feed
from thimbl.node.web.reading import read_feed
from thimbl.store.types import Item

URL = FeedUrl.parse("https://fields.example/feed")
TEXT = "Frost & <b>hail</b>, a < b.\n\n- one\n- two https://fields.example/?a=1&b=2 #leeks @mark@mill.example"
ASKED = item("Who has fleece?", address=MARK, id=OTHER, name="Mark", time=NOW - 9000)
ANSWER = item(TEXT, re=ASKED.reference, edited=NOW - 60, body={"license": "CC-BY-SA-4.0"})


def back(form: str, items: list[Item], about: About = ABOUT) -> Feed:
    """A feed, written and read."""
    served = serve_feed(form, items, NOW, about, {})
    return read_feed(served.body, URL, dict(served.headers)["Content-Type"])


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_in_formats_with_ids(form: str) -> None:
    """The text and all of its lines, when it was said, by whom, and which record it answers."""
    found = back(form, [ANSWER, ASKED], About(ANA, "Ana", What.TIMELINE))
    assert found.title == "Timeline of Ana (ana@fields.example)"
    answer, asked = found.entries
    # Nothing is added but where the record is: neither the verdict, which is theirs, nor tags that stand in the text.
    assert answer.text == f"{TEXT}\n\n{record_iri(ANSWER.reference)}"
    assert asked.text == f"Who has fleece?\n\n{record_iri(ASKED.reference)}"
    assert (answer.time, asked.time) == (ANSWER.time, ASKED.time)
    assert (answer.author, asked.author) == ("Ana (ana@fields.example)", "Mark (mark@mill.example:7979)")
    assert (answer.answers, asked.answers) == (str(ASKED.reference), "")
    assert answer.link == record_iri(ANSWER.reference)
    assert (answer.licence, asked.licence) == ("CC-BY-SA-4.0", "")
    edited = back(form, [item("Otherwise.", re=ASKED.reference, edited=NOW - 5)]).entries[0]
    assert back(form, [ANSWER]).entries[0].id == edited.id


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_what_is_folded_and_what_was_taken_back(form: str) -> None:
    """A subject folds the text here, too; and a post that its author took back goes, where the format has that."""
    folded = item("It was a dream.", subject="The end of the film")
    gone = item("", address=MARK, id=OTHER, name="Mark", time=NOW - 9000, retracted=True, edited=NOW - 10)
    found = back(form, [folded, gone], About(ANA, "Ana", What.TIMELINE, around=Known(retractions={OTHER: NOW - 10})))
    [entry] = found.entries
    assert (entry.title, entry.text) == ("The end of the film", f"It was a dream.\n\n{record_iri(folded.reference)}")
    before = back(form, [replace(gone, text="Here.", retracted=False, edited=None)]).entries[0].id
    assert found.gone == ((before,) if form == "atom" else ())


def test_in_twtxt() -> None:
    """Two files of two people on two hosts are one thread."""
    theirs = back("twtxt", [ASKED], About(MARK, "Mark"))
    ours = back("twtxt", [ANSWER], About(ANA, "Ana", around=Known([ASKED])))
    [asked], [answer] = theirs.entries, ours.entries
    assert (asked.text, answer.text) == (ASKED.text, ANSWER.text)
    assert (asked.time, answer.time) == (ASKED.time, ANSWER.time)
    assert answer.answers == asked.id
    assert (theirs.nick, ours.nick) == ("mark", "ana")
    assert (asked.licence, answer.licence) == ("", "CC-BY-SA-4.0")
    mixed = back("twtxt", [ANSWER, item("Mine.", id=OTHER, body={"license": "PPL"})])
    assert [one.licence for one in mixed.entries] == ["", ""]


@pytest.mark.parametrize("what", [What.TIMELINE, What.HOST])
def test_a_feed_of_many_in_twtxt(what: What) -> None:
    """Its answers are to its own lines."""
    answer, asked = back("twtxt", [ANSWER, ASKED], About(ANA, "Ana", what)).entries
    assert answer.answers == asked.id
    assert asked.text == "@mark@mill.example:7979: Who has fleece?"


@given(st.sampled_from(sorted(FORMS)), st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text(form: str, text: str) -> None:
    """Whatever somebody writes, the feed it is in is one, with the other entry in it."""
    found = back(form, [item(text, name=text, subject=text), item("Bye.", id=OTHER, time=NOW - 9000)])
    assert found.entries[-1].text.startswith("Bye.")
