"""One connection to SQLite: how it is opened, its transactions, and SQLite's errors as ours.

- WAL mode: readers see a whole state and never wait for the writer, nor the writer for them.
- Every write is in a transaction that begins with BEGIN IMMEDIATE: it waits for its turn at the beginning, where
  waiting works, and not at its first write, where SQLite would refuse at once.
- `secure_delete`: what a person retracts leaves the file, not only the tables (plan-format 3, `retract`).
- SQLite's other defaults stand: larger checkpoints, a cache of 64 MiB, mapped memory, and FTS5's `automerge`,
  `hashsize` and page size each changed the taking of 100,000 posts by less than runs differ among themselves.
- A connection may go from one thread to another, and is used by one at a time. To store in a thread beside the one that
  checks plans gains nothing: `sqlite3` gives the interpreter's lock away at each row and waits 5 ms to have it back.
"""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import pos
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from thimbl.store import schema
from thimbl.store.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreUnread,
)

BUSY_SECONDS: Final = 30.0
"""How long to wait for another writer: the longest writing there is, a rebuild, takes 12 s for 100,000 posts."""

CACHE_KIB: Final = 16_384
"""Page cache of a connection: the indexes of 100,000 posts fit in it."""

MAX_VARIABLES: Final = 500
"""Values bound in one statement: below the 999 that the oldest SQLite in use allows."""

Row = tuple[Any, ...]

# Of each value that is no plain number or text, None and booleans among them, sqlite3 asks its type and itself whether
# they can be adapted, and makes an error of each that can not: without an answer that took longer than storing a row.
sqlite3.register_adapter(type(None), lambda none: none)
sqlite3.register_adapter(bool, pos)

_PRIMARY: Final = 0xFF  # the low byte of an extended result code is the primary one (sqlite.org/rescode.html)


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """The error of ours that says what SQLite's means and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"The store {path} is damaged ({error}). {_what_to_do(StoreDamaged)}")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"The store {path} is busy. {_what_to_do(StoreBusy)}")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreReadOnly(f"The store {path} is read-only. {_what_to_do(StoreReadOnly)}")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"The disk that holds {path} is full: make room, then do it again. Nothing was half kept.")
    if code == sqlite3.SQLITE_CANTOPEN:
        return _closed_to_us(path)
    if code == sqlite3.SQLITE_IOERR:
        return StoreUnread(f"The store {path} failed ({error}). {_what_to_do(StoreUnread)}")
    return StoreError(f"The store {path} failed: {error}.")


def _what_to_do(kind: type[StoreError]) -> str:
    advice = " ".join((kind.__doc__ or "").partition(": ")[2].split())
    return advice[:1].upper() + advice[1:]


def _closed_to_us(path: Path) -> StoreReadOnly:
    return StoreReadOnly(f"The store {path} can not be opened. {_what_to_do(StoreReadOnly)}")


def _is_there(path: Path) -> bool:
    """Whether there is a store. Raises `StoreReadOnly` where its folder lets nobody look."""
    try:
        return path.exists()
    except OSError:
        raise _closed_to_us(path) from None


NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})
"""How file systems say that they give no file a second name."""


class Database:
    """A connection whose errors are `StoreError`s."""

    def __init__(self, connection: sqlite3.Connection, path: Path, patience: float) -> None:
        self.path = path
        self._patience = patience
        self._connection = connection
        self._depth = 0

    @classmethod
    def reading(cls, path: Path) -> Self:
        """Open for reading only. Raises `StoreError`."""
        if not _is_there(path):
            raise StoreMissing(f"There is no store at {path}. {_what_to_do(StoreMissing)}")
        database = cls._connect(path, "ro")
        try:
            with database._translated():
                current = schema.check_version(database._connection)
            if not current:
                # A reader can not upgrade; whoever may write can, and then it is of today.
                cls.writing(path).close()
            database.run("PRAGMA query_only = ON")
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def writing(cls, path: Path, patience: float | None = None) -> Self:
        """Open for writing; makes the file (0600, in a folder 0700) and upgrades it. Raises `StoreError`.

        `patience` is how many seconds to wait for another writer, where that is not to be as long as usual.
        """
        # Not opened to look: closing a file drops this process's locks on it (sqlite.org/howtocorrupt.html 2.2).
        if not _is_there(path):
            cls._make(path)
        return cls._open(path, patience)

    @classmethod
    def _open(cls, path: Path, patience: float | None = None) -> Self:
        database = cls._connect(path, "rw", patience)
        try:
            with database._translated():
                connection = database._connection
                connection.execute("PRAGMA secure_delete = ON")
                if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    connection.execute("PRAGMA journal_mode = WAL")
                # In WAL mode NORMAL keeps the file whole through a crash; what a power cut takes is fetched again,
                # and one's own posts are in the plan files before they are here.
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA foreign_keys = ON")
                schema.upgrade(connection)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def _make(cls, path: Path) -> None:
        """Make a whole store beside `path`, then give it its name: nobody ever sees half a one.

        Two processes that begin at once would otherwise be in each other's way while the file turns to WAL mode, where
        SQLite does not wait.
        """
        from tempfile import TemporaryDirectory  # only here: a store is made once, and opened every day

        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".store-", dir=path.parent) as folder:  # mode 0700
                draft = Path(folder, path.name)
                # SQLite would make it by the umask; -wal and -shm take the mode of the file.
                os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
                cls._open(draft).close()
                with suppress(FileExistsError):  # another process was first
                    _give_name(draft, path)
        except OSError as error:
            raise StoreReadOnly(f"The store {path} can not be made: {error.strerror}.") from None

    @classmethod
    def _connect(cls, path: Path, mode: str, patience: float | None = None) -> Self:
        patience = BUSY_SECONDS if patience is None else patience
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise translate(error, path) from None
        database = cls(connection, path, patience)
        try:
            database.run(f"PRAGMA cache_size = -{CACHE_KIB}")
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a query, or None."""
        try:
            found: Row | None = self._connection.execute(sql, values).fetchone()
        except sqlite3.Error as error:
            raise translate(error, self.path) from error
        return found

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def column(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.rows(sql, values)]

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        try:
            return self._connection.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> int:
        """Run one statement for each of `values`; the number of rows that they changed."""
        try:
            return self._connection.executemany(sql, values).rowcount
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def flush_log(self) -> None:
        """Write the write-ahead log into the file and empty it, unless a reader is in the middle of something.

        Then it happens with a later write; no writer waits for it.
        """
        self.run("PRAGMA busy_timeout = 0")
        try:
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.run(f"PRAGMA busy_timeout = {self._patience * 1000:.0f}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several readings of one moment, whatever others write meanwhile. In a transaction it is a part of that."""
        is_part = self._connection.in_transaction
        if not is_part:
            self.run("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction and not is_part:  # some errors have ended it
                self.run("COMMIT")

    @property
    def in_batch(self) -> bool:
        """Whether a transaction of this connection is open."""
        return self._depth > 0

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing. Inside another one it is a part that can fail alone."""
        name = f"part_{self._depth}"
        outer = self._depth == 0
        self.run("BEGIN IMMEDIATE" if outer else f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
            self.run("COMMIT" if outer else f"RELEASE {name}")
        except BaseException:
            # Some errors have rolled back all of it already (a full disk, for one).
            if self._connection.in_transaction:
                self.run("ROLLBACK" if outer else f"ROLLBACK TO {name}")
            raise
        finally:
            self._depth -= 1


def chunks(values: Sequence[Any], size: int = MAX_VARIABLES) -> Iterator[Sequence[Any]]:
    """`values` in pieces that fit into one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Sequence[object]) -> str:
    """`?, ?, ?` for as many values."""
    return ", ".join("?" * len(values))


def _give_name(draft: Path, path: Path) -> None:
    """Let the store at `draft` be the one at `path`. Raises `FileExistsError` where there is one."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        # A file system without second names (FAT): two first starts at once are not told apart there.
        if path.exists():
            raise FileExistsError from None
        draft.rename(path)
