"""Whose plans a daemon serves: one person's own, a spool of `NAME.plan` files, or all homes of a shell host.

Never a file that its owner did not publish: it must be a regular one that anybody may read, and a link must be by the
owner of what it leads to. In a home it must be the account's own, in a folder that anybody may enter. A `~/.nofinger`
hides the account, as everywhere (RFC 1288 3.2.4).
"""

import os
import pwd
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from thimbl.core.archive import PAGE_BOUNDS
from thimbl.core.plantext import MAX_BYTES
from thimbl.home.paths import archive_of

MIN_UID: Final = 1000
"""Debian's first uid of a person (adduser.conf FIRST_UID); below are the system's own accounts."""

NOBODY_UID: Final = 65534
"""Of whoever has no files. Above it are people again: directories (LDAP, Active Directory) number them so."""

MAX_FILE: Final = max(MAX_BYTES, PAGE_BOUNDS.bytes)
"""Bytes of a file that is read at all: a page of the archive at its longest."""

PLAN: Final = ".plan"
"""What the names of a spool's plans end in (plan-format 7)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another."""

    device: int
    inode: int
    size: int
    changed: int
    """Nanoseconds since 1970, by the file system's clock: of the newest change of content or owner, which unlike the
    time of modification nobody can set back."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with files here."""

    name: str
    full_name: str
    plan: Path
    owner: int | None = None
    """The uid that must own the files; None where the folder vouches for whose they are."""

    @property
    def archive(self) -> Path:
        """The folder of the archive."""
        return archive_of(self.plan)

    def read(self, path: Path) -> tuple[bytes, Stamp] | None:
        """The bytes of one of the account's files; None where it is not there, or not published."""
        if self.stamp(path) is None:
            return None  # looked at before it is opened: opening is an act in itself for some devices
        try:
            # A pipe put in place of a plan meanwhile must not hold up the daemon, nor a terminal become its own.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            if not self._is_published(path, found):
                return None
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                raw = file.read(MAX_FILE + 1)
            return None if len(raw) > MAX_FILE else (raw, _stamp(found))
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def stamp(self, path: Path) -> Stamp | None:
        """The state of one of the account's files; None where it is not there, or not published."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return _stamp(found) if self._is_published(path, found) else None

    def _is_published(self, path: Path, found: os.stat_result) -> bool:
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE or not found.st_mode & stat.S_IROTH:
            return False
        try:
            if self.owner is None:
                # Whoever may put a link into the folder does not thereby publish what belongs to another.
                return os.lstat(path).st_uid == found.st_uid
            return found.st_uid == self.owner and bool(os.stat(path.parent).st_mode & stat.S_IXOTH)
        except OSError:
            return False


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)


class Accounts(Protocol):
    """Where accounts are looked up."""

    def find(self, name: str) -> Account | None:
        """The account of this name. Whether it has published a plan, its files tell."""

    def all(self) -> Iterator[Account]:
        """All accounts, by name."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The one person who runs the daemon."""

    account: Account

    def find(self, name: str) -> Account | None:
        """The account, if that is its name."""
        return self.account if name == self.account.name else None

    def all(self) -> Iterator[Account]:
        """The one account."""
        yield self.account


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of `NAME.plan` files."""

    folder: Path

    def find(self, name: str) -> Account | None:
        """The account whose plan is `NAME.plan` there, if it is there."""
        return None if _NAME.fullmatch(name) is None else Account(name, "", self.folder / f"{name}{PLAN}")

    def all(self) -> Iterator[Account]:
        """Each plan in the folder."""
        try:
            names = sorted(name.removesuffix(PLAN) for name in os.listdir(self.folder) if name.endswith(PLAN))
        except OSError:
            return
        yield from (account for name in names if (account := self.find(name)) is not None)


@dataclass(frozen=True, slots=True)
class Homes:
    """All people with a home on this machine."""

    min_uid: int = MIN_UID

    def find(self, name: str) -> Account | None:
        """The account of this login, unless it opted out or its home is closed."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            return self._open(pwd.getpwnam(name))
        except (KeyError, OSError):  # an unknown name, or a directory service that does not answer
            return None

    def all(self) -> Iterator[Account]:
        """Each account that may be fingered."""
        entries = sorted(
            (entry for entry in pwd.getpwall() if _NAME.fullmatch(entry.pw_name)), key=lambda entry: entry.pw_name
        )
        yield from (account for entry in entries if (account := self._open(entry)) is not None)

    def _open(self, entry: pwd.struct_passwd) -> Account | None:
        if entry.pw_uid < self.min_uid or entry.pw_uid == NOBODY_UID:
            return None
        home = Path(entry.pw_dir)
        try:
            if not home.stat().st_mode & stat.S_IXOTH or os.path.lexists(home / ".nofinger"):
                return None
        except OSError:
            return None
        return Account(entry.pw_name, entry.pw_gecos.partition(",")[0], home / ".plan", entry.pw_uid)
