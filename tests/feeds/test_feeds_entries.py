"""What all formats tell of an item: ids, titles, texts, and what is left out."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.about import About, What, clean
from feeds.entries import MOST_TITLE, UNTITLED, Entry, Gone, entries_of, entry_of, newest_change
from tests.feeds.making import ABOUT, ANA, ID, MARK, NOW, OFFER, OTHER, Known, announcement, item, reference
from thimbl.core.address import Address
from thimbl.core.iri import account_iri, record_iri
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line

# XML 1.0 2.2, production 2, "Char".
XML_CHARS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def told(text: str = "Good morning.", **fields: Any) -> Entry:
    """The entry of an item that has one."""
    found = entry_of(item(text, **fields), ABOUT)
    assert found is not None
    return found


def sentence(kind: str, body: dict[str, Any]) -> str:
    """The text of an announcement of Ana's."""
    found = entry_of(announcement(kind, body), ABOUT)
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
        reference=reference(ANA, ID),
        link=f"finger://fields.example/ana#{ID}",
        title="Frost on the lower field. #Leeks",
        subject=None,
        text="Frost on the lower field. #Leeks\n\nTomorrow too. #leeks #frost",
        author=found.author,
        source=found.author,
        published=NOW - 3600,
        updated=NOW - 60,
        in_reply_to=reference(MARK),
        related=(),
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
    assert [entry.text for entry in entries_of(items, ABOUT)] == ["three", "one"]


def test_announcements_are_sentences() -> None:
    """An offer in its line, a key by its fingerprint, and of others at least the kind."""
    assert sentence("bond-offer", OFFER) == (
        "Ana offers bonds TRACTOR-1: a small tractor, 12000.00 EUR at 4 % a year, rent 550.00 EUR a month, "
        "closes 2026-12-01T12:00:00Z."
    )
    key = PrivateKey.from_seed(b"k" * 32).public
    assert sentence("key", {"key": key.line}) == f"Ana signs with a new key from here on, {key.fingerprint}."
    assert "recovery key" in sentence("key", {"key": key.line, "recovered": key.line})
    moved = sentence("move", {"from": "a@b.example", "to": "c@d.example"})
    assert moved == "Ana moved from a@b.example to c@d.example."
    assert sentence("bar\u202en", {}) == "Ana published an announcement of the kind bar\\u{202e}n."
    nameless = entry_of(announcement("barn", {"license": "CC0-1.0"}, name=""), ABOUT)
    assert nameless is not None
    assert nameless.text.startswith("ana@fields.example published")
    assert nameless.rights is None


def test_what_a_commune_says() -> None:
    """A sentence with the series' code, which is the title; under it what each gets."""
    shares = [{"holder": f"{who}@fields.example", "amount": "3.33 EUR"} for who in ("ana", "bo")]
    body = {"offer": str(reference(MARK)), "period": "2026-11", "interest": shares, "principal": []}
    found = entry_of(announcement("redemption", body, name="Fields", series="TRACTOR-1"), ABOUT)
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
    assert entry_of(announcement(kind, body), ABOUT) is None


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


def test_the_licence_of_the_plan() -> None:
    """Of what says none itself; and of posts alone."""
    about = replace(ABOUT, around=Known(licences={ANA: "CC0-1.0\n", MARK: " "}))
    for post, wanted in (
        (item(), "CC0-1.0"),
        (item(body={"license": "PPL"}), "PPL"),
        (item(body={"license": "\n"}), "CC0-1.0"),
        (item(address=MARK), None),
        (announcement("bond-offer", OFFER), None),
    ):
        [entry] = entries_of([post], about)
        assert entry.rights == wanted


def test_what_was_said_before_the_log_began() -> None:
    """It has the time at which it was said (plan-format 8), and is new in the log since it was put there."""
    found = told("Hello, world.", body={"imported": {"from": "ana@thimbl.net", "time": "2010-12-01T10:00:00Z"}})
    assert (found.published, found.updated) == (1_291_197_600, NOW - 3600)
    assert found.categories == ("verdict:verified", "imported:ana@thimbl.net")


def test_of_a_feed_of_the_web() -> None:
    """By whom it says, where it stands, and whose feed that is; no link that is none."""
    blog = Address.parse("k3jd92ma@blog.example.web.invalid")
    about = replace(ABOUT, around=Known(feeds={blog: "https://blog.example/feed.xml"}))
    [entry] = entries_of([item(address=blog, name="A blog", by="Zoë", link="https://blog.example/1")], about)
    assert (entry.author.name, entry.author.iri) == ("Zoë (blog.example)", "https://blog.example/feed.xml")
    assert entry.link == "https://blog.example/1"
    [entry] = entries_of([item(address=blog, name="", link="javascript:alert(1)")], ABOUT)
    assert (entry.author.name, entry.author.iri) == ("blog.example", "finger://blog.example.web.invalid/k3jd92ma")
    assert entry.link == entry.id == f"finger://blog.example.web.invalid/k3jd92ma#{ID}"


def test_what_an_announcement_cites() -> None:
    """The records by which it can be looked up; an id alone is of the same log, and anything else is none."""
    for body, wanted in (
        ({"offer": f"{MARK}#{OTHER}", "payment": f"{MARK}#{OTHER}"}, (reference(MARK),)),
        ({"of": ID, "reason": "x"}, (reference(ANA, ID),)),
        ({"offer": "TRACTOR-1", "of": 7, "application": "a@b#c"}, ()),
    ):
        [entry] = entries_of([announcement("something", body)], ABOUT)
        assert entry.related == wanted
    assert told(body={"offer": f"{MARK}#{OTHER}"}).related == ()


def test_a_floated_offer_is_told() -> None:
    """Where it is here: readers of a commune's feed need not follow each co-op."""
    offer = announcement("bond-offer", OFFER | {"risk": "Hail."}, address=MARK, name="Mill", id=OTHER)
    floats = announcement("float", {"offer": str(offer.reference)}, name="Fields", series="TRACTOR-1")
    [entry] = entries_of([floats], replace(ABOUT, around=Known([offer])))
    assert entry.text.startswith(
        "Fields floats TRACTOR-1: it is open for subscription.\n\nMill offers bonds TRACTOR-1: a small tractor, "
    )
    assert entry.text.endswith("\n\nrisk: Hail.")
    for items in ([], [replace(offer, kind="post")], [replace(offer, withheld=True)]):
        [entry] = entries_of([floats], replace(ABOUT, around=Known(items)))
        assert entry.text == "Fields floats TRACTOR-1: it is open for subscription."


def test_what_a_buyer_should_know() -> None:
    """In the co-op's own words, under the offer (commune.md 2)."""
    text = sentence("bond-offer", OFFER | {"description": "Bought used.", "risk": "Hail\nand frost."})
    assert text.endswith("Z.\n\ndescription: Bought used.\nrisk: Hail\nand frost.")


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
    """An edit counts, and a retraction; what speaks from the future does not; an empty feed is of this day."""
    items = [item(time=NOW - 50), item(time=NOW - 90, edited=NOW - 20)]
    assert newest_change(entries_of(items, ABOUT), [], NOW) == NOW - 20
    assert newest_change(entries_of([item(time=NOW + 99)], ABOUT), [], NOW) == NOW
    assert newest_change(entries_of(items, ABOUT), [Gone(OTHER, NOW - 7)], NOW) == NOW - 7
    assert newest_change([], [], NOW) == newest_change([], [], NOW + 3600) == NOW - NOW % 86_400


def test_about() -> None:
    """Each feed has an id of its own, in ASCII, and says what it is."""
    ana = "finger://fields.example/ana"
    who = "Ana (ana@fields.example)"
    host = Address.parse("timeline@fields.example")
    for about, id_, title, subtitle in (
        (ABOUT, ana, who, f"What {who} wrote."),
        (
            About(ANA, "Ana", tag="lauch_größe"), f"{ana}#tag/lauch_gr%C3%B6%C3%9Fe",
            f"{who} #lauch_größe", f"What {who} wrote under #lauch_größe.",
        ),
        (
            About(ANA, "Ana", What.TIMELINE), f"{ana}#timeline",
            f"Timeline of {who}", f"What {who} and those whom they follow have written.",
        ),
        (
            About(ANA, "Ana", What.TIMELINE, tag="leeks"), f"{ana}#timeline/tag/leeks",
            f"Timeline of {who} #leeks", f"What {who} and those whom they follow have written under #leeks.",
        ),
        (
            About(host, "", What.HOST), "finger://fields.example/timeline",
            "timeline@fields.example", "What those wrote whom fields.example shows to everybody.",
        ),
        (
            About(host, "", What.HOST, tag="leeks"), "finger://fields.example/timeline#tag/leeks",
            "timeline@fields.example #leeks", "What those wrote whom fields.example shows to everybody under #leeks.",
        ),
        (
            About(ANA, "Ana", What.ANNOUNCEMENTS), f"{ana}#announcements",
            f"Announcements of {who}", f"What {who} announced.",
        ),
        (
            About(ANA, "Ana", What.FINDINGS), f"{ana}#findings",
            f"Findings at {who}", f"Where the records of {who} do not follow from each other.",
        ),
    ):  # fmt: skip
        assert (about.id, about.title, about.subtitle) == (id_, title, subtitle)
