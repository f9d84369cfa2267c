"""Atom and RSS, read back by a parser that knows nothing of feeds."""

import re
import time
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, clean
from feeds.atom import atom, rss
from feeds.hypertext import hypertext
from tests.feeds.making import (
    ABOUT,
    ANA,
    AT,
    ATOM,
    DC,
    ID,
    MARK,
    NOW,
    OFFER,
    OTHER,
    THR,
    Known,
    announcement,
    item,
    parsed,
    reference,
    said,
    shown,
)
from thimbl.core.times import FIRST, FIRST_MAIL, LAST

# RFC 3339 5.6, as RFC 4287 3.3 narrows it: a capital T, and a capital Z or an offset.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")

HOSTILE = [
    "]]>",
    "<script>alert(1)</script> &lt;b&gt; &amp; \"'",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "<?xml version='1.0'?>",
    "\x00\x07\x1b]0;title\x07\x9b2J\ufffe",
    "\r\n\r",
    "\ud800",
    "<" * 8192,
    "\U0001f469" * 2048,
]


def entries(data: bytes) -> list[ElementTree.Element]:
    """The entries of an Atom feed."""
    return parsed(data).findall(f"{ATOM}entry")


def items(data: bytes) -> list[ElementTree.Element]:
    """The items of an RSS feed."""
    return parsed(data).findall("channel/item")


def test_required_elements() -> None:
    """RFC 4287 4.1.1 and 4.1.2: one id, title and updated each; an author; content or an alternate link."""
    root = parsed(atom([item(), item("Second.", id=OTHER, address=MARK)], NOW, ABOUT))
    assert root.tag == f"{ATOM}feed"
    assert said(root, f"{ATOM}id") == "finger://fields.example/ana"
    assert said(root, f"{ATOM}title") == "Ana (ana@fields.example)"
    for element in (root, *root.findall(f"{ATOM}entry")):
        assert re.fullmatch(r"finger://[!-~]+", said(element, f"{ATOM}id"))
        assert said(element, f"{ATOM}title")
        assert DATE.fullmatch(said(element, f"{ATOM}updated"))
        assert said(element, f"{ATOM}author/{ATOM}name")
        assert said(element, f"{ATOM}author/{ATOM}uri").startswith("finger://")
        assert element.find(f"{ATOM}author/{ATOM}email") is None
        # 4.2.7.2: a link that says no `rel` is one of these.
        assert [link.get("rel", "alternate") for link in element.findall(f"{ATOM}link")] == ["alternate"]
    [content] = root.findall(f"{ATOM}entry[1]/{ATOM}content")
    assert (content.get("type"), content.text) == ("html", "Good morning.")
    ids = [said(entry, f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert ids == [f"finger://fields.example/ana#{ID}", f"finger://mill.example:7979/mark#{OTHER}"]


def test_all_that_an_atom_entry_tells() -> None:
    """Answers, categories, rights; published is not updated."""
    post = item(
        "Yes. #leeks", re=reference(MARK), time=NOW - 90, edited=NOW - 30, body={"license": "PPL"}, subject="Leeks"
    )
    [entry] = entries(atom([post], NOW, ABOUT))
    assert said(entry, f"{ATOM}title") == "Leeks"
    assert said(entry, f"{ATOM}published") == "2026-11-22T07:58:30+00:00"
    assert said(entry, f"{ATOM}updated") == "2026-11-22T07:59:30+00:00"
    assert said(entry, f"{ATOM}rights") == "PPL"
    [answered] = entry.findall(f"{THR}in-reply-to")
    assert answered.get("ref") == f"finger://mill.example:7979/mark#{OTHER}"
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == ["verdict:verified", "leeks"]


def test_what_is_not_there_is_left_out() -> None:
    """No empty elements."""
    [entry] = entries(atom([item(verdict=None)], NOW, ABOUT))
    for name in (f"{ATOM}rights", f"{THR}in-reply-to", f"{ATOM}category"):
        assert entry.find(name) is None
    [told] = items(rss([item(verdict=None)], NOW, ABOUT))
    assert {child.tag for child in told} == {"title", "link", "description", "guid", "pubDate", f"{DC}creator"}


def test_all_that_an_rss_item_tells() -> None:
    """RSS 2.0, with the modules of Dublin Core and RFC 4685 for what it lacks; a guid that is no web address."""
    post = item("Yes. #leeks", re=reference(MARK), time=NOW - 90, edited=NOW - 30, body={"license": "PPL"})
    data = rss([post], NOW, ABOUT)
    root = parsed(data)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert said(root, "channel/title") == "Ana (ana@fields.example)"
    assert said(root, "channel/link") == "finger://fields.example/ana"
    assert said(root, "channel/description") == "What Ana (ana@fields.example) wrote."
    assert said(root, "channel/lastBuildDate") == "Sun, 22 Nov 2026 07:59:30 +0000"
    [told] = items(data)
    guid = told.find("guid")
    assert guid is not None
    assert (guid.get("isPermaLink"), guid.text) == ("false", f"finger://fields.example/ana#{ID}")
    assert said(told, "pubDate") == "Sun, 22 Nov 2026 07:58:30 +0000"
    assert said(told, f"{DC}creator") == "Ana (ana@fields.example)"
    assert said(told, f"{DC}rights") == "PPL"
    assert told.find("author") is None
    assert [one.text for one in told.findall("category")] == ["verdict:verified", "leeks"]
    [answered] = told.findall(f"{THR}in-reply-to")
    assert answered.get("ref") == f"finger://mill.example:7979/mark#{OTHER}"


def test_namespaces_are_declared_once_by_their_usual_prefixes() -> None:
    """Some readers look for the prefix."""
    posts = [item(re=reference(MARK)), item(id=OTHER, re=reference(MARK))]
    for data, names in ((atom(posts, NOW, ABOUT), (b"thr",)), (rss(posts, NOW, ABOUT), (b"thr", b"dc"))):
        assert b"ns0:" not in data
        for name in names:
            assert data.count(b"xmlns:" + name + b"=") == 1


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text(text: str) -> None:
    """It arrives as the text that it is, and nowhere as markup: neither in the XML nor in the HTML that is in that."""
    post = item(text, name=text, subject=text, body={"license": text})
    [entry] = entries(atom([post], NOW, About(ANA, text)))
    assert shown(said(entry, f"{ATOM}content")) == clean(text)
    assert len(entry.findall(f"{ATOM}content/*")) == 0
    [told] = items(rss([post], NOW, About(ANA, text)))
    assert shown(said(told, "description")) == clean(text)


@given(st.text(st.characters(exclude_categories=()), max_size=40) | st.text("<&>;\"'a#x1]!-\n", max_size=40))
def test_any_text(text: str) -> None:
    """No text of anybody's stops a feed or comes out as another."""
    post = item(text, name=text, subject=text, body={"license": text})
    [entry] = entries(atom([post], NOW, About(ANA, text)))
    assert shown(said(entry, f"{ATOM}content")) == clean(text)
    [told] = items(rss([post], NOW, About(ANA, text)))
    assert shown(said(told, "description")) == clean(text)


def test_links_can_be_followed() -> None:
    """In a reader that shows HTML; whatever else looks like one is text, and no link can break out of its quotes."""
    html = hypertext("See https://fields.example/?a=1&b=2, javascript:alert(1) and\nhttps://x.example/'onclick='")
    assert html == (
        'See <a href="https://fields.example/?a=1&amp;b=2">https://fields.example/?a=1&amp;b=2</a>, '
        "javascript:alert(1) and<br>\n"
        '<a href="https://x.example/&#x27;onclick=">https://x.example/&#x27;onclick=</a>\''
    )


def test_an_edit_keeps_the_id() -> None:
    """RFC 4287 4.2.6: the id never changes; `updated` tells the reader to look again, and the feed's goes with it."""
    before, after = atom([item()], NOW, ABOUT), atom([item("Good evening.", edited=NOW - 5)], NOW, ABOUT)
    [first], [second] = entries(before), entries(after)
    for name in ("id", "published"):
        assert said(first, ATOM + name) == said(second, ATOM + name)
    assert said(first, f"{ATOM}updated") == said(first, f"{ATOM}published")
    assert said(second, f"{ATOM}updated") == said(parsed(after), f"{ATOM}updated") == "2026-11-22T07:59:55+00:00"
    assert said(second, f"{ATOM}content") == "Good evening."


def test_order_is_that_of_the_items() -> None:
    """Newest first, as the store gives them, whatever their times say."""
    posts = [item(str(number), time=NOW - 100 * (number % 3)) for number in range(5)]
    assert [said(entry, f"{ATOM}content") for entry in entries(atom(posts, NOW, ABOUT))] == list("01234")
    assert [said(told, "description") for told in items(rss(posts, NOW, ABOUT))] == list("01234")


def test_the_same_again_is_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the clock and of the time zone: not even of when an offer closes."""
    posts = [item(re=reference(MARK)), announcement("bond-offer", OFFER)]
    first = atom(posts, NOW, ABOUT), rss(posts, NOW, ABOUT)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert (atom(posts, NOW, ABOUT), rss(posts, NOW, ABOUT)) == first
    finally:
        monkeypatch.undo()
        time.tzset()
    assert b"closes 2026-12-01T12:00:00Z" in first[0]
    assert (atom(posts, NOW + 30 * 86_400, ABOUT), rss(posts, NOW + 30 * 86_400, ABOUT)) == first


def test_what_was_retracted_is_a_tombstone() -> None:
    """RFC 6721 3: `ref` and `when`; the text is in no feed, and RSS says nothing. Without a time nothing is said."""
    gone = item("", id=OTHER, retracted=True, time=NOW - 9000)
    about = About(ANA, "Ana", around=Known(retractions={OTHER: NOW - 60}))
    root = parsed(atom([item(), gone], NOW, about))
    [told] = root.findall(f"{AT}deleted-entry")
    assert told.attrib == {"ref": f"finger://fields.example/ana#{OTHER}", "when": "2026-11-22T07:59:00+00:00"}
    assert said(root, f"{ATOM}updated") == told.get("when")
    assert len(root.findall(f"{ATOM}entry")) == 1
    assert OTHER.encode() not in rss([item(), gone], NOW, about)
    assert OTHER.encode() not in atom([item(), gone], NOW, ABOUT)


def test_where_a_feed_is_on_the_web() -> None:
    """Beside the ids, which stay; each record by its own page where it has one."""
    page = "https://fields.example/ana"
    about = About(
        ANA, "Ana", url=f"{page}.atom", page=page, link=lambda one: f"{page}/{one.id}" if one.id == ID else None
    )
    data = atom([item(), item(id=OTHER)], NOW, about)
    links = [(link.get("rel"), link.get("href")) for link in parsed(data).findall(f"{ATOM}link")]
    assert links == [("alternate", page), ("self", f"{page}.atom")]
    hrefs = [link.get("href") for link in parsed(data).findall(f"{ATOM}entry/{ATOM}link")]
    assert hrefs == [f"{page}/{ID}", f"finger://fields.example/ana#{OTHER}"]
    assert said(parsed(data), f"{ATOM}id") == "finger://fields.example/ana"
    channel = parsed(rss([item()], NOW, about)).find("channel")
    assert channel is not None
    assert said(channel, "link") == page
    assert [(one.get("rel"), one.get("href")) for one in channel.findall(f"{ATOM}link")] == [("self", f"{page}.atom")]


def test_an_empty_feed() -> None:
    """Valid, so that a reader can subscribe before there is anything."""
    root = parsed(atom([], NOW, ABOUT))
    assert said(root, f"{ATOM}updated") == "2026-11-22T00:00:00+00:00"
    assert said(root, f"{ATOM}author/{ATOM}name") == "Ana (ana@fields.example)"
    assert items(rss([item(retracted=True)], NOW, ABOUT)) == []


def test_a_post_without_text() -> None:
    """A title all the same, and an element for its content."""
    [entry] = entries(atom([item("")], NOW, ABOUT))
    assert (said(entry, f"{ATOM}title"), said(entry, f"{ATOM}content")) == ("(no text)", "")
    assert said(items(rss([item("")], NOW, ABOUT))[0], "title") == "(no text)"


@pytest.mark.parametrize("moment", [FIRST, FIRST_MAIL - 1, FIRST_MAIL, LAST])
def test_all_times_that_plans_can_write(moment: int) -> None:
    """Atom has them all; RSS has none before 1900, and says none then."""
    data = rss([item(time=moment)], NOW, ABOUT)
    [entry] = entries(atom([item(time=moment)], NOW, ABOUT))
    assert DATE.fullmatch(said(entry, f"{ATOM}published"))
    dates = [told.text or "" for told in items(data)[0].findall("pubDate")]
    assert [int(parsedate_to_datetime(date).timestamp()) for date in dates] == [moment][moment < FIRST_MAIL :]
    assert parsedate_to_datetime(said(parsed(data), "channel/lastBuildDate")).year >= 1900
