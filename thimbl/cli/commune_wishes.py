"""What a participant of a commune signs: `bond subscribe`, `withdraw`, `pay` … and `commune join`, `leave`.

What would have no effect is refused before it is signed (`thimbl.core.commune.wishes`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from thimbl.cli.commune_view import basis_points, commons_of
from thimbl.cli.context import Context, pass_context
from thimbl.cli.options import address, argument, command, option
from thimbl.cli.signing import Announcement, sign, signing_options

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.wishes import Wish
    from thimbl.home.commons import Commons


def _sign(
    context: Context, commons: "Commons", commune: "Address", wishes: "Sequence[Wish]", yes: bool, as_json: bool
) -> None:
    announcements, witness = [Announcement(wish.kind, wish.body) for wish in wishes], commons.witness(commune)
    sign(context, announcements, yes=yes, as_json=as_json, code_of=commons.code_of, witness=witness)


@command(
    examples="""
    thimbl bond subscribe TRACTOR-1 1000
    thimbl bond subscribe TRACTOR-1 '1,000.00 EUR' --rate 2.5
"""
)
@argument("offer")
@argument("amount")
@option("--rate", metavar="PERCENT", help="In an auction: the least that you take, a year.")
@signing_options
@pass_context
def subscribe(context: Context, offer: str, amount: str, rate: str | None, yes: bool, as_json: bool) -> None:
    """Bid for bonds.

    A later bid takes the place of an earlier one. OFFER is a series' code, the beginning of the offer's id, or its
    reference.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    wish = commons.view(commune).subscribe(reference, amount, basis_points(rate))
    _sign(context, commons, commune, [wish], yes, as_json)


@command(examples="thimbl bond withdraw TRACTOR-1")
@argument("offer")
@signing_options
@pass_context
def withdraw(context: Context, offer: str, yes: bool, as_json: bool) -> None:
    """Take your bid for bonds back.

    Until the sale closes, that is.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    _sign(context, commons, commune, [commons.view(commune).withdraw(reference)], yes, as_json)


@command(
    examples="""
    thimbl bond pay TRACTOR-1 200 --rent 2026-12
    thimbl bond pay TRACTOR-1 1000
"""
)
@argument("offer")
@argument("amount")
@option("--rent", metavar="MONTH", help="It was the rent of this month; without it, it was for bonds.")
@signing_options
@pass_context
def pay(context: Context, offer: str, amount: str, rent: str | None, yes: bool, as_json: bool) -> None:
    """Say that you have paid for bonds, or rent.

    No money moves by it. The clerk's record of the rent cites yours, and everybody can see that the two agree.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    _sign(context, commons, commune, [commons.view(commune).pay(reference, amount, rent)], yes, as_json)


@command(examples="thimbl bond transfer TRACTOR-1 300 di@mill.example")
@argument("offer")
@argument("amount")
@argument("to", type=address)
@signing_options
@pass_context
def transfer(context: Context, offer: str, amount: str, to: "Address", yes: bool, as_json: bool) -> None:
    """Pass bonds on to somebody.

    They are theirs once the clerk has registered it.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    _sign(context, commons, commune, [commons.view(commune).transfer(reference, amount, str(to))], yes, as_json)


@command(
    examples="""
    thimbl bond acknowledge
    thimbl bond acknowledge abcd
"""
)
@argument("record", required=False)
@option("--commune", type=address, metavar="ADDRESS", help="Whose, where several are here.")
@signing_options
@pass_context
def acknowledge(context: Context, record: str | None, commune: "Address | None", yes: bool, as_json: bool) -> None:
    """Say that what you were paid has come.

    Of the newest redemption of each series and the newest dividend, or of the one whose id begins with RECORD.
    """
    commons = commons_of(context)
    whose = commons.one(commune)
    _sign(context, commons, whose, commons.view(whose).acknowledge(record), yes, as_json)


@command(examples="thimbl bond bid TRACTOR-1 180")
@argument("offer")
@argument("rent")
@signing_options
@pass_context
def bid(context: Context, offer: str, rent: str, yes: bool, as_json: bool) -> None:
    """Bid a rent for a vacant asset.

    RENT is that of a month. It is let to the co-op that bids most.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    _sign(context, commons, commune, [commons.view(commune).bid(reference, rent)], yes, as_json)


@command(examples="thimbl bond surrender TRACTOR-1")
@argument("offer")
@signing_options
@pass_context
def surrender(context: Context, offer: str, yes: bool, as_json: bool) -> None:
    """Give back an asset that you rent.

    It is let anew once the clerk has taken it back.
    """
    commons = commons_of(context)
    reference, commune = commons.offer(offer)
    _sign(context, commons, commune, [commons.view(commune).surrender(reference)], yes, as_json)


@command(
    examples="""
    thimbl commune join commune@fields.example --works-at lowerfield@fields.example
    THIMBL_HOME=~/coop thimbl commune join commune@fields.example --coop
"""
)
@argument("commune", type=address, required=False)
@option("--coop", is_flag=True, help="As a co-op, which can offer bonds and rent; else as a member.")
@option("--works-at", type=address, metavar="ADDRESS", help="The co-op where a member works.")
@signing_options
@pass_context
def join(
    context: Context, commune: "Address | None", coop: bool, works_at: "Address | None", yes: bool, as_json: bool
) -> None:
    """Apply to a commune.

    Its clerk admits you, or not.
    """
    from thimbl.core.commune.participants import COOP, MEMBER

    commons = commons_of(context)
    whose = commons.one(commune)
    works = None if works_at is None else str(works_at)
    wish = commons.view(whose).join(str(whose), COOP if coop else MEMBER, works)
    _sign(context, commons, whose, [wish], yes, as_json)


@command(examples="thimbl commune leave commune@fields.example")
@argument("commune", type=address, required=False)
@signing_options
@pass_context
def leave(context: Context, commune: "Address | None", yes: bool, as_json: bool) -> None:
    """Ask a commune to take you off its register.

    Bonds that you hold stay yours.
    """
    commons = commons_of(context)
    whose = commons.one(commune)
    _sign(context, commons, whose, [commons.view(whose).leave(str(whose))], yes, as_json)
