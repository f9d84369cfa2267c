"""The derivation of one figure: why Cy's first interest was 0.67 (commune.md 4, 5 and 6).

- Made from the movement that the ledger folded, which holds what the rule worked with: no figure here is computed in
  another way than the ledger's own.
- Plain sentences, one step each, with every number that goes in; somebody with a pencil comes to the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import INTEREST_DIVISOR, Currency, format_rate, format_sum
from thimbl.core.commune.movements import Accrual, Bought, Issued, Paid, Passed, Received, Reversed, Shared, Sold
from thimbl.core.commune.sale import tie_break
from thimbl.core.counting import counted

Show = Callable[[int], str]


class NothingToExplain(LookupError):
    """That record has no such figure."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one figure comes about."""

    title: str
    steps: tuple[str, ...]


def explain(
    folded: Folded, currency: Currency, who: str | None = None, *, most: int | None = None
) -> list[Derivation]:
    """The derivations of what a record of the commune moved, of one holder or member alone where `who` is given (a
    canonical address), else of the sums and of each holder, at most `most` of them. Raises `NothingToExplain`."""
    writer = _Writer(currency, most)
    match folded.movement:
        case Issued() as issued:
            found = writer.sale(issued, who)
        case Paid() as paid:
            found = writer.redemption(paid, who)
        case Shared() as shared:
            found = writer.dividend(shared, who)
        case Received() | Reversed() | Bought() | Sold() | Passed() as movement if who is None:
            found = [writer.plain(movement)]
        case _:
            found = []
    if not found:
        whom = f" for {who}" if who else ""
        raise NothingToExplain(f"Record {folded.verified.record.seq} moved nothing{whom}.")
    return found


def accrual_steps(accrual: Accrual, currency: Currency) -> Iterator[str]:
    """How interest fell due."""
    return _Writer(currency).accrual_steps(accrual)


@dataclass(frozen=True, slots=True)
class _Writer:
    currency: Currency
    most: int | None = None

    def money(self, minor: int) -> str:
        return format_sum(minor, self.currency)

    # the sale

    def sale(self, issued: Issued, who: str | None) -> list[Derivation]:
        face = sum(issued.allotments.values())
        at_rate = {one: amount for one, (amount, rate) in issued.bids.items() if rate == issued.rate_bp}
        below = {one: amount for one, (amount, rate) in issued.bids.items() if rate < issued.rate_bp}
        lower = sum(below.values())
        # Who bid lower is allotted in full: of those at the rate, digests break the ties.
        keys = {one: tie_break(issued.offer, one) for one in at_rate}
        rate = Derivation(
            f"the rate of {issued.code}: {format_rate(issued.rate_bp)}",
            (
                f"Bids below {format_rate(issued.rate_bp)} come to {self.money(lower)}, less than the face of "
                f"{self.money(face)}.",
                f"With those at {format_rate(issued.rate_bp)} it is {self.money(lower + sum(at_rate.values()))}: "
                "the face is reached there, and that rate is all bonds'.",
            ),
        )
        return [
            *([rate] if who is None else []),
            *(
                self._allotment(issued, one, below, at_rate, face - lower, keys)
                for one in (sorted(issued.bids)[: self.most] if who is None else {who} & set(issued.bids))
            ),
        ]

    def _allotment(
        self,
        issued: Issued,
        who: str,
        below: Mapping[str, int],
        at_rate: Mapping[str, int],
        left: int,
        keys: Mapping[str, str],
    ) -> Derivation:
        got, (bid, rate) = issued.allotments.get(who, 0), issued.bids[who]
        steps = [f"{who} bid {self.money(bid)} at {format_rate(rate)}."]
        if who in below:
            steps.append(f"That is below {format_rate(issued.rate_bp)}: allotted in full.")
        elif who not in at_rate:
            steps.append(f"The face was reached at {format_rate(issued.rate_bp)}: nothing is left for a higher bid.")
        else:
            units = left // issued.unit
            steps.append(
                f"At {format_rate(issued.rate_bp)} {self.money(left)} are left, {units} units of "
                f"{self.money(issued.unit)}, for bids of {self.money(sum(at_rate.values()))}."
            )
            steps += _split_steps(units, at_rate, who, keys, _units, self.money)
        return Derivation(f"allotted to {who}: {self.money(got)}", tuple(steps))

    # redemption

    def redemption(self, paid: Paid, who: str | None) -> list[Derivation]:
        found = [] if who is not None else [self._interest(paid), self._principal(paid)]
        for holder in sorted(paid.holdings)[: self.most] if who is None else {who} & set(paid.holdings):
            found.append(self._share(paid, holder, "interest", paid.interest))
            found.append(self._share(paid, holder, "principal", paid.principal))
        return found

    def _interest(self, paid: Paid) -> Derivation:
        return Derivation(
            f"interest of {paid.code} paid for {paid.period}: {self.money(sum(paid.interest.values()))}",
            tuple(self._interest_steps(paid)),
        )

    def _interest_steps(self, paid: Paid) -> Iterator[str]:
        for accrual in paid.accruals:
            yield from self.accrual_steps(accrual)
        accrued = sum(accrual.total for accrual in paid.accruals)
        if accrued > paid.due:
            yield f"{self.money(accrued - paid.due)} of that was paid before: {self.money(paid.due)} are due."
        elif len(paid.accruals) > 1:
            yield f"Together {self.money(paid.due)} are due."
        paid_out = sum(paid.interest.values())
        yield f"The series has {self.money(paid.cash)}, which pays {self.money(paid_out)} of it."

    def accrual_steps(self, accrual: Accrual) -> Iterator[str]:
        """How interest fell due."""
        outstanding, each = self.money(accrual.outstanding), self.money(accrual.each)
        when = f"of {accrual.first}" if accrual.months == 1 else f"of {accrual.months} months, from {accrual.first} on,"
        yield f"The interest {when} fell due on the {outstanding} outstanding then."
        total = f"; of all of them {self.money(accrual.total)}" if accrual.months > 1 else ""
        yield (
            f"Of a month it is {outstanding} x {accrual.rate_bp} / {INTEREST_DIVISOR}, rounded half to even: "
            f"{each}{total}."
        )

    def _principal(self, paid: Paid) -> Derivation:
        interest, principal = sum(paid.interest.values()), sum(paid.principal.values())
        held = sum(paid.holdings.values())
        steps = [
            f"After interest {self.money(paid.cash - interest)} of the series' cash are left.",
            f"{self.money(held)} are outstanding, so {self.money(principal)} are paid back, "
            f"and {self.money(held - principal)} stay.",
        ]
        if paid.lost:
            lost = self.money(sum(paid.lost.values()))
            steps.append(f"The series is liquidated, so this is its last: {lost} are lost.")
        elif held == principal:
            steps.append(f"The series is redeemed; the {self.money(paid.to_pool)} that remain go to the pool.")
        return Derivation(f"principal of {paid.code} paid back: {self.money(principal)}", tuple(steps))

    def _share(self, paid: Paid, who: str, name: str, shares: Mapping[str, int]) -> Derivation:
        total, held = sum(shares.values()), sum(paid.holdings.values())
        steps = [
            f"{name.capitalize()} of {self.money(total)} is split by what each holds: "
            f"{who} {self.money(paid.holdings[who])} of {self.money(held)}."
        ]
        if name == "interest":
            steps = [*self._interest_steps(paid), *steps]
        keys = {one: one for one in paid.holdings}
        steps += _split_steps(total, paid.holdings, who, keys, self.money, self.money)
        return Derivation(f"{name} to {who}: {self.money(shares.get(who, 0))}", tuple(steps))

    # dividend and the rest

    def dividend(self, shared: Shared, who: str | None) -> list[Derivation]:
        if who is not None and who not in shared.members:
            return []
        count = len(shared.members)
        whom = f"to {who}" if who else "to each member"
        return [
            Derivation(
                f"dividend of {shared.period} {whom}: {self.money(shared.each)}",
                (
                    f"The pool holds {self.money(shared.pool)}, what was carried over included.",
                    f"{count} on the members' register at this record: {self.money(shared.pool)} / {count}, "
                    f"rounded down, is {self.money(shared.each)}.",
                    f"{count} times that is {self.money(shared.each * count)}: "
                    f"{self.money(shared.carried)} is carried over.",
                ),
            )
        ]

    def plain(self, movement: Received | Reversed | Bought | Sold | Passed) -> Derivation:
        money = self.money
        match movement:
            case Received():
                where = "the pool" if movement.to_pool else f"the cash of {movement.code}"
                steps = [f"{movement.payer} paid {money(movement.amount)} for {movement.period}, to {where}."]
                if movement.accrual is not None:
                    steps += self.accrual_steps(movement.accrual)
                return Derivation(f"rent of {movement.code}: {money(movement.amount)}", tuple(steps))
            case Reversed():
                where = "the pool" if movement.from_pool else f"the cash of {movement.code}"
                step = f"The rent of {movement.period} is taken back out of {where}."
                return Derivation(f"reversed: {money(movement.amount)}", (step,))
            case Bought():
                left = (
                    f"The face was {money(movement.face)}: {money(movement.face - movement.cost)} are the series' cash."
                )
                return Derivation(f"{movement.code} bought for {money(movement.cost)}", (left,))
            case Sold():
                where = "the pool" if movement.to_pool else f"the cash of {movement.code}"
                step = f"It had cost {money(movement.cost)}; the proceeds go to {where}."
                return Derivation(f"{movement.code} sold for {money(movement.proceeds)}", (step,))
            case Passed():
                step = f"{movement.holder} passed {money(movement.amount)} of {movement.code} to {movement.to}."
                return Derivation(f"transfer of {money(movement.amount)}", (step,))


def _units(count: int) -> str:
    return counted(count, "unit")


def _split_steps(
    amount: int,
    weights: Mapping[str, int],
    who: str,
    keys: Mapping[str, str],
    show: Show,
    show_weight: Show,
) -> Iterator[str]:
    """How `who` fares when an amount is split by weights (commune.md 1)."""
    total = sum(weights.values())
    if not amount or not total:
        return
    parts = {one: divmod(amount * weight, total) for one, weight in weights.items()}
    floor, remainder = parts[who]
    left = amount - sum(whole for whole, _ in parts.values())
    yield (
        f"{show(amount)} x {show_weight(weights[who])} / {show_weight(total)}, rounded down, is {show(floor)}; "
        f"the remainder is {remainder} / {total}."
    )
    if left:
        order = sorted(weights, key=lambda one: (-parts[one][1], keys[one]))
        place = order.index(who) + 1
        gets = f"one of them, which makes {show(floor + 1)}" if place <= left else "none of them"
        yield (
            f"All those come to {show(amount - left)}; the {left} left over, in least units, go one each to the "
            f"largest remainders. {who} has number {place} of {len(order)}: {gets}."
        )
