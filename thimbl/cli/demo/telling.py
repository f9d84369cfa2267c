"""How the demonstration is told: events, when they were, and the logs that come of them, in memory.

- An event is data. Whoever it is of signs it, at its time, with what was said before it in its references.
- What the records determine (commune.md 4 to 6) is no data: the commune's clerk computes it as `thimbl commune` does.
- Nothing is on the disk until `thimbl.cli.demo.village` publishes each log, once: a record a file would take ten times
  as long.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from thimbl.core.address import Address, Reference
from thimbl.core.commune import desk
from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Period, read_amount
from thimbl.core.compose import Entry, Randomness, make_record, salted
from thimbl.core.keys import PrivateKey
from thimbl.core.log import VerifiedRecord
from thimbl.core.records import EDIT, RETRACT, Record
from thimbl.core.times import HOUR, parse_time

_LABEL: Final = re.compile(r"\{([a-z0-9-]+)(\.id)?\}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one of them published. `label` lets later ones point at it."""

    time: int
    """Unix seconds."""
    who: str
    kind: str
    body: Mapping[str, Any]
    """Values such as `{offer}` stand for the reference of the event of that label; `{offer.id}` for its id."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days before the demonstration. `now` is Unix seconds."""

    now: int

    def ago(self, hours: float) -> int:
        """So many hours before it starts."""
        return self.now - int(hours * HOUR)

    def on(self, back: int, day: int, hour: int = 9) -> int:
        """A day of an earlier month, by the hour in UTC. Days up to 28 are in every month, and all of them are past."""
        return parse_time(f"{self.month(back)}-{day:02}T{hour:02}:00:00Z")

    def month(self, back: int) -> Period:
        """The month so many months before this one."""
        return month_of(self.now).plus(-back)


@dataclass(slots=True)
class Log:
    """What one of them has said so far."""

    address: Address
    key: PrivateKey
    records: list[Record] = field(default_factory=list)
    withheld: set[int] = field(default_factory=set)
    """Seqs of what they took back."""


class Telling:
    """Everybody's log, as the events make it, and the commune's ledger beside them."""

    def __init__(self, commune: str, random: Randomness) -> None:
        self.commune, self._random = commune, random
        self.logs: dict[str, Log] = {}
        self.evidence = Evidence()
        self.ledger = Ledger(self.evidence)
        self.ledger.address = commune
        self.ledger.state.addresses.add(commune)
        self._said: dict[str, Reference] = {}

    def log(self, address: str) -> Log:
        """Somebody's, with a key of its own."""
        if address not in self.logs:
            self.logs[address] = Log(Address.parse(address), PrivateKey.from_seed(self._random(32)))
        return self.logs[address]

    def tell(self, event: Event) -> None:
        """Let somebody say something. What the clerk says may not be at fault: raises `ValueError`."""
        log, body = self.log(event.who), {key: self._told(value) for key, value in event.body.items()}
        if event.who == self.commune and (compute := _COMPUTED.get(event.kind)) is not None:
            body = compute(self.ledger, body)
        previous = log.records[-1] if log.records else None
        record = make_record(
            salted(Entry(event.kind, body), self._random),
            address=log.address,
            seq=len(log.records) + 1,
            prev=previous.id if previous else None,
            time=max(event.time, previous.time if previous else 0),
            signer=log.key,
        )
        log.records.append(record)
        if event.kind == RETRACT:
            gone = {body["of"]}
            log.withheld |= {
                one.seq
                for one in log.records
                if one.id in gone or (one.kind == EDIT and one.body.get("of") in gone)
            }
        if event.label:
            self._said[event.label] = Reference(log.address, record.id)
        verified = VerifiedRecord(log.address, log.key.public.fingerprint, record)
        self.evidence.add(verified)
        if event.who == self.commune and (faults := self.ledger.fold(verified).findings):
            raise ValueError(f"The clerk of the demonstration is at fault: {event.kind} {body}: {faults}")

    def _told(self, value: Any) -> Any:
        return _LABEL.sub(self._reference, value) if isinstance(value, str) else value

    def _reference(self, match: "re.Match[str]") -> str:
        said = self._said[match[1]]
        return said.id if match[2] else str(said)


def _admission(ledger: Ledger, body: Mapping[str, Any]) -> desk.Body:
    found = desk.admission(ledger, body["who"], body["as"])
    assert found is not None, "who is admitted has applied"
    return found


def _amount(ledger: Ledger, body: Mapping[str, Any], field_: str) -> int:
    return read_amount(body[field_], ledger.state.currency)


_COMPUTED: Final[Mapping[str, Callable[[Ledger, Mapping[str, Any]], desk.Body]]] = {
    "admission": _admission,
    "clearing": lambda ledger, body: desk.conclude_sale(ledger, body["offer"], {})[1],
    "acquisition": lambda ledger, body: desk.acquisition(
        ledger, body["offer"], _amount(ledger, body, "cost"), Period.parse(body["first_period"])
    ),
    "rent": lambda ledger, body: desk.rent(
        ledger, body["offer"], body["from"], Period.parse(body["period"]), _amount(ledger, body, "amount")
    ),
    "redemption": lambda ledger, body: desk.redemption(ledger, body["offer"], Period.parse(body["period"])),
    "dividend": lambda ledger, body: desk.dividend(ledger, Period.parse(body["period"])),
}
"""What the clerk says that follows from the records and these arguments."""
