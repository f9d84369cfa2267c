"""What all pages about a commune share: which one is meant, the way from one to the next, and links to derivations.

- All figures are those of `thimbl.core.commune`, folded by this host itself; every amount that follows from records
  links to the page that derives it (`feeds.web.why`).
- What a page of a large commune takes long to sum up is kept for as long as its ledger is the same (`Look`).
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feeds.web.asked import Asked, Feed, Page, Refused
from feeds.web.html import Element, Node, el, isolated, several
from feeds.web.words import account_link, clip, day, record_link
from thimbl.core.address import Address, AddressError, Reference
from thimbl.core.commune.books import Account, transactions
from thimbl.core.commune.figures import accounts
from thimbl.core.commune.history import Line, Month, months, pool
from thimbl.core.commune.journal import hledger
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import Currency, format_balance
from thimbl.core.commune.state import Series
from thimbl.core.commune.study import Study
from thimbl.core.records import Record

MOST_KEPT: Final = 8
"""Communes whose sums are kept: hosts follow few, and of a large one they take some ten megabytes."""

MAX_JOURNAL: Final = 4 * 1024 * 1024
"""Characters of a journal that is served: as much as the longest answer by Finger, some 40,000 postings."""

ROOTS: Final = ("assets", "liabilities", "income", "expenses", "equity")
"""The classes of accounts, in the order in which people read them."""

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


class Look:
    """Sums of one study, each made when it is first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def accounts(self) -> list[tuple[Account, int]]:
        """The books: accounts and balances, in the order of `ROOTS`."""
        return sorted(accounts(self.study), key=lambda one: (ROOTS.index(one[0].root), one[0]))

    @cached_property
    def journal(self) -> bytes | None:
        """The journal for hledger; None where it is longer than `MAX_JOURNAL`."""
        currency = self.study.ledger.state.currency
        lines, size = [], 0
        for line in hledger(str(self.study.commune), currency, transactions(self.study.folded)):
            size += len(line) + 1
            if size > MAX_JOURNAL:
                return None
            lines.append(line)
        return "".join(f"{line}\n" for line in lines).encode("utf-8")

    @cached_property
    def months(self) -> list[Month]:
        """Rent and dividends month by month."""
        return months(self.study.folded)

    @cached_property
    def pool(self) -> Line:
        """The pool at the end of each month."""
        return pool(self.study.folded)

    @cached_property
    def by_seq(self) -> dict[int, Folded]:
        """What came of each record."""
        return self.study.by_seq()


_LOOKS: Final[OrderedDict[Address, Look]] = OrderedDict()


def look(study: Study) -> Look:
    """The sums of a study, kept until there is another one of the same commune."""
    found = _LOOKS.get(study.commune)
    if found is None or found.study is not study:
        found = _LOOKS[study.commune] = Look(study)
    _LOOKS.move_to_end(study.commune)
    while len(_LOOKS) > MOST_KEPT:
        _LOOKS.popitem(last=False)
    return found


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
    def look(self) -> Look:
        """Its sums."""
        return look(self.study)

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
        folded = self.look.by_seq.get(seq)
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
    heading = el("h1", isolated(title))
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


def count(number: int, word: str) -> str:
    """A number and what is counted: ``1 member``, ``2,000 members``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def asset_words(series: Series) -> Element:
    """What a series is to buy, in a line."""
    return isolated(clip(series.terms.asset, MOST_ASSET))


def about_record(asked: Asked, who: str, seq: int | None) -> Element | None:
    """For the page of a record of a commune: what is found fault with, and where it is derived what it moved."""
    study = asked.source.commune(who)
    folded = None if study is None or seq is None else look(study).by_seq.get(seq)
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
