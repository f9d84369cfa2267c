"""What goes into a bundle: of each log the plan, the list behind its digest, and the pages of the archive.

- One's own log is taken from the files that publish it, everybody else's from the store, as it was checked.
- The same logs make the same files, through however many hands they went.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from thimbl.core.address import Address
from thimbl.core.archive import page_name, page_start, write_page
from thimbl.core.plan import Head, following_data
from thimbl.core.planwriter import write_line, write_plan
from thimbl.home.bundles.names import BACKUP, MANIFEST, README, VERSION, stem_of
from thimbl.home.bundles.tars import Packed
from thimbl.home.notes import HEAD_FILE
from thimbl.home.planfiles import FOLLOWING_FILE, PlanFiles
from thimbl.home.shipment import shipment
from thimbl.store.copying import LogCopy

_README = """\
This is a bundle of thimbl: plans that people have signed, and the archives of
what they wrote, to be carried where no network goes.

    thimbl import FILE-OR-FOLDER

reads it. Each NAME.plan is a text: who it is by, and their newest posts. The
folder NAME.plan.d has all that they wrote, a hundred records a file. What is
here was checked by whoever made it, and is checked again by whoever reads it:
nobody can change a word on the way.
"""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a bundle, made when it is asked for."""

    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class PackedLog:
    """One log: the plan, and what lies beside it, newest page first."""

    address: Address
    head: Head
    plan: File
    beside: Callable[[], Iterator[File]]
    id_at: Callable[[int], str | None]
    """The id of a record by its seq; None where it is not here."""

    @property
    def stem(self) -> str:
        """What its files' names begin with."""
        return stem_of(self.address)

    def files(self) -> Iterator[File]:
        """All of it; the plan first, so that whoever reads it in that order judges the newest before the rest."""
        yield self.plan
        yield from self.beside()


def of_copy(copy: LogCopy) -> PackedLog:
    """What the store has of somebody's log."""
    stem = stem_of(copy.address)

    def plan() -> bytes:
        shown = copy.plan()
        data = {**shown.head.data, "entries": [dict(record.data) for record in shown.records]}
        if not shown.records:
            del data["entries"]
        return write_plan(data).encode("utf-8")

    def beside() -> Iterator[File]:
        if copy.listed is not None:
            listed = copy.listed
            yield File(f"{stem}.plan.d/{FOLLOWING_FILE}", lambda: _json(following_data(listed)))
        for start, records in copy.pages():
            if records[0].seq == start:
                text = write_page(records)
                yield File(f"{stem}.plan.d/{page_name(start)}", text.encode)

    return PackedLog(copy.address, copy.head, File(f"{stem}.plan", plan), beside, copy.id_at)


def of_own(files: PlanFiles) -> PackedLog:
    """One's own log, as it was published. Raises `PlanEdited`, `PlanProblem`, and `Refused` where nothing was."""
    shipped = shipment(files)
    stem = stem_of(shipped.head.address)
    parcels = {parcel.name: parcel for parcel in shipped.parcels if parcel.name != HEAD_FILE}
    plan = parcels.pop(None)

    def beside() -> Iterator[File]:
        for name in sorted((name for name in parcels if name), key=lambda name: (name == FOLLOWING_FILE, name))[::-1]:
            yield File(f"{stem}.plan.d/{name}", parcels[name].read)

    def id_at(seq: int) -> str | None:
        found = files.page(page_start(seq), shipped.log) if 1 <= seq <= shipped.log.seq else ()
        return next((record.id for record in found if record.seq == seq), None)

    return PackedLog(shipped.head.address, shipped.head, File(f"{stem}.plan", plan.read), beside, id_at)


def opening_files(backup_of: Address | None) -> list[File]:
    """What says that it is a bundle, and whose backup."""
    data = {"bundle": VERSION} if backup_of is None else {"bundle": VERSION, "backup_of": str(backup_of)}
    return [File(MANIFEST, lambda: write_line(data).encode("ascii")), File(README, _README.encode)]


def packed(logs: Iterable[PackedLog], backup: Iterable[File], opening: Iterable[File]) -> Iterator[Packed]:
    """The files as a tar has them. Each bears the time of the newest head before it, so that the same logs make the
    same bytes."""
    for file in opening:
        yield Packed(file.name, 0, file.make())
    newest = 0
    for log in logs:
        newest = max(newest, log.head.updated)
        for file in log.files():
            yield Packed(file.name, log.head.updated, file.make())
    for file in backup:
        assert file.name.startswith(BACKUP)
        yield Packed(file.name, newest, file.make())


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")
