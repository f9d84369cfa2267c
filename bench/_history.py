"""The history of a large commune, made from a seed: what bench/ledger.py folds.

10,000 members, 500 series floated over the first 10 years, 20 years of monthly rents. Each series has 12 to 28
subscribers in an auction; its rent redeems it in some 5 years, and goes to the pool from then on; each month ends with
a dividend. Each rent cites a payment. All statements are those that the rules ask for: the clerk is honest.

Records have no signatures: those are checked when a plan is fetched, and not again.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.commune.state import Status
from thimbl.core.log import VerifiedRecord
from thimbl.core.records import Record, make_data
from thimbl.core.times import format_time, parse_time

SEED: Final = 20261122
MEMBERS: Final = 10_000
SERIES: Final = 500
MONTHS: Final = 240
FLOATED_WITHIN: Final = 120
"""Months."""

COMMUNE: Final = "commune@great.example"
START: Final = parse_time("2026-01-01T00:00:00Z")
MONTH: Final = 30.436875 * 86_400
"""Seconds."""


@dataclass
class Writer:
    """Logs by address, and the ledger that the clerk works with."""

    now: int = START
    logs: dict[str, list[VerifiedRecord]] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.evidence)

    def say(self, who: str, kind: str, body: dict[str, Any]) -> str:
        """Put a record into a log; its reference."""
        log = self.logs.setdefault(who, [])
        data = make_data(len(log) + 1, log[-1].record.id if log else None, format_time(self.now), kind, body)
        verified = VerifiedRecord(Address.parse(who), "", Record.from_data(data))
        log.append(verified)
        if who == COMMUNE:
            self.ledger.fold(verified)
        else:
            self.evidence.add(verified)
        return f"{who}#{verified.record.id}"


def euros(minor: int) -> str:
    """An amount of the history's currency."""
    return f"{minor // 100}.{minor % 100:02} EUR"


def history(members: int = MEMBERS, series: int = SERIES, months: int = MONTHS, seed: int = SEED) -> Writer:
    """The whole history."""
    dice = random.Random(seed)
    writer = Writer()
    writer.say(COMMUNE, "charter", {"name": "Great", "currency": "EUR", "digits": 2, "period": "month", "rules": 1})
    people = [f"m{number:05}@host{number % 97}.example" for number in range(members)]
    coops = [f"coop{number:03}@works.example" for number in range(series)]
    for role, who in [*(("coop", one) for one in coops), *(("member", one) for one in people)]:
        application = writer.say(who, "join", {"commune": COMMUNE, "as": role})
        writer.say(COMMUNE, "admission", {"who": who, "as": role, "application": application})
    begins = sorted(dice.randrange(min(FLOATED_WITHIN, months)) for _ in range(series))
    offers: list[str] = []
    for number in range(months):
        writer.now = START + int((number + 0.1) * MONTH)
        offers += [
            _sell(writer, dice, coop, people) for coop, begin in zip(coops, begins, strict=True) if begin == number
        ]
        writer.now = START + int((number + 0.6) * MONTH)
        period = month_of(writer.now)
        for offer in offers:
            _let(writer, offer, period)
        writer.say(COMMUNE, "dividend", desk.dividend(writer.ledger, period))
    return writer


def _sell(writer: Writer, dice: random.Random, coop: str, people: list[str]) -> str:
    face = 100_00 * dice.randrange(20, 200)
    closes = writer.now + 86_400
    offer = writer.say(
        coop,
        "bond-offer",
        {
            "commune": COMMUNE,
            "series": f"S{coop[4:7]}",
            "asset": "A machine",
            "face": euros(face),
            "unit": "100.00 EUR",
            "rent": euros(face // 50),
            "term": 60,
            "max_rate_bp": 600,
            "closes": format_time(closes),
        },
    )
    writer.say(COMMUNE, "float", {"offer": offer})
    for who in dice.sample(people, dice.randrange(12, 29)):
        amount = min(face, 100_00 * max(1, face // 100_00 // 8))
        writer.say(who, "subscription", {"offer": offer, "amount": euros(amount), "rate_bp": dice.randrange(601)})
    writer.now = closes
    kind, body = desk.conclude_sale(writer.ledger, offer, {})
    writer.say(COMMUNE, kind, body)
    writer.say(
        COMMUNE,
        "acquisition",
        {"offer": offer, "cost": euros(face), "first_period": str(month_of(writer.now))},
    )
    return offer


def _let(writer: Writer, offer: str, period: Period) -> None:
    one = writer.ledger.state.series[offer]
    body = {"commune": COMMUNE, "offer": offer, "for": "rent", "period": str(period), "amount": euros(one.terms.rent)}
    payment = writer.say(one.coop, "payment", body)
    writer.say(
        COMMUNE,
        "rent",
        {"offer": offer, "from": one.coop, "period": str(period), "amount": euros(one.terms.rent), "payment": payment},
    )
    if one.status is Status.ACQUIRED:
        writer.say(COMMUNE, "redemption", desk.redemption(writer.ledger, offer, period))


def everything(writer: Writer) -> Iterator[VerifiedRecord]:
    """All records of all logs."""
    for log in writer.logs.values():
        yield from log
