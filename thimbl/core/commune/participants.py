"""What participants sign: the records of commune.md 2 as typed values, but for the offer (`offer.py`).

A value that exists is sound in itself; whether it is eligible, in time or its author's to say is the ledger's. Amounts
are minor units, references and addresses are canonical text. :func:`read_participant` is the one door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.money import Currency, Period
from thimbl.core.commune.offer import BondOffer
from thimbl.core.records import Record

JOIN: Final = "join"
LEAVE: Final = "leave"
BOND_OFFER: Final = "bond-offer"
SUBSCRIPTION: Final = "subscription"
PAYMENT: Final = "payment"
TRANSFER: Final = "transfer"
ACKNOWLEDGEMENT: Final = "acknowledgement"
SURRENDER: Final = "surrender"
RENT_BID: Final = "rent-bid"

MEMBER: Final = "member"
COOP: Final = "coop"

FOR_RENT: Final = "rent"
FOR_SUBSCRIPTION: Final = "subscription"


@dataclass(frozen=True, slots=True)
class Join:
    """A wish to be on a register."""

    commune: str
    role: str
    """`member` or `coop`."""
    coop: str | None = None
    """Where the member works."""

    @classmethod
    def read(cls, fields: Fields) -> "Join":
        """Raises `Malformed`."""
        return cls(
            fields.address("commune"), fields.choice("as", MEMBER, COOP), fields.optional(fields.address, "coop")
        )


@dataclass(frozen=True, slots=True)
class Leave:
    """A wish to be off a register."""

    commune: str

    @classmethod
    def read(cls, fields: Fields) -> "Leave":
        """Raises `Malformed`."""
        return cls(fields.address("commune"))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A bid for bonds; an amount of zero withdraws the ones before."""

    offer: str
    amount: int
    rate_bp: int | None = None
    """The least that the subscriber takes; only an auction looks at it."""

    @classmethod
    def read(cls, fields: Fields) -> "Subscription":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"), fields.amount("amount"), fields.optional(fields.integer, "rate_bp"))


@dataclass(frozen=True, slots=True)
class Payment:
    """What its author says to have paid."""

    commune: str
    offer: str
    purpose: str
    """`subscription` or `rent`."""
    amount: int
    period: Period | None = None
    """For rent."""

    @classmethod
    def read(cls, fields: Fields) -> "Payment":
        """Raises `Malformed`."""
        commune, offer = fields.address("commune"), fields.reference("offer")
        purpose = fields.choice("for", FOR_SUBSCRIPTION, FOR_RENT)
        amount = fields.amount("amount")
        return cls(commune, offer, purpose, amount, fields.period("period") if purpose == FOR_RENT else None)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Bonds given on."""

    offer: str
    amount: int
    to: str

    @classmethod
    def read(cls, fields: Fields) -> "Transfer":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"), fields.amount("amount"), fields.address("to"))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A redemption or a dividend reached its author."""

    of: str

    @classmethod
    def read(cls, fields: Fields) -> "Acknowledgement":
        """Raises `Malformed`."""
        return cls(fields.reference("of"))


@dataclass(frozen=True, slots=True)
class Surrender:
    """A tenant gives the asset back."""

    offer: str

    @classmethod
    def read(cls, fields: Fields) -> "Surrender":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"))


@dataclass(frozen=True, slots=True)
class RentBid:
    """What a co-op would pay a month for a vacant asset."""

    offer: str
    rent: int

    @classmethod
    def read(cls, fields: Fields) -> "RentBid":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"), fields.amount("rent"))


Participant = Join | Leave | BondOffer | Subscription | Payment | Transfer | Acknowledgement | Surrender | RentBid

_READERS: Final[Mapping[str, Callable[[Fields], Participant]]] = {
    JOIN: Join.read,
    LEAVE: Leave.read,
    BOND_OFFER: lambda fields: BondOffer.from_body(fields.body, fields.currency),
    SUBSCRIPTION: Subscription.read,
    PAYMENT: Payment.read,
    TRANSFER: Transfer.read,
    ACKNOWLEDGEMENT: Acknowledgement.read,
    SURRENDER: Surrender.read,
    RENT_BID: RentBid.read,
}

PARTICIPANT_KINDS: Final = frozenset(_READERS)


def read_participant(record: Record, currency: Currency | None = None) -> Participant | None:
    """What a record of a participant says; None for every other kind. `currency` is the charter's, where it is known.

    Raises `Malformed`.
    """
    if record.withheld and record.kind in _READERS:
        raise Malformed("digest", "the body is not here")
    return participant_of(record.kind, Fields(record.body, currency, record.time))


def participant_of(kind: str, fields: Fields) -> Participant | None:
    """The same from a kind and a body. Raises `Malformed`."""
    read = _READERS.get(kind)
    return None if read is None else read(fields)
