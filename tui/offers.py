"""The page of an announcement: what it says in a sentence, what each gets by it in a table, and where it leads.

- A bond offer has a form of its own: what for, what it pays, how long it is open (commune.md 2).
- A kind that this program does not know is shown as its name and its data (plan-format 3).
- The record as it was signed is a key away, so that nothing here has to be complete.
"""

from collections.abc import Iterator

from thimbl.core.address import SHOWN_ID, Address, Reference
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.money import format_amount, format_rate
from thimbl.core.commune.offer import BondOffer, closes_in
from thimbl.core.commune.sentences import table as shares
from thimbl.core.counting import counted
from thimbl.core.terminal import safe_line
from thimbl.core.text import NO_NICKS
from thimbl.store.types import Item
from tui.lines import BLANK, Line, Piece, Role, cut, flow, line, spread, width_of, wrap
from tui.rows import in_words, kind_words, table
from tui.setting import fields, lead_of, named, paragraph, rule
from tui.when import exactly

_SAID = frozenset({"salt", "period", "reason"})
"""Strings of a body that are in its sentence, or nobody's business."""


def offer_page(item: Item, width: int, now: float) -> list[Line]:
    """A bond offer as one reads it; one that is malformed as its fault and its data."""
    try:
        offer = BondOffer.from_body(item.body)
    except Malformed as fault:
        told = f"This bond offer is malformed: {safe_line(str(fault))}. It counts for nothing."
        return [*paragraph(told, width, Role.BAD), BLANK, *fields(table(item), width)]
    is_open = offer.is_open(int(now))
    state: Piece = (closes_in(offer, int(now)), Role.GOOD if is_open else Role.DIM)
    head: Piece = (f"◆ bond offer {offer.series}", Role.OFFER)
    face, unit, rent = (format_amount(amount, offer.currency) for amount in (offer.face, offer.unit, offer.rent))
    rate = f"{'up to ' if offer.is_auction else ''}{format_rate(offer.ceiling_bp)} a year"
    rows = [
        ("rent", f"{rent} a month"),
        ("face", f"{face} in {offer.face // offer.unit} bonds of {unit}"),
        ("rate", rate + (", which the bids decide" if offer.is_auction else "")),
        ("term", counted(offer.term, "month")),
        ("closes", exactly(offer.closes)),
        ("commune", str(offer.commune)),
    ]
    lines = [line(*spread((head,), (state,), width)), *paragraph(safe_line(offer.asset), width, Role.STRONG)]
    lines += [BLANK, *fields(rows, width)]
    for name, text in (("about", offer.description), ("risk", offer.risk)):
        if text is not None and text.strip():
            lines += [BLANK, line((name, Role.HEAD)), *flow(text, NO_NICKS, width)]
    return lines


def announcement_page(item: Item, width: int, now: float) -> list[Line]:
    """What a record says that is neither a post nor an offer."""
    heading = rule(kind_words(item), width)
    if (said := in_words(item, now)) is None:
        return [heading, *fields(table(item), width)]
    author = safe_line(item.nick or str(item.address))
    sentence = ((f"{author} ", Role.NAME), (f"{said}.", Role.STRONG))
    lines = [heading, *(line(*pieces) for pieces in wrap(sentence, width))]
    if rows := shares(item.kind, item.body):
        lines += [BLANK, *_shares(rows, width)]
    if leads := list(_leads(item, width)):
        lines += [BLANK, *leads]
    return lines


def _shares(rows: list[tuple[str, str]], width: int) -> Iterator[Line]:
    """Labels at the left, amounts under each other at the right, and dots that keep the eye on the line."""
    labels = max(width_of(((label, Role.TEXT),)) for label, _ in rows)
    amounts = max(width_of(((amount, Role.TEXT),)) for _, amount in rows)
    wide = min(width, labels + amounts + 4)
    for label, amount in rows:
        left: tuple[Piece, ...] = ((f"{label} ", Role.DIM),)
        right: tuple[Piece, ...] = ((f" {amount}", Role.TEXT),)
        room = wide - width_of(left) - width_of(right)
        if room < 1:
            yield line(*spread(left, right, wide))
        else:
            yield line(*left, ("·" * room, Role.RULE), *right)


def _leads(item: Item, width: int) -> Iterator[Line]:
    """The records and people that an announcement names, by the names of its fields."""
    found = [(key, lead) for key, value in item.body.items() if (lead := _lead(key, value)) is not None]
    label = max((len(key) for key, _ in found), default=0) + 2
    for key, lead in found:
        shown = f"{lead.address}#{lead.id[:SHOWN_ID]}" if isinstance(lead, Reference) else str(lead)
        series = item.code_of(str(lead)) if isinstance(lead, Reference) else None
        after = f"  {safe_line(series)}" if series is not None else ""
        name = safe_line(key.replace("_", " ")).ljust(label)
        # What does not fit leads to the same all the same.
        room = max(1, width - label - len(after))
        yield named(
            [((name, Role.DIM), None), (cut(((shown, Role.MENTION),), room)[0], lead), ((after, Role.DIM), None)]
        )


def _lead(key: str, value: object) -> Reference | Address | None:
    if not isinstance(value, str) or key in _SAID:
        return None
    lead = lead_of(value)
    return lead if isinstance(lead, Reference | Address) else None
