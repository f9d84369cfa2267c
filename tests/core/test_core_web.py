"""URLs of feeds, and the addresses and ids that stand for them (decisions/0009)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scribe import Scribe
from thimbl.core.address import Address, Reference, site_of
from thimbl.core.log import Known, Verdict, judge_bytes
from thimbl.core.planwriter import write
from thimbl.core.web import MAX_URL, FeedUrl, UrlError, entry_id, looks_like_url, record_id_as_entry, twt_id

BLOG = FeedUrl.parse("https://blog.example/feed.xml")


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("https://blog.example/feed.xml", "https://blog.example/feed.xml"),
        ("  HTTPS://Blog.Example:443/feed.xml#top ", "https://blog.example/feed.xml"),
        ("http://blog.example", "http://blog.example/"),
        ("http://blog.example:80?feed=rss", "http://blog.example/?feed=rss"),
        ("http://blog.example:8080/a/./b/../feed", "http://blog.example:8080/a/feed"),
        ("https://blog.example./feed", "https://blog.example/feed"),
        ("https://blog.example//feed//x", "https://blog.example//feed//x"),
        ("https://blog.example/../a/b/..", "https://blog.example/a/"),
        ("https://blog.example/a/.", "https://blog.example/a/"),
        ("https://blög.example/café?q=ä", "https://xn--blg-tna.example/caf%C3%A9?q=%C3%A4"),
        ("https://my_blog.example/~ana/%7Ex", "https://my_blog.example/~ana/%7Ex"),
        ("http://[2001:DB8:0::1]:8000/", "http://[2001:db8::1]:8000/"),
        ("http://192.0.2.7/", "http://192.0.2.7/"),
    ],
)
def test_a_url_has_one_spelling(typed, canonical):
    url = FeedUrl.parse(typed)
    assert str(url) == canonical
    assert FeedUrl.parse(str(url)) == url


@pytest.mark.parametrize(
    "typed",
    [
        "", "blog.example", "ftp://blog.example/", "file:///etc/passwd", "javascript:alert(1)", "https://",
        "https:///feed", "https://ana:secret@blog.example/", "https://ana@blog.example/", "https://blog.example:0/",
        "https://blog.example:99999/", "https://blog.example/a b", "https://blog.example/\x00", "https://[::1/",
        "https://[fe80::1%25eth0]/", "https://-/", "http://0x7f.1/", "http://127.1/", "http://2130706433/",
        "https://a..b/", "https://" + "a" * MAX_URL,
    ],
)  # fmt: skip
def test_what_is_no_url_of_a_feed(typed):
    with pytest.raises(UrlError):
        FeedUrl.parse(typed)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_is_refused_or_has_an_address(host, path):
    try:
        url = FeedUrl.parse(f"https://{host}/{path}")
    except UrlError:
        return
    assert FeedUrl.parse(str(url)) == url
    assert str(url).isascii()
    address = url.address
    assert address.is_web
    assert Address.parse(str(address)) == address


def test_an_address_is_of_the_whole_url_and_shows_its_site():
    assert str(BLOG.address) == "xlcvtrjb74uc7tvfxyyuf2vodz@blog.example.web.invalid"
    assert BLOG.address.place == "blog.example"
    assert FeedUrl.parse("https://blog.example/other.xml").address != BLOG.address
    assert FeedUrl.parse("http://blog.example/feed.xml").address != BLOG.address
    odd = FeedUrl.parse("http://my_blog.example:8080/").address
    assert (odd.hostport, odd.place) == ("my-blog.example.web.invalid:8080", "my-blog.example:8080")
    assert FeedUrl.parse("http://[2001:db8::1]/").address.host.endswith("-0001.ip6.web.invalid")
    assert FeedUrl.parse("http://192.0.2.7/").address.place == "192.0.2.7"
    assert site_of("blog.example.web.invalid:8080") == "blog.example:8080"
    assert site_of("fields.example") is None
    assert not Address.parse("ana@fields.example").is_web
    assert Address.parse("ana@fields.example").place == "ana@fields.example"


def test_a_host_that_is_too_long_for_an_address_still_has_one():
    long = ".".join(["a" * 60] * 4)
    address = FeedUrl.parse(f"https://{long}/").address
    assert address.is_web
    assert len(address.host) < 100


def test_a_redirect_is_read_from_where_one_is():
    assert str(BLOG.join("/atom")) == "https://blog.example/atom"
    assert str(BLOG.join("//other.example/x")) == "https://other.example/x"
    for bad in ("mailto:ana@x.example", "http://[::1/", "/" + "a" * MAX_URL):
        with pytest.raises(UrlError):
            BLOG.join(bad)


def test_an_iri_is_one_entry_in_every_feed_and_a_number_is_one_in_its_own():
    other = FeedUrl.parse("https://planet.example/")
    assert entry_id("urn:1", BLOG) == entry_id("urn:1", other)
    assert entry_id("17", BLOG) != entry_id("17", other)
    assert twt_id("abcdefg") != entry_id("abcdefg", BLOG)


def test_a_record_is_the_entry_that_our_feeds_make_of_it():
    from thimbl.core.iri import record_iri

    reference = Reference(Address.parse("ana@fields.example:7979"), "a" * 52)
    assert record_id_as_entry(reference) == entry_id(record_iri(reference), BLOG)


def test_what_looks_like_a_url():
    assert looks_like_url(" HTTPS://x")
    assert not looks_like_url("ana@fields.example")


def test_no_plan_can_have_such_an_address():
    scribe = Scribe()
    scribe.posts(1)
    claimed = {**scribe.plan().head.data, "address": str(BLOG.address)}
    judgement = judge_bytes(write(claimed).encode(), Known(BLOG.address), scribe.now)
    assert judgement.verdict is Verdict.UNREADABLE
    assert "feed of the web" in judgement.reason
