"""The books in the syntax of programs that people have: hledger, beancount, CSV (commune.md 10).

- Each is written so that two addresses never share an account: what an account name of that program can not hold is
  escaped, and the escape itself can not occur in an address.
- hledger: `:` parts account names, so it is written `%3A`, and likewise what begins or ends a virtual posting.
- beancount: a part of a name begins with a capital and holds letters, digits and `-`. An address begins with `X`, its
  small letters and digits stand for themselves, everything else is `-` and two hexadecimal digits: ana@fields.example
  is `Xana-40fields-2Eexample`.
- CSV: one row a posting, ISO dates, plain signed decimals with a point and without grouping; the columns never change.
- The registers of members and co-ops, and of holders, are CSV too: one row a name, one a holding.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from thimbl.core.commune.books import POOL, Account, Transaction
from thimbl.core.commune.money import Currency
from thimbl.core.commune.participants import COOP, MEMBER
from thimbl.core.commune.shares import listed
from thimbl.core.commune.state import State
from thimbl.core.records import Record
from thimbl.core.times import format_time

COLUMNS: Final = (
    "date",
    "time",
    "seq",
    "record",
    "kind",
    "series",
    "account",
    "holder",
    "amount",
    "currency",
)
"""Of the CSV, in their order."""

MEMBER_COLUMNS: Final = ("address", "as", "coop")
"""Of the register of members and co-ops."""

HOLDER_COLUMNS: Final = ("series", "offer", "holder", "amount", "currency")
"""Of the register of bondholders."""

REMEMBERED: Final = 1 << 16
"""Names of accounts: a large commune has as many, and posts to each of them time and again."""

_HLEDGER: Final = re.compile(r"[:%\[\]()]")
_BEANCOUNT: Final = re.compile(r"[^a-z0-9]")
_PLAIN_COMMODITY: Final = re.compile(r"[A-Z]+")


def decimal(minor: int, currency: Currency) -> str:
    """A signed plain decimal from minor units: `-115.51`."""
    whole, part = divmod(abs(minor), 10**currency.digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{part:0{currency.digits}}" if currency.digits else f"{sign}{whole}"


def hledger(
    commune: str, currency: Currency, entries: Iterable[Transaction], as_of: Record | None = None
) -> Iterator[str]:
    """Lines of an hledger journal, without line ends. `as_of` is the commune's record up to which it goes."""
    # A commodity with a digit in its name has to be quoted there.
    commodity = currency.code if _PLAIN_COMMODITY.fullmatch(currency.code) else f'"{currency.code}"'
    yield f"; The books of {commune}, from its signed records: thimbl journal {commune}"
    yield from _as_of(commune, as_of)
    yield f"commodity {decimal(1000 * 10**currency.digits, currency) if currency.digits else '1000.'} {commodity}"
    for entry in entries:
        yield ""
        yield f"{_date(entry)} {_title(entry)}  ; record: {entry.record}, seq: {entry.seq}"
        yield from _postings(entry, "    ", hledger_account, currency, commodity)


def beancount(
    commune: str, currency: Currency, entries: Iterable[Transaction], as_of: Record | None = None
) -> Iterator[str]:
    """Lines of a beancount ledger, likewise. Each account is opened on the day on which it is first used."""
    yield f"; The books of {commune}, from its signed records: thimbl journal {commune} --format beancount"
    yield from _as_of(commune, as_of)
    yield f'option "title" "{commune}"'
    yield f'option "operating_currency" "{currency.code}"'
    opened: set[Account] = set()
    for entry in entries:
        yield ""
        for account, _ in entry.postings:
            if account not in opened:
                opened.add(account)
                yield f"{_date(entry)} open {beancount_account(account)} {currency.code}"
        yield f'{_date(entry)} * "{_title(entry)}"'
        yield f'  record: "{entry.record}"'
        yield f"  seq: {entry.seq}"
        yield from _postings(entry, "  ", beancount_account, currency, currency.code)


def rows(currency: Currency, entries: Iterable[Transaction]) -> Iterator[str]:
    """Lines of the CSV (RFC 4180), without line ends; the first names the columns."""
    yield _csv(COLUMNS)
    for entry in entries:
        moment = format_time(entry.time)
        for account, amount in entry.postings:
            of_member = account.root == "equity"
            yield _csv(
                (
                    moment[:10],
                    moment,
                    str(entry.seq),
                    entry.record,
                    entry.kind,
                    entry.code,
                    f"{account.root}:{account.name}" + ("" if of_member else f":{account.of}"),
                    account.of if of_member else account.holder,
                    decimal(amount, currency),
                    currency.code,
                )
            )


def member_rows(state: State) -> Iterator[str]:
    """Lines of the register of members and co-ops as CSV, in the order admitted; the first names the columns."""
    yield _csv(MEMBER_COLUMNS)
    yield from (_csv((who, MEMBER, coop or "")) for who, coop in state.members.items())
    yield from (_csv((who, COOP, "")) for who in state.coops)


def holder_rows(state: State) -> Iterator[str]:
    """Lines of the register of bondholders as CSV, by series in the order floated; the first names the columns."""
    yield _csv(HOLDER_COLUMNS)
    for series in state.series.values():
        for who, held in listed(series.holdings):
            yield _csv((series.code, series.offer, who, decimal(held, state.currency), state.currency.code))


@lru_cache(REMEMBERED)
def hledger_account(account: Account) -> str:
    """The account's name in hledger: `liabilities:bonds:TRACTOR-1:ana@fields.example`."""
    parts = (_HLEDGER.sub(lambda found: f"%{ord(found[0]):02X}", part) for part in account if part)
    return ":".join(parts)


@lru_cache(REMEMBERED)
def beancount_account(account: Account) -> str:
    """The account's name in beancount: `Liabilities:Bonds:TRACTOR-1:Xana-40fields-2Eexample`."""
    root, name, of, holder = account
    parts = [root.capitalize(), name.title()]
    parts.append("Pool" if of == POOL else of if root != "equity" else _escaped(of))
    return ":".join([*parts, _escaped(holder)] if holder else parts)


def _as_of(commune: str, record: Record | None) -> Iterator[str]:
    if record is not None:
        yield f"; As of {commune}#{record.id}, seq: {record.seq}"


def _postings(
    entry: Transaction, margin: str, name: Callable[[Account], str], currency: Currency, commodity: str
) -> Iterator[str]:
    for account, amount in entry.postings:
        yield f"{margin}{name(account)}  {decimal(amount, currency)} {commodity}"


def _escaped(address: str) -> str:
    return "X" + _BEANCOUNT.sub(lambda found: f"-{ord(found[0]):02X}", address)


def _title(entry: Transaction) -> str:
    return f"{entry.kind} {entry.code}".rstrip()


def _date(entry: Transaction) -> str:
    return format_time(entry.time)[:10]


def _csv(fields: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(fields)
    return buffer.getvalue()
