"""Writing a bundle: to a file, or into a folder where only what changed is written.

- A file is there as a whole or not at all (`thimbl.home.durable`).
- In a folder each file is. Of a log the pages come first and the plan after them, so a stick that is pulled out
  half-way has the old plan or the new one, and all that it names.
- A folder is never taken back: where there is a later plan of somebody, or another branch of their log, it stays.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from thimbl.core.address import Address
from thimbl.core.chain import Forged, walk
from thimbl.core.plan import PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode, read_data
from thimbl.home.bundles.folders import read_plain
from thimbl.home.bundles.names import BACKUP, MANIFEST, PLAN, SMALL, limit_of
from thimbl.home.bundles.opening import AGE
from thimbl.home.bundles.packing import File, PackedLog
from thimbl.home.bundles.tars import BLOCK, Packed, tar_of
from thimbl.home.durable import PUBLIC, SECRET, make_folder, replacing, sweep_folder
from thimbl.home.errors import Refused

Seal = Callable[[Iterator[bytes], BinaryIO], None]
"""Encrypts what comes in pieces into a file."""

_DROPPED: Final = ("drafts", "evidence", "classic")
"""Folders of a backup in which a file that is not written anew is one that is gone."""


class Fate(StrEnum):
    """What became of a log in a folder."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    NEWER = "newer"
    """There is a later one there, and it stays."""
    OTHER = "other"
    """There is another branch of it there, or one by another key, and it stays."""


@dataclass(frozen=True, slots=True)
class Written:
    """A log that was written, or left."""

    address: Address
    fate: Fate
    files: int
    """How many were written."""


def write_to(path: Path, files: Iterable[Packed], seal: Seal | None, *, secret: bool) -> int:
    """Write a bundle to a file; its size in bytes. `secret`: nobody else may read it. Raises `Refused` and
    `OSError`."""
    _check_place(path)
    with replacing(path, SECRET if secret else PUBLIC) as out:
        return write_pieces(out, files, seal)


def write_pieces(out: BinaryIO, files: Iterable[Packed], seal: Seal | None) -> int:
    """Write a bundle to an open file; the bytes of what was packed."""
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in tar_of(files):
            size += len(piece)
            yield piece

    if seal is not None:
        seal(counted(), out)
        return size
    for piece in counted():
        out.write(piece)
    return size


def _check_place(path: Path) -> None:
    """Refuse to replace what is no bundle."""
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}: make it first, or see that the stick is there.")
    if not path.exists():
        return
    if not path.is_file():
        raise Refused(f"{path} is no plain file: name another.")
    with path.open("rb") as file:
        begin = file.read(BLOCK)
    if begin and not begin.startswith((*AGE, MANIFEST.encode() + b"\0")):
        raise Refused(f"{path} is there, and is no bundle: name another file, or remove it first.")


def write_into(
    folder: Path,
    opening: Sequence[File],
    logs: Iterable[PackedLog],
    backup: Iterable[File],
    heard: Callable[[Written], None],
) -> int:
    """Write a bundle into a folder, which is made where there is none; `heard` is told of each log. The number of
    files that were written. Raises `Refused` and `OSError`."""
    folder = folder.resolve()
    make_folder(folder, PUBLIC)
    sweep_folder(folder)
    _check_no_link(folder / MANIFEST)
    written = sum(_put(folder, file, PUBLIC) for file in _opening(folder, opening))
    for log in logs:
        done = _write_log(folder, log)
        written += done.files
        heard(done)
    kept = set[str]()
    for file in backup:
        kept.add(file.name)
        make_folder((folder / file.name).parent)
        written += _put(folder, file, SECRET)
    if kept:
        _drop_others(folder, kept)
    return written


def _opening(folder: Path, opening: Sequence[File]) -> Sequence[File]:
    """What says that it is a bundle; nothing where the folder says that it is a backup, and we write none."""
    there, ours = _backup_of(read_plain(folder / MANIFEST, SMALL)), _backup_of(opening[0].make())
    if there is not None and ours is not None and there != ours:
        raise Refused(f"{folder} has the backup of {there}: choose another folder for yours.")
    return () if there is not None and ours is None else opening


def _backup_of(raw: bytes | None) -> object:
    try:
        return None if raw is None else read_data(decode(raw)).get("backup_of")
    except PlanTextError:
        return None


def _write_log(folder: Path, log: PackedLog) -> Written:
    _check_no_link(folder / log.plan.name)
    there = read_plain(folder / log.plan.name, PLAN)
    fate = Fate.NEW if there is None else _compare(there, log)
    if fate in (Fate.NEWER, Fate.OTHER):
        return Written(log.address, fate, 0)
    written = 0
    archive = folder / f"{log.stem}.plan.d"
    if archive.is_dir():
        sweep_folder(archive)
    for file in chain(log.beside(), [log.plan]):
        make_folder((folder / file.name).parent, PUBLIC)
        written += _put(folder, file, PUBLIC)
    if fate is not Fate.NEW:
        fate = Fate.UPDATED if written else Fate.SAME
    return Written(log.address, fate, written)


def _compare(there: bytes, log: PackedLog) -> Fate:
    """Whether what is there gives way. What is no plan that holds does."""
    try:
        plan = read_plan(decode(there))
        walk(plan)
    except (PlanTextError, PlanUnreadable, Forged):
        return Fate.UPDATED
    theirs, ours = plan.head, log.head
    if theirs.seq > ours.seq:
        return Fate.NEWER
    same = log.id_at(theirs.seq) in (theirs.last, None) if theirs.seq else theirs.key == ours.key
    if theirs.address != ours.address or not same:
        return Fate.OTHER
    return Fate.NEWER if (theirs.seq, theirs.updated) > (ours.seq, ours.updated) else Fate.UPDATED


def _put(folder: Path, file: File, mode: int) -> bool:
    """Write a file where it is not there as it is; whether it was written."""
    data = file.make()
    path = folder / file.name
    _check_no_link(path)
    if read_plain(path, limit_of(file.name) or 0) == data:
        return False
    with replacing(path, mode) as out:
        out.write(data)
    return True


def _check_no_link(path: Path) -> None:
    """Refuse to write where somebody's link leads: a stick comes from anybody."""
    for place in (path, path.parent):
        if place.is_symlink():
            raise Refused(f"{place} is a link, and a bundle has none: remove it, or choose another folder.")


def _drop_others(folder: Path, kept: set[str]) -> None:
    for name in _DROPPED:
        with suppress(FileNotFoundError):
            for path in sorted((folder / BACKUP / name).iterdir()):
                if path.is_file() and f"{BACKUP}{name}/{path.name}" not in kept:
                    path.unlink()
