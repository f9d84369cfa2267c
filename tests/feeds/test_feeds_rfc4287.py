"""Every MUST of RFC 4287 for producers, checked on all kinds of feeds; and each check on feeds that break it."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from feeds.about import About, What
from feeds.atom import atom
from feeds.carried import Carried
from feeds.entries import entries_of
from tests.feeds.atom_musts import (
    ADDR_SPEC,
    ATOM,
    IRI,
    IRI_REFERENCE,
    LANGUAGE,
    MEDIA_TYPE,
    NAME,
    PEOPLE,
    Must,
    alternates_differ,
    at_most_one,
    count,
    entries,
    every,
    exactly_one,
    has_author,
    inline,
    iris,
    is_base64,
    is_date,
    is_div,
    kind,
    needs_summary,
    own_ids,
    references,
    signed_elsewhere,
    texts,
)
from tests.feeds.making import ABOUT, ANA, MARK, NOW, OFFER, OTHER, Known, announcement, item, reference
from thimbl.core.feedplan import ELEMENT, NAMESPACE

PAGE = "https://fields.example/ana"
PLAN = Carried("thimbl: 2\nbio: |\n  <entry>&\n", NOW)
ON_THE_WEB = About(ANA, "Ana", url=f"{PAGE}.atom", page=PAGE, around=Known(retractions={OTHER: NOW - 60}), plan=PLAN)
POST = item("Yes. <b>", re=reference(MARK), body={"license": "PPL"}, subject="Leeks", edited=NOW - 9)
GOOD = atom([POST, item("", id=OTHER, retracted=True)], NOW, ON_THE_WEB).decode()
[MADE] = entries_of([POST], ABOUT)
FINDING = replace(MADE, id=f"{MADE.id}/%3C", related=(reference(ANA), reference(MARK)))
HOSTILE = "\x00<a href=' \">]]>&e;\r\n\u202e\ud800" * 9

FEEDS = {
    "good": GOOD,
    "empty": atom([], NOW, ABOUT).decode(),
    "timeline": atom([item(), item("x", id=OTHER, address=MARK)], NOW, About(ANA, "", What.TIMELINE, "größe")).decode(),
    "hostile": atom(
        [item(HOSTILE, name=HOSTILE, subject=HOSTILE, body={"license": HOSTILE})], NOW, About(ANA, HOSTILE)
    ).decode(),
    "blank": atom([item("")], NOW, ABOUT).decode(),
    "announcements": atom([announcement("bond-offer", OFFER)], NOW, About(ANA, "Ana", What.ANNOUNCEMENTS)).decode(),
    "findings": atom([FINDING], NOW, About(ANA, "Ana", What.FINDINGS)).decode(),
    "of the web": atom([item(link="https://x.example/1 2", by="Z")], NOW, About(ANA, "Ana", What.HOST)).decode(),
}

ID = "<id>finger://fields.example/ana</id>"
ENTRY = "  <entry>\n"
CONTENT = '<content type="html">Yes. &amp;lt;b&amp;gt;</content>'
SIGNED = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
HERE = f'<link href="{PAGE}" rel="alternate"/>'


def first(name: str, of_entry: bool = False) -> str:
    """The first line of the good feed, or of its entry, with this element."""
    text = GOOD.partition(ENTRY)[2] if of_entry else GOOD
    return next(line for line in text.splitlines() if line.strip().startswith(f"<{name}"))


def twice(name: str, of_entry: bool = False) -> tuple[str, str]:
    """An element doubled."""
    return first(name, of_entry), first(name, of_entry) * 2


def gone(name: str, of_entry: bool = False) -> tuple[str, str]:
    """An element taken out."""
    return first(name, of_entry), ""


def added(xml: str, of_entry: bool = False) -> tuple[str, str]:
    """Something put into the feed, or its entry."""
    return (ENTRY, ENTRY + xml) if of_entry else (ID, ID + xml)


AUTHOR = re.compile(r"\s*<author>.*?</author>", re.DOTALL)
ALL_AUTHORS = "(every author)"
"""Stands for all of them in a change: no one replacement takes out two."""

E = True  # of each entry; without it, of the feed
MUSTS = [
    Must("3", "there MUST NOT be any white space in a Date construct or in any IRI",
         lambda root: not any(re.search(r"\s", text) for text in iris(root))
         and not any(re.search(r"\s", one.text or "") for one in every(root, "updated", "published")),
         ((ID, "<id> finger://fields.example/ana\n</id>"), ("</updated>", " </updated>"))),
    Must("3.1.1", "the type of a Text construct MUST be one of text, html, xhtml; MUST NOT be a MIME media type",
         lambda root: all(one.get("type", "text") in ("text", "html", "xhtml") for one in
                          every(root, "title", "subtitle", "rights", "summary")),
         (("<title>", '<title type="text/html">'), ("<rights>", '<rights type="">'))),
    Must("3.1.1.1", "text: MUST NOT contain child elements",
         lambda root: not any(len(one) for one in texts(root, "text")), (("<title>", "<title><b/>"),)),
    Must("3.1.1.2", "html: MUST NOT contain child elements; any markup MUST be escaped",
         lambda root: not any(len(one) for one in texts(root, "html")), (("<title>", '<title type="html"><b/>'),)),
    Must("3.1.1.3", "xhtml: MUST be a single XHTML div element",
         lambda root: all(is_div(one) for one in texts(root, "xhtml")), (("<title>", '<title type="xhtml">'),)),
    Must("3.2.1", "Person constructs MUST contain exactly one name",
         lambda root: all(count(one, "name") == 1 for one in every(root, *PEOPLE)), (twice("name"), gone("name"))),
    Must("3.2.2", "MUST NOT contain more than one uri",
         lambda root: all(count(one, "uri") <= 1 for one in every(root, *PEOPLE)), (twice("uri"),)),
    Must("3.2.2", "the content of uri MUST be an IRI reference",
         lambda root: references(root, "uri"), (("<uri>finger://", "<uri>an a: <"[:-1]),)),
    Must("3.2.3", "MUST NOT contain more than one email",
         lambda root: all(count(one, "email") <= 1 for one in every(root, *PEOPLE)),
         (("</author>", "<email>a@x.example</email><email>a@x.example</email></author>"),)),
    Must("3.2.3", "the content of email MUST conform to addr-spec",
         lambda root: all(ADDR_SPEC.fullmatch(one.text or "") for one in every(root, "email")),
         (("</author>", "<email>ana</email></author>"),)),
    Must("3.3", "a Date MUST conform to date-time, with an uppercase T and an uppercase Z where there is no offset",
         lambda root: all(is_date(one.text or "") for one in every(root, "updated", "published")),
         (("T07", "t07"), ("+00:00</updated>", "</updated>"), ("+00:00</published>", "z</published>"),
          ("<updated>2026-11", "<updated>2026-13"), ("<updated>2026-11-22T", "<updated>"))),
    Must("4.1.1", "feeds MUST contain an author, unless all entries do",
         lambda root: has_author(root) or (bool(entries(root)) and all(map(has_author, entries(root)))),
         ((ALL_AUTHORS, ""),)),
    Must("4.1.1", "MUST NOT contain more than one generator", at_most_one("generator"), (twice("generator"),)),
    Must("4.1.1", "MUST NOT contain more than one icon", at_most_one("icon"), (added("<icon>a</icon><icon>a</icon>"),)),
    Must("4.1.1", "MUST NOT contain more than one logo", at_most_one("logo"), (added("<logo>a</logo><logo>a</logo>"),)),
    Must("4.1.1", "MUST contain exactly one id", exactly_one("id"), (twice("id"), gone("id"))),
    Must("4.1.1", "MUST NOT contain more than one alternate link of the same type and hreflang",
         alternates_differ, ((HERE, HERE * 2), (HERE, HERE + '<link href="b"/>'))),
    Must("4.1.1", "MUST NOT contain more than one rights", at_most_one("rights"), (added("<rights/><rights/>"),)),
    Must("4.1.1", "MUST NOT contain more than one subtitle", at_most_one("subtitle"), (twice("subtitle"),)),
    Must("4.1.1", "MUST contain exactly one title", exactly_one("title"), (twice("title"), gone("title"))),
    Must("4.1.1", "MUST contain exactly one updated", exactly_one("updated"), (twice("updated"), gone("updated"))),
    Must("4.1.2", "entries MUST contain an author, unless their source or the feed does",
         lambda root: has_author(root) or all(has_author(entry) or any(map(has_author, entry.iter(f"{ATOM}source")))
                                              for entry in entries(root)),
         ((ALL_AUTHORS, ""),)),
    Must("4.1.2", "MUST NOT contain more than one content", at_most_one("content", E), (twice("content", E),)),
    Must("4.1.2", "MUST contain exactly one id", exactly_one("id", E), (twice("id", E), gone("id", E))),
    Must("4.1.2", "without content MUST contain an alternate link",
         lambda root: all(count(entry, "content") or any(link.get("rel", "alternate") == "alternate"
                          for link in entry.findall(f"{ATOM}link")) for entry in entries(root)),
         ((GOOD.partition(ENTRY)[2], "<id>a:b</id></entry></feed>"),)),
    Must("4.1.2", "MUST NOT contain more than one alternate link of the same type and hreflang",
         lambda root: all(map(alternates_differ, entries(root))), (twice("link", E),)),
    Must("4.1.2", "MUST NOT contain more than one published", at_most_one("published", E), (twice("published", E),)),
    Must("4.1.2", "MUST NOT contain more than one rights", at_most_one("rights", E), (twice("rights", E),)),
    Must("4.1.2", "MUST NOT contain more than one source", at_most_one("source", E), (added("<source/><source/>", E),)),
    Must("4.1.2", "MUST contain a summary where the content is elsewhere or in Base64",
         lambda root: all(count(entry, "summary") for entry in entries(root) if needs_summary(entry)),
         ((CONTENT, '<content src="a:b"/>'), (CONTENT, '<content type="image/png">aGk=</content>'))),
    Must("4.1.2", "MUST NOT contain more than one summary",
         at_most_one("summary", E), (added("<summary/><summary/>", E),)),
    Must("4.1.2", "MUST contain exactly one title", exactly_one("title", E), (twice("title", E), gone("title", E))),
    Must("4.1.2", "MUST contain exactly one updated",
         exactly_one("updated", E), (twice("updated", E), gone("updated", E))),
    Must("4.1.3.1", "a content's type MUST be text, html, xhtml or a MIME media type, and MUST NOT be a composite one",
         lambda root: all((type_ := one.get("type", "text")) in ("text", "html", "xhtml")
                          or (MEDIA_TYPE.fullmatch(type_) and not type_.startswith(("multipart/", "message/")))
                          for one in every(root, "content")),
         (('type="html"', 'type="plain"'), ('type="html"', 'type="multipart/mixed"'))),
    Must("4.1.3.2", "src MUST be an IRI reference",
         lambda root: all(IRI_REFERENCE.fullmatch(one.get("src", "")) for one in every(root, "content")),
         ((CONTENT, '<content src="a b"/>'),)),
    Must("4.1.3.2", "with src the content MUST be empty",
         lambda root: not any(one.text or len(one) for one in every(root, "content") if "src" in one.attrib),
         (('<content type="html"', '<content type="html" src="a:b"'),)),
    Must("4.1.3.2", "with src the type MUST be a MIME media type",
         lambda root: all("/" in one.get("type", "a/b") for one in every(root, "content") if "src" in one.attrib),
         ((CONTENT, '<content type="html" src="a:b"/>'),)),
    Must("4.1.3.3", "text: MUST NOT contain child elements", lambda root: not any(map(len, inline(root, "text"))),
         ((CONTENT, "<content><b/></content>"),)),
    Must("4.1.3.3", "html: MUST NOT contain child elements; the markup MUST be escaped",
         lambda root: not any(map(len, inline(root, "html"))), ((CONTENT, CONTENT.replace("Yes.", "<br/>")),)),
    Must("4.1.3.3", "xhtml: MUST be a single XHTML div element", lambda root: all(map(is_div, inline(root, "xhtml"))),
         (('type="html"', 'type="xhtml"'),)),
    Must("4.1.3.3", "text/*: MUST NOT contain child elements", lambda root: not any(map(len, inline(root, "text/"))),
         ((CONTENT, '<content type="text/plain"><b/></content>'),)),
    Must("4.1.3.3", "any other type: MUST be valid Base64",
         lambda root: all(is_base64(one.text or "") for one in inline(root, "base64")),
         (('type="html"', 'type="image/png"'),)),
    Must("4.2.2.1", "categories MUST have a term",
         lambda root: all("term" in one.attrib for one in every(root, "category")), (("term=", "label="),)),
    Must("4.2.4", "a generator's content MUST be a human-readable name",
         lambda root: all((one.text or "").strip() and not len(one) for one in every(root, "generator")),
         ((">thimbl<", "><"), (">thimbl<", "><b/>thimbl<"))),
    Must("4.2.4", "a generator's uri MUST be an IRI reference",
         lambda root: all(IRI_REFERENCE.fullmatch(one.get("uri", "")) for one in every(root, "generator")),
         (("<generator", '<generator uri="a b"'),)),
    Must("4.2.6", "an id MUST be an IRI, which is no relative reference",
         lambda root: all(IRI.fullmatch(one.text or "") for one in every(root, "id")),
         ((ID, "<id>/ana</id>"), (ID, "<id>finger://fields.example/an a</id>"), (ID, "<id/>"))),
    Must("4.2.6", "an id MUST be created in a way that assures uniqueness",
         lambda root: len(set(own_ids(root))) == len(own_ids(root)),
         ((first("id", E), ID), (ENTRY, ENTRY + GOOD.partition(ENTRY)[2].partition("</feed>")[0] + ENTRY))),
    Must("4.2.7.1", "links MUST have an href",
         lambda root: all("href" in one.attrib for one in every(root, "link")), ((f'href="{PAGE}"', ""),)),
    Must("4.2.7.1", "whose value MUST be an IRI reference",
         lambda root: all(IRI_REFERENCE.fullmatch(one.get("href", "")) for one in every(root, "link")),
         ((PAGE, PAGE + " "), (PAGE, "%zz"))),
    Must("4.2.7.2", "rel MUST be non-empty and match isegment-nz-nc or IRI",
         lambda root: all(NAME.fullmatch(rel) or IRI.fullmatch(rel) for one in every(root, "link")
                          if (rel := one.get("rel")) is not None),
         (('rel="self"', 'rel=""'), ('rel="self"', 'rel="./self"'))),
    Must("4.2.7.3", "a link's type MUST conform to the syntax of a MIME media type",
         lambda root: all(MEDIA_TYPE.fullmatch(one.get("type", "a/b")) for one in every(root, "link")),
         (('rel="self"', 'rel="self" type="atom"'),)),
    Must("4.2.7.4", "hreflang MUST be a language tag",
         lambda root: all(LANGUAGE.fullmatch(one.get("hreflang", "en")) for one in every(root, "link")),
         (('rel="self"', 'rel="self" hreflang="British English"'),)),
    Must("5.1", "other elements than the feed and its entries MUST NOT be signed",
         lambda root: not signed_elsewhere(root), (("</author>", SIGNED + "</author>"),)),
    Must("6.4.1", "a simple extension element, as the plan is one, MUST NOT have attributes or child elements",
         lambda root: all(not one.attrib and not len(one) for one in root.findall(f"{{{NAMESPACE}}}{ELEMENT}")),
         ((f"<thimbl:{ELEMENT}>", f'<thimbl:{ELEMENT} a="b">'), (f"<thimbl:{ELEMENT}>", f"<thimbl:{ELEMENT}><b/>"))),
]  # fmt: skip


@pytest.mark.parametrize("must", MUSTS, ids=[f"{must.section} {must.says[:50]}" for must in MUSTS])
def test_what_a_producer_must(must: Must) -> None:
    """It holds of all our feeds, and of none that breaks it."""
    for name, feed in FEEDS.items():
        assert must.holds(ElementTree.fromstring(feed)), name
    for old, new in must.broken:
        broken = AUTHOR.sub("", GOOD) if old is ALL_AUTHORS else GOOD.replace(old, new, 1)
        assert broken != GOOD, old
        assert not must.holds(ElementTree.fromstring(broken)), new


def test_well_formed() -> None:
    """2: Atom Documents MUST be well-formed XML; here also of the namespace, which makes them Atom."""
    for feed in FEEDS.values():
        assert ElementTree.fromstring(feed).tag == f"{ATOM}feed"
    for old, new in (("</feed>", ""), ("&amp;", "& "), ("Leeks", "\x0b"), ("<thr:", "<at2:")):
        assert old in GOOD
        with pytest.raises(ElementTree.ParseError):
            ElementTree.fromstring(GOOD.replace(old, new, 1))


def test_ids_stay() -> None:
    """4.2.6: when a document is relocated, republished or revised, the content of its ids MUST NOT change."""

    def ids(feed: str) -> list[str | None]:
        return [one.text for one in every(ElementTree.fromstring(feed), "id")]

    edited = item("Otherwise.", name="Another name", edited=NOW + 5, verdict=None, re=None)
    assert ids(atom([edited], NOW + 99, About(ANA, "Another name", page="https://x.example/")).decode()) == ids(GOOD)
    assert ids(GOOD.replace("/ana<", "/Ana<")) != ids(GOOD)


def test_kinds_of_content() -> None:
    """The order of 4.1.3.3, by which the checks above tell contents apart."""
    wanted = {"": "base64", "html": "html", "image/svg+xml": "xml", "TEXT/plain": "text/", "image/png": "base64"}
    for type_, found in wanted.items():
        assert kind(ElementTree.Element("content", type=type_)) == found
    assert kind(ElementTree.Element("content")) == "text"
