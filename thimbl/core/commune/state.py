"""What a ledger holds between two records: registers, series, pool; and how a rule finds fault (commune.md 7).

Amounts are minor units, addresses and references canonical text. One rule after the other changes this in place:
folding a record costs that record, whatever came before it.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from thimbl.core.commune.evidence import Evidence
from thimbl.core.commune.money import Currency, Period
from thimbl.core.commune.movements import Accrual
from thimbl.core.commune.offer import BondOffer
from thimbl.core.commune.participants import MEMBER
from thimbl.core.commune.shares import Stated
from thimbl.core.commune.statements import Charter

Figure = Stated | int | tuple[str, int]
"""What a statement gives and the rules compute."""


class Status(StrEnum):
    """Of a series."""

    FLOATED = "floated"
    CLEARED = "cleared"
    LAPSED = "lapsed"
    ACQUIRED = "acquired"
    LIQUIDATED = "liquidated"
    REDEEMED = "redeemed"


class AssetState(StrEnum):
    """Of what a series has bought."""

    LET = "let"
    VACANT = "vacant"
    SOLD = "sold"


@dataclass(frozen=True, slots=True)
class Figures:
    """Two figures side by side: shares, minor units, a number of members, basis points, or tenant and rent."""

    stated: Figure
    computed: Figure


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a record of the commune, or a notice about one. Plain codes and details, in the words of section 7."""

    seq: int
    code: str
    detail: str
    figures: Figures | None = field(default=None, compare=False)
    """Of `misstated`, what was stated beside what was computed."""


class Stop(Exception):
    """What stops a record's effect, or drops one of the records that it cites."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Step:
    """The record of the commune that is being folded in."""

    seq: int
    id: str
    time: int
    """Unix seconds."""
    findings: list[Finding]
    """What is wrong with it and does not stop it, in the order in which it is found."""

    def find(self, code: str, detail: str) -> None:
        """Note a fault."""
        self.findings.append(Finding(self.seq, code, detail))

    def compare(self, field: str, stated: Figure, computed: Figure, *, agree: bool | None = None) -> None:
        """Note that a figure is not what was computed, unless it is."""
        if not (stated == computed if agree is None else agree):
            self.findings.append(Finding(self.seq, "misstated", field, Figures(stated, computed)))


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Who rents an asset, from when on, for how much a month."""

    tenant: str
    rent: int
    first: Period
    last: Period | None = None
    """The month in which the asset came back; None while it is let."""


@dataclass(frozen=True, slots=True)
class Payout:
    """A redemption or a dividend, and whom it paid."""

    seq: int
    id: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letting:
    """A lease that took effect: what it came to, and which bids were before the clerk."""

    seq: int
    time: int
    offer: str
    rent: int
    cited: frozenset[str]


@dataclass(slots=True)
class Series:
    """The bonds of one offer, and the asset that they bought."""

    offer: str
    coop: str
    terms: BondOffer
    status: Status = Status.FLOATED
    asset: AssetState | None = None
    tenancies: list[Tenancy] = field(default_factory=list)
    rate_bp: int | None = None
    cost: int = 0
    """What the asset cost."""
    holdings: dict[str, int] = field(default_factory=dict)
    outstanding: int = 0
    """The sum of the holdings."""
    due: int = 0
    """Interest that fell due and was not paid."""
    accruals: list[Accrual] = field(default_factory=list)
    """How it fell due, since nothing was."""
    cash: int = 0
    accrues_from: Period | None = None
    """The next month whose interest has not fallen due."""
    paid_rents: dict[Period, int] = field(default_factory=dict)
    """Rent received for each month."""
    cash_since: Period | None = None
    """The month in which the cash came that is there now; None where there is none."""
    newest_payment: "Payout | None" = None

    def copy(self) -> "Series":
        """Another one that is the same, and goes its own way."""
        return replace(
            self,
            tenancies=list(self.tenancies),
            holdings=dict(self.holdings),
            accruals=list(self.accruals),
            paid_rents=dict(self.paid_rents),
        )

    @property
    def code(self) -> str:
        """Its code."""
        return self.terms.series

    def receive(self, amount: int, month: Period) -> None:
        """Take money in, in the month of the record that says so."""
        if self.cash == 0 and amount:
            self.cash_since = month
        self.cash += amount

    @property
    def tenant(self) -> str | None:
        """Who rents the asset now."""
        return self.tenancies[-1].tenant if self.asset is AssetState.LET else None


@dataclass(slots=True)
class RentTaken:
    """A rent that took effect."""

    seq: int
    offer: str
    payer: str
    period: Period
    amount: int
    payment: str | None
    reversed: bool = False


@dataclass(slots=True)
class State:
    """The commune as its log tells so far."""

    evidence: Evidence
    addresses: set[str] = field(default_factory=set)
    """All that the commune has had; a `move` adds one."""
    charter: Charter | None = None
    members: dict[str, str | None] = field(default_factory=dict)
    """In the order admitted, with the co-op that each named as where they work."""
    coops: dict[str, None] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    """By offer, in the order floated."""
    codes: set[str] = field(default_factory=set)
    pool: int = 0
    carried: int = 0
    dividends: dict[str, int] = field(default_factory=dict)
    """What each got in all."""
    rents: dict[str, RentTaken] = field(default_factory=dict)
    """By id."""
    newest_dividend: Payout | None = None
    lettings: list[Letting] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """References of participants' records that took effect."""
    missing: dict[str, int] = field(default_factory=dict)
    """References that were cited and are not here, with the seq of the first record that cites them."""
    findings: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    """Those that a record leaves for ever."""

    def copy(self) -> "State":
        """Another one that is the same, and goes its own way; of the same evidence."""
        return replace(
            self,
            addresses=set(self.addresses),
            members=dict(self.members),
            coops=dict(self.coops),
            series={offer: series.copy() for offer, series in self.series.items()},
            codes=set(self.codes),
            dividends=dict(self.dividends),
            rents={id_: replace(taken) for id_, taken in self.rents.items()},
            lettings=list(self.lettings),
            used=set(self.used),
            missing=dict(self.missing),
            findings=list(self.findings),
            notices=list(self.notices),
        )

    @property
    def currency(self) -> Currency:
        """The charter's."""
        assert self.charter is not None, "nothing but a charter is folded in before there is one"
        return self.charter.currency

    def register(self, role: str) -> dict[str, str | None] | dict[str, None]:
        """The register of members, or of co-ops."""
        return self.members if role == MEMBER else self.coops

    def in_status(self, offer: str, *allowed: Status) -> Series:
        """The series of an offer. Raises `Stop`: `unknown-series`, `wrong-status`."""
        series = self.series.get(offer)
        if series is None:
            raise Stop("unknown-series", offer)
        if series.status not in allowed:
            raise Stop("wrong-status", offer)
        return series

    def with_asset(self, offer: str, *allowed: AssetState) -> Series:
        """The same by the state of its asset."""
        series = self.series.get(offer)
        if series is None:
            raise Stop("unknown-series", offer)
        if series.asset not in allowed:
            raise Stop("wrong-status", offer)
        return series

    def pass_to_pool(self, series: Series) -> int:
        """What is left of a series that is redeemed goes to all members; how much that is (commune.md 5)."""
        left, series.cash, series.cash_since = series.cash, 0, None
        series.status, series.due = Status.REDEEMED, 0
        series.accruals.clear()
        self.pool += left
        return left
