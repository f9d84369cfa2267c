"""A commune and its people with signed logs, each on a host of their own: what a fetch meets."""

from typing import Any

from tests.support.scribe import Scribe
from thimbl.core.times import format_time

COMMUNE = "commune@commune.example"
FARM, ANA, BO, CY = "farm@farm.example", "ana@fields.example", "bo@dairy.example", "cy@mill.example"


class Hamlet:
    """The commune has a charter. Whoever is named gets a log when they first say something."""

    def __init__(self) -> None:
        self.people: dict[str, Scribe] = {}
        self.say(COMMUNE, "charter", name="The Fields", currency="EUR", digits=2, period="month", rules=1)

    def __getitem__(self, who: str) -> Scribe:
        if who not in self.people:
            self.people[who] = Scribe(who, key=who)
        return self.people[who]

    @property
    def commune(self) -> Scribe:
        """The clerk's log."""
        return self[COMMUNE]

    def say(self, who: str, kind: str, /, **body: Any) -> str:
        """An announcement; its reference. A word of Python is written with an underscore behind it."""
        record = self[who].announce(kind, **{name.rstrip("_"): value for name, value in body.items()})
        return f"{who}#{record.id}"

    def state(self, kind: str, /, **body: Any) -> str:
        """The clerk says it."""
        return self.say(COMMUNE, kind, **body)

    def admit(self, who: str, role: str = "member") -> str:
        """Somebody applies and is admitted; the application."""
        application = self.say(who, "join", commune=COMMUNE, as_=role)
        self.state("admission", who=who, as_=role, application=application)
        return application

    def sell(self, *buyers: str) -> str:
        """The farm's series, floated, and cleared to those; the offer."""
        face = f"{100 * len(buyers)}.00 EUR"
        offer = self.say(
            FARM, "bond-offer", commune=COMMUNE, series="T-1", asset="A tractor", face=face, unit="100.00 EUR",
            rent="20.00 EUR", term=12, rate_bp=400, closes=format_time(self[FARM].now + 60),
        )  # fmt: skip
        self.state("float", offer=offer)
        bids = [self.say(who, "subscription", offer=offer, amount="100.00 EUR") for who in buyers]
        self.commune.now = self[FARM].now + 3600
        self.state(
            "clearing", offer=offer, subscriptions=bids, rate_bp=400,
            allotments=[{"holder": who, "amount": "100.00 EUR"} for who in sorted(buyers)],
        )  # fmt: skip
        return offer


def sold_out() -> Hamlet:
    """Ana is a member, the farm is a co-op, and Ana and Bo, who is no member, have bought its bonds."""
    hamlet = Hamlet()
    hamlet.admit(ANA)
    hamlet.admit(FARM, "coop")
    hamlet.sell(ANA, BO)
    return hamlet
