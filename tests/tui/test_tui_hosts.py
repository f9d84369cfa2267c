"""Where links lead: what a person reads before a browser opens."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.terminal import safe
from tui.hosts import NO_HOST, Way, scripts_of, to_ascii, to_unicode, way_of


@pytest.mark.parametrize(
    ("link", "host", "url"),
    [
        ("HTTPS://EXAMPLE.org/a_(b)", "example.org", "https://EXAMPLE.org/a_(b)"),
        ("https://\u0430pple.com/x?y#z", "xn--pple-43d.com", "https://xn--pple-43d.com/x?y#z"),
        (
            "https://ana:pw@stra\u00dfe.example:8080/",
            "xn--strae-oqa.example",
            "https://ana:pw@xn--strae-oqa.example:8080/",
        ),
        ("https://\u4f8b\u3048\u3002\u30c6\u30b9\u30c8/", "xn--r8jz45g.xn--zckzah", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://\uff45\uff58ample.org/", "example.org", "https://example.org/"),
        ("mailto:ana@fields.example", "a letter to ana@fields.example", "mailto:ana@fields.example"),
        ("http://[::1]/", "::1", "http://[::1]/"),
        ("http://[::1", NO_HOST, None),
        ("https://a.example:99999/", NO_HOST, None),
        (f"https://{chr(0xE9) * 64}.example/", NO_HOST, None),
    ],
)
def test_the_host_is_the_networks(link: str, host: str, url: str | None) -> None:
    """And what is opened is what was shown."""
    way = way_of(link)
    assert (way.host, way.url) == (host, url)


def test_a_homograph_is_said() -> None:
    """Written as such or in its other form: how it reads, in which scripts, and that forgeries mix them."""
    for link in ("https://\u0430pple.com/", "https://xn--pple-43d.com/"):
        (note,) = way_of(link).notes
        assert note.startswith("It reads \u0430pple.com, in letters of Cyrillic and Latin")
        assert "as forgeries do" in note
        assert note.endswith("Compare xn--pple-43d.com.")
    (whole,) = way_of("https://\u0430\u0440\u0440\u04cf\u0435.com/").notes
    assert "in letters of Cyrillic, which can look like others" in whole
    (japanese,) = way_of("https://\u4f8b\u3048.example/").notes
    assert "forgeries" not in japanese


def test_a_name_before_the_at_is_no_host() -> None:
    """Nor is a port passed over."""
    told = way_of("https://bank.example@evil.example:8080/x").notes
    assert told == (
        "What stands before the @ (bank.example) is the name of a user, not a host.",
        "It asks at port 8080.",
    )
    assert way_of("https://example.org/").notes == ()


@given(st.text(max_size=30))
def test_nothing_gets_through_unescaped(text: str) -> None:
    """Whatever a link holds."""
    way = way_of(f"https://{text}/")
    for told in (way.host, *way.notes):
        assert safe(told, newlines=False) == told


@given(st.text(st.characters(categories=["Ll"], max_codepoint=0x24F), min_size=1, max_size=20))
def test_both_forms_are_one_name(label: str) -> None:
    """Lower case letters come back as they were."""
    encoded = to_ascii(label)
    assert encoded is not None
    assert encoded.isascii()
    assert to_ascii(to_unicode(encoded)) == encoded


@pytest.mark.parametrize("link", ["https://{}/", "https://user:{}@a.example", "https://a{}"])
def test_a_host_of_any_length_is_none(link: str) -> None:
    """To bring marks into their order takes a time that grows with the square of their number: these took a minute."""
    began = time.process_time()
    assert way_of(link.format("a" + "\u0301\u0316" * 25_000)) == Way(None, NO_HOST)
    assert time.process_time() - began < 1
    assert way_of("https://a.example/" + "a" * 5_000).host == "a.example"


def test_scripts() -> None:
    """In the order in which they come, digits left out."""
    assert scripts_of("a1\u0430b") == ["Latin", "Cyrillic"]
