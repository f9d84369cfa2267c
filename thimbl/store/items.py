"""Writing the lines of timelines and what hangs on them: full text, mentions, tags.

- The full-text index has the table `item` as its content, so what is taken out of it is named word by word as it went
  in: every change of a line goes through here.
- Lines go in by ascending rowid: full text in another order costs a flush each (sqlite.org/fts5.html 4.6).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from thimbl.core.text import Nicks
from thimbl.store.database import Database, Row, chunks, marks
from thimbl.store.derive import Line, first_rowid, mentions_of, rank_of, tags_of

_COLUMNS: Final = "kind, id, seq, time, words, subject, re, reply_to, edited, retracted, withheld, malformed"


def _values(line: Line) -> Row:
    return (
        line.kind,
        line.id,
        line.seq,
        line.time,
        line.words,
        line.subject,
        line.re,
        line.reply_to,
        line.edited,
        line.retracted,
        line.withheld,
        line.malformed,
    )


_INSERT: Final = (
    f"INSERT INTO item (rowid, author, unread, {_COLUMNS}) VALUES ({marks(range(15))}) ON CONFLICT (rowid) DO NOTHING"
)
_UPDATE: Final = f"UPDATE item SET ({_COLUMNS}) = ({marks(range(12))}) WHERE rowid = ?"


class Items:
    """The table `item` and its indexes, inside a transaction of the caller's."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._text_left = False

    def insert(self, author: int, lines: Iterable[tuple[Line, int]], nicks: Nicks, *, unread: bool) -> int:
        """Add lines that are not there, each with the time (Unix seconds) at which it first came; how many."""
        placed = sorted(
            ((first_rowid(line.time, stored, rank_of(line), author), line) for line, stored in lines),
            key=lambda pair: pair[0],
        )
        done: list[tuple[int, Line]] = []
        for wanted, line in placed:
            rowid = wanted
            values = _values(line)
            fresh = unread and not line.retracted
            while self._db.run(_INSERT, (rowid, author, fresh, *values)) == 0:
                rowid += 1
            done.append((rowid, line))
        self._index(done)
        self._hang(done, nicks)
        return len(done)

    def replace(self, rowid: int, line: Line, nicks: Nicks) -> None:
        """Make the line at `rowid` another one. What was read stays read, and what is retracted is not news."""
        before = Line(*self._db.rows(f"SELECT {_COLUMNS} FROM item WHERE rowid = ?", (rowid,))[0])
        if before == line:
            return
        self._unindex([rowid])
        self._unhang([rowid])
        self._db.run(_UPDATE, (*_values(line), rowid))
        if line.retracted:
            self._db.run("UPDATE item SET unread = 0 WHERE rowid = ?", (rowid,))
            self._text_left = True
        self._index([(rowid, line)])
        self._hang([(rowid, line)], nicks)

    def remove(self, rowids: Sequence[int]) -> None:
        """Take lines out."""
        self._unindex(rowids)
        self._unhang(rowids)
        self._db.run_many("DELETE FROM item WHERE rowid = ?", ((rowid,) for rowid in rowids))
        self._text_left = self._text_left or bool(rowids)

    def rehang(self, author: int, nicks: Nicks) -> None:
        """Find the mentions of an author's lines again: what the author calls people has changed."""
        rows = self._db.rows(
            f"SELECT rowid, {_COLUMNS} FROM item WHERE author = ? AND instr(words, '@') > 0", (author,)
        )
        lines = [(row[0], Line(*row[1:])) for row in rows]
        self._db.run_many("DELETE FROM mention WHERE item = ?", ((rowid,) for rowid, _ in lines))
        self._mention(lines, nicks)

    def clear(self) -> None:
        """Take everything out."""
        for table in ("item", "mention", "tag"):
            self._db.run(f"DELETE FROM {table}")
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
        self._db.run_many(
            "INSERT INTO item_fts (rowid, words, subject) VALUES (?, ?, ?)",
            ((rowid, line.words, line.subject) for rowid, line in lines if line.words or line.subject),
        )

    def _unindex(self, rowids: Sequence[int]) -> None:
        for some in chunks(rowids):
            old = self._db.rows(
                f"SELECT rowid, words, subject FROM item WHERE rowid IN ({marks(some)}) ORDER BY rowid", some
            )
            gone = [("delete", *row) for row in old if row[1] or row[2]]
            self._db.run_many("INSERT INTO item_fts (item_fts, rowid, words, subject) VALUES (?, ?, ?, ?)", gone)

    def _hang(self, lines: Sequence[tuple[int, Line]], nicks: Nicks) -> None:
        self._mention(lines, nicks)
        self._db.run_many(
            "INSERT INTO tag (tag, item) VALUES (?, ?)",
            [(tag, rowid) for rowid, line in lines for tag in tags_of(line)],
        )

    def _mention(self, lines: Sequence[tuple[int, Line]], nicks: Nicks) -> None:
        self._db.run_many(
            "INSERT INTO mention (address, item) VALUES (?, ?)",
            [(address, rowid) for rowid, line in lines for address in mentions_of(line, nicks)],
        )

    def _unhang(self, rowids: Sequence[int]) -> None:
        for table in ("mention", "tag"):
            self._db.run_many(f"DELETE FROM {table} WHERE item = ?", ((rowid,) for rowid in rowids))
