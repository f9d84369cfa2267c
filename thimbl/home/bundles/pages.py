"""The archive in a bundle, read downwards: each page counts only where it hangs on the record above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from thimbl.core.archive import PAGE, ArchiveDamaged, read_page
from thimbl.core.records import Record
from thimbl.home.bundles.names import Bundle, Log


@dataclass(slots=True)
class Pages:
    """What lies below record `floor`, as far as it was read. `expected` is the id that the chain names below it."""

    bundle: Bundle
    log: Log
    floor: int
    expected: str | None
    fault: str = ""
    """Why reading ended before the beginning of the log."""
    damaged: bool = False
    """Whether that is because a page is not what it must be, and not because there is none."""
    text: bytes = b""
    """Of the newest page that was read."""
    _next: int = 0

    def more(self) -> Sequence[Record]:
        """The next records, newest first; none where there are no more that fit."""
        if self.floor <= 1 or self.fault:
            return ()
        pages = self.log.pages
        while self._next < len(pages) and pages[self._next][0] >= self.floor:
            self._next += 1
        if self._next == len(pages) or pages[self._next][0] + PAGE < self.floor:
            self.fault = f"records below {self.floor} are not in it"
            return ()
        start, name = pages[self._next]
        self.text = self.bundle.read(name)
        try:
            whole = read_page(self.text.decode("utf-8"), start)
        except (ArchiveDamaged, UnicodeDecodeError) as error:
            self.fault, self.damaged = f"its archive is damaged: {error}", True
            return ()
        records = [record for record in whole if record.seq < self.floor][::-1]
        if not records or records[0].seq != self.floor - 1 or records[0].id != self.expected:
            self.fault, self.damaged = f"{name} is no part of the log below record {self.floor}", True
            return ()
        assert all(above.prev == below.id for above, below in pairwise(records)), "read_page has seen to that"
        self.floor, self.expected = records[-1].seq, records[-1].prev
        return records
