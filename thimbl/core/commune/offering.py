"""A bond offer as a form (commune.md 2): what a co-op is asked, and the terms that its answers make.

- The terms are read as strictly as `thimbl bond offer` reads them; what they lack is said by the labels of the form.
- Amounts are of the commune's money where its charter is here, and otherwise of that in which the face is written.
"""

from collections.abc import Mapping
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.forms import Form, Question
from thimbl.core.commune.money import AmountError, Currency, format_amount, infer_currency, read_amount, read_rate
from thimbl.core.commune.offer import BondOffer, check_series
from thimbl.core.commune.simulate import explain, simulate
from thimbl.core.commune.wishes import Refusal, View
from thimbl.core.times import TimeError, parse_human_time

_EXAMPLE: Final = Currency("EUR", 2)
"""The money of the examples where the commune's is not known."""

_NEEDED: Final = {
    "series": "a code for the series",
    "asset": "what it is to buy",
    "face": "the face",
    "unit": "the smallest bond",
    "rent": "the rent a month",
    "term": "the months",
    "closes": "when the sale closes",
}
"""Questions that have to be answered, and what is missing where they are not."""


def offer_form(view: View, commune: str) -> Form:
    """What a co-op is asked. Raises `Refusal` where it is none that the commune has admitted."""
    view.check_may_offer(commune)
    money = _EXAMPLE if view.ledger is None else view.ledger.state.currency
    face, unit, rent = (format_amount(amount * 10**money.digits, money) for amount in (2400, 100, 200))
    return Form(
        f"Offer bonds to {commune}",
        (
            Question("series", "Series", "Capital letters, digits and '-', such as TRACTOR-1"),
            Question("asset", "Asset", "What it is to buy, in a few words"),
            Question("description", "More", "What else is to be said of it; may be empty"),
            Question("risk", "Risk", "What a buyer should know; may be empty"),
            Question("face", "Face", f"What the series is to raise, such as {face}"),
            Question("unit", "Unit", f"The smallest bond, which divides the face, such as {unit}"),
            Question("rent", "Rent", f"What you can pay a month, such as {rent}"),
            Question("term", "Months", "For how long, such as 24"),
            Question("rate", "Rate", "A fixed one, in percent a year; empty: the bids decide"),
            Question("max rate", "At most", "Where they do, the highest rate in percent a year"),
            Question("closes", "Closes", "When the sale closes, such as 2026-12-20"),
        ),
        "An offer can not be withdrawn once the commune has floated it.",
    )


def offer_of(view: View, commune: Address, answers: Mapping[str, str]) -> BondOffer:
    """The terms that the answers make. Raises `Refusal`, and `AmountError`, `RateError` or `Malformed`."""
    if missing := [what for name, what in _NEEDED.items() if not answers.get(name)]:
        raise Refusal(f"An offer needs more: {', '.join(missing)}.")
    series = check_series(answers["series"])
    rate, ceiling = answers.get("rate"), answers.get("max rate")
    if bool(rate) == bool(ceiling):
        raise Refusal("Give one rate: a fixed one, or the highest that bids may ask for.")
    try:
        closes = parse_human_time(answers["closes"], view.now)
    except TimeError as error:
        raise Refusal(str(error)) from None
    if not (answers["term"].isascii() and answers["term"].isdigit()):
        raise Refusal("Give the term as a number of months, such as 24.")
    currency = _currency(view, answers["face"])
    return BondOffer(
        commune=commune,
        series=series,
        asset=answers["asset"],
        description=answers.get("description") or None,
        risk=answers.get("risk") or None,
        face=read_amount(answers["face"], currency),
        unit=read_amount(answers["unit"], currency),
        rent=read_amount(answers["rent"], currency),
        currency=currency,
        term=int(answers["term"]),
        rate_bp=read_rate(rate) if rate else None,
        max_rate_bp=read_rate(ceiling) if ceiling else None,
        closes=closes,
    )


def _currency(view: View, face: str) -> Currency:
    if view.ledger is not None:
        return view.ledger.state.currency
    try:
        return infer_currency(face)
    except AmountError as error:
        what = str(error).partition(":")[0]
        raise AmountError(f"{what}: write it with its currency, such as '2400.00 EUR'.") from None


def outlook(terms: BondOffer) -> tuple[str, ...]:
    """What the rent would do, a sentence each: when it redeems the bonds, and what that costs."""
    return tuple(explain(simulate(terms.face, terms.rent, terms.ceiling_bp), terms.currency, terms.term))
