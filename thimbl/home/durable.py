"""Files that are wholly there or not at all: temporary file, fsync, rename, fsync of the folder.

A power cut or a kill at any point leaves the old file or the new one. A lock keeps two writers apart; it
is the kernel's (flock), so that it goes with the process that held it.
"""

import errno
import fcntl
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

PUBLIC: Final = 0o644
"""What others are to read: a plan, its archive. Exactly this, whatever the umask: to publish is to let others read,
and the daemon that answers is often another user."""

SECRET: Final = 0o600

_FOLDER_PUBLIC: Final = 0o755
_FOLDER_SECRET: Final = 0o700

NO_LINKS: Final = frozenset({errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})
"""How file systems say that they give no file a second name."""

_NO_MODES: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})
"""How file systems say that they keep no modes."""

_TEMPORARY: Final = ".new"

_count = itertools.count()


def make_folder(folder: Path, mode: int = SECRET) -> None:
    """Make `folder` and those above it, durably. Nobody else enters what is made for a secret file; one that is made
    for public files is open whatever the umask. Folders that are there stay as they are."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    wanted = _FOLDER_PUBLIC if mode == PUBLIC else _FOLDER_SECRET
    try:
        folder.mkdir(wanted)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o777 != wanted:
        with _where_there_are_modes():
            folder.chmod(wanted)
    _sync_folder(folder.parent)


def write_file(path: Path, data: bytes, mode: int) -> None:
    """Put `data` in place of the file at `path` (or of the one that a link there leads to), durably and at once.

    Raises `OSError`: the old file is then in its place, unless it was the last step that failed.
    """
    target = _target(path)
    make_folder(target.parent, mode)
    with _beside(target, mode) as descriptor:
        try:
            os.fchmod(descriptor, mode)
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def replacing(path: Path, mode: int) -> Iterator[BinaryIO]:
    """A file to be written piece by piece, which is put in place of the one at `path` when the block has ended well.

    As `write_file`, but it also writes to a stick whose file system keeps no modes (FAT). Raises `OSError`.
    """
    with _beside(_target(path), mode) as descriptor, os.fdopen(descriptor, "wb") as file:
        with _where_there_are_modes():
            os.fchmod(descriptor, mode)
        yield file
        file.flush()
        os.fsync(descriptor)


@contextmanager
def _beside(target: Path, mode: int) -> Iterator[int]:
    """The descriptor of a new file beside `target`, for the block to write, sync and close: when that has ended well,
    the file takes the place of `target`."""
    temporary, descriptor = _open_new(target, mode)
    try:
        yield descriptor
        os.rename(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


@contextmanager
def _where_there_are_modes() -> Iterator[None]:
    """Pass over a file system that keeps no modes, such as FAT: what is changed was made just now, by us."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise


def _target(path: Path) -> Path:
    return path.resolve() if path.is_symlink() else path


def _open_new(target: Path, mode: int) -> tuple[Path, int]:
    """A file beside `target` that nobody had before: with O_EXCL neither a leftover nor a link that somebody put
    there is written to. What killed writers have left, `sweep` removes."""
    while True:
        temporary = target.with_name(f".{target.name}.{os.getpid()}-{next(_count)}{_TEMPORARY}")
        with suppress(FileExistsError):
            return temporary, os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)


def rename_file(source: Path, target: Path) -> None:
    """Give the file at `source` the name `target`, durably, in place of the one that had it."""
    os.rename(source, target)
    _sync_folder(target.parent)


def remove_file(path: Path) -> None:
    """Remove the file at `path`, durably, if there is one."""
    with suppress(FileNotFoundError):
        os.unlink(path)
        _sync_folder(path.parent)


def keep_aside(path: Path, suffix: str) -> Path:
    """Keep what is in the file at `path` under a second name ending in `suffix`, never over another file; the name."""
    for number in range(1, 10_000):
        kept = path.with_name(f"{path.name}.{suffix}" + ("" if number == 1 else f"-{number}"))
        if os.path.lexists(kept):
            if kept.is_file() and kept.read_bytes() == path.read_bytes():
                return kept
            continue
        source = _target(path)
        try:
            os.link(source, kept)
            _sync_folder(kept.parent)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            write_file(kept, source.read_bytes(), source.stat().st_mode & 0o777)
        return kept
    raise OSError(f"{path}: there are too many kept copies beside it; remove some")


def sweep(path: Path) -> None:
    """Remove what killed writers of `path` have left beside it. Call it under the lock."""
    target = _target(path)
    _sweep(target.parent, f".{target.name}.")


def sweep_folder(folder: Path) -> None:
    """Remove what killed writers of any file in `folder` have left. Call it under the lock."""
    _sweep(folder, ".")


def _sweep(folder: Path, start: str) -> None:
    with os.scandir(folder) as entries:
        leftovers = [entry.path for entry in entries if entry.name.startswith(start) and _is_leftover(entry.name)]
    for leftover in leftovers:
        with suppress(OSError):
            os.unlink(leftover)


def _is_leftover(name: str) -> bool:
    process, _, number = name.removesuffix(_TEMPORARY).rpartition(".")[2].partition("-")
    return name.endswith(_TEMPORARY) and process.isdigit() and number.isdigit()


@contextmanager
def locked(path: Path, mode: int = SECRET) -> Iterator[None]:
    """Hold the lock file at `path`; waits for whoever holds it. `mode` is of the folder, should there be none yet."""
    make_folder(path.parent, mode)
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock file at `path` for as long as it is open; None where another holds it."""
    make_folder(path.parent)
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _open_lock(path: Path) -> int:
    # Secret even in a public folder: whoever can open a file can lock it, and hold its owner up.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, SECRET)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
