"""The per-capita statement: whoever uses an equal share of the common property pays what they get (commune.md 11)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from thimbl.core.commune.ledger import Folded
from thimbl.core.commune.money import Period, split
from thimbl.core.commune.movements import Received, Reversed, Shared


@dataclass(frozen=True, slots=True)
class PerCapita:
    """One member's part in a span of months; minor units."""

    member: str
    coop: str | None
    use: int
    """Of the rent that their co-op paid, their part."""
    dividend: int

    @property
    def difference(self) -> int:
        """What they got beyond what they used; negative where they used more."""
        return self.dividend - self.use


def per_capita(
    folded: Iterable[Folded], members: Mapping[str, str | None], first: Period, last: Period
) -> tuple[int, list[PerCapita]]:
    """The common rent of the months `first` to `last`, and each member's part in it, by address.

    `members` is the register, each with the co-op that they named. Rent counts for the month it is for, a dividend for
    the month that its record names. What does not divide evenly among the members of a co-op is split as any amount is.
    """
    rents: dict[str, int] = {}
    dividends: dict[str, int] = {}
    for one in folded:
        match one.movement:
            case Received(payer=payer, period=period, amount=amount) if first <= period <= last:
                rents[payer] = rents.get(payer, 0) + amount
            case Reversed(payer=payer, period=period, amount=amount) if first <= period <= last:
                rents[payer] = rents.get(payer, 0) - amount
            case Shared(period=period, each=each, members=sharing) if first <= period <= last:
                for member in sharing:
                    dividends[member] = dividends.get(member, 0) + each
    use: dict[str, int] = {}
    for coop in {coop for coop in members.values() if coop is not None}:
        use |= split(max(0, rents.get(coop, 0)), {who: 1 for who, works in members.items() if works == coop})
    return sum(rents.values()), [
        PerCapita(who, members[who], use.get(who, 0), dividends.get(who, 0)) for who in sorted(members)
    ]
