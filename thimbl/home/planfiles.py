"""The author's own log as files: the published plan, and the archive beside it (plan-format 7).

Everything else can be made from these two. A page of the archive is written before the plan, so that the
plan never names a record that the archive lacks; what stands in the archive above the plan's `seq` was
never published, and the next writer drops it. A retraction first takes the text out of the archive, and
then is published: a kill in between leaves a withheld text and no word of it, never the reverse.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thimbl.core.archive import PAGE, ArchiveDamaged, page_name, page_start, read_page, start_of, write_page
from thimbl.core.chain import Forged, walk
from thimbl.core.compose import window
from thimbl.core.plan import Follow, Head, ListDigest, Plan, PlanUnreadable, following_data, head_from_data, read_plan
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.core.planwriter import write_line, write_plan
from thimbl.core.records import Record
from thimbl.home.durable import PUBLIC, keep_aside, make_folder, sweep, write_file
from thimbl.home.errors import PlanEdited, PlanProblem

FOLLOWING_FILE = "following.json"
"""In the archive's folder: the list whose digest stands in the head."""

HEAD_FILE = "head.json"
"""In the archive's folder: the head as it was published last, so that a plan that was overwritten by hand, or
lost, is taken up again where it was instead of beginning a second log."""

LOCK_FILE = ".lock"

_WAYS_ON = "Publish it as it stands with 'thimbl sign', or bring back the signed one with 'thimbl sign --discard'."

_LOOKS_LIKE_OURS = re.compile(rb"^(thimbl:|\{.*\"thimbl\")", re.MULTILINE | re.DOTALL)


def looks_like_ours(raw: bytes) -> bool:
    """Whether a file of these bytes means to be a plan of version 2, however broken."""
    return _LOOKS_LIKE_OURS.search(raw) is not None


@dataclass(frozen=True, slots=True)
class OwnLog:
    """The log as it was published last. `head` is None before the first publishing."""

    head: Head | None
    window: tuple[Record, ...] = ()
    """Newest first."""

    @property
    def seq(self) -> int:
        """Of the newest record."""
        return self.head.seq if self.head else 0

    @property
    def newest(self) -> Record | None:
        """The newest record."""
        return self.window[0] if self.window else None


class PlanFiles:
    """The plan at one path, and its archive. Whoever writes holds `lock_path`."""

    def __init__(self, plan: Path, archive: Path, window_bytes: int) -> None:
        self.plan, self.archive, self.window_bytes = plan, archive, window_bytes

    @property
    def lock_path(self) -> Path:
        """The lock file of writers."""
        return self.archive / LOCK_FILE

    def read_raw(self) -> bytes | None:
        """The plan's bytes; None where there is no file, or an empty one."""
        try:
            return self.plan.read_bytes() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlanProblem(f"{self.plan} can not be read: {error.strerror or error}.") from None

    def load(self) -> OwnLog:
        """The log as it was published last; empty before that.

        Raises `PlanEdited` where the plan was changed by hand since, `PlanProblem` where it can not be read.
        """
        raw = self.read_raw()
        if raw is None or not looks_like_ours(raw):
            if (self.archive / HEAD_FILE).exists():
                what = "is gone" if raw is None else "was replaced by hand"
                raise PlanEdited(f"{self.plan} {what}. {_WAYS_ON}")
            return OwnLog(None)
        try:
            plan = read_plan(decode(raw))
            walk(plan)
        except (PlanTextError, PlanUnreadable) as error:
            raise PlanEdited(
                f"{self.plan} was changed by hand and can not be read: {error}. Mend it first. {_WAYS_ON}"
            ) from None
        except Forged as error:
            raise PlanEdited(f"{self.plan} was changed by hand since it was signed ({error}). {_WAYS_ON}") from None
        return OwnLog(plan.head, plan.records)

    def load_signed(self) -> OwnLog:
        """The log as it was signed last, whatever was done to the plan since. Raises `PlanProblem`."""
        try:
            head = head_from_data(read_data(decode((self.archive / HEAD_FILE).read_bytes())))
        except FileNotFoundError:
            return OwnLog(None)
        except (PlanTextError, PlanUnreadable) as error:
            raise PlanProblem(f"{self.archive / HEAD_FILE} is damaged: {error}. Bring it back from a backup.") from None
        log = OwnLog(head)
        records: list[Record] = []
        for start in reversed(range(1, log.seq + 1, PAGE)):
            records += reversed(self.page(start, log))
            if len(records) > PAGE:
                break
        plan = Plan(head, window(head, records, self.window_bytes))
        try:
            walk(plan)
        except Forged as error:
            raise PlanProblem(f"The archive {self.archive} does not hold together: {error}.") from None
        return OwnLog(head, plan.records)

    def page(self, start: int, log: OwnLog) -> list[Record]:
        """The published records of the page that begins with `start`, oldest first.

        What the file lacks is taken from the plan. Raises `PlanProblem` where that does not do.
        """
        end = min(start + PAGE - 1, log.seq)
        try:
            text = (self.archive / page_name(start)).read_text(encoding="utf-8")
            records = [record for record in read_page(text, start) if record.seq <= end]
        except FileNotFoundError:
            records = []
        except (ArchiveDamaged, UnicodeDecodeError) as error:
            raise PlanProblem(
                f"The archive {self.archive} is damaged: {error}. Bring the page back from a backup."
            ) from None
        have = {record.seq for record in records}
        records += [r for r in reversed(log.window) if start <= r.seq <= end and r.seq not in have]
        if [record.seq for record in records] != list(range(start, end + 1)):
            name = page_name(start)
            raise PlanProblem(f"The archive {self.archive} lacks records of {name}. Bring the page back from a backup.")
        newest = log.newest
        if newest and records and records[-1].seq == newest.seq and records[-1].id != newest.id:
            raise PlanProblem(
                f"The archive {self.archive} does not belong to {self.plan}: they differ at {newest.seq}."
            )
        return records

    def all_records(self, log: OwnLog) -> list[Record]:
        """The whole log, oldest first. Raises `PlanProblem`."""
        return [record for start in range(1, log.seq + 1, PAGE) for record in self.page(start, log)]

    def publish(
        self, head: Head, log: OwnLog, new: Sequence[Record], withheld: Iterable[int], follows: Sequence[Follow]
    ) -> Plan:
        """Append `new` (oldest first) to `log`, withhold the records of these seqs, and publish under `head`.

        Durable when it returns. Raises `PlanProblem` and `OSError`; the plan is then the old one.
        """
        make_folder(self.archive, PUBLIC)
        sweep(self.plan)
        hidden = set(withheld)
        tail = page_start(log.seq + 1)
        for start in sorted({page_start(seq) for seq in hidden if seq < tail}):
            self._write_page(start, [_as_published(r, hidden) for r in self.page(start, log)])
        if new or any(seq >= tail for seq in hidden):
            records = [*self.page(tail, log), *new] if log.seq >= tail else list(new)
            for offset in range(0, len(records), PAGE):
                self._write_page(tail + offset, [_as_published(r, hidden) for r in records[offset : offset + PAGE]])
        if isinstance(head.following, ListDigest):
            listed = write_page_of_follows(follows)
            write_file(self.archive / FOLLOWING_FILE, listed, PUBLIC)
        write_file(self.archive / HEAD_FILE, write_line(head.data).encode("utf-8"), PUBLIC)
        visible = [_as_published(r, hidden) for r in (*reversed(new), *log.window)]
        plan = Plan(head, window(head, visible, self.window_bytes))
        self.write_plan(plan)
        return plan

    def write_plan(self, plan: Plan) -> None:
        """Put `plan` in place of the published one; somebody's plain text is kept beside it."""
        raw = self.read_raw()
        if raw is not None and not looks_like_ours(raw):
            keep_aside(self.plan, "before-thimbl")
        data: dict[str, Any] = {**plan.head.data, "entries": [dict(record.data) for record in plan.records]}
        if not plan.records:
            del data["entries"]
        write_file(self.plan, write_plan(data).encode("utf-8"), PUBLIC)

    def _write_page(self, start: int, records: Sequence[Record]) -> None:
        write_file(self.archive / page_name(start), write_page(records).encode("utf-8"), PUBLIC)

    def pages(self) -> list[int]:
        """The first seqs of the pages that are there, ascending."""
        try:
            return sorted(start for entry in self.archive.iterdir() if (start := start_of(entry.name)))
        except FileNotFoundError:
            return []


def write_page_of_follows(follows: Sequence[Follow]) -> bytes:
    """The bytes of `following.json`."""
    import json

    return (json.dumps(following_data(follows), ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def _as_published(record: Record, hidden: set[int]) -> Record:
    return record.withhold() if record.seq in hidden and not record.withheld else record
