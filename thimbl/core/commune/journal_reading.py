"""A journal read back: what each of its transactions says, and on which line (commune.md 10).

- Read is what `thimbl.core.commune.journal` writes, in all its three syntaxes, and what `hledger print` and
  `bean-format` make of that: other blanks, a mark that something is cleared, slashes in dates.
- Nothing is passed over. A line that says anything else, such as `include`, a price or an amount that is left out, is a
  fault of that line: whoever checks a journal must have read all of it.
- Amounts are exact: integers of minor units, and never more digits than the currency has.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from thimbl.core.commune.journal import COLUMNS, decimal
from thimbl.core.commune.money import MAX_AMOUNT_DIGITS, Currency

MAX_LINE: Final = 64 * 1024
"""Characters of a line that are read at once: the longest that is written holds two addresses and an amount."""

_DATE: Final = r"(\d{4})[-/](\d\d)[-/](\d\d)"
_TITLE: Final = re.compile(rf"{_DATE}\s+(?:[*!]\s+)?(\"[^\"]*\"|[^\";]+?)\s*(?:;\s*(.*))?")
_OPENED: Final = re.compile(rf"{_DATE} open [A-Z]\S+ \S+")
_OPTION: Final = re.compile(r'option "(?:title|operating_currency)" "[^"]*"')
_TOLD: Final = re.compile(r"\s+(?:;\s*)?(?:record|seq):.*")
_POSTING: Final = re.compile(r"\s+(?:[*!] )?(\S(?:.*?\S)?)(?: {2,}|\t\s*)([-+]?\d+(?:\.\d*)?) (\S+)\s*(?:;.*)?")
_RECORD: Final = re.compile(r"\brecord:\s*\"?([^\s\",]+)")
_SEQ: Final = re.compile(r"\bseq:\s*(\d+)")
_AMOUNT: Final = re.compile(r"([-+]?)(\d+)(?:\.(\d*))?")
_AS_OF: Final = re.compile(r"; As of ([^\s,]+), seq: (\d{1,15})")


@dataclass(frozen=True, slots=True)
class BookedPosting:
    """An account and an amount, as a line of the file has them."""

    line: int
    account: str
    """As that syntax writes it; of CSV with the holder behind a second colon."""
    amount: int
    """Minor units: a debit above zero, a credit below."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that was not understood."""

    line: int
    words: str


@dataclass(slots=True)
class Booked:
    """A transaction as the file has it, its first line being `line`."""

    line: int
    date: str
    """`2026-11-22`; of CSV, with its time."""
    title: str
    """Kind and series."""
    record: str = ""
    """The record that it names; empty where it names none."""
    seq: str = ""
    """Its number, likewise."""
    postings: list[BookedPosting] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    """Lines of it that were not understood."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The record of the commune up to which the file says that it goes."""

    line: int
    record: str
    seq: int


Part = Booked | Unread | AsOf


def read_journal(lines: Iterable[str], currency: Currency) -> Iterator[Part]:
    """What stands in a journal in this currency, in its order. Never raises."""
    lines = iter(lines)
    first = next(lines, "").removeprefix("\ufeff")
    if first.strip().split(",") == [*COLUMNS]:
        return _rows(lines, currency)
    return _text(chain([first], lines), currency)


def _text(lines: Iterable[str], currency: Currency) -> Iterator[Part]:
    """Of hledger and beancount: their transactions differ in quotes and in the names of accounts alone."""
    whole = decimal(1000 * 10**currency.digits, currency) if currency.digits else "1000."
    passed = {f"commodity {whole} {code}" for code in (currency.code, f'"{currency.code}"')}
    open_: Booked | None = None
    for number, line in enumerate(map(str.rstrip, lines), 1):
        if open_ is not None and line[:1].isspace():
            _inside(number, line, open_, currency)
            continue
        if open_ is not None:
            yield open_
            open_ = None
        if (as_of := _AS_OF.fullmatch(line)) is not None:
            yield AsOf(number, as_of[1], int(as_of[2]))
        elif (title := _TITLE.fullmatch(line)) is not None and not _OPENED.fullmatch(line):
            open_ = Booked(number, "-".join(title.group(1, 2, 3)), title[4].strip('"'))
            _name(open_, title[5] or "")
        elif not (
            not line or line.startswith(";") or line in passed or _OPENED.fullmatch(line) or _OPTION.fullmatch(line)
        ):
            yield Unread(number, "it is none that 'thimbl journal' writes")
    if open_ is not None:
        yield open_


def _inside(number: int, line: str, booked: Booked, currency: Currency) -> None:
    """A line of a transaction: what it tells goes into `booked`."""
    if _TOLD.fullmatch(line):
        _name(booked, line)
    elif (posting := _POSTING.fullmatch(line)) is not None:
        amount = _minor(posting[2], posting[3].strip('"'), currency)
        if isinstance(amount, str):
            booked.unread.append(Unread(number, amount))
        else:
            booked.postings.append(BookedPosting(number, posting[1], amount))
    elif not line.lstrip().startswith(";"):
        booked.unread.append(Unread(number, "it is no posting with an account, two blanks and an amount"))


def _name(booked: Booked, told: str) -> None:
    """Take what a comment, or a line of beancount's metadata, tells of the record."""
    if (named := _RECORD.search(told)) is not None:
        booked.record = booked.record or named[1]
    if (numbered := _SEQ.search(told)) is not None:
        booked.seq = booked.seq or numbered[1]


def _rows(lines: Iterable[str], currency: Currency) -> Iterator[Part]:
    """Of CSV: rows that follow each other and name one record are a transaction."""
    booked: Booked | None = None
    reader = csv.reader(lines)
    while True:
        try:
            row: Sequence[str] | None = next(reader, None)
        except csv.Error as error:
            row = [str(error)]
        if row is None:
            break
        number = reader.line_num + 1  # the first was read before
        if len(row) != len(COLUMNS):
            if row:
                yield Unread(number, f"it is no row of {len(COLUMNS)} columns")
            continue
        told = dict(zip(COLUMNS, row, strict=True))
        amount = _minor(told["amount"], told["currency"], currency)
        if isinstance(amount, str):
            yield Unread(number, amount)
            continue
        title = f"{told['kind']} {told['series']}".rstrip()
        date = told["time"] if told["time"].startswith(told["date"]) else told["date"]
        head = (date, title, told["record"], told["seq"])
        if booked is None or (booked.date, booked.title, booked.record, booked.seq) != head:
            if booked is not None:
                yield booked
            booked = Booked(number, *head)
        account = f"{told['account']}:{told['holder']}" if told["holder"] else told["account"]
        booked.postings.append(BookedPosting(number, account, amount))
    if booked is not None:
        yield booked


def _minor(number: str, code: str, currency: Currency) -> int | str:
    """Minor units; or why it is no amount of this currency."""
    found = _AMOUNT.fullmatch(number)
    if found is None or len(found[2]) > MAX_AMOUNT_DIGITS:
        return f"its amount is none of {currency.code}"
    if code != currency.code:
        return f"its amount is not in {currency.code}"
    fraction = (found[3] or "").rstrip("0")
    if len(fraction) > currency.digits:
        return f"its amount has more than {currency.digits} digits behind the point"
    minor = int(found[2] + fraction.ljust(currency.digits, "0"))
    return -minor if found[1] == "-" else minor
