"""What a record of the commune moved: the values from which books, statements and derivations are made.

Each holds what its rule worked with, so that a figure can be derived again without the ledger of that moment. Amounts
are minor units; `code` is the series'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from thimbl.core.commune.money import Period


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest that fell due: for so many months from `first` on, so much each (commune.md 5)."""

    first: Period
    months: int
    each: int
    outstanding: int
    """The principal that it was computed on."""
    rate_bp: int

    @property
    def total(self) -> int:
        """Of all those months."""
        return self.months * self.each


@dataclass(frozen=True, slots=True)
class Issued:
    """Bonds were sold, and the face received."""

    offer: str
    code: str
    rate_bp: int
    bids: Mapping[str, tuple[int, int]]
    """Of each author the amount and the rate that counted."""
    allotments: Mapping[str, int]
    unit: int


@dataclass(frozen=True, slots=True)
class Bought:
    """The asset was bought."""

    code: str
    cost: int
    face: int


@dataclass(frozen=True, slots=True)
class Received:
    """Rent came in."""

    offer: str
    code: str
    payer: str
    period: Period
    amount: int
    to_pool: bool
    accrual: Accrual | None


@dataclass(frozen=True, slots=True)
class Reversed:
    """A rent was taken back."""

    offer: str
    code: str
    payer: str
    period: Period
    amount: int
    from_pool: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """Interest and principal were paid; what is `lost` was written off."""

    offer: str
    code: str
    period: Period
    accruals: tuple[Accrual, ...]
    """All that fell due since nothing was, this record's included."""
    due: int
    """Interest, before it was paid."""
    cash: int
    """Of the series, before."""
    holdings: Mapping[str, int]
    """Before."""
    interest: Mapping[str, int]
    principal: Mapping[str, int]
    to_pool: int
    lost: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shared:
    """The pool was shared."""

    period: Period
    pool: int
    """With what was carried before."""
    each: int
    carried: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """Bonds went from one holder to another."""

    offer: str
    code: str
    holder: str
    to: str
    amount: int


@dataclass(frozen=True, slots=True)
class Sold:
    """The asset was sold."""

    offer: str
    code: str
    proceeds: int
    cost: int
    """What it had cost."""
    to_pool: bool


Movement = Issued | Bought | Received | Reversed | Paid | Shared | Passed | Sold
