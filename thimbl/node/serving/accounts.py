"""Whose plans a daemon serves: one person's own, a spool of `NAME.plan` files, or all homes of a shell host.

Never a file that its owner did not publish (RFC 1288 3.2.4 to 3.2.6):

- It is a regular file that anybody may read, looked at again once it is open.
- A link in a spool is by the owner of what it leads to; whoever may write there publishes nothing of another's thereby.
- In a home the file is the account's own, nobody else may write to it or put another in its place, and others may
  enter the folder that it is in. The home as a whole is closed by its mode, and the account hidden by `~/.nofinger`.
"""

import errno
import os
import pwd
import re
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from thimbl.core.archive import PAGE_BOUNDS
from thimbl.core.plantext import MAX_BYTES
from thimbl.home.paths import archive_of
from thimbl.home.serving import MIN_UID
from thimbl.node.serving.sources import Source, source_of

NOBODY_UID: Final = 65534
"""Of whoever has no files. Above it are people again: directories (LDAP, Active Directory) number them so."""

MAX_FILE: Final = PAGE_BOUNDS.bytes
"""Bytes of a file of the archive that is read at all: a page at its longest."""

MAX_PLAN: Final = MAX_BYTES * 3 // 2
"""Bytes of a plan's file that is read at all. The text of a plan has at most 1 MiB, and a file may spell its line ends
with two bytes; plain words may be as long. On the wire each LF takes two bytes, and clients take 4 MiB."""

MAX_ACCOUNTS: Final = 100_000
"""Accounts that a walk over all of them looks at, by name: whoever may write to a spool may fill it."""

PASSWD_SECONDS: Final = 60.0
"""How long what the user database says of a login is taken for true: a directory service takes milliseconds to say it,
and logins, homes and names change less often than anybody could notice."""

MAX_PASSWD: Final = 20_000
"""Logins to remember: those of a large host, some 10 MB."""

PLAN: Final = ".plan"
"""What the names of a spool's plans end in (plan-format 7)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# A pipe put in place of a plan meanwhile must not hold up the daemon, nor a terminal become its own.
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was read."""

    raw: bytes
    sources: tuple[Source, ...]
    """What this content, and the leave to show it, stand on: while all of them are as they are, so is it."""


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

    @property
    def is_person(self) -> bool:
        """Whether there is a login of this name, whatever it has published."""
        return self.owner is not None

    def sources(self, path: Path) -> tuple[Source, ...]:
        """What the answer to "is this file published, and what is in it" stands on now."""
        own = source_of(path, follow=False)
        found = [own, source_of(path, follow=True)] if own.is_link else [own]
        if path.parent != self.plan.parent or self.owner is not None:
            found.append(source_of(path.parent, follow=True))
        return tuple(found)

    def read(self, path: Path) -> File | None:
        """One of the account's files; None where it is not there, or not published."""
        sources = self.sources(path)  # before it is read: what changes from here on shows as a change
        try:
            if not self._may_serve(path, os.stat(path)):
                return None  # looked at before it is opened: opening is an act in itself for some devices
            descriptor = self._open(path)
        except OSError:
            return None
        try:
            if not self._may_serve(path, os.fstat(descriptor)):
                return None
            limit = self._limit(path)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                raw = file.read(limit + 1)
            return None if len(raw) > limit else File(raw, sources)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def publishes(self, path: Path) -> bool:
        """Whether this file of the account is there, and published."""
        try:
            return self._may_serve(path, os.stat(path)) and self._links_to_own(path)
        except OSError:
            return False

    def _limit(self, path: Path) -> int:
        return MAX_PLAN if path.parent == self.plan.parent else MAX_FILE

    def _may_serve(self, path: Path, found: os.stat_result) -> bool:
        if not stat.S_ISREG(found.st_mode) or found.st_size > self._limit(path) or not found.st_mode & stat.S_IROTH:
            return False
        folder, is_archive = path.parent, path.parent != self.plan.parent
        if self.owner is None:
            if not is_archive:
                return True
            # The folder of an archive may be a link like any file: by the owner of what is in it.
            entry = os.lstat(folder)
            return not stat.S_ISLNK(entry.st_mode) or entry.st_uid == found.st_uid
        if found.st_uid != self.owner or found.st_mode & stat.S_IWOTH:
            return False
        inside = os.stat(folder)
        if not inside.st_mode & stat.S_IXOTH or inside.st_mode & stat.S_IWOTH:
            return False
        return not is_archive or inside.st_uid == self.owner

    def _open(self, path: Path) -> int:
        """A descriptor of the file. Raises `OSError`, also for a link that its maker may not publish."""
        if self.owner is not None:
            return os.open(path, _FLAGS)  # whoever made a link: what is opened must be the account's own
        try:
            return os.open(path, _FLAGS | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
        maker, target = _read_link(path)
        descriptor = os.open(target, _FLAGS)
        if os.fstat(descriptor).st_uid != maker:
            os.close(descriptor)
            raise PermissionError(errno.EPERM, "a link to what belongs to another", str(path))
        return descriptor

    def _links_to_own(self, path: Path) -> bool:
        if self.owner is not None or not os.path.islink(path):
            return True
        maker, target = _read_link(path)
        return os.stat(target).st_uid == maker


def _read_link(path: Path) -> tuple[int, Path]:
    """Who made the link at `path`, and where it leads; both of one link, whatever takes its name meanwhile."""
    link = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.fstat(link).st_uid, path.parent / os.readlink("", dir_fd=link)
    finally:
        os.close(link)


class Accounts(Protocol):
    """Where accounts are looked up."""

    def find(self, name: str) -> Account | None:
        """The account of this name. Whether it has published a plan, its files tell."""

    def all(self) -> Iterator[Account]:
        """All accounts, by name; at most `MAX_ACCOUNTS`. It may take a while, and may be run in a thread."""

    def seconds(self) -> float:
        """For how long what `find` said may be relied on, when the account's files have not changed."""


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

    def seconds(self) -> float:
        """It stays what it is."""
        return float("inf")


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
        found = (account for name in names if (account := self.find(name)) is not None)
        yield from islice(found, MAX_ACCOUNTS)

    def seconds(self) -> float:
        """An account is its file."""
        return float("inf")


class Homes:
    """All people with a home on this machine. `clock` is in seconds, from any beginning."""

    def __init__(self, min_uid: int = MIN_UID, clock: Callable[[], float] = time.monotonic) -> None:
        self.min_uid = min_uid
        self._clock = clock
        self._entries: dict[str, tuple[float, pwd.struct_passwd]] = {}

    def find(self, name: str) -> Account | None:
        """The account of this login, unless it opted out or its home is closed."""
        if _NAME.fullmatch(name) is None:
            return None
        entry = self._entry(name)
        return None if entry is None else self._open(entry)

    def all(self) -> Iterator[Account]:
        """Each account that may be fingered."""
        entries = sorted(
            (entry for entry in pwd.getpwall() if _NAME.fullmatch(entry.pw_name)), key=lambda entry: entry.pw_name
        )
        found = (account for entry in entries if (account := self._open(entry)) is not None)
        yield from islice(found, MAX_ACCOUNTS)

    def seconds(self) -> float:
        """As long as an entry of the user database is relied on."""
        return PASSWD_SECONDS

    def _entry(self, name: str) -> pwd.struct_passwd | None:
        now = self._clock()
        known = self._entries.get(name)
        if known is not None and now < known[0]:
            return known[1]
        try:
            entry = pwd.getpwnam(name)
        except (KeyError, OSError):  # an unknown name, or a directory service that does not answer
            self._entries.pop(name, None)
            return None
        if len(self._entries) >= MAX_PASSWD:
            self._entries.clear()
        self._entries[name] = now + PASSWD_SECONDS, entry
        return entry

    def _open(self, entry: pwd.struct_passwd) -> Account | None:
        if entry.pw_uid < self.min_uid or entry.pw_uid == NOBODY_UID:
            return None
        home = Path(entry.pw_dir)
        try:
            if not home.stat().st_mode & stat.S_IXOTH or os.path.lexists(home / ".nofinger"):
                return None
        except OSError:
            return None
        return Account(entry.pw_name, _full_name(entry), home / ".plan", entry.pw_uid)


def _full_name(entry: pwd.struct_passwd) -> str:
    """The first field of the comment, where `&` stands for the login (passwd(5)). The others, office and telephones,
    are shown to nobody."""
    login = entry.pw_name
    return entry.pw_gecos.partition(",")[0].replace("&", login[:1].upper() + login[1:])
