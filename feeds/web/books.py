"""What all pages about a commune share: which one is meant, the way from one to the next, and links to derivations.

- All figures are those of `thimbl.core.commune`, folded by this host itself; every amount that follows from records
  links to the page that derives it (`feeds.web.why`).
- What takes long to sum up is kept (`feeds.web.sums`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feeds.web.asked import Asked, Feed, Page, Refused
from feeds.web.html import Element, Node, el, isolated, several
from feeds.web.sums import Sums
from feeds.web.words import account_link, breaking, clip, day, record_link
from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.commune.money import Currency, format_balance
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study
from thimbl.core.records import Record

MOST_ASSET: Final = 120
"""Characters of an asset's name in a line: the whole of it is in the offer's own page."""

NO_COMMUNE: Final = Refused(
    404,
    "There is no ledger of that name here.",
    "This host has the ledgers of the communes that it follows: the page of bonds names them.",
)

PLACES: Final = (
    ("commune", "Commune"),
    ("series", "Series"),
    ("register", "Register"),
    ("ledger", "Ledger"),
    ("findings", "Findings"),
)
"""Pages of a commune, by the last part of their paths."""


@dataclass(frozen=True, slots=True)
class Book:
    """One commune, as a page is asked about it."""

    asked: Asked
    who: str
    """How paths name it."""
    study: Study

    @property
    def currency(self) -> Currency:
        """The charter's."""
        return self.study.ledger.state.currency

    @property
    def name(self) -> str:
        """What its charter calls it."""
        charter = self.study.ledger.state.charter
        return clip(charter.name) if charter is not None else self.who

    @property
    def sums(self) -> Sums:
        """Its sums."""
        return self.asked.sums.of(self.study)

    def to(self, *segments: str, **query: str) -> str:
        """The address of one of its pages."""
        return self.asked.site.to(self.who, *segments, **query)

    def money(self, minor: int) -> str:
        """An amount of either sign."""
        return format_balance(minor, self.currency)

    def figure(self, name: str, minor: int) -> Element:
        """An amount that leads to its derivation."""
        return el("a", self.money(minor), href=self.to("why", *name.split("/")), class_="why")

    def person(self, address: str) -> Node:
        """An account by its address, which a record has."""
        try:
            return account_link(self.asked, Address.parse(address))
        except AddressError:
            return isolated(address)

    def series_link(self, series: Series) -> Element:
        """A series by its code."""
        return el("a", series.code, href=self.to("series", series.code), class_="code")

    def record(self, seq: int) -> Node:
        """A record of the commune by its number."""
        folded = self.sums.by_seq.get(seq)
        if folded is None:
            return f"{seq:,}"
        who = self.asked.source.who_is(folded.verified.author)
        if who is None:
            return f"{seq:,}"
        return el("a", f"{seq:,}", href=self.asked.site.to(who, folded.verified.record.id))

    def dated(self, author: Address, record: Record) -> Node:
        """The day of a record, which leads to it."""
        who = self.asked.source.who_is(author)
        shown = day(record.time)
        return shown if who is None else el("a", shown, href=self.asked.site.to(who, record.id))

    def reference(self, reference: str) -> Node:
        """Any record by its reference."""
        try:
            return record_link(self.asked, Reference.parse(reference))
        except AddressError:
            return isolated(reference)


def book_of(asked: Asked) -> Book | Refused:
    """The commune that a page is asked about; one without a charter has nothing to show but its plan."""
    who = asked.names["name"]
    study = asked.source.commune(who)
    if study is None or study.ledger.state.charter is None:
        return NO_COMMUNE
    return Book(asked, who, study)


def leaf(
    book: Book,
    place: str,
    title: str,
    main: Sequence[Node | None],
    *,
    number: int = 1,
    description: str = "",
    feeds: tuple[Feed, ...] = (),
) -> Page:
    """A page of a commune, below its heading and the way to its other pages. `place` is one of `PLACES`, or empty;
    `number` counts the pages of a list from 1."""
    asked = book.asked
    profile = asked.source.profile(book.who)
    path = asked.path if number == 1 else f"{asked.path}?page={number}"
    heading = el("h1", breaking(title))
    whose = f"{title} · {book.name}" if place != "commune" else book.name
    return Page(
        whose,
        tuple(node for node in (heading, ways(book, place), *main) if node is not None),
        description=description or f"{title} of {book.name}, computed from its signed records.",
        path=path,
        here="/bonds",
        feeds=feeds,
        indexed=profile is not None and profile.listed and number == 1,
    )


def ways(book: Book, place: str) -> Element:
    """Links to all pages of a commune."""
    wrong = len(book.study.findings)
    items = [
        el(
            "li",
            el("a", name, href=book.to(path), aria_current="page" if path == place else None),
            f" ({wrong:,})" if path == "findings" and wrong else None,
        )
        for path, name in PLACES
    ]
    items.append(el("li", el("a", "Posts", href=book.to())))
    label = f"Pages of {book.name}"
    of = el("p", isolated(book.name)) if place != "commune" else several(())
    return el("nav", of, el("ul", *items), class_="ways", aria_label=label)


def asset_words(series: Series) -> Element:
    """What a series is to buy, in a line."""
    return isolated(clip(series.terms.asset, MOST_ASSET))


def about_record(asked: Asked, who: str, seq: int | None) -> Element | None:
    """For the page of a record of a commune: what is found fault with, and where it is derived what it moved."""
    study = asked.source.commune(who)
    folded = None if study is None or seq is None else asked.sums.of(study).by_seq.get(seq)
    if folded is None:
        return None
    shown: list[Node] = []
    if folded.findings:
        codes = ", ".join(dict.fromkeys(finding.code for finding in folded.findings))
        found = el("a", "found fault with", href=asked.site.to(who, "findings"), class_="bad")
        shown += ["This record is ", found, f" ({codes}). "]
    if folded.movement is not None:
        shown.append(el("a", "What it moved, and why", href=asked.site.to(who, "why", "record", str(seq))))
    return el("p", *shown) if shown else None
