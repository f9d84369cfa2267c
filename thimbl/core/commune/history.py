"""How a commune's figures went month by month, for charts and tables: outstanding, rent, dividends, the pool.

- Made from what the ledger folded: no figure here is computed in another way than the ledger's own.
- What is outstanding and what the pool holds is as of the end of each month, by the time of the commune's records, in
  UTC; rent and dividends count for the month that they are for, as in every statement (commune.md 11).
- A line of months has no gaps, and is at most `MAX_MONTHS` long.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import Period
from thimbl.core.commune.movements import Bought, Issued, Movement, Paid, Passed, Received, Reversed, Shared, Sold

MAX_MONTHS: Final = 600
"""The newest 50 years: longer than any series runs, and a log with absurd times makes no endless line of months."""

Line = list[tuple[Period, int]]
"""Months, ascending and without a gap, each with minor units."""


@dataclass(frozen=True, slots=True)
class Month:
    """What a commune received and shared for one month; minor units."""

    period: Period
    rent: int = 0
    """Less what was taken back."""
    dividend: int = 0
    """What all members got together."""
    shared: tuple[int, ...] = ()
    """The seqs of the dividends."""


@dataclass(frozen=True, slots=True)
class Event:
    """What one record did to a series; minor units."""

    folded: Folded
    moved: Movement
    came: int
    """In; below zero where rent was taken back."""
    went: int
    """Out: what the asset cost, interest, and principal."""
    outstanding: int
    """After it."""


# what one record moved: sums alone, which the books (`thimbl.core.commune.books`) post one by one


def owed(moved: Movement | None, code: str, who: str | None = None) -> int:
    """By how much a record changed what the holders of a series are owed, or one of them."""
    match moved:
        case Issued(code=of, allotments=allotted) if of == code:
            return _part(allotted, who)
        case Paid(code=of, principal=principal, lost=lost) if of == code:
            return -_part(principal, who) - _part(lost, who)
        case Passed(code=of, holder=holder, to=to, amount=amount) if of == code and who is not None:
            return amount * ((to == who) - (holder == who))
    return 0


def pooled(moved: Movement | None) -> int:
    """By how much a record changed what the pool holds, with what is carried over."""
    match moved:
        case Received(to_pool=True, amount=amount):
            return amount
        case Reversed(from_pool=True, amount=amount):
            return -amount
        case Paid(to_pool=amount):
            return amount
        case Sold(to_pool=True, proceeds=proceeds):
            return proceeds
        case Shared(each=each, members=members):
            return -each * len(members)
    return 0


def cashed(moved: Movement | None, code: str) -> int:
    """By how much a record changed the cash of a series, the face that it raised included."""
    match moved:
        case Issued(code=of, allotments=allotted) if of == code:
            return sum(allotted.values())
        case Bought(code=of, cost=cost) if of == code:
            return -cost
        case Received(code=of, to_pool=False, amount=amount) if of == code:
            return amount
        case Reversed(code=of, from_pool=False, amount=amount) if of == code:
            return -amount
        case Paid(code=of, interest=interest, principal=principal, to_pool=to_pool) if of == code:
            return -sum(interest.values()) - sum(principal.values()) - to_pool
        case Sold(code=of, to_pool=False, proceeds=proceeds) if of == code:
            return proceeds
    return 0


def _flow(moved: Movement) -> tuple[int, int]:
    """What a record says came in, and what was paid out."""
    match moved:
        case Issued(allotments=allotments):
            return sum(allotments.values()), 0
        case Bought(cost=cost):
            return 0, cost
        case Received(amount=amount):
            return amount, 0
        case Reversed(amount=amount):
            return -amount, 0
        case Paid(interest=interest, principal=principal):
            return 0, sum(interest.values()) + sum(principal.values())
        case Sold(proceeds=proceeds):
            return proceeds, 0
        case Passed() | Shared():
            return 0, 0


def _part(shares: Mapping[str, int], who: str | None) -> int:
    return sum(shares.values()) if who is None else shares.get(who, 0)


def events(folded: Iterable[Folded], code: str) -> list[Event]:
    """What happened to a series, in the order of the log."""
    found: list[Event] = []
    outstanding = 0
    for one in folded:
        moved = one.movement
        if moved is not None and not isinstance(moved, Shared) and moved.code == code:
            outstanding += owed(moved, code)
            found.append(Event(one, moved, *_flow(moved), outstanding))
    return found


def repaid(folded: Iterable[Folded], code: str) -> int:
    """Principal of a series that its holders were paid; what was written off is no part of it."""
    moved = (one.movement for one in folded)
    return sum(sum(one.principal.values()) for one in moved if isinstance(one, Paid) and one.code == code)


# month by month


def outstanding(folded: Iterable[Folded], code: str, until: Period | None = None) -> Line:
    """What is owed to the holders of a series at the end of each month, from its sale to its last record, or to
    `until` where that is later; empty for one that was never sold."""
    return _balances(folded, lambda moved: owed(moved, code), until)


def pool(folded: Iterable[Folded], until: Period | None = None) -> Line:
    """What the pool holds at the end of each month, with what is carried over."""
    return _balances(folded, pooled, until)


def months(folded: Iterable[Folded]) -> list[Month]:
    """Rent against dividends, month by month."""
    rents: dict[Period, int] = {}
    shared: dict[Period, tuple[int, tuple[int, ...]]] = {}
    for one in folded:
        match one.movement:
            case Received(period=period, amount=amount):
                rents[period] = rents.get(period, 0) + amount
            case Reversed(period=period, amount=amount):
                rents[period] = rents.get(period, 0) - amount
            case Shared(period=period, each=each, members=members):
                total, seqs = shared.get(period, (0, ()))
                shared[period] = total + each * len(members), (*seqs, one.verified.record.seq)
    line = _line({*rents, *shared})
    return [Month(period, rents.get(period, 0), *shared.get(period, (0, ()))) for period in line]


def _balances(folded: Iterable[Folded], change: Callable[[Movement | None], int], until: Period | None) -> Line:
    ends: dict[Period, int] = {}
    balance = 0
    for one in folded:
        if moved := change(one.movement):
            balance += moved
            ends[month_of(one.verified.record.time)] = balance
    line: Line = []
    shown = _line({*ends, *([until] if ends and until is not None else [])})
    known = next((ends[period] for period in sorted(ends, reverse=True) if shown and period < shown[0]), 0)
    for period in shown:
        known = ends.get(period, known)
        line.append((period, known))
    return line


def _line(periods: Iterable[Period]) -> list[Period]:
    """All months from the first to the last of these."""
    found = sorted(periods)
    if not found:
        return []
    first, last = found[0], found[-1]
    count = min(last.since(first) + 1, MAX_MONTHS)
    return [last.plus(step + 1 - count) for step in range(count)]
