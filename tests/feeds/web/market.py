"""A site with a commune on it, in memory: a series of each kind, findings, and all records as items with pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.feeds.web.showing import NOW, Shown, item, profile
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.notices import notices
from thimbl.core.commune.study import Study
from thimbl.home.shown import Profile
from thimbl.store.types import Item

FARM, MILL = "farm@fields.example", "mill@mill.example:7979"
MONTH = 31 * 86_400
MEMBERS = ("ana@fields.example", "bo@dairy.example", "cy@mill.example")


def studied(venture: Venture) -> Study:
    """What a host makes of it."""
    ledger = Ledger(venture.evidence)
    folded = tuple(map(ledger.fold, venture.logs[COMMUNE]))
    return Study(Address.parse(COMMUNE), ledger, folded, tuple(notices(ledger)))


@dataclass
class Market(Shown):
    """A `Shown` with communes."""

    studies: Sequence[Study] = field(default_factory=list)

    def communes(self) -> Sequence[Any]:
        return self.studies

    def commune(self, who: str) -> Any:
        return next((one for one in self.studies if self.who_is(one.commune) == who), None)


def shown(venture: Venture, *, listed: bool = True) -> Market:
    """The site of a host that has all of the logs: those of `fields.example` live here, the others are copies."""
    people: dict[str, Profile] = {}
    items: list[Item] = []
    for address in (Address.parse(who) for who in venture.logs):
        here = address.host == "fields.example"
        who = address.user if here else str(address)
        people[who] = profile(
            who, address, name=address.user.title(), copied=not here, listed=listed and here,
            is_commune=str(address) == COMMUNE,
        )  # fmt: skip
    for log in venture.logs.values():
        for verified in log:
            record = verified.record
            items.append(
                item(
                    str(record.body.get("text", "")),
                    address=verified.author,
                    name=verified.author.user.title(),
                    id=record.id,
                    seq=record.seq,
                    time=record.time,
                    kind=record.kind,
                    body=dict(record.body),
                    rowid=len(items),
                )
            )
    items.sort(key=lambda one: -one.time)
    copies = [one.address for one in people.values() if one.copied and one.address is not None]
    return Market(people, items, copied=copies, studies=[studied(venture)])


def founded() -> Venture:
    """A commune with two co-ops and three members."""
    venture = Venture()
    venture.now = NOW - 16 * MONTH
    venture.charter()
    for who in (FARM, MILL):
        venture.join(who, "coop")
    for who in MEMBERS:
        venture.join(who, coop=FARM)
    return venture


def sold(venture: Venture, code: str, face: int, coop: str = FARM, **terms: Any) -> str:
    """A series that all members bid for, sold and bought."""
    offer = venture.floated(coop, code, face, 100_00, 200_00, max_rate_bp=500, **terms)
    for number, who in enumerate(MEMBERS):
        venture.subscribe(who, offer, 500_00 + number * 300_00, rate_bp=200 + number * 100)
    venture.later(31)
    kind, body = desk.conclude_sale(venture.ledger, offer, {})
    venture.state(kind, **body)
    if kind == "clearing":
        month = month_of(venture.now).next()
        venture.state("acquisition", offer=offer, cost=venture.money(face - 40_00), first_period=str(month))
    return offer


def paid(venture: Venture, offer: str, months: int, coop: str = FARM) -> None:
    """So many months' rent, and what it redeems."""
    for _ in range(months):
        venture.later(31)
        month = month_of(venture.now)
        amount = venture.money(200_00)
        venture.say(coop, "payment", commune=COMMUNE, offer=offer, for_="rent", amount=amount, period=str(month))
        venture.state("rent", **desk.rent(venture.ledger, offer, coop, month, 200_00))
        if venture.ledger.state.series[offer].outstanding:
            venture.state("redemption", **desk.redemption(venture.ledger, offer, month))


def small() -> Venture:
    """One series that runs, and a post."""
    venture = founded()
    paid(venture, sold(venture, "RUN-1", 2000_00), 1)
    venture.say(MEMBERS[0], "post", text="Good morning. #leeks")
    return venture


def fair() -> Venture:
    """One of everything: a series that is redeemed, one that runs and whose redemption was misstated, one that lapsed,
    one that was sold off, one whose sale is over, and one that is open; a dividend, and a stranger's words."""
    venture = founded()
    paid(venture, sold(venture, "OLD-1", 800_00), 7)
    venture.state("dividend", **desk.dividend(venture.ledger, month_of(venture.now)))
    paid(venture, running := sold(venture, "RUN-1", 2000_00, risk="It may <b>rain</b>."), 2)
    honest = desk.redemption(venture.ledger, running, month_of(venture.now).next())
    venture.later(31)
    venture.state("rent", **desk.rent(venture.ledger, running, FARM, month_of(venture.now), 200_00))
    shares = desk.redemption(venture.ledger, running, month_of(venture.now))
    shares["principal"] = [{**one, "amount": venture.money(1_00)} for one in shares["principal"][:1]]
    venture.state("redemption", **{**honest, **shares})
    sold(venture, "MUCH-1", 9900_00)
    lost = sold(venture, "LOST-1", 1000_00)
    venture.state("return", offer=lost, reason="The wheel is off.")
    venture.state("liquidation", **desk.liquidation(venture.ledger, lost, 300_00))
    closed = venture.floated(MILL, "CLOSED-1", 500_00, 100_00, 50_00, rate_bp=300)
    venture.subscribe(MEMBERS[0], closed, 500_00)
    venture.later(31)
    venture.now = max(venture.now, NOW - 86_400)
    about = "With #leeks.\n\nYes."
    opened = venture.floated(FARM, "OPEN-1", 2400_00, 100_00, 200_00, max_rate_bp=500, description=about)
    venture.subscribe(MEMBERS[0], opened, 1000_00, rate_bp=200)
    long = "w" * 300 + " \u202eright to left\u202c https://fields.example/" + "a" * 200
    venture.say(MEMBERS[0], "post", text=f"<script>alert(1)</script> #leeks {long}")
    venture.say("eve@" + "a" * 50 + ".example", "join", commune=COMMUNE, as_="member")
    return venture
