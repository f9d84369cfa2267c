"""What all formats tell of an item: ids, titles, texts, and what is left out."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.entries import (
    MOST_TITLE,
    UNTITLED,
    About,
    Entry,
    account_iri,
    clean,
    entries_of,
    entry_of,
    newest_change,
    record_iri,
)
from tests.feeds.making import ABOUT, ANA, ID, MARK, NOW, OFFER, OTHER, announcement, item, reference
from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line

# XML 1.0 2.2, production 2, "Char".
XML_CHARS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def told(text: str = "Good morning.", **fields: Any) -> Entry:
    """The entry of an item that has one."""
    found = entry_of(item(text, **fields), NOW)
    assert found is not None
    return found


def sentence(kind: str, body: dict[str, Any]) -> str:
    """The text of an announcement of Ana's."""
    found = entry_of(announcement(kind, body), NOW)
    assert found is not None
    return found.text


def test_a_post() -> None:
    """Everything at once; the name that one has for somebody oneself is nobody else's business."""
    found = told(
        "Frost on the lower field. #Leeks\n\nTomorrow too. #leeks #frost",
        re=reference(MARK),
        body={"text": "as it was first", "license": "CC-BY-SA-4.0"},
        edited=NOW - 60,
    )
    assert found == Entry(
        id=f"finger://fields.example/ana#{ID}",
        title="Frost on the lower field. #Leeks",
        text="Frost on the lower field. #Leeks\n\nTomorrow too. #leeks #frost",
        author=found.author,
        published=NOW - 3600,
        updated=NOW - 60,
        in_reply_to=f"finger://mill.example:7979/mark#{OTHER}",
        categories=("verdict:verified", "leeks", "frost"),
        rights="CC-BY-SA-4.0",
    )
    assert (found.author.name, found.author.iri) == ("Ana (ana@fields.example)", "finger://fields.example/ana")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("address", "iri"),
    [
        ("ana@Fields.Example:79", "finger://fields.example/ana"),
        ("A.b_c-d@192.0.2.7:7979", "finger://192.0.2.7:7979/A.b_c-d"),
        ("ana@[2001:DB8::1]:7979", "finger://[2001:db8::1]:7979/ana"),
    ],
)
def test_ids_are_in_normal_form(address: str, iri: str) -> None:
    """RFC 4287 4.2.6.1: lower case where case does not count, no default port, nothing encoded needlessly."""
    assert account_iri(Address.parse(address)) == iri
    assert record_iri(reference(Address.parse(address), ID)) == f"{iri}#{ID}"


def test_the_same_record_of_two_authors_is_two_entries() -> None:
    """Whoever copies a log has all its record ids; the entries of the copied one are not replaced by that."""
    assert told().id != told(address=MARK).id


@pytest.mark.parametrize(
    ("text", "subject", "title"),
    [
        ("One.\nTwo.", None, "One."),
        ("\n \n  Two  spaces.\n", None, "Two spaces."),
        ("The butler.", "Who did it", "Who did it"),
        ("The butler.", " \n ", "The butler."),
        ("", None, UNTITLED),
        ("\x00\x01", None, UNTITLED),
        ("x", "\x1b[2J", "^[[2J"),
        ("word " * 40, None, "word " * 19 + "word…"),
        ("x" * 101, None, "x" * 99 + "…"),
        ("x" * 100, None, "x" * 100),
        ("x" + "e\u0301" * 60, None, "x" + "e\u0301" * 49 + "…"),
        ("x " + "y" * 200, None, "x " + "y" * 97 + "…"),
    ],
)
def test_titles(text: str, subject: str | None, title: str) -> None:
    """The subject, else the first line; cut between words where that is not too early, and not inside a character."""
    assert told(text, subject=subject).title == title


@pytest.mark.parametrize("fault", [{"retracted": True}, {"withheld": True}, {"malformed": "salt"}])
def test_left_out(fault: dict[str, Any]) -> None:
    """What nobody can read; the others keep their order."""
    items = [item("three"), item("two", **fault), item("one")]
    assert [entry.text for entry in entries_of(items, NOW)] == ["three", "one"]


def test_announcements_are_sentences() -> None:
    """An offer in its line, a key by its fingerprint, and of others at least the kind."""
    assert sentence("bond-offer", OFFER) == (
        "Ana offers bonds TRACTOR-1: a small tractor, 12000.00 EUR at 4 % a year, rent 550.00 EUR a month, "
        "closes in 9 days."
    )
    key = PrivateKey.from_seed(b"k" * 32).public
    assert sentence("key", {"key": key.line}) == f"Ana signs with a new key from here on, {key.fingerprint}."
    assert "recovery key" in sentence("key", {"key": key.line, "recovered": key.line})
    moved = sentence("move", {"from": "a@b.example", "to": "c@d.example"})
    assert moved == "Ana moved from a@b.example to c@d.example."
    assert sentence("bar\u202en", {}) == "Ana published an announcement of the kind bar\\u{202e}n."
    nameless = entry_of(announcement("barn", {"license": "CC0-1.0"}, name=""), NOW)
    assert nameless is not None
    assert nameless.text.startswith("ana@fields.example published")
    assert nameless.rights is None


def test_what_a_commune_says() -> None:
    """A sentence with the series' code, which is the title; under it what each gets."""
    shares = [{"holder": f"{who}@fields.example", "amount": "3.33 EUR"} for who in ("ana", "bo")]
    body = {"offer": str(reference(MARK)), "period": "2026-11", "interest": shares, "principal": []}
    found = entry_of(announcement("redemption", body, name="Fields", series="TRACTOR-1"), NOW)
    assert found is not None
    assert found.title == "Fields pays on TRACTOR-1 for 2026-11."
    assert found.text == (
        "Fields pays on TRACTOR-1 for 2026-11.\n\n"
        "interest to ana@fields.example: 3.33 EUR\ninterest to bo@fields.example: 3.33 EUR"
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [("bond-offer", OFFER | {"face": "much"}), ("key", {"key": "none"}), ("dividend", {"period": "2026-13"})],
)
def test_announcements_that_make_no_sense(kind: str, body: dict[str, Any]) -> None:
    """Left out, though the store has not called them malformed."""
    assert entry_of(announcement(kind, body), NOW) is None


def test_verdicts_can_not_be_claimed_by_a_tag() -> None:
    """A tag has no colon."""
    found = told("#verified #verdict:verified", verdict=Verdict.FORKED)
    assert found.categories == ("verdict:forked", "verified", "verdict")
    assert told(verdict=None).categories == ()


def test_names_can_not_hide_the_address() -> None:
    """Neither by length nor by turning the line round."""
    assert told(name="").author.name == str(ANA)
    assert told(name="Bo\u202e").author.name == "Bo\\u{202e} (ana@fields.example)"
    assert told(name="x" * 10_000).author.name == "x" * 59 + "… (ana@fields.example)"


@pytest.mark.parametrize("licence", [None, 7, "", " \n "])
def test_no_licence(licence: object) -> None:
    """None given, or none that could be shown."""
    assert told(body={"license": licence}).rights is None


@given(st.text(st.characters(exclude_categories=())))
def test_all_strings_fit_xml(text: str) -> None:
    """Whatever an author writes, lone surrogates too; and what is fit stays."""
    found = told(text, name=text, subject=text, body={"license": text})
    for string in (found.text, found.title, found.author.name, found.rights or "", *found.categories):
        assert XML_CHARS.fullmatch(string)
        assert not any(unicodedata.category(character) == "Cc" and character not in "\t\n" for character in string)
    assert found.title.strip()
    assert safe_line(found.title) == found.title
    assert len(found.title) <= MOST_TITLE
    assert clean(found.text) == found.text


def test_fit_text_stays() -> None:
    """Tabs, line ends, other scripts and emoji, markup."""
    text = "\t<b>&amp;]]>\n\u202eשלום \U0001f469\u200d\U0001f33e\u00a0\ue000"
    assert clean(text) == text
    assert clean("a\r\nb\rc\x0b\x1b\x85\ufffe\U0001ffff") == "a\nb\nc"


def test_newest_change() -> None:
    """An edit counts; what speaks from the future does not; an empty feed is as new as it can be."""
    items = [item(time=NOW - 50), item(time=NOW - 90, edited=NOW - 20)]
    assert newest_change(entries_of(items, NOW), NOW) == NOW - 20
    assert newest_change(entries_of([item(time=NOW + 99)], NOW), NOW) == NOW
    assert newest_change([], NOW) == NOW


def test_about() -> None:
    """Each feed has an id of its own, in ASCII, and says what it is."""
    feeds = [
        ABOUT,
        About(ANA, "Ana", tag="lauch_größe"),
        About(ANA, "Ana", timeline=True),
        About(ANA, "Ana", timeline=True, tag="leeks"),
    ]
    assert [about.id for about in feeds] == [
        "finger://fields.example/ana",
        "finger://fields.example/ana#tag/lauch_gr%C3%B6%C3%9Fe",
        "finger://fields.example/ana#timeline",
        "finger://fields.example/ana#timeline/tag/leeks",
    ]
    assert feeds[1].title == "Ana (ana@fields.example) #lauch_größe"
    assert feeds[3].title == "Timeline of Ana (ana@fields.example) #leeks"
    assert feeds[0].subtitle == "What Ana (ana@fields.example) wrote."
    assert feeds[3].subtitle == "What Ana (ana@fields.example) and those whom they follow have written under #leeks."
