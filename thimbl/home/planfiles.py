"""The author's own log as files: the published plan, and the archive beside it (plan-format 7).

Everything else can be made from these two. A publishing goes in four steps, each durable before the next:

1. the pages of the archive, with the new records, and without the texts that are withheld;
2. `next.json`, the head that is about to be published;
3. the plan: this is the moment of publishing;
4. `next.json` becomes `head.json`, the head that was published last.

So the plan never names a record that the archive lacks, and what stands in the archive above the plan's `seq` was
never published: the next writer drops it (plan-format 8.2). A kill between 1 and 3 of a retraction leaves a text
withheld and no word of it, never the reverse: what the plan still has is put back, all else waits for the retraction
to be asked for again. A plan that was edited, lost, or replaced by an old copy is told by `head.json`, and is never
continued as it stands: that would give two records one place in the log, and readers call that author forked.
"""

import json
import re
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from thimbl.core.archive import PAGE, ArchiveDamaged, page_name, page_start, read_page, start_of, write_page
from thimbl.core.chain import Forged, walk
from thimbl.core.compose import window
from thimbl.core.plan import Follow, Head, ListDigest, Plan, PlanUnreadable, following_data, read_plan
from thimbl.core.plantext import MAX_BYTES, PlanTextError, decode, read_data
from thimbl.core.planwriter import write_line, write_plan
from thimbl.core.records import Record
from thimbl.home.durable import (
    PUBLIC,
    keep_aside,
    make_folder,
    remove_file,
    rename_file,
    sweep,
    sweep_folder,
    write_file,
)
from thimbl.home.errors import PlanEdited, PlanProblem, Refused
from thimbl.home.notes import HEAD_FILE, NEXT_FILE, Note, digest_of, read_note, write_note

FOLLOWING_FILE: Final = "following.json"
"""In the archive's folder: the list whose digest stands in the head (plan-format 8.1)."""

LOCK_FILE: Final = ".lock"

_WAYS_ON = "Publish it as it stands with 'thimbl sign', or bring back the signed one with 'thimbl sign --discard'."

# At the start of a line, quoted or not: YAML's spelling and JSON's. A byte order mark makes no plan plain words.
_LOOKS_LIKE_OURS = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*(?:[\"']?thimbl[\"']?\s*:|\{.*\"thimbl\"\s*:)", re.M | re.S)


def looks_like_ours(raw: bytes) -> bool:
    """Whether a file of these bytes means to be a plan of version 2, however broken."""
    return _LOOKS_LIKE_OURS.search(raw) is not None


@dataclass(frozen=True, slots=True)
class OwnLog:
    """The log as it was published last. `head` is None before the first publishing."""

    head: Head | None
    window: tuple[Record, ...] = ()
    """Newest first."""
    raw: bytes | None = None
    """The plan's file as it was found."""

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

    # reading

    def read_raw(self) -> bytes | None:
        """The plan's bytes; None where there is no file, or an empty one. Raises `PlanProblem`."""
        try:
            if not stat.S_ISREG(self.plan.stat().st_mode):
                raise PlanProblem(f"{self.plan} is no ordinary file. Move it away.")
            return self.plan.read_bytes() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlanProblem(f"{self.plan} can not be read: {error.strerror or error}.") from None

    def load(self) -> OwnLog:
        """The log as it was published last; empty before that.

        Raises `PlanEdited` where the plan is another one than was published last, `PlanProblem` where it or the
        archive can not be used.
        """
        raw = self.read_raw()
        signed, pending = read_note(self.archive / HEAD_FILE), read_note(self.archive / NEXT_FILE)
        if raw is None or not looks_like_ours(raw):
            if signed is not None or (pending is not None and pending.replaces != digest_of(raw)):
                what = "is gone" if raw is None else "was replaced by hand"
                raise PlanEdited(f"{self.plan} {what}. {_WAYS_ON}")
            return OwnLog(None, raw=raw)
        ways_on = _WAYS_ON if signed or pending else "Publish it with 'thimbl sign'."
        try:
            plan = read_plan(decode(raw))
            walk(plan)
        except PlanTextError as error:
            raise PlanEdited(
                f"{self.plan} was changed by hand and can not be read: {error}. Mend it first. {ways_on}"
            ) from None
        except (Forged, PlanUnreadable) as error:  # an entry that was written by hand lacks its place in the log
            raise PlanEdited(f"{self.plan} was changed by hand since it was signed ({error}). {ways_on}") from None
        known = {one.head.sig for one in (signed, pending) if one is not None}
        if signed is not None and plan.head.sig not in known and not _goes_on(plan, signed.head):
            self._refuse_other(plan.head, signed.head)
        return OwnLog(plan.head, plan.records, raw)

    def _refuse_other(self, head: Head, signed: Head) -> None:
        if head.seq > signed.seq:
            raise PlanProblem(
                f"{self.plan} goes to record {head.seq}, and the archive {self.archive} only to {signed.seq}. "
                "Bring the archive from where the plan was made."
            )
        raise PlanEdited(f"{self.plan} is an older one than you signed last. {_WAYS_ON}")

    def load_signed(self) -> OwnLog:
        """The log as it was signed last, whatever was done to the plan since. Raises `PlanProblem`."""
        try:
            return self.load()
        except PlanEdited:
            raw = self.read_raw()
        signed, pending = read_note(self.archive / HEAD_FILE), read_note(self.archive / NEXT_FILE)
        if pending is not None and pending.replaces != digest_of(raw):
            # Cut short, and the plan has become another one since: so it may have been published.
            signed = pending
        if signed is None:
            return OwnLog(None, raw=raw)
        log = OwnLog(signed.head)
        records: list[Record] = []
        taken: tuple[Record, ...] = ()
        for start in reversed(range(1, log.seq + 1, PAGE)):
            records += reversed(self.page(start, log))
            taken = window(signed.head, records, self.window_bytes)
            if len(taken) < len(records):
                break
        try:
            walk(Plan(signed.head, taken))
        except Forged as error:
            raise PlanProblem(f"The archive {self.archive} does not hold together: {error}.") from None
        return OwnLog(signed.head, taken, raw)

    def page(self, start: int, log: OwnLog) -> list[Record]:
        """The published records of the page that begins with `start`, oldest first.

        What the plan has is taken from there: it is what was published. Raises `PlanProblem` where the two do not
        make a whole.
        """
        end = min(start + PAGE - 1, log.seq)
        name = page_name(start)
        try:
            text = (self.archive / name).read_text(encoding="utf-8")
            found = {record.seq: record for record in read_page(text, start) if record.seq <= end}
        except FileNotFoundError:
            found = {}
        except OSError as error:
            raise PlanProblem(f"{self.archive / name} can not be read: {error.strerror or error}.") from None
        except (ArchiveDamaged, UnicodeDecodeError) as error:
            raise PlanProblem(
                f"The page {name} of the archive {self.archive} is damaged: {error}. Bring it back from a backup."
            ) from None
        found |= {record.seq: record for record in log.window if start <= record.seq <= end}
        records = [found[seq] for seq in sorted(found)]
        if [record.seq for record in records] != list(range(start, end + 1)):
            raise PlanProblem(f"The archive {self.archive} lacks records of {name}. Bring the page back from a backup.")
        for below, above in pairwise(records):
            if above.prev != below.id:
                raise PlanProblem(
                    f"The archive {self.archive} does not belong to {self.plan}: they differ at {below.seq}."
                )
        return records

    def all_records(self, log: OwnLog) -> list[Record]:
        """The whole log, oldest first. Raises `PlanProblem`."""
        return [record for start in range(1, log.seq + 1, PAGE) for record in self.page(start, log)]

    def pages(self) -> list[int]:
        """The first seqs of the pages that are there, ascending."""
        try:
            return sorted(start for entry in self.archive.iterdir() if (start := start_of(entry.name)))
        except FileNotFoundError:
            return []

    # writing

    def publish(
        self, head: Head, log: OwnLog, new: Sequence[Record], withheld: Iterable[int], follows: Sequence[Follow] | None
    ) -> Plan:
        """Append `new` (oldest first) to `log`, withhold the records of these seqs, and publish under `head`.

        `follows` is the list behind the head's digest of it; None where it is the one that was published before.
        Durable when it returns. Raises `Refused`, `PlanEdited`, `PlanProblem` and `OSError`; the plan is then the old
        one, unless it was the very last step that failed.
        """
        _check_data(head, new)
        hidden = set(withheld)
        visible = [_as_published(record, hidden) for record in (*reversed(new), *log.window)]
        plan = Plan(head, window(head, visible, self.window_bytes))
        text = _checked(plan)
        pages = self._changed_pages(log, new, hidden)
        make_folder(self.archive, PUBLIC)
        sweep(self.plan)
        sweep_folder(self.archive)
        if self.read_raw() != log.raw:
            raise PlanEdited(f"{self.plan} was changed just now: look at it, then do this again.")
        self._settle(log)
        for start, page in pages:
            write_file(self.archive / page_name(start), page.encode("utf-8"), PUBLIC)
        listed = following_data(follows) if follows and isinstance(head.following, ListDigest) else None
        noted = Note(head, listed, digest_of(log.raw))
        write_note(self.archive / NEXT_FILE, noted)
        self._replace_plan(text, log)
        self._commit(noted)
        return plan

    def bring_back(self, log: OwnLog) -> None:
        """Make the plan's file that of `log` again; what stood there is kept beside it."""
        if log.head is None:
            raise PlanProblem("Nothing was signed here yet, so there is nothing to bring back.")
        text = plan_text(Plan(log.head, log.window))
        self._settle(log)
        if (raw := self.read_raw()) is not None and raw != text.encode("utf-8"):
            keep_aside(self.plan, "edited")
        write_file(self.plan, text.encode("utf-8"), PUBLIC)

    def _changed_pages(self, log: OwnLog, new: Sequence[Record], hidden: set[int]) -> list[tuple[int, str]]:
        """First seq and text of each page that `new` and what is hidden change, or that is not there yet."""
        tail = page_start(log.seq + 1)
        made = {start: self.page(start, log) for start in {page_start(seq) for seq in hidden if seq < tail}}
        if log.window:
            # A plan that came without its archive: what it has is kept before its window moves on.
            for start in range(page_start(log.window[-1].seq), log.seq + 1, PAGE):
                if start not in made and not (self.archive / page_name(start)).exists():
                    with suppress(PlanProblem):
                        made[start] = self.page(start, log)
        if new or any(seq >= tail for seq in hidden):
            records = [*self.page(tail, log), *new] if log.seq >= tail else list(new)
            made |= {tail + at: records[at : at + PAGE] for at in range(0, len(records), PAGE)}
        return [(at, _page_text(at, [_as_published(r, hidden) for r in made[at]])) for at in sorted(made)]

    def _settle(self, log: OwnLog) -> None:
        """Finish, or forget, a publishing that was cut short; `log` says which."""
        pending = read_note(self.archive / NEXT_FILE)
        if pending is not None and log.head is not None and pending.head.sig == log.head.sig:
            self._commit(pending)
            return
        signed = read_note(self.archive / HEAD_FILE)
        if log.head is not None and (signed is None or signed.head.sig != log.head.sig):
            write_note(self.archive / HEAD_FILE, Note(log.head, None, digest_of(None)))
        if pending is not None:
            remove_file(self.archive / NEXT_FILE)

    def _replace_plan(self, text: str, log: OwnLog) -> None:
        raw = self.read_raw()
        if raw is not None and not looks_like_ours(raw):
            keep_aside(self.plan, "before-thimbl")
        elif raw is not None and raw != log.raw:
            keep_aside(self.plan, "edited")  # somebody saved it within these milliseconds
        write_file(self.plan, text.encode("utf-8"), PUBLIC)

    def _commit(self, noted: Note) -> None:
        if noted.listed is not None:
            text = json.dumps(noted.listed, ensure_ascii=False, separators=(",", ":")) + "\n"
            write_file(self.archive / FOLLOWING_FILE, text.encode("utf-8"), PUBLIC)
        rename_file(self.archive / NEXT_FILE, self.archive / HEAD_FILE)


def _goes_on(plan: Plan, signed: Head) -> bool:
    """Whether `plan` is a later one of the log whose head was `signed`, as when it was made on another machine."""
    if plan.head.seq < signed.seq or plan.head.updated < signed.updated:
        return False
    ids = {record.seq - 1: record.prev for record in plan.records} | {plan.head.seq: plan.head.last}
    return signed.seq in ids and ids[signed.seq] == signed.last


def plan_text(plan: Plan) -> str:
    """The text of a plan, as its author publishes it."""
    data: dict[str, Any] = {**plan.head.data, "entries": [dict(record.data) for record in plan.records]}
    if not plan.records:
        del data["entries"]
    return write_plan(data)


def _check_data(head: Head, new: Sequence[Record]) -> None:
    """Refuse what no reader would take for data of a plan. Raises `Refused`."""
    try:
        # Page by page: a plan that is taken over from elsewhere may begin with more than one plan may publish.
        for at in range(0, max(len(new), 1), PAGE):
            read_data(write_line({**head.data, "entries": [dict(record.data) for record in new[at : at + PAGE]]}))
    except PlanTextError as error:
        raise Refused(f"That can not stand in a plan: {error.reason}.") from None


def _checked(plan: Plan) -> str:
    """The text of `plan`, after the look that every reader will take. Raises `Refused` and `PlanProblem`."""
    try:
        walk(plan)
    except Forged as error:
        raise PlanProblem(f"What was signed does not hold ({error}), so nothing was published.") from None
    text = plan_text(plan)
    if (size := len(text.encode("utf-8"))) > MAX_BYTES:
        raise Refused(f"That makes a plan of {size} bytes, and readers take {MAX_BYTES}. Say less at once.")
    return text


def _page_text(start: int, records: Sequence[Record]) -> str:
    text = write_page(records)
    try:
        read_page(text, start)
    except ArchiveDamaged as error:
        raise Refused(f"That is too long for a page of the archive: {error}. Say less at once.") from None
    return text


def _as_published(record: Record, hidden: set[int]) -> Record:
    return record.withhold() if record.seq in hidden and not record.withheld else record
