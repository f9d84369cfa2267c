"""Whether a journal says what the records of a commune come to: line by line, to the smallest coin (commune.md 10).

- The file is held against the same books that `thimbl journal` writes, made anew from the signed records; what it says
  of itself counts for nothing but its end: a journal that was written last month is checked as of then.
- Each transaction is found by the record that it names. Its date, its kind and series and each of its accounts must be
  those of that record, each record must be there once, and none may be left out up to the last.
- Nothing else stands in it: a line that is not understood is a fault (`thimbl.core.commune.journal_reading`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.books import Account, Posting, Transaction, transactions
from thimbl.core.commune.journal import beancount_account, decimal, hledger_account
from thimbl.core.commune.journal_reading import AsOf, Booked, BookedPosting, Unread, read_journal
from thimbl.core.commune.money import Currency
from thimbl.core.commune.study import Study
from thimbl.core.commune.words import in_words
from thimbl.core.terminal import safe_line
from thimbl.core.times import format_time

MOST_SHOWN: Final = 120
"""Characters of a stranger's file that a fault quotes: an account is a class, a series and an address."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as the records have it. `words` is a sentence without its point, safe for a terminal."""

    line: int | None
    """Of the file; None of what it lacks."""
    seq: int | None
    """Of the record of the commune that it is about, where there is one."""
    words: str


class JournalCheck:
    """One journal against the books of one commune. `study` is of a commune with a charter."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.currency: Currency = study.ledger.state.currency
        self.transactions = self.postings = 0
        """That were read."""
        self.last = 0
        """The number of the commune's record up to which the file goes, by what it says or by what is in it."""
        self._folded = {f"{one.verified.author}#{one.verified.record.id}": one for one in study.folded}
        self._booked = {entry.record: entry for entry in transactions(study.folded)}
        self._seen: dict[str, int] = {}

    @property
    def is_journal(self) -> bool:
        """Whether what was read so far shows that it is one: a transaction, or of which record of the commune it is."""
        return self.transactions > 0 or self.last > 0

    @property
    def later(self) -> int:
        """Transactions that the records come to behind the end of the file."""
        return sum(entry.seq > self.last for entry in self._booked.values())

    def faults(self, lines: Iterable[str]) -> Iterator[Fault]:
        """All that is not as the records have it, in the order of the file; last what it lacks."""
        for part in read_journal(lines, self.currency):
            if isinstance(part, Unread):
                yield Fault(part.line, None, part.words)
            elif isinstance(part, AsOf):
                here = self._folded.get(part.record)
                if here is not None and here.verified.record.seq == part.seq:
                    self.last = max(self.last, part.seq)
                else:
                    whole = f"it goes to record {part.seq}, {_shown(part.record)}, which is not here"
                    yield Fault(part.line, None, whole)
            else:
                self.transactions += 1
                self.postings += len(part.postings)
                yield from self._of(part)
        for entry in self._booked.values():
            if entry.seq <= self.last and entry.record not in self._seen:
                sums = ", ".join(f"{hledger_account(one)}  {self._sum(amount)}" for one, amount in entry.postings[:3])
                yield Fault(None, entry.seq, f"it lacks {_titled(entry)} of {_moment(entry)[:10]} ({sums}, …)")

    def _of(self, booked: Booked) -> Iterator[Fault]:
        entry, folded = self._booked.get(booked.record), self._folded.get(booked.record)
        seq = None if folded is None else folded.verified.record.seq
        yield from (Fault(one.line, seq, one.words) for one in booked.unread)
        if not booked.record:
            yield Fault(booked.line, None, "it names no record")
            return
        if (before := self._seen.setdefault(booked.record, booked.line)) != booked.line:
            yield Fault(booked.line, seq, f"its record is booked on line {before} already")
            return
        self.last = max(self.last, seq or 0)
        if entry is None:
            yield Fault(booked.line, seq, self._why_not(booked.record))
            return
        if booked.seq not in ("", str(entry.seq)):
            yield Fault(booked.line, seq, f"it has the number {_shown(booked.seq)}; its record has {entry.seq}")
        moment = _moment(entry)
        if booked.date not in (moment, moment[:10]):
            yield Fault(booked.line, seq, f"it is dated {_shown(booked.date)}; its record is of {moment}")
        if booked.title != _titled(entry):
            yield Fault(booked.line, seq, f"it is called '{_shown(booked.title)}'; its record is '{_titled(entry)}'")
        yield from self._amounts(booked, entry)

    def _amounts(self, booked: Booked, entry: Transaction) -> Iterator[Fault]:
        stated: defaultdict[str, list[BookedPosting]] = defaultdict(list)
        for posting in booked.postings:
            stated[posting.account].append(posting)
        for account, computed in _sums(entry.postings).items():
            name = next((name for name in _names(account) if name in stated), None)
            if name is None:
                words = f"it lacks {hledger_account(account)}, for which the records come to {self._sum(computed)}"
                yield Fault(booked.line, entry.seq, words)
                continue
            here = stated.pop(name)
            if (stands := sum(one.amount for one in here)) != computed:
                words = f"{_shown(name)} has {self._sum(stands)}, and the records come to {self._sum(computed)}"
                yield Fault(here[-1].line, entry.seq, words)
        for name, here in stated.items():
            found = self._sum(sum(one.amount for one in here))
            yield Fault(here[0].line, entry.seq, f"{_shown(name)} has {found}, and its record moved nothing there")

    def _why_not(self, record: str) -> str:
        """Why a record that the file names is not in the books."""
        folded = self._folded.get(record)
        if folded is None:
            return f"its record {_shown(record)} is not here, whose log goes to record {self.study.ledger.seq}"
        found = [line for one in folded.findings for line in in_words(one, self.currency, self.study.code_of)]
        return f"its record moved no money: {'; '.join(found)}" if found else "its record moved no money"

    def _sum(self, minor: int) -> str:
        return f"{decimal(minor, self.currency)} {self.currency.code}"


def _names(account: Account) -> tuple[str, str, str]:
    """An account in the three syntaxes; no two accounts share a name, whichever they are in."""
    root, name, of, holder = account
    return hledger_account(account), beancount_account(account), ":".join(filter(None, (root, name, of, holder)))


def _sums(postings: Iterable[Posting]) -> dict[Account, int]:
    found: defaultdict[Account, int] = defaultdict(int)
    for account, amount in postings:
        found[account] += amount
    return found


def _titled(entry: Transaction) -> str:
    return f"{entry.kind} {entry.code}".rstrip()


def _moment(entry: Transaction) -> str:
    return format_time(entry.time)


def _shown(text: str) -> str:
    shown = safe_line(text)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"
