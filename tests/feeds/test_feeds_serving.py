"""Feeds over HTTP: conditional requests as RFC 9110 13 has them, caching, media types."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, What
from feeds.serving import FORMS, FRESH, Served, serve_feed
from tests.feeds.making import ABOUT, ANA, NOW, Known, item
from thimbl.core.times import FIRST

CHANGED = NOW - 3600  # when `item()` says that it was written
THEN = "Sun, 22 Nov 2026 07:00:00 GMT"
EARLIER = "Sun, 22 Nov 2026 06:59:59 GMT"


def asked(headers: dict[str, str] | None = None, form: str = "json", **given: Any) -> Served:
    """The answer to a request for a feed with one post in it."""
    return serve_feed(form, given.pop("items", [item()]), NOW, given.pop("about", ABOUT), headers or {}, **given)


def field(served: Served, name: str) -> str | None:
    """A header field of an answer."""
    return dict(served.headers).get(name)


ETAG = field(asked(), "ETag") or ""


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("atom", "application/atom+xml; charset=utf-8"),
        ("rss", "application/rss+xml; charset=utf-8"),
        ("json", "application/feed+json"),
        ("twtxt", "text/plain; charset=utf-8"),
    ],
)
def test_a_feed(form: str, kind: str) -> None:
    """The bytes that 'thimbl feed' writes, by the media type of each format."""
    served = asked(form=form)
    assert (served.status, served.body) == (200, FORMS[form].writer()([item()], NOW, ABOUT))
    assert dict(served.headers) == {
        "Content-Type": kind,
        "ETag": field(served, "ETag"),
        "Cache-Control": f"public, max-age={FRESH}",
        "Last-Modified": THEN,
    }


def test_the_entity_tag_is_of_the_bytes() -> None:
    """8.8.3: strong, in quotes; another for each difference, and the same where there is none."""
    assert ETAG.startswith('"')
    assert field(asked(), "ETag") == ETAG
    others = [asked(form="twtxt"), asked(items=[item("Other.")]), asked(about=About(ANA, "Anna"))]
    assert len({ETAG, *(field(other, "ETag") for other in others)}) == 4


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        # 13.1.2, by the weak comparison (8.8.3.2)
        ({"If-None-Match": ETAG}, 304),
        ({"if-none-match": f'"other", W/{ETAG} ,, "more"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": ETAG.strip('"')}, 200),
        ({"If-None-Match": '"a,b"'}, 200),
        ({"If-None-Match": ""}, 200),
        # 13.1.3, beside which If-None-Match alone counts
        ({"If-Modified-Since": THEN}, 304),
        ({"If-Modified-Since": "Sunday, 22-Nov-26 07:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Sun Nov 22 07:00:00 2026"}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": ""}, 200),
        ({"If-Modified-Since": "Sun, 99 Nov 2026 07:00:00 GMT"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": THEN}, 200),
        ({"If-None-Match": ETAG, "If-Modified-Since": EARLIER}, 304),
        # 13.1.1, by the strong comparison, and 13.1.4, beside which If-Match alone counts
        ({"If-Match": ETAG}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": f"W/{ETAG}"}, 412),
        ({"If-Match": '"other"'}, 412),
        ({"If-Match": '"other"', "If-None-Match": ETAG}, 412),
        ({"If-Match": ETAG, "If-None-Match": ETAG}, 304),
        ({"If-Unmodified-Since": THEN}, 200),
        ({"If-Unmodified-Since": EARLIER}, 412),
        ({"If-Unmodified-Since": "nonsense"}, 200),
        ({"If-Match": ETAG, "If-Unmodified-Since": EARLIER}, 200),
        # 14.2: a Range that is not served is ignored
        ({"Range": "bytes=0-9"}, 200),
    ],
)
def test_conditional_requests(headers: dict[str, str], status: int) -> None:
    """In the order of 13.2.2."""
    served = asked(headers)
    assert served.status == status
    assert bool(served.body) == (status != 304)


def test_not_modified() -> None:
    """15.4.5: the fields that a cache needs, and neither a body nor what describes one."""
    served = asked({"If-None-Match": ETAG})
    assert served.headers == (("ETag", ETAG), ("Cache-Control", f"public, max-age={FRESH}"))


def test_what_came_late_is_modified() -> None:
    """By the clock of the store where it is later than what the entries say, and never after now."""
    assert field(asked(changed=NOW - 60), "Last-Modified") == "Sun, 22 Nov 2026 07:59:00 GMT"
    assert asked({"If-Modified-Since": THEN}, changed=NOW - 60).status == 200
    assert field(asked(changed=CHANGED - 60), "Last-Modified") == THEN
    assert field(asked(changed=NOW + 60), "Last-Modified") == "Sun, 22 Nov 2026 08:00:00 GMT"
    about = replace(ABOUT, around=Known(retractions={item().id: NOW - 30}))
    taken = asked({"If-Modified-Since": THEN}, about=about, items=[item("", retracted=True)])
    assert (taken.status, field(taken, "Last-Modified")) == (200, "Sun, 22 Nov 2026 07:59:30 GMT")


@pytest.mark.parametrize("what", [What.TIMELINE, What.HOST, What.FINDINGS])
def test_nobody_knows_when_a_feed_of_many_changed(what: What) -> None:
    """8.8.2.1, 13.1.3: without the clock of the store there is no date, and conditions on one are ignored."""
    about = About(ANA, "Ana", what)
    assert field(asked(about=about), "Last-Modified") is None
    assert asked({"If-Modified-Since": THEN}, about=about).status == 200
    assert asked({"If-Unmodified-Since": EARLIER}, about=about).status == 200
    assert field(asked(about=about, changed=NOW - 60), "Last-Modified") == "Sun, 22 Nov 2026 07:59:00 GMT"
    assert asked({"If-Modified-Since": THEN}, about=about, changed=CHANGED).status == 304
    tag = field(asked(about=about), "ETag")
    assert asked({"If-None-Match": str(tag)}, about=about).status == 304


def test_a_timeline_is_private() -> None:
    """No cache on the way keeps whom somebody follows."""
    assert field(asked(about=About(ANA, "Ana", What.TIMELINE)), "Cache-Control") == f"private, max-age={FRESH}"


def test_old_times_can_be_written() -> None:
    """A feed whose newest entry is of the year 1."""
    served = asked(items=[item(time=FIRST)])
    assert field(served, "Last-Modified") == "Mon, 01 Jan 1900 00:00:00 GMT"


@given(st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"]),
    st.text('W/"*, abc\t\xe9:0129JanGMT', max_size=30) | st.text(max_size=30),
))  # fmt: skip
def test_any_fields(headers: dict[str, str]) -> None:
    """Whatever a client sends is answered."""
    assert asked(headers, items=[]).status in (200, 304, 412)
