"""Lists of feeds: what goes out comes in again, and what comes in from elsewhere is a stranger's file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.web import FeedUrl
from thimbl.home.errors import Refused
from thimbl.home.following import Followed
from thimbl.home.opml import MAX_BYTES, MAX_DEPTH, read_opml, write_opml

BLOG = FeedUrl.parse("https://blog.example/feed.xml?a=1&b=2")
ANA = Address.parse("ana@fields.example:7979")
KEY = "SHA256:0xyhH/kqy3Li/kgNeOuGSO7vNCMnzspZzzmJrbG2PzY"

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\t"), min_size=1, max_size=20).map(str.strip)
_NICK = _TEXT.filter(lambda text: text == " ".join(text.split()) and text.isprintable() and text)
_FEED = st.builds(
    lambda nick, path: Followed.of_feed(nick, FeedUrl.parse(f"https://blog.example/{path}")),
    _NICK, st.from_regex(r"[a-z0-9&=?~%]{1,12}", fullmatch=True),
)  # fmt: skip
_PERSON = st.builds(
    Followed, _NICK, st.builds(Address, st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True), st.just("x.example")),
    st.booleans(), st.sampled_from([None, KEY]),
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(st.one_of(_FEED, _PERSON), max_size=6, unique_by=lambda one: one.address), _TEXT)
def test_what_goes_out_comes_in_without_loss(followed, title):
    titles = {one.address: (title, "https://blog.example/") for one in followed}
    listed = read_opml(write_opml(followed, titles, title).encode())
    assert listed.followed == tuple(followed)
    assert listed.skipped == ()


def test_what_no_document_has_becomes_a_blank():
    """Controls, half characters, and code points that are no characters."""
    text = write_opml([Followed.of_feed("a\x85\ufdd0b\ud800", BLOG)], {}, "\x00\ud800")
    assert read_opml(text.encode()).followed[0].nick == "a b"


def test_what_others_read_of_it():
    text = write_opml(
        [Followed.of_feed('A "b" <c>', BLOG), Followed("ana", ANA, True, KEY)],
        {BLOG.address: ("Title & co", "https://blog.example/")},
        "Mine",
    )
    assert (
        "<outline text='A \"b\" &lt;c&gt;' type=\"rss\" title=\"Title &amp; co\" "
        'xmlUrl="https://blog.example/feed.xml?a=1&amp;b=2" htmlUrl="https://blog.example/"/>' in text
    )
    assert f'<outline text="ana" thimbl:address="{ANA}" thimbl:private="true" thimbl:fingerprint="{KEY}"/>' in text


def test_a_list_of_another_program():
    listed = read_opml(
        b"""<?xml version="1.0" encoding="ISO-8859-1"?>
        <OPML version="1.1"><head><title>x</title></head><body>
        <outline text="News"><outline text="Caf\xe9" type="rss" xmlUrl="https://cafe.example/rss"/>
        <outline text=" A
           feed " xmlUrl="HTTPS://Cafe.example/rss"/></outline>
        <outline title="Titled" xmlUrl="http://two.example"/><outline xmlUrl="http://three.example/x"/>
        <outline text="Local" xmlUrl="file:///etc/passwd"/><outline text="exec" xmlUrl="exec:rm"/>
        <outline xmlUrl="nonsense"/><outline text="a link" type="link" url="https://x.example/"/>
        </body></OPML>"""
    )
    assert [(one.nick, one.place) for one in listed.followed] == [
        ("Café", "https://cafe.example/rss"),
        ("Titled", "http://two.example/"),
        ("three.example", "http://three.example/x"),
    ]
    assert [line.partition(":")[0] for line in listed.skipped] == ["Local", "exec", "an outline without a name"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no OPML"),
        (b"not xml", "no OPML"),
        (b"<opml><body>", "no OPML"),
        (b"<rss/>", "but no OPML"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "no OPML"),
        (b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><opml>&c;</opml>', "defines entities"),
        (b"<opml>" + b"<outline>" * (MAX_DEPTH + 1), "folders in folders"),
        (b" " * (MAX_BYTES + 1), "larger than 16 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list(data, why):
    with pytest.raises(Refused, match=why):
        read_opml(data)


def test_an_address_that_stands_for_a_feed_is_not_followed_without_its_url():
    listed = read_opml(
        f'<opml xmlns:t="thimbl:opml"><outline text="x" t:address="{BLOG.address}"/>'
        '<outline text="y" t:address="nobody"/><outline t:address="ana@x.example" t:fingerprint="no"/></opml>'.encode()
    )
    assert listed.followed == (Followed("ana", Address.parse("ana@x.example")),)
    assert len(listed.skipped) == 2
