"""The history of a large commune, made from a seed: what bench/ledger.py folds.

10,000 members and 500 series, floated over the first four years, and 20 years of monthly rents: some 400,000 records.
Each series has 12 to 28 subscribers in an auction. Its rent, for which the tenant signs a payment, redeems it in some
five years, and goes to the pool from then on; three in eight of those whom a redemption pays acknowledge it, and now
and then a holder passes a bond on. Once redeemed, an asset is given back every ten years or so, and goes to the highest
of three bidders. Each year ends with a dividend for all members. All statements are those that the rules ask for: the
clerk is honest.

Records have no signatures: those are checked when a plan is fetched, and not again.
"""

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period
from thimbl.core.commune.state import AssetState, Series, Status
from thimbl.core.compose import make_head
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Judgement, Known, Verdict, VerifiedRecord
from thimbl.core.plan import Head
from thimbl.core.records import Record, make_data
from thimbl.core.times import format_time, parse_time
from thimbl.store.derive import to_json
from thimbl.store.writer import Writer

SEED: Final = 20261122
MEMBERS: Final = 10_000
SERIES: Final = 500
MONTHS: Final = 240
SMALL: Final = (300, 40, 60)
"""Members, series and months of what `--small` makes: some 7,000 records."""

FLOATED_WITHIN: Final = 48
"""Months."""

ACKNOWLEDGED: Final = 3 / 8
"""How likely a holder acknowledges a redemption."""

PASSED_ON: Final = 0.1
"""How likely a holder of a series passes a bond on in a month."""

GIVEN_BACK: Final = 1 / 120
"""How likely the asset of a redeemed series is given back in a month."""

BIDDERS: Final = 3

COMMUNE: Final = "commune@great.example"
KEY: Final = PrivateKey.from_seed(hashlib.sha256(b"everybody's").digest())
START: Final = parse_time("2026-01-01T00:00:00Z")
OPEN: Final = 86_400
"""Seconds for which an offer can be subscribed."""

MONTH: Final = 30.436875 * 86_400
"""Seconds."""


@dataclass
class History:
    """Logs by address, and the ledger that the clerk works with."""

    dice: random.Random
    now: int = START
    logs: dict[str, list[VerifiedRecord]] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.evidence)

    def say(self, who: str, kind: str, body: dict[str, Any]) -> str:
        """Put a record into a log; its reference."""
        log = self.logs.setdefault(who, [])
        assert not log or log[-1].record.time <= self.now, "no clock goes back"
        data = make_data(len(log) + 1, log[-1].record.id if log else None, format_time(self.now), kind, body)
        verified = VerifiedRecord(Address.parse(who), "", Record.from_data(data))
        log.append(verified)
        if who == COMMUNE:
            self.ledger.fold(verified)
        else:
            self.evidence.add(verified)
        return f"{who}#{verified.record.id}"

    def state(self, kind: str, body: dict[str, Any]) -> str:
        """The clerk says it."""
        return self.say(COMMUNE, kind, body)


def euros(minor: int) -> str:
    """An amount of the history's currency."""
    return f"{minor // 100}.{minor % 100:02} EUR"


def history(members: int = MEMBERS, series: int = SERIES, months: int = MONTHS, seed: int = SEED) -> History:
    """The whole history."""
    made = History(random.Random(seed))
    made.state("charter", {"name": "Great", "currency": "EUR", "digits": 2, "period": "month", "rules": 1})
    people = [f"m{number:05}@host{number % 97}.example" for number in range(members)]
    coops = [f"coop{number:03}@works.example" for number in range(series)]
    for role, who in [*(("coop", one) for one in coops), *(("member", one) for one in people)]:
        application = made.say(who, "join", {"commune": COMMUNE, "as": role})
        made.state("admission", {"who": who, "as": role, "application": application})
    begins = sorted(made.dice.randrange(min(FLOATED_WITHIN, months)) for _ in range(series))
    for number in range(months):
        made.now = START + int((number + 0.1) * MONTH)
        offers = [_offer(made, coop, people) for coop, begin in zip(coops, begins, strict=True) if begin == number]
        made.now += OPEN
        for offer in offers:
            _buy(made, offer)
        made.now = START + int((number + 0.6) * MONTH)
        period = month_of(made.now)
        for one in list(made.ledger.state.series.values()):
            _let(made, one, period)
            if one.holdings and made.dice.random() < PASSED_ON:
                _pass_on(made, one, made.dice.choice(people))
            elif one.status is Status.REDEEMED and made.dice.random() < GIVEN_BACK:
                _let_anew(made, one, made.dice.sample(coops, BIDDERS), period)
        if number % 12 == 11:
            made.state("dividend", desk.dividend(made.ledger, period))
    return made


def _offer(made: History, coop: str, people: list[str]) -> str:
    dice = made.dice
    face = 100_00 * dice.randrange(20, 200)
    terms = {
        "commune": COMMUNE,
        "series": f"S{coop[4:7]}",
        "asset": "A machine",
        "face": euros(face),
        "unit": "100.00 EUR",
        "rent": euros(face // 50),
        "term": 60,
        "max_rate_bp": 600,
        "closes": format_time(made.now + OPEN),
    }
    offer = made.say(coop, "bond-offer", terms)
    made.state("float", {"offer": offer})
    for who in dice.sample(people, dice.randrange(12, 29)):
        amount = min(face, 100_00 * max(1, face // 100_00 // 8))
        made.say(who, "subscription", {"offer": offer, "amount": euros(amount), "rate_bp": dice.randrange(601)})
    return offer


def _buy(made: History, offer: str) -> None:
    face = made.ledger.state.series[offer].terms.face
    kind, body = desk.conclude_sale(made.ledger, offer, {})
    made.state(kind, body)
    made.state("acquisition", {"offer": offer, "cost": euros(face), "first_period": str(month_of(made.now))})


def _let(made: History, one: Series, period: Period) -> None:
    tenancy = one.tenancies[-1]
    if period < tenancy.first:
        return
    agreed = {"offer": one.offer, "period": str(period), "amount": euros(tenancy.rent)}
    payment = made.say(tenancy.tenant, "payment", {"commune": COMMUNE, "for": "rent", **agreed})
    made.state("rent", {"from": tenancy.tenant, "payment": payment, **agreed})
    if one.status is Status.ACQUIRED:
        holders = sorted(one.holdings)
        redemption = made.state("redemption", desk.redemption(made.ledger, one.offer, period))
        for who in holders:
            if made.dice.random() < ACKNOWLEDGED:
                made.say(who, "acknowledgement", {"of": redemption})


def _pass_on(made: History, one: Series, to: str) -> None:
    holder = made.dice.choice(sorted(one.holdings))
    amount = made.dice.randrange(one.holdings[holder]) + 1
    transfer = made.say(holder, "transfer", {"offer": one.offer, "amount": euros(amount), "to": to})
    made.state("registration", {"transfer": transfer})


def _let_anew(made: History, one: Series, bidders: list[str], period: Period) -> None:
    assert one.asset is AssetState.LET, "it is let anew in the month in which it comes back"
    surrender = made.say(one.tenancies[-1].tenant, "surrender", {"offer": one.offer})
    made.state("return", {"offer": one.offer, "surrender": surrender, "reason": "no use for it"})
    for who in bidders:
        made.say(who, "rent-bid", {"offer": one.offer, "rent": euros(one.terms.rent + made.dice.randrange(50_00))})
    lease = desk.lease(made.ledger, one.offer, period.next())
    assert lease is not None, "there are bids"
    made.state("lease", lease)


def everything(made: History) -> Iterator[VerifiedRecord]:
    """All records of all logs."""
    for log in made.logs.values():
        yield from log


def keep(made: History, path: Path) -> None:
    """Put all these logs into the store at `path`, which is made where there is none, as if each had been fetched and
    verified.

    By SQL, which writes the rows that `Writer.take` writes but for the timeline: no ledger reads that.
    """
    Writer.open(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        [(there,)] = connection.execute("SELECT coalesce(max(id), 0) FROM author")
        for number, (who, log) in enumerate(made.logs.items(), there + 1):
            newest = log[-1].record
            connection.execute(
                "INSERT INTO author (id, address, pinned, verdict, seq, updated) VALUES (?, ?, ?, 'verified', ?, ?)",
                (number, who, KEY.public.fingerprint, newest.seq, newest.time),
            )
            connection.execute(
                "INSERT INTO head (author, seq, last, data) VALUES (?, ?, ?, ?)",
                (number, newest.seq, newest.id, to_json(head_of(who, newest).data)),
            )
            connection.executemany(
                "INSERT INTO record (author, seq, id, prev, time, kind, withheld, stored, data) "
                "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                [
                    (number, one.seq, one.id, one.prev, one.time, one.kind, made.now, to_json(one.data))
                    for one in (verified.record for verified in log)
                ],
            )


def post(made: History, path: Path) -> None:
    """A member writes a post, and the store at `path` takes it."""
    who = next(one for one in made.logs if one.startswith("m"))
    made.say(who, "post", {"text": "Good morning"})
    _take_newest(made, path, who)


def rent(made: History, path: Path) -> None:
    """One more rent comes in, and the store at `path` takes it."""
    one = next(iter(made.ledger.state.series.values()))
    agreed = {"offer": one.offer, "period": str(month_of(made.now)), "amount": euros(one.tenancies[-1].rent)}
    made.state("rent", {"from": one.tenancies[-1].tenant, **agreed})
    _take_newest(made, path, COMMUNE)


def head_of(who: str, newest: Record) -> Head:
    """The head of a log that ends with this record."""
    return make_head({"address": who}, seq=newest.seq, last=newest.id, updated=newest.time, signer=KEY)


def _take_newest(made: History, path: Path, who: str) -> None:
    newest = made.logs[who][-1]
    known = Known(newest.author, pinned=KEY.public.fingerprint, seq=newest.record.seq, updated=newest.record.time)
    with Writer.open(path) as writer:
        writer.take(Judgement(Verdict.VERIFIED, "", known, head_of(who, newest.record), (newest,)), made.now)
