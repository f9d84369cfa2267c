"""A commune and its people as logs of verified records, without signatures: what tests of the ledger need.

Whoever says something gets a record in their own log; the clerk's log is that of `COMMUNE`. Nothing is random.
"""

from collections.abc import Iterator
from typing import Any

from thimbl.core.address import Address
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.ledger import Ledger
from thimbl.core.log import VerifiedRecord
from thimbl.core.records import Record, make_data
from thimbl.core.times import format_time, parse_time

START = parse_time("2026-01-01T00:00:00Z")
COMMUNE = "commune@fields.example"


class Venture:
    """Logs by address, all on one clock, which `say` moves on by a second."""

    def __init__(self, currency: str = "EUR", digits: int = 2) -> None:
        self.logs: dict[str, list[VerifiedRecord]] = {}
        self.now = START
        self.code, self.digits = currency, digits
        self.evidence = Evidence()
        self.ledger = Ledger(self.evidence)

    def money(self, minor: int) -> str:
        """An amount as records have it."""
        whole, part = divmod(minor, 10**self.digits)
        return f"{whole}.{part:0{self.digits}} {self.code}" if self.digits else f"{whole} {self.code}"

    def say(self, who: str, kind: str, /, **body: Any) -> str:
        """Put a record into somebody's log, and where the clerk says it fold it in; its reference. The clerk reads all
        at once. A word of Python is written with an underscore behind it."""
        self.now += 1
        log = self.logs.setdefault(who, [])
        prev = log[-1].record.id if log else None
        fields = {name.rstrip("_"): value for name, value in body.items()}
        data = make_data(len(log) + 1, prev, format_time(self.now), kind, fields)
        verified = VerifiedRecord(Address.parse(who), "", Record.from_data(data))
        log.append(verified)
        if who == COMMUNE:
            self.ledger.fold(verified)
        self.evidence.add(verified)
        return f"{who}#{verified.record.id}"

    def state(self, kind: str, /, **body: Any) -> str:
        """The clerk says it."""
        return self.say(COMMUNE, kind, **body)

    def charter(self) -> str:
        """The commune begins."""
        return self.state("charter", name="The Fields", currency=self.code, digits=self.digits, period="month", rules=1)

    def join(self, who: str, role: str = "member", /, **body: Any) -> str:
        """Apply, and be admitted; the application's reference."""
        application = self.say(who, "join", commune=COMMUNE, as_=role, **body)
        self.state("admission", who=who, as_=role, application=application)
        return application

    def offer(self, who: str, series: str, face: int, unit: int, rent: int, **terms: Any) -> str:
        """A bond offer at 4 % that closes in a month, unless told otherwise; its reference."""
        if "max_rate_bp" not in terms:
            terms.setdefault("rate_bp", 400)
        terms.setdefault("closes", format_time(self.now + 30 * 86_400))
        return self.say(
            who,
            "bond-offer",
            commune=COMMUNE,
            series=series,
            asset="A tractor",
            face=self.money(face),
            unit=self.money(unit),
            rent=self.money(rent),
            term=12,
            **terms,
        )

    def floated(self, who: str, series: str, face: int, unit: int, rent: int, **terms: Any) -> str:
        """The same, and floated."""
        offer = self.offer(who, series, face, unit, rent, **terms)
        self.state("float", offer=offer)
        return offer

    def subscribe(self, who: str, offer: str, amount: int, /, **body: Any) -> str:
        """A subscription; its reference."""
        return self.say(who, "subscription", offer=offer, amount=self.money(amount), **body)

    def later(self, days: int) -> None:
        """Move the clock on."""
        self.now += days * 86_400

    def codes(self) -> list[tuple[str, str]]:
        """Code and detail of all findings so far."""
        return [(finding.code, finding.detail) for finding in self.ledger.state.findings]

    def everything(self) -> Iterator[VerifiedRecord]:
        """All records of all logs."""
        for log in self.logs.values():
            yield from log
