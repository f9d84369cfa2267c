"""Each announcement of a commune as a sentence and a small table, for people (commune.md 2 and 3).

- A sentence has no subject: it goes on from its author's name, as in "ana subscribes 1000.00 EUR …".
- Everything is escaped for a terminal; other sinks escape it again for their own.
- Amounts are shown as they were signed. What is malformed has no sentence: it is shown as data.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from thimbl.core.address import SHOWN_ID
from thimbl.core.commune.fields import Fields, Malformed
from thimbl.core.commune.money import format_rate
from thimbl.core.commune.participants import (
    COOP,
    FOR_RENT,
    Acknowledgement,
    Join,
    Leave,
    Payment,
    RentBid,
    Subscription,
    Surrender,
    Transfer,
    participant_of,
)
from thimbl.core.commune.shares import Digest, Stated
from thimbl.core.commune.statements import (
    Acquisition,
    Admission,
    Charter,
    Clearing,
    Departure,
    Dividend,
    Float,
    Lapse,
    Lease,
    Liquidation,
    Redemption,
    Registration,
    Rent,
    Return,
    Reversal,
    statement_of,
)
from thimbl.core.terminal import safe_line

Row = tuple[str, str]
Codes = Callable[[str], str | None]
"""From the reference of an offer, or of a record that names one, to the series' code; None where that is not known."""


def sentence(kind: str, body: Mapping[str, Any], code_of: Codes = lambda reference: None) -> str | None:
    """What a record of this kind says, in words; None where it is none of the commune's kinds, or malformed, or an
    offer, which `offer.py` describes."""
    try:
        return tell(kind, body, code_of)
    except Malformed:
        return None


def tell(kind: str, body: Mapping[str, Any], code_of: Codes = lambda reference: None) -> str | None:
    """The same; raises `Malformed` where the body is not as the kind asks."""
    said = _said(kind, body)
    write = _SENTENCES.get(type(said))
    if write is None:
        return None
    words = {key: safe_line(value) for key, value in body.items() if isinstance(value, str)}
    return write(_Words(words, code_of), said)


TABLED: Final = frozenset({"allotments", "interest", "principal"})
"""The fields of a statement that its table shows."""


def table(kind: str, body: Mapping[str, Any]) -> list[Row]:
    """The shares that a statement gives, holder and amount; empty where it gives none, or is malformed."""
    try:
        said = _said(kind, body)
    except Malformed:
        return []
    match said:
        case Clearing(allotments=shares):
            return _rows("allotted", shares, body["allotments"])
        case Redemption(interest=interest, principal=principal):
            return [
                *_rows("interest", interest, body["interest"]),
                *_rows("principal", principal, body["principal"]),
            ]
        case _:
            return []


def _said(kind: str, body: Mapping[str, Any]) -> object:
    """Raises `Malformed`."""
    fields = Fields(body)
    return participant_of(kind, fields) or statement_of(kind, fields)


def _rows(title: str, shares: Stated, stated: Any) -> list[Row]:
    if isinstance(shares, Digest):
        return [(f"{title} to {shares.count} holders", safe_line(stated["total"]))]
    return [(f"{title} to {who}", safe_line(item["amount"])) for (who, _), item in zip(shares, stated, strict=True)]


class _Words:
    """The strings of a body, escaped, and how references are shown."""

    def __init__(self, body: Mapping[str, str], code_of: Codes) -> None:
        self._body, self._code_of = body, code_of

    def __getitem__(self, field: str) -> str:
        return self._body[field]

    def series(self, reference: str) -> str:
        """A series' code, or the offer's reference where it is not known."""
        code = self._code_of(reference)
        return safe_line(code) if code is not None else f"offer {short(reference)}"

    def cited(self, reference: str) -> str:
        """A record that is cited, and the series that it is about where that is known."""
        code = self._code_of(reference)
        return short(reference) + ("" if code is None else f", of {safe_line(code)}")


def short(reference: str) -> str:
    """A reference with the first characters of its id."""
    place, _, record_id = reference.partition("#")
    return f"{place}#{record_id[:SHOWN_ID]}"


def _join(words: _Words, said: Join) -> str:
    works = f", working at {said.coop}" if said.coop else ""
    return f"applies to {said.commune} as {_role(said.role)}{works}"


def _subscription(words: _Words, said: Subscription) -> str:
    if said.amount == 0:
        return f"withdraws from {words.series(said.offer)}"
    rate = "" if said.rate_bp is None else f" at {_rate(said.rate_bp)} or more"
    return f"subscribes {words['amount']} of {words.series(said.offer)}{rate}"


def _payment(words: _Words, said: Payment) -> str:
    what = f"as rent of {said.period}" if said.purpose == FOR_RENT else "for bonds"
    return f"paid {words['amount']} {what} for {words.series(said.offer)}"


def _admission(words: _Words, said: Admission) -> str:
    return f"admits {said.who} as {_role(said.role)}"


def _departure(words: _Words, said: Departure) -> str:
    how = "lets go" if said.application else "expels"
    return f"{how} {said.who} as {_role(said.role)}"


def _clearing(words: _Words, said: Clearing) -> str:
    return f"clears {words.series(said.offer)} at {_rate(said.rate_bp)}"


def _acquisition(words: _Words, said: Acquisition) -> str:
    return (
        f"bought the asset of {words.series(said.offer)} for {words['cost']}; the first rent is of {said.first_period}"
    )


def _rent(words: _Words, said: Rent) -> str:
    return f"received {words['amount']} from {said.payer} as rent of {said.period} for {words.series(said.offer)}"


def _dividend(words: _Words, said: Dividend) -> str:
    members = "1 member" if said.members == 1 else f"each of {said.members} members"
    return f"shares {words['pool']}: {words['each']} to {members}, {words['carried']} carried over ({said.period})"


def _lease(words: _Words, said: Lease) -> str:
    return (
        f"lets the asset of {words.series(said.offer)} to {said.tenant} "
        f"for {words['rent']} a month from {said.first_period} on"
    )


def _role(role: str) -> str:
    return "a co-op" if role == COOP else "a member"


def _rate(rate_bp: int) -> str:
    return format_rate(rate_bp) if rate_bp >= 0 else f"{rate_bp} basis points"


_SENTENCES: Final[Mapping[type[Any], Callable[[_Words, Any], str]]] = {
    Join: _join,
    Leave: lambda words, said: f"leaves {said.commune}",
    Subscription: _subscription,
    Payment: _payment,
    Transfer: lambda words, said: f"passes {words['amount']} of {words.series(said.offer)} to {said.to}",
    Acknowledgement: lambda words, said: f"acknowledges {words.cited(said.of)}",
    Surrender: lambda words, said: f"gives the asset of {words.series(said.offer)} back",
    RentBid: lambda words, said: f"bids {words['rent']} a month for the asset of {words.series(said.offer)}",
    Charter: lambda words, said: f"is chartered as {words['name']}, in {said.currency.code}",
    Admission: _admission,
    Departure: _departure,
    Float: lambda words, said: f"floats {words.series(said.offer)}: it is open for subscription",
    Clearing: _clearing,
    Lapse: lambda words, said: f"lets {words.series(said.offer)} lapse: the face was not reached",
    Acquisition: _acquisition,
    Rent: _rent,
    Reversal: lambda words, said: f"takes back the rent {said.of[:SHOWN_ID]}: {words['reason']}",
    Redemption: lambda words, said: f"pays on {words.series(said.offer)} for {said.period}",
    Dividend: _dividend,
    Registration: lambda words, said: f"registers the transfer {words.cited(said.transfer)}",
    Return: lambda words, said: f"takes the asset of {words.series(said.offer)} back: {words['reason']}",
    Lease: _lease,
    Liquidation: lambda words, said: f"sold the asset of {words.series(said.offer)} for {words['proceeds']}",
}
