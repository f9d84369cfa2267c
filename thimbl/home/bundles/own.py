"""One's own log out of a backup: checked from end to end, then put where it is published from.

It is put there as `thimbl push` puts it on another host: pages first, then the plan, and last the note of what was
published. What is here already is only ever gone on with: a log that is as new as the backup's stays, one that is older
and the same grows, and one that says otherwise is left alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from thimbl.core.address import Address
from thimbl.core.archive import page_name
from thimbl.core.chain import Forged, descend, walk
from thimbl.core.plan import Plan, PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.planwriter import write_line
from thimbl.core.records import Record
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.names import Bundle, Log
from thimbl.home.bundles.pages import Pages
from thimbl.home.durable import PUBLIC, keep_aside, locked, write_file
from thimbl.home.errors import Refused
from thimbl.home.notes import HEAD_FILE, digest_of
from thimbl.home.planfiles import FOLLOWING_FILE, OwnLog, PlanFiles, looks_like_ours


class OwnFate(StrEnum):
    """What became of one's own log."""

    RESTORED = "restored"
    EXTENDED = "extended"
    SAME = "same"
    NEWER = "newer"
    """Here is a later one, and it stays."""


@dataclass(frozen=True, slots=True)
class OwnLogThere:
    """One's own log in a backup, which was checked."""

    bundle: Bundle
    log: Log
    plan: Plan
    lowest: int
    """The lowest record that is in it."""
    ids: tuple[str | None, ...] = ()
    """Of the records that were asked for, where they are in it."""


def check(bundle: Bundle, log: Log, address: Address, wanted: Sequence[int] = ()) -> OwnLogThere:
    """Walk the whole log down. `wanted` are seqs whose ids are told. Raises `BundleRefused` where it does not hold."""
    try:
        plan = read_plan(decode(bundle.read(log.plan)))
        state = walk(plan)
        if plan.head.address != address:
            raise BundleRefused(f"{bundle.where}: {log.plan} is the plan of {plan.head.address}, not {address}.")
        found: dict[int, str | None] = {plan.head.seq: plan.head.last}
        lowest = plan.head.seq + 1
        newer: Record | None = None
        pages = Pages(bundle, log, plan.head.seq + 1, plan.head.last)
        for records in _runs(plan, pages):
            state.authors.clear()  # of a log of any length
            if newer is not None:
                descend(state, records, newer.seq - 1, newer.prev, newer)
            elif not plan.records:
                descend(state, records, plan.head.seq, plan.head.last)
            newer, lowest = records[-1], records[-1].seq
            found |= {record.seq: record.id for record in records if record.seq in wanted}
    except (PlanTextError, PlanUnreadable, Forged) as error:
        raise BundleRefused(
            f"{bundle.where}: the plan {log.plan} in it does not hold: {error}. Nothing was taken."
        ) from None
    return OwnLogThere(bundle, log, plan, lowest, tuple(found.get(seq) for seq in wanted))


def _runs(plan: Plan, pages: Pages) -> Iterator[Sequence[Record]]:
    """The records from the newest down: those of the plan, and then what its archive has below them."""
    if plan.records:
        yield plan.records
        pages.floor, pages.expected = plan.records[-1].seq, plan.records[-1].prev
    while records := pages.more():
        yield records
    if pages.damaged:
        raise Forged(pages.fault)


def outlook(there: OwnLogThere, here: OwnLog, id_here: str | None) -> OwnFate:
    """What `put` would do, where the log here is `here`; `id_here` is what the backup has at its newest record.

    Raises `Refused` where the two are no longer one log.
    """
    if here.head is None:
        return OwnFate.RESTORED
    ours, theirs = here.head, there.plan.head
    if ours.sig == theirs.sig:
        return OwnFate.SAME
    if theirs.seq >= ours.seq and id_here in (ours.last, None) and (ours.seq or ours.key == theirs.key):
        return OwnFate.EXTENDED if theirs.updated >= ours.updated else OwnFate.NEWER
    if theirs.seq < ours.seq:
        return OwnFate.NEWER
    raise Refused(
        f"Your log here and the one in the backup differ at record {ours.seq}: they were both written to. "
        "Nothing was changed; readers will say that it is forked. Keep writing in one of them only."
    )


def put(there: OwnLogThere, files: PlanFiles) -> None:
    """Put the log where it is published from. Durable when it returns; raises `OSError`."""
    head = there.plan.head
    with locked(files.lock_path, PUBLIC):
        for start, name in there.log.pages:
            _write(files.archive / page_name(start), there.bundle.read(name))
        if there.log.following is not None:
            _write(files.archive / FOLLOWING_FILE, there.bundle.read(there.log.following))
        raw = files.read_raw()
        if raw is not None and not looks_like_ours(raw):
            keep_aside(files.plan, "before-thimbl")
        _write(files.plan, there.bundle.read(there.log.plan))
        note = write_line({"head": head.data, "replaces": digest_of(None)})
        _write(files.archive / HEAD_FILE, note.encode("utf-8"))


def _write(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        write_file(path, data, PUBLIC)
