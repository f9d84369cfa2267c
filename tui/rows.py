"""Rows of a list: an item, an author or a place in a thread as a few lines of one height.

- A row is as high as every other, so that where it stands is arithmetic; the whole text stands on the page beside it.
- The first cell says whether the row is the selected one, the second whether it is unread; the first line says who,
  with which verdict, and when. Each of them is a shape or a word.
- The name that somebody gave themselves is never shown without their address, unless it is the reader's own name
  for them. Whom an answer answers is said by that name too, or by the address.
- In a thread, lines before the rows say who answers whom (`tui.branches`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from thimbl.core.address import SHOWN_ID, Address
from thimbl.core.counting import counted
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.core.text import folded
from thimbl.store.types import Author, Item, ThreadItem
from tui.branches import Branch, levels_in
from tui.lines import BLANK, Line, Piece, Pieces, Role, line, plain, spread, words, wrap
from tui.when import ahead, moment, old, precise, since

Entry = Item | Author | ThreadItem

BOND_OFFER: Final = "bond-offer"
"""The kind of commune.md 2 that has a row and a page of its own."""

GUTTER: Final = 3
"""Cells at the left: the cursor, the unread mark, and a blank."""

CURSOR: Final = "▌"
UNREAD: Final = "●"

CLIPPED: Final = 1_000
"""Characters of a text that a row looks at: more than the widest row shows."""

MAX_VALUE: Final = 300
"""Characters of one value of an announcement that are shown."""

NOT_FETCHED: Final[Pieces] = (("This record has not been fetched: follow its author to read it.", Role.DIM),)

VERDICTS: Final[dict[Verdict | None, Piece]] = {
    Verdict.VERIFIED: ("✓ verified", Role.GOOD),
    Verdict.UNSIGNED: ("○ unsigned", Role.WARN),
    Verdict.NEW_KEY: ("? new key", Role.WARN),
    Verdict.STALE: ("↓ stale", Role.WARN),
    Verdict.FUTURE: ("» future", Role.WARN),
    Verdict.FORKED: ("≠ forked", Role.BAD),
    Verdict.FORGED: ("✗ forged", Role.BAD),
    Verdict.UNREADABLE: ("~ unreadable", Role.BAD),
    None: ("· unasked", Role.DIM),
}
"""Shape and word of each verdict."""


def verdict_of(item: Item) -> Piece:
    """The verdict on an item's author; one's own words need none."""
    return ("◇ you", Role.GOOD) if item.is_me else VERDICTS[item.verdict]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the rows of a list are drawn."""

    names: Mapping[Address, str] = field(default_factory=dict)
    """What the reader calls people."""
    exact: bool = False
    """Times to the minute, and not as ages."""

    def name(self, address: Address) -> Piece:
        """What stands for somebody who is only named."""
        return plain(self.names.get(address) or address.place, Role.DIM)

    def when(self, then: int, now: float) -> str:
        """A time as it stands in a row."""
        return precise(then) if self.exact else moment(then, now)


def who(item: Item | Author, role: Role = Role.NAME) -> Pieces:
    """Who it is: the reader's name for them, or their own, and always their address."""
    place = plain(item.place, Role.DIM) if isinstance(item, Author) else (item.address.place, Role.DIM)
    address = place if item.address.is_web else (str(item.address), Role.DIM)
    called = item.nick or item.name.strip() or (item.address.place if item.address.is_web else item.address.user)
    return (plain(called, role), (" ", Role.TEXT), address)


def draw(
    entry: Entry | None,
    width: int,
    height: int,
    now: float,
    *,
    selected: bool = False,
    branch: Branch | None = None,
    manner: Manner = Manner(),
) -> list[Line]:
    """The row of `entry`: `height` lines of at most `width` cells. None is a row that is still being read.

    `branch` is where it hangs, in a list that is a thread.
    """
    inner = width - GUTTER - 1  # and a blank before whatever stands at the right
    if isinstance(entry, Author):
        body = _author(entry, inner, height, now)
        unread = False
    elif isinstance(entry, Item):
        body = _item(entry, inner, height, now, manner)
        unread = entry.unread
    elif entry is not None:
        body = _threaded(entry, branch or Branch(), inner, height, now, manner)
        unread = entry.item is not None and entry.item.unread
    else:
        body = [line(("…", Role.DIM))]
        unread = False
    lines = []
    for index in range(height):
        mark: Piece = (UNREAD if unread and index == 0 else " ", Role.MARK)
        cursor: Piece = (CURSOR if selected else " ", Role.KEY)
        content = body[index].pieces if index < len(body) else BLANK.pieces
        lines.append(line(cursor, mark, (" ", Role.TEXT), *content))
    return lines


def summary(item: Item, now: float) -> Pieces:
    """What an item says, in one run of text for a list."""
    if item.retracted:
        return (("retracted by its author", Role.DIM),)
    if item.withheld:
        return (("withheld: its text is not here", Role.DIM),)
    if item.muted is not None:
        return ((f"muted: {safe_line(item.muted)}", Role.DIM),)
    if item.kind == BOND_OFFER:
        from thimbl.core.commune.fields import Malformed  # only here, as below: posts need no rules of communes
        from thimbl.core.commune.offer import BondOffer, one_line

        try:
            return (("◆ ", Role.OFFER), (one_line(BondOffer.from_body(item.body), int(now)), Role.TEXT))
        except Malformed as fault:
            return (("◆ bond offer, malformed: ", Role.BAD), plain(str(fault)[:CLIPPED]))
    if item.malformed is not None and not item.text:
        return ((f"malformed {kind_words(item)}: ", Role.BAD), plain(item.malformed))
    if item.text or item.kind == "post":
        if (item.subject or "").strip():
            return (("▸ ", Role.WARN), plain(folded(item.subject, item.text)[:CLIPPED], Role.WARN))
        return words(folded(None, item.text[:CLIPPED]))
    if (said := in_words(item, now)) is not None:
        return (("▪ ", Role.HEAD), (said[:CLIPPED], Role.TEXT))
    listed = " · ".join(f"{key} {value}" for key, value in table(item)[:4])
    return ((f"▪ {kind_words(item)}  ", Role.HEAD), (listed[:CLIPPED], Role.DIM))


def in_words(item: Item, now: float) -> str | None:
    """An announcement as a sentence, escaped; None where it is malformed, or of a kind that is not known here."""
    from thimbl.core.announcements import announced
    from thimbl.core.commune.fields import Malformed

    try:
        return None if item.malformed else announced(item.kind, item.body, int(now), item.code_of)
    except Malformed:
        return None


def kind_words(item: Item) -> str:
    """The kind of a record as words: ``bond-offer`` is ``bond offer``."""
    return safe_line(item.kind.replace("-", " "))


def table(item: Item) -> list[tuple[str, str]]:
    """The body of an announcement as names and values, escaped, in the order in which it came."""
    return [(safe_line(key.replace("_", " ")), _value(value)) for key, value in item.body.items() if key != "salt"]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return safe_line(text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…")


def _item(item: Item, width: int, height: int, now: float, manner: Manner) -> list[Line]:
    return [_first(item, width, now, manner), *_rest(item, width, height - 1, now)]


def _first(item: Item, width: int, now: float, manner: Manner, note: Pieces = ()) -> Line:
    name = who(item, Role.MARK if item.unread else Role.NAME)
    notes: list[Piece] = []
    if (answered := item.re.address if item.re is not None else item.to) is not None:
        notes += [("  ↳ ", Role.DIM), manner.name(answered)]
    if item.edited is not None:
        notes.append(("  edited", Role.DIM))
    if item.imported is not None:
        notes.append(("  imported", Role.DIM))
    age = manner.when(item.time, now)
    right = (verdict_of(item), (age.rjust(max(len(age) + 2, 11)), Role.DIM))
    return line(*spread((*name, *note, *notes), right, width))


def _rest(item: Item, width: int, height: int, now: float) -> list[Line]:
    return [line(*pieces) for pieces in wrap(summary(item, now), width - 1, height)]


def _threaded(place: ThreadItem, branch: Branch, width: int, height: int, now: float, manner: Manner) -> list[Line]:
    levels = levels_in(width)
    lead: Piece = (branch.lead(levels), Role.RULE)
    margin: Piece = (branch.margin(levels), Role.RULE)
    first, rest = width - len(lead[0]), width - len(margin[0])
    note: Pieces = ()
    if branch.folded:
        note = ((f"  ▸ {branch.under} folded", Role.WARN),)
    if place.item is not None:
        head, body = _first(place.item, first, now, manner, note), _rest(place.item, rest, height - 1, now)
    else:
        head, body = _missing(place, first, note), [line(*wrap(NOT_FETCHED, rest, 1)[0])]
    body += [BLANK] * (height - 1 - len(body))
    return [line(lead, *head.pieces), *(line(margin, *under.pieces) for under in body)]


def _missing(place: ThreadItem, width: int, note: Pieces) -> Line:
    told = (place.reference.address.place, Role.NAME), (f"  #{place.reference.id[:SHOWN_ID]}", Role.DIM)
    return line(*spread((*told, *note), (("not here", Role.WARN),), width))


def _author(author: Author, width: int, height: int, now: float) -> list[Line]:
    posts = counted(author.posts, "post")
    right = (VERDICTS[author.verdict] if not author.is_me else ("◇ you", Role.GOOD), (posts.rjust(12), Role.DIM))
    lines = [line(*spread(who(author), right, width))]
    told = wrap(state_of(author, now), width - 1, 1 if height < 3 else height - 2)
    bio = wrap(words(folded(None, author.bio[:CLIPPED]), role=Role.DIM), width - 1, 1) if height > 2 else []
    return lines + [line(*pieces) for pieces in (*bio, *told)]


def state_of(author: Author, now: float, *, head: bool = True) -> Pieces:
    """How old somebody's head is (unless that is told elsewhere), when they were asked, and what went wrong."""
    told: list[Piece] = []
    if head and author.updated is not None:
        told.append((f"head {old(author.updated, now)}", Role.DIM))
    if author.asked is not None and not author.is_me:
        told.append((f"asked {since(author.asked, now)}", Role.DIM))
        if author.answered != author.asked and author.answered is not None:
            told.append((f"answered {since(author.answered, now)}", Role.DIM))
        if author.followed:
            told.append((f"again {ahead(author.due, now)}", Role.DIM))
    elif not author.is_me:
        told.append(("not asked yet: R fetches", Role.DIM))
    if author.private and author.web is None:  # nobody is told of a feed, ever
        told.append(("in private", Role.DIM))
    if author.muted:
        told.append(("muted", Role.WARN))
    moved = author.moved_to if author.web is None else author.web.moved
    if moved:
        told.append((f"says: moved to {safe_line(str(moved))}", Role.WARN))
    if author.failure is not None:  # last, since it may be long, and a row is cut
        told.append((f"no answer: {safe_line(author.failure)}", Role.BAD))
    separated: list[Piece] = []
    for piece in told:
        separated += [(" · ", Role.DIM), piece] if separated else [piece]
    return tuple(separated)
