"""`thimbl bond`: `bond offer`, by which a co-op says what it needs and what rent it can pay (commune.md 2); the others
are `commune_bonds.py`'s and `commune_wishes.py`'s."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.commune_bonds import bond_list, bond_show
from thimbl.cli.commune_view import basis_points, commons_of
from thimbl.cli.commune_wishes import acknowledge, bid, pay, subscribe, surrender, transfer, withdraw
from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import USAGE, Failure
from thimbl.cli.options import address, command, group, moment, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.signing import Announcement, sign, signing_options

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.money import Currency
    from thimbl.core.commune.offer import BondOffer

_ASKED: Final = (
    ("commune", "The commune's address"),
    ("series", "A short code for the series, such as TRACTOR-1"),
    ("asset", "What it is to buy"),
    ("description", "More about it (Enter: nothing)"),
    ("risk", "What a buyer should know (Enter: nothing)"),
    ("face", "What the series is to raise, such as 2400.00 EUR"),
    ("unit", "The smallest bond"),
    ("rent", "The rent that you can pay a month"),
    ("term", "For how many months"),
    ("rate", "A fixed rate a year in percent (Enter: an auction)"),
    ("max_rate", "The highest rate a year in percent"),
    ("closes", "When the sale closes, such as 2026-12-20"),
)
_OPTIONAL: Final = frozenset({"description", "risk", "rate", "max_rate"})


@group(
    examples="""
    thimbl bond offer --simulate --face '2400.00 EUR' --rent 200.00 --rate 4
    thimbl bond list
    thimbl bond subscribe TRACTOR-1 1000 --rate 3
"""
)
def bond() -> None:
    """Bonds of a commune."""


@command(
    "offer",
    examples="""
    thimbl bond offer --commune commune@fields.example --series TRACTOR-1 --asset 'A small tractor, 30 hp' \\
        --face '2400.00 EUR' --unit 100.00 --rent 200.00 --term 24 --max-rate 5 --closes 2026-12-20
    thimbl bond offer --simulate --face '2400.00 EUR' --rent 200.00 --rate 4 --term 24
""",
)
@option("--commune", type=address, metavar="ADDRESS", help="The commune that is to float it.")
@option("--series", metavar="CODE", help="Capital letters, digits and '-': TRACTOR-1.")
@option("--asset", help="What it is to buy.")
@option("--description", help="More about it.")
@option("--risk", help="What a buyer should know.")
@option("--face", metavar="AMOUNT", help="What the series raises: '2400.00 EUR'.")
@option("--unit", metavar="AMOUNT", help="The smallest bond; divides the face.")
@option("--rent", metavar="AMOUNT", help="The rent a month.")
@option("--term", type=click.IntRange(1), metavar="MONTHS", help="For how long.")
@option("--rate", metavar="PERCENT", help="A fixed rate a year.")
@option("--max-rate", metavar="PERCENT", help="The ceiling of an auction.")
@option("--closes", type=moment, metavar="TIME", help="When the sale closes.")
@option("--simulate", is_flag=True, help="Sign nothing: say when the rent redeems it, and what it costs.")
@signing_options
@pass_context
def bond_offer(context: Context, /, simulate: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Announce a bond issue: what you need, and the rent that you can pay for it.

    On a terminal it asks for what you leave out. It shows what it will sign, and asks before it does. An offer can
    not be withdrawn once the commune has floated it.
    """
    from thimbl.core.commune.offer import describe

    if simulate:
        _simulate(context, given, as_json)
        return
    offer = _offer(context, _complete(context, given))
    if offer.closes <= context.now():
        raise Failure("The sale would be closed already: give a --closes that lies ahead.", code=USAGE)
    commons = commons_of(context)
    wish = commons.view(offer.commune).offer(offer)
    outlook = _outlook(offer.face, offer.rent, offer.ceiling_bp, offer.currency, offer.term)
    announcement = Announcement(wish.kind, wish.body, [*describe(offer, context.now())], outlook)
    sign(context, [announcement], yes=yes, as_json=as_json, witness=commons.witness(offer.commune))


for member in (
    bond_offer, bond_list, bond_show, subscribe, withdraw, pay, transfer, acknowledge, bid, surrender
):  # fmt: skip
    bond.add_command(member)


def _complete(context: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and what a person answers for the rest. Raises `Failure` where there is nobody to ask."""
    fields = dict(given)
    missing = [name for name, _ in _ASKED if fields[name] is None and name not in _OPTIONAL]
    if fields["rate"] is None and fields["max_rate"] is None:
        missing.append("rate")
    if not missing:
        return fields
    if not context.stdin_is_terminal:
        wanted = ", ".join("--rate or --max-rate" if name == "rate" else f"--{name}" for name in missing)
        raise Failure(f"An offer needs more: {wanted}.", code=USAGE)
    for name, question in _ASKED:
        if (
            fields[name] is not None
            or (name == "max_rate" and fields["rate"])
            or (name == "rate" and fields["max_rate"])
        ):
            continue
        parse = _parsers(context, fields).get(name, str)
        fields[name] = _ask(question, parse, optional=name in _OPTIONAL and name != "max_rate")
    return fields


def _ask(question: str, parse: Callable[[str], Any], *, optional: bool) -> Any:
    """What a person answers; what can not be is asked again on the spot, so that no answer before it is lost."""
    while True:
        answer = click.prompt(question, default="" if optional else None, show_default=False, err=True)
        if optional and not answer:
            return None
        try:
            return parse(answer)
        except click.BadParameter as error:
            note(error.format_message())
        except (Failure, ValueError) as error:
            note(f"{error}")


def _months(text: str) -> int:
    try:
        months = int(text)
    except ValueError:
        months = 0
    if months < 1:
        raise click.BadParameter("Give a number of months, such as 24.")
    return months


def _parsers(context: Context, fields: Mapping[str, Any]) -> Mapping[str, Callable[[str], Any]]:
    """What makes of an answer what its option would have made of it, with the checks of the offer as far as they go."""
    from thimbl.core.commune.money import read_amount
    from thimbl.core.commune.offer import check_series

    def amount(text: str) -> str:
        read_amount(text, _currency(context, fields["commune"], fields["face"] or text))
        return text

    def rate(text: str) -> str:
        basis_points(text)
        return text

    return {
        "commune": address,
        "series": check_series,
        "face": amount,
        "unit": amount,
        "rent": amount,
        "term": _months,
        "rate": rate,
        "max_rate": rate,
        "closes": moment,
    }


def _offer(context: Context, fields: Mapping[str, Any]) -> "BondOffer":
    """The offer that the fields make. Raises `Malformed` or `AmountError`."""
    from thimbl.core.commune.money import read_amount
    from thimbl.core.commune.offer import BondOffer

    currency = _currency(context, fields["commune"], fields["face"], tell=True)
    amounts = {name: read_amount(fields[name], currency) for name in ("face", "unit", "rent")}
    return BondOffer(
        commune=fields["commune"],
        series=fields["series"],
        asset=fields["asset"],
        description=fields["description"] or None,
        risk=fields["risk"] or None,
        currency=currency,
        term=fields["term"],
        rate_bp=basis_points(fields["rate"]),
        max_rate_bp=basis_points(fields["max_rate"]),
        closes=fields["closes"],
        **amounts,
    )


def _currency(context: Context, commune: "Address | None", face: str, *, tell: bool = False) -> "Currency":
    """The commune's, where its charter is here; else that of the face as it is written."""
    from thimbl.core.commune.money import AmountError, Currency, infer_currency
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            for data in reader.record_data(commune, 1, 10) if commune is not None else []:
                if data.get("kind") == "charter":
                    return Currency(str(data.get("currency")), int(data.get("digits", -1)))
    except (StoreMissing, AmountError, ValueError, TypeError):
        pass
    if tell and commune is not None:
        note(f"The charter of {commune} is not here, so amounts are taken as they are written ('thimbl follow' it).")
    try:
        return infer_currency(face)
    except AmountError as error:
        what = str(error).partition(":")[0]
        raise AmountError(f"{what}: write it with its currency, such as '2400.00 EUR'.") from None


def _outlook(face: int, rent: int, rate_bp: int, currency: "Currency", term: int) -> list[str]:
    from thimbl.core.commune.simulate import explain, simulate

    return explain(simulate(face, rent, rate_bp), currency, term)


def _simulate(context: Context, given: Mapping[str, Any], as_json: bool) -> None:
    """Say what the rent would do. Needs only the face, the rent and a rate."""
    from thimbl.core.commune.money import format_sum, read_amount
    from thimbl.core.commune.simulate import MAX_MONTHS, simulate

    missing = [f"--{name}" for name in ("face", "rent") if given[name] is None]
    if given["rate"] is None and given["max_rate"] is None:
        missing.append("--rate or --max-rate")
    if missing:
        raise Failure(f"To simulate, give {', '.join(missing)} too.", code=USAGE)
    currency = _currency(context, given["commune"], given["face"], tell=True)
    face, rent = read_amount(given["face"], currency), read_amount(given["rent"], currency)
    rate = basis_points(given["rate"] if given["rate"] is not None else given["max_rate"])
    if face <= 0 or rent <= 0:
        raise Failure("The face and the rent must be above zero.", code=USAGE)
    found = simulate(face, rent, rate or 0)
    if as_json:
        emit(
            {
                "outcome": str(found.outcome),
                "redeemed_in": found.redeemed_in,
                "interest": format_sum(found.interest, currency),
                "first_dividend": found.first_dividend,
                "rate_bp": rate,
            }
        )
        return
    for line in _outlook(face, rent, rate or 0, currency, given["term"] or MAX_MONTHS):
        say(line)
