"""The page beside a list: one record with its thread and its author, or one author.

- A page is a list of lines for a width; what it names leads somewhere, by a click or by Tab and Enter (`tui.detail`).
- Text is set to a measure that reads well, however wide the screen.
- A text under a subject is folded until the reader asks for it (plan-format 3), and so is what a post said before it
  was edited. What was retracted is gone from here too.
- What a verdict means is said where it stands, with what a person can do about it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from thimbl.core.address import SHOWN_ID, Address
from thimbl.core.counting import counted
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.store.types import Author, Item, ThreadItem
from tui.branches import branches, levels_in
from tui.lines import BLANK, Lead, Line, Piece, Role, cut, flow, line, plain, spread, wrap
from tui.rows import BOND_OFFER, VERDICTS, kind_words, state_of, summary, verdict_of, who
from tui.setting import MEASURE, fields, named, paragraph, rule, shifted
from tui.when import exactly, moment, old

BIO_SHOWN: Final = 6
"""Lines of somebody's word about themselves."""

FOLLOWED_SHOWN: Final = 3
"""Lines of whom somebody follows."""

THREAD_SHOWN: Final = 40
"""Records of a thread on a page, around the one that is shown; `t` opens all of it."""

TOLD: Final[Mapping[Verdict | None, str]] = {  # with the key of a binding where its name stands in braces
    Verdict.VERIFIED: "All signatures hold, by the key that is pinned for this address.",
    Verdict.UNSIGNED: "A plan of 2010, which nobody signed: anybody on the way could have changed it.",
    Verdict.NEW_KEY: "Signed by another key than the pinned one. Nothing new is taken until you say so: "
    "{compare} shows both keys, to be compared with what their owner says.",
    Verdict.FORKED: "This author has published two logs that contradict each other. Both are kept as evidence.",
    Verdict.STALE: "The last answer was older than what is here: an old copy, or a rollback. Nothing was taken.",
    Verdict.FUTURE: "The last answer speaks of a time that has not come. It is asked again later.",
    Verdict.FORGED: "The last answer was not theirs: its signatures do not hold. Nothing was taken from it.",
    Verdict.UNREADABLE: "The last answer was no plan. Nothing was taken from it.",
    None: "Nobody has asked for this plan yet.",
}
MOVED: Final = (
    "They have signed that they move. When the same log is found at their new address, you follow them there by itself."
)
FEED: Final = "A feed of the web, which nobody signs: it is what its host says today."


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page is made of, gathered before it is set."""

    item: Item | None = None
    author: Author | None = None
    thread: tuple[ThreadItem, ...] = ()
    stranger: Address | None = None
    """Somebody of whom nothing is known here but that they were named."""


Earlier = Sequence[tuple[int, str]]
"""What a post said before its newest edit: when, in Unix seconds, and what; oldest first."""


KeyOf = Callable[[str], str]
"""From the id of a binding (`tui.keys`) to the key that is bound to it, as it is shown."""

DEFAULT_KEYS: Final = {"unfold": "z", "muted": "M", "history": "H", "thread": "t", "follow": "f", "compare": "K"}


def set_page(
    facts: Facts,
    width: int,
    now: float,
    *,
    unfolded: bool = False,
    earlier: Earlier | None = None,
    key: KeyOf = DEFAULT_KEYS.__getitem__,
) -> list[Line]:
    """The lines of a page, each at most `width` cells; `now` is Unix seconds.

    `earlier` is what the reader asked for of an edited post; None where they did not.
    """
    measure = max(10, min(width, MEASURE))
    lines: list[Line] = []
    if facts.item is not None:
        lines += _heading(facts, facts.item, measure, now)
        lines.append(BLANK)
        lines += _content(facts, facts.item, measure, now, key, unfolded=unfolded)
        lines += _earlier(facts, facts.item, measure, now, earlier, key)
        if len(facts.thread) > 1:
            lines += [BLANK, *_thread(facts.thread, facts.item, measure, now, key)]
    if facts.author is not None:
        lines += [BLANK, rule("author", measure)] if lines else []
        lines += _author(facts.author, measure, now, key, named=facts.item is None)
    elif facts.stranger is not None:
        lines += _stranger(facts.stranger, measure, key)
    return lines


def _heading(facts: Facts, item: Item, width: int, now: float) -> Iterator[Line]:
    yield line(*spread(who(item), (verdict_of(item),), width))
    when = moment(item.time, now)
    told = exactly(item.time)
    stamp = told if when in told else f"{when} · {told}"
    yield line(*spread(((stamp, Role.DIM),), ((f"#{item.id[:SHOWN_ID]}", Role.DIM),), width))
    if item.edited is not None:
        yield line(*cut(((f"edited {moment(item.edited, now)} · {exactly(item.edited)}", Role.DIM),), width))
    if (origin := item.imported) is not None:
        told = f"imported · said {exactly(origin.time)} as {origin.source}"
        yield line(*cut(((told, Role.DIM),), width))
        if origin.to is not None:
            yield named(((("↳ answers ", Role.DIM), None), ((str(origin.to), Role.MENTION), origin.to)))
    if item.by:
        yield line(*cut((("by ", Role.DIM), plain(item.by, Role.DIM)), width))
    if item.licence is not None:
        yield line(*cut((("licence ", Role.DIM), plain(item.licence, Role.DIM)), width))
    if item.re is not None:
        above = next((place for place in facts.thread if place.reference.id == item.re.id), None)
        here = above is not None and above.item is not None
        called = _called(above.item) if above is not None and above.item is not None else None
        name = f"{called} {item.re.address.place}" if called else item.re.address.place
        note = "" if here or not facts.thread else ", which is not here"
        pieces = (("↳ answers ", Role.DIM), plain(name, Role.MENTION), (note, Role.WARN))
        yield Line(cut(pieces, width), item.re)
    elif item.to is not None:
        yield named(((("↳ answers ", Role.DIM), None), ((str(item.to), Role.MENTION), item.to)))


def _content(facts: Facts, item: Item, width: int, now: float, key: KeyOf, *, unfolded: bool) -> list[Line]:
    if item.retracted:
        return paragraph("Retracted by its author. Its text is gone from here too.", width, Role.DIM)
    if item.withheld:
        return paragraph("Withheld: its text is not here, and no retraction says why.", width, Role.DIM)
    if item.muted is not None and not unfolded:
        told = f"You have muted {safe_line(item.muted)}: "
        keys: tuple[Piece, ...] = ((key("unfold"), Role.KEY), (" shows it, ", Role.DIM), (key("muted"), Role.KEY))
        return [Line(cut(((told, Role.DIM), *keys, (" all", Role.DIM)), width))]
    fault: list[Line] = []
    if item.malformed is not None:
        told = f"Malformed: {safe_line(item.malformed)} is not as a {kind_words(item)} asks."
        fault = [*paragraph(told, width, Role.BAD), BLANK]
    if item.kind == BOND_OFFER:
        from tui.offers import offer_page  # only here, as below: posts need no rules of communes

        return fault + offer_page(item, width, now)
    if item.kind != "post" and not item.text:
        from tui.offers import announcement_page

        return fault + announcement_page(item, width, now)
    if subject := safe_line(item.subject or ""):
        lines = [*fault, *paragraph(f"▸ {subject}", width, Role.WARN)]
        if not unfolded:
            told = f"  {counted(len(item.text), 'character')} folded under this subject: "
            return [*lines, line((told, Role.DIM), (key("unfold"), Role.KEY), (" shows them", Role.DIM))]
        return [*lines, BLANK, *flow(item.text, _nicks(facts), width)]
    return fault + flow(item.text, _nicks(facts), width)


def _nicks(facts: Facts) -> Mapping[str, Address]:
    """What the author calls people (plan-format 2); of two by one name the first."""
    follows = facts.author.following if facts.author is not None else ()
    return {follow.nick: follow.address for follow in reversed(follows)}


def _earlier(facts: Facts, item: Item, width: int, now: float, earlier: Earlier | None, key: KeyOf) -> Iterator[Line]:
    if item.edited is None or item.retracted:
        return
    if earlier is None:
        yield BLANK
        told = (("Its author has edited it: ", Role.DIM), (key("history"), Role.KEY), (" shows it as it was", Role.DIM))
        yield Line(cut(told, width))
        return
    for time, text in reversed(earlier):
        yield BLANK
        yield rule(f"before, {moment(time, now)} · {exactly(time)}", width)
        yield from flow(text, _nicks(facts), width)
    if not earlier:
        yield BLANK
        yield from paragraph("What it said before is not here: its author's host withholds it.", width, Role.DIM)


def _thread(thread: Sequence[ThreadItem], shown: Item, width: int, now: float, key: KeyOf) -> Iterator[Line]:
    at = next((index for index, place in enumerate(thread) if place.reference == shown.reference), 0)
    first = max(0, min(at - THREAD_SHOWN // 2, len(thread) - THREAD_SHOWN))
    last = min(len(thread), first + THREAD_SHOWN)
    yield rule(f"thread of {len(thread)}", width)
    if first > 0:
        yield line((f"… {first} before: ", Role.DIM), (key("thread"), Role.KEY), (" opens the whole thread", Role.DIM))
    levels = levels_in(width)
    for place, branch in list(zip(thread, branches(thread), strict=True))[first:last]:
        here = place.reference == shown.reference
        lead: tuple[Piece, ...] = ((branch.lead(levels), Role.RULE),)
        margin: tuple[Piece, ...] = ((branch.margin(levels), Role.RULE),)
        room = width - len(branch.lead(levels)), width - len(branch.margin(levels))
        top, *under = _hanging(place, room, now, here=here)
        yield shifted(top, lead)
        for one in under:
            yield shifted(one, margin)
    if last < len(thread):
        yield line(
            (f"… {len(thread) - last} more: ", Role.DIM), (key("thread"), Role.KEY), (" opens the thread", Role.DIM)
        )


def _hanging(place: ThreadItem, room: tuple[int, int], now: float, *, here: bool) -> Iterator[Line]:
    """One record in its thread: a line of `room[0]` cells, and the beginning of its text in lines of `room[1]`."""
    mark: tuple[Piece, ...] = (("▶ ", Role.KEY),) if here else ()
    if place.item is None:
        told = (*mark, (place.reference.address.place, Role.NAME), ("  not here", Role.WARN))
        yield Line(cut(told, room[0]), place.reference)
        return
    item = place.item
    age: Piece = (moment(item.time, now), Role.DIM)
    called = plain(_called(item) or item.address.place, Role.MARK if item.unread else Role.NAME)
    edited: tuple[Piece, ...] = (("  edited", Role.DIM),) if item.edited is not None else ()
    yield Line(spread((*mark, called, *edited), (age,), room[0]), None if here else place.reference)
    if not here:
        for pieces in wrap(summary(item, now), room[1], 2):
            yield Line(pieces, place.reference)


def _called(item: Item) -> str | None:
    """What the reader calls its author; None where they do not."""
    return "you" if item.is_me else item.nick


def _stranger(address: Address, width: int, key: KeyOf) -> Iterator[Line]:
    yield line((address.place, Role.NAME))
    yield BLANK
    yield from paragraph("Nothing of theirs is here: they were only named.", width, Role.DIM)
    yield line((key("follow"), Role.KEY), (" looks at their plan, and follows", Role.DIM))


def _author(author: Author, width: int, now: float, key: KeyOf, *, named: bool) -> Iterator[Line]:
    verdict: Piece = ("◇ you", Role.GOOD) if author.is_me else VERDICTS[author.verdict]
    if named:  # under a record, its heading has said so
        yield line(*spread(who(author), (verdict,), width))
    if author.bio.strip():
        yield from flow(author.bio, _nicks(Facts(author=author)), width)[:BIO_SHOWN]
    rows = [("name", safe_line(author.name))] if author.nick and author.name.strip() else []
    if author.web is not None:
        rows.append(("feed", f"{author.web.kind or 'not read yet'}, {safe_line(author.web.url)}"))
        rows += [("moved to", safe_line(author.web.moved))] if author.web.moved else []
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
    yield from fields(rows, width)
    yield from _followed(author, width)
    for pieces in wrap(state_of(author, now, head=False), width):
        yield line(*pieces)
    if not author.is_me:
        role = verdict[1] if verdict[1] in (Role.WARN, Role.BAD) else Role.DIM
        reason = f" ({safe_line(author.reason)})" if author.reason else ""
        yield BLANK
        told = TOLD[author.verdict].format(compare=key("compare")) if author.web is None else FEED
        yield from paragraph(told + reason, width, role)
        if author.moved_to is not None:
            yield from paragraph(MOVED, width, Role.WARN)
        if not author.followed:
            yield line(("You do not follow them: ", Role.DIM), (key("follow"), Role.KEY), (" follows", Role.DIM))


def _followed(author: Author, width: int) -> Iterator[Line]:
    """Whom they follow, by the names that they use, as far as a few lines hold."""
    shown: list[tuple[Piece, Lead | None]] = [((f"follows {len(author.following)}: ", Role.DIM), None)]
    used, lines = len(shown[0][0][0]), 1
    for follow in author.following:
        piece = plain(f"@{follow.nick}", Role.MENTION)
        wide = cell_len(piece[0]) + 1
        if used + wide > width and len(shown) > 1:
            yield named(shown)
            shown, used, lines = [], 0, lines + 1
            if lines > FOLLOWED_SHOWN:
                return
        shown += [(cut((piece,), max(1, width - used - 1))[0], follow.address), ((" ", Role.TEXT), None)]
        used += wide
    if author.following:
        yield named(shown)
