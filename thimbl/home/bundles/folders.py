"""A bundle as a folder, such as one of a USB stick.

- Only plain files count. What a link, a device or a pipe leads to is nobody's plan; it is passed over and told.
- Any folder with plans in it will do: a spool, answers of finger(1) that somebody saved, or a site of files. Of a site
  what lies beside the plans is not even looked at: it may have a folder for each post.
"""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.names import BACKUP, MANIFEST, MAX_FILES, limit_of, site_limit_of
from thimbl.home.bundles.tars import MAX_STRANGE

_DEPTH: Final = 2
"""Folders below the first: ``backup/drafts/``."""

_ARCHIVE: Final = "plan.d"
_SITE_PLANS: Final = ("plan", "plan.txt")
"""What a plan is called in a site. Somebody's notes may be called so too: it counts where an archive lies beside it."""


class FolderBundle:
    """A folder that is read."""

    def __init__(self, folder: Path) -> None:
        """Read which files there are. Raises `BundleRefused`, and `OSError` where that can not be read."""
        self._folder = folder
        self._sizes: dict[str, int] = {}
        self._strange: list[str] = []
        for number, (name, size) in enumerate(_files(folder, "", _DEPTH)):
            if number >= MAX_FILES:
                raise BundleRefused(f"{folder} has more than {MAX_FILES:,} files: name the folder with the plans.")
            self._add(name, size)

    def _add(self, name: str, size: int | None) -> None:
        limit = _limit_of(name)
        if limit is None:
            return  # a stick has other things on it
        if size is None:
            self._pass_over(f"{name}, which is no plain file")
        elif size > limit:
            self._pass_over(f"{name}, which has {size:,} bytes where {limit:,} are the most")
        else:
            self._sizes[name] = size

    def _pass_over(self, what: str) -> None:
        if len(self._strange) < MAX_STRANGE:
            self._strange.append(what)

    @property
    def where(self) -> str:
        """See `names.Bundle`."""
        return str(self._folder)

    @property
    def strange(self) -> Collection[str]:
        """See `names.Bundle`."""
        return self._strange

    def sizes(self) -> Mapping[str, int]:
        """See `names.Bundle`."""
        return self._sizes

    def read(self, name: str) -> bytes:
        """See `names.Bundle`."""
        found = read_plain(self._folder / name, _limit_of(name) or 0)
        if found is None:
            raise BundleRefused(f"{self._folder / name} is not what it was a moment ago: import it again.")
        return found


class PlanFile:
    """One plan by itself, such as an answer of finger(1) that somebody saved, or piped here."""

    def __init__(self, file: BinaryIO, where: str, called: str = "saved") -> None:
        """`where` is what to call the file, and `called` the plan in it."""
        self._file = file
        self.where = where
        name = called.removesuffix(".plan") + ".plan"
        self._name = name if limit_of(name) is not None else "saved.plan"

    @property
    def strange(self) -> Collection[str]:
        """See `names.Bundle`."""
        return ()

    def sizes(self) -> Mapping[str, int]:
        """See `names.Bundle`."""
        return {self._name: self._file.seek(0, os.SEEK_END)}

    def read(self, name: str) -> bytes:
        """See `names.Bundle`."""
        limit = limit_of(name) or 0
        self._file.seek(0)
        data = self._file.read(limit + 1)
        if len(data) > limit:
            raise BundleRefused(f"{self.where} has more than {limit:,} bytes, which no plan has.")
        return data


def read_plain(path: Path, limit: int) -> bytes | None:
    """The bytes of a plain file; None where it is none, or has more than `limit`. Raises `OSError`."""
    # Neither waits for whoever might write into a pipe, nor follows a link that was put there since.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            return None
        data = file.read(limit + 1)
        return data if len(data) <= limit else None


def bundle_below(folder: Path) -> Path | None:
    """A folder just below this one that is a bundle; None where there is none, or several."""
    try:
        found = [entry for entry in folder.iterdir() if (entry / MANIFEST).is_file()]
    except OSError:
        return None
    return found[0] if len(found) == 1 else None


def _limit_of(name: str) -> int | None:
    return limit_of(name) or site_limit_of(name)


def _files(folder: Path, below: str, depth: int) -> Iterator[tuple[str, int | None]]:
    """The files with their sizes; None of what is no plain file."""
    with os.scandir(folder / below) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = below + entry.name
            if entry.is_file(follow_symlinks=False):
                if below or name not in _SITE_PLANS:
                    yield name, entry.stat(follow_symlinks=False).st_size
            elif not entry.is_dir(follow_symlinks=False):
                yield name, None
            elif depth and (name.endswith(".plan.d") or (name + "/").startswith(BACKUP)):
                yield from _files(folder, name + "/", depth - 1)
            elif not below:
                yield from _of_site(folder, name + "/")
    if not below:
        yield from _of_site(folder, "")


def _of_site(folder: Path, below: str) -> Iterator[tuple[str, int | None]]:
    """The plan of an account and its archive, where this is an account's folder in a site; nothing else of it."""
    found = _look(folder / below / _ARCHIVE)
    if found is None or not stat.S_ISDIR(found.st_mode):
        return
    for name in _SITE_PLANS:
        found = _look(folder / below / name)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            yield below + name, found.st_size if stat.S_ISREG(found.st_mode) else None
    yield from _files(folder, f"{below}{_ARCHIVE}/", 0)


def _look(path: Path) -> os.stat_result | None:
    """None also where nobody may look, as into a stick's ``lost+found``."""
    try:
        return path.lstat()
    except OSError:
        return None
