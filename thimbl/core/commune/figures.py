"""The figures of a commune by name, and the derivation of each down to its records.

- A name is a few words with `/` between them, which can stand in an address of a page: `pool`,
  `series/VAT-1/outstanding`, `account/assets/cash/pool`, `month/2026-11/rent`, `record/17`. The same name means the
  same figure for as long as the commune's log goes on.
- `derivation` answers every name that this module gives, and refuses any other. What it lists adds up to the figure
  (`thimbl.core.commune.whence`).
- A record that paid many explains a few of them at a time: whoever derives one needs the order of all.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from thimbl.core.address import Address, AddressError
from thimbl.core.commune.books import POOL, Account, balances, transaction, transactions
from thimbl.core.commune.explain import NothingToExplain, explain
from thimbl.core.commune.history import cashed, months, owed, pooled
from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import Period, PeriodError
from thimbl.core.commune.movements import Issued, Movement, Paid, Shared
from thimbl.core.commune.page import subscribed
from thimbl.core.commune.report import cash_of
from thimbl.core.commune.state import Series, Status
from thimbl.core.commune.study import Study
from thimbl.core.commune.whence import MOST_EXPLAINED, Clew, Figure, Flow, Whence, moved_words

MAX_NAME: Final = 512
"""Characters of a name: one with a series' code and the longest address has some 300."""


class NoSuchFigure(LookupError):
    """The commune has no figure of that name."""


def overview(study: Study) -> list[Figure]:
    """What a commune with a charter holds, owes and had, and what the pool would pay each member today."""
    state = study.ledger.state
    each = (state.pool + state.carried) // len(state.members) if state.members else 0
    return [
        Figure("each", "Each member would get today", each),
        Figure("pool", "Pool", state.pool),
        Figure("carried", "Carried over", state.carried),
        Figure("owed", "Owed to holders of bonds", sum(one.outstanding for one in state.series.values())),
        Figure("due", "Interest that fell due and is not paid", sum(one.due for one in state.series.values())),
        Figure("cash", "Cash in all", cash_of(study.ledger)),
        Figure("rent", "Rent that everybody paid", sum(month.rent for month in months(study.folded))),
        Figure("dividends", "Dividends in all", sum(state.dividends.values())),
    ]


def parts(study: Study, name: str) -> list[Figure]:
    """The figures that one of the overview is the sum of: `owed`, `due` and `cash`, of each series and of the pool;
    empty for every other, which is the sum of records. Those that are nothing are left out."""
    field = {"owed": "outstanding", "due": "due", "cash": "cash"}.get(name)
    if field is None:
        return []
    state = study.ledger.state
    found = [
        Figure(f"series/{series.code}/{field}", series.code, getattr(series, field)) for series in state.series.values()
    ]
    if name == "cash":
        found += [
            Figure(f"series/{series.code}/cash", f"{series.code}: the face, not spent yet", series.terms.face)
            for series in state.series.values()
            if series.status is Status.CLEARED
        ]
        found += [Figure("pool", "the pool", state.pool), Figure("carried", "carried over", state.carried)]
    return [figure for figure in found if figure.amount]


def of_series(study: Study, series: Series) -> list[Figure]:
    """The figures of one series: before it is sold what is subscribed, then what it owes, has and received."""
    start = f"series/{series.code}"
    if series.status in (Status.FLOATED, Status.LAPSED):
        return [Figure(f"{start}/subscribed", "Subscribed", subscribed(study, series))]
    found = [
        Figure(f"{start}/outstanding", "Outstanding: owed to all holders", series.outstanding),
        Figure(f"{start}/due", "Interest that fell due and is not paid", series.due),
    ]
    if series.asset is not None:  # before, its cash is the face that it raised, which is to be spent
        found.append(Figure(f"{start}/cash", "Cash of the series", series.cash))
        found.append(Figure(f"{start}/rent", "Rent received", sum(series.paid_rents.values())))
        found.append(Figure(f"{start}/cost", "Cost of the asset", series.cost))
    return found


def accounts(study: Study) -> list[tuple[Account, int]]:
    """The books of a commune: each account that was posted to and its balance, by name. A debit is above zero."""
    return sorted(balances(transactions(study.folded)).items())


def account_name(account: Account) -> str:
    """The name of the figure that is an account's balance."""
    return "/".join(["account", *(part for part in account if part)])


def held_name(code: str, who: str) -> str:
    """That of what a holder of bonds is owed."""
    return f"held/{code}/{who}"


def dividends_name(who: str) -> str:
    """That of what a member got of the pool."""
    return f"dividends/{who}"


def month_name(period: str, what: str) -> str:
    """That of what came for one month (`rent`), or was shared for it (`dividends`)."""
    return f"month/{period}/{what}"


def record_name(seq: int, page: int = 1) -> str:
    """That of what a record moved; a record that paid many has more than one page."""
    return f"record/{seq}" if page == 1 else f"record/{seq}/{page}"


def derivation(study: Study, name: str) -> list[Whence]:
    """Where a figure comes from. Raises `NoSuchFigure`."""
    if study.ledger.state.charter is None or len(name) > MAX_NAME:
        raise NoSuchFigure(name)
    word, *words = name.split("/")
    make = _FIGURES.get(word)
    found = None if make is None else make(Clew(study), words)
    if not found:
        raise NoSuchFigure(name)
    return found


def parts_of(folded: Folded) -> Sequence[str]:
    """Whom a record of the commune concerned one by one: who bid, or who held; by address."""
    match folded.movement:
        case Issued(bids=bids):
            return sorted(bids)
        case Paid(holdings=holdings):
            return sorted(holdings)
    return ()


# the names

_Found = Sequence[Whence] | None


def _overview(make: Callable[[Clew], Whence]) -> "_Make":
    return lambda clew, words: [] if words else [make(clew)]


def _sum(name: str, words: str) -> "_Make":
    def make(clew: Clew) -> Whence:
        found = parts(clew.study, name)
        steps = tuple(f"{figure.words}: {clew.money(figure.amount)}" for figure in found) or ("Nothing.",)
        total = sum(figure.amount for figure in found)
        return Whence(f"{words}: {clew.money(total)}", steps, parts=tuple(found))

    return _overview(make)


def _series(clew: Clew, words: Sequence[str]) -> list[Whence]:
    match words:
        case [code, what] if (series := _by_code(clew.study, code)) is not None:
            makes: Mapping[str, Callable[[Series], Whence]] = {
                "subscribed": clew.subscribed,
                "outstanding": clew.outstanding,
                "due": clew.due,
                "cash": clew.cash,
                "rent": clew.rents,
            }
            if what in makes:
                return [makes[what](series)]
            if what == "rate":
                return clew.sale(series)
            if what == "cost":
                return clew.bought(series)
    return []


def _held(clew: Clew, words: Sequence[str]) -> list[Whence]:
    match words:
        case [code, who] if (series := _by_code(clew.study, code)) is not None and _is_address(who):
            found = clew.held(series, who)
            return [found] if found.flows else []
    return []


def _month(clew: Clew, words: Sequence[str]) -> list[Whence]:
    match words:
        case [text, ("rent" | "dividends") as what]:
            with contextlib.suppress(PeriodError):
                rent, shared = clew.month(Period.parse(text))
                found = rent if what == "rent" else shared
                return [found] if found.flows else []
    return []


def _dividends(clew: Clew, words: Sequence[str]) -> list[Whence]:
    match words:
        case []:
            return [clew.shared()]
        case [who] if _is_address(who):
            found = clew.dividends(who)
            return [found] if found.flows or who in clew.study.ledger.state.members else []
    return []


def _account(clew: Clew, words: Sequence[str]) -> list[Whence]:
    if not 3 <= len(words) <= 4:
        return []
    account = Account(*words)
    flows = []
    for one in clew.study.folded:
        if one.movement is not None and (amount := _posted(one, one.movement, account)):
            record = one.verified.record
            flows.append(Flow(f"{one.verified.author}#{record.id}", moved_words(one.movement), amount, record.seq))
    if not flows:
        return []
    total = sum(flow.amount for flow in flows)
    steps = ("A debit is above zero, a credit below. Each record that posted to it is listed.",)
    return [Whence(f"{':'.join(words)}: {clew.money(total)}", steps, tuple(flows))]


def _posted(folded: Folded, moved: Movement, account: Account) -> int:
    """What a record posted to an account, without all that it posted to others: of a redemption those are thousands."""
    match account:
        case Account("liabilities", "bonds", code, holder) if holder:
            return -owed(moved, code, holder)
        case Account("assets", "cash", of, ""):
            return pooled(moved) if of == POOL else cashed(moved, of)
        case Account("equity", "dividends", member, ""):
            return moved.each if isinstance(moved, Shared) and member in moved.members else 0
    if isinstance(moved, Shared) or moved.code != account.of:
        return 0
    entry = transaction(folded, moved)
    return 0 if entry is None else sum(amount for of, amount in entry.postings if of == account)


def _record(clew: Clew, words: Sequence[str]) -> list[Whence]:
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= len(str(2**53))]
    match numbers:
        case [seq] if words == [str(seq)]:
            return clew.deeper(seq)
        case [seq, page] if words == [str(seq), str(page)] and page > 1:
            return _more(clew.study, seq, page)
    return []


def _more(study: Study, seq: int, page: int) -> list[Whence]:
    """The parts of those whom the first page of a record leaves out."""
    folded = next((one for one in study.folded if one.verified.record.seq == seq), None)
    if folded is None:
        return []
    found: list[Whence] = []
    for who in parts_of(folded)[(page - 1) * MOST_EXPLAINED : page * MOST_EXPLAINED]:
        with contextlib.suppress(NothingToExplain):
            told = explain(folded, study.ledger.state.currency, who)
            found += [Whence(one.title, one.steps, (), who) for one in told]
    return found


def _by_code(study: Study, code: str) -> Series | None:
    return next((series for series in study.ledger.state.series.values() if series.code == code), None)


def _is_address(text: str) -> bool:
    try:
        return str(Address.parse(text)) == text
    except AddressError:
        return False


_Make = Callable[[Clew, Sequence[str]], list[Whence]]

_FIGURES: Final[Mapping[str, _Make]] = {
    "each": _overview(Clew.each),
    "pool": _overview(Clew.pool),
    "carried": _overview(Clew.pool),
    "owed": _sum("owed", "owed to holders of bonds"),
    "due": _sum("due", "interest due"),
    "cash": _sum("cash", "cash in all"),
    "rent": _overview(Clew.common),
    "dividends": _dividends,
    "series": _series,
    "held": _held,
    "month": _month,
    "account": _account,
    "record": _record,
}
