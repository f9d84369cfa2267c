"""twtxt: lines that nothing can break, the hashes and subjects by which Yarn's clients thread them, metadata."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, What
from feeds.twtxt import MOST_ANSWERS, twtxt
from tests.feeds.making import ABOUT, ANA, ID, MARK, NOW, OFFER, OTHER, Known, announcement, item, reference
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.times import FIRST, LAST, format_time
from thimbl.core.twt import twt_hash
from thimbl.store.types import Item

MARKS = "@<mark finger://mill.example:7979/mark>"
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\t([^\t\r\n]+)")
BLOG = Address.parse("k3jd92ma@blog.example.web.invalid")


def lines(items: Iterable[Item], about: About = ABOUT) -> list[str]:
    """The lines of a file that are neither comments nor empty."""
    return [line for line in twtxt(items, NOW, about).decode().split("\n") if line and not line.startswith("#")]


def texts(items: Iterable[Item], about: About = ABOUT) -> list[str]:
    """Their texts, oldest first."""
    return [line.partition("\t")[2] for line in lines(items, about)]


def metadata(items: Iterable[Item], about: About = ABOUT) -> list[tuple[str, str]]:
    """The fields at the top, read as the Metadata extension has it."""
    found = []
    for line in twtxt(items, NOW, about).decode().split("\n"):
        if (field := re.fullmatch(r"# *([A-Za-z0-9_-]+) *= *(.*\S)", line)) is not None:
            found.append((field[1], field[2]))
    return found


@pytest.mark.parametrize(
    ("time", "text", "wanted"),
    [
        # The example that implementations of the Twt Hash Extension are tested with.
        ("2020-07-18T12:39:52Z", "Hello World! 😊", "o6dsrga"),
    ],
)
def test_the_hash_of_the_extension(time: str, text: str, wanted: str) -> None:
    """Blake2b of 256 bits, base32 in lower case without padding, the last seven."""
    assert twt_hash("https://twtxt.net/user/prologic/twtxt.txt", time, text) == wanted


def test_a_line() -> None:
    """Time, tab, text; the oldest first, whatever order they come in."""
    assert lines([item("second", id=OTHER), item("first", time=NOW - 9000)]) == [
        "2026-11-22T05:30:00Z\tfirst",
        "2026-11-22T07:00:00Z\tsecond",
    ]
    assert [line[:20] for line in lines([item(time=LAST), item(time=FIRST)])] == [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ]


def test_lines_of_a_text() -> None:
    """Multiline: U+2028 between them, whatever ends them in the text; a subject stands above."""
    written = "one\r\ntwo\rthree\u2029four\n\n\tfive  \n"
    assert texts([item(written)]) == ["one\u2028two\u2028three\u2028four\u2028\u2028    five"]
    assert texts([item("the text", subject=" of \n leeks ")]) == ["of leeks\u2028\u2028the text"]
    assert texts([item("")]) == ["(no text)"]
    assert texts([item("# nick = eve")]) == ["# nick = eve"]


@given(st.text(st.characters(exclude_categories=()), max_size=60) | st.text("\t\r\n\x0b\x85\u2028#=@< ", max_size=30))
def test_any_text(text: str) -> None:
    """One line for each post, and no comment that is not ours."""
    post = item(text, name=text, subject=text, body={"license": text})
    data = twtxt([post, item("Bye.", id=OTHER)], NOW, About(ANA, text))
    first, second = (line for line in data.decode().split("\n") if line and not line.startswith("# "))
    assert LINE.fullmatch(first)
    assert LINE.fullmatch(second)
    fields = {line.split(" ")[1] for line in data.decode().split("\n") if line.startswith("#")}
    assert fields <= {"nick", "url", "description", "verdict", "license"}
    assert data.endswith(b"\n")


def test_mentions() -> None:
    """By address, and by a nick that the author has for somebody; what is none stays."""
    post = item("@mark@mill.example:7979, @Mark! and @nobody, ana@fields.example")
    assert texts([post], replace(ABOUT, around=Known(called={"mark": MARK}))) == [
        f"{MARKS}, {MARKS}! and @nobody, ana@fields.example"
    ]


def test_an_answer_has_the_hash_of_what_began_it() -> None:
    """Twt Subject: not that of the answer in between; the URL is that of the account whose twt it is."""
    began = item("Frost?", address=MARK, id=OTHER)
    between = item("Yes.", id="c" * 52, re=began.reference)
    answer = item("How much?", id="d" * 52, re=between.reference)
    wanted = twt_hash("finger://mill.example:7979/mark", format_time(began.time), "Frost?")
    about = replace(ABOUT, around=Known([began]))
    assert texts([answer, between], about) == [f"(#{wanted}) Yes.", f"(#{wanted}) How much?"]
    # And the hash is the one that a client makes of the account's own feed.
    marks = About(MARK, "Mark")
    ((_, url),) = [field for field in metadata([began], marks) if field[0] == "url"]
    [line] = lines([began], marks)
    time, text = line.split("\t")
    assert twt_hash(url, time, text) == wanted


def test_an_answer_to_what_is_not_here() -> None:
    """It names whom it answers, once; oneself one need not name."""
    assert texts([item("Yes.", re=reference(MARK))]) == [f"{MARKS} Yes."]
    assert texts([item("Yes, @mark@mill.example:7979.", re=reference(MARK))]) == [f"Yes, {MARKS}."]
    assert texts([item("And more.", re=reference(ANA))]) == ["And more."]
    gone = item("", address=MARK, id=OTHER, retracted=True)
    assert texts([item("Yes.", re=gone.reference)], replace(ABOUT, around=Known([gone]))) == [f"{MARKS} Yes."]


def test_the_first_that_is_here_stands_for_what_began_it() -> None:
    """Its own line names whom it answers, and so does the text that is hashed."""
    between = item("Yes.", id=OTHER, re=reference(MARK, "e" * 52))
    answer = item("How much?", re=between.reference)
    hash_ = twt_hash("finger://fields.example/ana", format_time(between.time), f"{MARKS} Yes.")
    assert texts([answer, between]) == [f"{MARKS} Yes.", f"(#{hash_}) How much?"]


def test_threads_without_end() -> None:
    """Answers in a ring, which feeds of the web can make, and more of them than anybody writes."""
    ring = [item("a", re=Reference(ANA, OTHER)), item("b", id=OTHER, re=Reference(ANA, ID))]
    assert all(LINE.fullmatch(line) for line in lines(ring))
    itself = item("a", re=Reference(ANA, ID))
    assert texts([itself]) == ["a"]
    ids = [f"{number:052}".translate(str.maketrans("0123456789", "abcdefghij")) for number in range(MOST_ANSWERS + 9)]
    chain = {id_: item(id_, id=id_, re=Reference(ANA, before)) for before, id_ in pairwise(ids)}

    class Chain(Known):
        def find(self, reference: Reference) -> Item | None:
            return chain.get(reference.id)

    [text] = texts([chain[ids[-1]]], replace(ABOUT, around=Chain()))
    assert re.fullmatch(r"\(#[a-z2-7]{7}\) [a-j]{52}", text)


@pytest.mark.parametrize("what", [What.TIMELINE, What.HOST])
def test_a_feed_of_many(what: What) -> None:
    """Each text says whose it is; hashes are of this feed, so that its own threads hold."""
    about = About(Address.parse("timeline@fields.example") if what is What.HOST else ANA, "", what)
    began = item("Frost?", address=MARK, id=OTHER)
    first, second = texts([item("Yes.", re=began.reference), began], about)
    assert first == f"{MARKS}: Frost?"
    url = dict(reversed(metadata([], about)))["url"]
    assert url == {What.HOST: "finger://fields.example/timeline"}.get(what, "finger://fields.example/ana#timeline")
    hash_ = twt_hash(url, format_time(began.time), first)
    assert second == f"(#{hash_}) @<ana finger://fields.example/ana>: Yes."


def test_of_the_web() -> None:
    """Whose feed it is, by the URL where that is followed."""
    about = About(ANA, "Ana", What.TIMELINE, around=Known(feeds={BLOG: "https://blog.example/feed.xml"}))
    assert texts([item("Hi.", address=BLOG)], about) == ["@<blog.example https://blog.example/feed.xml>: Hi."]


def test_metadata() -> None:
    """What Yarn's clients read: the first ``url`` is that of the hashes, and stays wherever the file lies."""
    page = "https://fields.example/ana"
    about = About(ANA, "Ana\nof the fields", url=f"{page}.txt", page=page)
    assert metadata([item(body={"license": "PPL"})], about) == [
        ("nick", "ana"),
        ("url", "finger://fields.example/ana"),
        ("url", f"{page}.txt"),
        ("description", "What Ana of the fields (ana@fields.example) wrote."),
        ("link", f"Ana of the fields (ana@fields.example) {page}"),
        ("verdict", "verified finger://fields.example/ana"),
        ("license", "PPL"),
    ]


def test_verdicts_and_licences_of_many() -> None:
    """One line for each author, and, where licences differ, for each post that has one."""
    posts = [
        item(body={"license": "PPL"}),
        item("b", id=OTHER, address=MARK, verdict=Verdict.FORKED),
        item("c", id="c" * 52),
    ]
    found = metadata(posts, About(ANA, "Ana", What.TIMELINE))
    assert [value for name, value in found if name in ("verdict", "license")] == [
        "verified finger://fields.example/ana",
        "forked finger://mill.example:7979/mark",
        f"PPL finger://fields.example/ana#{ID}",
    ]


@pytest.mark.parametrize(
    ("what", "tag", "nick", "url"),
    [
        (What.ACCOUNT, "leeks", "ana-leeks", "finger://fields.example/ana"),
        (What.ANNOUNCEMENTS, None, "ana-announcements", "finger://fields.example/ana"),
        (What.TIMELINE, "leeks", "ana-timeline-leeks", "finger://fields.example/ana#timeline"),
        (What.FINDINGS, None, "ana-findings", "finger://fields.example/ana#findings"),
    ],
)
def test_parts_of_an_account_have_its_hashes(what: What, tag: str | None, nick: str, url: str) -> None:
    """They are the same twts; what others wrote, and what nobody signed, is another feed."""
    found = dict(reversed(metadata([], About(ANA, "Ana", what, tag))))
    assert (found["nick"], found["url"]) == (nick, url)


def test_announcements() -> None:
    """Sentences as elsewhere, the same tomorrow: their hashes stay."""
    offer = announcement("bond-offer", OFFER)
    assert "closes 2026-12-01T12:00:00Z" in texts([offer])[0]
    assert twtxt([offer], NOW, ABOUT) == twtxt([offer], NOW + 10**7, ABOUT)
