"""What the commune of the demonstration has done in ten months, and what waits: its bonds, rents and dividends.

- VAT-1 is redeemed: what rent it brings since is everybody's, and was shared twice.
- TUNNEL-1 is being redeemed; the newcomer holds some of it.
- PRESS-1's sale is over and waits to be cleared; TRACTOR-1 is open for subscription; COLD-1 waits to be floated.
- Somebody applies, somebody passes bonds on, and the rents of last month are paid and not yet entered.
"""

from collections.abc import Iterator
from typing import Final

from thimbl.cli.demo.people import ANA, BO, COMMUNE, CY, DAIRY_COOP, DI, EVA, LOWER_FIELD, YOU
from thimbl.cli.demo.telling import Calendar, Event
from thimbl.core.times import DAY, format_time

SALE_OPEN: Final = 6 * DAY
"""Seconds until the sale of TRACTOR-1 closes, from the moment that the demonstration starts."""

SALE_OVER: Final = 3
"""Hours since that of PRESS-1 closed."""

MONTHS: Final = 10
"""Since the charter."""

REDEEMED: Final = 4
"""Months since VAT-1's bonds are redeemed, and its rent is shared."""


def ventures(cal: Calendar) -> list[Event]:
    """The events, in no order."""
    return [*_beginning(cal), *_vat(cal), *_tunnel(cal), *_dividends(cal), *_press(cal), *_tractor(cal), *_waiting(cal)]


def _beginning(cal: Calendar) -> Iterator[Event]:
    body = {"name": "Fields Commune", "currency": "EUR", "digits": 2, "period": "month", "rules": 1}
    yield Event(cal.on(MONTHS, 4), COMMUNE, "charter", body)
    for hour, (who, role, works_at) in enumerate(
        (
            (LOWER_FIELD, "coop", None),
            (DAIRY_COOP, "coop", None),
            (ANA, "member", LOWER_FIELD),
            (BO, "member", DAIRY_COOP),
            (CY, "member", None),
            (DI, "member", None),
            (YOU, "member", LOWER_FIELD),
        )
    ):
        where = {} if works_at is None else {"coop": works_at}
        label = f"join-{who.partition('@')[0]}"
        yield Event(cal.on(MONTHS, 5, 8 + hour), who, "join", {"commune": COMMUNE, "as": role, **where}, label)
        yield Event(cal.on(MONTHS, 7, 8 + hour), COMMUNE, "admission", {"who": who, "as": role})


def _bids(time: int, offer: str, *bids: tuple[str, str, int | None]) -> Iterator[Event]:
    """Subscriptions, an hour after each other: who, how much, and in an auction at what rate."""
    for number, (who, amount, rate_bp) in enumerate(bids):
        rate = {} if rate_bp is None else {"rate_bp": rate_bp}
        yield Event(time + number * 3600, who, "subscription", {"offer": f"{{{offer}}}", "amount": amount, **rate})


def _rent(cal: Calendar, back: int, who: str, offer: str, amount: str, *, entered: bool) -> Iterator[Event]:
    """The tenant pays, and the clerk enters it."""
    what = {"offer": f"{{{offer}}}", "amount": amount, "period": str(cal.month(back))}
    yield Event(cal.on(back, 26), who, "payment", {"commune": COMMUNE, "for": "rent", **what})
    if entered:
        yield Event(cal.on(back, 28, 9), COMMUNE, "rent", {"from": who, **what})


def _redemption(cal: Calendar, back: int, offer: str) -> Event:
    body = {"offer": f"{{{offer}}}", "period": str(cal.month(back))}
    return Event(cal.on(back, 28, 10), COMMUNE, "redemption", body, f"paid-{offer}-{back}")


def _vat(cal: Calendar) -> Iterator[Event]:
    terms = {
        "commune": COMMUNE,
        "series": "VAT-1",
        "asset": "A cheese vat, 300 litres",
        "risk": "Steel does not rot, but milk prices do.",
        "face": "600.00 EUR",
        "unit": "50.00 EUR",
        "rent": "110.00 EUR",
        "term": 12,
        "max_rate_bp": 500,
        "closes": format_time(cal.on(MONTHS, 24)),
    }
    yield Event(cal.on(MONTHS, 12), DAIRY_COOP, "bond-offer", terms, "vat")
    yield Event(cal.on(MONTHS, 13), COMMUNE, "float", {"offer": "{vat}"})
    yield from _bids(
        cal.on(MONTHS, 15),
        "vat",
        (ANA, "200.00 EUR", 200),
        (YOU, "100.00 EUR", 250),
        (BO, "150.00 EUR", 300),
        (CY, "200.00 EUR", 300),
        (EVA, "250.00 EUR", 400),
    )
    yield Event(cal.on(MONTHS, 25), COMMUNE, "clearing", {"offer": "{vat}"})
    first = str(cal.month(MONTHS - 1))
    bought = {"offer": "{vat}", "cost": "580.00 EUR", "first_period": first}
    yield Event(cal.on(MONTHS, 27), COMMUNE, "acquisition", bought)
    for back in range(MONTHS - 1, 0, -1):
        yield from _rent(cal, back, DAIRY_COOP, "vat", "110.00 EUR", entered=back > 1)
        if back >= REDEEMED:
            yield _redemption(cal, back, "vat")
    for number, who in enumerate((ANA, BO, CY, YOU)):
        yield Event(cal.on(REDEEMED - 1, 1, 10 + number), who, "acknowledgement", {"of": f"{{paid-vat-{REDEEMED}}}"})


def _tunnel(cal: Calendar) -> Iterator[Event]:
    terms = {
        "commune": COMMUNE,
        "series": "TUNNEL-1",
        "asset": "A polytunnel, 120 square metres",
        "description": "Tomatoes in May, and somewhere dry to mend things.",
        "risk": "A storm takes the film, which is 200 to replace. The hoops stay.",
        "face": "1500.00 EUR",
        "unit": "50.00 EUR",
        "rent": "130.00 EUR",
        "term": 18,
        "max_rate_bp": 500,
        "closes": format_time(cal.on(6, 18)),
    }
    yield Event(cal.on(6, 3), LOWER_FIELD, "bond-offer", terms, "tunnel")
    yield Event(cal.on(6, 4), COMMUNE, "float", {"offer": "{tunnel}"})
    yield from _bids(
        cal.on(6, 6),
        "tunnel",
        (ANA, "400.00 EUR", 200),
        (YOU, "300.00 EUR", 250),
        (DI, "350.00 EUR", 300),
        (EVA, "250.00 EUR", 300),
        (BO, "300.00 EUR", 450),
        (CY, "250.00 EUR", 450),
    )
    yield Event(cal.on(6, 19), COMMUNE, "clearing", {"offer": "{tunnel}"})
    first = str(cal.month(5))
    bought = {"offer": "{tunnel}", "cost": "1460.00 EUR", "first_period": first}
    yield Event(cal.on(6, 24), COMMUNE, "acquisition", bought)
    for back in range(5, 0, -1):
        yield from _rent(cal, back, LOWER_FIELD, "tunnel", "130.00 EUR", entered=back > 1)
        if back > 1:
            yield _redemption(cal, back, "tunnel")
    passed = {"offer": "{tunnel}", "amount": "100.00 EUR", "to": EVA}
    yield Event(cal.on(3, 8), DI, "transfer", passed, "passed")
    yield Event(cal.on(3, 9), COMMUNE, "registration", {"transfer": "{passed}"})
    for number, who in enumerate((ANA, BO, DI, EVA)):
        yield Event(cal.on(1, 1, 10 + number), who, "acknowledgement", {"of": "{paid-tunnel-2}"})


def _dividends(cal: Calendar) -> Iterator[Event]:
    for back in (REDEEMED, 2):  # that of the month between stays in the pool for a while
        body = {"period": str(cal.month(back))}
        yield Event(cal.on(back, 28, 11), COMMUNE, "dividend", body, f"shared-{back}")
    for number, who in enumerate((ANA, BO, CY)):
        yield Event(cal.on(1, 2, 10 + number), who, "acknowledgement", {"of": "{shared-2}"})


def _press(cal: Calendar) -> Iterator[Event]:
    terms = {
        "commune": COMMUNE,
        "series": "PRESS-1",
        "asset": "A cider press with a mill",
        "description": "Bring your own apples.",
        "risk": "Needs one good autumn in two.",
        "face": "800.00 EUR",
        "unit": "50.00 EUR",
        "rent": "70.00 EUR",
        "term": 16,
        "rate_bp": 300,
        "closes": format_time(cal.ago(SALE_OVER)),
    }
    yield Event(cal.ago(400), LOWER_FIELD, "bond-offer", terms, "press")
    yield Event(cal.ago(398), COMMUNE, "float", {"offer": "{press}"})
    yield from _bids(
        cal.ago(390),
        "press",
        (ANA, "300.00 EUR", None),
        (CY, "250.00 EUR", None),
        (DI, "200.00 EUR", None),
        (YOU, "250.00 EUR", None),
    )


def _tractor(cal: Calendar) -> Iterator[Event]:
    terms = {
        "commune": COMMUNE,
        "series": "TRACTOR-1",
        "asset": "A small tractor, 30 hp, second hand",
        "description": "With a front loader. For ploughing, and for everybody's firewood on Sundays.",
        "risk": "It is twenty years old. A new gearbox would cost four months of rent.",
        "face": "2400.00 EUR",
        "unit": "100.00 EUR",
        "rent": "200.00 EUR",
        "term": 24,
        "max_rate_bp": 500,
        "closes": format_time(cal.now + SALE_OPEN),
    }
    yield Event(cal.ago(298), LOWER_FIELD, "bond-offer", terms, "tractor")
    yield Event(cal.ago(280), COMMUNE, "float", {"offer": "{tractor}"})
    yield from _bids(cal.ago(250), "tractor", (ANA, "1000.00 EUR", 200))
    yield from _bids(cal.ago(190), "tractor", (BO, "700.00 EUR", 300))
    yield from _bids(cal.ago(72), "tractor", (CY, "500.00 EUR", 400))


def _waiting(cal: Calendar) -> Iterator[Event]:
    """What the clerk has not come to yet."""
    yield Event(cal.ago(26), CY, "transfer", {"offer": "{tunnel}", "amount": "50.00 EUR", "to": YOU})
    yield Event(cal.ago(20), EVA, "join", {"commune": COMMUNE, "as": "member", "coop": DAIRY_COOP})
    terms = {
        "commune": COMMUNE,
        "series": "COLD-1",
        "asset": "A cold room, 12 square metres",
        "description": "For cheese and for leeks: the door is wide enough for a pallet.",
        "risk": "It eats current. We have counted that in.",
        "face": "1800.00 EUR",
        "unit": "100.00 EUR",
        "rent": "150.00 EUR",
        "term": 20,
        "max_rate_bp": 450,
        "closes": format_time(cal.now + 20 * DAY),
    }
    yield Event(cal.ago(9), DAIRY_COOP, "bond-offer", terms, "cold")
