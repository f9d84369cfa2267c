"""What an answer was made from, and whether that is still as it was.

- A file's times tell two states of it apart only when they lie further apart than its file system's clock ticks, so
  what was made from a file that changed a moment ago is looked at again.
- Of the times, that of the change of content or owner counts: unlike the time of modification nobody can set it back.
- To look is one call of the system for each source: this is the hot path of the daemon.
"""

import os
import stat
from typing import Final, NamedTuple

SETTLED: Final = 2 * 10**9
"""Nanoseconds after which a change shows in a file's times: those of FAT, the coarsest, tick every two seconds."""


class Source(NamedTuple):
    """A file, folder or link in one state. A tuple, since thousands of them are compared a second."""

    path: str
    follow: bool
    """Whether it is what a link leads to, rather than the link itself."""
    changed: int
    """Nanoseconds since 1970, by the file system's clock; -1 where nothing was there, or it could not be looked at."""
    inode: int
    size: int
    device: int
    is_link: bool = False


def source_of(path: str | os.PathLike[str], *, follow: bool) -> Source:
    """The state of what is at `path` now."""
    name = os.fspath(path)
    try:
        found = os.stat(name) if follow else os.lstat(name)
    except (OSError, ValueError):
        return Source(name, follow, -1, 0, 0, 0)
    link = stat.S_ISLNK(found.st_mode)
    return Source(name, follow, found.st_ctime_ns, found.st_ino, found.st_size, found.st_dev, link)


def unchanged(sources: tuple[Source, ...]) -> bool:
    """Whether each of them is as it was."""
    for path, follow, changed, inode, size, device, _ in sources:
        try:
            found = os.stat(path) if follow else os.lstat(path)
        except (OSError, ValueError):
            if changed >= 0:
                return False
            continue
        if found.st_ctime_ns != changed or found.st_ino != inode or found.st_size != size or found.st_dev != device:
            return False
    return True


def settled(sources: tuple[Source, ...], now: int) -> bool:
    """Whether the times of all of them are old enough to tell this state from the next. `now` in nanoseconds."""
    return all(now - source.changed > SETTLED for source in sources)
