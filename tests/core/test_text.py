"""Mentions, tags and links, and folding under a subject."""

import time
from collections import UserDict
from collections.abc import ItemsView

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thimbl.core.address import Address
from thimbl.core.text import MAX_TAG, Nicks, Span, SpanKind, fold_tag, folded, links, spans, tags

FOLLOWING = {
    nick: Address.parse(address)
    for nick, address in {
        "mark": "mark@river.example",
        "ashull": "ashull@telekommunisten.example",
        "spaetz": "spaetz@dyndns.example:7979",
        "ed": "ed@ping.example",
        "j.doe": "jd@mill.example",
        "käthe": "kt@mill.example",
        "Bo": "bo@one.example",
        "bO": "bo@two.example",
        "हिन्दी": "hi@mill.example",
    }.items()
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # as people wrote in 2010
        ("Hey @mark, this is the first update sent with Thimbl-CLI", ["mark@river.example"]),
        ("@ashull, the feed is awesome, works great!", ["ashull@telekommunisten.example"]),
        (
            '@spaetz: yes. @mark. (@ed) "@ed" @ed\'s',
            ["spaetz@dyndns.example:7979", "mark@river.example", "ed@ping.example"],
        ),
        (
            "@MARK! @Käthe? @j.doe... @mark- @ed_",
            ["mark@river.example", "kt@mill.example", "jd@mill.example", "ed@ping.example"],
        ),
        ("@Bo @bO", ["bo@one.example", "bo@two.example"]),
        ("@BO is two people", []),
        ("@हिन्दी and not @ह", ["hi@mill.example"]),
        ("@nobody @marks @mark1 @markü", []),
        # by address
        ("@ana@Fields.Example: hello", ["ana@fields.example"]),
        ("see @ana@fields.example:7979, @ana@fields.example:79.", ["ana@fields.example:7979", "ana@fields.example"]),
        ("@ana@[2001:DB8::1]:80 and @ana@192.0.2.7!", ["ana@[2001:db8::1]:80", "ana@192.0.2.7"]),
        ("(@ana@fields.example)—@bo@dairy.example…", ["ana@fields.example", "bo@dairy.example"]),
        ("@ana@fields.example#id", ["ana@fields.example"]),
        ("@ana@fields.example @ana@FIELDS.example:79", ["ana@fields.example"]),
        ("@ana@fields.example:99999 @ana@fields.example:80x @ana@fields_x @ana@bücher.example @ana@1.2.3", []),
        ("@mark@ed@river.example", []),
        # neither in words nor in e-mail nor in links
        ("x@ed ana@mark foo@mark.example é@ed _@ed 1@ed", []),
        ("@@mark @mark@ @ @, @.", []),
        ("https://social.example/@mark social.example/@mark mailto:mark@ed.example", []),
    ],
)
def test_mentions(text: str, found: list[str]) -> None:
    named = [span.value for span in spans(text, FOLLOWING) if span.kind is SpanKind.MENTION]
    assert list(dict.fromkeys(named)) == found


def test_without_nicks_only_addresses_are_mentions() -> None:
    assert [span.value for span in spans("@mark @ana@fields.example")] == ["ana@fields.example"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#thimbl is rolling! I love #Thimbl", ["thimbl"]),
        ("#FF? (#bonds) #2010plans, #under_score.", ["ff", "bonds", "2010plans", "under_score"]),
        ("#Straße #STRASSE #हिन्दी #日本語 #E\u0301te #été", ["strasse", "हिन्दी", "日本語", "éte", "été"]),
        ("#123 # #- #_ ##double #1\ufe0f\u20e3 &#39; &#x41; a#b ana@h#abc page/#top", []),
        ("#a-b #c#d", ["a", "c"]),
        ("http://h.example/#anchor", []),
        ("#" + "x" * MAX_TAG, ["x" * MAX_TAG]),
        ("#" + "x" * (MAX_TAG + 1), []),
    ],
)
def test_tags(text: str, found: list[str]) -> None:
    assert list(tags(text)) == found


def test_tags_are_compared_folded() -> None:
    assert fold_tag("#STRASSE") == fold_tag("straße") == "strasse"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example.", ["http://a.example"]),
        ("HTTPS://A.example/B?c=d&e=%20#f, then", ["HTTPS://A.example/B?c=d&e=%20#f"]),
        ("gemini://g.example/ gopher://h.example/0/x finger://k.example/ana", None),
        ("(http://w.example/A_(b)) [x](http://w.example/c)", ["http://w.example/A_(b)", "http://w.example/c"]),
        ("http://a.example/x?!... *http://b.example* 'http://c.example'", None),
        ('<http://a.example/x> "http://b.example" “http://c.example” 「http://d.example」。', None),
        ("http://[::1]:8080/x http://[::1]", ["http://[::1]:8080/x", "http://[::1]"]),
        ("http://bücher.example/ä http://a.example/日本、そう", ["http://bücher.example/ä", "http://a.example/日本"]),
        ("mailto:ana@fields.example, mailto:a+b@c.example?subject=x%20y.", None),
        ("http:// http://. http://- http://[ http://[] xhttp://a.example javascript:alert(1)", []),
        ("mailto: mailto:a mailto:a@- mailto:@a", []),
        ("http://a.example\x1b[0m http://b.example\u202eevil", ["http://a.example", "http://b.example"]),
    ],
)
def test_links(text: str, found: list[str] | None) -> None:
    expected = {
        "gemini": ["gemini://g.example/", "gopher://h.example/0/x", "finger://k.example/ana"],
        "http:": ["http://a.example/x", "http://b.example", "http://c.example"],
        "<http": ["http://a.example/x", "http://b.example", "http://c.example", "http://d.example"],
        "mailto": ["mailto:ana@fields.example", "mailto:a+b@c.example?subject=x%20y"],
    }
    if found is None:
        found = next(urls for start, urls in expected.items() if text.startswith(start))
    assert list(links(text)) == found


def test_spans_say_where_and_what() -> None:
    text = "@mark: #Bonds at http://b.example."
    assert spans(text, FOLLOWING) == (
        Span(0, 5, SpanKind.MENTION, "mark@river.example"),
        Span(7, 13, SpanKind.TAG, "bonds"),
        Span(17, 33, SpanKind.LINK, "http://b.example"),
    )


PIECES = [
    "@",
    "#",
    "mark",
    "ana",
    "h.example",
    ":79",
    ":",
    " ",
    "(",
    ")",
    "http://",
    "mailto:",
    "[",
    "]",
    "::1",
    ".",
    "é",
    "\u0301",
]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("http://a.example))))")
def test_spans_lie_in_order_within_the_text(text: str) -> None:
    end = 0
    for span in spans(text, FOLLOWING):
        assert end <= span.start < span.end <= len(text)
        end = span.end
        piece = text[span.start : span.end]
        if span.kind is SpanKind.LINK:
            assert piece == span.value
        elif span.kind is SpanKind.TAG:
            assert piece.startswith("#")
            assert fold_tag(piece) == span.value
        else:
            assert piece.startswith("@")
            assert str(Address.parse(span.value)) == span.value


@pytest.mark.parametrize(
    "unit",
    [
        *("@", "@a", "@a@", "@a@b:", "@a@b.-", "@mark ", "@a.", "#", "#a", "#1", "#\u0301", "\u0301", "(", "["),
        *("http://", "http://a(", "http://a)", "http://[", "http://a" + ")" * 50, "mailto:", "mailto:a", "mailto:a@-"),
    ],
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    # 64 KiB, eight times the longest text of a post: what is quadratic takes minutes, what is linear milliseconds.
    text = unit * (65_536 // len(unit))
    start = time.process_time()
    spans(text, FOLLOWING)
    assert time.process_time() - start < 2


def test_one_long_word_takes_linear_time() -> None:
    start = time.process_time()
    for head in ("@", "@a@", "#", "http://a", "http://[", "mailto:a@", "mailto:"):
        for tail in ("a", "-", ".", ")", "a-"):
            spans(head + tail * 65_536, FOLLOWING)
    assert time.process_time() - start < 5


def test_a_long_list_of_nicks_is_folded_once() -> None:
    """An author may follow thousands, and name somebody in each of thousands of posts."""

    class Counted(UserDict[str, Address]):
        looked_through = 0

        def items(self) -> ItemsView[str, Address]:
            self.looked_through += 1
            return super().items()

    counted = Counted(FOLLOWING)
    nicks = Nicks(counted)
    for text in ("@MARK @nobody", "@Käthe", "@bo @BO @j.doe, @mark"):
        assert spans(text, nicks) == spans(text, FOLLOWING)
    assert counted.looked_through == 1


def test_a_subject_folds_the_text() -> None:
    assert folded("spoilers\nahead", "The tractor\r\nwins") == "spoilers ahead [folded: 16 characters]"
    assert folded("spoilers", "x") == "spoilers [folded: 1 character]"
    assert folded(None, "The  tractor\n\twins ") == "The tractor wins"
    assert folded(" \n", "text") == "text"
