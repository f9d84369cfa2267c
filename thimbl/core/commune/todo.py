"""What waits for the clerk (commune.md 3): each task with the command that does it.

- Where the records determine the statement, the task holds its body: signed as it stands, it has no finding. Where a
  figure is needed that only the clerk can know, such as what an asset cost, it holds none.
- When all tasks are done there are none, and the ledger has no finding that it did not have before.
- An application or a surrender that an answered one of the same author followed is stale, and no task.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thimbl.core.commune import desk
from thimbl.core.commune.citing import applicants, application, fresh, name_of, read
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period, format_sum
from thimbl.core.commune.notices import first_month_lacking
from thimbl.core.commune.offer import BondOffer, one_line
from thimbl.core.commune.participants import (
    BOND_OFFER,
    COOP,
    FOR_RENT,
    MEMBER,
    PAYMENT,
    RENT_BID,
    SURRENDER,
    TRANSFER,
    Join,
    Payment,
    Transfer,
)
from thimbl.core.commune.sentences import sentence
from thimbl.core.commune.state import AssetState, Series, Status


@dataclass(frozen=True, slots=True)
class Task:
    """Something that the clerk is to do."""

    kind: str
    """Of the statement that does it."""
    sentence: str
    """What is the matter, escaped for a terminal."""
    command: str
    """The command line that does it; words in capitals stand for what only the clerk knows."""
    body: Mapping[str, Any] | None
    """Of the statement; None where a figure is needed."""
    offer: str | None = None
    """Of the series that it is about."""
    period: Period | None = None
    """The month whose rent is lacking."""


def tasks(ledger: Ledger, now: int, read_to: Mapping[str, int] | None = None) -> list[Task]:
    """All that waits at `now` (Unix seconds). `read_to` is how far the clerk has read each log, by address."""
    if ledger.state.charter is None:
        command = "thimbl commune charter NAME --currency CODE"
        return [Task("charter", "There is no charter: the commune has no money and no register yet.", command, None)]
    desk_ = _Desk(ledger, now, read_to or {})
    return [
        *desk_.applications(),
        *desk_.offers(),
        *desk_.sales(),
        *desk_.assets(),
        *desk_.rents(),
        *desk_.redemptions(),
        *desk_.transfers(),
        *desk_.surrenders(),
        *desk_.vacancies(),
        *desk_.pool(),
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    ledger: Ledger
    now: int
    read_to: Mapping[str, int]

    # the registers

    def applications(self) -> Iterator[Task]:
        """Who asks to be on a register, and who asks to be off one."""
        state = self.ledger.state
        for who in applicants(state):
            waiting = application(state, who, self.now)
            if waiting is None:
                continue
            joins = read(state, waiting, Join)
            if joins is not None:
                kind, role = "admission", joins.role
                works = f", working at {joins.coop}" if joins.coop else ""
                told = f"{who} applies as a {'co-op' if role == COOP else 'member'}{works}."
            else:
                kind, role = "departure", MEMBER if who in state.register(MEMBER) else COOP
                told = f"{who} asks to leave."
            command = _line("admit" if joins is not None else "depart", who, "--coop" if role == COOP else "")
            yield Task(kind, told, command, {"who": who, "as": role, "application": name_of(waiting)})

    # bonds

    def offers(self) -> Iterator[Task]:
        """Sound offers of admitted co-ops that are open still, the first of each code."""
        state, codes = self.ledger.state, set(self.ledger.state.codes)
        for address in sorted(state.addresses):
            for who, records in state.evidence.about(BOND_OFFER, address):
                for verified in records:
                    offer, terms = name_of(verified), read(state, verified, BondOffer)
                    if terms is None or who not in state.coops or offer in state.used or terms.series in codes:
                        continue
                    if terms.is_open(self.now):
                        codes.add(terms.series)
                        body = {"offer": offer}
                        yield Task("float", f"{who} offers {one_line(terms, self.now)}.", _line("float", offer), body)

    def sales(self) -> Iterator[Task]:
        """Sales that are past their closing."""
        for series in self._in(Status.FLOATED):
            if not series.terms.is_open(self.now):
                kind, body = desk.conclude_sale(self.ledger, series.offer, self.read_to)
                result = "and reached the face" if kind == "clearing" else "and did not reach the face"
                verb = "clear" if kind == "clearing" else "lapse"
                yield Task(kind, f"The sale of {series.code} has closed, {result}.", _line(verb, series.code), body)

    def assets(self) -> Iterator[Task]:
        """Series that are cleared, and whose asset is to be bought."""
        for series in self._in(Status.CLEARED):
            face = format_sum(series.terms.face, self.ledger.state.currency)
            yield Task(
                "acquisition",
                f"{series.code} has raised {face}, and its asset is to be bought.",
                _line("acquire", series.code, "COST"),
                None,
                series.offer,
            )

    def transfers(self) -> Iterator[Task]:
        """Transfers that a holding can bear, each holder's in the order made."""
        state = self.ledger.state
        for series in self._in(Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED):
            for who, records in state.evidence.about(TRANSFER, series.offer):
                held = series.holdings.get(who, 0)
                for verified in records:
                    said = read(state, verified, Transfer)
                    if said is None or name_of(verified) in state.used or not 0 < said.amount <= held:
                        continue
                    held -= said.amount
                    amount = format_sum(said.amount, state.currency)
                    yield Task(
                        "registration",
                        f"{who} passes {amount} of {series.code} to {said.to}.",
                        _line("register", name_of(verified)),
                        {"transfer": name_of(verified)},
                        series.offer,
                    )

    # money

    def rents(self) -> Iterator[Task]:
        """Payments of rent that are not entered, and the first month of each series that lacks some."""
        state, month = self.ledger.state, month_of(self.now)
        for series in state.series.values():
            said = set()
            for payer, payment in self._payments(series):
                assert payment.period is not None, "it is for rent"
                said.add(payment.period)
                amount = format_sum(payment.amount, state.currency)
                yield Task(
                    "rent",
                    f"{payer} says to have paid {amount} as rent of {payment.period} for {series.code}.",
                    _line("rent", series.code, amount, "--from", payer, "--month", str(payment.period)),
                    desk.rent(self.ledger, series.offer, payer, payment.period, payment.amount),
                    series.offer,
                )
            lacking = first_month_lacking(series, month)
            if lacking is not None and lacking not in said:
                yield Task(
                    "rent",
                    f"Less rent came in for {series.code} than was agreed for {lacking}: ask the tenant.",
                    _line("rent", series.code, "AMOUNT", "--month", str(lacking)),
                    None,
                    series.offer,
                    lacking,
                )

    def _payments(self, series: Series) -> Iterator[tuple[str, Payment]]:
        state = self.ledger.state
        if series.status not in (Status.ACQUIRED, Status.LIQUIDATED, Status.REDEEMED):
            return
        for payer, records in state.evidence.about(PAYMENT, series.offer):
            alike = set()
            for verified in records:
                said = read(state, verified, Payment)
                if (
                    said is not None
                    and said.purpose == FOR_RENT
                    and said.period is not None
                    and said.period.since(month_of(self.now)) <= 1
                    and said.commune in state.addresses
                    and name_of(verified) not in state.used
                    and (said.period, said.amount) not in alike
                ):
                    # Of two alike the second waits for the first: both would cite the same record.
                    alike.add((said.period, said.amount))
                    yield payer, said

    def redemptions(self) -> Iterator[Task]:
        """Series that hold cash, or whose asset is sold, and that owe somebody something."""
        for series in self._in(Status.ACQUIRED, Status.LIQUIDATED):
            last = series.status is Status.LIQUIDATED
            period = month_to_redeem(series, self.now)
            if not series.cash and not last:
                continue
            cash = format_sum(series.cash, self.ledger.state.currency)
            why = "its asset is sold, and this redemption is its last" if last else "which its holders are owed"
            yield Task(
                "redemption",
                f"{series.code} holds {cash}; {why}." if last else f"{series.code} holds {cash}, {why}.",
                _line("redeem", series.code, "--month", str(period)),
                desk.redemption(self.ledger, series.offer, period),
                series.offer,
            )

    def pool(self) -> Iterator[Task]:
        """A pool of which every member gets something."""
        state = self.ledger.state
        if state.members and (state.pool + state.carried) // len(state.members):
            body = desk.dividend(self.ledger, month_of(self.now))
            yield Task("dividend", f"The commune {sentence('dividend', body)}.", _line("dividend"), body)

    # assets

    def surrenders(self) -> Iterator[Task]:
        """Assets that their tenants give back."""
        state = self.ledger.state
        for series in state.series.values():
            if series.tenant is not None and fresh(state, state.evidence.by(series.tenant, SURRENDER, series.offer)):
                yield Task(
                    "return",
                    f"{series.tenant} gives the asset of {series.code} back.",
                    _line("return", series.code, "--reason", "surrendered"),
                    desk.return_(self.ledger, series.offer, "surrendered"),
                    series.offer,
                )

    def vacancies(self) -> Iterator[Task]:
        """Vacant assets that co-ops bid for."""
        for series in self.ledger.state.series.values():
            if series.asset is not AssetState.VACANT or not self._has_bids(series):
                continue
            first = month_of(self.now).next()
            if (body := desk.lease(self.ledger, series.offer, first)) is not None:
                yield Task(
                    "lease",
                    f"The asset of {series.code} is vacant, and {body['tenant']} bids {body['rent']} a month.",
                    _line("lease", series.code, "--from", str(first)),
                    body,
                    series.offer,
                )

    def _has_bids(self, series: Series) -> bool:
        return any(True for _ in self.ledger.state.evidence.about(RENT_BID, series.offer))

    def _in(self, *statuses: Status) -> list[Series]:
        return [series for series in self.ledger.state.series.values() if series.status in statuses]


def month_to_redeem(series: Series, now: int) -> Period:
    """The month that a redemption at `now` (Unix seconds) is of: the newest that rent came for, so that no interest
    falls due before its rent; of a series whose asset is sold not before this month, since nothing falls due after."""
    this = month_of(now)
    paid = [period for period, amount in series.paid_rents.items() if amount]
    if not paid:
        return this
    newest = max(paid)
    return max(newest, this) if series.status is Status.LIQUIDATED else newest


def _line(verb: str, *words: str) -> str:
    return shlex.join(["thimbl", "commune", verb, *filter(None, words)])
