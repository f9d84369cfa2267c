"""A mirror's answers: `alice@her.host` from this host's checked copy, never by a connection (plan-format 6).

- Only copies that a stranger may know of: of whom this host mirrors, and of whom its account follows in public. Whether
  there is another, or none, nobody is told: the answer is that to any other forwarding.
- A copy is what was verified: the newest head that held, and the records that hang together with it, down to the first
  gap. What lies below a gap is not offered: that it is of the same log, this host does not know.
- Each record and the head are given as they came, signatures of others beside them too. What its author retracted the
  store has only by its digest.
- Of an author who is marked as forked there is the branch that was verified here. Whoever has seen the other branch
  finds the fork out by it, which a refusal would hide.
- A plan of version 1 is not mirrored: nobody signed it, so no reader could tell a copy from an invention.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from finger.wire import to_wire
from thimbl.core.address import Address
from thimbl.core.archive import PAGE, page_start
from thimbl.core.compose import window
from thimbl.core.plan import Head, Plan, PlanUnreadable, following_data, head_from_data
from thimbl.core.planwriter import write_plan
from thimbl.core.records import Record, RecordFault
from thimbl.node.serving.glance import agreed
from thimbl.node.serving.kept import Kept, Shelf
from thimbl.node.serving.views import Published, escaped, view
from thimbl.store.errors import StoreMissing
from thimbl.store.reader import Reader
from thimbl.store.types import Author, Item, Selection, View

COPY_BYTES: Final = 64 * 1024 * 1024
"""Bytes of answers that are kept of copies: 1,000 whole windows. They are made from the store in milliseconds."""

COPY_ANSWERS: Final = 16
"""Answers that are kept of one author: see `thimbl.node.serving.answering.VIEWS_EACH`."""

COPY_SECONDS: Final = 600.0
"""How long such an answer is given: a body that came later for a record that was here without it changes no head."""

MIRRORED: Final = "mirrored"
"""The key of the store's state under which stands whom this host mirrors: a JSON list of addresses."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What this host has of somebody: the head, and how far down its records hang together with it."""

    author: Author
    head: Head
    floor: int
    """The lowest seq that hangs together with the head."""


class StoreArchive:
    """The records of one copy, as `thimbl.node.serving.views` asks for them."""

    def __init__(self, reader: Reader, copy: Copy) -> None:
        self._reader, self._copy = reader, copy

    def page(self, start: int) -> Mapping[int, Record]:
        """See `thimbl.node.serving.views.Archive`."""
        low, high = max(start, self._copy.floor), min(start + PAGE - 1, self._copy.head.seq)
        records: dict[int, Record] = {}
        try:
            for data in self._reader.record_data(self._copy.author.address, low, high):
                record = Record.from_data(data)
                if records and record.seq - 1 not in records:
                    records = {}  # there is a hole, which the store did not know of: what is above it counts
                records[record.seq] = record
        except RecordFault:
            return {}
        return records

    def following(self) -> Any:
        """See `thimbl.node.serving.views.Archive`."""
        return following_data(self._copy.author.following)

    def newest(self, head: Head) -> list[Record]:
        """The newest records down to the end of the copy, as many as fit a window and then some, newest first."""
        taken: list[Record] = []
        expected = head.last
        for start in range(page_start(max(head.seq, 1)), 0, -PAGE):
            for record in sorted(self.page(start).values(), key=lambda record: -record.seq):
                if record.id != expected:
                    return taken
                taken.append(record)
                expected = record.prev
            if len(window(head, taken)) < len(taken) or not taken or taken[-1].seq != start:
                break
        return taken


class Copies:
    """Answers from the store that `reader` opens, when it is there. One thread at a time, but for `addresses`."""

    def __init__(self, reader: Callable[[], Reader]) -> None:
        self._open = reader
        self._reader: Reader | None = None
        self._shelf = Shelf(COPY_BYTES, COPY_ANSWERS)
        self._version = -1
        self._mirrored: frozenset[str] = frozenset()

    def reload(self) -> None:
        """Let go of the store and of all that was made from it; it is opened again when it is needed."""
        self._shelf.clear()
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def answer(self, address: Address, words: Sequence[str]) -> bytes | None:
        """The answer to `user/words@host`, which is `address`, in the form of the wire; None where no copy is shown.

        Raises `NoSuchView` for a copy that is shown and words that mean nothing, and `StoreError`.
        """
        found = self.find(address)
        if found is None:
            return None
        reader, author = found
        query, state = "/".join([str(address), *words]), _state_of(author)
        kept = self._shelf.get(query)
        if kept is not None and kept.digest == state and time.monotonic() < kept.until:
            self._shelf.used(query)
            return kept.answer
        copy = self._copy(reader, author)
        if copy is None:
            return None
        answer = to_wire(_answer(reader, copy, address.user, words))
        self._shelf.put(query, Kept(answer, (), time.monotonic() + COPY_SECONDS, state, group=str(author.address)))
        return answer

    def find(self, address: Address) -> tuple[Reader, Author] | None:
        """The store, and somebody of whom it has a copy that may be shown."""
        reader = self.store()
        if reader is None:
            return None
        author = reader.author(address)
        return (reader, author) if author is not None and self._may_show(author, address) else None

    def addresses(self) -> tuple[Address, ...]:
        """All of whom a copy is shown, sorted. May be called from another thread: it opens the store for itself."""
        try:
            with self._open() as reader:
                mirrored = _mirrored(reader)
                authors = reader.authors(followed_only=False)
        except StoreMissing:
            return ()
        held = (author for author in authors if author.updated is not None)
        return tuple(sorted(one.address for one in held if _is_public(one, {str(one.address)} & mirrored)))

    def newest(self, writers: int, each: int) -> list[Item]:
        """What those wrote last of whom a copy is shown and whose plan says `listed`: of the `writers` who published
        last, `each` items. May be called from another thread, as `addresses`."""
        try:
            with self._open() as reader:
                mirrored = _mirrored(reader)
                shown = [
                    one
                    for one in reader.authors(followed_only=False)
                    if one.updated is not None
                    and _is_public(one, {str(one.address)} & mirrored)
                    and agreed(one.properties)
                ]
                shown.sort(key=lambda one: -(one.updated or 0))
                found: list[Item] = []
                for one in shown[:writers]:
                    found += reader.timeline(Selection(View.AUTHOR, author=one.address), each)
                return found
        except StoreMissing:
            return []

    def store(self) -> Reader | None:
        """The store, opened once; None while there is none. Raises `StoreError`."""
        if self._reader is None:
            try:
                self._reader = self._open()
            except StoreMissing:
                return None
            self._version = -1
        version = self._reader.data_version()
        if version != self._version:
            self._mirrored, self._version = _mirrored(self._reader), version
        return self._reader

    def _may_show(self, author: Author, asked: Address) -> bool:
        return author.updated is not None and _is_public(author, {str(asked), str(author.address)} & self._mirrored)

    @staticmethod
    def _copy(reader: Reader, author: Author) -> Copy | None:
        data = reader.head_data(author.address)
        try:
            return None if data is None else Copy(author, head_from_data(data), author.gap_below or 1)
        except PlanUnreadable:
            return None


def _is_public(author: Author, mirrored: Collection[str]) -> bool:
    """`mirrored`: by which addresses of the author this host mirrors them."""
    return not author.private if author.followed else bool(mirrored)


def _mirrored(reader: Reader) -> frozenset[str]:
    text = reader.state(MIRRORED)
    return frozenset() if text is None else frozenset(map(str, json.loads(text)))


def _state_of(author: Author) -> bytes:
    """Changes whenever the copy does: with each new head, and when records come below it or a text is dropped."""
    return repr(
        (author.id, author.address, author.seq, author.updated, author.gap_below, author.posts, author.following)
    ).encode()


def _plan(archive: StoreArchive, head: Head) -> Plan:
    return Plan(head, window(head, archive.newest(head)))


def _answer(reader: Reader, copy: Copy, user: str, words: Sequence[str]) -> str:
    archive = StoreArchive(reader, copy)
    plan = _plan(archive, copy.head)
    shown = Published(user, copy.head.name, plan)
    if words:
        return view(shown, archive, words)
    data: dict[str, Any] = {**copy.head.data, "entries": [dict(record.data) for record in plan.records]}
    if not plan.records:
        del data["entries"]
    return shown.answer(escaped(write_plan(data)))
