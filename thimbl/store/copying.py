"""A copy of a log as the store has it, to be passed on: the newest verified head, and the records that hang on it.

As a mirror shows it (plan-format 6): down to the first gap, since of what lies below this store does not know that it
is of the same log; what its author retracted by its digest alone; of an author who forked the branch that was verified
here. A version 1 plan is not copied: nobody signed it, so nobody could tell a copy from an invention.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.archive import PAGE, page_start
from thimbl.core.compose import WINDOW_BYTES, window
from thimbl.core.plan import Follow, Head, ListDigest, Plan, head_from_data
from thimbl.core.records import Record, read_records
from thimbl.store.reader import Reader

WIDE_BYTES: Final = 512 * 1024
"""Of a plan that has a gap below it: half of what readers take (plan-format 1), and some 30,000 of their 50,000
nodes."""


@dataclass(frozen=True, slots=True)
class LogCopy:
    """What is here of one log."""

    reader: Reader
    known_as: Address
    """By which the store has it."""
    head: Head
    floor: int
    """The lowest seq that hangs together with the head, as far as the store has noted."""
    listed: tuple[Follow, ...] | None
    """The list behind the head's digest of it, where it is here."""

    @property
    def address(self) -> Address:
        """Whose it is, as the head says."""
        return self.head.address

    def pages(self) -> Iterator[tuple[int, list[Record]]]:
        """The pages of its archive, newest first: the first seq that belongs to each, and its records, oldest first.

        The lowest may begin late, where there is a gap below it.
        """
        expected = self.head.last
        for start in range(page_start(self.head.seq), 0, -PAGE) if self.head.seq else ():
            records: list[Record] = []
            low, high = max(start, self.floor), min(start + PAGE - 1, self.head.seq)
            for record in reversed(read_records(self.reader.record_data(self.known_as, low, high))):
                if record.id != expected:
                    break
                records.append(record)
                expected = record.prev
            if records:
                yield start, records[::-1]
            if not records or records[-1].seq != start:
                return

    def id_at(self, seq: int) -> str | None:
        """The id of record `seq`; None where neither it nor what names it is here."""
        seen = self.reader.known(self.known_as, seq, seq).seen.get(seq)
        return None if seen is None else seen.id

    def plan(self) -> Plan:
        """The head and the newest records, as many as a plan publishes; more of them where there is a gap below, since
        an archive has no page that begins late."""
        room = WINDOW_BYTES if self.floor == page_start(self.floor) else WIDE_BYTES
        taken: list[Record] = []
        for _, records in self.pages():
            taken += reversed(records)
            shown = window(self.head, taken, room)
            if len(shown) < len(taken):
                return Plan(self.head, shown)
        return Plan(self.head, tuple(taken))


def copy_of(reader: Reader, address: Address) -> LogCopy | None:
    """What is here of the log of `address`; None where nothing of it was ever verified. May raise `StoreError`."""
    author = reader.author(address)
    data = None if author is None else reader.head_data(address)
    if author is None or data is None:
        return None
    head = head_from_data(data)
    listed = author.following if isinstance(head.following, ListDigest) and author.following else None
    return LogCopy(reader, author.address, head, author.gap_below or 1, listed)
