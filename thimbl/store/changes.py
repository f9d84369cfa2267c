"""Edits and retractions as they come: for whoever has shown a post and is to show it again.

Read off the index over what is of something (`record_target`), so that a look costs what there are of them, and not
what there is in all. What has no log, such as a message of 2010 or an entry of a web feed, is not among them.
"""

from thimbl.core.records import EDIT, RETRACT
from thimbl.store.database import Database
from thimbl.store.reader import Reader


class Changes:
    """What was edited or retracted since the last look."""

    def __init__(self, reader: Reader) -> None:
        """All that is here already is known."""
        self._db = reader._db
        self._known = set(self._here())

    def look(self) -> list[int]:
        """The rowids of the posts that were edited or retracted since, each once, in the order in which that came of
        each author. May raise `StoreError`."""
        if self._db.value("SELECT count(*) FROM record WHERE target IS NOT NULL") == len(self._known):
            return []
        here = self._here()
        fresh = [one for one in here if one not in self._known]
        self._known = set(here)
        found = (item_of(self._db, author, post_of(self._db, author, target)) for author, _, target in fresh)
        return list(dict.fromkeys(item for item in found if item is not None))

    def _here(self) -> list[tuple[int, int, str]]:
        # Sorted here: asked for an order, SQLite would go through the whole table, which has it.
        sql = "SELECT author, seq, target FROM record INDEXED BY record_target WHERE target IS NOT NULL"
        return sorted(self._db.rows(sql))


def is_change(kind: str) -> bool:
    """Whether a record of this kind changes another, and is no item by itself."""
    return kind in (EDIT, RETRACT)


def post_of(database: Database, author: int, id_: str | None) -> str | None:
    """The id of the post that a record's id belongs to, which may be that of an edit; None where that leads in a
    circle, or nowhere."""
    seen: set[str] = set()
    while id_ is not None and id_ not in seen:
        seen.add(id_)
        row = database.row("SELECT target FROM record WHERE author = ? AND id = ? AND kind = 'edit'", (author, id_))
        if row is None:
            return id_
        id_ = row[0]
    return None


def item_of(database: Database, author: int, id_: str | None) -> int | None:
    """The rowid of the item of an author's record; None where it has none here."""
    found: int | None = database.value("SELECT rowid FROM item WHERE id = ? AND author = ?", (id_, author))
    return found
