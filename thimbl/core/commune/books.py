"""The books: double-entry postings of what the records of a commune moved, on a cash basis (commune.md 10).

- One transaction for a record that moved money, dated by its time in UTC; its postings add up to zero.
- A debit is above zero, a credit below. Assets and expenses are debits by nature, the others credits.
- Losses are booked where gains are, with the other sign: there is one account of disposal and one of write-offs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.movements import Bought, Issued, Movement, Paid, Passed, Received, Reversed, Shared, Sold

POOL: Final = "pool"
"""In place of a series, whose codes are in capitals: what is owed to nobody but all members."""


class Account(NamedTuple):
    """An account: its class, what it is of, and whose, in the words of commune.md 10."""

    root: str
    name: str
    of: str
    """A series' code, or `POOL`; of dividends the member's address."""
    holder: str = ""
    """Of bonds, the holder's address."""


def cash(of: str) -> Account:
    """Money of a series, or of the pool."""
    return Account("assets", "cash", of)


def equipment(code: str) -> Account:
    """What a series has bought, at cost."""
    return Account("assets", "equipment", code)


def bonds(code: str, holder: str) -> Account:
    """Principal that is owed to a holder."""
    return Account("liabilities", "bonds", code, holder)


def rents(code: str) -> Account:
    """Rent received."""
    return Account("income", "rent", code)


def interest(code: str) -> Account:
    """Interest paid."""
    return Account("expenses", "interest", code)


def dividends(member: str) -> Account:
    """What a member got of the pool."""
    return Account("equity", "dividends", member)


def disposal(code: str) -> Account:
    """Gain or loss of the sale of an asset."""
    return Account("income", "disposal", code)


def write_offs(code: str) -> Account:
    """Principal that holders lost, and the commune no longer owes."""
    return Account("income", "write-offs", code)


class Posting(NamedTuple):
    """An account and an amount in minor units: a debit above zero, a credit below."""

    account: Account
    amount: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one record moved."""

    seq: int
    record: str
    """`address#id`."""
    time: int
    """Unix seconds."""
    kind: str
    code: str
    """Of the series; empty for a dividend."""
    postings: tuple[Posting, ...]


def transactions(folded: Iterable[Folded]) -> Iterator[Transaction]:
    """The books of a log that was folded in, in its order. Records that moved no money have no transaction."""
    for one in folded:
        if one.movement is not None and (entry := transaction(one, one.movement)) is not None:
            yield entry


def transaction(folded: Folded, movement: Movement) -> Transaction | None:
    """What a record moved, as postings; None where that comes to nothing."""
    postings = tuple(posting for posting in _postings(movement) if posting.amount)
    if not postings:
        return None
    record = folded.verified.record
    code = "" if isinstance(movement, Shared) else movement.code
    return Transaction(record.seq, f"{folded.verified.author}#{record.id}", record.time, record.kind, code, postings)


def balances(entries: Iterable[Transaction]) -> Mapping[Account, int]:
    """The balance of each account that was posted to, in minor units."""
    found: defaultdict[Account, int] = defaultdict(int)
    for entry in entries:
        for account, amount in entry.postings:
            found[account] += amount
    return dict(found)


def _postings(movement: Movement) -> Iterator[Posting]:
    match movement:
        case Issued():
            yield Posting(cash(movement.code), sum(movement.allotments.values()))
            for holder, amount in sorted(movement.allotments.items()):
                yield Posting(bonds(movement.code, holder), -amount)
        case Bought():
            yield Posting(equipment(movement.code), movement.cost)
            yield Posting(cash(movement.code), -movement.cost)
        case Received():
            yield Posting(cash(POOL if movement.to_pool else movement.code), movement.amount)
            yield Posting(rents(movement.code), -movement.amount)
        case Reversed():
            yield Posting(rents(movement.code), movement.amount)
            yield Posting(cash(POOL if movement.from_pool else movement.code), -movement.amount)
        case Paid():
            yield from _paid(movement)
        case Shared():
            for member in movement.members:
                yield Posting(dividends(member), movement.each)
            yield Posting(cash(POOL), -movement.each * len(movement.members))
        case Passed():
            if movement.holder != movement.to:
                yield Posting(bonds(movement.code, movement.holder), movement.amount)
                yield Posting(bonds(movement.code, movement.to), -movement.amount)
        case Sold():
            yield Posting(cash(POOL if movement.to_pool else movement.code), movement.proceeds)
            yield Posting(equipment(movement.code), -movement.cost)
            yield Posting(disposal(movement.code), movement.cost - movement.proceeds)


def _paid(movement: Paid) -> Iterator[Posting]:
    code = movement.code
    paid = sum(movement.interest.values())
    yield Posting(interest(code), paid)
    repaid = 0
    for holder, amount in sorted(movement.principal.items()):
        repaid += amount
        yield Posting(bonds(code, holder), amount)
    yield Posting(cash(code), -paid - repaid - movement.to_pool)
    yield Posting(cash(POOL), movement.to_pool)
    lost = 0
    for holder, amount in sorted(movement.lost.items()):
        lost += amount
        yield Posting(bonds(code, holder), amount)
    yield Posting(write_offs(code), -lost)
