"""What tests of a commune's rules say over and over: a series is sold, let, paid for."""

from typing import Any

from tests.support.venture import Venture
from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.state import Series

FARM = "farm@fields.example"
MILL = "mill@mill.example"
ANA, BO, CY = "ana@fields.example", "bo@dairy.example", "cy@mill.example"
NOBODY = f"ghost@x.example#{'a' * 52}"


def series_of(venture: Venture, offer: str) -> Series:
    return venture.ledger.state.series[offer]


def sold(venture: Venture, face: int = 2400_00, **terms: Any) -> str:
    """A series that Ana bought alone."""
    offer = venture.floated(FARM, f"T-{len(venture.ledger.state.series)}", face, 100_00, 200_00, **terms)
    venture.subscribe(ANA, offer, face)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    assert kind == "clearing"
    venture.state(kind, **body)
    return offer


def let(venture: Venture, cost: int = 2400_00, first_period: str = "2026-02", **terms: Any) -> str:
    """The same, bought and let."""
    offer = sold(venture, **terms)
    venture.state("acquisition", offer=offer, cost=venture.money(cost), first_period=first_period)
    return offer


def rent(venture: Venture, offer: str, period: str, amount: int = 200_00, who: str = FARM, **body: Any) -> str:
    return venture.state("rent", offer=offer, from_=who, period=period, amount=venture.money(amount), **body)


def redeem(venture: Venture, offer: str) -> str:
    return venture.state("redemption", **desk.redemption(venture.ledger, offer, month_of(venture.now)))
