"""The page beside a list: one record with its thread and its author, or one author.

- A page is a list of lines for a width; a click on a line with a target leads to that record.
- Text is set to a measure that reads well, however wide the screen.
- A text under a subject is folded until the reader asks for it (plan-format 3).
- What a verdict means is said where it stands, with what a person can do about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.money import format_amount, format_rate
from thimbl.core.commune.offer import BondOffer, closes_in
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.store.types import Author, Item, ThreadItem
from tui.lines import BLANK, Line, Piece, Role, cut, line, plain, spread, width_of, words, wrap
from tui.rows import BOND_OFFER, MAX_INDENT, VERDICTS, kind_words, state_of, summary, table, verdict_of, who
from tui.when import exactly, moment, old

MEASURE: Final = 84
"""Cells of a line of text at most: eyes lose longer ones on the way back."""

THREAD_SHOWN: Final = 40
"""Records of a thread on a page, around the one that is shown; `t` opens all of it."""

TOLD: Final[Mapping[Verdict | None, str]] = {
    Verdict.VERIFIED: "All signatures hold, by the key that is pinned for this address.",
    Verdict.UNSIGNED: "A plan of 2010, which nobody signed: anybody on the way could have changed it.",
    Verdict.NEW_KEY: "Signed by another key than the pinned one. Nothing new is taken until you say so: "
    "compare fingerprints with its author, then 'thimbl key pin'.",
    Verdict.FORKED: "This author has published two logs that contradict each other. Both are kept as evidence.",
    Verdict.STALE: "The last answer was older than what is here: an old copy, or a rollback. Nothing was taken.",
    Verdict.FUTURE: "The last answer speaks of a time that has not come. It is asked again later.",
    Verdict.FORGED: "The last answer was not theirs: its signatures do not hold. Nothing was taken from it.",
    Verdict.UNREADABLE: "The last answer was no plan. Nothing was taken from it.",
    None: "Nobody has asked for this plan yet.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page is made of, gathered before it is set."""

    item: Item | None = None
    author: Author | None = None
    thread: tuple[ThreadItem, ...] = ()


def set_page(facts: Facts, width: int, now: float, *, unfolded: bool = False) -> list[Line]:
    """The lines of a page, each at most `width` cells; `now` is Unix seconds."""
    measure = max(10, min(width, MEASURE))
    lines: list[Line] = []
    if facts.item is not None:
        lines += _heading(facts.item, measure, now)
        lines.append(BLANK)
        lines += _content(facts, facts.item, measure, now, unfolded=unfolded)
        if len(facts.thread) > 1:
            lines += [BLANK, *_thread(facts.thread, facts.item, measure, now)]
    if facts.author is not None:
        lines += [BLANK, _rule("author", measure)] if lines else []
        lines += _author(facts.author, measure, now, named=facts.item is None)
    return lines


def _rule(title: str, width: int) -> Line:
    head: Piece = (f"{title} ", Role.HEAD)
    return line(head, ("─" * max(0, width - len(head[0])), Role.RULE))


def _heading(item: Item, width: int, now: float) -> Iterator[Line]:
    yield line(*spread(who(item), (verdict_of(item),), width))
    when = moment(item.time, now)
    told = exactly(item.time)
    stamp = told if when in told else f"{when} · {told}"
    if item.edited is not None:
        stamp += f" · edited {moment(item.edited, now)}"
    yield line(*spread(((stamp, Role.DIM),), ((f"#{item.id[:8]}", Role.DIM),), width))
    if item.re is not None:
        yield Line(cut((("↳ answers ", Role.DIM), (str(item.re.address), Role.MENTION)), width), item.re)
    elif item.to is not None:
        yield Line(cut((("↳ answers ", Role.DIM), (str(item.to), Role.MENTION)), width))


def _content(facts: Facts, item: Item, width: int, now: float, *, unfolded: bool) -> list[Line]:
    if item.retracted:
        return _paragraph("Retracted by its author. Its text is gone from here too.", width, Role.DIM)
    if item.withheld:
        return _paragraph("Withheld: its text is not here, and no retraction says why.", width, Role.DIM)
    fault: list[Line] = []
    if item.malformed is not None:
        told = f"Malformed: {safe_line(item.malformed)} is not as a {kind_words(item)} asks."
        fault = [*_paragraph(told, width, Role.BAD), BLANK]
    if item.kind == BOND_OFFER:
        return fault + _offer(item, width, now)
    if item.kind != "post" and not item.text:
        return [*fault, _rule(kind_words(item), width), *fields(table(item), width)]
    if subject := safe_line(item.subject or ""):
        lines = [*fault, *_paragraph(f"▸ {subject}", width, Role.WARN)]
        if not unfolded:
            letters = len(item.text)
            told = f"  {letters} character{'' if letters == 1 else 's'} folded under this subject: "
            return [*lines, line((told, Role.DIM), ("z", Role.KEY), (" shows them", Role.DIM))]
        return [*lines, BLANK, *_text(facts, item, width)]
    return fault + _text(facts, item, width)


def _text(facts: Facts, item: Item, width: int) -> list[Line]:
    nicks: dict[str, Address] = {}
    if facts.author is not None:
        nicks = {follow.nick: follow.address for follow in facts.author.following}
    return [line(*pieces) for pieces in wrap(words(item.text, nicks), width)]


def _paragraph(text: str, width: int, role: Role = Role.TEXT) -> list[Line]:
    return [line(*pieces) for pieces in wrap(((text, role),), width)]


def fields(rows: Sequence[tuple[str, str]], width: int, role: Role = Role.TEXT) -> list[Line]:
    """A table of names and values, the values wrapped under themselves. Both are safe already."""
    label = min(max((len(name) for name, _ in rows), default=0), max(4, width // 3)) + 2
    lines: list[Line] = []
    for name, value in rows:
        first = cut(((name, Role.DIM),), label - 1)
        for pieces in wrap(((value, role),), width - label):
            gap = label - width_of(first)
            lines.append(line(*first, (" " * gap, Role.TEXT), *pieces))
            first = ()
    return lines


def _offer(item: Item, width: int, now: float) -> list[Line]:
    """A bond offer as one reads it: what for, what it pays, how long it is open."""
    try:
        offer = BondOffer.from_body(item.body)
    except Malformed as fault:
        told = f"This bond offer is malformed: {safe_line(str(fault))}. It counts for nothing."
        return [*_paragraph(told, width, Role.BAD), BLANK, *fields(table(item), width)]
    is_open = offer.is_open(int(now))
    state: Piece = (closes_in(offer, int(now)), Role.GOOD if is_open else Role.DIM)
    head: Piece = (f"◆ bond offer {offer.series}", Role.OFFER)
    face, unit, rent = (format_amount(amount, offer.currency) for amount in (offer.face, offer.unit, offer.rent))
    rate = f"{'up to ' if offer.is_auction else ''}{format_rate(offer.ceiling_bp)} a year"
    rows = [
        ("rent", f"{rent} a month"),
        ("face", f"{face} in {offer.face // offer.unit} bonds of {unit}"),
        ("rate", rate + (", which the bids decide" if offer.is_auction else "")),
        ("term", f"{offer.term} month{'' if offer.term == 1 else 's'}"),
        ("closes", exactly(offer.closes)),
        ("commune", str(offer.commune)),
    ]
    lines = [line(*spread((head,), (state,), width)), *_paragraph(safe_line(offer.asset), width, Role.STRONG)]
    lines += [BLANK, *fields(rows, width)]
    for name, text in (("about", offer.description), ("risk", offer.risk)):
        if text is not None and text.strip():
            lines += [BLANK, line((name, Role.HEAD)), *(line(*pieces) for pieces in wrap(words(text), width))]
    return lines


def _thread(thread: Sequence[ThreadItem], shown: Item, width: int, now: float) -> Iterator[Line]:
    at = next((index for index, place in enumerate(thread) if place.reference == shown.reference), 0)
    first = max(0, min(at - THREAD_SHOWN // 2, len(thread) - THREAD_SHOWN))
    last = min(len(thread), first + THREAD_SHOWN)
    yield _rule(f"thread of {len(thread)}", width)
    if first > 0:
        yield line((f"… {first} before: ", Role.DIM), ("t", Role.KEY), (" opens the whole thread", Role.DIM))
    for place in thread[first:last]:
        yield from _branch(place, place.reference == shown.reference, width, now)
    if last < len(thread):
        yield line((f"… {len(thread) - last} more: ", Role.DIM), ("t", Role.KEY), (" opens the thread", Role.DIM))


def _branch(place: ThreadItem, here: bool, width: int, now: float) -> Iterator[Line]:
    indent = min(2 * min(place.depth, MAX_INDENT), width // 3)
    lead: Piece = ("▶ " if here else "└ " if place.depth else "┌ ", Role.KEY if here else Role.RULE)
    margin: Piece = (" " * indent, Role.TEXT)
    if place.item is None:
        told = (str(place.reference.address), Role.NAME), ("  not here", Role.WARN)
        yield Line(cut((margin, lead, *told), width), place.reference)
        return
    item = place.item
    age: Piece = (moment(item.time, now), Role.DIM)
    called = plain(item.nick or item.name.strip() or str(item.address), Role.MARK if item.unread else Role.NAME)
    yield Line((margin, lead, *spread((called,), (age,), width - indent - 2)), place.reference)
    if not here:
        under: Piece = (" " * (indent + 2), Role.TEXT)
        for pieces in wrap(summary(item, now), width - indent - 2, 2):
            yield line(under, *pieces, target=place.reference)


def _author(author: Author, width: int, now: float, *, named: bool) -> Iterator[Line]:
    verdict: Piece = ("◇ you", Role.GOOD) if author.is_me else VERDICTS[author.verdict]
    if named:  # under a record, its heading has said so
        yield line(*spread(who(author), (verdict,), width))
    if author.bio.strip():
        for pieces in wrap(words(author.bio), width, 4):
            yield line(*pieces)
    rows = [("name", safe_line(author.name))] if author.nick and author.name.strip() else []
    rows.append(("key", author.key or "none"))
    if author.recovery:
        rows.append(("recovery", author.recovery))
    if author.updated is not None:
        rows.append(("head", f"{old(author.updated, now)}, record {author.seq}, made {exactly(author.updated)}"))
    if author.moved_to is not None:
        rows.append(("moved to", str(author.moved_to)))
    if author.gap_below is not None:
        rows.append(("gap", f"records below {author.gap_below} are not here yet"))
    for name, value in list(author.properties.items())[:8]:
        rows.append((safe_line(name)[:16], safe_line(value[:500])))
    rows.append(("posts", str(author.posts)))
    if author.following:
        rows.append(("follows", str(len(author.following))))
    yield from fields(rows, width)
    for pieces in wrap(state_of(author, now, head=False), width):
        yield line(*pieces)
    if not author.is_me:
        role = verdict[1] if verdict[1] in (Role.WARN, Role.BAD) else Role.DIM
        reason = f" ({safe_line(author.reason)})" if author.reason else ""
        yield BLANK
        yield from _paragraph(TOLD[author.verdict] + reason, width, role)
        if not author.followed:
            yield line(("You do not follow them: ", Role.DIM), ("f", Role.KEY), (" follows", Role.DIM))
