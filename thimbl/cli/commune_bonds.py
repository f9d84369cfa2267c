"""`bond list` and `bond show`: the offers that are here, and how their sales stand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from thimbl.cli.commune_view import commons_of, money
from thimbl.cli.context import Context, pass_context
from thimbl.cli.options import address, argument, command, json_option, option
from thimbl.cli.output import emit, note, say

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.state import Series
    from thimbl.home.commons import Commons

OFFERED = "offered"
"""The status of an offer that its commune has not floated."""


@command(
    "list",
    examples="""
    thimbl bond list
    thimbl bond list commune@fields.example --all
""",
)
@argument("commune", type=address, required=False)
@option("--all", "everything", is_flag=True, help="Those too whose sale is over.")
@json_option
@pass_context
def bond_list(context: Context, commune: "Address | None", everything: bool, as_json: bool) -> None:
    """List the offers of bonds that are open."""
    from thimbl.core.commune.offer import one_line

    commons, shown = commons_of(context), 0
    for reference, terms in commons.offers.items():
        series = _series(commons, reference)
        is_open = terms.is_open(context.now()) and (series is None or series.status == "floated")
        if (commune is not None and terms.commune != commune) or not (is_open or everything):
            continue
        shown += 1
        if as_json:
            emit(offer_data(commons, reference))
            continue
        say(one_line(terms, context.now()))
        say(f"    {_standing(commons, reference)}; {reference}")
    if not shown and not as_json:
        note("No offer is open: 'thimbl bond list --all' lists those whose sale is over.")


@command("show", examples="thimbl bond show TRACTOR-1")
@argument("offer")
@json_option
@pass_context
def bond_show(context: Context, offer: str, as_json: bool) -> None:
    """Show one offer, and how its sale stands."""
    from thimbl.core.commune.offer import describe

    commons = commons_of(context)
    reference, _ = commons.offer(offer)
    if as_json:
        emit(offer_data(commons, reference))
        return
    for line in describe(commons.offers[reference], context.now()):
        say(line)
    say()
    standing = _standing(commons, reference)
    say(f"{standing[0].upper()}{standing[1:]}.")
    series = _series(commons, reference)
    if series is not None and series.holdings:
        for who, held in sorted(series.holdings.items()):
            say(f"    {who} holds {money(held, series.terms.currency)}")
    elif series is None or series.status == "floated":
        for who, bid in _bids(context, commons, reference):
            say(f"    {who} {bid}")
    say(f"Offer: {reference}")


def offer_data(commons: "Commons", reference: str) -> dict[str, Any]:
    """An offer for programs; what is subscribed is null where the commune's log is not here."""
    terms, series = commons.offers[reference], _series(commons, reference)
    body = terms.to_body()
    fields = ("asset", "description", "risk", "face", "unit", "rent", "term", "rate_bp", "max_rate_bp", "closes")
    return {
        "reference": reference,
        "series": terms.series,
        "commune": str(terms.commune),
        "coop": reference.partition("#")[0],
        **{field: body.get(field) for field in fields},
        "status": OFFERED if series is None else str(series.status),
        "subscribed": None if series is None else money(_subscribed(commons, series), terms.currency),
    }


def _series(commons: "Commons", reference: str) -> "Series | None":
    ledger = commons.ledger(commons.offers[reference].commune)
    return None if ledger is None else ledger.state.series.get(reference)


def _subscribed(commons: "Commons", series: "Series") -> int:
    from thimbl.core.commune.page import subscribed

    study = commons.study(series.terms.commune)
    return 0 if study is None else subscribed(study, series)


def _standing(commons: "Commons", reference: str) -> str:
    terms, series = commons.offers[reference], _series(commons, reference)
    if series is None:
        return "not floated yet, as far as is known here"
    if series.status != "floated":
        return f"its sale is over: {series.status}"
    face = money(terms.face, terms.currency)
    return f"{money(_subscribed(commons, series), terms.currency)} of {face} subscribed"


def _bids(context: Context, commons: "Commons", reference: str) -> Iterator[tuple[str, str]]:
    """Who bids, and what: of each the bid that counts now."""
    from thimbl.core.commune.money import format_rate
    from thimbl.core.commune.participants import SUBSCRIPTION
    from thimbl.core.commune.wishes import View

    terms = commons.offers[reference]
    for who, _ in commons.evidence.about(SUBSCRIPTION, reference):
        bid = View(who, context.now(), commons.evidence).standing(reference, terms)
        if bid is not None:
            rate = f" at {format_rate(bid.rate_bp)} or more" if terms.is_auction and bid.rate_bp is not None else ""
            yield who, f"bids {money(bid.amount, terms.currency)}{rate}"
