"""What a participant may sign with effect (commune.md 2): a wish becomes a body to sign, or is refused.

- What the protocol would later ignore or find wrong is refused before it is signed: after closing, above the face, not
  a multiple of the unit, more than is held, twice the same.
- Where the commune's log is here it is asked; where it is not, the terms of the offer alone are, and what can not be
  known without the log is refused.
- Every refusal says why, and what to do instead.
- Bodies are those of records, in the order of commune.md 2's table; amounts are read as people write them, and stand in
  the charter's form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import Malformed, month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency, Period, format_amount, format_rate, read_amount
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.participants import (
    ACKNOWLEDGEMENT,
    BOND_OFFER,
    COOP,
    FOR_RENT,
    FOR_SUBSCRIPTION,
    JOIN,
    LEAVE,
    MEMBER,
    PAYMENT,
    RENT_BID,
    SUBSCRIPTION,
    SURRENDER,
    TRANSFER,
    Payment,
    RentBid,
    Subscription,
    Transfer,
    read_participant,
)
from thimbl.core.commune.sale import is_eligible
from thimbl.core.commune.state import AssetState, Series, Status
from thimbl.core.log import VerifiedRecord
from thimbl.core.times import format_time


class Refusal(ValueError):
    """That would have no effect, or not the one that is meant. The message says why, and what to do instead."""


def read_role(text: str) -> str:
    """`MEMBER` or `COOP`, as people write it. Raises `Refusal` for anything else."""
    role = text.strip().lower().replace("-", "")
    if role not in (MEMBER, COOP):
        raise Refusal("A register is of members or of co-ops: write 'member' or 'co-op'.")
    return role


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be signed."""

    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """Who wishes, when, and what they know. The wishes raise `Refusal`, and `AmountError` for what is no amount."""

    author: str
    """Their canonical address."""
    now: int
    """Unix seconds."""
    evidence: Evidence
    ledger: Ledger | None = None
    """The commune's; None where its log is not here."""

    # the sale

    def offer(self, terms: BondOffer) -> Wish:
        """A co-op offers bonds."""
        if terms.closes <= self.now:
            raise Refusal("The sale would be closed already: let it close later than now.")
        self.check_may_offer(str(terms.commune))
        if self.ledger is not None:
            state = self.ledger.state
            if terms.series in state.codes:
                raise Refusal(f"A series of the code {terms.series} was floated before: choose another code.")
            if terms.currency != state.currency:
                raise Refusal(f"The money of {terms.commune} is written as {state.currency.example}.")
        for verified in self._mine(BOND_OFFER, str(terms.commune)):
            before = _read(verified, terms.currency)
            if isinstance(before, BondOffer) and before.series == terms.series and before.is_open(self.now):
                raise Refusal(
                    f"You offered a series {terms.series} already: choose another code, or wait for the clerk."
                )
        return Wish(BOND_OFFER, terms.to_body())

    def check_may_offer(self, commune: str) -> None:
        """Raises `Refusal` where the author is no co-op that the commune has admitted, as far as is known here."""
        if self.ledger is not None and self.author not in self.ledger.state.coops:
            raise Refusal(f"You are no admitted co-op of {commune}: 'thimbl commune join {commune} --coop' applies.")

    def subscribe(self, offer: str, amount: str, rate_bp: int | None = None) -> Wish:
        """Bid for bonds; a later bid takes the place of an earlier one. `rate_bp`: the least that one takes."""
        terms = self.on_sale(offer)
        minor = read_amount(amount, terms.currency)
        unit, face = self._show(terms.unit, terms), self._show(terms.face, terms)
        if minor == 0:
            raise Refusal("Zero is no subscription: 'thimbl bond withdraw' takes one back.")
        if minor % terms.unit:
            low = minor // terms.unit * terms.unit
            near = " or ".join(self._show(one, terms) for one in (low, low + terms.unit) if 0 < one <= terms.face)
            raise Refusal(f"Bonds of {terms.series} come in units of {unit}: subscribe {near}.")
        if minor > terms.face:
            raise Refusal(f"The whole series is {face}: subscribe that or less.")
        body: dict[str, Any] = {"offer": offer, "amount": self._show(minor, terms)}
        if terms.max_rate_bp is None:
            if rate_bp is not None:
                raise Refusal(f"The rate of {terms.series} is fixed at {format_rate(terms.ceiling_bp)}: leave it out.")
        else:
            ceiling = format_rate(terms.max_rate_bp)
            if rate_bp is None:
                raise Refusal(f"{terms.series} is an auction up to {ceiling}: say the least rate that you take.")
            if not 0 <= rate_bp <= terms.max_rate_bp:
                raise Refusal(f"Bids of {terms.series} are from 0 to {ceiling}: ask for less.")
            body["rate_bp"] = rate_bp
        before = self.standing(offer, terms)
        if before is not None and (before.amount, before.rate_bp) == (minor, rate_bp):
            raise Refusal("That is what you have subscribed already: there is nothing to change.")
        return Wish(SUBSCRIPTION, body)

    def withdraw(self, offer: str) -> Wish:
        """Take one's subscription back."""
        terms = self.on_sale(offer)
        if self.standing(offer, terms) is None:
            raise Refusal(f"You have no subscription of {terms.series} that counts: there is nothing to withdraw.")
        return Wish(SUBSCRIPTION, {"offer": offer, "amount": self._show(0, terms)})

    def standing(self, offer: str, terms: BondOffer) -> Subscription | None:
        """One's own subscription as it counts now; None where there is none, or it was withdrawn."""
        found = self.newest_bid(offer, terms)
        return None if found is None else found[1]

    def newest_bid(self, offer: str, terms: BondOffer) -> tuple[VerifiedRecord, Subscription] | None:
        """The same with the record in which it stands."""
        counts = None
        for verified in self._mine(SUBSCRIPTION, offer):
            said = _read(verified, terms.currency)
            if isinstance(said, Subscription) and is_eligible(terms, said, verified.record.time):
                counts = verified, said
        return counts if counts is not None and counts[1].amount else None

    def on_sale(self, offer: str) -> BondOffer:
        """The terms of an offer that is open for subscription. Raises `Refusal` for any other."""
        terms = self.terms(offer)
        if self.ledger is not None:
            series = self.ledger.state.series.get(offer)
            if series is None and terms.series in self.ledger.state.codes:
                raise Refusal(f"Another series has the code {terms.series}: this offer can not be floated.")
            if series is not None and series.status is not Status.FLOATED:
                raise Refusal(f"The sale of {terms.series} is over: it is {series.status}.")
        if not terms.is_open(self.now):
            raise Refusal(f"The sale of {terms.series} closed at {format_time(terms.closes)}.")
        return terms

    # money

    def pay(self, offer: str, amount: str, month: str | None = None) -> Wish:
        """Say that one has paid: rent of a month (`2026-12`), or without one for bonds. Raises `PeriodError` too."""
        terms = self.terms(offer)
        minor = read_amount(amount, terms.currency)
        if minor == 0:
            raise Refusal("Nothing was paid: give the amount.")
        period = None if month is None else Period.parse(month)
        if period is None:
            self._check_bonds_paid(offer, terms, minor)
        else:
            self._check_rent(offer, terms, period)
        purpose = FOR_SUBSCRIPTION if period is None else FOR_RENT
        for verified in self._mine(PAYMENT, offer):
            said = _read(verified, terms.currency)
            if (
                isinstance(said, Payment)
                and (said.purpose, said.period, said.amount) == (purpose, period, minor)
                and not self._is_used(verified)
            ):
                raise Refusal(
                    "You have said so already, and the clerk has not entered it yet: there is nothing to add."
                )
        commune = str(terms.commune) if self.ledger is None else self.ledger.address
        body = {"commune": commune, "offer": offer, "for": purpose, "amount": self._show(minor, terms)}
        return Wish(PAYMENT, body if period is None else {**body, "period": str(period)})

    def _check_bonds_paid(self, offer: str, terms: BondOffer, minor: int) -> None:
        mine = self.standing(offer, terms)
        if mine is None:
            raise Refusal(
                f"You have not subscribed {terms.series}: 'thimbl bond subscribe' does. For rent, give --rent."
            )
        if minor > mine.amount:
            raise Refusal(f"You have subscribed {self._show(mine.amount, terms)} of {terms.series}, which is less.")

    def _check_rent(self, offer: str, terms: BondOffer, period: Period) -> None:
        if period.since(month_of(self.now)) > 1:
            raise Refusal(f"{period} is too far ahead: rent is paid for next month at the latest.")
        series = self._series(offer)
        if not series.tenancies:
            raise Refusal(f"The asset of {terms.series} is not let yet: no rent is due.")
        if period < (first := series.tenancies[0].first):
            raise Refusal(f"The first rent of {terms.series} is that of {first}.")

    def transfer(self, offer: str, amount: str, to: str) -> Wish:
        """Pass bonds on. `to` is a canonical address."""
        terms, series = self.terms(offer), self.transferable(offer)
        minor = read_amount(amount, terms.currency)
        if minor == 0:
            raise Refusal("There is nothing to pass on: give the amount.")
        if to == self.author:
            raise Refusal("That is yourself: name somebody else.")
        held, passing = series.holdings.get(self.author, 0), 0
        for verified in self._mine(TRANSFER, offer):
            said = _read(verified, terms.currency)
            if isinstance(said, Transfer) and not self._is_used(verified):
                if (said.amount, said.to) == (minor, to):
                    raise Refusal("You have passed that on already, and the clerk has not registered it yet.")
                passing += said.amount
        if minor > held - passing:
            rest = f", of which {self._show(passing, terms)} wait to be registered" if passing else ""
            raise Refusal(f"You hold {self._show(held, terms)} of {terms.series}{rest}: that is not enough.")
        return Wish(TRANSFER, {"offer": offer, "amount": self._show(minor, terms), "to": to})

    def transferable(self, offer: str) -> Series:
        """The series of an offer whose bonds can be passed on. Raises `Refusal` for any other."""
        series = self._series(offer)
        if series.status not in (Status.CLEARED, Status.ACQUIRED, Status.LIQUIDATED):
            raise Refusal(f"{series.code} is {series.status}: there are no bonds of it to pass on.")
        return series

    def acknowledge(self, record: str | None = None) -> list[Wish]:
        """Say that what the newest redemptions and the newest dividend paid has come: of all of them, or of the one
        whose id begins with `record`."""
        state = self._known().state
        payouts = [*(series.newest_payment for series in state.series.values()), state.newest_dividend]
        mine = [one for one in payouts if one is not None and self.author in one.to]
        wanted = mine if record is None else [one for one in mine if one.id.startswith(record.rpartition("#")[2])]
        if record is not None and not wanted:
            raise Refusal("No newest redemption or dividend of that id paid you: leave the id out to see which did.")
        open_ = [
            one
            for one in wanted
            if not any(self.evidence.by(self.author, ACKNOWLEDGEMENT, f"{at}#{one.id}") for at in state.addresses)
        ]
        if not open_:
            raise Refusal("There is nothing to acknowledge: nothing was paid to you that you have not acknowledged.")
        return [Wish(ACKNOWLEDGEMENT, {"of": f"{self._known().address}#{one.id}"}) for one in open_]

    # the asset

    def bid(self, offer: str, rent: str) -> Wish:
        """A co-op bids for a vacant asset."""
        terms = self.rentable(offer).terms
        minor = read_amount(rent, terms.currency)
        if minor == 0:
            raise Refusal("A rent of zero is no bid: give the rent of a month.")
        for verified in self._mine(RENT_BID, offer)[-1:]:
            said = _read(verified, terms.currency)
            if isinstance(said, RentBid) and said.rent == minor and not self._is_used(verified):
                raise Refusal("That is what you have bid already: there is nothing to change.")
        return Wish(RENT_BID, {"offer": offer, "rent": self._show(minor, terms)})

    def rentable(self, offer: str) -> Series:
        """The series of an offer whose asset one may bid for. Raises `Refusal` for any other."""
        series = self._series(offer)
        if self.author not in self._known().state.coops:
            raise Refusal("Only an admitted co-op can rent: 'thimbl commune join --coop' applies.")
        if series.asset is not AssetState.VACANT:
            how = "not bought yet" if series.asset is None else str(series.asset)
            raise Refusal(f"The asset of {series.code} is not vacant: it is {how}.")
        return series

    def surrender(self, offer: str) -> Wish:
        """A tenant gives the asset back."""
        series = self._series(offer)
        if series.tenant != self.author:
            raise Refusal(f"You are not the tenant of {series.code}: there is nothing to give back.")
        if any(not self._is_used(verified) for verified in self._mine(SURRENDER, offer)):
            raise Refusal("You have given it back already, and the clerk has not taken it yet.")
        return Wish(SURRENDER, {"offer": offer})

    # the registers

    def join(self, commune: str, role: str, coop: str | None = None) -> Wish:
        """Apply to a commune as `member` or `coop`; `coop` is where a member works."""
        if commune == self.author:
            raise Refusal("That is your own address: join from the account of the member or the co-op.")
        if coop is not None and role != MEMBER:
            raise Refusal("Only a member works at a co-op: leave one of the two out.")
        if self.ledger is not None and self.author in self.ledger.state.register(role):
            raise Refusal(f"You are on that register of {commune} already.")
        body = {"commune": commune, "as": role, **({} if coop is None else {"coop": coop})}
        if any(dict(one.record.body) == body and not self._is_used(one) for one in self._mine(JOIN, commune)[-1:]):
            raise Refusal("You have applied already, and the clerk has not answered yet.")
        return Wish(JOIN, body)

    def leave(self, commune: str) -> Wish:
        """Ask to be taken off a register."""
        state = self._known().state
        if self.author not in state.members and self.author not in state.coops:
            raise Refusal(f"You are on no register of {commune}: there is nothing to leave.")
        if any(not self._is_used(verified) for verified in self._mine(LEAVE, commune)):
            raise Refusal("You have asked to leave already, and the clerk has not answered yet.")
        return Wish(LEAVE, {"commune": commune})

    def months_said(self, offer: str, terms: BondOffer) -> set[Period]:
        """The months whose rent the author says to have paid, where the commune has not entered that yet."""
        said = [
            _read(verified, terms.currency) for verified in self._mine(PAYMENT, offer) if not self._is_used(verified)
        ]
        return {one.period for one in said if isinstance(one, Payment) and one.period is not None}

    # what is known

    def terms(self, offer: str) -> BondOffer:
        """The terms of an offer, in the commune's money where its charter is here."""
        if self.ledger is not None and (series := self.ledger.state.series.get(offer)) is not None:
            return series.terms
        verified = self.evidence.get(offer)
        charter = None if self.ledger is None else self.ledger.state.charter
        try:
            said = (
                None if verified is None else read_participant(verified.record, charter.currency if charter else None)
            )
        except Malformed as error:
            raise Refusal(f"That offer can not be floated: its {error}.") from None
        if not isinstance(said, BondOffer):
            raise Refusal("That offer is not here: 'thimbl follow' the co-op that made it, and 'thimbl fetch'.")
        return said

    def _known(self) -> Ledger:
        if self.ledger is None or self.ledger.state.charter is None:
            raise Refusal("The commune's log is not here: 'thimbl follow' the commune, and 'thimbl fetch'.")
        return self.ledger

    def _series(self, offer: str) -> Series:
        series = self._known().state.series.get(offer)
        if series is None:
            raise Refusal(f"{self.terms(offer).series} is not floated yet: wait for the commune's clerk.")
        return series

    def _mine(self, kind: str, subject: str) -> list[VerifiedRecord]:
        return self.evidence.by(self.author, kind, subject)

    def _is_used(self, verified: VerifiedRecord) -> bool:
        return self.ledger is not None and f"{verified.author}#{verified.record.id}" in self.ledger.state.used

    @staticmethod
    def _show(minor: int, terms: BondOffer) -> str:
        return format_amount(minor, terms.currency)


def offers(evidence: Evidence) -> Iterator[tuple[str, BondOffer]]:
    """All sound offers that are known, by reference in ascending order."""
    for reference, verified in evidence.of_kind(BOND_OFFER):
        said = _read(verified, None)
        if isinstance(said, BondOffer):
            yield reference, said


def _read(verified: VerifiedRecord, currency: Currency | None) -> object:
    try:
        return read_participant(verified.record, currency)
    except Malformed:
        return None
