"""A digest: what is in it and in which order, and the same as text and as a letter that stands up to strangers."""

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import digest as digests
from feeds.about import About, What
from feeds.digest import MOST_TEXT, By, Digest, digest
from feeds.digestmail import MailboxFault, letter, mailbox, mailbox_of
from feeds.digesttext import WIDTH, text
from feeds.entries import Entry, entry_of
from tests.feeds.making import ANA, MARK, NOW, OFFER, announcement, item, reference
from thimbl.core.address import Address, Reference
from thimbl.core.layout import width_of
from thimbl.core.terminal import safe
from thimbl.store.types import Item

ABOUT = About(ANA, "Ana", What.TIMELINE)
SINCE = NOW - 7 * 86_400
ME = mailbox("Ana <ana@fields.example>")
EVIL = (
    "\x1b[31m\u202eevil\r\nBcc: all@x.example\r\n\r\n<script>alert(1)</script>\n.\nFrom x\n> quoted\n-- \n* Ana, 2026"
)


def said(number: int, words: str = "", by: Address = MARK, **fields: Any) -> Item:
    """Something of somebody else's, a minute later for each number."""
    about: dict[str, Any] = {"address": by, "name": by.user.title(), "id": _id(number), "rowid": number}
    return item(words or f"Post {number}.", **{**about, "time": NOW - 3600 + 60 * number, **fields})


def _id(number: int) -> str:
    return "abcdefghij"[number % 10] * 51 + "klmnop"[number // 10]


def made(*items: Item, named: tuple[int, ...] = (), findings: tuple[Entry, ...] = (), **how: Any) -> Digest:
    """The digest of these."""
    names = {Reference(one.address, one.id) for one in items if one.rowid in named}
    return digest(items, names, findings, ABOUT, SINCE, NOW, **how)


def parsed(found: Digest) -> EmailMessage:
    """The letter, by the parser of the standard library, which finds nothing wrong with it."""
    message = email.message_from_bytes(letter(found, ME, [ME]), policy=default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The text of one part."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_order() -> None:
    """Mentions first, announcements by author, then posts by author; nothing twice, and nothing of one's own."""
    offer = said(3, kind="bond-offer", body=OFFER)
    found = made(said(4), said(2, by=ANA), offer, said(1), said(5, is_me=True), said(6, retracted=True), named=(1,))
    assert [section.title for section in found.sections] == ["Mentions and answers", "Bonds and communes", "Posts"]
    assert [[told.text for told in part.told] for part in found.sections[2].parts] == [["Post 2."], ["Post 4."]]
    assert found.summary == "1 mention, 1 announcement, 2 posts"
    assert found.sections[1].parts[0].heading == "Mark (mark@mill.example:7979)"


def test_by_thread() -> None:
    """Answers under what they answer, in the order of time; a circle and a missing beginning end."""
    one, two = said(1), said(2, by=ANA)
    items = [
        one,
        two,
        said(3, by=ANA, re=Reference(MARK, one.id)),
        said(4, re=Reference(ANA, _id(3))),
        said(5, re=Reference(MARK, one.id)),
        said(6, re=reference(ANA)),
        said(7, re=Reference(MARK, _id(7))),
    ]
    found = made(*items, by=By.THREAD)
    [section] = found.sections
    threads = [[(told.text, told.depth) for told in part.told] for part in section.parts]
    assert threads == [
        [("Post 1.", 0), ("Post 3.", 1), ("Post 4.", 2), ("Post 5.", 1)],
        [("Post 2.", 0)],
        [("Post 6.", 0)],
        [("Post 7.", 0)],
    ]
    assert "\n        Post 3.\n" in text(found)
    assert "answers ana@fields.example bbbbbbbb" in text(found)


def test_the_line_above_a_text() -> None:
    """A feed of the web by its site; a licence where it is one: anything else could pass for a word of ours."""
    site = replace(ANA, host="blog.example.web.invalid")
    found = text(made(said(1, re=Reference(site, _id(2)), body={"license": "CC0-1.0"}), said(3, by=ANA)))
    line = "* 2026-11-22 07:01, verified, bbbbbbbb, answers blog.example cccccccc, CC0-1.0 Post 1."
    assert line in " ".join(found.split())
    assert "invalid" not in found
    assert "retracted" not in text(made(said(1, body={"license": "verified, retracted"})))


def test_findings_of_the_period_alone() -> None:
    entry = entry_of(said(1), ABOUT)
    assert entry is not None
    found = digest([], set(), [entry], ABOUT, entry.published, entry.published + 1)
    assert [section.title for section in found.sections] == ["Findings"]
    assert digest([], set(), [entry], ABOUT, entry.published + 1, NOW).sections == ()


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many the newest, and it says so; of a long text the first page."""
    monkeypatch.setattr(digests, "MOST_ENTRIES", 3)
    found = made(*(said(number) for number in range(5)))
    assert found.left_out == 2
    assert "Left out: 2 older ones." in text(found)
    assert "Post 1." not in text(found)
    [told] = made(said(1, "word " * 3000)).sections[0].parts[0].told
    assert told.cut
    assert MOST_TEXT // 2 < len(told.text) <= MOST_TEXT + 2
    assert told.text.endswith("word …")


def test_what_is_folded_stays_folded() -> None:
    one = said(1, "It was a dream.", subject="the end of the film")
    assert "dream" not in text(made(one))
    assert "the end of the film [folded: 15 characters]" in text(made(one))
    assert "the end of the film\n\n    It was a dream." in text(made(one, unfold=True))


def test_lines_of_the_text() -> None:
    """At most 72 columns, wide characters counted as two; a link stays whole; what others wrote is indented."""
    link = "https://mill.example/" + "x" * 100
    found = made(said(1, "漢字" * 100 + "\n" + "word " * 100 + f"\nsee {link}"))
    lines = text(found).splitlines()
    assert all(width_of(line) <= WIDTH for line in lines if link not in line)
    assert f"    {link}" in lines
    assert all(line == "" or line.startswith("    ") for line in lines[10:])


def unflowed(lines: list[str]) -> list[str]:
    """What a reader of format=flowed makes of it (RFC 3676 4.1 to 4.4): lines by paragraph, quote marks kept."""
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        content = line.lstrip(">")
        depth = line[: len(line) - len(content)]
        content = content.removeprefix(" ")
        flows = line.endswith(" ") and content != "-- "
        if goes_on:
            paragraphs[-1] += content
        else:
            paragraphs.append(f"{depth} {content}" if depth else content)
        goes_on = flows
    return paragraphs


def test_a_flowed_text_comes_back_as_it_was() -> None:
    words = "Digging one hectare by hand is a fine thing to have done once, and twice is a thing to tell. " * 3
    plain = text(made(said(1, f"{words}\nA short line.\n\n{'x' * 200}")), flowed=True)
    found = unflowed(plain.splitlines())
    assert f"> {words.rstrip()}" in found
    assert "> A short line." in found
    assert not any(len(line) > 80 for line in plain.splitlines())


def test_a_letter_is_a_letter() -> None:
    """With the headers that sort it and keep machines from answering; the same arguments make the same letter."""
    found = made(said(1, "Zwölf Ähren ❄"), named=(1,))
    message = parsed(found)
    assert message["From"].addresses[0].addr_spec == message["To"].addresses[0].addr_spec == "ana@fields.example"
    assert message["Subject"] == "Thimbl 2026-11-22: 1 mention"
    assert message["Date"].datetime.timestamp() == NOW
    assert re.fullmatch(r"<digest\.[0-9a-f]{32}@fields\.example>", message["Message-ID"])
    assert message["List-Id"] == "<ana.digest.thimbl.fields.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain["Content-Type"].params == {"charset": "utf-8", "format": "flowed"}
    assert "> Zwölf Ähren ❄\n" in body(message, "plain")
    assert letter(found, ME, [ME]) == letter(found, ME, [ME])
    assert parsed(made(said(1, "Other words.")))["Message-ID"] == message["Message-ID"]
    other = email.message_from_bytes(letter(found, ME, [mailbox("bo@x.example")]), policy=default)
    assert other["Message-ID"] != message["Message-ID"]


def check_letter(raw: bytes) -> None:
    """RFC 5322 2.1.1 and RFC 2045 6.7: ASCII, no bare CR, short lines."""
    assert raw.isascii()
    assert b"\r" not in raw
    assert all(len(line) <= 998 for line in raw.split(b"\n"))
    head, _, rest = raw.partition(b"\n\n")
    assert all(len(line) <= 78 for line in rest.split(b"\n"))
    assert b"\x1b" not in raw
    assert b"\nBcc" not in head


class Tags(HTMLParser):
    """The tags and the addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert name in {"charset", "name", "content", "lang", "dir", "href"}, name
            if name == "href":
                self.links.append(value or "")


def test_hostile_words_stay_words() -> None:
    """A name, a text, a subject: no header, no markup, no line that looks like one of ours, nothing for a terminal."""
    one = said(1, EVIL, name=EVIL)
    two, three = said(2, "x", subject=EVIL), said(3, EVIL, name="* Ana (ana@fields.example), 2026", by=ANA)
    found = made(one, two, three, named=(1,))
    raw = letter(found, ME, [ME])
    check_letter(raw)
    message = parsed(found)
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    plain = body(message, "plain")
    assert safe(plain) == plain
    ours = [line for line in plain.splitlines() if line and not line.startswith(">")]
    assert not [line for line in ours if line.startswith(("Bcc", "From", "--  ", ".", "* Ana, 2026"))]
    page = Tags(body(message, "html"))
    assert page.tags <= {
        "html", "head", "meta", "title", "body", "h1", "h2", "h3", "p", "div", "small", "bdi", "blockquote", "br", "a",
    }  # fmt: skip
    assert page.links == []


def test_links_lead_where_they_say_and_nothing_is_loaded() -> None:
    page = Tags(body(parsed(made(said(1, "https://mill.example/a javascript:alert(1) http://x.example/"))), "html"))
    assert page.links == ["https://mill.example/a", "http://x.example/"]


@given(st.text(max_size=300), st.text(max_size=60))
@settings(max_examples=25)
def test_any_text_makes_a_letter(words: str, name: str) -> None:
    found = made(said(1, words, name=name))
    check_letter(letter(found, ME, [ME]))
    parsed(found)


@pytest.mark.parametrize("good", ["me@x", "Ana <ana@fields.example>", '"A, B" <a@b.example>', "Ü <u@x.example>"])
def test_mail_addresses(good: str) -> None:
    assert mailbox(good).domain


@pytest.mark.parametrize(
    "bad",
    ["", "me", "@x", "me@", "a@b\nBcc: c@d", "ü@x.example", "me@ü.example", "a b@c", "<>", "a@b, c@d", "a@b\x00.c"],
)
def test_what_is_no_mail_address(bad: str) -> None:
    with pytest.raises(MailboxFault, match="is no mail address"):
        mailbox(bad)


def test_the_mail_address_of_an_account() -> None:
    """The same login at the same host, whatever its port; a host without a name has none."""
    assert str(mailbox_of(MARK, "Mark\r\nBcc: x@y")) == '"Mark Bcc: x@y" <mark@mill.example>'
    with pytest.raises(MailboxFault, match="--from"):
        mailbox_of(Address.parse("ana@[::1]"), "")


def test_an_empty_one() -> None:
    found = made()
    assert (found.sections, found.summary) == ((), "nothing new")
    assert parsed(found)["Subject"] == "Thimbl 2026-11-22: nothing new"


def test_an_announcement_is_a_sentence() -> None:
    assert "Mark offers bonds TRACTOR-1" in text(made(announcement("bond-offer", OFFER, address=MARK, name="Mark")))
