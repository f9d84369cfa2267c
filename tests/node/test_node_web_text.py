"""HTML as plain text: nothing of the markup is left, and a person can read it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thimbl.node.web.plaintext import looks_like_html, to_line, to_text, whole_link

BASE = "https://blog.example/2026/post"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p><p>two\n three</p>", "One\n\ntwo three"),
        ("one<br>two<br/><br/>three", "one\ntwo\n\nthree"),
        ("a &amp; b &lt;b&gt; &#8212; &nbsp;c", "a & b <b> — \xa0c"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", "- a\n- b\n  - c\n- d\n\ne"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("<pre>  a\n    b</pre>c", "  a\n    b\n\nc"),
        ("<b>bo</b>ld and <i>it</i>", "bold and it"),
        ('see <a href="/x">this</a>.', "see this <https://blog.example/x>."),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example"),
        ('<a href="b"><img src=c alt="a cow"></a>', "[a cow] <https://blog.example/2026/b>"),
        ('<a href="b"><img src=c></a>', "<https://blog.example/2026/b>"),
        ('<a href="mailto:ana@x.example">Ana</a>', "Ana <mailto:ana@x.example>"),
        ('<a href="javascript:alert(1)">no</a> <a href="data:text/html,x">no</a> <a href="#top">up</a>', "no no up"),
        ('<a href="http://[bad/">no</a>', "no"),
        ("<script>alert(1)</script>a<style>b{}</style><!-- c --><?php d ?>", "a"),
        ("<svg><title>x</title><script>y</script></svg>z", "z"),
        ("<form><input value=1><button>Press</button></form>left", "left"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("<p>unclosed <b>soup <i>of</p> tags</x></b>", "unclosed soup of\n\ntags"),
        ("<script>never closed <p>text", ""),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("", ""),
    ],
)
def test_what_is_read_of_it(html, text):
    assert to_text(html, BASE) == text


def test_a_title_is_one_line_without_links():
    assert to_line('<p>One</p> <a href="/x">two</a><br>three') == "One two three"


@settings(max_examples=40)
@given(st.text(alphabet="<>/ab p!-\"'=&;\n", max_size=80))
def test_any_soup_is_a_text(html):
    text = to_text(html, BASE)
    assert text == text.strip("\n")
    assert not any(line.endswith(" ") for line in text.split("\n"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b <a href='x", "a\nb"),
        ("a > b <!-- c", "a > b"),
        ("a <b>c</b> 1 < 2 & 3 &lt; 4", "a c 1 < 2 & 3 < 4"),
        ("1 < 2", "1 < 2"),
        ("a</b", "a"),
    ],
)
def test_a_tag_without_an_end_is_left_out(html, text):
    assert to_text(html) == text


@pytest.mark.parametrize("soup", ["<a", '<a x="', "<a href='&#x", "</a", "<!--", "<?"])
def test_soup_takes_no_time(soup):
    # Python's parser looks for the end of each tag in all that follows: 20,000 of them took it most of a minute.
    began = time.process_time()
    to_text("a<p>" + soup * 20_000)
    assert time.process_time() - began < 1


def test_what_looks_like_html():
    assert looks_like_html("a <b>c</b>")
    assert looks_like_html("a &amp; b")
    assert not looks_like_html("1 < 2 & 3 > 2; a@b")


def test_a_link_that_is_too_long_is_none():
    assert whole_link(BASE, "/" + "a" * 3000) == ""
    assert whole_link(BASE, " /a\n b ") == "https://blog.example/ab"
