"""Writing the lines of timelines and what hangs on them: full text, mentions, tags.

- The full-text index has the table `item` as its content, so what is taken out of it is named word by word as it went
  in: every change of a line goes through here.
- Texts go in by ascending rowid: full text in another order costs a flush each (sqlite.org/fts5.html 4.6). So they wait
  for those of the other authors of a batch (`together`), and go in when something asks for the index, or it is over.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Final

from thimbl.core.text import Nicks
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import Line, first_rowid, named_in, rank_of

MAX_WAITING: Final = 20_000
"""Texts that wait to be indexed: a batch of two hundred plans, some MiB."""

_COLUMNS: Final = ", ".join(Line._fields)
_INSERT: Final = f"INSERT INTO item (rowid, author, unread, {_COLUMNS}) VALUES ({marks(range(3 + len(Line._fields)))})"
_UPDATE: Final = f"UPDATE item SET ({_COLUMNS}) = ({marks(Line._fields)}) WHERE rowid = ?"


class Items:
    """The table `item` and its indexes, inside a transaction of the caller's."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._text_left = False
        self._waiting: list[tuple[int, str, str | None]] = []

    @contextmanager
    def together(self) -> Iterator[None]:
        """Changes of several authors, whose texts go into the full-text index as one. Whoever reads in between has
        them in it only afterwards; and what fails rolls back, as its caller does."""
        try:
            yield
            self._index_waiting()
        finally:
            self._waiting.clear()

    def insert(self, author: int, lines: Iterable[tuple[Line, int]], nicks: Nicks, *, unread: bool) -> int:
        """Add lines that are not there, each with the time (Unix seconds) at which it first came; how many."""
        placed = self._placed(
            sorted(
                [(first_rowid(line.time, stored, rank_of(line), author), line) for line, stored in lines],
                key=itemgetter(0),
            )
        )
        self._db.run_many(_INSERT, [(rowid, author, unread and not line.retracted, *line) for rowid, line in placed])
        if placed:
            self._db.run(
                "UPDATE author SET newest = max(coalesce(newest, ?1), ?1) WHERE id = ?2", (placed[-1][0], author)
            )
        self._index(placed)
        self._hang(placed, nicks)
        return len(placed)

    def _placed(self, wanted: Sequence[tuple[int, Line]]) -> list[tuple[int, Line]]:
        """These lines where there is room: the place that each wants, or the next one that is free."""
        taken: set[int] = set()
        for some in chunks([rowid for rowid, _ in wanted]):
            taken.update(self._db.column(f"SELECT rowid FROM item WHERE rowid IN ({marks(some)})", some))
        placed = []
        for rowid, line in wanted:
            while rowid in taken:
                rowid += 1
                if self._db.value("SELECT 1 FROM item WHERE rowid = ?", (rowid,)):
                    taken.add(rowid)
            taken.add(rowid)
            placed.append((rowid, line))
        return placed

    def replace(self, rowid: int, line: Line, nicks: Nicks) -> None:
        """Make the line at `rowid` another one. What was read stays read, and what is retracted is not news."""
        before = Line(*self._db.rows(f"SELECT {_COLUMNS} FROM item WHERE rowid = ?", (rowid,))[0])
        if before == line:
            return
        self._unindex([rowid])
        self._unhang([rowid])
        self._db.run(_UPDATE, (*line, rowid))
        if line.retracted:
            self._db.run("UPDATE item SET unread = 0 WHERE rowid = ?", (rowid,))
            self._text_left = True
        self._index([(rowid, line)])
        self._hang([(rowid, line)], nicks)

    def remove(self, rowids: Sequence[int]) -> None:
        """Take lines out."""
        self._unindex(rowids)
        self._unhang(rowids)
        authors: set[int] = set()
        for some in chunks(rowids):
            authors.update(self._db.column(f"SELECT author FROM item WHERE rowid IN ({marks(some)})", some))
            self._db.run(f"DELETE FROM item WHERE rowid IN ({marks(some)})", some)
        self._db.run_many(
            "UPDATE author SET newest = (SELECT max(rowid) FROM item WHERE author = ?1) WHERE id = ?1",
            [(author,) for author in sorted(authors)],
        )
        self._text_left = self._text_left or bool(rowids)

    def rehang(self, author: int, nicks: Nicks) -> None:
        """Find the mentions of an author's lines again: what the author calls people has changed."""
        rows = self._db.rows(
            f"SELECT rowid, {_COLUMNS} FROM item WHERE author = ? AND instr(words, '@') > 0", (author,)
        )
        lines = [(row[0], Line(*row[1:])) for row in rows]
        self._unhang([rowid for rowid, _ in lines])
        self._hang(lines, nicks)

    def clear(self) -> None:
        """Take everything out."""
        for table in ("item", "mention", "tag"):
            self._db.run(f"DELETE FROM {table}")
        self._db.run("UPDATE author SET newest = NULL")
        self._db.run("INSERT INTO item_fts (item_fts) VALUES ('delete-all')")

    def tidy(self) -> bool:
        """Leave nothing of a text that was taken out; whether there was one.

        Words that leave the full-text index stay in its older parts until these are merged. (SQLite from 3.42 on has
        `secure-delete` for this; 3.40 is still in use.)
        """
        if not self._text_left:
            return False
        self._db.run("INSERT INTO item_fts (item_fts) VALUES ('optimize')")
        self._text_left = False
        return True

    def _index(self, lines: Iterable[tuple[int, Line]]) -> None:
        self._waiting += [(rowid, line.words, line.subject) for rowid, line in lines if line.words or line.subject]
        if len(self._waiting) > MAX_WAITING:
            self._index_waiting()

    def _index_waiting(self) -> None:
        if self._waiting:
            self._db.run_many(
                "INSERT INTO item_fts (rowid, words, subject) VALUES (?, ?, ?)",
                sorted(self._waiting, key=itemgetter(0)),
            )
            self._waiting.clear()

    def _unindex(self, rowids: Sequence[int]) -> None:
        self._index_waiting()
        for some in chunks(rowids):
            old = self._db.rows(
                f"SELECT rowid, words, subject FROM item WHERE rowid IN ({marks(some)}) ORDER BY rowid", some
            )
            gone = [("delete", *row) for row in old if row[1] or row[2]]
            self._db.run_many("INSERT INTO item_fts (item_fts, rowid, words, subject) VALUES (?, ?, ?, ?)", gone)

    def _hang(self, lines: Sequence[tuple[int, Line]], nicks: Nicks) -> None:
        mentions, tags = [], []
        for rowid, line in lines:
            addresses, words = named_in(line, nicks)
            mentions += [(address, rowid) for address in addresses]
            tags += [(tag, rowid) for tag in words]
        if mentions:
            self._db.run_many("INSERT INTO mention (address, item) VALUES (?, ?)", mentions)
        if tags:
            self._db.run_many("INSERT INTO tag (tag, item) VALUES (?, ?)", tags)

    def _unhang(self, rowids: Sequence[int]) -> None:
        for table in ("mention", "tag"):
            self._db.run_many(f"DELETE FROM {table} WHERE item = ?", ((rowid,) for rowid in rowids))
