"""A bond offer: what a co-op needs, what rent it can pay, and the bonds that are to raise it (commune.md 2).

- The body of a `bond-offer` is sound as a whole or refused, by the name of a field that is not as the table says. A
  :class:`BondOffer` that exists is sound in itself; whether its author is an admitted co-op is the ledger's to say.
- Amounts are of one currency: the charter's where it is known, otherwise that of `face`.
- Exactly one rate: `rate_bp` is fixed, `max_rate_bp` is the ceiling of an auction.
- commune.md says no more of the numbers than that `unit` divides `face`. Here face, unit, rent and term are above zero:
  an offer of nothing, or of an asset let for nothing, is none. A field that the table lacks is not looked at.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.money import (
    MAX_RATE_BP,
    AmountError,
    Currency,
    format_amount,
    format_rate,
    infer_currency,
)
from thimbl.core.counting import counted
from thimbl.core.terminal import safe, safe_line
from thimbl.core.times import DAY, TimeError, format_time, short_span

WIDTH: Final = 72
"""Columns of a page for a plain terminal (commune.md 8)."""

LABEL: Final = 15
"""Columns of the table's left side: the longest label, a margin of 2 and a gap of 2."""

ASSET_SHOWN: Final = 80
"""Characters of an asset in a list; the whole of it is in the offer's own page."""

_SERIES: Final = re.compile(r"[A-Z][A-Z0-9-]{0,23}")


def check_series(series: str) -> str:
    """The series' code. Raises :class:`Malformed` where it can not be one."""
    if _SERIES.fullmatch(series) is None:
        raise Malformed("series", "is not 1 to 24 capital letters, digits and '-', beginning with a letter")
    return series


@dataclass(frozen=True, slots=True, kw_only=True)
class BondOffer:
    """A sound offer: amounts are minor units of `currency`, `term` is months, `closes` Unix seconds.

    Rates are basis points a year. Raises :class:`Malformed` where the values do not make one.
    """

    commune: Address
    series: str
    asset: str
    description: str | None = None
    risk: str | None = None
    face: int
    unit: int
    rent: int
    currency: Currency
    term: int
    rate_bp: int | None = None
    max_rate_bp: int | None = None
    closes: int

    def __post_init__(self) -> None:
        check_series(self.series)
        if not self.asset.strip():
            raise Malformed("asset", "is blank: say what is to be bought")
        for field, amount in (("face", self.face), ("unit", self.unit), ("rent", self.rent)):
            _format(field, amount, self.currency)
            if amount == 0:
                raise Malformed(field, "is zero")
            if field == "unit" and self.face % self.unit:
                raise Malformed("unit", "does not divide the face: the last bond would be a smaller one")
        if self.term < 1:
            raise Malformed("term", "is not a number of months above zero")
        if (self.rate_bp is None) == (self.max_rate_bp is None):
            raise Malformed("rate_bp", "exactly one of rate_bp (fixed) and max_rate_bp (auction) is given")
        for field, rate in (("rate_bp", self.rate_bp), ("max_rate_bp", self.max_rate_bp)):
            if rate is not None and not 0 <= rate <= MAX_RATE_BP:
                raise Malformed(field, f"is not 0 to {MAX_RATE_BP} basis points (400 is 4 %)")
        try:
            format_time(self.closes)
        except TimeError as error:
            raise Malformed("closes", str(error)) from None

    @property
    def is_auction(self) -> bool:
        """Whether the subscribers' bids make the rate."""
        return self.max_rate_bp is not None

    @property
    def ceiling_bp(self) -> int:
        """The highest rate that the series can bear, in basis points a year: the fixed one, or an auction's ceiling."""
        rate = self.rate_bp if self.rate_bp is not None else self.max_rate_bp
        assert rate is not None, "one of them is given"
        return rate

    def is_open(self, now: int) -> bool:
        """Whether a subscription made at `now` (Unix seconds) is in time (commune.md 4: not after `closes`)."""
        return now <= self.closes

    @classmethod
    def from_body(cls, body: Mapping[str, object], currency: Currency | None = None) -> "BondOffer":
        """The offer that the body of a `bond-offer` record makes; raises :class:`Malformed`.

        `currency` is the charter's, where the reader has it; otherwise that of `face`, and all amounts agree with it.
        """
        fields = Fields(body, currency)
        commune = Address.parse(fields.address("commune"))
        series = fields.text("series")
        asset = fields.text("asset")
        description = fields.optional(fields.text, "description")
        risk = fields.optional(fields.text, "risk")
        if currency is None:
            try:
                currency = infer_currency(fields.text("face"))
            except AmountError as error:
                raise Malformed("face", str(error)) from None
            fields = Fields(body, currency)
        return cls(
            commune=commune,
            series=series,
            asset=asset,
            description=description,
            risk=risk,
            face=fields.amount("face"),
            unit=fields.amount("unit"),
            rent=fields.amount("rent"),
            currency=currency,
            term=fields.integer("term"),
            rate_bp=fields.optional(fields.integer, "rate_bp"),
            max_rate_bp=fields.optional(fields.integer, "max_rate_bp"),
            closes=fields.time("closes"),
        )

    def to_body(self) -> dict[str, str | int]:
        """The body that a `bond-offer` record of this carries, in the order of commune.md 2."""
        body: dict[str, str | int] = {"commune": str(self.commune), "series": self.series, "asset": self.asset}
        if self.description is not None:
            body["description"] = self.description
        if self.risk is not None:
            body["risk"] = self.risk
        for field, amount in (("face", self.face), ("unit", self.unit), ("rent", self.rent)):
            body[field] = format_amount(amount, self.currency)
        body["term"] = self.term
        if self.rate_bp is not None:
            body["rate_bp"] = self.rate_bp
        if self.max_rate_bp is not None:
            body["max_rate_bp"] = self.max_rate_bp
        body["closes"] = format_time(self.closes)
        return body


def describe(offer: BondOffer, now: int) -> list[str]:
    """The offer as lines for a terminal, 72 columns, escaped: a sentence, a table, and what its author adds.

    `now` is Unix seconds; the lines end in no newline.
    """
    face, unit, rent = (format_amount(amount, offer.currency) for amount in (offer.face, offer.unit, offer.rent))
    verb = "raises" if offer.is_open(now) else "was to raise"
    lines = textwrap.wrap(
        f"{offer.commune} {verb} {face} for: {safe_line(offer.asset)}. "
        f"A rent of {rent} a month is to pay {_rate(offer)} and redeem the bonds.",
        WIDTH,
    )
    lines.append("")
    for label, value in (
        ("series", offer.series),
        ("asset", safe_line(offer.asset)),
        ("rent", f"{rent} a month"),
        ("face", face),
        ("unit", unit),
        ("rate", _rate(offer) + (", which the bids decide" if offer.is_auction else "")),
        ("term", counted(offer.term, "month")),
        ("closes", f"{format_time(offer.closes)} ({closes_in(offer, now)})"),
    ):
        lines += _row(label, value)
    for label, text in (("description", offer.description), ("risk", offer.risk)):
        if text is not None and text.strip():
            lines += _row(label, *safe(text).split("\n"))
    return lines


def one_line(offer: BondOffer, now: int | None) -> str:
    """The offer in a list, escaped for a terminal: series, asset, face, rate, rent, and how long it is open.

    Without `now` (Unix seconds) it says when it closes: for what is read later than it is written.
    """
    asset = safe_line(offer.asset)
    if len(asset) > ASSET_SHOWN:
        asset = asset[: ASSET_SHOWN - 1].rstrip() + "…"
    face, rent = format_amount(offer.face, offer.currency), format_amount(offer.rent, offer.currency)
    closes = f"closes {format_time(offer.closes)}" if now is None else closes_in(offer, now)
    return f"{offer.series}: {asset}, {face} at {_rate(offer)}, rent {rent} a month, {closes}"


def closes_in(offer: BondOffer, now: int) -> str:
    """How long the offer is open still: ``closes in 9 days``, ``closes in 3h``, ``closed 2d ago``. Unix seconds."""
    if not offer.is_open(now):
        return f"closed {short_span(now - offer.closes)} ago"
    left = offer.closes - now
    return f"closes in {left // DAY} days" if left >= 2 * DAY else f"closes in {short_span(left)}"


def _rate(offer: BondOffer) -> str:
    return f"{'up to ' if offer.is_auction else ''}{format_rate(offer.ceiling_bp)} a year"


def _row(label: str, *paragraphs: str) -> list[str]:
    """A row of the table: the label once, the value beside it, wrapped under itself."""
    indent = " " * LABEL
    lines = [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""]
    ]
    lines[0] = f"  {label}".ljust(LABEL) + lines[0][LABEL:]
    return lines


def _format(field: str, amount: int, currency: Currency) -> str:
    try:
        return format_amount(amount, currency)
    except AmountError as error:
        raise Malformed(field, str(error)) from None
