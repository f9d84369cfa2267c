"""Reading an author's archive backwards, page by page (plan-format 4, last list; plan-format 6, `before`).

- A page counts only where it hangs on the record above it by the ids of the chain; what does not is no part of the log,
  whoever serves it, and reading ends there.
- How far a host can lead a reader on has an end in pages, in bytes and in time. What is missing is asked for next time.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from finger.errors import FingerError
from thimbl.core.log import read_answer_plan
from thimbl.core.plan import Plan, PlanUnreadable
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import Record

MAX_PAGES: Final = 40
"""Pages that one fetch asks of one author: 2.5 MiB from an honest host, some 10,000 posts."""

MAX_PAGES_BYTES: Final = 4 * 1024 * 1024
"""Bytes of those pages: an honest host's are 64 KiB each, and another's may be 1 MiB."""

PAGING_SECONDS: Final = 120
"""Seconds that pages of one author may take: others wait for the turn."""


@dataclass(slots=True)
class Archive:
    """What lies below record `floor`, as far as it was read. `expected` is the id that the chain names below it."""

    ask: Callable[[str], Awaitable[bytes | None]]
    """From a view such as `/before/41` to the text of the plan in the answer; None where there is none."""
    now: Callable[[], int]
    floor: int
    expected: str | None
    text: bytes = b""
    """Of the newest page that fitted."""
    broke: bool = False
    """Whether reading ended because the host did not answer the question: another time it may go further."""
    _pages: int = 0
    _bytes: int = 0
    _began: int | None = None

    async def more(self) -> Sequence[Record]:
        """The records of the next page; none where the host has no more, or it is enough for now."""
        if self._began is None:
            self._began = self.now()
        if self.floor <= 1 or self._pages >= MAX_PAGES or self._bytes >= MAX_PAGES_BYTES:
            return ()
        if self.now() - self._began > PAGING_SECONDS:
            self.broke = True
            return ()
        try:
            text = await self.ask(f"/before/{self.floor}")
            page = read_answer_plan(decode(text)) if text is not None else None
        except FingerError:
            self.broke = True
            return ()
        except (PlanTextError, PlanUnreadable):
            return ()
        if text is None or page is None:
            self.broke = True  # "too busy", most likely: what has no more says so in a plan
            return ()
        if not isinstance(page, Plan) or not self._fits(page.records):
            return ()
        self._pages += 1
        self._bytes += len(text)
        self.text = text
        self.floor, self.expected = page.records[-1].seq, page.records[-1].prev
        return page.records

    def _fits(self, records: Sequence[Record]) -> bool:
        seq, expected = self.floor, self.expected
        for record in records:
            seq -= 1
            if record.seq != seq or record.id != expected:
                return False
            expected = record.prev
        return bool(records)
