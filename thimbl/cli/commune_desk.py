"""The clerk's desk: `commune charter`, `admit`, `float`, `clear`, …, from the account that is the commune.

What the records determine is computed and shown; the clerk only confirms (`commune_clerk.py`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from thimbl.cli.commune_clerk import Clerk
from thimbl.cli.commune_view import money, month
from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.options import address, argument, command, option
from thimbl.cli.signing import signing_options

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.money import Period

F = TypeVar("F", bound=Callable[..., object])


def _coop(function: F) -> F:
    return option("--coop", is_flag=True, help="As a co-op; else as a member.")(function)


def _force(function: F) -> F:
    return option("--force", is_flag=True, help="Even where everybody will find fault with it.")(function)


def _month(function: F) -> F:
    return option("--month", type=month, metavar="MONTH", help="Of which month, such as 2026-12.")(function)


def _role(coop: bool) -> str:
    return "coop" if coop else "member"


@command(examples="thimbl commune charter 'Fields Commune' --currency EUR")
@argument("name")
@option("--currency", required=True, metavar="CODE", help="Of all amounts, such as EUR.")
@option("--digits", type=int, default=2, show_default=True, help="After the point.")
@signing_options
@pass_context
def charter(context: Context, name: str, currency: str, digits: int, yes: bool, as_json: bool) -> None:
    """Make your account a commune: its name, and its money.

    It can not be changed.
    """
    from thimbl.core.commune import desk
    from thimbl.core.commune.money import Currency

    Clerk(context, yes=yes, as_json=as_json).state("charter", desk.charter(name, Currency(currency, digits)))


@command(examples="thimbl commune admit ana@fields.example")
@argument("who", type=address)
@_coop
@signing_options
@pass_context
def admit(context: Context, who: "Address", coop: bool, yes: bool, as_json: bool) -> None:
    """Put somebody on a register who applied."""
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json).chartered()
    body = desk.admission(clerk.ledger, str(who), _role(coop))
    if body is None:
        option_ = " --coop" if coop else ""
        raise Failure(
            f"{who} has not applied as that, as far as is known here: they run "
            f"'thimbl commune join {clerk.address}{option_}', and you 'thimbl fetch'."
        )
    clerk.state("admission", body)


@command(examples="thimbl commune depart ana@fields.example")
@argument("who", type=address)
@_coop
@_force
@signing_options
@pass_context
def depart(context: Context, who: "Address", coop: bool, force: bool, yes: bool, as_json: bool) -> None:
    """Take somebody off a register.

    Whoever did not ask for it is expelled, which takes --force, and which everybody sees.
    """
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json, force=force).chartered()
    clerk.state("departure", desk.departure(clerk.ledger, str(who), _role(coop)))


@command("float", examples="thimbl commune float TRACTOR-1")
@argument("offer")
@signing_options
@pass_context
def float_(context: Context, offer: str, yes: bool, as_json: bool) -> None:
    """Open a co-op's offer for subscription."""
    clerk = Clerk(context, yes=yes, as_json=as_json).chartered()
    reference, _ = clerk.commons.offer(offer, clerk.address)
    clerk.state("float", {"offer": reference})


@command(examples="thimbl commune clear TRACTOR-1")
@argument("offer")
@_force
@signing_options
@pass_context
def clear(context: Context, offer: str, force: bool, yes: bool, as_json: bool) -> None:
    """Conclude a sale that reached its face: rate and allotments are computed.

    By this the clerk says that the face has been received, and how far every log was read.
    """
    _conclude(Clerk(context, yes=yes, as_json=as_json, force=force), offer, "clearing")


@command(examples="thimbl commune lapse TRACTOR-1")
@argument("offer")
@_force
@signing_options
@pass_context
def lapse(context: Context, offer: str, force: bool, yes: bool, as_json: bool) -> None:
    """Conclude a sale that did not reach its face."""
    _conclude(Clerk(context, yes=yes, as_json=as_json, force=force), offer, "lapse")


def _conclude(clerk: Clerk, offer: str, wanted: str) -> None:
    from thimbl.core.commune import desk

    series = clerk.series(offer)
    kind, body = desk.conclude_sale(clerk.ledger, series.offer, clerk.read_to())
    if kind != wanted:
        reached, verb = ("did not reach", "lapse") if wanted == "clearing" else ("reached", "clear")
        raise Failure(f"The sale of {series.code} {reached} its face: 'thimbl commune {verb} {series.code}' says so.")
    clerk.state(kind, body)


@command(examples="thimbl commune acquire TRACTOR-1 2300 --from 2027-01")
@argument("offer")
@argument("cost")
@option("--from", "first", type=month, metavar="MONTH", help="The first month of rent and interest; else the next one.")
@signing_options
@pass_context
def acquire(context: Context, offer: str, cost: str, first: "Period | None", yes: bool, as_json: bool) -> None:
    """Say that an asset was bought, for what, and let to the co-op."""
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    body = desk.acquisition(clerk.ledger, series.offer, clerk.read_amount(cost), first or clerk.month.next())
    clerk.state("acquisition", body)


@command(
    examples="""
    thimbl commune rent TRACTOR-1 200
    thimbl commune rent TRACTOR-1 200 --month 2026-12 --from lowerfield@fields.example
"""
)
@argument("offer")
@argument("amount")
@option("--from", "payer", type=address, metavar="ADDRESS", help="Who paid; else the tenant.")
@_month
@signing_options
@pass_context
def rent(
    context: Context, offer: str, amount: str, payer: "Address | None", month: "Period | None", yes: bool, as_json: bool
) -> None:
    """Enter rent that came in.

    Without --month it is that of the first month that lacks some. The payer's own word for it is cited where it is
    here.
    """
    from thimbl.core.commune import desk
    from thimbl.core.commune.notices import first_month_lacking

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    who = series.tenant if payer is None else str(payer)
    if who is None:
        raise Failure(f"The asset of {series.code} is not let: say who paid (--from ADDRESS).", code=USAGE)
    period = month or first_month_lacking(series, clerk.month) or clerk.month
    clerk.state("rent", desk.rent(clerk.ledger, series.offer, who, period, clerk.read_amount(amount)))


@command(examples="thimbl commune redeem TRACTOR-1")
@argument("offer")
@_month
@signing_options
@pass_context
def redeem(context: Context, offer: str, month: "Period | None", yes: bool, as_json: bool) -> None:
    """Pay interest and principal out of a series' cash: both are computed.

    Without --month it is that of the newest rent.
    """
    from thimbl.core.commune import desk
    from thimbl.core.commune.todo import month_to_redeem

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    period = month or month_to_redeem(series, context.now())
    clerk.state("redemption", desk.redemption(clerk.ledger, series.offer, period))


@command(examples="thimbl commune dividend")
@_month
@signing_options
@pass_context
def dividend(context: Context, month: "Period | None", yes: bool, as_json: bool) -> None:
    """Share the pool among all members: what each gets is computed."""
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json).chartered()
    if not clerk.ledger.state.members:
        raise Failure("There are no members: nobody is there to share the pool.")
    clerk.state("dividend", desk.dividend(clerk.ledger, month or clerk.month))


@command(examples="thimbl commune register abcd")
@argument("transfer")
@signing_options
@pass_context
def register(context: Context, transfer: str, yes: bool, as_json: bool) -> None:
    """Enter a transfer of bonds in the register of holders.

    TRANSFER is its reference, or the beginning of its id.
    """
    clerk = Clerk(context, yes=yes, as_json=as_json).chartered()
    place, hash_, prefix = transfer.rpartition("#")
    found = [
        reference
        for reference, _ in clerk.commons.evidence.of_kind("transfer")
        if reference.startswith(place + hash_) and reference.partition("#")[2].startswith(prefix)
    ]
    if len(found) != 1:
        what = (
            f"More than one transfer begins with {transfer!r}" if found else f"There is no transfer {transfer!r} here"
        )
        raise Failure(f"{what}: 'thimbl commune todo' lists those that wait.")
    clerk.state("registration", {"transfer": found[0]})


@command("return", examples="thimbl commune return TRACTOR-1 --reason surrendered")
@argument("offer")
@option("--reason", required=True, help="Why it comes back.")
@signing_options
@pass_context
def return_(context: Context, offer: str, reason: str, yes: bool, as_json: bool) -> None:
    """Take an asset back from its tenant.

    The tenant's surrender is cited where it is here.
    """
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    clerk.state("return", desk.return_(clerk.ledger, series.offer, reason))


@command(examples="thimbl commune lease TRACTOR-1 --from 2027-03")
@argument("offer")
@option("--from", "first", type=month, metavar="MONTH", help="The first month of the rent; else the next one.")
@signing_options
@pass_context
def lease(context: Context, offer: str, first: "Period | None", yes: bool, as_json: bool) -> None:
    """Let a vacant asset anew, to the co-op that bids most."""
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    body = desk.lease(clerk.ledger, series.offer, first or clerk.month.next())
    if body is None:
        raise Failure(
            f"No admitted co-op bids for the asset of {series.code}: they run 'thimbl bond bid {series.code}'."
        )
    clerk.state("lease", body)


@command(examples="thimbl commune liquidate TRACTOR-1 900")
@argument("offer")
@argument("proceeds")
@signing_options
@pass_context
def liquidate(context: Context, offer: str, proceeds: str, yes: bool, as_json: bool) -> None:
    """Say that an asset was sold, and for what."""
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json)
    series = clerk.series(offer)
    clerk.state("liquidation", desk.liquidation(clerk.ledger, series.offer, clerk.read_amount(proceeds)))


@command(examples="thimbl commune reverse 14 --reason 'Entered twice.'")
@argument("record")
@option("--reason", required=True, help="Why it is taken back.")
@signing_options
@pass_context
def reverse(context: Context, record: str, reason: str, yes: bool, as_json: bool) -> None:
    """Take back a rent that was entered wrongly.

    RECORD is its number in the log, or the beginning of its id.
    """
    from thimbl.core.commune import desk

    clerk = Clerk(context, yes=yes, as_json=as_json).chartered()
    prefix = record.rpartition("#")[2]
    found = [
        id_
        for id_, taken in clerk.ledger.state.rents.items()
        if (str(taken.seq) == prefix if prefix.isdigit() else id_.startswith(prefix))
    ]
    if len(found) != 1:
        rents = ", ".join(
            f"{taken.seq} ({taken.period}, {money(taken.amount, clerk.ledger.state.currency)})"
            for taken in list(clerk.ledger.state.rents.values())[-5:]
        )
        raise Failure(f"{record!r} names no rent of this log: the newest are {rents or 'none'}.")
    clerk.state("reversal", desk.reversal(found[0], reason))


DESK: Final = (
    charter, admit, depart, float_, clear, lapse, acquire, rent, redeem, dividend, register, return_, lease, liquidate,
    reverse,
)  # fmt: skip
"""The commands of the desk."""
