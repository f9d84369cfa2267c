"""A folder of files that this program writes anew now and then, for a web server: whole or not at all.

- What is to be changed is written beside it first, in a folder of its own (`NEW`). When all of that is safe on the
  disk, what is to be done is written down (`PLAN`); from then on it is done to the end, by the next run if this one is
  stopped. Until then nothing of the old files was touched.
- A list (`LIST`) tells which files are ours, with the digest of each. A file that is as it should be is not written;
  one that is gone from the site is removed if the list has it, and no other file ever is.
- A folder with files in it and without that list is somebody's, and is refused; so is a file of somebody's in the
  place of one of ours, and a link that leads out of the folder.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from thimbl.home.durable import PUBLIC, locked, make_folder, write_file
from thimbl.home.errors import HomeError, Refused

LIST: Final = ".thimbl-site"
"""Of our files: JSON, an object of names and digests below `files`."""

NEW: Final = ".thimbl-site.new"
"""What will take the place of older files."""

PLAN: Final = "plan.json"
"""In `NEW`, once all that is new is there: what to do."""

LOCK: Final = ".thimbl-site.lock"

_OURS: Final = frozenset({LIST, NEW, LOCK})

VERSION: Final = 1
"""Of the list."""


class FolderDamaged(HomeError):
    """The list of a folder's files can not be read: empty the folder, or name another one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run came to; numbers of files."""

    files: int
    """In all."""
    changed: int
    """New, or written anew."""
    removed: int


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> Written:
    """Make a folder hold these files: names with `/` between their parts, and what is in them.

    `files` may be made one after the other; where that raises, nothing was done. Raises `Refused` for a folder or a
    file that is not ours, `FolderDamaged`, and `OSError`.
    """
    _refuse_others(folder)
    make_folder(folder, PUBLIC)
    with locked(folder / LOCK, PUBLIC):
        _go_on(folder)
        known = _list(folder)
        try:
            digests, staged = _stage(folder, files, known)
            gone = sorted(set(known) - set(digests))
            for name in gone:
                _place(folder, name)  # whether it may be removed, before anything is
        except BaseException:
            shutil.rmtree(folder / NEW, ignore_errors=True)
            raise
        if staged or gone or not (folder / LIST).exists():
            write_file(_new(folder) / PLAN, _data({"files": digests, "new": staged, "gone": gone}), PUBLIC)
            _go_on(folder)
    return Written(len(digests), len(staged), len(gone))


def _refuse_others(folder: Path) -> None:
    """Raises `Refused` for what is no folder of ours, and no place for one."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise Refused(f"{folder} is no folder: name one that is empty, or not there yet.")
    if folder.is_dir() and not (folder / LIST).exists() and not (folder / NEW / PLAN).exists():
        found = next((name for name in os.listdir(folder) if name not in _OURS), None)
        if found is not None:
            raise Refused(
                f"{folder} has files of somebody else's, such as {found}, and would be written over: "
                "name a folder that is empty, or not there yet."
            )


def _new(folder: Path) -> Path:
    new = folder / NEW
    make_folder(new, PUBLIC)
    return new


def _stage(
    folder: Path, files: Iterable[tuple[str, bytes]], known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Write what is new beside; by the names of all files their digests, and by those of new ones where they are."""
    shutil.rmtree(folder / NEW, ignore_errors=True)
    digests: dict[str, str] = {}
    staged: dict[str, str] = {}
    for name, body in files:
        target = _place(folder, name)
        digests[name] = sha256(body).hexdigest()
        if name not in known and os.path.lexists(target):
            raise Refused(f"{target} is a file of somebody else's, where a page has to be: move it out of the way.")
        if name in known and _is(target, body):
            continue
        number = str(len(staged))
        path = _new(folder) / number
        path.write_bytes(body)
        path.chmod(PUBLIC)
        staged[name] = number
    if staged:
        os.sync()  # of many files at once; what follows is only true when they are on the disk
    return digests, staged


def _is(target: Path, body: bytes) -> bool:
    """Whether a file holds just this."""
    try:
        return not target.is_symlink() and target.stat().st_size == len(body) and target.read_bytes() == body
    except OSError:
        return False


def _go_on(folder: Path) -> None:
    """Do what was written down, from wherever it was left. What was begun and not written down is dropped."""
    new = folder / NEW
    try:
        plan = json.loads((new / PLAN).read_bytes())
    except (OSError, ValueError):
        shutil.rmtree(new, ignore_errors=True)
        return
    for name, number in plan["new"].items():
        target = _place(folder, name)
        make_folder(target.parent, PUBLIC)
        with suppress(FileNotFoundError):  # it is in its place already
            os.replace(new / number, target)
    for name in plan["gone"]:
        target = _place(folder, name)
        with suppress(FileNotFoundError):
            target.unlink()
        _remove_empty(folder, target.parent)
    write_file(folder / LIST, _data({"version": VERSION, "files": plan["files"]}), PUBLIC)
    shutil.rmtree(new)


def _remove_empty(folder: Path, inner: Path) -> None:
    """Remove folders that nothing is in any more, up to `folder`."""
    while inner != folder:
        try:
            inner.rmdir()
        except OSError:
            return
        inner = inner.parent


def _list(folder: Path) -> dict[str, str]:
    """Our files with their digests."""
    try:
        data = json.loads((folder / LIST).read_bytes())
        if data["version"] != VERSION:
            raise ValueError(data["version"])
        files = {str(name): str(digest) for name, digest in data["files"].items()}
        if not all(map(_is_name, files)):
            raise ValueError("a name that leads elsewhere")
        return files
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FolderDamaged(
            f"The list of the files in {folder} can not be read: empty the folder, or name another one."
        ) from None


def _is_name(name: str) -> bool:
    parts = name.split("/")
    return not any(part in ("", ".", "..") or "\0" in part for part in parts) and parts[0] not in _OURS


def _place(folder: Path, name: str) -> Path:
    """Where a file of ours stands. Raises `Refused` for a place that is not below the folder."""
    if not _is_name(name):
        raise Refused(f"{name!r} is no name of a file below {folder}.")
    parts = name.split("/")
    place = folder
    for part in parts[:-1]:
        place /= part
        if place.is_symlink():
            raise Refused(f"{place} is a link: what is written here stays in this folder. Remove the link.")
    return place / parts[-1]


def _data(data: Mapping[str, object]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode("utf-8")
