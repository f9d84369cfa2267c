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
_OFTEN: Final = Line._fields.index("subject")
_LACKING: Final = (None,) * (len(Line._fields) - _OFTEN)
"""The end of most lines, which are written without it: to bind nothing takes as long as to bind something."""


def _insert(columns: Sequence[str]) -> str:
    places = marks(range(3 + len(columns)))
    return (
        f"INSERT INTO item (rowid, author, unread, {', '.join(columns)}) VALUES ({places}) "
        "ON CONFLICT (rowid) DO NOTHING"
    )


_INSERT: Final = _insert(Line._fields)
_INSERT_OFTEN: Final = _insert(Line._fields[:_OFTEN])
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
        wanted = sorted(
            [(first_rowid(line.time, stored, rank_of(line), author), line) for line, stored in lines],
            key=itemgetter(0),
        )
        placed = _side_by_side(wanted)
        if self._write(author, placed, unread) < len(placed):
            placed = self._write_beside(author, placed, unread)
        if placed:
            self._db.run(
                "UPDATE author SET newest = max(coalesce(newest, ?1), ?1) WHERE id = ?2", (placed[-1][0], author)
            )
        self._index(placed)
        self._hang(placed, nicks)
        return len(placed)

    def _write(self, author: int, placed: Iterable[tuple[int, Line]], unread: bool) -> int:
        """Write the lines whose places are free; how many these were."""
        often, others = [], []
        for rowid, line in placed:
            before = rowid, author, unread and not line.retracted
            if line[_OFTEN:] == _LACKING:
                often.append((*before, *line[:_OFTEN]))
            else:
                others.append((*before, *line))
        written = self._db.run_many(_INSERT_OFTEN, often) if often else 0
        return written + (self._db.run_many(_INSERT, others) if others else 0)

    def _write_beside(self, author: int, placed: Sequence[tuple[int, Line]], unread: bool) -> list[tuple[int, Line]]:
        """Write the lines whose places another's has: each at the next one that is free. Where all of them are now."""
        here: dict[int, tuple[int, str]] = {}
        for some in chunks([rowid for rowid, _ in placed]):
            sql = f"SELECT rowid, author, id FROM item WHERE rowid IN ({marks(some)})"
            here.update({rowid: (whose, id_) for rowid, whose, id_ in self._db.rows(sql, some)})
        moved = []
        for rowid, line in placed:
            if here[rowid] != (author, line.id):
                while self._db.value("SELECT 1 FROM item WHERE rowid = ?", (rowid,)):
                    rowid += 1
                self._write(author, [(rowid, line)], unread)
            moved.append((rowid, line))
        return sorted(moved, key=itemgetter(0))

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


def _side_by_side(wanted: Iterable[tuple[int, Line]]) -> list[tuple[int, Line]]:
    """These lines, in order, with a place of their own each: of two that want one, the second gets the next."""
    placed: list[tuple[int, Line]] = []
    last = None
    for rowid, line in wanted:
        last = rowid if last is None or rowid > last else last + 1
        placed.append((last, line))
    return placed
