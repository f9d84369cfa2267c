"""Reading one field after the other of a record's body (commune.md 2 and 3).

- A body is sound as a whole or refused by the name of the first field, in the table's order, that is not as the table
  says. A field that the table lacks is not looked at.
- Addresses and references come out in their canonical form, as text: they are keys of what a ledger keeps.
- Before there is a charter nobody knows the currency; then an amount has to be one of some currency.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from thimbl.core.address import Address, AddressError, Reference, is_id
from thimbl.core.commune.money import (
    MAX_RATE_BP,
    AmountError,
    Currency,
    Period,
    PeriodError,
    infer_currency,
    parse_amount,
)
from thimbl.core.times import DAY, EPOCH_ORDINAL, TimeError, parse_time

T = TypeVar("T")

MISSING: Final = "is missing"

REMEMBERED: Final = 1 << 16
"""Canonical addresses: everybody whom a large commune's log names over and over, some 10 MiB."""

MONTHS_REMEMBERED: Final = 1 << 14
"""Days whose month is known: forty years of them."""


class Malformed(ValueError):
    """A record's body is not as commune.md says: `field` names the first key at fault, `reason` says what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fields:
    """A body to be read. Every method raises :class:`Malformed`."""

    body: Mapping[str, object]
    currency: Currency | None = None
    """The charter's, where the reader has it."""
    written: int | None = None
    """When the record was made, in Unix seconds: what bounds its period."""

    def __contains__(self, field: str) -> bool:
        return field in self.body

    def optional(self, read: Callable[[str], T], field: str) -> T | None:
        """What `read` makes of the field; None where it is not there."""
        return read(field) if field in self.body else None

    def text(self, field: str) -> str:
        """A string."""
        value = self._value(field)
        if not isinstance(value, str):
            raise Malformed(field, "is not text")
        return value

    def choice(self, field: str, *choices: str) -> str:
        """One of some words."""
        value = self.text(field)
        if value not in choices:
            raise Malformed(field, f"is not {' or '.join(choices)}")
        return value

    def integer(self, field: str) -> int:
        """An integer. A boolean is one to Python and none to a plan."""
        value = self._value(field)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Malformed(field, "is not an integer")
        return value

    def rate(self, field: str) -> int:
        """Basis points a year."""
        value = self.integer(field)
        if not 0 <= value <= MAX_RATE_BP:
            raise Malformed(field, f"is not 0 to {MAX_RATE_BP} basis points (400 is 4 %)")
        return value

    def address(self, field: str) -> str:
        """An address, in its canonical form."""
        return self.address_of(field, self._value(field))

    def address_of(self, field: str, value: object) -> str:
        """The same of a value that stands in `field`, be it deeper down."""
        if not isinstance(value, str):
            raise Malformed(field, "is not text" if value is not None else MISSING)
        try:
            return _canonical(value)
        except AddressError as error:
            raise Malformed(field, str(error)) from None

    def reference(self, field: str) -> str:
        """``address#id``, in its canonical form."""
        return _reference(field, self._value(field))

    def references(self, field: str) -> tuple[str, ...]:
        """A list of ``address#id``, in the order given."""
        return tuple(_reference(field, value) for value in self.items(field))

    def id(self, field: str) -> str:
        """The id of a record in the same log."""
        value = self.text(field)
        if not is_id(value):
            raise Malformed(field, "is not the id of a record")
        return value

    def amount(self, field: str) -> int:
        """Minor units."""
        return self.amount_of(field, self._value(field))

    def amount_of(self, field: str, value: object) -> int:
        """Minor units of a value that stands in `field`, be it deeper down."""
        if not isinstance(value, str):
            raise Malformed(field, "is not text" if value is not None else MISSING)
        try:
            return parse_amount(value, self.currency or infer_currency(value))
        except AmountError as error:
            raise Malformed(field, str(error)) from None

    def period(self, field: str) -> Period:
        """A month; `period` itself lies no later than the month after the one in which the record was made."""
        try:
            period = Period.parse(self.text(field))
        except PeriodError as error:
            raise Malformed(field, str(error)) from None
        if field == "period" and self.written is not None and period.since(month_of(self.written)) > 1:
            raise Malformed(field, "lies after the month that follows the record's own")
        return period

    def time(self, field: str) -> int:
        """A moment, in Unix seconds."""
        try:
            return parse_time(self.text(field))
        except TimeError as error:
            raise Malformed(field, str(error)) from None

    def items(self, field: str) -> Sequence[object]:
        """A list."""
        value = self._value(field)
        if not isinstance(value, list | tuple):
            raise Malformed(field, "is not a list")
        return value

    def _value(self, field: str) -> object:
        if field not in self.body:
            raise Malformed(field, MISSING)
        return self.body[field]


def month_of(time: int) -> Period:
    """The calendar month of a moment in Unix seconds, in UTC."""
    return _month_of_day(time // DAY)


@lru_cache(MONTHS_REMEMBERED)
def _month_of_day(number: int) -> Period:
    day = date.fromordinal(EPOCH_ORDINAL + number)
    return Period(day.year, day.month)


@lru_cache(REMEMBERED)
def _canonical(text: str) -> str:
    """The canonical form of an address; the same text where it is that. Raises `AddressError`."""
    canonical = str(Address.parse(text))
    return text if text == canonical else canonical


def _reference(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise Malformed(field, "is not a reference (address#id)")
    address, _, id_ = value.partition("#")
    try:
        if is_id(id_):
            canonical = _canonical(address)
            return value if canonical == address else f"{canonical}#{id_}"
        return str(Reference.parse(value))  # which says what is wrong with it
    except AddressError as error:
        raise Malformed(field, str(error)) from None
