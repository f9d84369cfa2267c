"""Shares of an amount, as statements give them (commune.md 3): what was allotted, what interest and principal was paid.

A list of `{holder, amount}`, sorted by holder, without zeros; of more than 100 the number, sum and digest will do. What
was stated is kept as it was said: a list in another order, or with a zero in it, is not the one that was to be stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.canonical import content_id
from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.money import Currency, format_amount

MAX_LISTED: Final = 100
"""Shares that a statement lists; a longer list may be stated by its digest (commune.md 3)."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A list of more than `MAX_LISTED` shares, stated by number, sum and digest."""

    count: int
    total: int
    digest: str


Stated = tuple[tuple[str, int], ...] | Digest
"""Shares as a statement gives them: holder and amount, in its order; or their digest."""


def listed(shares: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Shares as they are to be stated: sorted by holder, without zeros."""
    return tuple(sorted((who, amount) for who, amount in shares.items() if amount))


def digest_of(shares: tuple[tuple[str, int], ...], currency: Currency) -> Digest:
    """How a long list of shares may be stated."""
    data = [{"holder": who, "amount": format_amount(amount, currency)} for who, amount in shares]
    return Digest(len(shares), sum(amount for _, amount in shares), content_id(data))


def agrees(stated: Stated, shares: Mapping[str, int], currency: Currency) -> bool:
    """Whether what was stated is what was computed."""
    computed = listed(shares)
    if isinstance(stated, Digest):
        return len(computed) > MAX_LISTED and stated == digest_of(computed, currency)
    return stated == computed


def read_shares(fields: Fields, field: str) -> Stated:
    """The shares in a field of a statement. Raises `Malformed`."""
    value = fields.body.get(field)
    if isinstance(value, Mapping):
        inner = Fields(value, fields.currency)
        try:
            return Digest(inner.integer("count"), inner.amount("total"), inner.id("digest"))
        except Malformed as error:
            raise Malformed(field, f"its {error}") from None
    shares = []
    for item in fields.items(field):
        if not isinstance(item, Mapping):
            raise Malformed(field, "is not a list of {holder, amount}")
        shares.append((fields.address_of(field, item.get("holder")), fields.amount_of(field, item.get("amount"))))
    return tuple(shares)
