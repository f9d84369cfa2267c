"""What the commune's log says happened: the records of commune.md 3 as typed values, each with its own checks.

Amounts are minor units, references and addresses canonical text. What a statement says of shares is kept as it was
said, to be compared with what is computed: that counts. :func:`read_statement` is the one door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.money import AmountError, Currency, Period
from thimbl.core.commune.participants import COOP, MEMBER
from thimbl.core.commune.shares import Stated, read_shares
from thimbl.core.records import Record

RULES: Final = 1
"""The version of these rules that a charter names."""


def _seen(fields: Fields) -> Mapping[str, int]:
    seen: dict[str, int] = {}
    last = ""
    for item in fields.items("seen"):
        if not isinstance(item, Mapping):
            raise Malformed("seen", "is not a list of {address, seq}")
        try:
            inner = Fields(item)
            address, seq = inner.address("address"), inner.integer("seq")
        except Malformed as error:
            raise Malformed("seen", error.reason) from None
        if seq < 0:
            raise Malformed("seen", "holds a seq below zero")
        if address <= last:
            raise Malformed("seen", "is not sorted by address, each once")
        seen[address] = seq
        last = address
    return seen


@dataclass(frozen=True, slots=True)
class Charter:
    """What the commune calls itself, and its money."""

    name: str
    currency: Currency

    @classmethod
    def read(cls, fields: Fields) -> "Charter":
        """Raises `Malformed`."""
        name, code, digits = fields.text("name"), fields.text("currency"), fields.integer("digits")
        try:
            Currency(code, 0)
        except AmountError as error:
            raise Malformed("currency", str(error)) from None
        try:
            currency = Currency(code, digits)
        except AmountError as error:
            raise Malformed("digits", str(error)) from None
        fields.choice("period", "month")
        if fields.integer("rules") != RULES:
            raise Malformed("rules", f"is not {RULES}, which is the only version there is")
        return cls(name, currency)


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody is put on a register."""

    who: str
    role: str
    application: str

    @classmethod
    def read(cls, fields: Fields) -> "Admission":
        """Raises `Malformed`."""
        return cls(fields.address("who"), fields.choice("as", MEMBER, COOP), fields.reference("application"))


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody is taken off a register; without an application they were expelled."""

    who: str
    role: str
    application: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> "Departure":
        """Raises `Malformed`."""
        return cls(
            fields.address("who"),
            fields.choice("as", MEMBER, COOP),
            fields.optional(fields.reference, "application"),
        )


@dataclass(frozen=True, slots=True)
class Float:
    """An offer is open for subscription."""

    offer: str

    @classmethod
    def read(cls, fields: Fields) -> "Float":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"))


@dataclass(frozen=True, slots=True)
class Clearing:
    """The sale reached the face."""

    offer: str
    subscriptions: tuple[str, ...]
    rate_bp: int
    allotments: Stated
    seen: Mapping[str, int]
    """How far the clerk had read each log."""

    @classmethod
    def read(cls, fields: Fields) -> "Clearing":
        """Raises `Malformed`."""
        return cls(
            fields.reference("offer"),
            fields.references("subscriptions"),
            fields.rate("rate_bp"),
            read_shares(fields, "allotments"),
            _seen(fields) if "seen" in fields else {},
        )


@dataclass(frozen=True, slots=True)
class Lapse:
    """The sale did not reach the face."""

    offer: str
    subscriptions: tuple[str, ...]
    seen: Mapping[str, int]

    @classmethod
    def read(cls, fields: Fields) -> "Lapse":
        """Raises `Malformed`."""
        return cls(
            fields.reference("offer"),
            fields.references("subscriptions"),
            _seen(fields) if "seen" in fields else {},
        )


@dataclass(frozen=True, slots=True)
class Acquisition:
    """The asset is bought, and let to the co-op."""

    offer: str
    cost: int
    first_period: Period

    @classmethod
    def read(cls, fields: Fields) -> "Acquisition":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"), fields.amount("cost"), fields.period("first_period"))


@dataclass(frozen=True, slots=True)
class Rent:
    """Rent came in."""

    offer: str
    payer: str
    period: Period
    amount: int
    payment: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> "Rent":
        """Raises `Malformed`."""
        return cls(
            fields.reference("offer"),
            fields.address("from"),
            fields.period("period"),
            fields.amount("amount"),
            fields.optional(fields.reference, "payment"),
        )


@dataclass(frozen=True, slots=True)
class Reversal:
    """A rent is taken back."""

    of: str

    @classmethod
    def read(cls, fields: Fields) -> "Reversal":
        """Raises `Malformed`."""
        of = fields.id("of")
        fields.text("reason")
        return cls(of)


@dataclass(frozen=True, slots=True)
class Redemption:
    """Interest and principal are paid."""

    offer: str
    period: Period
    interest: Stated
    principal: Stated

    @classmethod
    def read(cls, fields: Fields) -> "Redemption":
        """Raises `Malformed`."""
        return cls(
            fields.reference("offer"),
            fields.period("period"),
            read_shares(fields, "interest"),
            read_shares(fields, "principal"),
        )


@dataclass(frozen=True, slots=True)
class Dividend:
    """The pool is shared, each member alike."""

    period: Period
    pool: int
    members: int
    each: int
    carried: int

    @classmethod
    def read(cls, fields: Fields) -> "Dividend":
        """Raises `Malformed`."""
        period, pool, members = fields.period("period"), fields.amount("pool"), fields.integer("members")
        return cls(period, pool, members, fields.amount("each"), fields.amount("carried"))


@dataclass(frozen=True, slots=True)
class Registration:
    """A transfer is entered in the register of holders."""

    transfer: str

    @classmethod
    def read(cls, fields: Fields) -> "Registration":
        """Raises `Malformed`."""
        return cls(fields.reference("transfer"))


@dataclass(frozen=True, slots=True)
class Return:
    """The asset comes back."""

    offer: str
    surrender: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> "Return":
        """Raises `Malformed`."""
        offer, surrender = fields.reference("offer"), fields.optional(fields.reference, "surrender")
        fields.text("reason")
        return cls(offer, surrender)


@dataclass(frozen=True, slots=True)
class Lease:
    """A vacant asset is let anew."""

    offer: str
    bids: tuple[str, ...]
    tenant: str
    rent: int
    first_period: Period

    @classmethod
    def read(cls, fields: Fields) -> "Lease":
        """Raises `Malformed`."""
        return cls(
            fields.reference("offer"),
            fields.references("bids"),
            fields.address("tenant"),
            fields.amount("rent"),
            fields.period("first_period"),
        )


@dataclass(frozen=True, slots=True)
class Liquidation:
    """The asset is sold."""

    offer: str
    proceeds: int

    @classmethod
    def read(cls, fields: Fields) -> "Liquidation":
        """Raises `Malformed`."""
        return cls(fields.reference("offer"), fields.amount("proceeds"))


Statement = (
    Charter
    | Admission
    | Departure
    | Float
    | Clearing
    | Lapse
    | Acquisition
    | Rent
    | Reversal
    | Redemption
    | Dividend
    | Registration
    | Return
    | Lease
    | Liquidation
)

_READERS: Final[Mapping[str, Callable[[Fields], Statement]]] = {
    "charter": Charter.read,
    "admission": Admission.read,
    "departure": Departure.read,
    "float": Float.read,
    "clearing": Clearing.read,
    "lapse": Lapse.read,
    "acquisition": Acquisition.read,
    "rent": Rent.read,
    "reversal": Reversal.read,
    "redemption": Redemption.read,
    "dividend": Dividend.read,
    "registration": Registration.read,
    "return": Return.read,
    "lease": Lease.read,
    "liquidation": Liquidation.read,
}

STATEMENT_KINDS: Final = frozenset(_READERS)


def read_statement(record: Record, currency: Currency | None = None) -> Statement | None:
    """What a record of the commune says; None for every other kind. `currency` is the charter's, once there is one.

    Raises `Malformed`.
    """
    if record.withheld and record.kind in _READERS:
        raise Malformed("digest", "the body is not here")
    return statement_of(record.kind, Fields(record.body, currency, record.time))


def statement_of(kind: str, fields: Fields) -> Statement | None:
    """The same from a kind and a body. Raises `Malformed`."""
    read = _READERS.get(kind)
    return None if read is None else read(fields)
