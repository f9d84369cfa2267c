"""What a plan answers to each view of plan-format 6. Without I/O of the network.

- `alice` is the plan as its author published it. The views for programs are the same data and the same signature as
  JSON on one line; `classic` is what the clients of 2010 read.
- No control character leaves this host (RFC 1288 3.3). In JSON it is written as an escape, which is the same data; in
  words that nobody signed a question mark stands for it.
- What is served hangs together: a page of the archive that does not fit the plan is left out, so that nobody takes a
  damaged disk for a forgery.
- Where a plan's older records and its list are kept, an `Archive` knows: files here, a mirror's store elsewhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from thimbl.core.answer import write_answer
from thimbl.core.archive import ArchiveDamaged, page_name, page_start, read_page
from thimbl.core.classic import Message, write_classic
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.plan import Follow, ListDigest, Plan, PlanUnreadable, plan_from_data, read_plan
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.planwriter import write_line
from thimbl.core.records import Record
from thimbl.home.planfiles import FOLLOWING_FILE
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.glance import glance
from thimbl.node.serving.posts import posts_now
from thimbl.node.serving.sources import Source

MAX_DIGITS: Final = 16
"""Of a number in a view: 2^53 - 1, the largest seq that there can be (plan-format 1), has as many."""

# DEL and the C1 controls; and C1 as single bytes, which are no UTF-8 and which terminals of the eighties obey.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udc9f]")


class NoSuchView(LookupError):
    """The account is here; what was asked of it is not."""


class Archive(Protocol):
    """What of a log lies outside of its published plan."""

    def page(self, start: int) -> Mapping[int, Record]:
        """By seq, the records of the page that begins with `start`, chained; empty where it is not to be had."""

    def following(self) -> Any:
        """The data of the list whose digest the head has, unchecked; None where it is not to be had."""


@dataclass(slots=True)
class FileArchive:
    """The folder beside a plan's file. `sources` are the files that it was asked for, as they were then."""

    account: Account
    sources: list[Source] = field(default_factory=list)

    def page(self, start: int) -> Mapping[int, Record]:
        """See `Archive`."""
        text = self._read(page_name(start))
        try:
            return {} if text is None else {record.seq: record for record in read_page(text.decode("utf-8"), start)}
        except (ArchiveDamaged, UnicodeDecodeError):
            return {}

    def following(self) -> Any:
        """See `Archive`."""
        raw = self._read(FOLLOWING_FILE)
        try:
            return None if raw is None else read_data('{"list":' + decode(raw).strip() + "}")["list"]
        except PlanTextError:
            return None

    def _read(self, name: str) -> bytes | None:
        path = self.account.archive / name
        found = self.account.read(path)
        self.sources += self.account.sources(path) if found is None else found.sources
        return None if found is None else found.raw


@dataclass(frozen=True, slots=True)
class Published:
    """Somebody's plan, and what follows from it."""

    login: str
    name: str
    """The author's; where the plan has none, the account's."""
    plan: Plan | None
    """None where it is no plan of version 2: plain words, or broken."""

    def answer(self, text: str) -> str:
        """A whole answer around a plan's text. What it announces are the views of the host, whatever this plan is."""
        return write_answer(self.login, self.name, "", text)


def published(account: Account, raw: bytes) -> Published:
    """The plan in the bytes of an account's file."""
    try:
        plan = read_plan(decode(raw))
    except (PlanTextError, PlanUnreadable):
        return Published(account.name, account.full_name, None)
    return Published(account.name, plan.head.name or account.full_name, plan)


def whole(login: str, name: str, raw: bytes, project: str = "") -> str:
    """The plan as its author published it. What is not UTF-8 comes as surrogate escapes."""
    text = raw.decode("utf-8", "surrogateescape")
    if "\r" in text:
        # To YAML and JSON a lone CR is a line end like any other; on a terminal it begins the line again.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text):
        # In JSON they stand in strings alone, where an escape is the same; YAML that has them raw is no plan.
        text = escaped(text) if text.startswith("{") and _is_plan(text) else _CONTROLS.sub("?", text)
    return write_answer(login, name, project, text)


def _is_plan(text: str) -> bool:
    try:
        read_plan(text)
    except PlanUnreadable:
        return False
    return True


def view(published: Published, archive: Archive, words: Sequence[str]) -> str:
    """The answer to `alice/WORDS…`. Raises `NoSuchView`."""
    plan = published.plan
    if plan is None or not words or words[0] not in _VIEWS:
        raise NoSuchView
    number, make = _VIEWS[words[0]]
    if len(words) != 1 + number or not all(map(_is_number, words[1:])):
        raise NoSuchView
    return published.answer(escaped(make(archive, plan, [int(word) for word in words[1:]])))


def quick_view(account: Account, raw: bytes, words: Sequence[str]) -> str | None:
    """The answer to `head` and `since/N`, from no more of the plan than they need; None for all else.

    They are what programs ask again and again. To parse a whole plan for them would cost milliseconds whenever it has
    changed. A plan that is broken further down still has them: what they hold stands by itself.
    """
    since = int(words[1]) if len(words) == 2 and words[0] == "since" and _is_number(words[1]) else None
    if since is None and list(words) != ["head"]:
        return None
    found = glance(raw, since=since)
    if found is None:
        return None
    data = found.head.data
    if since is not None:
        data = {**data, "entries": [record.data for record in found.records if record.seq > since]}
    return write_answer(account.name, found.head.name or account.full_name, "", escaped(write_line(data)))


def escaped(text: str) -> str:
    """JSON with its controls escaped; they stand in its strings alone."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= MAX_DIGITS


def _line(plan: Plan, records: Iterable[Record]) -> str:
    return write_line({**plan.head.data, "entries": [record.data for record in records]})


def _head(archive: Archive, plan: Plan, numbers: list[int]) -> str:
    return write_line(plan.head.data)


def _since(archive: Archive, plan: Plan, numbers: list[int]) -> str:
    return _line(plan, (record for record in plan.records if record.seq > numbers[0]))


def _before(archive: Archive, plan: Plan, numbers: list[int]) -> str:
    return _line(plan, _archived(archive, plan, min(numbers[0] - 1, plan.head.seq)))


def _following(archive: Archive, plan: Plan, numbers: list[int]) -> str:
    listed = _listed_following(archive, plan)
    return write_line(plan.head.data if listed is None else {**plan.head.data, "following_list": listed[1]})


def _classic(archive: Archive, plan: Plan, numbers: list[int]) -> str:
    head = plan.head
    follows = listed_following(archive, plan) if isinstance(head.following, ListDigest) else head.following
    return write_classic(head.name, head.address, head.bio, messages_of(plan.records), follows, head.properties)


def following_list(archive: Archive, plan: Plan) -> Any:
    """The list whose digest the head has, as data; None where there is another one, or none."""
    listed = _listed_following(archive, plan)
    return None if listed is None else listed[1]


def listed_following(archive: Archive, plan: Plan) -> tuple[Follow, ...]:
    """Whom an author follows whose list is too long for the head; nobody where the list is not to be had."""
    listed = _listed_following(archive, plan)
    return () if listed is None else listed[0].following_list or ()


_VIEWS: Final[dict[str, tuple[int, Callable[[Archive, Plan, list[int]], str]]]] = {
    "head": (0, _head),
    "since": (1, _since),
    "before": (1, _before),
    "following": (0, _following),
    "classic": (0, _classic),
}

VIEWS: Final = ("head", "since/N", "before/N", "following", "classic")
"""As a person is told of them."""


def _listed_following(archive: Archive, plan: Plan) -> tuple[Plan, Any] | None:
    """The list whose digest the head has, read and as data; None where there is another one, or none."""
    if not isinstance(plan.head.following, ListDigest):
        return None
    data = archive.following()
    try:
        read = plan_from_data({**plan.head.data, "following_list": data})
    except PlanUnreadable:
        return None
    # A file of it is written before the plan: for a moment it may be the list of the next head.
    return (read, data) if read.following_digest == plan.head.following else None


def _archived(archive: Archive, plan: Plan, newest: int) -> list[Record]:
    """The newest window of records from `newest` down, from the plan and the archive."""
    by_seq = {record.seq: record for record in plan.records}
    pages: dict[int, Mapping[int, Record]] = {}

    def at(seq: int) -> Record | None:
        if (record := by_seq.get(seq)) is not None:
            return record
        start = page_start(seq)
        if start not in pages:
            pages[start] = archive.page(start)
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


def messages_of(records: Sequence[Record]) -> list[Message]:
    """The posts as they read now, newest first; one that was imported from such a plan as it stood there."""
    return [
        Message(post.text, post.time, post.re.address if post.re else None)
        if (origin := post.imported) is None
        else Message(post.text, origin.time, origin.to)
        for post in posts_now(records)
    ]
