"""The bond board: which offers are for sale, which series run, which are past, and how each stands, in words.

The terminal UI and the web show the same board: what stands in it is decided here. Times are Unix seconds.
"""

from enum import StrEnum
from typing import Final

from thimbl.core.commune.money import format_rate
from thimbl.core.commune.offer import BondOffer, closes_in
from thimbl.core.commune.state import Series, Status

ENDED: Final = (Status.REDEEMED, Status.LAPSED)
"""Of a series that nothing happens to any more; an asset of a redeemed one may go on bringing rent."""


class Shelf(StrEnum):
    """Where on the board an offer stands."""

    SALE = "for sale"
    RUNNING = "running"
    PAST = "past"


def is_on_sale(terms: BondOffer, series: Series | None, now: int) -> bool:
    """Whether a subscription made at `now` can count. `series` is None for an offer that is not floated."""
    return terms.is_open(now) and (series is None or series.status is Status.FLOATED)


def shelf_of(terms: BondOffer, series: Series | None, now: int) -> Shelf:
    """Where an offer stands: a sale that is over and waits for its clerk is running."""
    if is_on_sale(terms, series, now):
        return Shelf.SALE
    return Shelf.PAST if series is None or series.status in ENDED else Shelf.RUNNING


def rate_words(terms: BondOffer, series: Series | None) -> str:
    """What it pays a year: the rate of the sale, or what was offered."""
    if series is not None and series.rate_bp is not None:
        return format_rate(series.rate_bp)
    return f"{'up to ' if terms.is_auction else ''}{format_rate(terms.ceiling_bp)}"


def standing_words(terms: BondOffer, series: Series | None, now: int) -> str:
    """How an offer stands."""
    if series is None:
        return closes_in(terms, now) + ", not floated" if terms.is_open(now) else "was never floated"
    match series.status:
        case Status.FLOATED:
            return closes_in(terms, now) if terms.is_open(now) else "closed: waits for the clerk"
        case Status.CLEARED:
            return "sold: the asset is to be bought"
        case Status.ACQUIRED:
            return f"running, the asset is {series.asset}"
        case Status.LIQUIDATED:
            return "the asset is sold, and the last redemption waits"
        case Status.LAPSED:
            return "lapsed: the face was not reached"
        case Status.REDEEMED:
            return "redeemed, its rent goes to all members" if series.tenant else "redeemed"


def state_word(terms: BondOffer, series: Series, now: int) -> str:
    """The same in a word or two, for a narrow column."""
    match series.status:
        case Status.FLOATED:
            return "on sale" if terms.is_open(now) else "sale closed"
        case Status.CLEARED:
            return "sold"
        case Status.ACQUIRED:
            return "running"
        case Status.LIQUIDATED:
            return "asset sold"
        case Status.LAPSED | Status.REDEEMED:
            return str(series.status)
