"""The tables, and how an older store becomes one of today.

- `PRAGMA user_version` is the version of the tables; 0 is a store that is not made yet.
- `schema-N.sql` makes version N from nothing; `upgrade-M-N.sql` makes N = M + 1 of M. All of it is one transaction, so
  a crash leaves the version before, whole.
"""

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from thimbl.store.errors import StoreError, StoreTooNew

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

VERSION: Final = 3
"""The version of the tables that this program reads and writes."""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the tables in this file; 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_version(connection: sqlite3.Connection, version: int = VERSION) -> bool:
    """Whether the store is of `version`; False where it is older. Raises `StoreTooNew`."""
    return is_of(version_of(connection), version)


def is_of(found: int, version: int = VERSION) -> bool:
    """Whether a store that says it is of version `found` is of `version`; likewise."""
    if found > version:
        raise StoreTooNew(
            f"The store is of version {found}, made by a newer thimbl; this one knows versions up to {version}. "
            "Install the newer thimbl, or use another account (THIMBL_HOME)."
        )
    return found == version


def upgrade(connection: sqlite3.Connection, folder: "Traversable | None" = None, version: int = VERSION) -> None:
    """Make the tables, or bring them to `version` step by step, by the SQL files in `folder` (this package's own).

    Raises `StoreTooNew`, and `StoreError` where a step is missing.
    """
    if check_version(connection, version):
        return
    if folder is None:
        from importlib.resources import files  # only here: a store is made or upgraded once, and opened every day

        folder = files(__package__)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again: another process may have done it while this one waited for the lock.
        while not check_version(connection, version):
            _step(connection, folder, version)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _step(connection: sqlite3.Connection, folder: "Traversable", version: int) -> None:
    found = version_of(connection)
    after = found + 1 if found else version
    script = folder / (f"upgrade-{found}-{after}.sql" if found else f"schema-{version}.sql")
    if not script.is_file():
        raise StoreError(f"The store is of version {found} and {script.name} is missing: install thimbl again.")
    for statement in statements(script.read_text(encoding="utf-8")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {after}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction that it runs in."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
