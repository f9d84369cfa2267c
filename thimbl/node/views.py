"""What one account's files answer to each view of plan-format 6. Without I/O of the network.

- `alice` is the plan as its author published it. The views for programs are the same data and the same signature as
  JSON on one line; `classic` is what the clients of 2010 read.
- No control character leaves this host (RFC 1288 3.3). In JSON it is written as an escape, which is the same data; in
  words that nobody signed a question mark stands for it.
- What is served hangs together: a file of the archive that does not fit the plan is left out, so that nobody takes a
  damaged disk for a forgery.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from thimbl.core.address import AddressError, Reference
from thimbl.core.answer import write_answer
from thimbl.core.archive import ArchiveDamaged, page_name, page_start, read_page
from thimbl.core.classic import Message, write_classic
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.plan import ListDigest, Plan, PlanUnreadable, plan_from_data, read_plan
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.planwriter import write_line
from thimbl.core.records import EDIT, POST, RETRACT, Record, malformed_field
from thimbl.home.planfiles import FOLLOWING_FILE
from thimbl.node.accounts import Account, Stamp

LISTED: Final = "listed"
"""The property of a head by which an account agrees to be listed: it says `yes`."""

MAX_DIGITS: Final = 16
"""Of a number in a view: 2^53 - 1, the largest seq that there can be (plan-format 1), has as many."""

# DEL and the C1 controls; and C1 as single bytes, which are no UTF-8 and which terminals of the eighties obey.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udc9f]")


class NoSuchView(LookupError):
    """The account is here; what was asked of it is not."""


@dataclass(frozen=True, slots=True)
class Published:
    """An account's plan as it was read, and what follows from it."""

    account: Account
    stamp: Stamp
    raw: bytes
    plan: Plan | None
    """None where it is no plan of version 2: plain words, or broken."""

    @property
    def listed(self) -> bool:
        """Whether the account agreed to be listed."""
        return self.plan is not None and self.plan.head.properties.get(LISTED, "").lower() in ("yes", "true")

    @property
    def name(self) -> str:
        """The author's name, or the account's."""
        return (self.plan.head.name if self.plan else "") or self.account.full_name

    def answer(self, text: str) -> str:
        """A whole answer around a plan's text. What it announces are the views of the host, whatever this plan is."""
        return write_answer(self.account.name, self.name, "", text)


def read_published(account: Account, before: Published | None = None) -> Published | None:
    """The plan of `account`; None where it has published none. `before` is not read anew if it is still the same."""
    found = account.read(account.plan)
    if found is None:
        return None
    raw, stamp = found
    if before is not None and before.raw == raw and before.account == account:
        return replace(before, stamp=stamp)
    return make_published(account, raw, stamp)


def make_published(account: Account, raw: bytes, stamp: Stamp) -> Published:
    """The plan whose bytes are `raw`."""
    try:
        plan = read_plan(decode(raw))
    except (PlanTextError, PlanUnreadable):
        plan = None
    return Published(account, stamp, raw, plan)


def whole(published: Published) -> str:
    """The plan as its author published it. What is not UTF-8 comes as surrogate escapes."""
    text = published.raw.decode("utf-8", "surrogateescape")
    # To YAML and JSON a lone CR is a line end like any other; on a terminal it begins the line again.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return published.answer(_escaped(text) if published.plan else _CONTROLS.sub("?", text))


def view(published: Published, words: Sequence[str]) -> str:
    """The answer to `alice/WORDS…`. Raises `NoSuchView`."""
    plan = published.plan
    if plan is None or not words or words[0] not in _VIEWS:
        raise NoSuchView
    number, make = _VIEWS[words[0]]
    if len(words) != 1 + number or not all(map(_is_number, words[1:])):
        raise NoSuchView
    return published.answer(_escaped(make(published, plan, [int(word) for word in words[1:]])))


def _escaped(text: str) -> str:
    """The text of a plan with its controls escaped. They stand in JSON's strings alone: YAML with them is no plan."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= MAX_DIGITS


def _line(plan: Plan, records: Iterable[Record]) -> str:
    return write_line({**plan.head.data, "entries": [record.data for record in records]})


def _head(published: Published, plan: Plan, numbers: list[int]) -> str:
    return write_line(plan.head.data)


def _since(published: Published, plan: Plan, numbers: list[int]) -> str:
    return _line(plan, (record for record in plan.records if record.seq > numbers[0]))


def _before(published: Published, plan: Plan, numbers: list[int]) -> str:
    return _line(plan, _archived(published.account, plan, min(numbers[0] - 1, plan.head.seq)))


def _following(published: Published, plan: Plan, numbers: list[int]) -> str:
    listed = _listed_following(published.account, plan)
    return write_line(plan.head.data if listed is None else {**plan.head.data, "following_list": listed[1]})


def _classic(published: Published, plan: Plan, numbers: list[int]) -> str:
    head = plan.head
    if not isinstance(head.following, ListDigest):
        follows = head.following
    else:
        listed = _listed_following(published.account, plan)
        follows = () if listed is None else listed[0].following_list or ()
    return write_classic(head.name, head.address, head.bio, _messages(plan.records), follows, head.properties)


_VIEWS: Final[dict[str, tuple[int, Callable[[Published, Plan, list[int]], str]]]] = {
    "head": (0, _head),
    "since": (1, _since),
    "before": (1, _before),
    "following": (0, _following),
    "classic": (0, _classic),
}

OF_PLAN_ALONE: Final = frozenset({"head", "since"})
"""The views that no file of the archive has a part in."""


def _listed_following(account: Account, plan: Plan) -> tuple[Plan, Any] | None:
    """The list whose digest the head has, read and as data; None where the file has another one, or is not there."""
    if not isinstance(plan.head.following, ListDigest):
        return None
    found = account.read(account.archive / FOLLOWING_FILE)
    if found is None:
        return None
    try:
        data = read_data('{"list":' + decode(found[0]).strip() + "}")["list"]
        read = plan_from_data({**plan.head.data, "following_list": data})
    except (PlanTextError, PlanUnreadable):
        return None
    # The file is written before the plan: for a moment it may be the list of the next head.
    return (read, data) if read.following_digest == plan.head.following else None


def _archived(account: Account, plan: Plan, newest: int) -> list[Record]:
    """The newest window of records from `newest` down, from the plan and the archive."""
    by_seq = {record.seq: record for record in plan.records}
    pages: dict[int, dict[int, Record]] = {}

    def at(seq: int) -> Record | None:
        if (record := by_seq.get(seq)) is not None:
            return record
        start = page_start(seq)
        if start not in pages:
            pages[start] = _page(account, start)
        return pages[start].get(seq)

    if newest < plan.head.seq:
        above = at(newest + 1)
        expected = above.prev if above else None
    else:
        expected = plan.head.last
    room, taken = WINDOW_BYTES, list[Record]()
    for seq in range(newest, 0, -1):
        record = at(seq)
        if record is None or (expected is not None and record.id != expected):
            break
        room -= len(write_line(record.data).encode("utf-8"))
        if room < 0 and taken:
            break
        taken.append(record)
        expected = record.prev
    return taken


def _page(account: Account, start: int) -> dict[int, Record]:
    found = account.read(account.archive / page_name(start))
    if found is None:
        return {}
    try:
        return {record.seq: record for record in read_page(found[0].decode("utf-8"), start)}
    except (ArchiveDamaged, UnicodeDecodeError):
        return {}


def _messages(records: Sequence[Record]) -> list[Message]:
    """The posts as they read now, newest first: edited texts in place, retracted ones out (plan-format 3 and 8.12)."""
    sound = [record for record in records if not record.withheld and malformed_field(record) is None]
    gone = {record.body["of"] for record in sound if record.kind == RETRACT}
    posts = {record.id: record.text for record in sound if record.kind == POST}
    roots = {record_id: record_id for record_id in posts}
    for record in reversed(sound):
        if record.kind == EDIT and (root := roots.get(record.body["of"])) is not None:
            roots[record.id] = root
            if record.id not in gone:
                posts[root] = record.text
    return [
        Message(posts[record.id], record.time, _replied_to(record))
        for record in sound
        if record.kind == POST and record.id not in gone
    ]


def _replied_to(record: Record) -> Any:
    try:
        return Reference.parse(record.body["re"]).address
    except (KeyError, AddressError):
        return None
