"""Amounts, rates, splits and months (commune.md 1, "Terms"; commune.md 5, interest).

- Money is integers of minor units: 2400.00 EUR is 240000. Nothing here is ever a float.
- An amount is written ``2400.00 EUR``: the currency and number of digits of the charter exactly, no sign, no
  separators, no zeros in front, at most 15 digits in minor units. One amount has one spelling.
- Rounding lives in one place (:func:`interest`, half to even), splitting in one (:func:`split`, largest remainder).
- What people type (:func:`read_amount`) may be looser, but never says two things: then it is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_AMOUNT_DIGITS: Final = 15
"""Digits of an amount in minor units (commune.md 1): it then fits the integers of JSON, 2^53 - 1, exactly."""

MAX_AMOUNT: Final = 10**MAX_AMOUNT_DIGITS - 1

MAX_CURRENCY_DIGITS: Final = 4
"""ISO 4217 has currencies of 0, 2, 3 and 4 digits, none of more (commune.md 1)."""

MAX_RATE_BP: Final = 10_000
"""Basis points a year: 100 % (commune.md 1)."""

INTEREST_DIVISOR: Final = 120_000
"""Basis points in one (10,000) times months of a year (commune.md 5)."""

MAX_YEAR: Final = 9999

REMEMBERED: Final = 1 << 14
"""Amounts and months as they are spelled: rents and interest repeat month after month, and are read once."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{2,7}")
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,16}))? ([A-Z][A-Z0-9]{2,7})")
_PERIOD: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
# As people write: a code in front or behind, and a number of digits, blanks, dots, commas and apostrophes.
_TYPED: Final = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9]{2,7})[ \u00a0])?([0-9][0-9.,'’ \u00a0\u202f]*?)[ \u00a0]?([A-Za-z][A-Za-z0-9]{2,7})?"
)
_RATE: Final = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,'’ \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")


class AmountError(ValueError):
    """That is not an amount of this currency. Amounts look like 2400.00 EUR."""


class RateError(ValueError):
    """That is not a rate. Rates are percent a year, such as 4 or 4.25."""


class PeriodError(ValueError):
    """That is not a month. Months are written 2026-11."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A charter's currency: its code and how many digits stand after the point. Raises :class:`AmountError`."""

    code: str
    digits: int

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.code) is None:
            raise AmountError(
                f"{self.code[:20]!r} is no currency: it is 3 to 8 capital letters and digits, such as EUR."
            )
        if not 0 <= self.digits <= MAX_CURRENCY_DIGITS:
            raise AmountError(f"A currency has 0 to {MAX_CURRENCY_DIGITS} digits after the point, not {self.digits}.")

    @property
    def example(self) -> str:
        """An amount as it is written in this currency, for messages."""
        return format_amount(2400 * 10**self.digits, self)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month; sorts by time. Raises :class:`PeriodError` outside the years 0001 to 9999."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= MAX_YEAR and 1 <= self.month <= 12):
            raise PeriodError(f"There is no month {self.month} of the year {self.year} in the calendar of plans.")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2026-11``; raises :class:`PeriodError`."""
        return _parse_period(text)

    def next(self) -> "Period":
        """The month that follows."""
        return self.plus(1)

    def plus(self, months: int) -> "Period":
        """The month that many months later, or earlier when negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)

    def since(self, earlier: "Period") -> int:
        """How many months later than `earlier` this one is."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def parse_amount(text: str, currency: Currency) -> int:
    """Minor units of an amount in a record, ``2400.00 EUR``; raises :class:`AmountError` for any other spelling."""
    minor, digits, code = _read_canonical(text)
    if digits != currency.digits or code != currency.code:
        raise AmountError(f"{text[:40]!r} is not an amount in {currency.code}: write it as {currency.example}.")
    return minor


def infer_currency(text: str) -> Currency:
    """The currency and digits that an amount in a record is written with; raises :class:`AmountError`."""
    _, digits, code = _read_canonical(text)
    return Currency(code, digits)


def format_amount(minor: int, currency: Currency) -> str:
    """``2400.00 EUR`` from 240000 minor units; raises :class:`AmountError` for what no record can hold."""
    if not 0 <= minor <= MAX_AMOUNT:
        raise AmountError(
            f"{minor} minor units are no amount: those are 0 to {MAX_AMOUNT_DIGITS} digits, without a sign."
        )
    return format_sum(minor, currency)


def format_sum(minor: int, currency: Currency) -> str:
    """A sum of amounts for people: as an amount is written, but with as many digits as it has. Never negative."""
    whole, part = divmod(minor, 10**currency.digits)
    return f"{whole}.{part:0{currency.digits}} {currency.code}" if currency.digits else f"{whole} {currency.code}"


def format_balance(minor: int, currency: Currency) -> str:
    """The same of either sign: a balance, or what a record took away."""
    return f"{'-' if minor < 0 else ''}{format_sum(abs(minor), currency)}"


def percent(part: int, whole: int) -> str:
    """How much of a whole a part is, rounded down, so that only the whole is 100 %; a dash where there is no whole."""
    return f"{part * 100 // whole} %" if whole > 0 else "–"


def read_amount(text: str, currency: Currency) -> int:
    """Minor units of an amount as a person types it: ``2400``, ``2,400.00``, ``2400 EUR``, ``EUR 2400,00``.

    Thousands may be grouped by comma, point, blank or apostrophe; the decimals are all there or none. What could mean
    two amounts, such as ``2,400`` in euros, raises :class:`AmountError` that says how to write it.
    """
    typed = text.strip()
    try:
        return parse_amount(typed, currency)
    except AmountError:
        pass
    parts = _TYPED.fullmatch(typed)
    if parts is None:
        raise AmountError(f"{text[:40]!r} is not an amount: write it as {currency.example}.")
    before, number, after = parts.groups()
    if before and after:
        raise AmountError(f"{text[:40]!r} names a currency twice: write it as {currency.example}.")
    if (code := before or after) and code.upper() != currency.code:
        raise AmountError(f"{text[:40]!r} is not in {currency.code}: the amounts of this commune are.")
    whole, part = _decimals(number, currency, text)
    digits = _ungrouped(whole, text, currency)
    if len(digits) > 1 and digits.startswith("0"):
        raise AmountError(f"{text[:40]!r} begins with a zero: write it as {currency.example}.")
    if len(digits) > MAX_AMOUNT_DIGITS or (minor := int(digits + part)) > MAX_AMOUNT:
        raise AmountError(f"{text[:40]!r} is too large: an amount has at most {MAX_AMOUNT_DIGITS} digits.")
    return minor


def split(amount: int, weights: Mapping[str, int], *, tie: Callable[[str], str] | None = None) -> dict[str, int]:
    """Share `amount` by `weights`, which go by canonical address; the shares add up to `amount` (commune.md 1).

    Each gets the floor of amount x weight / total; the units left over go one each to the largest remainders, ties by
    address in ascending order, or by what `tie` makes of the address (commune.md 4 breaks them by a digest there).
    Whoever weighs nothing gets nothing. Raises ValueError for a negative number, or with nobody to share among.
    """
    total = sum(weights.values())
    if amount < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("an amount and its weights are not negative")
    if total == 0:
        if amount:
            raise ValueError("there is nobody to share the amount among")
        return dict.fromkeys(weights, 0)
    shares: dict[str, int] = {}
    remainders: dict[str, int] = {}
    for who, weight in weights.items():
        shares[who], remainders[who] = divmod(amount * weight, total)
    left = amount - sum(shares.values())
    # No more units are left than there are remainders above zero, so none goes to a weight of zero.
    for who in sorted(weights, key=lambda who: (-remainders[who], tie(who) if tie else who))[:left]:
        shares[who] += 1
    return shares


def interest(outstanding: int, rate_bp: int) -> int:
    """Interest of one month on a principal, in minor units: outstanding x rate_bp / 120000, rounded half to even."""
    whole, rest = divmod(outstanding * rate_bp, INTEREST_DIVISOR)
    up = 2 * rest > INTEREST_DIVISOR or (2 * rest == INTEREST_DIVISOR and whole % 2 == 1)
    return whole + up


def format_rate(rate_bp: int) -> str:
    """A rate for people, from basis points a year: ``4 %``, ``4.5 %``, ``0.25 %``."""
    whole, part = divmod(rate_bp, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + " %"


def read_rate(percent: str) -> int:
    """Basis points a year of a rate as a person types it, in percent: ``4``, ``4.5``, ``4,25 %``. Raises
    :class:`RateError`."""
    match = _RATE.fullmatch(percent.strip())
    if match is None or (value := int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))) > MAX_RATE_BP:
        raise RateError(f"{percent[:40]!r} is no rate: give percent a year, such as 4 or 4.25.")
    return value


@lru_cache(REMEMBERED)
def _parse_period(text: str) -> Period:
    parts = _PERIOD.fullmatch(text)
    if parts is None:
        raise PeriodError(f"{text[:20]!r} is not a month: write it as 2026-11.")
    return Period(int(parts[1]), int(parts[2]))


@lru_cache(REMEMBERED)
def _read_canonical(text: str) -> tuple[int, int, str]:
    """Minor units, digits after the point, and the currency's code."""
    parts = _AMOUNT.fullmatch(text)
    if parts is None:
        raise AmountError(f"{text[:40]!r} is not an amount: write it as 2400.00 EUR.")
    whole, part, code = parts[1], parts[2] or "", parts[3]
    if len(part) > MAX_CURRENCY_DIGITS:
        Currency(code, len(part))  # which says what is wrong with it
    if (minor := int(whole + part)) > MAX_AMOUNT:
        raise AmountError(f"{text[:40]!r} is too large: an amount has at most {MAX_AMOUNT_DIGITS} digits.")
    return minor, len(part), code


def _decimals(number: str, currency: Currency, text: str) -> tuple[str, str]:
    """The part of a typed number before its decimal sign, and all the currency's decimals (zeros when not typed)."""
    zeros = "0" * currency.digits
    sign = max(number.rfind("."), number.rfind(","))
    if sign < 0:
        return number, zeros
    whole, part = number[:sign], number[sign + 1 :]
    # A sign that stands there twice groups thousands, and so does any in a currency that has no decimals.
    if number[sign] in whole or currency.digits == 0:
        return number, zeros
    if len(part) == currency.digits and part.isdigit():
        if len(part) == 3 and len(whole) <= 3 and number[sign] == ",":
            raise _ambiguous(text, currency)
        return whole, part
    if len(part) == 3 and part.isdigit() and len(whole) <= 3:
        raise _ambiguous(text, currency)
    raise AmountError(
        f"{text[:40]!r} does not have {currency.digits} digits after the point: write it as {currency.example}."
    )


def _ungrouped(whole: str, text: str, currency: Currency) -> str:
    """The digits of a number whose thousands may be grouped, in threes and by one sign throughout."""
    if whole.isdigit():
        return whole
    if (groups := _GROUPED.fullmatch(whole)) is None:
        raise AmountError(f"{text[:40]!r} is not grouped in thousands: write it as {currency.example}.")
    return whole.replace(groups[1], "")


def _ambiguous(text: str, currency: Currency) -> AmountError:
    return AmountError(f"{text[:40]!r} could mean two amounts: write it without grouping, as {currency.example}.")
