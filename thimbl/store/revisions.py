"""Whose log may read otherwise than before: a counter that triggers count on with each change (schema-3.sql).

What counts is what `thimbl.store.logs` reads: records, heads, keys, addresses, verdicts, and the evidence of forks. A
poll that finds nothing new changes none of them.
"""

from thimbl.store.database import Database


def newest(database: Database) -> int:
    """The revision of the store; 0 before anything was verified."""
    return int(database.value("SELECT coalesce(max(number), 0) FROM revision"))


def authors(database: Database, since: int) -> list[int]:
    """Whose log may have changed after that revision, by id; those who are gone, too."""
    return database.column("SELECT author FROM revision WHERE number > ? ORDER BY author", (since,))
