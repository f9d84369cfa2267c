"""Which format an answer has and what it says: Atom, RSS and JSON Feed, whole, odd and hostile."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scribe import Scribe
from tests.support.website import atom
from thimbl.core import webfeed
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import MAX_TEXT, Entry, Feed, Kind, NotAFeed
from thimbl.node.web.reading import read_feed

BLOG = FeedUrl.parse("https://blog.example/feed.xml")
NEW_YEAR = 1_767_225_600
BREAKS = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"<![CDATA[", b"]]>", b"\xff", b"\0", b"</", b" xmlns:a='b c' ", b"<!--",
    b"<?", b"<link href='http://[x'/>", b"<updated>9999-99-99</updated>", b"<content type='xhtml'>", b"'", b'"', b"",
)  # fmt: skip
"""What breaks a document."""


def read(body: bytes | str, content_type: str = "") -> Feed:
    return read_feed(body.encode() if isinstance(body, str) else body, BLOG, content_type)


def rss(items: str, channel: str = "<title>Bo</title>") -> str:
    return f'<rss version="2.0"><channel>{channel}{items}</channel></rss>'


class TestAtom:
    def test_what_an_entry_says(self):
        found = read(
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">'
            '<title type="html">Ana &amp;amp; &lt;b&gt;co&lt;/b&gt;</title><link href="/"/><subtitle>Leeks</subtitle>'
            "<entry><id>urn:1</id><title>Frost</title><link href='/1'/><published>2026-01-01T00:00:00Z</published>"
            "<updated>2026-01-02T00:00:00Z</updated><author><name>Bo</name></author><category term='Lower field'/>"
            "<category term='leeks'/><category term='17'/><thr:in-reply-to ref='urn:0'/>"
            "<content type='html'>&lt;p&gt;On the &lt;a href='x'&gt;leeks&lt;/a&gt; #leeks&lt;script&gt;x</content>"
            "</entry></feed>"
        )
        assert (found.kind, found.title, found.home) == (Kind.ATOM, "Ana & co", "https://blog.example/")
        assert found.about == "Leeks"
        assert found.entries == (
            Entry(
                entry_id("urn:1", BLOG),
                "On the leeks <https://blog.example/x> #leeks\n\nhttps://blog.example/1\n\n#Lowerfield",
                NEW_YEAR, NEW_YEAR + 86_400, "Frost", "https://blog.example/1", "Bo", entry_id("urn:0", BLOG), "urn:1",
            ),
        )  # fmt: skip

    def test_an_answer_to_a_record_is_one(self):
        scribe = Scribe()
        scribe.posts(1)
        id_ = scribe.records[0].id
        found = read(
            atom(("urn:1", "2026-01-01T00:00:00Z", "x")).replace(
                b"<title/>",
                b"<in-reply-to xmlns='http://purl.org/syndication/thread/1.0' "
                + f"ref='finger://{scribe.address.host}/{scribe.address.user}#{id_}'/>".encode(),
            )
        )
        assert found.entries[0].answers == f"{scribe.address}#{id_}"

    def test_xhtml_and_plain_text(self):
        body = atom(("urn:1", "2026-01-01T00:00:00Z", "1 &lt;b&gt; 2"), ("urn:2", "2026-01-01T00:00:00Z", "@")).replace(
            b"<content>@", b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x <em>y</em></p></div>'
        )
        assert [entry.text for entry in read(body).entries] == ["1 <b> 2", "x y"]


    def test_what_was_deleted(self):
        deleted = b'<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="urn:1" when="x"/></feed>'
        body = atom(("urn:2", "2026-01-01T00:00:00Z", "x")).replace(b"</feed>", deleted)
        assert read(body).gone == (entry_id("urn:1", BLOG),)
        assert read(body[:-3]).gone == (entry_id("urn:1", BLOG),)
        assert read(body.replace(b"purl", b"other")).gone == ()


class TestRss:
    def test_what_an_item_says(self):
        found = read(
            rss(
                "<item><title>Frost</title><guid isPermaLink='false'>17</guid><link>https://blog.example/1</link>"
                "<pubDate>Thu, 01 Jan 2026 01:00:00 +0100</pubDate><description>On the &lt;b&gt;leeks&lt;/b&gt;"
                "</description></item>",
                "<title>Bo</title><ttl>90</ttl><link>https://bo.example</link>",
            ),
            "text/html",
        )
        assert (found.kind, found.title, found.home, found.every) == (Kind.RSS, "Bo", "https://bo.example", 5400)
        assert found.entries == (
            Entry(
                entry_id("17", BLOG), "On the leeks\n\nhttps://blog.example/1", NEW_YEAR, None, "Frost",
                "https://blog.example/1", name="17",
            ),
        )  # fmt: skip

    def test_a_guid_is_a_link_unless_it_says_that_it_is_none(self):
        [entry] = read(rss("<item><guid>/17</guid><description>x</description></item>")).entries
        assert (entry.text, entry.link) == ("x\n\nhttps://blog.example/17", "https://blog.example/17")
        [entry] = read(rss('<item><guid isPermaLink="false">/17</guid><description>x</description></item>')).entries
        assert (entry.text, entry.link) == ("x", "")

    @pytest.mark.parametrize(
        ("title", "text", "shown"),
        [
            ("Frost on the…", "Frost on the leeks.", ("", "Frost on the leeks.")),
            ("Frost", "", ("", "Frost")),
            ("Frost", "Leeks.", ("Frost", "Leeks.")),
        ],
    )
    def test_a_title_that_only_repeats_the_text_is_none(self, title, text, shown):
        [entry] = read(rss(f"<item><title>{title}</title><description>{text}</description></item>")).entries
        assert (entry.title, entry.text) == shown

    def test_how_often_it_wants_to_be_asked(self):
        module = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        head = "<title>x</title><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
        assert read(rss("", head).replace("<rss", f"<rss {module}")).every == 21_600

    def test_dates_of_1901_none_and_no_moment_at_all(self):
        dates = ["Fri, 13 Dec 1901 20:45:52 GMT", "0001-01-01T00:00:00Z", "yesterday", "9999-12-31T23:59:59Z", ""]
        items = "".join(f"<item><title>{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates))
        found = {entry.text: entry.time for entry in read(rss(items)).entries}
        assert found == {"0": -2_147_483_648, "1": None, "2": None, "3": 253_402_300_799, "4": None}


class TestJson:
    def test_what_an_item_says(self):
        found = read(
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1", "title": "Ana", "home_page_url": "/",
                    "items": [
                        {
                            "id": 17, "url": "/1", "title": "Frost", "content_html": "<p>On the <b>leeks</b>",
                            "date_published": "2026-01-01T01:00:00+01:00", "date_modified": "2026-01-02T00:00:00Z",
                            "tags": ["leeks", 3], "authors": [{"name": "Bo"}], "_thimbl": {"in_reply_to": "urn:0"},
                        },
                        {"id": "urn:2", "content_text": "a <b> \ud800", "author": {"name": 3}},
                        {"id": "3"}, "rubbish", {"id": True, "summary": "s"},
                    ],
                }
            )
        )  # fmt: skip
        assert (found.kind, found.title, found.home) == (Kind.JSON, "Ana", "https://blog.example/")
        assert found.entries == (
            Entry(
                entry_id("17", BLOG), "On the leeks\n\nhttps://blog.example/1\n\n#leeks", NEW_YEAR, NEW_YEAR + 86_400,
                "Frost", "https://blog.example/1", "Bo", entry_id("urn:0", BLOG), "17",
            ),
            Entry(entry_id("urn:2", BLOG), "a <b> \ufffd", name="urn:2"),
            Entry(entry_id("s", BLOG), "s"),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ('{"a": 1', "not the JSON that it begins as"),
            ('{"a": 1}', "JSON, but no JSON Feed"),
            ('{"version": "https://jsonfeed.org/version/1"}', "without items"),
            ('{"version": ' + "[" * 100_000, "nested too deeply"),
        ],
    )
    def test_what_is_none(self, text, why):
        with pytest.raises(NotAFeed, match=why):
            read(text)


class TestWhatItIs:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
    def test_encodings(self, encoding):
        name = encoding.removesuffix("-sig")
        text = f'<?xml version="1.0" encoding="{name}"?>' + rss("<item><title>café</title></item>")
        assert [entry.text for entry in read(text.encode(encoding)).entries] == ["café"]

    def test_an_encoding_that_is_not_what_it_says(self):
        text = '<?xml version="1.0" encoding="utf-8"?>' + rss("<item><title>caf\xe9</title></item>")
        assert [entry.text for entry in read(text.encode("latin-1")).entries] == ["café"]
        unknown = '<?xml version="1.0" encoding="klingon"?>' + rss("<item><title>caf\xe9</title></item>")
        assert [entry.text for entry in read(unknown).entries] == ["café"]

    def test_what_is_not_well_formed_is_read_as_far_as_it_goes(self):
        broken = '<rss version="2.0"><channel><title>x</title><item><title>one & two</title><item><title>three'
        assert read(broken).entries[0].text.startswith("one & two")

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "nothing at all"),
            (b" \n ", "nothing at all"),
            (b"Gone fishing.\n", "neither Atom"),
            (b"\x80\x81\x00", "neither Atom"),
            (b"<a/>", "neither Atom nor RSS"),
            (b"<!doctype html><title>x</title>", "names none either"),
            (
                b'<html><link rel="alternate" type="application/rss+xml" href="/rss"><link rel="alternate" '
                b'type="application/atom+xml" href="javascript:x"><link rel=alternate hreflang=de href=/de>',
                "it names these: https://blog.example/rss$",
            ),
            (
                b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html>',
                "a page, and no feed",
            ),
        ],
    )
    def test_what_is_no_feed(self, body, why):
        with pytest.raises(NotAFeed, match=why):
            read(body)

    @pytest.mark.parametrize(
        "body",
        [
            rss("<item><title>&#xD800;</title></item>"),
            '<?xml version="1.0" encoding="utf\0-8"?>' + rss(""),
        ],
    )
    def test_where_the_library_itself_gives_up(self, body):
        with pytest.raises(NotAFeed, match="too malformed"):
            read(body)

    @settings(max_examples=40)
    @given(
        st.sampled_from([atom(("urn:1", "2026-01-01T00:00:00Z", "x")), rss("<item><title>x</title></item>").encode()]),
        st.lists(st.tuples(st.integers(0, 400), st.sampled_from(BREAKS), st.integers(0, 9)), min_size=1, max_size=4),
    )
    def test_a_broken_feed_is_read_or_refused(self, body, breaks):
        for place, what, lost in breaks:
            body = body[:place] + what + body[place + lost :]
        try:
            found = read_feed(body, BLOG)
        except NotAFeed:
            return
        assert Feed.from_data(json.loads(json.dumps(found.to_data()))).entries == found.entries

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize("gap", ["", "\n"])
    def test_a_billion_laughs_are_refused(self, encoding, gap):
        lines = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
        document = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "ha">{gap.join(lines)}]>'
        with pytest.raises(NotAFeed, match="entities by others"):
            read((document + rss("<item><title>&l9;</title></item>")).encode(encoding))

    def test_also_behind_a_comment_and_not_in_a_text_about_them(self):
        begins = '<?xml version="1.0"?><!-- > <x> --><?pi ?>\n<!-- -->'
        laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        with pytest.raises(NotAFeed, match="entities by others"):
            read(begins + laughs + rss(""))
        told = f"<item><description><![CDATA[About {laughs} in XML]]></description></item>"
        [entry] = read(begins + rss(told)).entries
        assert entry.text.startswith("About")

    def test_a_parameter_entity_is_refused_and_a_plain_one_is_read(self):
        with pytest.raises(NotAFeed, match="entities"):
            read('<!DOCTYPE rss [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>' + rss(""))
        plain = '<!DOCTYPE rss [\n<!ENTITY me "Ana">\n]>' + rss("<item><title>&me;</title></item>")
        assert [entry.text for entry in read(plain).entries] == ["Ana"]

    def test_nothing_is_opened_or_asked_for(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("the secret")
        for reference in (secret.as_uri(), "http://127.0.0.1:1/"):
            body = f'<!DOCTYPE rss [\n<!ENTITY x SYSTEM "{reference}">\n]>' + rss("<item><title>a&x;b</title></item>")
            assert "secret" not in repr(read(body))


class TestBounds:
    def test_the_newest_are_taken(self, monkeypatch):
        monkeypatch.setattr(webfeed, "MAX_ENTRIES", 40)
        items = "".join(
            f"<item><title>{n}</title><guid>{n}</guid><pubDate>{n % 28 + 1} Jan 2026 00:00 GMT</pubDate></item>"
            for n in range(60)
        )
        found = read(rss(items)).entries
        assert len(found) == 40
        times = [entry.time or 0 for entry in found]
        assert times == sorted(times, reverse=True)
        assert found[0].time == NEW_YEAR + 27 * 86_400

    def test_a_long_text_is_cut_and_says_so(self):
        [entry] = read(
            rss(f"<item><title>{'t' * 999}</title><description>{'x' * 200_000}</description></item>")
        ).entries
        assert (len(entry.text), entry.text[-1], len(entry.title), entry.title[-1]) == (MAX_TEXT, "…", 300, "…")

    def test_the_same_entry_twice_is_one(self):
        assert len(read(rss("<item><guid>1</guid><title>a</title></item>" * 2)).entries) == 1

    def test_it_goes_through_a_pipe(self):
        found = read(atom(("urn:1", "2026-01-01T00:00:00Z", "x")))
        again = Feed.from_data(json.loads(json.dumps(found.to_data())))
        assert (again.entries, again.title, again.kind) == (found.entries, found.title, found.kind)

    @pytest.mark.parametrize(
        "change",
        [
            {"entries": 3}, {"entries": [{"id": "x", "text": "y"}]}, {"entries": [{"text": "y"}]},
            {"people": {"a": "b"}}, {"kind": "Gopher"}, {"every": "x"},
            {"entries": [{"id": "a" * 52, "text": "y", "time": 10**15}]},
            {"entries": [{"id": "a" * 52, "text": "y", "answers": "nobody"}]},
            {"entries": [{"id": "a" * 52, "text": 3}]},
        ],
    )  # fmt: skip
    def test_what_comes_out_of_the_pipe_has_its_shape(self, change):
        data = read(atom(("urn:1", "2026-01-01T00:00:00Z", "x"))).to_data() | change
        with pytest.raises(ValueError, match=r"shape|time|address|id|#|Gopher|literal|argument"):
            Feed.from_data(data)
