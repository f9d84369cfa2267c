"""What is to be followed, as it was found: the plan at an address, or a feed of the web, in lines for a person.

- A plan is judged as it would be if it came by a fetch, by what is known and pinned of its author (plan-format 4); of
  somebody new that is nothing, and the key's fingerprint is there to be compared before it is pinned.
- What a feed is, `thimbl follow --look` has found; a signed plan that stands in it is named, since that can be followed
  itself.
- All of it is remote, and is escaped here.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.answer import read_answer, says_no_plan
from thimbl.core.counting import counted
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes
from thimbl.core.terminal import safe_line
from thimbl.core.web import FeedUrl, UrlError
from thimbl.store.reader import Reader
from thimbl.store.types import Author
from tui.lines import Line, Role, line, plain
from tui.pages import FEED, TOLD
from tui.rows import VERDICTS
from tui.setting import fields, paragraph
from tui.when import old

RAW_SHOWN: Final = 12
"""Lines of an answer without a plan that are shown."""

RAW_WIDE: Final = 500
"""Characters of such a line, and of what somebody says of themselves."""

WIDTH: Final = 66
"""Cells of the lines; the dialog is as wide where the screen is."""

FIRST_KEY: Final = "Its signature holds. Compare the key with its owner if you can: it will be pinned."
PUBLIC: Final = "Follow tells it in your plan, which is signed anew; in private, nobody is told."
OF_FEEDS: Final = "No plan tells of a feed: nobody else learns of it."
LATER: Final = "You can follow them all the same: they are asked again at each fetch."


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What is known of somebody before they are looked at."""

    author: Author | None
    known: Known


@dataclass(frozen=True, slots=True)
class Found:
    """What a look has found."""

    whom: Address | FeedUrl
    """Whom to follow: of a feed that has moved for good, where it is by now."""
    lines: tuple[Line, ...]
    speaks_for: bool
    """Whether it is what was looked for: else whoever goes on has to mean it."""
    nick: str = ""
    """What they are called where nobody gives a name; not escaped."""
    in_private: bool = False
    """Whether they are followed in private already."""
    plan: Address | None = None
    """Whose signed plan stands in it, where it is a feed."""


def acquainted(reader: Reader, address: Address) -> Acquaintance:
    """What the store knows of somebody."""
    author = reader.author(address)
    if author is None or not author.key:
        return Acquaintance(author, Known(address))
    return Acquaintance(author, reader.known(address, 1, max(author.seq, 1)))


def plan_found(raw: bytes, address: Address, before: Acquaintance, now: float) -> Found:
    """What the answer of `address` says; `now` is Unix seconds."""
    author, answer = before.author, read_answer(raw)
    nick = (author.nick if author is not None else None) or address.user
    in_private = author is not None and author.followed and author.private
    lines = list(_followed(author))
    if answer.plan is None:
        rows = raw.decode("utf-8", "replace").splitlines()[:RAW_SHOWN]
        heading = "There is no plan yet:" if says_no_plan(raw) else "That answer has no plan in it:"
        lines += [line((heading, Role.WARN)), *(line(("  ", Role.TEXT), plain(row[:RAW_WIDE])) for row in rows)]
        return Found(address, (*lines, *_dim(LATER)), False, nick, in_private)
    judgement = judge_bytes(answer.plan, before.known, int(now))
    lines += [line(VERDICTS[judgement.verdict]), *fields(_rows(judgement, now), WIDTH)]
    is_new = judgement.verdict is Verdict.VERIFIED and (author is None or author.key is None)
    lines += _dim(FIRST_KEY if is_new else TOLD[judgement.verdict])
    if judgement.reason:
        lines += paragraph(safe_line(judgement.reason), WIDTH, Role.WARN)
    speaks_for = judgement.verdict in (Verdict.VERIFIED, Verdict.UNSIGNED)
    lines += _dim(PUBLIC if speaks_for else LATER)
    return Found(address, tuple(lines), speaks_for, nick, in_private)


def _followed(author: Author | None) -> list[Line]:
    """That they are followed already, where they are."""
    if author is None or not author.followed:
        return []
    way = ", in private" if author.private and author.web is None else ""
    told = f"You follow them already, as {safe_line(author.nick or author.place)}{way}."
    return paragraph(told, WIDTH, Role.STRONG)


def _rows(judgement: Judgement, now: float) -> list[tuple[str, str]]:
    head, classic = judgement.head, judgement.classic
    rows: list[tuple[str, str]] = []
    if head is not None:
        rows = [("name", safe_line(head.name)), ("bio", safe_line(head.bio[:RAW_WIDE]))]
        rows += [("key", head.key.fingerprint), ("head", f"{old(head.updated, now)}, record {head.seq}")]
    elif classic is not None:
        rows = [("name", safe_line(classic.name)), ("bio", safe_line(classic.bio[:RAW_WIDE])), ("key", "none")]
    if judgement.moved_to is not None:
        rows.append(("moved to", str(judgement.moved_to)))
    return [(name, value) for name, value in rows if value]


def feed_found(raw: bytes, url: FeedUrl) -> Found:
    """What `follow --look --json` has found at a URL. Raises `ValueError` where that is nothing of the kind."""
    data: Any = json.loads(raw)
    if not isinstance(data, dict):
        raise ValueError("The program that looks at feeds has said nothing that can be read.")
    whom = _there(data.get("url"), url)
    rows = [("feed", f"{_text(data, 'format')}, {counted(_number(data), 'entry', 'entries')}")]
    rows += [("title", title)] if (title := _text(data, "name")) else []
    lines = []
    if data.get("followed") is True:
        lines.append(line((f"You follow it already, as {_text(data, 'nick')}.", Role.STRONG)))
    if whom != url:
        lines += paragraph(f"It has moved for good to {safe_line(str(whom))}, which is followed.", WIDTH, Role.WARN)
    lines += [*fields(rows, WIDTH), *paragraph(FEED, WIDTH, Role.WARN), *_dim(OF_FEEDS)]
    plan = _address(data.get("plan"))
    if plan is not None:
        told = f"The signed plan of {plan} stands in it: whoever follows that has its posts with their signatures."
        lines += paragraph(told, WIDTH, Role.GOOD)
    return Found(whom, tuple(lines), True, str(data.get("nick") or ""), plan=plan)


def _text(data: dict[str, Any], key: str) -> str:
    return safe_line(str(data.get(key) or "")[:RAW_WIDE])


def _number(data: dict[str, Any]) -> int:
    found = data.get("entries")
    return found if isinstance(found, int) else 0


def _there(said: object, url: FeedUrl) -> FeedUrl:
    try:
        return FeedUrl.parse(said) if isinstance(said, str) else url
    except UrlError:
        return url


def _address(said: object) -> Address | None:
    try:
        return Address.parse(said) if isinstance(said, str) and said else None
    except AddressError:
        return None


def nothing_found(whom: Address | FeedUrl, why: str, before: Acquaintance | None = None) -> Found:
    """That nobody answered, or nothing that can be read."""
    author = None if before is None else before.author
    lines = (*_followed(author), *paragraph(safe_line(why), WIDTH, Role.BAD), *_dim(LATER))
    nick = (author.nick if author is not None else None) or (whom.user if isinstance(whom, Address) else "")
    return Found(whom, lines, False, nick, author is not None and author.followed and author.private)


def _dim(text: str) -> list[Line]:
    return paragraph(text, WIDTH, Role.DIM)
