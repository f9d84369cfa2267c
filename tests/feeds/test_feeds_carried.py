"""The signed plan in the feed of an account: which records go along, and what of HTTP hangs on it."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from feeds import carried as limits
from feeds.about import About, What
from feeds.atom import atom, rss
from feeds.carried import Carried, carried
from feeds.serving import FORMS, serve_feed
from tests.feeds.making import ABOUT, ANA, ATOM, MARK, NOW, OTHER, Known, item
from tests.support.scribe import Scribe
from thimbl.core.chain import walk
from thimbl.core.feedplan import find_plans
from thimbl.core.plan import Plan, read_plan
from thimbl.core.web import FeedUrl
from thimbl.node.web.reading import read_feed

URL = FeedUrl.parse("https://fields.example/feed")
BLOG = replace(ANA, host="blog.example.web.invalid")


def of(scribe: Scribe, floor: int = 1) -> Plan:
    """What a feed carries of a log, which holds by itself."""
    plan = scribe.plan()
    found = read_plan(carried(plan.head, plan.records, floor).text)
    walk(found)
    assert found.head == plan.head
    return found


def test_down_to_the_oldest_that_is_shown() -> None:
    """With all that stands between; of an empty log the head."""
    scribe = Scribe()
    assert of(scribe).records == ()
    scribe.posts(5)
    assert [record.seq for record in of(scribe, 3).records] == [5, 4, 3]
    assert of(scribe).records == scribe.plan().records


def test_never_more_than_readers_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest, as many as fit; and always the newest one."""
    scribe = Scribe()
    scribe.posts(8)
    monkeypatch.setattr(limits, "MAX_BYTES", 1_200)
    assert [record.seq for record in of(scribe).records] == [8, 7, 6, 5, 4]
    monkeypatch.setattr(limits, "MAX_BYTES", 1)
    assert [record.seq for record in of(scribe).records] == [8]


def test_what_was_taken_back_goes_without_its_text() -> None:
    """As does each of its edits, and an edit that was taken back by itself: its author may not have come to it yet."""
    scribe = Scribe()
    slip, post = scribe.posts(2)
    edit = scribe.edit(slip, "an edit")
    scribe.edit(edit, "an edit of that")
    better = scribe.edit(post, "better")
    scribe.retract(slip)
    scribe.retract(better)
    assert [record.seq for record in of(scribe).records if record.withheld] == [5, 4, 3, 1]


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_feed_is_another_one_by_its_head(form: str) -> None:
    """A new head alone, as of somebody who follows one more, is a new tag and a new date; the same again is 304."""
    scribe = Scribe()
    scribe.post("Frost.")
    plan = scribe.plan()
    about = replace(ABOUT, plan=carried(plan.head, plan.records, 1))
    first = serve_feed(form, [item(time=NOW - 9_000)], NOW, about, {})
    tags = dict(first.headers)
    asked = {"If-None-Match": tags["ETag"], "If-Modified-Since": tags["Last-Modified"]}
    assert serve_feed(form, [item(time=NOW - 9_000)], NOW + 99, about, asked).status == 304
    again = replace(about, plan=Carried(carried(plan.head, plan.records, 1).text + "# later\n", NOW - 5))
    assert serve_feed(form, [item(time=NOW - 9_000)], NOW, again, asked).status == 200
    later = serve_feed(form, [item(time=NOW - 9_000)], NOW, again, {"If-Modified-Since": tags["Last-Modified"]})
    assert later.status == 200
    assert dict(later.headers)["Last-Modified"] == "Sun, 22 Nov 2026 07:59:55 GMT"


@pytest.mark.parametrize("form", sorted(FORMS))
def test_whoever_follows_the_feed_is_told_whose_plan_is_in_it(form: str) -> None:
    """Where it holds by itself: nobody is sent to an address by a plan that anybody wrote."""
    scribe = Scribe()
    scribe.post("Frost. <b>")
    plan = scribe.plan()
    text = carried(plan.head, plan.records, 1).text
    for said, wanted in ((text, str(scribe.address)), (text.replace("Frost", "Forst"), ""), ("thimbl: 2\n", "")):
        served = serve_feed(form, [item()], NOW, replace(ABOUT, plan=Carried(said, NOW)), {})
        assert find_plans(served.body).plans == (said,)
        assert read_feed(served.body, URL, dict(served.headers)["Content-Type"]).signed == wanted
    assert read_feed(serve_feed(form, [item()], NOW, ABOUT, {}).body, URL, "").signed == ""


@pytest.mark.parametrize("what", [What.TIMELINE, What.HOST, What.ANNOUNCEMENTS])
def test_a_feed_of_many_names_the_plan_of_each(what: What) -> None:
    """Or the feed, of what came from the web. That of an account has no need to."""
    blog = replace(item(), address=BLOG, name="A blog", by="Zoë", id="c" * 52)
    items = [item(), item(address=MARK, name="Mark", id=OTHER), blog]
    about = About(ANA, "Ana", what, around=Known(feeds={BLOG: str(URL)}))
    wanted = [
        ("finger://fields.example/ana", "Ana (ana@fields.example)"),
        ("finger://mill.example:7979/mark", "Mark (mark@mill.example:7979)"),
        (str(URL), "A blog (blog.example)"),
    ]
    sources = ElementTree.fromstring(atom(items, NOW, about)).findall(f"{ATOM}entry/{ATOM}source")
    assert [(one.findtext(f"{ATOM}id"), one.findtext(f"{ATOM}title")) for one in sources] == wanted
    assert [link.attrib["href"] for one in sources for link in one.iter(f"{ATOM}link")] == [iri for iri, _ in wanted]
    told = ElementTree.fromstring(rss(items, NOW, about)).findall("channel/item/source")
    assert [(one.get("url"), one.text) for one in told] == wanted
    for write in (atom, rss):
        assert b"<source" not in write([item()], NOW, ABOUT)
        assert b"<source" in write([item()], NOW, replace(ABOUT, tag="leeks"))
