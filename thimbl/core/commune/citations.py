"""Whose logs a commune's records cite: those without which nobody can check it (commune.md 1 and 12.4).

- A reference names its author's log. Whoever a statement names by address is cited as well: they are on a register,
  hold bonds, pay rent, or are said to have been read by the clerk.
- A record that is no sound statement has no effect, and cites nobody. Whether a sound one took effect is the ledger's
  to say: to find that out takes the logs that it cites.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.shares import Stated
from thimbl.core.commune.statements import (
    Acquisition,
    Admission,
    Clearing,
    Departure,
    Float,
    Lapse,
    Lease,
    Liquidation,
    Redemption,
    Registration,
    Rent,
    Return,
    Statement,
    read_statement,
)
from thimbl.core.records import Record

_REFERENCES: Final[Mapping[type[Any], tuple[str, ...]]] = {
    Admission: ("application",),
    Departure: ("application",),
    Float: ("offer",),
    Clearing: ("offer", "subscriptions"),
    Lapse: ("offer", "subscriptions"),
    Acquisition: ("offer",),
    Rent: ("offer", "payment"),
    Redemption: ("offer",),
    Registration: ("transfer",),
    Return: ("offer", "surrender"),
    Lease: ("offer", "bids"),
    Liquidation: ("offer",),
}
"""The fields of each kind that hold a reference, several, or None."""

_ADDRESSES: Final = ("who", "payer", "tenant")
"""The fields that hold an address, of whichever kind."""


def cited_by(record: Record) -> list[str]:
    """The addresses of those whom a record of a commune cites, canonical, each once, in the order of its fields."""
    try:
        said = read_statement(record)
    except Malformed:
        return []
    return [] if said is None else list(dict.fromkeys(_cited(said)))


def _cited(said: Statement) -> Iterator[str]:
    for field in _ADDRESSES:
        if (address := getattr(said, field, None)) is not None:
            yield address
    for field in _REFERENCES.get(type(said), ()):
        value = getattr(said, field)
        for reference in (value,) if isinstance(value, str) else value or ():
            yield reference.partition("#")[0]
    match said:
        case Clearing(seen=seen, allotments=allotments):
            yield from _holders(allotments)
            yield from seen
        case Lapse(seen=seen):
            yield from seen
        case Redemption(interest=interest, principal=principal):
            yield from _holders(interest)
            yield from _holders(principal)


def _holders(shares: Stated) -> Iterator[str]:
    if isinstance(shares, tuple):  # else there is only a digest of who they are
        yield from (holder for holder, _ in shares)
