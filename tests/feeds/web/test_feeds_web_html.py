"""Elements that escape themselves: whatever a stranger writes stays the text of the element that it was put into."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.web.html import TAGS, VOID, clean, document, el, is_safe_address, isolated, render, several
from tests.feeds.web.showing import read

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["</p>", "<script>", "</title>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", '"', "'", "`", "&lt;", "&#60;",
             "&", "\0", "\r", "\u202e", "\ud800", "<svg/onload=x>", "javascript:", "=", ">", "/>", "\n", "</textarea>"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


class TestEscaping:
    @given(HOSTILE, st.sampled_from(sorted(TAGS - VOID - {"pre"})))
    @settings(max_examples=50)
    def test_text_never_leaves_its_element(self, text, tag):
        page = read(render(el("div", el(tag, text), el("b", "after"))))
        assert [one.path for one in page.elements] == [("div",), ("div", tag.lower()), ("div", "b")]
        assert page.elements[1].text.rstrip("\n") == clean(text).rstrip("\n")
        assert page.elements[2].text == "after"

    @given(HOSTILE)
    @settings(max_examples=50)
    def test_an_attribute_is_one(self, text):
        page = read(render(el("p", el("span", "in", title=text, lang=text), "out")))
        assert page.elements[1].attributes == {"title": clean(text), "lang": clean(text)}

    @given(HOSTILE)
    def test_a_link_leads_where_one_may(self, text):
        [link] = read(render(el("a", text, href=text))).elements
        href = link.attributes.get("href")
        assert href is None or is_safe_address(href)

    def test_leading_line_ends_of_pre_stay(self):
        # A browser drops the first one.
        assert render(el("pre", "\nb")) == "<pre>\n\nb</pre>\n"

    def test_what_html_can_not_say(self):
        assert clean("a\x00\x1b[31m\x85\ud800\ufdd0\U0001fffeb\r\nc\rd\te") == "a�" + "�[31m" + "�" * 4 + "b\nc\nd\te"

    def test_document(self):
        assert document(el("html", el("body", "ü"), lang="en")) == (
            '<!DOCTYPE html>\n<html lang="en"><body>ü</body>\n</html>\n'.encode()
        )


class TestBuilding:
    def test_attributes(self):
        made = el(
            "a", "x", class_="big", aria_label="X", href="/y", hidden=False, title=None, translate=True, tabindex=0
        )
        assert render(made) == '<a class="big" aria-label="X" href="/y" translate tabindex="0">x</a>'

    def test_children_that_are_none_are_left_out(self):
        assert (
            render(el("p", None, "a", several(["b", None, el("br")]), isolated("c"))) == "<p>ab<br><bdi>c</bdi></p>\n"
        )

    @pytest.mark.parametrize("tag", ["script", "style", "form", "iframe", "object", "base", "x y", "", "A", "template"])
    def test_no_page_has_such_an_element(self, tag):
        with pytest.raises(ValueError, match="no element"):
            el(tag)

    @pytest.mark.parametrize("name", ["onclick", "ONload", "style", "srcdoc", "a b", "a>", "_", ""])
    def test_no_page_has_such_an_attribute(self, name):
        with pytest.raises(ValueError, match="no attribute"):
            el("p", **{name: "x"})

    def test_void_elements_are_empty(self):
        with pytest.raises(ValueError, match="no content"):
            el("br", "x")


@pytest.mark.parametrize(
    "address",
    ["https://a.example/?q=1&r=2", "HTTP://A.example", "mailto:a@b.example", "finger://a.example/ana", "/ana",
     "?before=1", "#main", "../x.html", "ana"],
)  # fmt: skip
def test_a_link_may_lead_there(address):
    assert is_safe_address(address)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "vbscript:x", " javascript:x", "java\nscript:x",
     "\x01x", "//evil.example/", "/\\evil.example", "https://a b", "ftp://a.example", "file:///etc/passwd",
     "\tjavascript:x"],
)  # fmt: skip
def test_no_link_leads_there(address):
    assert not is_safe_address(address)
    assert "href" not in render(el("a", "x", href=address))
