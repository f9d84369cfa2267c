"""Rows of a list: an item, an author or a place in a thread as a few lines of one height.

- A row is as high as every other, so that where it stands is arithmetic; the whole text stands on the page beside it.
- The first cell says whether the row is the selected one, the second whether it is unread; the first line says who,
  with which verdict, and when. Each of them is a shape or a word.
- The name that somebody gave themselves is never shown without their address, unless it is the reader's own name
  for them.
"""

import json
from typing import Final

from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.offer import BondOffer, one_line
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe_line
from thimbl.core.text import folded
from thimbl.store.types import Author, Item, ThreadItem
from tui.lines import BLANK, Line, Piece, Pieces, Role, line, plain, spread, words, wrap
from tui.when import moment, old, since

Entry = Item | Author | ThreadItem

BOND_OFFER: Final = "bond-offer"
"""The kind of commune.md 2 that has a row and a page of its own."""

GUTTER: Final = 3
"""Cells at the left: the cursor, the unread mark, and a blank."""

CURSOR: Final = "▌"
UNREAD: Final = "●"

CLIPPED: Final = 1_000
"""Characters of a text that a row looks at: more than the widest row shows."""

MAX_INDENT: Final = 8
"""Levels of a thread that are indented; a deeper one stands under the last."""

MAX_VALUE: Final = 300
"""Characters of one value of an announcement that are shown."""

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


def who(item: Item | Author, role: Role = Role.NAME) -> Pieces:
    """Who it is: the reader's name for them, or their own, and always their address."""
    address = (str(item.address), Role.DIM)
    called = item.nick or item.name.strip() or item.address.user
    return (plain(called, role), (" ", Role.TEXT), address)


def draw(entry: Entry | None, width: int, height: int, now: float, *, selected: bool = False) -> list[Line]:
    """The row of `entry`: `height` lines of at most `width` cells. None is a row that is still being read."""
    inner = width - GUTTER - 1  # and a blank before whatever stands at the right
    if isinstance(entry, Author):
        body = _author(entry, inner, height, now)
        unread = False
    elif isinstance(entry, Item):
        body = _item(entry, inner, height, now, 0)
        unread = entry.unread
    elif entry is not None:
        body = _threaded(entry, inner, height, now)
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
    if item.kind == BOND_OFFER:
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
    told = " · ".join(f"{key} {value}" for key, value in table(item)[:4])
    return ((f"▪ {kind_words(item)}  ", Role.HEAD), (told[:CLIPPED], Role.DIM))


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


def _item(item: Item, width: int, height: int, now: float, indent: int) -> list[Line]:
    name = who(item, Role.MARK if item.unread else Role.NAME)
    notes: list[Piece] = []
    if item.re is not None or item.to is not None:
        notes.append(("  ↳ reply", Role.DIM))
    if item.edited is not None:
        notes.append(("  edited", Role.DIM))
    age = moment(item.time, now)
    right = (verdict_of(item), (age.rjust(max(len(age) + 2, 11)), Role.DIM))
    margin = (" " * indent, Role.TEXT)
    lines = [line(margin, *spread((*name, *notes), right, width - indent))]
    return lines + [line(margin, *pieces) for pieces in wrap(summary(item, now), width - indent - 1, height - 1)]


def _threaded(place: ThreadItem, width: int, height: int, now: float) -> list[Line]:
    indent = min(2 * min(place.depth, MAX_INDENT), max(0, width // 3))
    if place.item is not None:
        return _item(place.item, width, height, now, indent)
    margin = (" " * indent, Role.TEXT)
    told = (str(place.reference.address), Role.NAME), (f"  #{place.reference.id[:8]}", Role.DIM)
    return [
        line(margin, *spread(told, (("not here", Role.WARN),), width - indent)),
        line(margin, *wrap((("This record has not been fetched: follow its author to read it.", Role.DIM),), width)[0]),
    ]


def _author(author: Author, width: int, height: int, now: float) -> list[Line]:
    posts = f"{author.posts} post{'' if author.posts == 1 else 's'}"
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
    if author.asked is not None:
        told.append((f"asked {since(author.asked, now)}", Role.DIM))
    elif not author.is_me:
        told.append(("not asked yet: R fetches", Role.DIM))
    if author.failure is not None:
        told.append((f"no answer: {safe_line(author.failure)}", Role.BAD))
    if author.private:
        told.append(("followed privately", Role.DIM))
    separated: list[Piece] = []
    for piece in told:
        separated += [(" · ", Role.DIM), piece] if separated else [piece]
    return tuple(separated)
