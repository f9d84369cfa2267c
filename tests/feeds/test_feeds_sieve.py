"""Feeds of others, byte for byte: what is found in them, what is cut out, and what is no feed."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import sieve
from feeds.sieve import FeedFault, Found, plain, sift

ATOM = """\
<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>All</title><!-- a > b -->
 <entry a="1>2"><id>tag:x,1</id><title>One</title><category term="Leeks"/>
  <content type="html">Frost &lt;b&gt;tonight&lt;/b&gt;, #Hail &amp;amp; more.</content></entry>
 <entry><id> finger://mill.example:7979/mark#IDIDID </id><title type="text"><![CDATA[Two & ]]>&amp;</title>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>River</p><p>up</p></div></content></entry>
 <entry><id>tag:x,3</id><title/><summary>Bare</summary></entry>
</feed>
""".replace("IDIDID", "a" * 52)
RSS = """\
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>R</title>
<item><guid>1</guid><title>\xdcber</title><description>Kurz</description><category>K\xe4se</category><category>R&#38;D</category>
<content:encoded><![CDATA[<p>Lang &amp; breit</p>]]></content:encoded></item></channel></rss>"""


def found_in(text: str | bytes) -> list[Found]:
    kept: list[Found] = []

    def judge(found: list[Found]) -> list[str]:
        kept.extend(found)
        return [""] * len(found)

    raw = text.encode() if isinstance(text, str) else text
    assert sift(raw, judge) == raw
    return kept


def test_what_is_found() -> None:
    """In each: id, words without markup, tags of both kinds, and the record that an id of ours names."""
    one, two, three = found_in(ATOM)
    assert (one.id, one.body, one.tags) == ("tag:x,1", "Frost tonight , #Hail & more.", frozenset({"leeks", "hail"}))
    assert (two.words.split("\n"), one.reference) == (["Two & &", "River up"], None)
    assert str(two.reference) == f"mark@mill.example:7979#{'a' * 52}"
    assert (three.body, three.title_at) == ("Bare", None)
    [item] = found_in(RSS)
    assert (item.id, item.body, item.tags) == ("1", "Lang & breit", frozenset({"käse", "r&d"}))


def test_a_category_of_any_length_is_no_tag() -> None:
    """To bring marks into their order takes a time that grows with the square of their number: they are not folded."""
    [item] = found_in(f"<rss><item><category>{'a' * 101}</category><category>leeks</category></item></rss>")
    assert item.tags == {"leeks"}


@pytest.mark.parametrize(
    ("words", "gone", "marked"),
    [
        ([None, "", ""], "<entry a=", ""),
        (["", None, ""], "mark#", ""),
        ([None, None, None], "<entry", ""),
        (["[\u2717 <no>]", "[!]", "[x]"], "never", "<title>[&#10007; <no>] One</title>"),
        (["", "[!]", ""], "never", '<title type="text">[!] <![CDATA[Two & ]]>&amp;</title>'),
    ],
)
def test_what_is_cut_out_and_marked(words: list[str | None], gone: str, marked: str) -> None:
    """All the rest stays, to the byte; a title without a text is left alone."""
    made = sift(ATOM.encode(), lambda found: words).decode()
    assert gone not in made
    assert marked in made
    assert len(made) <= len(ATOM) + 30
    assert made.startswith(ATOM[: ATOM.index("<entry")])
    assert made.endswith("\n</feed>\n")
    assert len(found_in(made.replace("<no>", ""))) == sum(word is not None for word in words)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "windows-1252", "koi8-r", "utf-16"])
def test_encodings(encoding: str) -> None:
    """Cut in the encoding that it is in; UTF-16 comes out as UTF-8."""
    text = "Käse" if encoding != "koi8-r" else "Сыр"
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    source = f"<?xml version='1.0' encoding='{name}'?><rss><item><title>{text}</title></item><item/></rss>"

    def judge(found: list[Found]) -> list[str | None]:
        assert found[0].words == text
        return ["[!]", None]

    made = sift(source.encode(encoding), judge)
    shown = made.decode("utf-8" if encoding == "utf-16" else encoding)
    assert shown.endswith(f"<rss><item><title>[!] {text}</title></item></rss>")


BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]><rss><item><title>&b;</title></item></rss>"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "line 1"),
        (b"hello", "line 1"),
        (b"<html><body/></html>", "first element is 'html'"),
        (ATOM.encode()[:400], "line"),
        (BOMB.encode(), "declares an entity, 'a'"),
        (b"<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss>&a;</rss>", "declares an entity"),
        (b"<rss><item><title>&nbsp;</title></item></rss>", "undefined entity"),
        (b"<rss>" + b"<a>" * 300, "more than 200"),
        (b"<?xml version='1.0' encoding='shift_jis'?><rss/>", "no feed"),
        (b"<?xml version='1.0' encoding='nonsense'?><rss/>", "no feed"),
        (b"<rss>\xff</rss>", "line 1"),
        (codecs.BOM_UTF16_LE + b"a", "is not"),
    ],
)
def test_what_is_no_feed(raw: bytes, why: str) -> None:
    """One line that says why; nothing is expanded."""
    with pytest.raises(FeedFault, match=why) as caught:
        sift(raw, lambda found: [""] * len(found))
    assert "\n" not in str(caught.value)


def test_a_feed_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as far as it may be long, and no further."""
    monkeypatch.setattr(sieve, "MAX_BYTES", 500)
    with pytest.raises(FeedFault, match="longer than"):
        found_in(ATOM)


@given(st.binary(max_size=200), st.integers(0, len(ATOM)), st.integers(0, 40))
def test_any_bytes(junk: bytes, at: int, length: int) -> None:
    """In the middle of a feed: it stays as it is, or is refused."""
    raw = ATOM.encode()[:at] + junk + ATOM.encode()[at + length :]
    try:
        made = sift(raw, lambda found: [""] * len(found))
    except FeedFault:
        return
    assert made == raw or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def test_plain() -> None:
    """Elements go and entities are characters; a text that only looks like markup stays."""
    assert plain("a<br>\nb <a href='x>y'>c</a>&lt;d&gt; 1 < 2 > 1 <3") == "a b c <d> 1 < 2 > 1 <3"
