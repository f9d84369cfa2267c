"""`thimbl statement`: what one member, holder or co-op has to do with a commune."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.commune_view import money, month
from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.ledger import Until, gathered, studies_of
from thimbl.cli.options import address, argument, command, json_option, option
from thimbl.cli.output import emit, note, say

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.money import Currency, Period
    from thimbl.core.commune.standing import Standing

_PARTS: Final = (
    ("subscribed", "subscribed"),
    ("allotted", "allotted"),
    ("taken_over", "taken over"),
    ("passed_on", "passed on"),
    ("interest", "interest paid to them"),
    ("principal", "principal paid to them"),
    ("lost", "written off"),
    ("holds", "held now"),
)


@command(
    examples="""
    thimbl statement
    thimbl statement cy@mill.example --since 2027-01 --until 2027-12
    thimbl statement lowerfield@fields.example commune@fields.example --json
"""
)
@argument("who", type=address, required=False)
@argument("commune", type=address, required=False)
@option("--since", type=month, metavar="MONTH", help="From this month on.")
@option("--until", type=month, metavar="MONTH", help="Up to this month.")
@option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Read the plan files of this folder, and neither store nor network.",
)
@json_option
@pass_context
def statement(
    context: Context,
    who: "Address | None",
    commune: "Address | None",
    since: "Period | None",
    until: "Period | None",
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what somebody subscribed, was paid, paid and holds.

    Beside it the rent that their co-op paid for what they use, and the dividend that they got: whoever uses an equal
    share of the common property pays what they get. Without WHO it is your own.
    """
    from thimbl.core.commune.standing import FIRST, LAST, standing

    whom = context.account.address if who is None else who
    shown = 0
    for study in studies_of(context, commune, Until(), gathered(folder)):
        if study.ledger.state.charter is None:
            raise Failure(f"{study.commune} has no charter: there is nothing to state yet.")
        found, currency = standing(study, str(whom), since or FIRST, until or LAST), study.ledger.state.currency
        if commune is None and not (found.parts or found.rent or found.dividend or found.is_member or found.is_coop):
            continue
        if as_json:
            emit(_data(str(study.commune), found, currency, since, until))
        else:
            if shown:
                say()
            for line in _page(str(study.commune), found, currency):
                say(line)
        shown += 1
    if not shown:
        note(f"No commune that is here has anything to do with {whom}.")


def _data(
    commune: str, found: "Standing", currency: "Currency", since: "Period | None", until: "Period | None"
) -> dict[str, Any]:
    return {
        "commune": commune,
        "who": found.who,
        "since": None if since is None else str(since),
        "until": None if until is None else str(until),
        "member": found.is_member,
        "coop": found.is_coop,
        "series": [
            {"code": part.code, "offer": part.offer}
            | {field: money(getattr(part, field), currency) for field, _ in _PARTS}
            for part in found.parts
        ],
        "rent": money(found.rent, currency),
        "common_rent": money(found.common_rent, currency),
        "use": money(found.use, currency),
        "dividend": money(found.dividend, currency),
        "difference": _signed(found.difference, currency),
    }


def _page(commune: str, found: "Standing", currency: "Currency") -> Iterator[str]:
    roles = [word for word, is_one in (("member", found.is_member), ("co-op", found.is_coop)) if is_one]
    yield f"{found.who}, {' and '.join(roles) or 'on no register'} of {commune}"
    for part in found.parts:
        yield ""
        yield part.code
        for field, label in _PARTS:
            if minor := getattr(part, field):
                yield _row(f"  {label}", money(minor, currency))
    yield ""
    yield _row("Rent that they paid", money(found.rent, currency))
    if found.is_member or found.dividend:
        yield _row("Rent that everybody paid", money(found.common_rent, currency))
        yield _row("Their part of their co-op's rent", money(found.use, currency))
        yield _row("Dividend", money(found.dividend, currency))
        yield _row("Difference", _signed(found.difference, currency))


def _row(label: str, amount: str) -> str:
    return f"{label:40}{amount:>32}"


def _signed(minor: int, currency: "Currency") -> str:
    return f"{'-' if minor < 0 else ''}{money(abs(minor), currency)}"
